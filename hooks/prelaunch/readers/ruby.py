"""Ruby as Rakefiles and Vagrantfiles use it: names, marks and literals, with exact positions; nothing is run.

Literals are those of Ruby's documentation ("Literals"): `'a'`, `"a #{b}"`, `` `a` ``, `%w[a b]` and its like, `/a/`,
`?a`, `<<~NAME`. What could be an operator too (`/`, `%`, `<<`) is told from what stands before it, as Ruby tells it.
"""

from __future__ import annotations

from bisect import bisect_left

from prelaunch.readers.groovy import Part, Token, filled, taken
from prelaunch.typed import NamedTuple

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CODES = frozenset("uxcCM01234567")
_BEFORE_A_VALUE = frozenset(
    "if elsif else unless while until when in case and or not return then do yield puts raise begin ensure".split()
)
_LETTERS = frozenset("xqQwWiIrs")
_PLAIN = frozenset({"%q", "%w", "%i", "%s"})
_CONTINUED = frozenset("+,.&=<")
_MAX_DEPTH = 8
_MAX_TAG = 200
_MAX_PATTERN = 1_000
_MAX_PATTERNS = 500
"""Slashes that look like a pattern's and are none; a text with more is no program."""


class _Heredoc(NamedTuple):
    """One whose text begins with the next line: the number of its token, and how it ends."""

    number: int
    tag: str
    indented: bool
    refers: bool


