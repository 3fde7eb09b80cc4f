"""The expressions of a justfile: strings, sums, paths, `if`, functions (casey/just, `GRAMMAR.md`)."""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, Step, Value
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "\n": ""}
_WITH_DEFAULT = frozenset({"env", "env_var_or_default"})
_ARGUMENT_KEPT = frozenset({"trim", "trim_start", "trim_end", "quote", "lowercase", "clean"})
_MAX_DEPTH = 15
_MAX_TEXTS = 8
_MAX_TEXT = 10_000


def string_stop(text: str, at: int) -> int:
    """Behind the string or backtick that starts at `at`, one that nothing closes ends with its line."""
    quote = text[at]
    quote = quote * 3 if text.startswith(quote * 3, at) else quote
    index = at + len(quote)
    while index < len(text):
        if text[index] == "\\" and quote[0] == '"':
            index += 2
        elif text.startswith(quote, index):
            return index + len(quote)
        elif text[index] == "\n" and len(quote) == 1 and quote not in {"'", '"'}:
            return index
        else:
            index += 1
    return len(text)


class Evaluator:
    """Evaluates one expression; what cannot be known is `UNKNOWN`, branches give several texts."""

    def __init__(self, text: str, lookup: Callable[[str], Value]) -> None:
        self.text = text[:_MAX_TEXT]
        self.lookup = lookup
        self.at = 0
        self.steps: list[Step] = []

    def value(self) -> Value:
        """The value of the whole expression."""
        texts = self._expression(0)
        self._blank()
        if self.at < len(self.text) and not self.text.startswith("#", self.at):
            texts = (UNKNOWN,)
        return Value(texts, tuple(dict.fromkeys(self.steps)))

    def _blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _take(self, mark: str) -> bool:
        self._blank()
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def _word(self) -> str:
        self._blank()
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] in "_-"):
            self.at += 1
        return self.text[start : self.at]

    def _expression(self, depth: int) -> tuple[str, ...]:
        if depth > _MAX_DEPTH:
            self.at = len(self.text)
            return (UNKNOWN,)
        texts = self._term(depth)
        while True:
            if self._take("||"):
                other = self._expression(depth + 1)
                texts = other if texts in {("",), (UNSET,)} else texts if UNKNOWN not in texts else _limit(other)
            elif self._take("&&"):
                other = self._expression(depth + 1)
                texts = texts if texts in {("",), (UNSET,)} else other
            elif self._take("+"):
                texts = _joined(texts, self._term(depth), "")
            elif self._take("/"):
                texts = _joined(texts, self._term(depth), "/")
            else:
                return texts

    def _term(self, depth: int) -> tuple[str, ...]:
        self._blank()
        if self.at >= len(self.text):
            return (UNKNOWN,)
        char = self.text[self.at]
        if char == "(":
            self.at += 1
            texts = self._expression(depth + 1)
            return texts if self._take(")") else (UNKNOWN,)
        if char == "`":
            self.at = string_stop(self.text, self.at)
            return (UNKNOWN,)
        if char in "'\"":
            return (self._string(),)
        start = self.at
        word = self._word()
        if word in {"x", "f"} and self.text[self.at : self.at + 1] in {"'", '"'}:
            self._string()
            return (UNKNOWN,)
        if word == "if":
            return self._if(depth)
        if not word:
            self.at = start + 1
            return (UNKNOWN,)
        if self._take("("):
            return self._call(word, depth)
        found = self.lookup(word)
        self.steps += found.steps
        return tuple(text.replace(UNSET, "") for text in found.texts)

    def _string(self) -> str:
        start = self.at
        self.at = string_stop(self.text, start)
        width = 3 if self.text.startswith(self.text[start] * 3, start) else 1
        inside = self.text[start + width : self.at - width]
        if self.text[start] == "'" or "\\" not in inside:
            return inside
        out: list[str] = []
        at = 0
        while at < len(inside):
            if inside[at] == "\\" and at + 1 < len(inside):
                out.append(_ESCAPES.get(inside[at + 1], inside[at + 1]))
                at += 2
            else:
                out.append(inside[at])
                at += 1
        return "".join(out)

    def _call(self, name: str, depth: int) -> tuple[str, ...]:
        arguments: list[tuple[str, ...]] = []
        while not self._take(")"):
            if self.at >= len(self.text):
                return (UNKNOWN,)
            arguments.append(self._expression(depth + 1))
            self._take(",")
        if name in _WITH_DEFAULT and len(arguments) == 2:
            return arguments[1]
        if name in {"env", "env_var"}:
            return (HANDED,)
        return arguments[0] if name in _ARGUMENT_KEPT and arguments else (UNKNOWN,)

    def _if(self, depth: int) -> tuple[str, ...]:
        left = self._expression(depth + 1)
        operator = next((sign for sign in ("==", "!=", "=~", "!~") if self._take(sign)), "")
        right = self._expression(depth + 1)
        chosen = self._braced(depth)
        self._word()  # `else`
        self._blank()
        if self.text.startswith("if", self.at):
            self._word()
            other = self._if(depth + 1)
        else:
            other = self._braced(depth)
        known = len(left) == len(right) == 1 and not any(mark in left[0] + right[0] for mark in (UNKNOWN, HANDED))
        if known and operator in {"==", "!="}:
            return chosen if (left == right) == (operator == "==") else other
        return _limit((*chosen, *other))

    def _braced(self, depth: int) -> tuple[str, ...]:
        if not self._take("{"):
            return (UNKNOWN,)
        texts = self._expression(depth + 1)
        self._take("}")
        return texts


def _limit(texts: tuple[str, ...]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(texts))
    return distinct if len(distinct) <= _MAX_TEXTS and sum(map(len, distinct)) <= _MAX_TEXT else (UNKNOWN,)


def _joined(left: tuple[str, ...], right: tuple[str, ...], between: str) -> tuple[str, ...]:
    return _limit(tuple(f"{one}{between}{two}" for one in left for two in right))
