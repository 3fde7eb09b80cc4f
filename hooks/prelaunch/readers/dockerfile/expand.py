"""Variables in a Dockerfile's words, replaced as its reference says ("Environment replacement").

Own code because dockerfile-parse gives `a::-latest}` for `a:${V:-latest}` and knows none of the other forms.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Lookup = Callable[[str], str | None]

MAX_LENGTH = 4096
"""No image name or platform is longer; variables that double each other would grow without end."""

_MAX_DEPTH = 16
_MAX_MATCHED = 256


class Effort:
    """What may still be spent on patterns (`${A//*b/c}`), in steps: one file must not stall a run."""

    __slots__ = ("left",)

    def __init__(self, left: int = 1_000_000) -> None:
        self.left = left


def expand(word: str, lookup: Lookup, escape: str = "\\", effort: Effort | None = None) -> str:
    """`word` without quotes and with its variables replaced; `UNKNOWN` stands for each part that cannot be known.

    `lookup` gives a variable's text (which may hold `UNKNOWN`) or None where it is not set. A variable that is not set
    and has no default in the braces is unknown: whoever builds must say it.
    """
    if len(word) > MAX_LENGTH:
        return UNKNOWN
    if "$" not in word and "'" not in word and '"' not in word and escape not in word:
        return word
    try:
        return _Expander(word, lookup, escape, effort or Effort()).until("", 0)
    except _CannotKnowError:
        return UNKNOWN


def is_known(text: str) -> bool:
    """Whether no part of `text` is open."""
    return UNKNOWN not in text and HANDED not in text


class _CannotKnowError(Exception):
    """The word is malformed, too deep or too long: its value is not worth guessing."""


class _Expander:
    __slots__ = ("at", "effort", "escape", "length", "lookup", "text")

    def __init__(self, text: str, lookup: Lookup, escape: str, effort: Effort, at: int = 0, length: int = 0) -> None:
        self.text = text
        self.lookup = lookup
        self.escape = escape
        self.effort = effort
        self.at = at
        self.length = length

    def until(self, stops: str, depth: int, *, pattern: bool = False) -> str:
        """The text up to one of `stops` (not taken) or the end. A `pattern` keeps an escape before what it escapes."""
        if depth > _MAX_DEPTH:
            raise _CannotKnowError
        kept: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in stops:
                return "".join(kept)
            self.at += 1
            if char == "'":
                kept.append(self._literal(self._single(), pattern=pattern))
            elif char == '"':
                kept.append(self._double(depth, pattern=pattern))
            elif char == "$":
                kept.append(self._counted(self._variable(depth)))
            elif char == self.escape:
                following = self._take(1)
                kept.append(self._literal(following, pattern=pattern) if following else char)
            else:
                kept.append(char)
        if stops:
            raise _CannotKnowError
        return "".join(kept)

    def _take(self, count: int) -> str:
        taken = self.text[self.at : self.at + count]
        self.at += len(taken)
        return taken

    def _literal(self, text: str, *, pattern: bool) -> str:
        return "".join("\\" + char for char in text) if pattern else text

    def _counted(self, text: str) -> str:
        self.length += len(text)
        if self.length > MAX_LENGTH:
            raise _CannotKnowError
        return text

    def _single(self) -> str:
        close = self.text.find("'", self.at)
        if close < 0:
            raise _CannotKnowError
        inside = self.text[self.at : close]
        self.at = close + 1
        return inside

    def _double(self, depth: int, *, pattern: bool) -> str:
        kept: list[str] = []
        while char := self._take(1):
            if char == '"':
                return self._literal("".join(kept), pattern=pattern)
            if char == "$":
                kept.append(self._counted(self._variable(depth)))
            elif char == self.escape:
                following = self._take(1)
                kept.append(following if following in {'"', "$", self.escape} else char + following)
            else:
                kept.append(char)
        raise _CannotKnowError

    def _variable(self, depth: int) -> str:
        if self.text.startswith("{", self.at):
            self.at += 1
            return self._braced(depth)
        name = self._name()
        if name:
            value = self.lookup(name)
            return UNKNOWN if value is None else value
        if self.text[self.at : self.at + 1] in tuple("0123456789@*#?!$"):
            self.at += 1
            return UNKNOWN
        return "$"

    def _name(self) -> str:
        start = self.at
        while self.at < len(self.text) and _is_name(self.text[self.at]):
            self.at += 1
        if start < self.at and self.text[start].isdecimal():
            self.at = start
        return self.text[start : self.at]

    def _braced(self, depth: int) -> str:
        name = self._name()
        if not name:
            raise _CannotKnowError
        value = self.lookup(name)
        operator = self._take(1)
        if operator == "}":
            return UNKNOWN if value is None else value
        if operator == ":" or (operator in {"#", "%", "/"} and self.text.startswith(operator, self.at)):
            operator += self._take(1)
        if operator[:1] in {"#", "%", "/"}:
            return self._matched(value, operator, depth)
        word = self._closed(depth)
        match operator[-1:]:
            case "-":
                return self._chosen(value, operator, found=value or "", missing=word)
            case "+":
                return self._chosen(value, operator, found=word, missing="")
            case "?":
                return self._chosen(value, operator, found=value or "", missing=UNKNOWN)
            case _:
                raise _CannotKnowError

    def _closed(self, depth: int) -> str:
        word = self.until("}", depth + 1)
        self.at += 1
        return word

    def _chosen(self, value: str | None, operator: str, *, found: str, missing: str) -> str:
        if value is None:
            return missing
        if len(operator) == 1 or value.strip(UNKNOWN + HANDED):
            return found
        # Set, but to nothing, or to something of which not a character is known.
        return UNKNOWN if value and found != missing else missing

    def _matched(self, value: str | None, operator: str, depth: int) -> str:
        pattern = _tokens(self.until("/}" if operator[0] == "/" else "}", depth + 1, pattern=True))
        with_ = ""
        if operator[0] == "/" and self.text[self.at] == "/":
            self.at += 1
            with_ = self.until("}", depth + 1)
        self.at += 1
        if value is None or not is_known(value) or pattern is None:
            return UNKNOWN
        starts = len(value) if operator[0] == "/" else 1
        self.effort.left -= (len(value) + 1) * starts * (len(pattern) + 1)
        if len(value) > _MAX_MATCHED or self.effort.left < 0:
            return UNKNOWN
        if operator[0] == "#":
            ends = _ends(pattern, value, 0)
            return value[ends[0] if len(operator) == 1 else ends[-1] :] if ends else value
        if operator[0] == "%":
            ends = _ends(pattern[::-1], value[::-1], 0)
            return value[: len(value) - (ends[0] if len(operator) == 1 else ends[-1])] if ends else value
        return _replaced(value, pattern, with_, every=len(operator) == 2)


def _is_name(char: str) -> bool:
    return char == "_" or (char.isascii() and char.isalnum())


def _tokens(pattern: str) -> list[str] | None:
    """A glob as tokens: "*", "?", or "=" and the character; None where an unknown part makes it no glob."""
    if not is_known(pattern):
        return None
    tokens, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            tokens.append("=" + pattern[at])
        elif char in "*?":
            tokens.append(char)
        else:
            tokens.append("=" + char)
        at += 1
    return tokens


def _ends(pattern: list[str], text: str, start: int) -> list[int]:
    """Every offset at which a match of `pattern` that begins at `start` may end, in order."""
    ends: list[int] = []
    states = _through_stars(pattern, {0})
    for at in range(start, len(text) + 1):
        if len(pattern) in states:
            ends.append(at)
        if at == len(text) or not states:
            break
        after = set()
        for state in states:
            wanted = pattern[state] if state < len(pattern) else ""
            if wanted == "*":
                after.add(state)
            elif wanted == "?" or wanted[1:] == text[at]:
                after.add(state + 1)
        states = _through_stars(pattern, after)
    return ends


def _through_stars(pattern: list[str], states: set[int]) -> set[int]:
    reached = set()
    for state in states:
        reached.add(state)
        while state < len(pattern) and pattern[state] == "*":  # a star may stand for nothing
            state += 1  # noqa: PLW2901
            reached.add(state)
    return reached


def _replaced(text: str, pattern: list[str], with_: str, *, every: bool) -> str:
    if not text and pattern and _ends(pattern, text, 0):
        return with_
    kept, at = [], 0
    while at < len(text):
        ends = _ends(pattern, text, at)
        if pattern and ends and ends[-1] > at:
            kept.append(with_)
            at = ends[-1]
            if not every:
                break
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept) + text[at:]
