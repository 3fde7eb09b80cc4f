"""Jinja expressions (`{{ name }}`) in Ansible's strings, put in place as far as they are known.

Known are plain variables and the filter `default`; `omit` leaves an option away. Everything else is unknown.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, Value
from prelaunch.places.substitution import MAX_SPOTS, Spot, single
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_EXPRESSION = 2_000
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}


def jinja_spots(text: str, lookup: Callable[[str], Value]) -> list[Spot]:
    """What the expressions of `text` come to; statements (`{% if %}`) and comments go, what is between them stays."""
    spots: list[Spot] = []
    at = text.find("{")
    while at >= 0 and len(spots) < MAX_SPOTS:
        opening = text[at : at + 2]
        end = text.find(_CLOSING[opening], at + 2, at + _MAX_EXPRESSION) if opening in _CLOSING else -1
        if end < 0:
            at = text.find("{", at + 1)
            continue
        if opening == "{{":
            value = _value(text[at + 2 : end].strip("-+ \t\r\n"), lookup)
            spots.append(Spot(at, end + 2, single(value), value.steps))
        else:
            spots.append(Spot(at, end + 2, ""))
        at = text.find("{", end + 2)
    return spots


def _value(expression: str, lookup: Callable[[str], Value]) -> Value:
    name, *filters = [part.strip() for part in expression.split("|")]
    value = Value((name[1:-1],)) if _quoted(name) else lookup(name) if name.isidentifier() else Value((UNKNOWN,))
    if name == "omit":
        value = Value((UNSET,))
    for each in filters:
        head, _, rest = each.partition("(")
        if head.strip() in {"default", "d"} and rest.endswith(")"):
            if single(value) in {HANDED, UNSET}:
                first = rest[:-1].split(",", 1)[0].strip()
                if _quoted(first):
                    value = Value((first[1:-1],), value.steps)
                else:
                    value = Value((UNSET,)) if first in {"omit", ""} else lookup(first)
        elif head.strip() not in {"string", "trim", "quote", "lower"}:
            return Value((UNKNOWN,), value.steps)
    return value


def _quoted(text: str) -> bool:
    return len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]
