"""References of a host language put into a text (`$_NAME`, `$(params.x)`, `{{.X}}`), with the map back to the file."""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Fragment, Piece, Value
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.model import Source, Step

MAX_SPOTS = 2_000
"""References of one text that are put in; what follows stays as written."""

MAX_NAME = 300
"""A longer reference is none; its end is not looked for further on."""

_MAX_TEXT = 20_000


class Spot(NamedTuple):
    """A reference at `start` to `stop` of a fragment's text, and what it comes to."""

    start: int
    stop: int
    text: str
    steps: tuple[Step, ...] = ()


def put(fragment: Fragment, spots: Sequence[Spot]) -> Fragment:
    """`fragment` with each of `spots` (in order, apart from each other) replaced; each stands for its reference."""
    if not spots:
        return fragment
    pieces: list[Piece] = []
    reader = _Copy(fragment)
    done = 0
    for spot in spots[:MAX_SPOTS]:
        pieces += reader.between(done, spot.start)
        span = fragment.span(spot.start, spot.stop)
        text = spot.text if len(spot.text) <= _MAX_TEXT else UNKNOWN
        pieces.append(Piece(text, span.start, span.stop, literal=False, steps=spot.steps))
        done = spot.stop
    pieces += reader.between(done, len(fragment.text))
    return Fragment(fragment.source, tuple(pieces))


class _Copy:
    """Copies ranges of a fragment, in order, in one pass over its pieces."""

    def __init__(self, fragment: Fragment) -> None:
        self.pieces = fragment.pieces
        self.number = 0
        self.base = 0

    def between(self, low: int, high: int) -> Iterable[Piece]:
        """The pieces of the characters from `low` to `high`."""
        found = []
        while self.number < len(self.pieces) and self.base < high:
            piece = self.pieces[self.number]
            first, last = max(low - self.base, 0), min(high - self.base, len(piece.text))
            if first < last:
                found.append(_cut(piece, first, last))
            if self.base + len(piece.text) > high:
                break
            self.base += len(piece.text)
            self.number += 1
        return found


def _cut(piece: Piece, low: int, high: int) -> Piece:
    if piece.literal:
        return Piece(piece.text[low:high], piece.start + low, piece.start + high, steps=piece.steps)
    return Piece(piece.text[low:high], piece.start, piece.stop, literal=False, steps=piece.steps)


def joined(source: Source, fragments: Sequence[Fragment]) -> Fragment | None:
    """The fragments as the lines of one text; None for none."""
    pieces: list[Piece] = []
    for fragment in fragments:
        if pieces:
            pieces.append(Piece("\n", pieces[-1].stop, pieces[-1].stop, literal=False))
        pieces.extend(fragment.pieces)
    return Fragment(source, tuple(pieces)) if pieces else None


def bare_text(text: str, spots: Iterable[Spot]) -> str:
    """`text` with `spots` put in, where no map is asked for."""
    parts, done = [], 0
    for spot in spots:
        parts += [text[done : spot.start], spot.text]
        done = spot.stop
    whole = "".join(parts) + text[done:]
    return whole if len(whole) <= _MAX_TEXT + len(text) else UNKNOWN


def dollar_spots(text: str, lookup: Callable[[str], Value | None]) -> list[Spot]:
    """The `$NAME` and `${NAME}` of `text` that `lookup` knows (all that stands in braces); `$$` gives `$`."""
    spots: list[Spot] = []
    at = text.find("$")
    while at >= 0 and len(spots) < MAX_SPOTS:
        stop = at + 1
        if text.startswith("$", stop):
            stop += 1
            spots.append(Spot(at, stop, "$"))
        else:
            end = text.find("}", stop, stop + MAX_NAME) if text.startswith("{", stop) else -1
            if end > 0:
                name, stop = text[stop + 1 : end], end + 1
            else:
                first = stop
                while stop < len(text) and text[stop].isascii() and (text[stop] == "_" or text[stop].isalnum()):
                    stop += 1
                name = text[first:stop]
            value = lookup(name) if name else None
            if value is None:
                stop = at + 1
            else:
                spots.append(Spot(at, stop, single(value), value.steps))
        at = text.find("$", stop)
    return spots


def single(value: Value) -> str:
    """The one text of a value; `UNKNOWN` where there are several."""
    texts = set(value.texts)
    return texts.pop() if len(texts) == 1 else UNKNOWN
