"""Where a report goes: the formats there are, standard output, and files that are written whole or not at all."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from prelaunch import CannotRunError
from prelaunch.config import suggestion
from prelaunch.replace import Replacement
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import BinaryIO

    from prelaunch.engine import Report

FORMATS = {
    "text": "for people: the place, the message, the line",
    "concise": "for people and editors: a line each",
    "json": "for programs; its schema is shipped: prelaunch/writers/report.schema.json",
    "sarif": "SARIF 2.1.0, for code scanning",
    "github": "GitHub's workflow commands: annotations",
    "gitlab": "GitLab's code quality report",
    "junit": "JUnit XML, a failed test a finding",
    "checkstyle": "Checkstyle XML",
    "rdjson": "reviewdog's diagnostics, one document",
    "rdjsonl": "the same, a line each",
    "azure": "Azure Pipelines' logging commands",
    "markdown": "a table, for a job's summary",
    "html": "one static page for people",
}
"""The formats, each a module of `prelaunch.writers`."""

WITH_FIXES = frozenset({"json", "sarif", "rdjson", "rdjsonl", "html"})
"""Those that hold fixes, so that every fix must be worked out."""


class Target(NamedTuple):
    """One report: its format, and the file that it goes to (None: standard output)."""

    format: str
    path: str | None = None


def targets(form: str, outputs: Sequence[str]) -> list[Target]:
    """What `--format` and `--output` ask for: `FILE` takes the place of standard output, `FORMAT=FILE` is one more."""
    found, main = [], Target(form)
    for output in outputs:
        name, equals, path = output.partition("=")
        if equals and name in FORMATS:
            found.append(Target(name, path))
        elif equals and "/" not in name and "." not in name:
            raise CannotRunError(f"--output: {name!r} is not a format{suggestion(name, FORMATS)}")
        elif main.path is not None:
            raise CannotRunError("--output: only one file can take the place of standard output: write FORMAT=FILE")
        else:
            main = Target(form, output)
    found.insert(0, main)
    paths = [os.path.realpath(target.path) for target in found if target.path is not None]
    if not all(target.path for target in found if target.path is not None) or len(set(paths)) < len(paths):
        raise CannotRunError("--output: each report needs a file of its own")
    return found


def write(report: Report, wanted: Iterable[Target], shown: Callable[[str], str], *, mended: bool = False) -> None:
    """Write the report as each of `wanted` says; `mended`: standard output already holds the mended text."""
    for target in wanted:
        if target.path is not None:
            write_file(target.path, text(report, target.format, shown))
            continue
        out = sys.stderr if mended else sys.stdout
        _writer(target.format)(report, out, shown)
        out.flush()


def text(report: Report, form: str, shown: Callable[[str], str]) -> str:
    """The report as `form` says it, for a file: without colours."""
    from io import StringIO

    out = StringIO()
    _writer(form)(report, out, shown)
    return out.getvalue()


def _writer(form: str) -> Callable[..., None]:
    writer: Callable[..., None] = import_module(f"prelaunch.writers.{form}").write
    return writer


def write_file(path: str, content: str) -> None:
    """Put `content` in place of the file at `path` (UTF-8), at once or not at all; a symbolic link stays one."""
    write_bytes(path, content.encode("utf-8", "backslashreplace"))


def write_bytes(path: str, data: bytes) -> None:
    """As `write_file`."""
    with Writing(path) as file:
        file.write(data)


class Writing:
    """A file to be written inside a `with`: another stands at `path` once all is written, or what was there still does.

    A symbolic link stays one, and what is no file is written to. Whatever goes wrong with it is a `CannotRunError`.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: BinaryIO | Replacement

    def __enter__(self) -> BinaryIO:
        path, real = self._path, os.path.realpath(self._path)
        try:
            if path.startswith("/dev/") or (os.path.exists(real) and not os.path.isfile(real)):
                self._file = open(path, "ab")  # /dev/stdout, a pipe: there is nothing to replace
            else:
                self._file = Replacement(real, os.stat(real) if os.path.exists(real) else None)
            return self._file.__enter__()
        except OSError as error:
            raise self._fault(error) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.__exit__(kind, error, trace)
        except OSError as fault:
            raise self._fault(fault) from None
        if isinstance(error, OSError):
            raise self._fault(error) from None

    def _fault(self, error: OSError) -> CannotRunError:
        return CannotRunError(f"{self._path}: cannot be written: {(error.strerror or 'unknown reason').lower()}")
