"""GitHub's `${{ }}` expressions, evaluated as far as the files let them be known.

Semantics follow GitHub's reference "Evaluate expressions in workflows and actions". A value is None, a bool, a float,
a str, a list or a dict, as in JSON; a string that holds `UNKNOWN` or `HANDED` stands for a value that cannot be known
(of any type where it is the marker alone). What depends on something unknown may have several outcomes: a condition is
true or false, `cond && 'a' || 'b'` is `a` or `b`. Nothing here raises, on any text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from prelaunch.model import HANDED, UNKNOWN, Step
from prelaunch.readers.ci.functions import FUNCTIONS, equal, is_unknown, less, text_of, truth
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prelaunch.readers.ci.functions import Data

MAX_OUTCOMES = 16
"""More outcomes than these are not told apart: the value is unknown."""

MAX_DEPTH = 40
"""Parentheses, calls and indices nested deeper than this are not followed."""

MAX_LENGTH = 21_000
"""GitHub refuses longer expressions."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.]))"
    r"|(?P<string>'(?:[^']|'')*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|[!<>().,*]|\[|\])"
    r"|(?P<end>$))"
)


class Outcome(NamedTuple):
    """What an expression may evaluate to, most natural first, and how that is known."""

    values: tuple[Data, ...]
    steps: tuple[Step, ...] = ()


class Context(NamedTuple):
    """A named set of values (`env`, `matrix` ...): `otherwise` is the value of a name that it does not hold."""

    values: Mapping[str, Outcome | Context]
    otherwise: Data = UNKNOWN


_UNKNOWN = Outcome((UNKNOWN,))


class _GiveUpError(Exception):
    """The text is no expression that is understood here."""


def evaluate(text: str, contexts: Mapping[str, Outcome | Context]) -> Outcome:
    """What `text` (without `${{` and `}}`) may be. A context that is not given is unknown."""
    try:
        return _Evaluator(_tokens(text), contexts).outcome()
    except _GiveUpError:
        return _UNKNOWN


@lru_cache(maxsize=2048)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    if len(text) > MAX_LENGTH:
        raise _GiveUpError
    found: list[tuple[str, str]] = []
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _GiveUpError
        if match.lastgroup == "end":
            return tuple(found)
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()


