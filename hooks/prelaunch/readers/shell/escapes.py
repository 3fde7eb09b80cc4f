r"""The escapes of `$'...'` (GNU bash manual, "ANSI-C Quoting")."""

from __future__ import annotations

import re

from prelaunch.readers.shell.syntax import Part
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.readers.shell.drafts import Parts

_LETTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
_NUMBER = re.compile(r"([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c([^\\])")


def decode(parts: Parts, text: str, start: int, stop: int) -> None:
    """Add the value of the text between the quotes of `$'...'`, one part an escape."""
    if start == stop:
        parts.empty(start)
    at = start
    while at < stop:
        found = text.find("\\", at, stop)
        if found < 0 or found + 1 >= stop:
            parts.literal(at, stop, quoted=True)
            return
        if found > at:
            parts.literal(at, found, quoted=True)
        letter = _LETTERS.get(text[found + 1])
        number = _NUMBER.match(text, found + 1, stop)
        if letter is not None:
            at = found + 2
            parts.add(Part("literal", letter, found, at, quoted=True))
        elif number:
            at = number.end()
            parts.add(Part("literal", _character(number), found, at, quoted=True))
        else:
            at = found + 2
            parts.literal(found, at, quoted=True)


def _character(number: re.Match[str]) -> str:
    octal, byte, short, long, control = number.groups()
    if control:
        return chr(ord(control) & 0x1F)
    code = int(octal, 8) & 0xFF if octal else int(byte or short or long, 16)
    if octal or byte:
        # A byte that is no character of its own stays one byte when the text is written (PEP 383).
        return chr(code) if code < 0x80 else chr(0xDC00 + code)
    return chr(code) if code <= 0x10FFFF else "\ufffd"
