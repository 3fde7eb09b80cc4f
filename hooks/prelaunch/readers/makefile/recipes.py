"""Recipes as the shell would see them: one fragment for each way a line may come out (manual, chapter 5)."""

from __future__ import annotations

import posixpath

from prelaunch.model import UNKNOWN, Fragment, Piece
from prelaunch.readers.makefile.context import END, Event, Scope
from prelaunch.readers.makefile.facts import Mapped
from prelaunch.readers.makefile.functions import match
from prelaunch.readers.makefile.pieces import Pieces, text_of
from prelaunch.readers.makefile.scanning import BLANK, assignment, references
from prelaunch.readers.makefile.worlds import World, alternatives
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.readers.makefile.context import Context
    from prelaunch.readers.makefile.program import LineAt, Program, RuleAt
    from prelaunch.readers.makefile.worlds import Condition

MAX_PATTERNS = 200
PREFIXES = "@-+ \t"
_OTHER_SHELLS = ("python", "perl", "ruby", "node", "pwsh", "powershell", "cmd", "tclsh", "php", "Rscript", "lua")


class Unit:
    """One rule with its recipe: the targets and prerequisites expanded, the lines that may belong to it."""

    __slots__ = ("lines", "prerequisites", "rule", "scope", "targets")

    def __init__(
        self,
        rule: RuleAt,
        targets: tuple[str, ...],
        prerequisites: tuple[str, ...],
        lines: tuple[LineAt, ...],
        scope: Scope,
    ) -> None:
        self.rule = rule
        self.targets = targets
        self.prerequisites = prerequisites
        self.lines = lines
        self.scope = scope


class Reading(NamedTuple):
    """One way a recipe line may come out, and the world in which it does."""

    fragment: Fragment
    world: World


def units(program: Program) -> list[Unit]:
    """Every rule of `program` that has a recipe, in reading order."""
    lines: dict[RuleAt, list[LineAt]] = {}
    for line in program.lines:
        for rule in line.rules:
            lines.setdefault(rule, []).append(line)
    specific = _Specific(program)
    return [_unit(program, rule, tuple(lines[rule]), specific) for rule in program.rules if rule in lines]


