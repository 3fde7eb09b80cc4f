"""What a recipe tests in the shell before a command: `[ -n "$(P)" ] &&`, `test -n "$(P)" || exit 1` in a line above.

Where such a test fails by default, whoever runs make sees to it that it does not: the command is read as in a branch of
`ifneq ($(P),)`.
"""

from __future__ import annotations

import re

from prelaunch.places.assumed import Assumptions
from prelaunch.readers.makefile.context import END
from prelaunch.readers.makefile.facts import Test
from prelaunch.readers.makefile.functions import match
from prelaunch.readers.makefile.worlds import BoundTest
from prelaunch.readers.shell import parse
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch.variables import Fact, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prelaunch.readers.makefile import Unit
    from prelaunch.readers.makefile.program import LineAt
    from prelaunch.readers.makefile.worlds import Condition
    from prelaunch.readers.shell import Command

_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_]*)\)")
_TESTS = ("[", "test ")
_PREFIXES = "@+- \t"
_MAX_LINES, _MAX_GROUPS = 200, 8
_STEMS = ("$($*)", "${$*}", "$(${*})", "${${*}}", "$($(*))", "${$(*)}")
_Held = tuple[str, "str | None"]
"""A variable, and the text that it has; None: any but the empty one."""


class Guarded(NamedTuple):
    """The commands of a line that run only under a condition: where they stand in the makefile."""

    condition: Condition
    spans: tuple[tuple[int, int], ...]

    def holds_for(self, start: int) -> bool:
        """Whether the command at an offset is one of them."""
        return any(first <= start < last for first, last in self.spans)


class Guards:
    """What the recipes of a makefile test."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._by_target: dict[str, list[Unit]] = {}
        for unit in units:
            for target in unit.targets:
                self._by_target.setdefault(target, []).append(unit)
        self._patterns = [name for name in self._by_target if name.count("%") == 1]
        self._unit: tuple[Unit, set[_Held], list[tuple[BoundTest, bool]]] | None = None
        self._known: dict[LineAt, set[_Held]] = {}

    def of(self, unit: Unit, line: LineAt) -> list[Guarded]:
        """The guarded commands of a line of `unit`, by what guards them."""
        if line.origin is not None:
            return []
        if self._unit is None or self._unit[0] is not unit:
            self._unit = (unit, *self._needed(unit.prerequisites))
        above, stops = set(self._unit[1]), list(self._unit[2])
        for each in unit.lines[:_MAX_LINES]:
            if each is line:
                break
            if each.guard == line.guard:
                above |= self._left(each)
            stops += _stops(each, line.guard)
        groups: dict[frozenset[_Held], list[tuple[int, int]]] = {}
        if above or stops or _speaks_of_tests(line):
            text = line.line.text
            for tests, start, stop in _commands(line):
                if above or stops or tests:
                    span = text.offset(start), text.after(stop)
                    groups.setdefault(frozenset(above | tests), []).append(span)
        if len(groups) > _MAX_GROUPS:
            return []
        return [Guarded((*_condition(held, line), *stops), tuple(spans)) for held, spans in groups.items()]

    def _left(self, line: LineAt) -> set[_Held]:
        """What holds behind a line that did not stop make."""
        if line not in self._known:
            reads = line.origin is None and _speaks_of_tests(line) and not _ignores_errors(line)
            self._known[line] = _behind(line) if reads else set()
        return self._known[line]

    def _needed(self, prerequisites: Iterable[str]) -> tuple[set[_Held], list[tuple[BoundTest, bool]]]:
        """What holds once the recipes of prerequisites did not stop make."""
        held: set[_Held] = set()
        stops: list[tuple[BoundTest, bool]] = []
        for name in prerequisites:
            for unit in self._by_target.get(name, ()):
                for line in unit.lines:
                    if line.guard == unit.rule.guard:
                        held |= self._left(line)
                    stops += _stops(line, unit.rule.guard)
            for pattern in self._patterns:
                stem = match(pattern, name)
                if stem and stem.isidentifier() and any(map(_demands_stem, self._by_target[pattern])):
                    held.add((stem, None))
        return held, stops


def _demands_stem(unit: Unit) -> bool:
    """Whether a pattern rule stops make unless the variable that its `%` names has a value (`guard-%`)."""
    text = "\n".join(line.line.text.text for line in unit.lines)
    return any(name in text for name in _STEMS) and ("exit" in text or "$(error" in text)


def _stops(line: LineAt, guard: Condition) -> Condition:
    """What must not be, since make stops at a line of a recipe under `guard` there."""
    if not line.line.text.text.lstrip(_PREFIXES).startswith(("$(error ", "${error ")):
        return ()
    own = [part for part in line.guard if part not in guard]
    return ((own[0][0], not own[0][1]),) if len(own) == 1 else ()


def _condition(held: Iterable[_Held], line: LineAt) -> Condition:
    span = line.line.span
    return tuple(
        (BoundTest(Test(span, "equal", f"$({name})", text or ""), END, line.source), text is not None)
        for name, text in sorted(held, key=str)
    )


def _speaks_of_tests(line: LineAt) -> bool:
    text = line.line.text.text
    return "$" in text and any(word in text for word in _TESTS)


def _ignores_errors(line: LineAt) -> bool:
    text = line.line.text.text
    return "-" in text[: len(text) - len(text.lstrip(_PREFIXES))]


def _commands(line: LineAt) -> Iterator[tuple[set[_Held], int, int]]:
    """The commands of a line, each with what holds where it runs and its place in the line's text."""
    commands, facts, _ = _read(line)
    for order, command in enumerate(commands, 1):
        here = places_of(command.blocks)
        inside = (fact for fact in facts if fact.order < order and here[: len(fact.within)] == fact.within)
        yield _held(inside), command.start, command.stop


def _behind(line: LineAt) -> set[_Held]:
    if "exit 0" in line.line.text.text:
        return set()  # it ends the line alone
    _, facts, assumptions = _read(line, last=True)
    return _held([*(fact for fact in facts if not fact.within), *assumptions.last()])


def _held(facts: Iterable[Fact]) -> set[_Held]:
    return {(fact.test.name, fact.test.text) for fact in facts if fact.holds != fact.test.fails}


def _read(line: LineAt, *, last: bool = False) -> tuple[tuple[Command, ...], list[Fact], Assumptions]:
    """The line as a shell would read it if make's variables were the shell's.

    `last`: of interest is what holds behind it; where a subshell at its end fails, so does the line.
    """
    text = line.line.text.text
    text = _REFERENCE.sub(lambda found: f"${{{found[1]}}}" if found[1] else "__", text)
    rest = text.lstrip(_PREFIXES)
    commands = parse(" " * (len(text) - len(rest)) + rest)
    facts: dict[str, list[Fact]] = {}
    ends = last and bool(commands) and any(block.kind == "subshell" for block in commands[-1].blocks)
    assumptions = Assumptions(facts, subshells=ends)
    for order, command in enumerate(commands, 1):
        assumptions.note(command, command.blocks, order)
    return commands, [fact for several in facts.values() for fact in several], assumptions
