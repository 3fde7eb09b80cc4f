"""The text of a file that says what a project needs, and the lines on which its values stand."""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.project import Project

_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")
"""A byte order mark of UTF-16, which a redirection in PowerShell writes and pip reads, as `Source` has it."""


def read(project: Project, path: str) -> str:
    """The text of a file of the project; "" where there is none."""
    source = project.read(path)
    if source is None:
        return ""
    text = source.text
    if text.startswith(_UTF_16):
        text = source.encode(text).decode("utf-16", "replace")
    return text.removeprefix("\ufeff")


def join(*parts: str) -> str:
    """The path of the parts that are not empty."""
    return "/".join(part for part in parts if part)


def beside(path: str, other: str) -> str:
    """The path that `other` is, as seen from the folder of `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


class Lines:
    """On which line a value stands: each key and each quoted text, by its first place. One look at the text."""

    def __init__(self, text: str) -> None:
        self._first: dict[str, int] = {}
        for number, line in enumerate(text.split("\n"), 1):
            for quote in ('"', "'"):
                if quote in line:
                    for part in line.split(quote):
                        self._first.setdefault(part.strip(), number)
            for mark in ("=", ":"):
                self._first.setdefault(line.partition(mark)[0].strip(" \t\"'"), number)
            self._first.setdefault(line.strip(), number)

    def of(self, value: str) -> int:
        """The 1-based line of a value; 1 where it does not stand alone anywhere."""
        return self._first.get(value.strip(), 1)
