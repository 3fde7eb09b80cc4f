"""Where and when something is expanded, the assignments that may be seen from there, and what make presets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

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


@dataclass(frozen=True, eq=False)
class Event:
    """One assignment as it is met in the reading order; `local` where it is of one recipe (target-specific)."""

    name: str
    operator: str
    value: str
    order: int
    guard: Condition
    source: Source = field(repr=False)
    line: int
    modifiers: frozenset[str] = frozenset()
    body: Mapped | None = None
    local: bool = False


@dataclass(frozen=True, eq=False)
class Scope:
    """The recipe (or the file as a whole) that values are asked for: its automatic variables, its own assignments."""

    automatic: dict[str, Pieces] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    memos: dict[World, dict[object, object]] = field(default_factory=dict, repr=False)

    def memo(self, world: World) -> dict[object, object]:
        """What was computed for this recipe in `world`."""
        return self.memos.setdefault(world, {})


class Segment(NamedTuple):
    """An assignment that is part of a value, and whether its text was expanded at once."""

    event: Event
    immediate: bool


@dataclass(slots=True)
class Meter:
    """How much work is left for one expansion."""

    left: int = FUEL


@dataclass(frozen=True, slots=True)
class Context:
    """Where in the reading, in which world and for which recipe something is expanded.

    `order` is the place in the reading order: later assignments are not seen. `arguments` are the values of
    `$(1)` and of loop variables. `inside` counts nested expansions; `names` are the variables being expanded.
    `evaluated` holds what `$(eval NAME := value)` has set in the course of this expansion.
    """

    world: World
    order: int
    scope: Scope
    arguments: Mapping[str, Pieces] = field(default_factory=dict)
    inside: int = 0
    names: tuple[str, ...] = ()
    meter: Meter = field(default_factory=Meter)
    evaluated: dict[str, Pieces] = field(default_factory=dict)

    def deeper(self, **changes: object) -> Context:
        """The same one level further in."""
        return replace(self, inside=self.inside + 1, **changes)  # type: ignore[arg-type]
