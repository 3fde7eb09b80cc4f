"""Expanded text as a list of pieces, each with the steps that led to it."""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Piece
from prelaunch.readers.makefile.functions import MAX_TEXT
from prelaunch.typed import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from prelaunch.model import Step

MAX_PIECES = 3_000

Pieces: TypeAlias = list[Piece]


def text_of(pieces: Pieces) -> str:
    """The text of `pieces`, UNKNOWN where it is too long."""
    text = "".join(piece.text for piece in pieces)
    return text if len(text) <= MAX_TEXT else UNKNOWN


def steps_of(pieces: Pieces) -> tuple[Step, ...]:
    """The steps of all `pieces`, each once, at most twenty."""
    seen = dict.fromkeys(step for piece in pieces for step in piece.steps)
    return tuple(seen)[:20]


def one(text: str, *sources: Pieces) -> Pieces:
    """A computed text that came from `sources`."""
    steps = steps_of([piece for pieces in sources for piece in pieces])
    return [Piece(text if len(text) <= MAX_TEXT else UNKNOWN, 0, 0, literal=False, steps=steps)]


def bounded(pieces: Pieces) -> Pieces:
    """`pieces`, or one UNKNOWN where what was put in place of references has grown too large."""
    made = [len(piece.text) for piece in pieces if not piece.literal]
    if len(made) > MAX_PIECES or sum(made) > MAX_TEXT:
        start = min((piece.start for piece in pieces), default=0)
        stop = max((piece.stop for piece in pieces), default=0)
        return [Piece(UNKNOWN, start, stop, literal=False)]
    return pieces
