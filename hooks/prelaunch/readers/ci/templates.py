"""Texts with `${{ }}` in them: where the expressions stand, and the text once they are put in place."""

from __future__ import annotations

from itertools import product

from prelaunch.model import UNKNOWN, Fragment, Piece
from prelaunch.readers.ci.expressions import MAX_OUTCOMES, Outcome, evaluate
from prelaunch.readers.ci.functions import text_of
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.model import Step
    from prelaunch.readers.ci.expressions import Context


def places(text: str) -> list[tuple[int, int]]:
    """The half-open ranges of the `${{ ... }}` in `text`; a `}}` inside a quoted string does not end one."""
    found: list[tuple[int, int]] = []
    at = text.find("${{")
    while at >= 0:
        stop = at + 3
        end = text.find("}}", stop)
        while end >= 0 and (quote := text.find("'", stop, end)) >= 0:
            close = text.find("'", quote + 1)
            if close < 0:
                return found
            stop = close + 1
            if end < stop:
                end = text.find("}}", stop)
        if end < 0:
            return found
        found.append((at, end + 2))
        at = text.find("${{", end + 2)
    return found


def value_of(text: str, contexts: Mapping[str, Outcome | Context]) -> Outcome:
    """The value of a YAML scalar: typed where it is one expression and nothing else, text otherwise."""
    spots = places(text)
    if len(spots) == 1:
        start, stop = spots[0]
        if not text[:start].strip() and not text[stop:].strip():
            return evaluate(text[start + 3 : stop - 2], contexts)
    options: list[list[str]] = [[]]
    steps: list[Step] = []
    at = 0
    for start, stop in spots:
        outcome = evaluate(text[start + 3 : stop - 2], contexts)
        steps.extend(outcome.steps)
        texts = _texts(outcome, MAX_OUTCOMES // len(options))
        for option in options:
            option.append(text[at:start])
        if len(texts) > 1:
            options = [[*option, each] for option in options for each in texts]
        else:
            for option in options:
                option.append(texts[0])
        at = stop
    return Outcome(tuple("".join(option) + text[at:] for option in options), tuple(dict.fromkeys(steps)))


def _texts(outcome: Outcome, limit: int) -> tuple[str, ...]:
    texts = tuple(dict.fromkeys(text_of(value) for value in outcome.values))
    return texts if len(texts) <= max(limit, 1) else (UNKNOWN,)


def render(
    fragment: Fragment, contexts: Mapping[str, Outcome | Context], limit: int = MAX_OUTCOMES
) -> tuple[Fragment, ...]:
    """`fragment` with its expressions put in place, once for every outcome; at most `limit`, then unknown instead.

    A substituted piece stands for the whole `${{ ... }}` in the file and is not literal.
    """
    spots = places(fragment.text)
    if not spots:
        return (fragment,)
    choices: list[tuple[Piece, ...]] = []
    count = 1
    for start, stop in spots:
        outcome = evaluate(fragment.text[start + 3 : stop - 2], contexts)
        texts = _texts(outcome, limit // count)
        count *= len(texts)
        span = fragment.span(start, stop)
        choices.append(tuple(Piece(text, span.start, span.stop, literal=False, steps=outcome.steps) for text in texts))
    between = _between(fragment, spots)
    found = []
    for chosen in product(*choices):
        pieces = list(between[0])
        for piece, rest in zip(chosen, between[1:], strict=True):
            pieces.append(piece)
            pieces.extend(rest)
        found.append(Fragment(fragment.source, tuple(pieces)))
    return tuple(found)


def _between(fragment: Fragment, spots: list[tuple[int, int]]) -> list[list[Piece]]:
    """The pieces before, between and behind the ranges `spots`, in one pass over the fragment."""
    edges = [0, *(edge for spot in spots for edge in spot), len(fragment.text)]
    parts: list[list[Piece]] = []
    pieces = iter(fragment.pieces)
    piece, at = next(pieces), 0
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        part: list[Piece] = []
        while True:
            first, last = max(low - at, 0), min(high - at, len(piece.text))
            if first < last:
                part.append(_cut(piece, first, last))
            if at + len(piece.text) >= high:
                break
            at += len(piece.text)
            piece = next(pieces)
        parts.append(part)
    return parts


def _cut(piece: Piece, low: int, high: int) -> Piece:
    if piece.literal:
        return Piece(piece.text[low:high], piece.start + low, piece.start + high, steps=piece.steps)
    return Piece(piece.text[low:high], piece.start, piece.stop, literal=False, steps=piece.steps)
