"""What may be the case when a makefile is read: one world for each way the undecided conditions can come out.

A condition is decided where both of its sides are known. Where they are not, or where a line of a branch that is not
taken by default is to be read, the world splits, and every variable is seen consistently inside one world.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from prelaunch.model import Source
    from prelaunch.readers.makefile.facts import Test

    T = TypeVar("T")

MAX_ALTERNATIVES = 8
"""More worlds than this are seen as one, in which every variable that depends on an open condition is UNKNOWN."""


class BoundTest:
    """A test at its place in the reading order."""

    __slots__ = ("order", "source", "test")

    def __init__(self, test: Test, order: int, source: Source) -> None:
        self.test = test
        self.order = order
        self.source = source


Condition: TypeAlias = tuple[tuple[BoundTest, bool], ...]


class Refinement(NamedTuple):
    """From `order` on, the variable holds `text`, because a test came out as it did.

    Where the test comes out otherwise by default, somebody sets the variable: in the environment, which `?=` respects
    and `=` does not (order 0), or on the command line, which no assignment changes (`final`).
    """

    order: int
    text: str
    final: bool = False


class ChoiceError(Exception):
    """Raised in a world that cannot say how `key` comes out; `holds(True)` and `holds(False)` are its two children."""

    def __init__(self, world: World, key: object, test: BoundTest | None = None) -> None:
        super().__init__()
        self.world, self.key, self.test = world, key, test

    def children(self) -> list[World]:
        """The world where it holds, and the one where it does not."""
        return [self.world.child(self.key, self.test, holds=holds) for holds in (True, False)]


class World:
    """Decisions, the values that variables get by them, and what was computed under them."""

    def __init__(self, *, blurred: bool = False) -> None:
        self.blurred = blurred
        self.decided: dict[BoundTest, bool] = {}
        self.chosen: dict[object, bool] = {}
        self.refined: dict[str, tuple[Refinement, ...]] = {}
        self.memo: dict[object, object] = {}
        self.trail: Condition = ()
        self._children: dict[tuple[object, bool], World] = {}
        self._blur: World | None = None

    def child(
        self, key: object, test: BoundTest | None, *, holds: bool, refined: dict[str, Refinement] | None = None
    ) -> World:
        """This world, with one more thing decided."""
        name = (key if test is None else test, holds)
        known = self._children.get(name)
        if known is not None:
            return known
        world = World(blurred=self.blurred)
        world.decided = dict(self.decided)
        world.chosen = {**self.chosen, key: holds}
        world.trail = self.trail
        world.refined = dict(self.refined)
        if test is not None:
            world.decided[test] = holds
            world.trail = (*self.trail, (test, holds))
            for variable, refinement in (learned(test, holds=holds) if refined is None else refined).items():
                world.refined[variable] = (*world.refined.get(variable, ()), refinement)
        self._children[name] = world
        return world

    def blur(self) -> World:
        """This world, but one that never splits again."""
        if self.blurred:
            return self
        if self._blur is None:
            world = World(blurred=True)
            world.decided, world.chosen = dict(self.decided), dict(self.chosen)
            world.trail, world.refined = self.trail, dict(self.refined)
            self._blur = world
        return self._blur

    def correlated(self, left: str, right: str) -> bool | None:
        """How an equal comparison, or one of the same text with something else, was decided before."""
        known = self.chosen.get(("equal", left, right))
        if known is not None:
            return known
        for key, holds in self.chosen.items():
            if holds and isinstance(key, tuple) and key[:2] == ("equal", left) and "$" not in key[2] + right:
                return False
        return None


def alternatives(read: Callable[[World], T], world: World) -> list[T]:
    """What `read` gives in each world that it needs to tell apart, at most `MAX_ALTERNATIVES`."""
    waiting, found = [world], []
    while waiting:
        here = waiting.pop()
        try:
            found.append(read(here))
        except ChoiceError as choice:
            if len(found) + len(waiting) + 2 > MAX_ALTERNATIVES:
                found.append(read(here.blur()))
            else:
                waiting.extend(reversed(choice.children()))
    return found


def simple_name(text: str) -> str | None:
    """`X` where `text` is `$(X)`, `${X}` or `$(strip $(X))`."""
    text = text.strip()
    if text.startswith("$(strip ") and text.endswith(")"):
        text = text[len("$(strip ") : -1].strip()
    if len(text) > 3 and text[:2] in {"$(", "${"} and text[-1] == (")" if text[1] == "(" else "}"):
        name = text[2:-1]
        if name and not any(char in name for char in "$(){}:, \t"):
            return name
    return None


def mentioned(text: str) -> set[str]:
    """The names of all plain references in `text`, at any depth."""
    names = set()
    for opening, closing in (("$(", ")"), ("${", "}")):
        for part in text.split(opening)[1:]:
            name = part.split(closing, 1)[0]
            if name and not any(char in name for char in "$(){}, \t"):
                names.add(name.split(":", 1)[0])
    return names


def learned(test: BoundTest, *, holds: bool, against: bool = False) -> dict[str, Refinement]:
    """What a test's outcome says about variables; `against` where it is not how the test comes out by default."""
    left, right = test.test.left, test.test.right
    if test.test.kind == "defined":
        if "$" in left or not against:
            return {}
        return {left.strip(): Refinement(test.order, UNKNOWN if holds else "")}
    for one, other in ((left, right), (right, left)):
        name = simple_name(one)
        if name is not None and "$" not in other:
            if holds:
                return {name: Refinement(test.order, other)}
            return {name: Refinement(test.order, UNKNOWN)} if against else {}
    if not against:
        return {}
    return {name: Refinement(test.order, UNKNOWN) for name in mentioned(left) | mentioned(right)}


def compare(left: str, right: str) -> bool | None:
    """Whether two texts are equal, where that can be said with `UNKNOWN` in them."""
    if UNKNOWN not in left and UNKNOWN not in right:
        return left == right
    if left and right:
        heads = left.split(UNKNOWN, 1)[0], right.split(UNKNOWN, 1)[0]
        tails = left.rsplit(UNKNOWN, 1)[-1], right.rsplit(UNKNOWN, 1)[-1]
        size = min(map(len, heads))
        if heads[0][:size] != heads[1][:size]:
            return False
        size = min(map(len, tails))
        if size and tails[0][-size:] != tails[1][-size:]:
            return False
    lone = left if UNKNOWN in left else right
    other = right if UNKNOWN in left else left
    return False if UNKNOWN not in other and len(lone.replace(UNKNOWN, "")) > len(other) else None
