"""Python (and Starlark) string literals as text with a map to the file: escapes, f-strings, adjacent literals.

Facts: the Python language reference, "String and Bytes literals". `ast` gives no positions inside a string.
"""

from __future__ import annotations

from prelaunch.model import Piece
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.model import Step

_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PREFIXES = frozenset("rRuUfF")


def string_pieces(
    text: str, start: int, stop: int, refer: Callable[[str], tuple[str, tuple[Step, ...]]]
) -> tuple[Piece, ...] | None:
    """The value of the literals that stand between `start` and `stop` of `text`, as pieces of it.

    `refer` gives the text of an f-string's expression, and how it is known. None where something else stands there.
    """
    pieces: list[Piece] = []
    at = start
    while at < stop:
        char = text[at]
        if char == "#":
            end = text.find("\n", at, stop)
            at = stop if end < 0 else end
        elif char in " \t\r\n\f()" or (char == "\\" and text[at + 1 : at + 2] in {"\n", "\r"}):
            at += 1
        else:
            first = at
            while at < stop and text[at] in _PREFIXES:
                at += 1
            prefix, quote = text[first:at].lower(), text[at : at + 1]
            if quote not in {"'", '"'} or at - first > 2:
                return None
            quote = quote * 3 if text.startswith(quote * 3, at) else quote
            end = _end(text, at + len(quote), stop, quote)
            if end < 0:
                return None
            pieces += _inside(text, at + len(quote), end, prefix, refer)
            at = end + len(quote)
    return tuple(pieces)


def _end(text: str, at: int, stop: int, quote: str) -> int:
    while at < stop:
        if text[at] == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at
        else:
            at += 1
    return -1


def _inside(
    text: str, at: int, stop: int, prefix: str, refer: Callable[[str], tuple[str, tuple[Step, ...]]]
) -> Iterator[Piece]:
    low = at
    while at < stop:
        char = text[at]
        found: Piece | None = None
        if char == "\\" and "r" not in prefix:
            found = _escape(text, at, stop)
        elif char in "{}" and "f" in prefix:
            found = _braces(text, at, stop, refer)
        elif char == "\r" and text.startswith("\n", at + 1):
            found = Piece("\n", at, at + 2, literal=False)
        if found is None:
            at += 1
            continue
        if at > low:
            yield Piece(text[low:at], low, at)
        yield found
        at = low = max(found.stop, at + 1)
    if stop > low:
        yield Piece(text[low:stop], low, stop)


def _escape(text: str, at: int, stop: int) -> Piece | None:
    letter = text[at + 1 : at + 2]
    if letter == "\r" and text.startswith("\n", at + 2):
        return Piece("", at, at + 3, literal=False)
    if letter in {"\n", "\r"}:
        return Piece("", at, at + 2, literal=False)
    if letter in _SIMPLE:
        return Piece(_SIMPLE[letter], at, at + 2, literal=False)
    end = at + 2
    if letter in {"x", "u", "U"}:
        end += {"x": 2, "u": 4, "U": 8}[letter]
        digits = text[at + 2 : end]
        if not digits or any(each not in "0123456789abcdefABCDEF" for each in digits) or int(digits, 16) > 0x10FFFF:
            return None
        return Piece(chr(int(digits, 16)), at, min(end, stop), literal=False)
    if letter == "N":
        from unicodedata import lookup

        close = text.find("}", at, min(stop, at + 100))
        try:
            return Piece(lookup(text[at + 3 : close]), at, close + 1, literal=False)
        except KeyError:
            return None
    while end < min(at + 4, stop) and text[at + 1] in "01234567" and text[end] in "01234567":
        end += 1
    # an unknown escape stays as it is
    return Piece(chr(int(text[at + 1 : end], 8)), at, end, literal=False) if letter in set("01234567") else None


def _braces(text: str, at: int, stop: int, refer: Callable[[str], tuple[str, tuple[Step, ...]]]) -> Piece:
    if text.startswith(("{{", "}}"), at):
        return Piece(text[at], at, at + 2, literal=False)
    depth, end = 0, at
    while end < stop:
        depth += (text[end] in "{[(") - (text[end] in "}])")
        end += 1
        if depth <= 0:
            break
    value, steps = refer(text[at + 1 : end - 1].strip())
    return Piece(value, at, end, literal=False, steps=steps)
