r"""JavaScript and TypeScript by their tokens: names, marks, strings, line ends, with exact positions; nothing is run.

What a slash begins is told from what stands before it (ECMA-262, "Lexical Grammar"): a pattern cannot follow a value.
A pattern is a string of which nothing is known. JSX is not known: its text would be taken for code.
"""

from __future__ import annotations

from prelaunch.readers.groovy import Part, Token, filled, taken

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_BEFORE_A_PATTERN = frozenset(
    {"return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new", "await", "yield"}
)
_HEX = frozenset("0123456789abcdefABCDEF")
_MAX_PATTERN = 500
_MAX_SLASHES = 2_000
"""Slashes that look like a pattern's and are none; a text with more is no program."""


def scan(text: str) -> tuple[Token, ...]:
    """The tokens of a program, in order, without blanks and comments. Never raises; what is unclosed ends.

    `${expression}` of a template is a part that refers; its text is the expression's.
    """
    tokens: list[Token] = []
    last: Token | None = None  # the last one that is no line end
    slashes = _MAX_SLASHES
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
            last = _template(text, at)
        elif char == "/" and slashes and _may_be_pattern(last, tokens) and (stop := _pattern(text, at)) > at:
            last = Token("string", "", at, stop, (Part("", at, stop, literal=False, reference=True),))
        elif char.isalnum() or char in "_$":
            stop = at + 1
            while stop < len(text) and (text[stop].isalnum() or text[stop] in "_$"):
                stop += 1
            last = Token("name", text[at:stop], at, stop)
        else:
            slashes -= char == "/" and slashes > 0
            last = Token("mark", char, at, at + 1)
        tokens.append(last)
        at = last.stop
    return tuple(tokens)


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


def _template(text: str, start: int) -> Token:
    found: list[Part] = []
    at = start + 1
    while at < len(text) and text[at] != "`":
        part = None
        if text[at] == "\\":
            part = _escape(text, at)
        elif text.startswith("${", at):
            stop = _behind_expression(text, at + 2)
            closed = text.endswith("}", at + 2, stop)
            part = Part(text[at + 2 : stop - closed].strip(), at, stop, literal=False, reference=True)
        at = taken(at, part, found)
    return _string(text, start, at, found)


def _string(text: str, start: int, at: int, found: list[Part]) -> Token:
    """The string from its quote to the other at `at`, if one is there."""
    at = min(at, len(text))
    closed = text.startswith(text[start], at)
    return Token("string", "", start, at + closed, filled(text, start + 1, at, found))


def _behind_expression(text: str, at: int) -> int:
    """The index behind the brace that closes a template's expression which begins at `at`; the end where none does."""
    # what is open: "{" a brace of an expression, "`" a template; the expression itself is the first brace
    opened = ["{"]
    while at < len(text):
        char = text[at]
        if opened[-1] == "`":
            if char == "\\":
                at += 1
            elif char == "`":
                opened.pop()
            elif text.startswith("${", at):
                opened.append("{")
                at += 1
        elif (behind := _comment(text, at)) > at:
            at = behind
            continue
        elif char in "'\"":
            at = _quoted(text, at, char).stop
            continue
        elif char in "`{":
            opened.append(char)
        elif char == "}":
            opened.pop()
            if not opened:
                return at + 1
        at += 1
    return len(text)


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
