"""The variables of a script as they stand at a command: which assignments reach it, and what they come to."""

from __future__ import annotations

from itertools import chain, islice

from prelaunch.model import EMPTY, HANDED, UNKNOWN, UNSET, Step, Value
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prelaunch.readers.shell import Block, Command

MAX_ALTERNATIVES = 32
_MAX_STEPS = 24
_MAX_REACHING = 40
_MAX_TEXT = 8_000
LEAVING = frozenset({"exit", "return", "die", "fail", "fatal", "abort", "usage", "continue", "break"})
"""Commands behind which nothing of their branch runs."""
_CONDITIONAL = frozenset({"if", "case", "while", "until", "and", "or", "select"})
_APART = frozenset({"subshell", "substitution", "pipe", "background"})
Items = tuple[str, ...]
Places = tuple[tuple[str, int, int], ...]
"""The blocks around a command: of each its kind, number and arm."""


class Definition(NamedTuple):
    """A variable's assignment: its alternatives (each the items of an array, or one text), and where it stands."""

    name: str
    alternatives: tuple[Items, ...]
    array: bool
    append: bool
    blocks: tuple[Block, ...]
    steps: tuple[Step, ...]
    exported: bool = False
    order: int = 0


class Test(NamedTuple):
    """What a condition asks: its spelling, and, if it is about one variable, the name and the text that it must have.

    `text` None stands for any text but the empty one. `fails` says that the condition holds where that is not so.
    """

    spelled: str
    name: str = ""
    text: str | None = None
    fails: bool = False


class Fact(NamedTuple):
    """That a test `holds`, or fails, for the commands behind the place `order` that stand in the blocks `within`."""

    test: Test
    order: int
    within: Places
    holds: bool


class Branches(NamedTuple):
    """The arms of a script's `if`s and `case`s, by block number.

    `arms` are those that go on behind the branch (not those that exit), `complete` the branches of which one arm always
    runs (an `else`, a `*` pattern), `chosen` the arm that runs by default, where that is known. `tests` are the first
    conditions of `if`s, where such a condition is one command.
    """

    arms: Mapping[int, frozenset[int]]
    complete: frozenset[int]
    chosen: Mapping[int, int] = EMPTY
    tests: Mapping[int, Test] = EMPTY

    @staticmethod
    def of(commands: Iterable[Command]) -> Branches:
        """Collect the arms of all commands."""
        arms: dict[int, set[int]] = {}
        leaving: dict[int, set[int]] = {}
        complete: set[int] = set()
        for command in commands:
            for block in command.blocks:
                if block.kind in {"if", "case"}:
                    arms.setdefault(block.number, set()).add(block.arm)
                if block.kind == "case" and any(word.text == "*" for word in block.words[1:]):
                    complete.add(block.number)
            if command.words and command.words[0].text in LEAVING and command.blocks:
                last = next((b for b in reversed(command.blocks) if b.kind not in {"and", "group"}), None)
                if last is not None and last.kind in {"if", "case"}:
                    leaving.setdefault(last.number, set()).add(last.arm)
        for number, seen in arms.items():
            # an arm without a condition is an `else`, if the other arms' conditions were read at all
            if min(seen) < 0 and max(seen) >= 0 and -(max(seen) + 1) not in seen and -max(seen) in seen:
                complete.add(number)
        going = {n: frozenset(a for a in seen if a >= 0) - leaving.get(n, set()) for n, seen in arms.items()}
        return Branches(going, frozenset(complete))

    def taken(self, number: int, around: tuple[Block, ...]) -> int | None:
        """The arm of an `if` that runs whenever a command in the blocks `around` it runs, by default otherwise."""
        test = self.tests.get(number)
        for block in around:
            if block.kind != "if" or block.arm < 0 or block.number == number or test is None:
                continue
            if self.tests.get(block.number, Test("")).spelled == test.spelled:
                if block.arm == 0 or self.arms.get(number, frozenset()) <= {0, 1}:
                    return min(block.arm, 1)
                return None
        return self.chosen.get(number)

    def dead(self, blocks: tuple[Block, ...], around: tuple[Block, ...]) -> bool:
        """Whether a command in `blocks` does not run where, by default, one in the blocks `around` it does."""
        return any(
            block.kind == "if" and block.arm >= 0 and self.taken(block.number, around) not in {None, block.arm}
            for block in blocks
        )


