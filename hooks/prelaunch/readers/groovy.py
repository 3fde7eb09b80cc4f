r"""Groovy as pipelines use it: names, marks and strings, with exact positions; nothing is run.

Strings are those of the Groovy language documentation ("Syntax", "Strings"): `'a'`, `"a ${b}"`, their triple forms,
slashy `/a/` and dollar slashy `$/a/$`. A backslash before a line end joins the lines of a quoted string.
"""

from __future__ import annotations

from prelaunch.typed import Literal, NamedTuple

_ESCAPES = {
    "b": "\b", "t": "\t", "n": "\n", "r": "\r", "f": "\f", "s": " ", "\\": "\\", "'": "'", '"': '"', "$": "$",
}  # fmt: skip
_MAX_REFERENCE = 2_000
_OPENING = {"(": ")", "[": "]", "{": "}"}
BEFORE_A_PATTERN = frozenset({"return", "in", "case", "throw", "else"})
"""Words behind which a slash begins a pattern, in Groovy and in JavaScript."""
_BEFORE_A_PATTERN = BEFORE_A_PATTERN | {"assert"}


class Part(NamedTuple):
    """A run of a string: the source's own characters (`literal`), what an escape means, or a reference's expression.

    `start` and `stop` are offsets into the text that was scanned, of a reference with its `${` and `}`.
    """

    text: str
    start: int
    stop: int
    literal: bool = True
    reference: bool = False


class Token(NamedTuple):
    """A name or number, a mark (one character), a string (`parts`; `start` and `stop` with its quotes), a line end."""

    kind: Literal["name", "mark", "string", "line"]
    text: str
    start: int
    stop: int
    parts: tuple[Part, ...] = ()


def scan(text: str) -> tuple[Token, ...]:
    """The tokens of a Groovy text, in order, without blanks and comments. Never raises; what is unclosed ends."""
    tokens: list[Token] = []
    at = text.find("\n") if text.startswith("#!") else 0
    at = len(text) if at < 0 else at
    last_dollar = text.rfind("/$")  # so that what nothing closes is not looked for again and again
    while at < len(text):
        char = text[at]
        if char == "\n":
            tokens.append(Token("line", char, at, at + 1))
            at += 1
        elif char.isspace() or (char == "\\" and text[at + 1 : at + 2] in {"\n", "\r"}):
            at = text.find("\n", at) + 1 or len(text) if char == "\\" else at + 1
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            at = len(text) if end < 0 else end + 2
        elif char in "'\"":
            quote = char * 3 if text.startswith(char * 3, at) else char
            token = _quoted(text, at, quote)
            tokens.append(token)
            at = token.stop
        elif (slashy := _slashy(text, at, tokens, last_dollar)) is not None:
            tokens.append(slashy)
            at = slashy.stop
        elif char.isalnum() or char in "_$":
            stop = at + 1
            while stop < len(text) and (text[stop].isalnum() or text[stop] in "_$"):
                stop += 1
            tokens.append(Token("name", text[at:stop], at, stop))
            at = stop
        else:
            tokens.append(Token("mark", char, at, at + 1))
            at += 1
    return tuple(tokens)


def _quoted(text: str, start: int, quote: str) -> Token:
    found: list[Part] = []
    at = low = start + len(quote)
    many, refers = len(quote) == 3, quote[0] == '"'
    while at < len(text) and not text.startswith(quote, at):
        char = text[at]
        part = None
        if char == "\\":
            part = _escape(text, at)
        elif char == "$" and refers:
            part = _reference(text, at)
        elif char == "\n" and not many:
            break  # not closed: the line ends it
        at = taken(at, part, found)
    at = min(at, len(text))
    closed = text.startswith(quote, at)
    return Token("string", "", start, at + len(quote) if closed else at, filled(text, low, at, found))


def taken(at: int, part: Part | None, found: list[Part]) -> int:
    """The offset behind an escape or a reference at `at`, which is kept, or behind a plain character."""
    if part is None:
        return at + 1
    found.append(part)
    return part.stop


