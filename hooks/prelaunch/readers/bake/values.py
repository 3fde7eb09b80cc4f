"""The values of bake files: plain Python data, and `Unknown` for what cannot be said without running bake.

Lists, tuples and sets of HCL are tuples, maps and objects are dicts. A text may contain `UNKNOWN` where only a part of
it cannot be known. Values can share parts, so a walk over one is bounded: few bytes write nine lists of ten lists.
"""

from __future__ import annotations

from dataclasses import dataclass

from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_VISITS = 5_000
"""Parts of one value that are looked at; a larger value counts as unknown."""

MAX_TEXT = 20_000
MAX_ITEMS = 2_000
_MAX_NUMBER = 2**64


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be known. `failed`: bake itself reports an error here. `options`: one of these, if any."""

    failed: bool = False
    options: tuple[Data, ...] = ()


Data = str | int | float | bool | tuple["Data", ...] | dict[str, "Data"] | Unknown | None

NOT_KNOWN = Unknown()
FAILED = Unknown(failed=True)


class MismatchError(Exception):
    """A value is of another type than an operation needs; bake reports an error there."""


def parts(value: Data) -> Iterator[Data]:
    """`value` and everything in it, at most `MAX_VISITS` of them, then `NOT_KNOWN`."""
    waiting: list[Data] = [value]
    for _ in range(MAX_VISITS):
        if not waiting:
            return
        each = waiting.pop()
        yield each
        if isinstance(each, tuple):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each)
            waiting.extend(each.values())
    if waiting:
        yield NOT_KNOWN


def settled(value: Data) -> bool:
    """Whether nothing in `value` is unknown."""
    return examined(value)[0]


def examined(value: Data) -> tuple[bool, int]:
    """Whether nothing in `value` is unknown, and how many parts were looked at to say so."""
    if value is None or isinstance(value, (bool, int, float)):
        return True, 0
    if isinstance(value, str):
        return UNKNOWN not in value, 0
    visits = 0
    for visits, each in enumerate(parts(value)):
        if isinstance(each, Unknown) or (isinstance(each, str) and UNKNOWN in each):
            return False, visits
    return True, visits


def failure(*values: Data) -> Unknown:
    """What an operation on `values`, one of them unknown, comes to: a failure if one failed."""
    return FAILED if any(isinstance(value, Unknown) and value.failed for value in values) else NOT_KNOWN


def bounded(value: Data) -> Data:
    """`value`, or unknown where it has grown beyond what a build file holds."""
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else NOT_KNOWN
    if isinstance(value, (tuple, dict)):
        return value if len(value) <= MAX_ITEMS else NOT_KNOWN
    if isinstance(value, (int, float)):
        return value if -_MAX_NUMBER < value < _MAX_NUMBER else NOT_KNOWN
    return value


def same(left: Data, right: Data) -> bool:
    """Equality of settled values: a text is never a number, nor a truth value one."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(same(one, two) for one, two in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    return type(left) is type(right) and left == right


def text(value: Data) -> str:
    """As a text: numbers and truth values convert, null and collections do not."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    raise MismatchError


def truth(value: Data) -> bool:
    """As a truth value: only `true`, `false` and their texts are any."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise MismatchError


def numeral(value: Data) -> int | float:
    """As a number: a text of digits converts."""
    if isinstance(value, str):
        try:
            value = int(value) if value.isdigit() and len(value) < 20 else float(value.replace("_", "x")[:40])
        except ValueError:
            raise MismatchError from None
    # Not a number compares with nothing, and no number of a build file is infinite.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e300 < value < 1e300:
        raise MismatchError
    return value


def whole(value: Data) -> int:
    """As a number without a fraction."""
    found = numeral(value)
    if found != found // 1 or abs(found) > _MAX_NUMBER:
        raise MismatchError
    return int(found)


def items(value: Data) -> tuple[Data, ...]:
    """As a list."""
    if isinstance(value, tuple):
        return value
    raise MismatchError


def mapping(value: Data) -> dict[str, Data]:
    """As a map."""
    if isinstance(value, dict):
        return value
    raise MismatchError


def pairs(value: Data) -> list[tuple[Data, Data]]:
    """The keys and values of a collection, in the order in which HCL goes through them."""
    if isinstance(value, tuple):
        return list(enumerate(value))
    return [(key, each) for key, each in sorted(mapping(value).items())]


def shown(value: Data) -> str:
    """`value` on one short line, for a message."""
    if isinstance(value, tuple):
        inside = ", ".join(shown(each) for each in value[:4] if not isinstance(each, (tuple, dict)))
        return f"[{inside}{', ...' if len(value) > 4 else ''}]"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, Unknown):
        return "a value that cannot be known"
    if value is None:
        return "null"
    plain = text(value).replace(UNKNOWN, "...")
    shortened = plain if len(plain) <= 60 else f"{plain[:57]}..."
    return '"' + " ".join(shortened.split()) + '"' if isinstance(value, str) else shortened
