"""The standard functions of bake that need no clock, chance or file (docker/buildx bake/hclparser/stdlib.go).

A function that is not here gives an unknown value. Each takes settled arguments, unless it is in `STRUCTURAL`, which
only move values about. They raise `MismatchError` where bake reports an error.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN
from prelaunch.readers.bake import text_functions as texts
from prelaunch.readers.bake.values import (
    MAX_ITEMS,
    NOT_KNOWN,
    Data,
    MismatchError,
    Unknown,
    bounded,
    failure,
    items,
    mapping,
    numeral,
    pairs,
    same,
    text,
    truth,
    whole,
)
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def call(name: str, arguments: Sequence[Data], *, known: bool) -> Data:
    """The value of the standard function `name`; `known` says that nothing in the arguments is unknown.

    Unknown where the function is not here or where something unknown matters to it.
    """
    function = _FUNCTIONS.get(name)
    if function is None:
        return failure(*arguments)
    if name in STRUCTURAL:
        if any(isinstance(each, Unknown) for each in arguments):
            return failure(*arguments)
    elif not known:
        return failure(*arguments)
    try:
        return bounded(function(*arguments))
    except (MismatchError, TypeError):
        # TypeError: another number of arguments than the function has.
        return Unknown(failed=True)


def is_known(name: str) -> bool:
    """Whether bake has a function of this name, or we evaluate it."""
    return name in _FUNCTIONS


def _concat(*lists: Data) -> Data:
    return tuple(each for given in lists for each in items(given))


def _contains(given: Data, wanted: Data) -> Data:
    return any(same(each, wanted) for each in items(given))


def _flatten(given: Data) -> Data:
    items(given)
    out: list[Data] = []
    waiting: list[Data] = [given]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting.extend(reversed(each))
        else:
            out.append(each)
        if len(out) > MAX_ITEMS or len(waiting) > 2 * MAX_ITEMS:
            return NOT_KNOWN
    return tuple(out)


def _distinct(given: Data) -> Data:
    out: list[Data] = []
    if len(items(given)) > 300:
        return NOT_KNOWN
    for each in items(given):
        if not any(same(each, other) for other in out):
            out.append(each)
    return tuple(out)


def _lookup(given: Data, key: Data, default: Data) -> Data:
    name = text(key)
    if name in mapping(given):
        return mapping(given)[name]
    return NOT_KNOWN if any(UNKNOWN in each for each in (name, *mapping(given))) else default


def _merge(*maps: Data) -> Data:
    out: dict[str, Data] = {}
    for given in maps:
        if given is not None:
            out.update(mapping(given))
    return out


def _length(given: Data) -> Data:
    return len(given) if isinstance(given, dict) else len(items(given))


def _coalesce(*given: Data) -> Data:
    for each in given:
        if each is not None:
            return each
    raise MismatchError


def _coalescelist(*given: Data) -> Data:
    for each in given:
        if each is not None and items(each):
            return each
    raise MismatchError


def _element(given: Data, at: Data) -> Data:
    value, number = items(given), whole(at)
    if not value or number < 0:
        raise MismatchError
    return value[number % len(value)]


def access(of: Data, key: Data) -> Data:
    """`of[key]`; a list's key is a number, a map's a text."""
    if isinstance(of, tuple):
        number = whole(key)
        if not 0 <= number < len(of):
            raise MismatchError
        return of[number]
    name = text(key)
    if name in mapping(of):
        return mapping(of)[name]
    if any(UNKNOWN in each for each in (name, *mapping(of))):
        return NOT_KNOWN
    raise MismatchError


def _index_of(given: Data, wanted: Data) -> Data:
    for at, each in enumerate(items(given)):
        if same(each, wanted):
            return at
    raise MismatchError


def _range(*given: Data) -> Data:
    numbers = [whole(each) for each in given]
    start, stop = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) > 2 else 1 if stop >= start else -1
    if not step:
        raise MismatchError
    found = range(start, stop, step)
    return tuple(found) if len(found) <= MAX_ITEMS else NOT_KNOWN


def _set_product(*given: Data) -> Data:
    rows: list[tuple[Data, ...]] = [()]
    for each in given:
        if len(rows) * len(items(each)) > MAX_ITEMS:
            return NOT_KNOWN
        rows = [(*row, value) for row in rows for value in items(each)]
    return tuple(rows)


def _zipmap(keys: Data, values: Data) -> Data:
    names, given = items(keys), items(values)
    if len(names) != len(given):
        raise MismatchError
    return {text(name): value for name, value in zip(names, given, strict=True)}


def _slice(given: Data, start: Data, stop: Data) -> Data:
    low, high, value = whole(start), whole(stop), items(given)
    if not 0 <= low <= high <= len(value):
        raise MismatchError
    return value[low:high]


def _divide(left: Data, right: Data) -> Data:
    by = numeral(right)
    if not by:
        raise MismatchError
    return numeral(left) / by


def _modulo(left: Data, right: Data) -> Data:
    one, two = whole(left), whole(right)
    if not two:
        raise MismatchError
    # Go's sign is that of the dividend.
    return abs(one) % abs(two) * (-1 if one < 0 else 1)


def compare(operator: str, left: Data, right: Data) -> Data:
    """`<`, `>`, `<=`, `>=` of numbers."""
    one, two = numeral(left), numeral(right)
    return {"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[operator]


_FUNCTIONS: dict[str, Callable[..., Data]] = {
    "absolute": lambda one: abs(numeral(one)),
    "add": lambda one, two: numeral(one) + numeral(two),
    "and": lambda one, two: truth(one) and truth(two),
    "basename": lambda one: text(one).rstrip("/").rpartition("/")[2] or (NOT_KNOWN if not text(one) else "/"),
    "chomp": lambda one: text(one).rstrip("\r\n"),
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": lambda one: tuple(each for each in items(one) if each is not None and each != ""),
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "divide": _divide,
    "element": _element,
    "equal": same,
    "flatten": _flatten,
    "format": texts.format_,
    "greaterthan": lambda one, two: compare(">", one, two),
    "greaterthanorequalto": lambda one, two: compare(">=", one, two),
    "hasindex": lambda of, key: text(key) in of if isinstance(of, dict) else 0 <= whole(key) < len(items(of)),
    "index": access,
    "indexof": _index_of,
    "int": lambda one: int(numeral(one)),
    "join": texts.join,
    "keys": lambda one: tuple(sorted(mapping(one))),
    "length": _length,
    "lessthan": lambda one, two: compare("<", one, two),
    "lessthanorequalto": lambda one, two: compare("<=", one, two),
    "lookup": _lookup,
    "lower": lambda one: text(one).lower(),
    "max": lambda *all_of: max((numeral(each) for each in all_of), default=NOT_KNOWN),
    "merge": _merge,
    "min": lambda *all_of: min((numeral(each) for each in all_of), default=NOT_KNOWN),
    "modulo": _modulo,
    "multiply": lambda one, two: numeral(one) * numeral(two),
    "negate": lambda one: -numeral(one),
    "not": lambda one: not truth(one),
    "notequal": lambda one, two: not same(one, two),
    "or": lambda one, two: truth(one) or truth(two),
    "range": _range,
    "regex_replace": texts.regex_replace,
    "replace": texts.replace,
    "reverse": lambda one: text(one)[::-1],
    "reverselist": lambda one: items(one)[::-1],
    "sanitize": texts.sanitize,
    "setproduct": _set_product,
    "slice": _slice,
    "sort": lambda one: tuple(sorted(text(each) for each in items(one))),
    "split": texts.split,
    "strlen": lambda one: len(text(one)),
    "substr": texts.substr,
    "subtract": lambda one, two: numeral(one) - numeral(two),
    "title": texts.title,
    "trim": texts.trim,
    "trimprefix": lambda one, two: text(one).removeprefix(text(two)),
    "trimspace": lambda one: text(one).strip(),
    "trimsuffix": lambda one, two: text(one).removesuffix(text(two)),
    "upper": lambda one: text(one).upper(),
    "values": lambda one: tuple(value for _, value in pairs(mapping(one))),
    "zipmap": _zipmap,
}

STRUCTURAL = frozenset(
    "coalescelist compact concat element flatten index join keys length lookup merge reverselist setproduct slice "
    "values zipmap".split()
)
"""Functions that only move values about, so that an unknown one inside is moved with the rest."""
