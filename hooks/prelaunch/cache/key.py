"""All that the findings depend on beside the files of the project."""

from __future__ import annotations

import os
import sys

from prelaunch import __version__
from prelaunch.cache.answers import digest
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prelaunch.project import Settings


def key(settings: Settings, rules: Collection[str], packages: Collection[str], *parts: object) -> str:
    """The key for these settings and rules; `packages` are those that hold rules, `parts` whatever else counts."""
    said = (__version__, sys.version, [*_plain(settings)], sorted(rules), *parts, *_code(packages))
    return digest(repr(said).encode("utf-8", "surrogateescape"))


def _plain(settings: Settings) -> Iterator[object]:
    for value in settings:
        yield value if isinstance(value, tuple) else sorted(value.items())


def _code(packages: Collection[str]) -> Iterator[object]:
    """What tells one state of the program and its rules from another: their files' sizes and times."""
    from prelaunch.index import shipped

    for package in ("prelaunch", *packages):
        for folder in getattr(sys.modules.get(package), "__path__", ()):
            newest = size = number = 0
            for inside, _, names in os.walk(folder):
                for name in names:
                    if not name.endswith(".pyc"):
                        status = os.stat(os.path.join(inside, name))
                        newest, size, number = max(newest, status.st_mtime_ns), size + status.st_size, number + 1
            yield package, newest, size, number
    try:
        status = os.stat(shipped.path())
        yield status.st_size, status.st_mtime_ns
    except OSError:
        yield None
