"""What the `.gitattributes` of a tree say of a file's line ends, as `git check-attr text eol` says it of a work tree.

git itself answers for a tree only from version 2.40 on. Facts: gitattributes(5). The nearest file wins, in a file the
later line; a pattern without a slash matches a name at any depth, one with a slash a path from the file's folder.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.globs import matched_so_far

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILE = ".gitattributes"
WANTED = ("text", "eol")
_LONGEST = 2048
"""Bytes of a line; git leaves longer ones out."""
_MOST = 10_000
"""Lines of a file that are read."""
_BLANK = " \t\r"


class _Line(NamedTuple):
    pattern: str
    states: tuple[tuple[str, str], ...]


class Attributes:
    """The attributes of a tree's files. `read` gives the bytes of a regular file of it, None for no such file."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._files: dict[str, list[_Line]] = {}
        self._macros: dict[str, tuple[tuple[str, str], ...]] = {"binary": (("text", "unset"),)}

    def of(self, path: str) -> dict[str, str]:
        """`text` and `eol` of a file, as far as they are said: "set", "unset" or a value."""
        found: dict[str, str] = {}
        self._lines("")  # the macros
        folder, inside = path.rpartition("/")[0], path.rpartition("/")[2]
        while True:
            for line in reversed(self._lines(folder)):
                if _matches(inside, line.pattern):
                    self._fill(line.states, found)
            if not folder:
                break
            inside = f"{folder.rpartition('/')[2]}/{inside}"
            folder = folder.rpartition("/")[0]
        return {name: state for name, state in found.items() if name in WANTED and state}

    def _lines(self, folder: str) -> list[_Line]:
        if folder not in self._files:
            data = self._read(f"{folder}/{FILE}" if folder else FILE)
            text = "" if data is None else data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
            self._files[folder] = list(self._parsed(text, top=not folder))
        return self._files[folder]

    def _parsed(self, text: str, *, top: bool) -> Iterator[_Line]:
        for raw in text.split("\n")[:_MOST]:
            line = raw.strip(_BLANK)
            if not line or line.startswith("#") or len(raw) > _LONGEST:
                continue
            if line.startswith("[attr]"):
                name, *words = _words(line.removeprefix("[attr]")) or [""]
                if top and name:  # elsewhere git allows none
                    self._macros[name] = tuple(map(_state, words))
                continue
            pattern, rest = _quoted(line) if line.startswith('"') else _word(line)
            if pattern and not pattern.startswith("!"):
                yield _Line(pattern, tuple(map(_state, _words(rest))))

    def _fill(self, states: tuple[tuple[str, str], ...], found: dict[str, str]) -> None:
        """As git does it, from the last word to the first: what is known stays, and its macro counts no more."""
        left = list(states)
        while left:  # not by recursion: macros may lead to macros as often as there are lines
            name, state = left.pop()
            if name not in found:
                found[name] = state
                if state == "set":
                    left += self._macros.get(name, ())


def _state(word: str) -> tuple[str, str]:
    """An attribute and its state; "" for one that is as if nothing were said."""
    if word.startswith("-"):
        return word[1:], "unset"
    if word.startswith("!"):
        return word[1:], ""
    name, equals, value = word.partition("=")
    return name, value if equals else "set"


def _word(line: str) -> tuple[str, str]:
    end = next((at for at, char in enumerate(line) if char in _BLANK), len(line))
    return line[:end], line[end:]


def _words(text: str) -> list[str]:
    """Words between git's blanks, which are fewer than Python's."""
    for blank in _BLANK:
        text = text.replace(blank, " ")
    return [word for word in text.split(" ") if word]


def _quoted(line: str) -> tuple[str, str]:
    """A pattern in double quotes, as in C, and what follows it; "" where the quotes are not closed."""
    pattern, at = b"", 1
    while at < len(line) and line[at] != '"':
        if line[at] == "\\" and at + 1 < len(line):
            at += 1
            octal = line[at : at + 3]
            if len(octal) == 3 and octal[0] in "0123" and set(octal) <= set("01234567"):
                pattern += bytes((int(octal, 8),))
                at += 3
                continue
        char = line[at]
        if line[at - 1] == "\\":
            char = {"n": "\n", "t": "\t"}.get(char, char)
        pattern += char.encode("utf-8", "surrogateescape")
        at += 1
    return (pattern.decode("utf-8", "surrogateescape"), line[at + 1 :]) if at < len(line) else ("", "")


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern matches a path below the folder of its file."""
    if "/" not in pattern:
        return _part_matches(path.rpartition("/")[2], pattern)
    if pattern.endswith("/"):
        return False  # a folder has no attributes that its files would take over
    wanted = pattern.removeprefix("/").split("/")
    return [*matched_so_far(path.split("/"), wanted, _part_matches)][-1]  # only the whole path counts


def _part_matches(name: str, pattern: str) -> bool:
    r"""Whether one part of a path matches `*`, `?`, `[...]` and `\` before a letter that stands for itself."""
    spelled, at = "", 0
    while at < len(pattern):
        if pattern[at] == "\\" and at + 1 < len(pattern):
            at += 1
            spelled += f"[{pattern[at]}]" if pattern[at] in "*?[" else pattern[at]
        elif pattern[at] == "[" and pattern[at + 1 : at + 2] == "^":
            spelled += "[!"
            at += 1
        else:
            spelled += pattern[at]
        at += 1
    return fnmatchcase(name, spelled)