def _escape(text: str, at: int) -> Part | None:
    letter = text[at + 1 : at + 2]
    if letter == "\r" and text.startswith("\n", at + 2):
        return Part("", at, at + 3, literal=False)
    if letter == "\n":
        return Part("", at, at + 2, literal=False)
    if letter == "u":
        low = at + 2
        while text.startswith("u", low):
            low += 1
        digits = text[low : low + 4]
        if len(digits) == 4 and all(each in "0123456789abcdefABCDEF" for each in digits):
            return Part(chr(int(digits, 16)), at, low + 4, literal=False)
    meaning = _ESCAPES.get(letter)
    return None if meaning is None else Part(meaning, at, at + 2, literal=False)


def _reference(text: str, at: int) -> Part | None:
    """`${expression}` or `$a.b` at `at`."""
    if text.startswith("${", at):
        stop = _closing(text, at + 2)
        return None if stop < 0 else Part(text[at + 2 : stop].strip(), at, stop + 1, literal=False, reference=True)
    stop = at + 1
    while stop < len(text):
        first = stop
        while stop < len(text) and (text[stop].isalnum() or text[stop] == "_"):
            stop += 1
        dotted = text.startswith(".", stop) and (
            text[stop + 1 : stop + 2].isalpha() or text[stop + 1 : stop + 2] == "_"
        )
        if stop == first or not dotted:
            break
        stop += 1
    name = text[at + 1 : stop]
    return Part(name, at, stop, literal=False, reference=True) if name and not name[0].isdigit() else None


def _closing(text: str, at: int) -> int:
    """The index of the brace that closes a reference whose inside starts at `at`; -1 where there is none near."""
    depth, quote = 0, ""
    for index in range(at, min(len(text), at + _MAX_REFERENCE)):
        char = text[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            if not depth:
                return index
            depth -= 1
    return -1


def _slashy(text: str, at: int, before: list[Token], last_dollar: int) -> Token | None:
    """The slashy or dollar slashy string at `at`; None where the slash divides, or nothing closes it."""
    dollar = at < last_dollar and text.startswith("$/", at)
    if not dollar and text[at] != "/":
        return None
    if not dollar and before:
        last = before[-1]
        if last.kind == "string" or (last.kind == "name" and last.text not in _BEFORE_A_PATTERN) or last.text in ")]}":
            return None
    opening, closing = ("$/", "/$") if dollar else ("/", "/")
    found: list[Part] = []
    low = here = at + len(opening)
    while here < len(text):
        part = None
        if text.startswith(closing, here):
            return Token("string", "", at, here + len(closing), filled(text, low, here, found))
        if text.startswith("$$" if dollar else "\\/", here):
            part = Part("$" if dollar else "/", here, here + 2, literal=False)
        elif text[here] == "$":
            part = _reference(text, here)
        elif text[here] == "\n" and not dollar:
            return None  # a slash at the start of what may be anything: patterns of several lines are not read
        here = taken(here, part, found)
    return None


def filled(text: str, low: int, stop: int, found: list[Part]) -> tuple[Part, ...]:
    """The parts of a string from `low` to `stop`: the escapes and references `found` in it, and the runs between."""
    parts: list[Part] = []
    for part in found:
        if part.start > low:
            parts.append(Part(text[low : part.start], low, part.start))
        parts.append(part)
        low = part.stop
    if stop > low:
        parts.append(Part(text[low:stop], low, stop))
    return tuple(parts)


class Brackets(NamedTuple):
    """The brackets of a scanned text by token number: `close` of an opening one, `parent` of every token (-1: none)."""

    close: dict[int, int]
    parent: tuple[int, ...]

    @staticmethod
    def of(tokens: tuple[Token, ...]) -> Brackets:
        """Match them; one that nothing closes ends with the text, one that nothing opened counts for nothing."""
        close: dict[int, int] = {}
        parent: list[int] = []
        stack: list[int] = []
        for number, token in enumerate(tokens):
            closes = token.kind == "mark" and token.text in ")]}"
            if closes and any(_OPENING[tokens[each].text] == token.text for each in stack[-3:]):
                while _OPENING[tokens[stack[-1]].text] != token.text:
                    close[stack.pop()] = number
                close[stack.pop()] = number
            parent.append(stack[-1] if stack else -1)
            if token.kind == "mark" and token.text in _OPENING:
                stack.append(number)
        close.update((number, len(tokens)) for number in stack)
        return Brackets(close, tuple(parent))
