"""The operators and functions of GitHub's expressions on single values.

Every function here returns the tuple of its possible results: one where the arguments decide it, `(True, False)` where
a marker (`UNKNOWN`, `HANDED`) among them does not let it be known. Values are as in `expressions`.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN
from prelaunch.typed import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"

MAX_JSON = 200_000
MAX_JSON_DEPTH = 20

EITHER = (True, False)


def is_unknown(value: Data) -> bool:
    """Whether any part of `value` stands for a text that is not known."""
    return isinstance(value, str) and (UNKNOWN in value or HANDED in value)


def text_of(value: Data) -> str:
    """`value` as it is put into a text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _decimal(float(value))
    return "Array" if isinstance(value, list) else "Object"


def _decimal(value: float) -> str:
    if value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:.15g}"


def truth(value: Data) -> tuple[bool, ...]:
    """Whether `value` counts as true: false, 0, NaN, "" and null do not."""
    if isinstance(value, str):
        if value.strip(UNKNOWN + HANDED):
            return (True,)
        return EITHER if value else (False,)
    if isinstance(value, (list, dict)):
        return (True,)
    return (bool(value) and value == value,)  # noqa: PLR0124 - NaN is false


def _number(value: Data) -> float:
    """How GitHub coerces a value to a number where two types differ."""
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value.strip() or 0) if "_" not in value else float("nan")
        except ValueError:
            return float("nan")
    return float("nan")


def _kind(value: Data) -> str:
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def equal(left: Data, right: Data) -> tuple[bool, ...]:
    """`left == right`: loose across types, without regard to case between strings."""
    if is_unknown(left) or is_unknown(right):
        return EITHER
    if isinstance(left, str) and isinstance(right, str):
        return (left.lower() == right.lower(),)
    if _kind(left) == _kind(right):
        return (left is right if isinstance(left, (list, dict)) else left == right,)
    return (_number(left) == _number(right),)


def less(left: Data, right: Data) -> tuple[bool, ...]:
    """`left < right`."""
    if is_unknown(left) or is_unknown(right):
        return EITHER
    if isinstance(left, str) and isinstance(right, str):
        return (left.lower() < right.lower(),)
    return (_number(left) < _number(right),)


def _contains(search: Data, item: Data) -> tuple[bool, ...]:
    if isinstance(search, list):
        answers = [equal(each, item) for each in search]
        if (True,) in answers:
            return (True,)
        return EITHER if EITHER in answers else (False,)
    text, part = text_of(search).lower(), text_of(item).lower()
    if part in text and not is_unknown(part):
        return (True,)
    return EITHER if is_unknown(text) or is_unknown(part) else (False,)


def _starts_with(text: Data, part: Data) -> tuple[bool, ...]:
    return _affix(text_of(text), text_of(part))


def _ends_with(text: Data, part: Data) -> tuple[bool, ...]:
    return _affix(text_of(text)[::-1], text_of(part)[::-1])


def _affix(text: str, part: str) -> tuple[bool, ...]:
    if is_unknown(part):
        return EITHER
    if text.lower().startswith(part.lower()):
        return (True,)
    known = min((at for at in (text.find(UNKNOWN), text.find(HANDED)) if at >= 0), default=-1)
    if known < 0 or text[:known].lower() != part[:known].lower():
        return (False,)
    return EITHER


def _format(form: Data, *values: Data) -> tuple[Data, ...]:
    text, out, at = text_of(form), [], 0
    while at < len(text):
        if text[at : at + 2] in {"{{", "}}"}:
            out.append(text[at])
            at += 2
            continue
        if text[at] == "{":
            end = text.find("}", at)
            number = text[at + 1 : end] if end >= 0 else ""
            if not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(values)):
                return (UNKNOWN,)
            out.append(text_of(values[int(number)]))
            at = end + 1
            continue
        out.append(text[at])
        at += 1
    return ("".join(out),)


def _join(values: Data, separator: Data = ",") -> tuple[Data, ...]:
    if isinstance(values, list):
        return (text_of(separator).join(text_of(value) for value in values),)
    return (values,) if is_unknown(values) else (text_of(values),)


def _to_json(value: Data) -> tuple[Data, ...]:
    if is_unknown(value):
        return (value if value in {UNKNOWN, HANDED} else UNKNOWN,)
    import json

    return (json.dumps(value, indent=2, ensure_ascii=False),)


def _from_json(text: Data) -> tuple[Data, ...]:
    if not isinstance(text, str):
        return (text,)
    if text in {UNKNOWN, HANDED}:
        return (text,)
    if len(text) > MAX_JSON or _nesting(text) > MAX_JSON_DEPTH:
        return (UNKNOWN,)
    import json

    try:
        return (json.loads(text, parse_int=float),)
    except ValueError:
        return (HANDED if HANDED in text else UNKNOWN,)


def _nesting(text: str) -> int:
    """How deep brackets nest at most; those in strings count too, which only makes it larger."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _case(*values: Data) -> tuple[Data, ...]:
    """`case(predicate, value, ..., default)`: the value of the first predicate that is true."""
    found: list[Data] = []
    for predicate, value in zip(values[:-1:2], values[1:-1:2], strict=False):
        possible = truth(predicate)
        if True in possible:
            found.append(value)
        if False not in possible:
            return tuple(found)
    return (*found, values[-1]) if len(values) % 2 else (UNKNOWN,)


FUNCTIONS: dict[str, Callable[..., tuple[Data, ...]]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "tojson": _to_json,
    "fromjson": _from_json,
    "case": _case,
    "always": lambda: (True,),
    "success": lambda *_: EITHER,
    "failure": lambda *_: EITHER,
    "cancelled": lambda: EITHER,
}
"""By lower-case name; any other function (`hashFiles`) is unknown."""
