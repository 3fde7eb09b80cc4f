"""All that the findings depend on beside the files of the project."""

from __future__ import annotations

import os
import sys

from prelaunch import __version__
from prelaunch.cache.digest import digest
from prelaunch.registry import distributions, package
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prelaunch.project import Settings

PARSERS = frozenset(
    {"dockerfile_parse", "libcst", "packaging", "ruamel_yaml", "tomli", "tree_sitter", "tree_sitter_hcl"}
)
"""The distributions that read files for us: another version of one may find something else in the same file."""


def key(settings: Settings, rules: Collection[str], packages: Collection[str], *parts: object) -> str:
    """The key for these settings and rules; `packages` are those that hold rules, `parts` whatever else counts."""
    said = (program(packages), [*_plain(settings)], sorted(rules), *parts)
    return digest(repr(said).encode("utf-8", "surrogateescape"))


def program(packages: Collection[str]) -> str:
    """The key for the program alone, with its rules, its data and the parsers that it uses."""
    said = (__version__, sys.version, *_parsers(), *_code(packages))
    return digest(repr(said).encode("utf-8", "surrogateescape"))


def _parsers() -> Iterator[str]:
    for entry in distributions():
        if entry.partition("-")[0].lower().replace(".", "_") in PARSERS:
            yield entry


def _plain(settings: Settings) -> Iterator[object]:
    for value in settings:
        yield value if isinstance(value, tuple) else sorted(value.items())


def _files(folder: str) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                yield entry.stat()
            elif entry.name != "__pycache__":
                yield from _files(entry.path)


def _code(packages: Collection[str]) -> Iterator[object]:
    """What tells one state of the program and its rules from another: their files' sizes and times."""
    from prelaunch.index import shipped

    for name in ("prelaunch", *packages):
        for folder in getattr(package(name), "__path__", ()):
            newest = size = number = 0
            for status in _files(folder):
                newest, size, number = max(newest, status.st_mtime_ns), size + status.st_size, number + 1
            yield name, newest, size, number
    try:
        status = os.stat(shipped.path())
        yield status.st_size, status.st_mtime_ns
    except OSError:
        yield None
