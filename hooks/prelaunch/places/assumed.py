"""What a script has tested by the time that a command runs: `[ -n "$X" ] &&`, `if [ -z "$X" ]; then exit 1; fi`."""

from __future__ import annotations

from prelaunch.places.conditions import asked_all
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch.variables import LEAVING, Fact, places_of

if TYPE_CHECKING:
    from prelaunch.readers.shell import Block, Command
    from prelaunch.variables import Places, Test


class _Chain(NamedTuple):
    """Commands joined by `&&` or `||`: what each asks, what joins them, the place of the last one in the script."""

    tests: tuple[tuple[Test, ...], ...]
    joints: frozenset[str]
    last: int

    @property
    def single(self) -> bool:
        """Whether all that is asked is one test, so that it is known to fail where the whole does."""
        return len(self.tests) == 1 and len(self.tests[0]) == 1


class Assumptions:
    """Gathers the facts of a script: `note` its commands in their order."""

    def __init__(self, facts: dict[str, list[Fact]], *, subshells: bool = False) -> None:
        """`facts` take in what is found, by the variable's name; `subshells`: the script ends where one of it fails."""
        self._facts = facts
        self._inner = {"group", "subshell"} if subshells else {"group"}
        self._chains: dict[Places, _Chain] = {}
        self._arms: set[Places] = set()
        self._conditions: dict[Places, _Chain] = {}

    def note(self, command: Command, blocks: tuple[Block, ...], order: int) -> None:
        """Take in the command whose place in the script is `order`, in all its blocks."""
        places = places_of(blocks)
        for at, block in enumerate(blocks):
            here = places[: at + 1]
            if here in self._arms:
                continue
            if block.kind in {"and", "or"}:
                self._arms.add(here)
                self._join(block.kind, places[:at], here, order)
            elif block.kind == "if" and block.arm >= 0:
                self._arms.add(here)
                self._enter(block, places[:at], here, order)
        if blocks and blocks[-1].kind in {"and", "or"}:
            self._grow(command, blocks[-1].kind, places[:-1], order)
        else:
            self._chains[places] = _Chain((asked_all(command),), frozenset(), order)
        if command.words and command.words[0].text in LEAVING:
            self._leave(blocks, places, order)

    def last(self) -> list[Fact]:
        """What holds where the commands at the end did not fail."""
        chain = self._chains.get(())
        if chain is None or chain.joints - {"and"}:
            return []
        return [Fact(test, chain.last, (), holds=True) for tests in chain.tests for test in tests if test.name]

    def _join(self, kind: str, outer: Places, here: Places, order: int) -> None:
        """The right-hand side of `&&` or `||` begins."""
        chain = self._chains.get(outer)
        if chain is None or chain.last != order - 1 or chain.joints - {kind}:
            return
        for tests in chain.tests:
            if kind == "and" or len(tests) == 1:
                self._add(tests, order - 1, here, holds=kind == "and")
        if len(chain.tests) == 1:
            self._conditions[here] = chain

    def _grow(self, command: Command, kind: str, outer: Places, order: int) -> None:
        chain = self._chains.get(outer)
        if chain is not None and chain.last == order - 1:
            self._chains[outer] = _Chain((*chain.tests, asked_all(command)), chain.joints | {kind}, order)

    def _enter(self, block: Block, outer: Places, here: Places, order: int) -> None:
        """An arm of an `if` begins: its condition holds, and the ones before it failed."""
        condition = (*outer, (block.kind, block.number, -block.arm - 1))
        chain = self._chains.get(condition)
        if chain is not None and chain.last == order - 1:
            self._conditions[here] = chain
            if not chain.joints - {"and"}:
                for tests in chain.tests:
                    self._add(tests, order - 1, here, holds=True)
        for arm in range(block.arm):
            before = self._conditions.get((*outer, (block.kind, block.number, arm)))
            if before is not None and before.single:
                self._add(before.tests[0], order - 1, here, holds=False)

    def _leave(self, blocks: tuple[Block, ...], places: Places, order: int) -> None:
        """Behind a branch that leaves the script, the function or the loop, its condition failed."""
        at = len(blocks) - 1
        while at >= 0 and blocks[at].kind in self._inner:
            at -= 1
        last = blocks[at] if at >= 0 else None
        chain = self._conditions.get(places[: at + 1])
        if last is None or chain is None:
            return
        if last.kind == "or" and len(chain.tests) == 1:
            self._add(chain.tests[0], order, places[:at], holds=True)
        elif chain.single and (last.kind == "and" or (last.kind == "if" and last.arm == 0)):
            self._add(chain.tests[0], order, places[:at], holds=False)

    def _add(self, tests: tuple[Test, ...], order: int, within: Places, *, holds: bool) -> None:
        for test in tests:
            if test.name:
                self._facts.setdefault(test.name, []).append(Fact(test, order, within, holds=holds))
