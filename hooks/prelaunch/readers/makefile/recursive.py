"""`$(MAKE) target NAME=value`: what a makefile hands to its own targets (GNU make manual, "Recursive Use of make")."""

from __future__ import annotations

from collections import Counter

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.readers.makefile.program import LineAt

_CALLS = ("$(MAKE)", "${MAKE}", "make")
_ELSEWHERE = ("-C", "-f", "-I", "--directory", "--file", "--makefile")
"""Options with which another makefile is read, or which take the next word."""
_ENDS = frozenset({"&&", "||", ";", "|", "&", "\\"})


class Handed(NamedTuple):
    """A value that a recipe line hands to a target of the same makefile."""

    target: str
    name: str
    value: str
    line: LineAt


def handed_on(lines: Iterable[LineAt]) -> list[Handed]:
    """The values that every call of a target hands it alike; where two calls differ, or one hands none, none."""
    found: dict[tuple[str, str], list[Handed]] = {}
    calls: Counter[str] = Counter()
    for line in lines:
        text = line.line.text.text
        if "MAKE" not in text and "make" not in text:
            continue
        for targets, values in _calls(text):
            calls.update(set(targets))
            for target in set(targets):
                for name, value in values.items():
                    found.setdefault((target, name), []).append(Handed(target, name, value, line))
    return [
        group[0]
        for (target, _), group in found.items()
        if len({one.value for one in group}) == 1 and len(group) == calls[target]
    ]


def _calls(text: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The targets and the literal values of each call of make in a recipe line that reads the same makefile."""
    words = iter(text.replace(";", " ; ").split())
    for word in words:
        if word.lstrip("@+-") not in _CALLS:
            continue
        targets: list[str] = []
        values: dict[str, str] = {}
        elsewhere = False
        for other in words:
            if other in _ENDS:
                break
            name, equals, value = other.partition("=")
            value = value.strip("\"'")
            if other.startswith("-"):
                elsewhere = elsewhere or other.startswith(_ELSEWHERE)
            elif equals and name.isidentifier():
                if value and not set(value) & set("$\"'`(){}*?<>|"):
                    values[name] = value
            elif "$" not in other and not equals:
                targets.append(other)
        if not elsewhere:
            yield targets, values
