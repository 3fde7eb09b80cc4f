"""Variables: every assignment in reading order, and the value that they give at one place, in one world.

What make itself sets, and what every environment holds, is told apart from what is set nowhere (manual 6.10, 10.3).
"""

from __future__ import annotations

from bisect import bisect_left

from prelaunch.model import UNKNOWN, Piece, Source, Step
from prelaunch.readers.makefile.context import DEFAULTS, END, FUEL, OPEN, Context, Event, Meter, Scope, Segment
from prelaunch.readers.makefile.expansion import Expander
from prelaunch.readers.makefile.pieces import Pieces, one, text_of
from prelaunch.readers.makefile.worlds import BoundTest, ChoiceError, Refinement, World, compare, learned
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.readers.makefile.worlds import Condition

_NOWHERE = Source("", "")

TOTAL_FUEL = 3_000_000
"""References that all expansions of one makefile together may follow."""

MAX_PARTS = 60
"""Pieces of one value; more become one piece."""

MAX_STEPS = 12
"""Steps that one piece of text remembers, the nearest first."""

_REPLACING = frozenset({"=", ":=", "!=", "undefine", "learned"})


class Variables:
    """All assignments of one makefile and its includes."""

    def __init__(self, folder: str, exists: Callable[[str], bool]) -> None:
        """`folder` is where make runs, relative to the root; `exists` tells whether the project has a file."""
        self.folder = folder
        self.exists = exists
        self.events: dict[str, list[Event]] = {}
        self.root = World()
        self.global_scope = Scope()
        self.expander = Expander(self)
        self.missing: list[str] = []
        self.computed: list[str] = []
        self._left, self._meter_full, self._meter = TOTAL_FUEL, 0, Meter(0)

    def context(self, world: World, order: int = END, scope: Scope | None = None) -> Context:
        """A fresh context, with as much work as is left for the whole makefile."""
        self._left -= self._meter_full - self._meter.left
        self._meter_full = max(min(FUEL, self._left), 0)
        self._meter = Meter(self._meter_full)
        return Context(world, order, scope or self.global_scope, self._meter, {})

    # --- tests

    def outcome(self, world: World, test: BoundTest) -> bool | None:
        """How a test comes out by what is known; None where that is open."""
        context = self.context(world, test.order)
        left = text_of(self.expander.plain(test.test.left, context))
        if test.test.kind == "defined":
            return self._defined(left.split(), context)
        return compare(left, text_of(self.expander.plain(test.test.right, context)))

    def _defined(self, words: list[str], context: Context) -> bool | None:
        if len(words) != 1:
            return False
        if UNKNOWN in words[0]:
            return None
        segments = self.segments(words[0], context)
        if segments is None:
            return None
        text = "".join(self._stored(segment, context) for segment in segments)
        if not segments:
            text = DEFAULTS.get(words[0], UNKNOWN if words[0] in OPEN else "")
        if text.replace(UNKNOWN, ""):
            return True
        return None if text else False

    def _stored(self, segment: Segment, context: Context) -> str:
        """The value as make keeps it: expanded where it was assigned at once."""
        if not segment.immediate:
            return segment.event.value
        return text_of(self._immediate(segment.event, context))

    def holds(self, world: World, guard: Condition) -> bool | None:
        """Whether a line under `guard` is read; splits the world where that is open, None where it may not be split."""
        verdict: bool | None = True
        for test, wanted in guard:
            known = self._decide(world, test)
            if known is None:
                verdict = None
            elif known is not wanted:
                return False
        return verdict

    def _decide(self, world: World, test: BoundTest) -> bool | None:
        known = world.decided.get(test)
        if known is not None:
            return known
        memo = ("test", test)
        if memo not in world.memo:
            world.memo[memo] = None  # a test that asks for itself is open
            world.memo[memo] = self.outcome(world, test)
        known = world.memo[memo]  # type: ignore[assignment]
        if known is not None:
            return known
        left, right = sorted((test.test.left, test.test.right), key=lambda side: "$" not in side)
        correlated = world.correlated(left, right)
        if correlated is not None or world.blurred:
            return correlated
        del world.memo[memo]
        raise ChoiceError(world, ("equal", left, right), test)

    def force(self, world: World, guard: Condition) -> World:
        """The world below `world` in which a line under `guard` is read, whatever the default is."""
        for test, wanted in guard:
            if test in world.decided:
                continue
            left, right = sorted((test.test.left, test.test.right), key=lambda side: "$" not in side)
            natural = self.outcome(world, test)
            against = natural is not None and natural is not wanted
            refined = {} if natural is wanted else learned(test, holds=wanted, against=against)
            if against:
                refined = {name: self._handed(name, item) for name, item in refined.items()}
            world = world.child(("equal", left, right), test, holds=wanted, refined=refined)
        return world

    def _handed(self, name: str, item: Refinement) -> Refinement:
        """How somebody makes a test come out otherwise: in the environment where that is enough."""
        before = (event for event in self.events.get(name, ()) if event.order < item.order)
        return Refinement(0, item.text, final=any(event.operator not in {"?=", "+="} for event in before))

    # --- values

    def segments(self, name: str, context: Context) -> list[Segment] | None:
        """The assignments whose values, joined by spaces, are the value of `name`; none: unset; None: open."""
        chain: list[Event] = []
        for event in self._latest_first(name, context):
            holds = self.holds(context.world, event.guard)
            if holds is None:
                return None
            if holds:
                chain.append(event)
                if event.operator in _REPLACING:
                    break
        preset = name in DEFAULTS or name in OPEN
        found: list[Segment] = []
        for event in reversed(chain):
            if event.operator == "?=":
                if not found and not preset:
                    found = [Segment(event, immediate=False)]
            elif event.operator == "+=":
                found.append(Segment(event, immediate=bool(found) and found[0].immediate))
            elif event.operator == "undefine":
                found = []
            else:
                found = [Segment(event, immediate=event.operator != "=")]
        return found

    def _latest_first(self, name: str, context: Context) -> Iterator[Event]:
        events = self.events.get(name, [])
        final = [item for item in context.world.refined.get(name, ()) if item.final]
        if final:
            yield Event(name, "learned", final[0].text, 0, (), _NOWHERE, 0)
            return
        for event in reversed(context.scope.events.get(name, ())):
            if event.order < context.order:
                yield event
        end = len(events) if context.order >= END else bisect_left(events, context.order, key=_order)
        learned_here = [item for item in context.world.refined.get(name, ()) if item.order < context.order]
        for number in range(end - 1, -1, -1):
            while learned_here and learned_here[-1].order >= events[number].order:
                item = learned_here.pop()
                yield Event(name, "learned", item.text, item.order, (), events[0].source, 0)
            yield events[number]
        for item in reversed(learned_here):
            yield Event(name, "learned", item.text, item.order, (), _NOWHERE, 0)

    def value(self, name: str, context: Context) -> Pieces:
        """The expanded value, every piece with the step that says where it was set; no places."""
        automatic = context.scope.automatic.get(name)
        if automatic is not None:
            return automatic
        if name in context.names or context.inside > 35:
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        memo, known = ("value", name, context.order), context.scope.memo(context.world)
        free = not context.arguments and not context.evaluated
        if free and memo in known:
            return known[memo]  # type: ignore[return-value]
        pieces = self._value(name, context.deeper(names=(*context.names, name)))
        if free and context.meter.left > 0 and len(context.names) < 20:
            known[memo] = pieces
        return pieces

    def _value(self, name: str, context: Context) -> Pieces:
        segments = self.segments(name, context)
        if segments is None:
            return [Piece(UNKNOWN, 0, 0, literal=False, steps=(Step(f"`$({name})` is set in several ways"),))]
        if not segments:
            return self._unset(name, context)
        out: Pieces = []
        filled = False
        for segment in segments:
            event = segment.event
            part = self._immediate(event, context) if segment.immediate else self.expander.plain(event.value, context)
            step = Step(_told(name, event.operator, text_of(part)), event.source.path or None, event.line or None)
            stored = text_of(part) if segment.immediate else event.value
            if stored and filled:
                out.append(Piece(" ", 0, 0, literal=False))
            filled = filled or bool(stored)
            if event.operator == "learned":
                step = Step(f"`$({name})` is taken to be '{_shown(event.value)}' here, as its branch says")
            shown = part or [Piece("", 0, 0, literal=False)]
            out.extend(piece._replace(steps=(step, *piece.steps)[:MAX_STEPS]) for piece in shown)
        return out if len(out) <= MAX_PARTS else one(text_of(out), out)

    def _immediate(self, event: Event, context: Context) -> Pieces:
        """The value of an event that was expanded where it stands."""
        if event.operator == "!=":
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        if event.operator == "learned":
            return [Piece(event.value, 0, 0, literal=False)] if event.value else []
        scope = context.scope if event.local else self.global_scope
        memo, known = ("event", event), scope.memo(context.world)
        if memo not in known:
            order = min(event.order, context.order)
            there = context._replace(order=order, arguments={}, evaluated={}, names=(), scope=scope)
            known[memo] = self.expander.plain(event.value, there)
        return known[memo]  # type: ignore[return-value]

    def _unset(self, name: str, context: Context) -> Pieces:
        if name in DEFAULTS:
            return self.expander.plain(DEFAULTS[name], context)
        if name in OPEN:
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        if self.missing:
            return [
                Piece(UNKNOWN, 0, 0, literal=False, steps=(Step(f"`$({name})` may be set in `{self.missing[0]}`"),))
            ]
        if any(compare(name, computed) is None for computed in self.computed):
            return [Piece(UNKNOWN, 0, 0, literal=False, steps=(Step(f"`$({name})` may be set under a computed name"),))]
        by_default = " by default" if name in self.events or name in context.scope.events else ""
        return [Piece("", 0, 0, literal=False, steps=(Step(f"`$({name})` is set nowhere{by_default}"),))]

    def raw(self, name: str, context: Context) -> str:
        """`$(value name)`: the value without expansion."""
        segments = self.segments(name, context)
        if segments is None:
            return UNKNOWN
        if not segments:
            return DEFAULTS.get(name, UNKNOWN if name in OPEN else "")
        return " ".join(filter(None, (self._stored(segment, context) for segment in segments)))

    def origin(self, name: str, context: Context) -> str:
        """`$(origin name)`."""
        if name in context.scope.automatic:
            return "automatic"
        segments = self.segments(name, context)
        if segments is None or (not segments and (name in OPEN or self.missing)):
            return UNKNOWN
        if not segments:
            return "default" if name in DEFAULTS else "undefined"
        return "override" if "override" in segments[-1].event.modifiers else "file"

    # --- files

    def wildcard(self, text: str) -> str:
        """`$(wildcard text)`: known only for names without wildcards of files that the project has."""
        words = text.split()
        if any(char in text for char in "*?[~") or UNKNOWN in text:
            return UNKNOWN
        base = "" if self.folder == "." else self.folder + "/"
        there = [word for word in words if not word.startswith("/") and self.exists(base + word)]
        return " ".join(there) if there == words else UNKNOWN

    def absolute(self, path: str) -> str:
        """`$(abspath path)`: what stands before the root is not known."""
        if UNKNOWN in path or path.startswith("/"):
            return path
        import posixpath

        joined = posixpath.normpath(posixpath.join(self.folder, path))
        return UNKNOWN if joined == "." else f"{UNKNOWN}/{joined}"


def _told(name: str, operator: str, text: str) -> str:
    return f"`$({name})` is {'extended by' if operator == '+=' else 'set to'} '{_shown(text)}'"


def _shown(text: str) -> str:
    shown = text.replace(UNKNOWN, "…")
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _order(event: Event) -> int:
    return event.order
