r"""JavaScript and TypeScript by their tokens: names, marks, strings, line ends, with exact positions; nothing is run.

What a slash begins is told from what stands before it (ECMA-262, "Lexical Grammar"): a pattern cannot follow a value.
A pattern is a string of which nothing is known. JSX is not known: its text would be taken for code.
"""

from __future__ import annotations

from prelaunch.readers.groovy import BEFORE_A_PATTERN, Part, Token, filled, taken

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_BEFORE_A_PATTERN = BEFORE_A_PATTERN | {"typeof", "of", "do", "void", "delete", "new", "await", "yield"}
_HEX = frozenset("0123456789abcdefABCDEF")
_MAX_PATTERN = 500
_MAX_SLASHES = 2_000
"""Slashes that look like a pattern's and are none; a text with more is no program."""


def scan(text: str) -> tuple[Token, ...]:
    """The tokens of a program, in order, without blanks and comments. Never raises; what is unclosed ends.

    `${expression}` of a template is a part that refers; its text is the expression's.
    """
    return tuple(_Scanner(text).tokens())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self._slashes = _MAX_SLASHES

    def tokens(self) -> list[Token]:
        text, tokens = self.text, list[Token]()
        last: Token | None = None  # the last one that is no line end
        at = _behind_line(text, 0) if text.startswith("#!") else 0
        while at < len(text):
            char = text[at]
            if char == "\n":
                tokens.append(Token("line", char, at, at + 1))
                at += 1
                continue
            if char.isspace() or char == "\ufeff":
                at += 1
                continue
            if (behind := _comment(text, at)) > at:
                at = behind
                continue
            if char in "'\"":
                last = _quoted(text, at, char)
            elif char == "`":
                last = self._template(at)
            elif char == "/" and _may_be_pattern(last, tokens) and (stop := self._behind_pattern(at)) > at:
                last = Token("string", "", at, stop, (Part("", at, stop, literal=False, reference=True),))
            elif _is_of_word(char):
                stop = _behind_word(text, at)
                last = Token("name", text[at:stop], at, stop)
            else:
                last = Token("mark", char, at, at + 1)
            tokens.append(last)
            at = last.stop
        return tokens

    def _behind_pattern(self, at: int) -> int:
        """The index behind the pattern at `at`; `at` itself where nothing closes it."""
        stop = _pattern(self.text, at) if self._slashes else at
        self._slashes -= stop == at and self._slashes > 0
        return stop

    def _template(self, start: int) -> Token:
        text, found = self.text, list[Part]()
        at = start + 1
        while at < len(text) and text[at] != "`":
            part = None
            if text[at] == "\\":
                part = _escape(text, at)
            elif text.startswith("${", at):
                stop = self._behind_expression(at + 2)
                closed = text.endswith("}", at + 2, stop)
                part = Part(text[at + 2 : stop - closed].strip(), at, stop, literal=False, reference=True)
            at = taken(at, part, found)
        return _string(text, start, at, found)

    def _behind_expression(self, at: int) -> int:
        """The index behind the brace that closes a template's expression which begins at `at`; the end if none does."""
        text = self.text
        # what is open: "{" a brace of an expression, "`" a template; the expression itself is the first brace
        opened = ["{"]
        value = False  # whether what stands before is a value, which a slash divides
        while at < len(text):
            char = text[at]
            if opened[-1] == "`":
                if char == "\\":
                    at += 1
                elif char == "`":
                    opened.pop()
                    value = True
                elif text.startswith("${", at):
                    opened.append("{")
                    at, value = at + 1, False
            elif (behind := _comment(text, at)) > at:
                at = behind
                continue
            elif char in "'\"":
                at, value = _quoted(text, at, char).stop, True
                continue
            elif _is_of_word(char):
                stop = _behind_word(text, at)
                at, value = stop, text[at:stop] not in _BEFORE_A_PATTERN
                continue
            elif char == "/" and not value and (stop := self._behind_pattern(at)) > at:
                at, value = stop, True
                continue
            elif not char.isspace():
                value = char in ")]}"
                if char in "`{":
                    opened.append(char)
                elif char == "}":
                    opened.pop()
                    if not opened:
                        return at + 1
            at += 1
        return len(text)


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char in "_$"


def _behind_word(text: str, at: int) -> int:
    while at < len(text) and _is_of_word(text[at]):
        at += 1
    return at


def _behind_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _comment(text: str, at: int) -> int:
    """The index behind the comment at `at`; `at` itself where there is none."""
    if text.startswith("//", at):
        return _behind_line(text, at)
    if text.startswith("/*", at):
        end = text.find("*/", at + 2)
        return len(text) if end < 0 else end + 2
    return at


def _may_be_pattern(last: Token | None, tokens: list[Token]) -> bool:
    """Whether a slash behind the token `last` begins a pattern, and does not divide."""
    if last is None:
        return True
    if last.kind == "name":
        return last.text in _BEFORE_A_PATTERN
    if last.kind == "string" or last.text in ")]":
        return False
    return last.text != "}" or tokens[-1].kind == "line"  # a block ends there, rather than an object that is divided


def _pattern(text: str, at: int) -> int:
    """The index behind the pattern `/.../flags` at `at`; `at` itself where nothing on the line closes it."""
    inside = False
    here = at + 1
    while here < min(len(text), at + _MAX_PATTERN) and text[here] != "\n":
        char = text[here]
        if char == "\\":
            here += 1
        elif char == "[":
            inside = True
        elif char == "]":
            inside = False
        elif char == "/" and not inside:
            here += 1
            while here < len(text) and text[here].isalpha():
                here += 1
            return here
        here += 1
    return at


def _quoted(text: str, start: int, quote: str) -> Token:
    found: list[Part] = []
    at = start + 1
    while at < len(text) and text[at] != quote and text[at] != "\n":
        at = taken(at, _escape(text, at) if text[at] == "\\" else None, found)
    return _string(text, start, at, found)


def _string(text: str, start: int, at: int, found: list[Part]) -> Token:
    """The string from its quote to the other at `at`, if one is there."""
    at = min(at, len(text))
    closed = text.startswith(text[start], at)
    return Token("string", "", start, at + closed, filled(text, start + 1, at, found))


def _escape(text: str, at: int) -> Part:
    """What the backslash at `at` and what follows it mean."""
    letter = text[at + 1 : at + 2]
    if letter == "\r" and text.startswith("\n", at + 2):
        return Part("", at, at + 3, literal=False)
    if letter in {"\n", ""}:
        return Part("", at, at + 1 + len(letter), literal=False)
    if letter in "xu":
        digits, stop = _digits(text, at + 2, 2 if letter == "x" else 4)
        if digits:
            return Part(chr(int(digits, 16)), at, stop, literal=False)
    return Part(_ESCAPES.get(letter, letter), at, at + 2, literal=False)


def _digits(text: str, at: int, count: int) -> tuple[str, int]:
    r"""The hexadecimal digits of `\xHH`, `\uHHHH`, `\u{H...}`, and the index behind them; "" where there are none."""
    digits, stop = text[at : at + count], at + count
    if count == 4 and text.startswith("{", at):
        end = text.find("}", at, at + 8)
        digits, stop = (text[at + 1 : end], end + 1) if end > 0 else ("", at)
        count = len(digits)
    fits = len(digits) == count and bool(digits) and _HEX.issuperset(digits) and int(digits, 16) <= 0x10FFFF
    return (digits, stop) if fits else ("", at)
