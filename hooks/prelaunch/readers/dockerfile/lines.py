r"""Physical lines to logical ones: directives, comments, continuations, here-document bodies.

After the Dockerfile reference ("Format", "Parser directives", "Here-documents") and, where that is silent, after what
BuildKit was seen to do: only `\n` ends a line; a continuation goes on over comment lines and blank lines; two escape
characters at the end of a line are none; an end of file inside a continuation or a here-document ends both.
"""

from __future__ import annotations

from prelaunch.model import Fragment, Piece, Source
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What BuildKit trims: Unicode's White_Space property (str.isspace has U+001C to U+001F beside it)."""

_DIRECTIVES = frozenset({"syntax", "escape", "check"})


class Lines:
    """A cursor over the physical lines of a text. `at` is the offset of the next line."""

    __slots__ = ("at", "text")

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at

    def next(self) -> tuple[int, int] | None:
        r"""The next line's start and stop (without `\n`); None at the end. No line stands behind the last `\n`."""
        start = self.at
        if start >= len(self.text):
            return None
        stop = self.text.find("\n", start)
        if stop < 0:
            stop = len(self.text)
        self.at = stop + 1
        return start, stop


class Directives(NamedTuple):
    """The parser directives of a file; `escape` is the default where it is not said or not allowed."""

    escape: str = "\\"
    syntax: str = ""


def read_directives(lines: Lines) -> Directives:
    """Take the directives off the top of `lines`. The first line that is none ends them and is left in place."""
    found: dict[str, str] = {}
    if lines.text.startswith("\ufeff"):
        lines.at = 1
    while True:
        before = lines.at
        line = lines.next()
        if line is None:
            break
        name, value = _directive(lines.text[line[0] : line[1]])
        if name not in _DIRECTIVES or not value or name in found:
            lines.at = before
            break
        found[name] = value
    escape = found.get("escape", "\\")
    return Directives(escape if escape in {"`", "\\"} else "\\", found.get("syntax", ""))


def _directive(line: str) -> tuple[str, str]:
    text = line.strip(SPACE)
    if not text.startswith("#"):
        return "", ""
    name, equals, value = text[1:].partition("=")
    return (name.strip(" \t").lower(), value.strip(SPACE)) if equals else ("", "")


class Logical(NamedTuple):
    """One logical line: its text without continuations, and where it stops in the file."""

    fragment: Fragment
    stop: int


def logical_lines(source: Source, lines: Lines, escape: str) -> Iterator[Logical]:
    """The logical lines from the cursor on. The caller may move the cursor (a here-document) between two of them."""
    while (line := lines.next()) is not None:
        start, stop = line
        text = source.text
        if _is_blank_or_comment(text, start, stop):
            continue
        pieces: list[Piece] = []
        more = _take(text, start, stop, escape, pieces)
        while more and (line := lines.next()) is not None:
            start, stop = line
            if not _is_blank_or_comment(text, start, stop):
                more = _take(text, start, stop, escape, pieces)
        yield Logical(Fragment(source, tuple(pieces)), _without_return(text, start, stop))


def _is_blank_or_comment(text: str, start: int, stop: int) -> bool:
    # Most lines are neither, and say so with their first character.
    if start < stop and text[start].isalnum():
        return False
    bare = text[start:stop].lstrip(SPACE)
    return not bare or bare[0] == "#"


def _take(text: str, start: int, stop: int, escape: str, pieces: list[Piece]) -> bool:
    """Add one physical line to `pieces`; whether the next line continues it."""
    line = text[start:stop].rstrip("\r")
    bare = line.rstrip(" \t")
    more = bare.endswith(escape) and not bare.endswith(escape * 2)
    kept = bare[:-1] if more else line
    pieces.append(Piece(kept, start, start + len(kept)))
    return more


def _without_return(text: str, start: int, stop: int) -> int:
    return stop - 1 if stop > start and text[stop - 1] == "\r" else stop


def read_heredoc(source: Source, lines: Lines, name: str, *, strip_tabs: bool) -> tuple[Fragment, int]:
    """Take a here-document's lines: its body, and where its last line stops (at the end of the file if need be)."""
    text, end = source.text, len(source.text)
    first = min(lines.at, end)
    rows: list[tuple[int, int]] = []
    while (line := lines.next()) is not None:
        start, stop = line
        row = text[start:stop].rstrip("\r")
        if (row.lstrip("\t") if strip_tabs else row) == name:
            end = _without_return(text, start, stop)
            break
        rows.append((start, lines.at))
    last = min(rows[-1][1], len(text)) if rows else first
    if not strip_tabs or "\t" not in text[first:last]:
        return Fragment.of(source, first, last), end
    pieces = []
    for start, stop in rows:
        row = text[start:stop].lstrip("\t")
        after = min(stop, len(text))
        pieces.append(Piece(row, after - len(row), after))
    return Fragment(source, tuple(pieces)), end