class Variables:
    """The variables of one script, as they stand at the command at hand."""

    __slots__ = ("arguments", "branches", "definitions", "environment", "facts")

    def __init__(
        self,
        environment: Mapping[str, Value],
        definitions: dict[str, list[Definition]] | None = None,
        branches: Branches | None = None,
        arguments: tuple[Items, ...] | None = None,
    ) -> None:
        self.environment = environment
        self.definitions: dict[str, list[Definition]] = {} if definitions is None else definitions
        self.branches: Branches = Branches({}, frozenset()) if branches is None else branches
        self.facts: dict[str, list[Fact]] = {}
        # What `"$@"` may be, where the callers are known.
        self.arguments = arguments

    def define(self, definition: Definition) -> None:
        """Note an assignment; the order of calls is the order of the script."""
        self.definitions.setdefault(definition.name, []).append(definition)

    def lookup(self, name: str, blocks: tuple[Block, ...], order: int) -> Definition | None:
        """What `name` may hold for the command in `blocks` whose place in the script is `order`; None: set nowhere."""
        found = self._set(name, blocks, order)
        facts = self.facts.get(name)
        around = places_of(blocks) if facts else ()
        for fact in facts or ():
            holds = fact.order < order and around[: len(fact.within)] == fact.within
            if holds and fact.holds != fact.test.fails and not self._changed(name, fact.order, order):
                found = _tested(found, fact.test)
        return found

    def _changed(self, name: str, start: int, stop: int) -> bool:
        return any(start < definition.order < stop for definition in self.definitions.get(name, ()))

    def _set(self, name: str, blocks: tuple[Block, ...], order: int) -> Definition | None:
        """As `lookup`, whatever the conditions around the command ask."""
        start = self.environment.get(name)
        base = (
            Definition(name, tuple((t,) for t in start.texts), False, False, (), start.steps, True) if start else None
        )
        live: list[Definition] = [base] if base else []
        covered: dict[int, set[int]] = {}
        first: dict[int, int] = {}
        for definition, conditions in self._reaching(name, blocks, order, anywhere=base is None):
            if definition.append:
                grown = _append(live, definition)
                live = [_union(name, [*live, grown], grows=True)] if conditions else [grown]
            elif not conditions:
                live = [definition]
            else:
                if not live:
                    live = [Definition(name, ((UNSET,),), array=False, append=False, blocks=(), steps=())]
                outer = conditions[0]
                first.setdefault(outer.number, len(live))
                live.append(definition)
                if outer.kind in {"if", "case"} and len(conditions) == 1:
                    covered.setdefault(outer.number, set()).add(outer.arm)
                    if (
                        outer.number in self.branches.complete
                        and covered[outer.number] >= self.branches.arms[outer.number]
                    ):
                        live = live[first[outer.number] :]
        if not live:
            return None
        if base in live and len(live) == 1:
            return base
        return _union(name, live)

    def _reaching(
        self, name: str, blocks: tuple[Block, ...], order: int, *, anywhere: bool
    ) -> list[tuple[Definition, list[Block]]]:
        """The assignments that may reach a use, the oldest first, each with what it depends on.

        A function's own come behind those of the script around it. Where there are none, those of other functions
        count if `anywhere`.
        """
        function = _function(blocks)
        known = self.definitions.get(name, [])
        own = (d for d in reversed(known) if d.order < order and _function(d.blocks) == function)
        around = (d for d in reversed(known) if function and not _function(d.blocks))
        return self._live(chain(own, around), blocks) or (self._live(reversed(known), blocks) if anywhere else [])

    def _live(
        self, newest_first: Iterable[Definition], blocks: tuple[Block, ...]
    ) -> list[tuple[Definition, list[Block]]]:
        """The assignments back to the one that always takes place, which hides those before it; the oldest first."""
        found: list[tuple[Definition, list[Block]]] = []
        for definition in newest_first:
            if self.branches.dead(definition.blocks, blocks) or not _visible(definition.blocks, blocks):
                continue
            conditions = [b for b in definition.blocks if b.kind in _CONDITIONAL and b not in blocks]
            conditions = [b for b in conditions if b.kind != "if" or self.branches.taken(b.number, blocks) != b.arm]
            found.append((definition, conditions))
            if len(found) >= _MAX_REACHING or (not conditions and not definition.append):
                break
        return found[::-1]

    def exported(self, name: str, blocks: tuple[Block, ...], order: int) -> Definition | None:
        """As `lookup`, for a variable that commands see in their environment."""
        if name in self.environment or any(d.exported for d in self.definitions.get(name, ())):
            return self.lookup(name, blocks, order)
        return None