class _Evaluator:
    """Walks the tokens once; every method returns the outcome of what it consumed."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], contexts: Mapping[str, Outcome | Context]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.contexts = contexts

    def outcome(self) -> Outcome:
        found = self.either()
        if self.at < len(self.tokens):
            raise _GiveUpError
        return found

    def take(self, *signs: str) -> str:
        """The next token where it is one of `signs`; "" otherwise."""
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind == "sign" and text in signs:
                self.at += 1
                return text
        return ""

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise _GiveUpError

    def either(self) -> Outcome:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _GiveUpError
        left = self.both()
        while self.take("||"):
            left = _chain(left, self.both(), stops_at=True)
        self.depth -= 1
        return left

    def both(self) -> Outcome:
        left = self.equality()
        while self.take("&&"):
            left = _chain(left, self.equality(), stops_at=False)
        return left

    def equality(self) -> Outcome:
        left = self.relation()
        while sign := self.take("==", "!="):
            left = _apply(equal if sign == "==" else _different, [left, self.relation()])
        return left

    def relation(self) -> Outcome:
        left = self.negation()
        while sign := self.take("<", ">", "<=", ">="):
            right = self.negation()
            pair = [left, right] if sign in {"<", ">="} else [right, left]
            left = _apply(less if sign in {"<", ">"} else _not_less, pair)
        return left

    def negation(self) -> Outcome:
        count = 0
        while self.take("!"):
            count += 1
        found = self.access()
        if count:
            found = _apply(lambda value: _not(truth(value)), [found])
        return _apply(lambda value: (not value,), [found]) if count > 1 and count % 2 == 0 else found

    def access(self) -> Outcome:
        found: Outcome | Context = self.primary()
        while True:
            if self.take("."):
                if self.take("*"):
                    found = _UNKNOWN
                    continue
                if self.at >= len(self.tokens) or self.tokens[self.at][0] != "name":
                    raise _GiveUpError
                found = _member(found, Outcome((self.tokens[self.at][1],)))
                self.at += 1
            elif self.take("["):
                found = _UNKNOWN if self.take("*") else _member(found, self.either())
                self.need("]")
            else:
                return found if isinstance(found, Outcome) else _UNKNOWN

    def primary(self) -> Outcome | Context:
        if self.take("("):
            found = self.either()
            self.need(")")
            return found
        if self.at >= len(self.tokens):
            raise _GiveUpError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Outcome((_number(text),))
        if kind == "string":
            return Outcome((text[1:-1].replace("''", "'"),))
        if kind != "name":
            raise _GiveUpError
        if self.take("("):
            return self.call(text.lower())
        words: dict[str, Data] = {"true": True, "false": False, "null": None}
        return Outcome((words[text],)) if text in words else self.contexts.get(text.lower(), _UNKNOWN)

    def call(self, name: str) -> Outcome:
        arguments = []
        if not self.take(")"):
            arguments.append(self.either())
            while self.take(","):
                arguments.append(self.either())
            self.need(")")
        function = FUNCTIONS.get(name)
        return _apply(function, arguments) if function else _UNKNOWN


def _number(text: str) -> float:
    try:
        return float(int(text, 0)) if text.lstrip("+-")[:2].lower() in {"0x", "0o"} else float(text)
    except (ValueError, OverflowError):
        return float("nan")


def _not(values: Sequence[Data]) -> tuple[bool, ...]:
    return tuple(not value for value in values)


def _different(left: Data, right: Data) -> tuple[bool, ...]:
    return _not(equal(left, right))


def _not_less(left: Data, right: Data) -> tuple[bool, ...]:
    return _not(less(left, right))


def _few(values: list[Data], steps: tuple[Step, ...]) -> Outcome:
    """The outcome without repeats, unknown where there are too many."""
    distinct: dict[tuple[type, str], Data] = {}
    for value in values:
        distinct.setdefault((type(value), repr(value) if isinstance(value, (list, dict)) else str(value)), value)
    few = tuple(distinct.values()) if len(distinct) <= MAX_OUTCOMES else (UNKNOWN,)
    return Outcome(few, tuple(dict.fromkeys(steps)))


def _chain(left: Outcome, right: Outcome, *, stops_at: bool) -> Outcome:
    """`||` (stops at the first true value) and `&&` (stops at the first false one)."""
    values: list[Data] = []
    goes_on = False
    for value in left.values:
        possible = truth(value)
        if stops_at in possible:
            # An unknown value that is false can only be shown as what false values have in common: nothing.
            values.append(value if stops_at or len(possible) == 1 else "")
        if (not stops_at) in possible:
            goes_on = True
    if goes_on:
        values.extend(right.values)
    return _few(values, left.steps + (right.steps if goes_on else ()))


def _apply(function: Callable[..., tuple[Data, ...]], arguments: list[Outcome]) -> Outcome:
    """The outcomes of `function` for every combination of its arguments."""
    count = 1
    for argument in arguments:
        count *= len(argument.values)
    steps = tuple(step for argument in arguments for step in argument.steps)
    if count > 4 * MAX_OUTCOMES:
        return Outcome((UNKNOWN,), tuple(dict.fromkeys(steps)))
    found: list[Data] = []
    try:
        for values in product(*(argument.values for argument in arguments)):
            found.extend(function(*values))
    except TypeError:  # a number of arguments that the function does not take
        return _UNKNOWN
    return _few(found, steps)


def _member(container: Outcome | Context, key: Outcome) -> Outcome | Context:
    if isinstance(container, Context):
        if len(key.values) != 1 or is_unknown(key.values[0]):
            return _UNKNOWN
        name = text_of(key.values[0])
        if name in container.values:
            return container.values[name]
        lower = name.lower()
        for each, value in container.values.items():
            if each.lower() == lower:
                return value
        return Outcome((container.otherwise,))
    return _apply(_item, [container, key])


def _item(container: Data, key: Data) -> tuple[Data, ...]:
    if is_unknown(container):
        return (HANDED if container == HANDED else UNKNOWN,)
    if isinstance(container, (dict, list)) and is_unknown(key):
        return (UNKNOWN,)
    if isinstance(container, dict):
        name = text_of(key)
        if name in container:
            return (container[name],)
        return (next((value for each, value in container.items() if each.lower() == name.lower()), None),)
    if isinstance(container, list) and isinstance(key, float) and 0 <= key < len(container):
        return (container[int(key)],)
    return (None,)
