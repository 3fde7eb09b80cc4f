"""A quoted word as a text of its own: the script of `bash -c '...'`."""

from __future__ import annotations

from prelaunch.model import Fragment, Piece
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.readers.shell.syntax import Word


def unquote(word: Word, fragment: Fragment) -> Fragment | None:
    """The value of `word`, which was read from `fragment.text`, with its map to the file; None unless all literal."""
    if any(part.kind != "literal" for part in word.parts):
        return None
    # The word's own stretch, walked once: its parts stand in order.
    own = list(fragment.slice(word.start, word.stop).pieces)
    pieces: list[Piece] = []
    number, at = 0, word.start
    for part in word.parts:
        if not part.text:
            continue
        if len(part.text) != part.stop - part.start:
            start, stop = fragment.start(part.start), fragment.stop(part.stop)
            steps = fragment.slice(part.start, part.stop).pieces[0].steps
            pieces.append(Piece(part.text, start, max(start, stop), literal=False, steps=steps))
            continue
        while number < len(own) and at + len(own[number].text) <= part.start:
            at += len(own[number].text)
            number += 1
        inside = at
        for piece in own[number:]:
            if inside >= part.stop:
                break
            low, high = max(part.start - inside, 0), min(part.stop - inside, len(piece.text))
            inside += len(piece.text)
            if low >= high:
                continue
            if piece.literal:
                pieces.append(Piece(piece.text[low:high], piece.start + low, piece.start + high, steps=piece.steps))
            else:
                pieces.append(Piece(piece.text[low:high], piece.start, piece.stop, literal=False, steps=piece.steps))
    if not pieces:
        here = fragment.stop(word.parts[0].start) if word.parts else fragment.start(word.start)
        pieces.append(Piece("", here, here))
    return Fragment(fragment.source, tuple(pieces))
