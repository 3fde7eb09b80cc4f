"""Text and where it stands: a file, a place in it, and text that was cut out of it and put together again.

Offsets are 0-based positions in `Source.text`, counted in characters (code points); a span is half-open. Lines and
columns (1-based) exist only at the edge, where a writer or a message needs them.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "\ue000"
"""One character that stands, in a `Fragment` or a `Value`, for any text that cannot be known (a command's output)."""

HANDED = "\ue001"
"""The same for text that a caller hands in: `"$@"`, `$1`, a required input of a reusable workflow."""

UNSET = "\ue002"
"""The same for a variable that is set nowhere in the repository: empty, unless the environment brings it."""


class Span(NamedTuple):
    """A half-open range of offsets into `Source.text`."""

    start: int
    stop: int


class _Source(NamedTuple):
    path: str
    text: str
    encoding: str = "utf-8"


class Source(_Source):
    """The text of one file, decoded so that `text.encode(encoding, errors)` gives the file's bytes back exactly.

    `path` is relative to the project's root, with `/`. Line ends and a byte order mark are left in `text`.
    """

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @staticmethod
    def decode(path: str, data: bytes, encoding: str = "utf-8") -> Source:
        """Decode `data`; bytes that are not valid in `encoding` become surrogates (PEP 383), which encode back.

        An encoding that does not exist, or does not give the bytes back (UTF-7, ISO-2022), falls back to UTF-8.
        """
        if encoding not in {"utf-8", "utf8", "UTF-8"}:
            try:
                text = data.decode(encoding)
                if text.encode(encoding) == data:
                    return Source(path, text, encoding)
            except (LookupError, UnicodeError):
                pass
        return Source(path, data.decode("utf-8", "surrogateescape"))

    def encode(self, text: str) -> bytes:
        """Encode a changed `text` of this file as the file was encoded."""
        return text.encode(self.encoding, "surrogateescape" if self.encoding == "utf-8" else "strict")

    @cached_property
    def _lines(self) -> list[int]:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        r"""The 1-based line and column (in characters) of `offset`; only `\n` ends a line."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def offset_of(self, line: int) -> int:
        """The offset at which a 1-based line starts."""
        return self._lines[line - 1]

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its end."""
        start = self._lines[number - 1]
        stop = self._lines[number] if number < len(self._lines) else len(self.text)
        return self.text[start:stop].rstrip("\r\n")

    def whole(self) -> Fragment:
        """All of the text as one fragment."""
        return Fragment.of(self, 0, len(self.text))


class Step(NamedTuple):
    """One step of how a value was found: what was seen, and where (a 1-based line; None where no file says it)."""

    text: str
    path: str | None = None
    line: int | None = None


class Piece(NamedTuple):
    """A run of a fragment's text and the place in the source that it stands for.

    `literal` says that the characters are the source's own, one to one, so that an edit inside is exact. Where it is
    False the text was put in place of `source.text[start:stop]` (a variable, an escape), and `steps` say why.
    """

    text: str
    start: int
    stop: int
    literal: bool = True
    steps: tuple[Step, ...] = ()


class _Fragment(NamedTuple):
    source: Source
    pieces: tuple[Piece, ...]


class Fragment(_Fragment):
    """Text of an embedded language with a map back to the file: a recipe, a `run:` block, a quoted argument."""

    @staticmethod
    def of(source: Source, start: int, stop: int) -> Fragment:
        """The source's own text from `start` to `stop`."""
        return Fragment(source, (Piece(source.text[start:stop], start, stop),))

    @cached_property
    def text(self) -> str:
        """The text as the embedded language sees it."""
        return "".join(piece.text for piece in self.pieces)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for piece in self.pieces:
            starts.append(at)
            at += len(piece.text)
        return starts

    def _at(self, index: int) -> tuple[Piece, int] | None:
        number = bisect_right(self._starts, index) - 1
        while number >= 0 and not self.pieces[number].text:
            number -= 1
        return (self.pieces[number], index - self._starts[number]) if number >= 0 else None

    def start(self, index: int) -> int:
        """The source offset of the character at `index` (of the end, where `index` is the length)."""
        if index >= len(self.text):
            return self.stop(index)
        found = self._at(index)
        if found is None:
            return 0
        piece, inside = found
        return piece.start + inside if piece.literal else piece.start

    def stop(self, index: int) -> int:
        """The source offset just behind the character before `index`."""
        if index <= 0:
            return self.pieces[0].start if self.pieces else 0
        found = self._at(min(index, len(self.text)) - 1)
        if found is None:
            return self.pieces[0].start if self.pieces else 0
        piece, inside = found
        return piece.start + inside + 1 if piece.literal else piece.stop

    def span(self, start: int, stop: int) -> Span:
        """The source span of the characters from `start` to `stop`."""
        first = self.start(start)
        return Span(first, max(first, self.stop(stop)))

    def over(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces that the characters from `start` to `stop` touch."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        while number < len(self.pieces) and self._starts[number] < stop:
            if self._starts[number] + len(self.pieces[number].text) > start:
                yield self.pieces[number]
            number += 1

    def literal(self, start: int, stop: int) -> bool:
        """Whether every character from `start` to `stop` is the source's own."""
        return all(piece.literal for piece in self.over(start, stop))

    def steps(self, start: int, stop: int) -> tuple[Step, ...]:
        """How the characters from `start` to `stop` came about, without repeats."""
        return tuple(dict.fromkeys(step for piece in self.over(start, stop) for step in piece.steps))

    def slice(self, start: int, stop: int) -> Fragment:
        """The part from `start` to `stop`, with its map."""
        cut = []
        for number in range(max(bisect_right(self._starts, start) - 1, 0), len(self.pieces)):
            at, piece = self._starts[number], self.pieces[number]
            if at >= stop:
                break
            low, high = max(start - at, 0), min(stop - at, len(piece.text))
            if low >= high:
                continue
            if piece.literal:
                cut.append(Piece(piece.text[low:high], piece.start + low, piece.start + high, steps=piece.steps))
            else:
                cut.append(Piece(piece.text[low:high], piece.start, piece.stop, literal=False, steps=piece.steps))
        if not cut:
            here = self.start(start)
            cut.append(Piece("", here, here))
        return Fragment(self.source, tuple(cut))
