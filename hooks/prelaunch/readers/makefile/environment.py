"""What make hands to the shells of its recipes (manual 5.7.2): exported variables, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prelaunch.model import Value
from prelaunch.readers.makefile.context import END, Scope
from prelaunch.readers.makefile.pieces import Pieces, steps_of, text_of
from prelaunch.readers.makefile.worlds import ChoiceError, World, alternatives
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.readers.makefile.program import Program
    from prelaunch.readers.makefile.recipes import Unit
    from prelaunch.readers.makefile.worlds import Condition


class Environment(Mapping[str, Value]):
    """The exported variables of one recipe in one world; each value is computed when it is asked for."""

    def __init__(self, program: Program, unit: Unit, world: World) -> None:
        self._program, self._world = program, world
        # Recipes without variables of their own share what is computed; `$@` in an exported value is not known then.
        self._scope = unit.scope if unit.scope.events else program.any_recipe
        self._names = _exported(program, self._scope, world)

    def __getitem__(self, name: str) -> Value:
        if name not in self._names:
            raise KeyError(name)
        memo, known = ("environment", name), self._scope.memo(self._world)
        if memo not in known:
            variables = self._program.variables

            def value(world: World) -> Pieces:
                return variables.value(name, variables.context(world, END, self._scope))

            found = alternatives(value, self._world)
            steps = dict.fromkeys(step for pieces in found for step in steps_of(pieces))
            known[memo] = Value(tuple(dict.fromkeys(text_of(pieces) for pieces in found)), tuple(steps))
        return known[memo]  # type: ignore[return-value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _exported(program: Program, scope: Scope, world: World) -> dict[str, None]:
    """The names that make hands to the recipe's environment (manual 5.7.2), without those that are set nowhere."""
    memo, known = "exported", scope.memo(world)
    if memo not in known:
        known[memo] = _find_exported(program, scope, world)
    return known[memo]  # type: ignore[return-value]


def _find_exported(program: Program, scope: Scope, world: World) -> dict[str, None]:
    variables = program.variables
    everything, names = False, dict[str, bool]()
    for item in program.exports:
        if not _may_hold(program, world, item.guard):
            continue
        listed = program.plain(item.names, item.order).split()
        if not listed:
            everything = item.on
        for name in listed:
            names[name] = item.on
    for name, events in scope.events.items():
        if any("export" in event.modifiers for event in events):
            names[name] = True
    if everything:
        for name in (*variables.events, *scope.events):
            if name.isidentifier() and name.isascii():
                names.setdefault(name, True)
    context = variables.context(world.blur(), END, scope)
    kept: dict[str, None] = {}
    for name, on in names.items():
        segments = variables.segments(name, context) if on else []
        if on and (segments is None or segments):
            kept[name] = None
    return kept


def _may_hold(program: Program, world: World, guard: Condition) -> bool:
    try:
        return program.variables.holds(world, guard) is not False
    except ChoiceError:
        return True
