r"""From the raw text of a YAML scalar to its value, with the place of every character.

The parser gives the value and where the scalar starts and stops, but no map between the two. Each style is rebuilt
here after YAML 1.2.2, chapters 7.3 (flow scalars) and 8.1 (block scalars); the caller compares the result with the
parser's value, so that a difference is seen and never written into.
"""

from __future__ import annotations

from prelaunch.model import Piece

BREAKS = "\n\r\x85\u2028\u2029"
"""The line breaks of YAML 1.1, which ruamel.yaml honours; YAML 1.2 itself has only the first two."""

_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODES = {"x": 2, "u": 4, "U": 8}


def flow_pieces(text: str, start: int, stop: int, quote: str) -> list[Piece]:
    """The value of the plain or quoted scalar whose content (without quotes) is `text[start:stop]`."""
    pieces: list[Piece] = []
    at = run = start
    while at < stop:
        char = text[at]
        if char in BREAKS:
            end = at
            while at > run and text[at - 1] in " \t":
                at -= 1
            _literal(pieces, text, run, at)
            at = run = _fold(pieces, text, at, end, stop)
        elif char == "'" == quote:
            _literal(pieces, text, run, at)
            pieces.append(Piece("'", at, at + 2, literal=False))
            at = run = at + 2
        elif char == "\\" and quote == '"':
            _literal(pieces, text, run, at)
            at = run = _escape(pieces, text, at, stop)
        else:
            at += 1
    _literal(pieces, text, run, stop)
    return pieces


def block_pieces(text: str, start: int, stop: int, value: str, *, folded: bool) -> list[Piece]:
    """The value of the `|` or `>` scalar that stands at `text[start:stop]`, cut to the length of `value`.

    The parser's `value` settles what the text alone does not say: the indentation, and how many of the last line
    breaks belong to it.
    """
    lines = _block_lines(text, start, stop)
    indent = _block_indent(text, lines, value)
    pieces: list[Piece] = []
    left = len(value)
    for number, (low, high, end) in enumerate(lines):
        if left <= 0:
            break
        inner = min(low + indent, high)
        joint = _normal(text, high, end) if end > high else ""
        if folded and joint == "\n" and high > inner and text[inner] not in " \t":
            joint = _folded_joint(text, lines, number, indent)
        if joint == text[high:end]:
            _literal(pieces, text, inner, min(end, inner + left))
        else:
            _literal(pieces, text, inner, min(high, inner + left))
            if joint and left > high - inner:
                pieces.append(Piece(joint, high, end, literal=False))
        left -= high - inner + len(joint)
    return pieces


def _folded_joint(text: str, lines: list[tuple[int, int, int]], number: int, indent: int) -> str:
    r"""What the line break after text becomes: a space before text, nothing before an empty line, else itself."""
    empty = False
    for later in range(number + 1, len(lines)):
        low, high, _end = lines[later]
        if high > low + indent:
            if text[low + indent] in " \t":
                return "\n"
            return "" if empty else " "
        empty = True
    return "\n"


def _block_lines(text: str, start: int, stop: int) -> list[tuple[int, int, int]]:
    """Start, end and end with its break of every line after the header."""
    at = start
    while at < stop and text[at] not in BREAKS:
        at += 1
    at = _past(text, at, stop)
    lines = []
    while at < stop:
        high = at
        while high < stop and text[high] not in BREAKS:
            high += 1
        end = _past(text, high, stop)
        lines.append((at, high, end))
        at = end
    return lines


def _block_indent(text: str, lines: list[tuple[int, int, int]], value: str) -> int:
    """How many spaces the value's first line of text had in front of it that it has no more."""
    for low, high, _end in lines:
        bare = text[low:high].lstrip(" ")
        if bare:
            kept = value.lstrip("\n \u2028\u2029")
            before = value[: len(value) - len(kept)]
            spaces = len(before) - len(before.rstrip(" "))
            return max(high - low - len(bare) - spaces, 0)
    deepest = max((high - low for low, high, _end in lines), default=0)
    return deepest - max((len(line) for line in value.split("\n")), default=0)


def _fold(pieces: list[Piece], text: str, space: int, at: int, stop: int) -> int:
    """Fold the line breaks at `at` (white space in front from `space`); return where the next text starts."""
    first = _normal(text, at, _past(text, at, stop))
    at = _past(text, at, stop)
    more: list[str] = []
    while at < stop and text[at] in " \t" + BREAKS:
        if text[at] in BREAKS:
            end = _past(text, at, stop)
            more.append(_normal(text, at, end))
            at = end
        else:
            at += 1
    folded = first + "".join(more) if first != "\n" else "".join(more) or " "
    pieces.append(Piece(folded, space, at, literal=False))
    return at


def _escape(pieces: list[Piece], text: str, at: int, stop: int) -> int:
    """One backslash escape of a double-quoted scalar (the parser has refused a wrong one); return where it ends."""
    name = text[at + 1 : at + 2]
    if name in _CODES:
        end = at + 2 + _CODES[name]
        pieces.append(Piece(chr(int(text[at + 2 : end], 16)), at, end, literal=False))
        return end
    if name and name in BREAKS:
        start, at = at, _past(text, at + 1, stop)
        more = []
        while at < stop and text[at] in " \t" + BREAKS:
            end = _past(text, at, stop)
            if end > at and text[at] in BREAKS:
                more.append(_normal(text, at, end))
                at = end
            else:
                at += 1
        if more:
            pieces.append(Piece("".join(more), start, at, literal=False))
        return at
    pieces.append(Piece(_ESCAPES.get(name, name), at, min(at + 2, stop), literal=False))
    return min(at + 2, stop)


def _literal(pieces: list[Piece], text: str, start: int, stop: int) -> None:
    """Add the source's own text, if there is any."""
    if stop > start:
        pieces.append(Piece(text[start:stop], start, stop))


def _past(text: str, at: int, stop: int) -> int:
    """The offset behind the line break at `at`; `at` itself where the text ends."""
    if at >= stop:
        return at
    return at + 2 if text.startswith("\r\n", at) and at + 2 <= stop else at + 1


def _normal(text: str, start: int, stop: int) -> str:
    r"""The line break as the value has it: `\n`, save for U+2028 and U+2029, which stay."""
    raw = text[start:stop]
    return raw if raw in {"\u2028", "\u2029"} else "\n"
