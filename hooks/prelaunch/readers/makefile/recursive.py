"""`$(MAKE) target NAME=value`: what a makefile hands to its own targets (GNU make manual, "Recursive Use of make")."""

from __future__ import annotations

from collections import Counter

from prelaunch.readers.shell import parse
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.readers.makefile.program import LineAt
    from prelaunch.readers.shell import Command, Word

_ELSEWHERE = ("--directory", "--file", "--makefile", "--include-dir")
_LETTERS = frozenset("CfI")
"""Of short options: with these another makefile is read, or the next word is taken."""


class Handed(NamedTuple):
    """A value that a recipe line hands to a target of the same makefile."""

    target: str
    name: str
    value: str
    line: LineAt


class _Call(NamedTuple):
    targets: frozenset[str]
    values: dict[str, str]


def handed_on(lines: Iterable[LineAt]) -> list[Handed]:
    """The values that every call of a target hands it alike; where two calls differ, or one hands none, none."""
    found: dict[tuple[str, str], list[Handed]] = {}
    calls: Counter[str] = Counter()
    for line in lines:
        text = line.line.text.text
        if "MAKE" not in text and "make" not in text:
            continue
        for call in _calls(text):
            calls.update(call.targets)
            for target in call.targets:
                for name, value in call.values.items():
                    found.setdefault((target, name), []).append(Handed(target, name, value, line))
    return [
        group[0]
        for (target, _), group in found.items()
        if len({one.value for one in group}) == 1 and len(group) == calls[target]
    ]


def _calls(text: str) -> Iterator[_Call]:
    """The calls of make in a recipe line that read the same makefile, with what they hand on literally."""
    for command in parse(text.lstrip("@+- \t").replace("$(MAKE)", "make").replace("${MAKE}", "make")):
        name = command.words[0].text if command.words else None
        if name in {"cd", "pushd"}:
            return  # what follows runs elsewhere
        call = _call(command) if name == "make" else None
        if call is not None:
            yield call


def _call(command: Command) -> _Call | None:
    """What one call of make is told; None where it reads another makefile, or a word of it is not literal."""
    targets: set[str] = set()
    values: dict[str, str] = {}
    for assignment in command.assignments:
        _keep(values, assignment.name, assignment.value)
    for word in command.words[1:]:
        literal = word.parts[0].text if word.parts and word.parts[0].kind == "literal" else ""
        name, equals, _ = literal.partition("=")
        if literal.startswith("-"):
            if literal.startswith(_ELSEWHERE) or (literal[1:2] != "-" and not _LETTERS.isdisjoint(literal)):
                return None
        elif equals and name.rstrip(":").isidentifier():
            _keep(values, name.rstrip(":"), word, skip=len(name) + 1)
        elif word.text is None:
            return None
        else:
            targets.add(word.text)
    return _Call(frozenset(targets), values)


def _keep(values: dict[str, str], name: str, word: Word | None, skip: int = 0) -> None:
    """Note the value of a variable, where it is literal to the shell and to make."""
    text = word.text if word is not None else None
    if text is not None and "$" not in text and text[skip:]:
        values[name] = text[skip:]
