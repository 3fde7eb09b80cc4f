"""A log of any size and any bytes to the lines worth looking at."""

from __future__ import annotations

from collections import deque
from typing import IO, NamedTuple

HEAD = 1_000_000
TAIL = 4_000_000
"""Bytes kept of a log's beginning and end: a crash at start stands at the one, the last one at the other."""

_CHUNK = 65_536
_MAX_LINE = 4_000


class Line(NamedTuple):
    """A line of the log: its number (from 1; behind a gap, from the end: -1 is the last), its text, and `plain`.

    `plain` is the text in lower case, without colours and with single spaces, as symptoms are written.
    """

    number: int
    text: str
    plain: str


class Log(NamedTuple):
    """The lines that were kept, and how many bytes between them were not."""

    lines: tuple[Line, ...]
    left_out: int = 0


def read_log(file: IO[bytes]) -> Log:
    """Read a log to its end, in bounded memory. Never raises for what stands in it."""
    head = b""
    while len(head) < HEAD:
        chunk = file.read(min(_CHUNK, HEAD - len(head)))
        if not chunk:
            return Log(tuple(_numbered(_decoded(head), 1)))
        head += chunk
    tail: deque[bytes] = deque()
    size = dropped = 0
    while chunk := file.read(_CHUNK):
        tail.append(chunk)
        size += len(chunk)
        while size - len(tail[0]) > TAIL:
            size -= len(tail[0])
            dropped += len(tail.popleft())
    if not dropped:
        return Log(tuple(_numbered(_decoded(head + b"".join(tail)), 1)))
    first, last = _decoded(head), _decoded(b"".join(tail))
    lines = [*_numbered(first, 1), *_numbered(last[1:], 1 - len(last))]  # its first line is cut
    return Log(tuple(lines), dropped)


def _decoded(data: bytes) -> list[str]:
    """The lines of a text in UTF-8, or in UTF-16, which PowerShell writes."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    lines = data.decode(encoding, "replace").replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _numbered(texts: list[str], first: int) -> list[Line]:
    return [Line(first + number, text, plain(text)) for number, text in enumerate(texts) if text.strip()]


def plain(text: str) -> str:
    r"""A line as symptoms are written; a `\"` of JSON is the quote that it stands for."""
    text = text[:_MAX_LINE]
    if "\x1b" in text:
        text = _without_colours(text)
    return " ".join(text.replace('\\"', '"').lower().split())


def _without_colours(text: str) -> str:
    """Without the escape sequences of a terminal (`ESC [ ... letter`)."""
    parts = text.split("\x1b[")
    kept = parts[:1]
    for part in parts[1:]:
        end = next((at for at, char in enumerate(part[:20]) if char.isalpha()), -1)
        kept.append(part[end + 1 :])
    return "".join(kept).replace("\x1b", "")
