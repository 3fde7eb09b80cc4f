"""Where and when something is expanded, the assignments that may be seen from there, and what make presets."""

from __future__ import annotations

from prelaunch.model import EMPTY
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.model import Source
    from prelaunch.readers.makefile.facts import Mapped
    from prelaunch.readers.makefile.pieces import Pieces
    from prelaunch.readers.makefile.worlds import Condition, World

FUEL = 40_000
"""References that one expansion may follow."""

END = 1 << 60
"""The place in the reading order behind everything: where recipes are expanded."""

DEFAULTS = {
    "AR": "ar",
    "AS": "as",
    "CC": "cc",
    "CPP": "$(CC) -E",
    "CXX": "g++",
    "FC": "f77",
    "LD": "ld",
    "LEX": "lex",
    "MAKE": "$(MAKE_COMMAND)",
    "MAKE_COMMAND": "make",
    "MAKEFILES": "",
    "MAKELEVEL": "0",
    "RM": "rm -f",
    "SHELL": "/bin/sh",
    ".SHELLFLAGS": "-c",
    "YACC": "yacc",
}
"""What make defines before it reads anything (`make -p`), as far as recipes use it."""

OPEN = frozenset(
    "CURDIR HOME LANG LOGNAME MAKECMDGOALS MAKEFLAGS MAKEOVERRIDES MAKE_HOST MAKE_VERSION MFLAGS OLDPWD PATH PWD SHLVL "
    "SUFFIXES TERM USER .DEFAULT_GOAL .FEATURES .INCLUDE_DIRS .LIBPATTERNS .VARIABLES -*-command-variables-*-".split(),
)
"""Set by make or in every environment, to what no file says."""


class Event:
    """One assignment as it is met in the reading order; `local` where it is of one recipe (target-specific)."""

    __slots__ = ("body", "guard", "line", "local", "modifiers", "name", "operator", "order", "source", "value")

    def __init__(
        self,
        name: str,
        operator: str,
        value: str,
        order: int,
        guard: Condition,
        source: Source,
        line: int,
        modifiers: frozenset[str] = frozenset(),
        body: Mapped | None = None,
        local: bool = False,
    ) -> None:
        self.name = name
        self.operator = operator
        self.value = value
        self.order = order
        self.guard = guard
        self.source = source
        self.line = line
        self.modifiers = modifiers
        self.body = body
        self.local = local


class Scope:
    """The recipe (or the file as a whole) that values are asked for: its automatic variables, its own assignments."""

    __slots__ = ("automatic", "events", "memos")

    def __init__(
        self,
        automatic: dict[str, Pieces] | None = None,
        events: dict[str, list[Event]] | None = None,
        memos: dict[World, dict[object, object]] | None = None,
    ) -> None:
        self.automatic: dict[str, Pieces] = {} if automatic is None else automatic
        self.events: dict[str, list[Event]] = {} if events is None else events
        self.memos: dict[World, dict[object, object]] = {} if memos is None else memos

    def memo(self, world: World) -> dict[object, object]:
        """What was computed for this recipe in `world`."""
        return self.memos.setdefault(world, {})


class Segment(NamedTuple):
    """An assignment that is part of a value, and whether its text was expanded at once."""

    event: Event
    immediate: bool


class Meter:
    """How much work is left for one expansion."""

    __slots__ = ("left",)

    def __init__(self, left: int = FUEL) -> None:
        self.left = left


class Context(NamedTuple):
    """Where in the reading, in which world and for which recipe something is expanded.

    `order` is the place in the reading order: later assignments are not seen. `arguments` are the values of
    `$(1)` and of loop variables. `inside` counts nested expansions; `names` are the variables being expanded.
    `evaluated` holds what `$(eval NAME := value)` has set in the course of this expansion.
    """

    world: World
    order: int
    scope: Scope
    meter: Meter
    evaluated: dict[str, Pieces]
    arguments: Mapping[str, Pieces] = EMPTY
    inside: int = 0
    names: tuple[str, ...] = ()

    def deeper(self, **changes: object) -> Context:
        """The same one level further in."""
        return self._replace(inside=self.inside + 1, **changes)  # type: ignore[arg-type]