def scan(text: str) -> tuple[Token, ...]:
    """The tokens, in order, without blanks and comments. Never raises; what is unclosed ends.

    The `text` of a string is what opens it (`"`, `%w[`, `<<~NAME`). The parts of a heredoc stand behind the line of its
    token. A line that goes on (behind a comma, before `.name`) has no line end.
    """
    reader = _Reader(text)
    at = (text.find("\n") + 1 or len(text)) if text.startswith("#!") else 0
    return tuple(reader.code(at, len(text), 0)[0])


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self._patterns = _MAX_PATTERNS
        self._lines: tuple[dict[str, list[int]], dict[str, list[int]]] | None = None

    def code(self, at: int, stop: int, depth: int) -> tuple[list[Token], int]:
        """The tokens from `at` to `stop`, or, of a reference (`depth`), to behind the brace that closes it."""
        text = self.text
        tokens: list[Token] = []
        waiting: list[_Heredoc] = []
        braces = 0
        while at < stop:
            char = text[at]
            if char == "\n":
                if not self._goes_on(at + 1, tokens):
                    tokens.append(Token("line", char, at, at + 1))
                at = self._bodies(at + 1, waiting, tokens)
            elif char in "=_" and text[at - 1 : at] in {"", "\n"} and text.startswith(("=begin", "__END__\n"), at):
                end = text.find("\n=end", at) if char == "=" else -1
                at = stop if end < 0 else (text.find("\n", end + 1) + 1 or stop)
            elif char.isspace():
                at += 1
            elif char == "\\" and text[at + 1 : at + 2] in {"\n", "\r"}:
                at = text.find("\n", at) + 1 or stop
            elif char == "#":
                end = text.find("\n", at, stop)
                at = stop if end < 0 else end
            elif char.isalnum() or char in "_@$":
                tokens.append(self._name(at))
                at = tokens[-1].stop
            elif char == "}" and depth and not braces:
                return tokens, at + 1
            else:
                token = self._literal(at, stop, depth, tokens, waiting) or Token("mark", char, at, at + 1)
                braces += (token.text == "{") - (token.text == "}")
                tokens.append(token)
                at = token.stop
        return tokens, min(at, stop)

    def _goes_on(self, at: int, tokens: list[Token]) -> bool:
        """Whether the line before `at` goes on with the next."""
        if tokens and tokens[-1].kind == "mark" and tokens[-1].text in _CONTINUED:
            return True
        while self.text[at : at + 1] in {" ", "\t"}:
            at += 1
        return self.text.startswith(".", at) and not self.text.startswith("..", at)

    def _name(self, at: int) -> Token:
        text = self.text
        stop = at + 1 + text.startswith("@@", at)
        while stop < len(text) and (text[stop].isalnum() or text[stop] == "_"):
            stop += 1
        if text[at] == "$" and stop == at + 1:
            stop += not text[stop : stop + 1].isspace()  # `$"`, `$'` and their like
        elif text[stop : stop + 1] in {"?", "!"} and text[at].isalpha():
            stop += text[stop + 1 : stop + 2] != "="
        stop = min(stop, len(text))
        return Token("name", text[at:stop], at, stop)

    def _literal(self, at: int, stop: int, depth: int, tokens: list[Token], waiting: list[_Heredoc]) -> Token | None:
        """The literal that begins at `at`, if one does."""
        text, char = self.text, self.text[at]
        before = tokens[-1].text if tokens and (tokens[-1].stop == at or tokens[-1].text == "def") else ""
        if before == "." and len(tokens) > 1 and tokens[-2].text == ".":
            before = ""  # a range
        if char in "/%<?`" and (before in {"def", "."} or (before == ":" and char in "/`")):
            return None  # the name of an operator
        if char in "'\"`":
            return self._quoted(at, at + 1, stop, depth)
        if char in "/%<?" and not _begins(text, at, tokens):
            return None
        if char == "/":
            return self._pattern(at, stop, depth, tokens)
        if char == "%":
            low = at + 2 + (text[at + 1 : at + 2] in _LETTERS)
            mark = text[low - 1 : low]
            fits = mark in _CLOSING or mark in {"|", "!"} or (low > at + 2 and mark in {"/", "-", "~", "^", "'", '"'})
            return self._quoted(at, low, stop, depth) if fits else None
        if char == "?":
            single = at + 1 < stop and not text[at + 1].isspace() and not text[at + 2 : at + 3].isalnum()
            return Token("string", "?", at, at + 2, (Part(text[at + 1], at + 1, at + 2),)) if single else None
        return self._heredoc(at, tokens, waiting) if char == "<" and not depth else None

    def _quoted(self, start: int, low: int, stop: int, depth: int) -> Token:
        opening = self.text[start:low]
        refers = opening != "'" and opening[:2] not in _PLAIN
        parts, end = self._parts(low, stop, depth, opening[-1], refers=refers)
        return Token("string", opening, start, min(end + 1, stop), parts)

    def _parts(self, low: int, stop: int, depth: int, opening: str, *, refers: bool) -> tuple[tuple[Part, ...], int]:
        """The parts of a literal from `low` to what closes it (`opening` "": to `stop`), and the offset of that."""
        text = self.text
        closing = _CLOSING.get(opening, opening)
        escaped = {opening, closing, "\\"} if opening else set()
        found: list[Part] = []
        at, nested = low, 0
        while at < stop:
            char = text[at]
            part = None
            if char == "\\":
                part = self._escape(at) if refers else None
                if part is None and text[at + 1 : at + 2] in escaped:
                    part = Part(text[at + 1], at, at + 2, literal=False)
            elif char == "#" and refers:
                part = self._reference(at, stop, depth)
            elif closing and char == closing:
                if not nested:
                    break
                nested -= 1
            elif closing and char == opening:
                nested += 1
            at = taken(at, part, found)
        at = min(at, stop)
        return filled(text, low, at, found), at

    def _escape(self, at: int) -> Part | None:
        """What a backslash means; a character by its number is not known."""
        letter = self.text[at + 1 : at + 2]
        if not letter:
            return None
        if letter == "\r" and self.text.startswith("\n", at + 2):
            return Part("", at, at + 3, literal=False)
        if letter in _CODES:
            return Part(self.text[at : at + 2], at, at + 2, literal=False, reference=True)
        return (
            Part("" if letter == "\n" else _ESCAPES.get(letter, letter), at, at + 2, literal=False) if letter else None
        )

    def _reference(self, at: int, stop: int, depth: int) -> Part | None:
        """`#{expression}`, `#@name`, `#$name`."""
        text = self.text
        if text.startswith("#{", at) and depth < _MAX_DEPTH:
            end = self.code(at + 2, stop, depth + 1)[1]
            inside = text[at + 2 : end - text.endswith("}", at + 2, end)]
            return Part(inside.strip(), at, end, literal=False, reference=True)
        if text[at + 1 : at + 2] in {"@", "$"} and (
            text[at + 2 : at + 3].isalpha() or text[at + 2 : at + 3] in {"_", "@"}
        ):
            end = min(self._name(at + 1).stop, stop)
            return Part(text[at + 1 : end], at, end, literal=False, reference=True)
        return None

    def _pattern(self, at: int, stop: int, depth: int, tokens: list[Token]) -> Token | None:
        """`/.../flags`; behind a name, which it could be divided by, only on one line."""
        text = self.text
        one_line = bool(tokens) and tokens[-1].kind == "name" and tokens[-1].text not in _BEFORE_A_VALUE
        here, last = at + 1, min(stop, at + _MAX_PATTERN)
        while self._patterns and here < last and not (one_line and text[here] == "\n"):
            if text[here] == "/":
                here += 1
                while here < stop and text[here].isalpha():
                    here += 1
                return Token("string", "/", at, here, (Part("", at, here, literal=False, reference=True),))
            inside = self._reference(here, last, depth) if text[here] == "#" else None
            here = inside.stop if inside is not None else here + 1 + (text[here] == "\\")
        self._patterns -= self._patterns > 0
        return None

    def _heredoc(self, at: int, tokens: list[Token], waiting: list[_Heredoc]) -> Token | None:
        """The token of `<<~NAME`, whose text is read when its line ends; None where no line closes it."""
        text = self.text
        if not text.startswith("<<", at) or (tokens and tokens[-1].text == "class"):
            return None
        low = at + 2
        indented = text[low : low + 1] in {"~", "-"}
        low += indented
        quote = text[low : low + 1] if text[low : low + 1] in {"'", '"', "`"} else ""
        low += bool(quote)
        stop = text.find(quote, low, low + _MAX_TAG) if quote else low
        while not quote and stop < len(text) and (text[stop].isalnum() or text[stop] == "_"):
            stop += 1
        tag = text[low:stop] if stop >= 0 else ""
        if not tag or tag[0].isdigit() or "\n" in tag:
            return None
        if self._end(tag, stop, indented=indented) < 0:
            return None
        stop += bool(quote)
        waiting.append(_Heredoc(len(tokens), tag, indented, quote != "'"))
        return Token("string", text[at:stop], at, stop)

    def _bodies(self, at: int, waiting: list[_Heredoc], tokens: list[Token]) -> int:
        """Read the heredocs whose text begins at `at`; the offset behind the last."""
        for one in waiting:
            end = self._end(one.tag, at, indented=one.indented)
            if end >= 0:
                parts, _ = self._parts(at, end, 0, "", refers=one.refers)
                tokens[one.number] = tokens[one.number]._replace(parts=parts)
                at = self.text.find("\n", end) + 1 or len(self.text)
        waiting.clear()
        return at

    def _end(self, tag: str, at: int, *, indented: bool) -> int:
        """Where the first line from `at` on starts that is a tag alone; -1 for none."""
        if self._lines is None:  # once for all heredocs, so that they take no longer than the text
            self._lines = ({}, {})
            start = 0
            for line in self.text.split("\n"):
                for lines, key in zip(self._lines, (line.removesuffix("\r"), line.strip()), strict=True):
                    lines.setdefault(key, []).append(start)
                start += len(line) + 1
        starts = self._lines[indented].get(tag, [])
        number = bisect_left(starts, at)
        return starts[number] if number < len(starts) else -1


def _begins(text: str, at: int, tokens: list[Token]) -> bool:
    """Whether a literal may begin at `at`: no value stands before it, or a name that is called with it (`puts /a/`)."""
    last = tokens[-1] if tokens else None
    if last is None or last.kind == "line":
        return True
    if last.kind == "mark":
        return last.text not in ")]}"
    if last.kind == "string" or last.text[0].isdigit():
        return False
    following = text[at + 1 + text.startswith("<<", at) : at + 3][:1]
    return last.text in _BEFORE_A_VALUE or (last.stop < at and text[at] != "?" and not following.isspace())
