"""What a call over a whole project printed, printed again while the call would print the same.

A second layer over `whole`: neither the command line is parsed nor a rule imported. The call counts as the same where
its arguments, its folder, the program, the configuration and the run that it showed (see `whole`) are.
"""

from __future__ import annotations

import os
import sys

from prelaunch.cache import document, whole
from prelaunch.cache.digest import digest
from prelaunch.cache.key import program
from prelaunch.cache.stamps import Stamps
from prelaunch.files import Disk
from prelaunch.registry import packages
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from prelaunch.cache.answers import Answers
    from prelaunch.cache.whole import Whole

_CONFIGURATION = ("prelaunch.toml", "pyproject.toml")


def repeat(arguments: Sequence[str]) -> int | None:
    """Print what this call printed last time; its exit code, or None where nothing was printed."""
    home = document.folder()
    if home is None or not is_plain():
        return None
    body = document.read(_path(home, arguments), program(packages()))
    if body is None:
        return None
    root, file, run_key, run, configuration, out, err, code = body.decode("utf-8", "surrogateescape").split("\0")
    if not any(os.path.realpath(argument) == root for argument in arguments):
        return None  # a link leads elsewhere now
    disk = Disk(root)
    disk.listing().start()
    stamps = Stamps(disk.root)
    last = whole.load(os.path.join(home, file), run_key)
    same = last is not None and last.name == run and _stands(last, disk, stamps)
    disk.listing().raw  # noqa: B018 (git is waited for, whatever came of it)
    if not same or _configured(stamps) != configuration:
        return None
    for stream, text in ((sys.stdout, out), (sys.stderr, err)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        stream.write(text)
        stream.flush()
    return int(code)


def _stands(last: Whole, disk: Disk, stamps: Stamps) -> bool:
    def others() -> Answers:
        from prelaunch.cache.answers import Answers
        from prelaunch.project import Project

        return Answers(Project(disk), stamps, [path for path, *_ in last.files], {})

    return last.stands(disk.listing(), stamps, disk, others)


def is_plain() -> bool:
    """Whether both outputs are read by a program: what a terminal shows depends on its size and its colours."""
    return not (sys.stdout.isatty() or sys.stderr.isatty() or os.environ.get("FORCE_COLOR"))


def _path(home: str, arguments: Sequence[str]) -> str:
    return os.path.join(home, f"{digest(os.fsencode(chr(0).join((os.getcwd(), *arguments))))}.said")


def _configuration(root: str) -> list[str]:
    """Every file that may configure a project, relative to its root, whether it is there or not."""
    found, above = [], ""
    while True:
        found += [above + name for name in _CONFIGURATION]
        folder = os.path.realpath(os.path.join(root, above))
        if os.path.exists(os.path.join(folder, ".git")) or os.path.dirname(folder) == folder:
            return found
        above += "../"


def _configured(stamps: Stamps) -> str:
    return repr([stamps.of(path) for path in _configuration(stamps.root)])


class Ear:
    """Passes on what is printed, and remembers it to `keep` it. Inside a `with` it stands for both outputs."""

    def __init__(self) -> None:
        self._out, self._err = _Heard(sys.stdout), _Heard(sys.stderr)

    def __enter__(self) -> None:
        sys.stdout, sys.stderr = self._out, self._err

    def __exit__(self, *_: object) -> None:
        sys.stdout, sys.stderr = self._out.to, self._err.to

    def keep(self, arguments: Sequence[str], file: str, key: str, run: Whole, stamps: Stamps, code: int) -> None:
        """Keep what was printed of a run that is kept in `file` under `key`."""
        if not stamps.all_settled(_configuration(stamps.root)):
            return
        texts = ["".join(self._out.parts), "".join(self._err.parts)]
        said = [stamps.root, os.path.basename(file), key, run.name, _configured(stamps), *texts, str(code)]
        if not any("\0" in part for part in said):
            data = "\0".join(said).encode("utf-8", "surrogateescape")
            document.write(_path(os.path.dirname(file), arguments), program(packages()), data)


class _Heard:
    """A stream that passes on what is written to it."""

    def __init__(self, to: TextIO) -> None:
        self.to = to
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return self.to.write(text)

    def writelines(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self.to, name)