def named(program: Program, rule: RuleAt) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The expanded targets and normal prerequisites of a rule."""
    targets = tuple(program.plain(rule.rule.targets, rule.order).split())
    needed = program.plain(rule.rule.prerequisites, rule.order).split()
    return targets, tuple(needed[: needed.index("|")] if "|" in needed else needed)


class _Specific:
    """Target- and pattern-specific assignments, by the target they are for."""

    def __init__(self, program: Program) -> None:
        self.plain: dict[str, list[tuple[int, Event]]] = {}
        self.patterns: list[tuple[str, int, Event]] = []
        for number, (text, event) in enumerate(program.specific):
            for name in text.split():
                self.plain.setdefault(name, []).append((number, event))
                if "%" in name and len(self.patterns) < MAX_PATTERNS:
                    self.patterns.append((name, number, event))

    def of(self, targets: tuple[str, ...], raw: set[str]) -> Iterator[Event]:
        """Those that hold for a rule, in reading order; `raw` are its targets before expansion."""
        found: dict[int, Event] = {}
        for target in targets:
            # Two targets that are not known are the same only where they are written the same way.
            if UNKNOWN not in target or target in raw:
                found.update(self.plain.get(target, ()))
            found.update(
                (number, event)
                for pattern, number, event in self.patterns
                if UNKNOWN not in pattern and match(pattern, target) is not None
            )
        for number in sorted(found):
            yield found[number]


def _unit(program: Program, rule: RuleAt, lines: tuple[LineAt, ...], specific: _Specific) -> Unit:
    targets, prerequisites = named(program, rule)
    automatic = _automatic(rule, targets, prerequisites)
    events: dict[str, list[Event]] = {}
    for event in specific.of(targets, set(rule.rule.targets.split())):
        events.setdefault(event.name, []).append(event)
    for line in lines:
        for event in _set_in_recipe(line):
            events.setdefault(event.name, []).append(event)
    return Unit(rule, targets, prerequisites, lines, Scope(automatic, events))


def _automatic(rule: RuleAt, targets: tuple[str, ...], prerequisites: tuple[str, ...]) -> dict[str, Pieces]:
    """`$@`, `$<` and the like, as far as the rule alone tells."""
    patterned = rule.rule.pattern is not None or any("%" in target for target in targets)
    target = targets[0].replace("%", UNKNOWN) if len(targets) == 1 else UNKNOWN
    first = prerequisites[0] if prerequisites else ""
    every = " ".join(dict.fromkeys(prerequisites))
    if patterned:
        first, every = first.replace("%", UNKNOWN), every.replace("%", UNKNOWN)
    values = {
        "@": target,
        "<": first or UNKNOWN,
        "^": every or UNKNOWN,
        "*": UNKNOWN,
        "?": UNKNOWN,
        "%": "",
        "|": UNKNOWN,
    }
    values["+"] = values["^"]
    for name in tuple(values):
        word = values[name]
        plain = word and UNKNOWN not in word and " " not in word
        values[f"{name}D"] = (posixpath.dirname(word) or ".") if plain else UNKNOWN
        values[f"{name}F"] = posixpath.basename(word) if plain else UNKNOWN
    return {name: [Piece(text, 0, 0, literal=False)] if text else [] for name, text in values.items()}


def _set_in_recipe(line: LineAt) -> Iterator[Event]:
    """`$(eval NAME := value)` inside a recipe holds from then on; taken to be of this recipe."""
    text = line.line.text.text
    if "eval" not in text:
        return
    for low, high in references(text):
        inner = text[low + 2 : high - 1]
        if inner[:4] == "eval" and inner[4:5] in {" ", "\t"}:
            found = assignment(inner[5:].strip(BLANK))
            if found is not None and not found.define and "$" not in found.name and "\n" not in inner:
                value = inner[5:].strip(BLANK)[found.value :].lstrip(BLANK)
                source, at = line.source, line.line.text.offset(low)
                if line.origin is not None:
                    source, at = line.origin.source, line.origin.start(at)
                # Expanded with the recipe, so the recipe's own variables are seen.
                operator = "=" if found.operator == ":=" else found.operator
                number = source.position(at)[0]
                yield Event(found.name, operator, value, END - 1, line.guard, source, number, local=True)


def expand_recipe(program: Program, unit: Unit, line: LineAt, condition: Condition = ()) -> list[Reading]:
    """The ways `line` may come out under a condition, each once; its rule's and its own branches are taken to be read.

    In a `.ONESHELL` makefile the fragment is the whole recipe. Prefixes (`@`, `-`, `+`) are gone.
    """
    guard = (*unit.rule.guard, *(part for part in line.guard if part not in unit.rule.guard), *condition)

    def expand(world: World) -> Reading:
        world = program.variables.force(world, guard)
        context = program.variables.context(world, END, unit.scope)
        if not program.one_shell:
            return Reading(_fragment(program, line, context), world)
        parts: list[Piece] = []
        source = line.source if line.origin is None else line.origin.source
        for other in unit.lines:
            if other is line or program.variables.holds(world, other.guard):
                if (other.source if other.origin is None else other.origin.source) != source:
                    continue
                pieces = _fragment(program, other, context).pieces
                if parts:
                    at = parts[-1].stop
                    parts.append(Piece("\n", at, max(at, pieces[0].start if pieces else at), literal=False))
                parts.extend(pieces)
        return Reading(Fragment(source, tuple(parts)), world)

    seen: dict[tuple[Piece, ...], Reading] = {}
    for reading in alternatives(expand, program.variables.root):
        seen.setdefault(reading.fragment.pieces, reading)
    return list(seen.values())


def _fragment(program: Program, line: LineAt, context: Context) -> Fragment:
    pieces = _without_prefixes(program.variables.expander.placed(_folded(line.line.text), context))
    if not pieces:
        at = line.line.text.after(len(line.line.text.text))
        pieces = [Piece("", at, at)]
    if line.origin is None:
        return Fragment(line.source, tuple(pieces))
    return Fragment(line.origin.source, tuple(_through(line.origin, pieces)))


def _through(origin: Fragment, pieces: Pieces) -> Iterator[Piece]:
    """Pieces of an evaluated text as pieces of the file that it came from."""
    for piece in pieces:
        if piece.literal:
            yield from origin.slice(piece.start, piece.stop).pieces
            continue
        span = origin.span(piece.start, piece.stop)
        steps = dict.fromkeys((*piece.steps, *origin.steps(piece.start, piece.stop)))
        yield Piece(piece.text, span.start, span.stop, literal=False, steps=tuple(steps))


def _folded(text: Mapped) -> Mapped:
    r"""Inside references, `\`-newline and the blanks around it are one space, before any function sees them."""
    if "\\\n" not in text.text:
        return text
    raw, at = text.text, 0
    runs: list[tuple[str, int]] = []
    for low, high in references(raw):
        if "\\\n" not in raw[low:high]:
            continue
        join = raw.find("\\\n", low, high)
        while join >= 0:
            end = join + 2
            begin = join
            while begin > at and raw[begin - 1] in BLANK:
                begin -= 1
            while end < high and raw[end] in BLANK:
                end += 1
            runs.extend((raw[a:b], text.offset(a)) for a, b in text.runs(at, begin))
            runs.append((" ", text.offset(begin)))
            at = end
            join = raw.find("\\\n", end, high)
    if not runs:
        return text
    runs.extend((raw[a:b], text.offset(a)) for a, b in text.runs(at, len(raw)))
    return Mapped.of(runs)


def _without_prefixes(pieces: Pieces) -> Pieces:
    """Drop `@`, `-`, `+` and blanks at the beginning of each line that make runs on its own."""
    out: Pieces = []
    fresh = True
    before = ""
    for piece in pieces:
        text, at = piece.text, 0
        if not text:
            out.append(piece)
            continue
        while True:
            if fresh:
                bare = len(text) - len(text[at:].lstrip(PREFIXES))
                fresh = bare == len(text)
                at = bare
            end = text.find("\n", at)
            while end >= 0 and (text[end - 1] if end else before) == "\\":
                end = text.find("\n", end + 1)
            stop = len(text) if end < 0 else end + 1
            if stop > at or not piece.literal:
                out.append(_cut(piece, at, stop))
            if end < 0:
                break
            fresh, at = True, stop
            if at == len(text):
                break
        before = text[-1]
    return out


def _cut(piece: Piece, low: int, high: int) -> Piece:
    if piece.literal:
        return Piece(piece.text[low:high], piece.start + low, piece.start + high, steps=piece.steps)
    return Piece(piece.text[low:high], piece.start, piece.stop, literal=False, steps=piece.steps)


def runs_in_sh(program: Program, unit: Unit, world: World) -> bool:
    """Whether SHELL, for this recipe, is something that reads shell."""
    context = program.variables.context(world.blur(), END, unit.scope)
    words = text_of(program.variables.value("SHELL", context)).split()
    return not any(posixpath.basename(word).startswith(_OTHER_SHELLS) for word in words)