def places_of(blocks: tuple[Block, ...]) -> Places:
    """The places of blocks."""
    return tuple((block.kind, block.number, block.arm) for block in blocks)


def _function(blocks: tuple[Block, ...]) -> str:
    return next((block.name for block in reversed(blocks) if block.kind == "function"), "")


def _visible(definition: tuple[Block, ...], use: tuple[Block, ...]) -> bool:
    """Whether an assignment can reach a use: not from a subshell, not from another arm of the same branch."""
    seen = {(block.kind, block.number): block.arm for block in use}
    for block in definition:
        if block.kind in _APART and (block.kind, block.number) not in seen:
            return False
        if block.kind in {"if", "case"} and block.arm >= 0:
            arm = seen.get((block.kind, block.number), block.arm)
            if arm >= 0 and arm != block.arm:
                return False
    return True


def _tested(found: Definition | None, test: Test) -> Definition | None:
    """What a variable may hold where a test of it holds: a caller hands it in, if nothing else that is known fits."""
    if test.text is not None:
        steps = found.steps if found is not None else ()
        return Definition(test.name, ((test.text,),), array=False, append=False, blocks=(), steps=steps)
    if found is None or found.array:
        return found
    kept = tuple(items for items in found.alternatives if "".join(items).strip(UNSET))
    return found._replace(alternatives=kept or ((HANDED,),))


def _append(live: Sequence[Definition], definition: Definition) -> Definition:
    before = [items for old in live for items in old.alternatives] or [()]
    if definition.array:
        joined = [old + new for old in before for new in definition.alternatives]
    else:
        joined = [("".join(old) + "".join(new),) for old in before for new in definition.alternatives]
    steps = few(chain((step for old in live for step in old.steps), definition.steps))
    return definition._replace(alternatives=extremes(joined), steps=steps, append=False)


def _union(name: str, live: Sequence[Definition], *, grows: bool = False) -> Definition:
    kept = extremes if grows else bounded
    alternatives = kept([items for definition in live for items in definition.alternatives])
    steps = few(step for definition in live for step in definition.steps)
    return Definition(name, alternatives, live[-1].array, append=False, blocks=(), steps=steps)


def bounded(alternatives: Iterable[Items]) -> tuple[Items, ...]:
    """The distinct alternatives; one unknown in place of too many, or of too long a text."""
    distinct = tuple(dict.fromkeys(map(_cut, alternatives)))
    return distinct if len(distinct) <= MAX_ALTERNATIVES else ((UNKNOWN,),)


def extremes(alternatives: Iterable[Items]) -> tuple[Items, ...]:
    """The distinct alternatives of something that grows in branches; of too many, the shortest and the longest.

    What both hold is always there, what neither holds never is, and what only one holds is there in some cases.
    """
    distinct = tuple(dict.fromkeys(map(_cut, alternatives)))
    if len(distinct) <= MAX_ALTERNATIVES:
        return distinct
    return min(distinct, key=_size), max(distinct, key=_size)


def few(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The distinct steps, no more than a reader would want to follow."""
    return tuple(islice(dict.fromkeys(steps), _MAX_STEPS))


def _cut(items: Items) -> Items:
    return items if sum(map(len, items)) + len(items) <= _MAX_TEXT else (UNKNOWN,)


def _size(items: Items) -> tuple[int, int]:
    return len(items), sum(map(len, items))
