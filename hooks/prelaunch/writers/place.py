"""Spans to lines and columns, and text to what may be printed: the edge that every writer shares."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Source, Span


class Place(NamedTuple):
    """A span as people count: from 1, in characters, the end exclusive. A byte order mark is no character."""

    line: int
    column: int
    end_line: int
    end_column: int


def place(source: Source, span: Span) -> Place:
    """Where `span` lies."""
    line, column = source.position(span.start)
    end_line, end_column = source.position(max(span.start, span.stop))
    if source.text.startswith("\ufeff"):
        column -= int(line == 1 and column > 1)
        end_column -= int(end_line == 1 and end_column > 1)
    return Place(line, column, end_line, end_column)


def utf16(source: Source, line: int, column: int) -> int:
    """A column in UTF-16 code units."""
    text = source.line(line).removeprefix("\ufeff") if line == 1 else source.line(line)
    before = text[: column - 1]
    return column if before.isascii() else column + sum(char > "\uffff" for char in before)


def printable(text: str) -> str:
    r"""`text` without what a terminal would act on or an encoder refuse: `\x1b` and the like are spelled out."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _spelled(char) for char in text)


def _spelled(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return " " if char.isspace() and char not in "\r\n\v\f\x1c\x1d\x1e\x85" else char.encode("unicode_escape").decode()


def decodable(text: str) -> str:
    """`text` as every reader of JSON can decode it: bytes that were not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
