"""A makefile with its includes, in the order in which make reads them: every assignment, rule, recipe line and export.

Nothing is run, nothing is read but files of the project. Includes are looked for where make runs (the folder of the
top makefile), beside the including file, and in each folder above it.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import UNKNOWN, Fragment, Piece, Source
from prelaunch.readers.makefile.context import Event, Scope
from prelaunch.readers.makefile.facts import Assignment, Bare, Export, Include, Makefile, RecipeLine, Rule
from prelaunch.readers.makefile.pieces import text_of
from prelaunch.readers.makefile.reading import read
from prelaunch.readers.makefile.recursive import handed_on
from prelaunch.readers.makefile.variables import Variables
from prelaunch.readers.makefile.worlds import BoundTest, World, alternatives
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.project import Project
    from prelaunch.readers.makefile.facts import Guard
    from prelaunch.readers.makefile.worlds import Condition

MAX_DEPTH = 20
MAX_FILES = 200
MAX_EVALUATED = 150
MAX_ENTRIES = 400
"""Names looked at in one folder for an `include` with wildcards."""


class RuleAt:
    """A rule at its place in the reading order; targets and prerequisites are expanded later."""

    __slots__ = ("guard", "order", "rule", "source")

    def __init__(self, rule: Rule, order: int, guard: Condition, source: Source) -> None:
        self.rule = rule
        self.order = order
        self.guard = guard
        self.source = source


class LineAt:
    """A recipe line and the rules it belongs to. `origin` maps it to a file where it came out of `$(eval)`."""

    __slots__ = ("guard", "line", "origin", "rules", "source")

    def __init__(
        self,
        line: RecipeLine,
        rules: tuple[RuleAt, ...],
        guard: Condition,
        source: Source,
        origin: Fragment | None = None,
    ) -> None:
        self.line = line
        self.rules = rules
        self.guard = guard
        self.source = source
        self.origin = origin


class Exported(NamedTuple):
    """`export`, `unexport` and `.EXPORT_ALL_VARIABLES`; no names means every variable."""

    names: str
    on: bool
    order: int
    guard: Condition


class _Walk:
    """One reading of one file or evaluated text."""

    __slots__ = ("depth", "facts", "files", "origin", "outer", "rules", "tests")

    def __init__(
        self,
        facts: Makefile,
        outer: Condition,
        depth: int,
        files: tuple[str, ...],
        origin: Fragment | None = None,
        tests: dict[int, BoundTest] | None = None,
        rules: dict[int, RuleAt] | None = None,
    ) -> None:
        self.facts = facts
        self.outer = outer
        self.depth = depth
        self.files = files
        self.origin = origin
        self.tests: dict[int, BoundTest] = {} if tests is None else tests
        self.rules: dict[int, RuleAt] = {} if rules is None else rules


class Program:
    """What make would know after reading `source` and all that it includes."""

    def __init__(self, source: Source, project: Project) -> None:
        self.source = source
        self.project = project
        self.folder = posixpath.dirname(source.path) or "."
        self.variables = Variables(self.folder, project.exists)
        self.rules: list[RuleAt] = []
        self.lines: list[LineAt] = []
        self.exports: list[Exported] = []
        self.specific: list[tuple[str, Event]] = []
        self.files: set[str] = set()
        self.one_shell = False
        self.any_recipe = Scope({name: [Piece(UNKNOWN, 0, 0, literal=False)] for name in "@<^+?*%|"})
        self.order = 0
        self._evaluated = 0
        self._fatal: list[Condition] = []
        self._file(source, (), 0, ())
        self._hand_on()
        for guard in self._fatal:
            self._avoid(guard)

    # --- walking

    def _next(self) -> int:
        self.order += 1
        return self.order

    def _file(self, source: Source, guard: Condition, depth: int, files: tuple[str, ...]) -> None:
        self.files.add(source.path)
        memo = ("makefile facts", source.path, source.text)
        facts = self.project.memo.get(memo)
        if facts is None:
            facts = self.project.memo[memo] = read(source)
        path = posixpath.relpath(source.path, self.folder)
        self._set("MAKEFILE_LIST", "+=" if files else ":=", path, guard, source)
        self._walk(_Walk(facts, guard, depth, (*files, source.path)))

    def _walk(self, walk: _Walk) -> None:
        for statement in walk.facts.statements:
            guard = self._bound(walk, statement.guard)
            if isinstance(statement, Assignment):
                self._assignment(walk, statement, guard)
            elif isinstance(statement, Rule):
                self._rule(walk, statement, guard)
            elif isinstance(statement, RecipeLine):
                rules = tuple(walk.rules[number] for number in statement.rules)
                self.lines.append(LineAt(statement, rules, guard, walk.facts.source, walk.origin))
            elif isinstance(statement, Export):
                self.exports.append(Exported(statement.names, statement.on, self._next(), guard))
            elif isinstance(statement, Include):
                self._include(walk, statement, guard)
            elif isinstance(statement, Bare):
                self._bare(walk, statement, guard)

    def _bound(self, walk: _Walk, guard: Guard) -> Condition:
        bound = []
        for number, wanted in guard:
            if number not in walk.tests:
                walk.tests[number] = BoundTest(walk.facts.tests[number], self._next(), walk.facts.source)
            bound.append((walk.tests[number], wanted))
        return walk.outer + tuple(bound)

    def _line(self, walk: _Walk, offset: int) -> tuple[Source, int]:
        if walk.origin is None:
            return walk.facts.source, walk.facts.source.position(offset)[0]
        source = walk.origin.source
        return source, source.position(walk.origin.start(offset))[0]

    def _set(self, name: str, operator: str, value: str, guard: Condition, source: Source) -> None:
        event = Event(name, operator, value, self._next(), guard, source, 0)
        self.variables.events.setdefault(name, []).append(event)

    def _assignment(self, walk: _Walk, found: Assignment, guard: Condition) -> None:
        order = self._next()
        name = self.plain(found.name, order).strip() if "$" in found.name else found.name
        if UNKNOWN in name and name not in self.variables.computed and len(self.variables.computed) < 50:
            self.variables.computed.append(name)
        if UNKNOWN in name or not name:
            return
        source, line = self._line(walk, found.span.start)
        local = found.targets is not None
        event = Event(name, found.operator, found.value, order, guard, source, line, found.modifiers, found.body, local)
        if found.targets is not None:
            self.specific.append((self.plain(found.targets, order), event))
            return
        self.variables.events.setdefault(name, []).append(event)
        if "export" in found.modifiers:
            self.exports.append(Exported(name, True, order, guard))

    def _rule(self, walk: _Walk, rule: Rule, guard: Condition) -> None:
        made = RuleAt(rule, self._next(), guard, walk.facts.source)
        walk.rules[rule.number] = made
        self.rules.append(made)
        words = rule.targets.split()
        self.one_shell = self.one_shell or ".ONESHELL" in words
        if ".EXPORT_ALL_VARIABLES" in words:
            self.exports.append(Exported("", True, made.order, guard))

    def _hand_on(self) -> None:
        """Give a target what own calls of make hand it, where nothing else sets the variable or needs the target."""
        if self.one_shell:
            return  # each line may run where the one before went
        handed = handed_on(self.lines)
        own = {event.name for _, event in self.specific}
        needed = {
            name
            for each in self.rules
            if handed and ".PHONY" not in each.rule.targets
            for name in each.rule.prerequisites.split()
        }
        for target, name, value, line in handed:
            unset = name not in self.variables.events and name not in own
            if unset and target not in needed and line.origin is None:
                number = line.source.position(line.line.span.start)[0]
                event = Event(name, ":=", value, self._next(), (), line.source, number, local=True)
                self.specific.append((target, event))

    def plain(self, text: str, order: int) -> str:
        """`text` expanded at a place of the reading, without splitting the world."""
        if "$" not in text:
            return text
        world = self.variables.root.blur()
        return text_of(self.variables.expander.plain(text, self.variables.context(world, order)))

    # --- includes

    def _include(self, walk: _Walk, found: Include, guard: Condition) -> None:
        order = self._next()

        def expand(world: World) -> tuple[str, Condition]:
            world = self.variables.force(world, guard)
            pieces = self.variables.expander.plain(found.paths, self.variables.context(world, order))
            return text_of(pieces), world.trail

        seen = alternatives(expand, self.variables.root)
        several = len({text for text, _ in seen}) > 1
        done: set[str] = set()
        for text, trail in seen:
            extra = tuple(part for part in trail if part not in guard) if several else ()
            for word in text.split():
                if word in done and not several:
                    continue
                done.add(word)
                self._included(walk, word, found, guard + extra)

    def _included(self, walk: _Walk, word: str, found: Include, guard: Condition) -> None:
        paths = self._paths(word, walk.facts.source.path)
        if not paths and not (found.optional and UNKNOWN not in word) and word not in self.variables.missing:
            self.variables.missing.append(word.replace(UNKNOWN, "…"))
        for path in paths:
            if path in walk.files or walk.depth >= MAX_DEPTH or len(self.files) >= MAX_FILES:
                continue
            source = self.project.read(path)
            if source is not None:
                self._file(source, guard, walk.depth + 1, walk.files)

    def _paths(self, word: str, including: str) -> list[str]:
        """The files that an `include` of `word` reads."""
        if word.startswith(UNKNOWN + "/"):
            word = word[1:].lstrip("/")
        elif word.startswith("/"):
            return []
        if UNKNOWN in word:
            return []
        folders = dict.fromkeys([self.folder, posixpath.dirname(including) or "."])
        above = self.folder
        while above not in {"", "."}:
            above = posixpath.dirname(above) or "."
            folders[above] = None
        for folder in folders:
            path = posixpath.normpath(posixpath.join(folder, word))
            if path.startswith(".."):
                continue
            if any(char in path for char in "*?["):
                matched = _glob(self.project, path)
                if matched:
                    return matched
            elif self.project.exists(path):
                return [path]
        return []

    # --- $(eval) and $(error) lines

    def _bare(self, walk: _Walk, found: Bare, guard: Condition) -> None:
        text = found.text.text.strip()
        if guard and text.startswith(("$(error ", "${error ")):
            self._fatal.append(guard)
            return
        if "eval" not in text or self._evaluated >= MAX_EVALUATED or walk.depth >= MAX_DEPTH:
            return
        order = self._next()
        from prelaunch.readers.makefile.evaluation import evaluated

        context = self.variables.context(self.variables.root.blur(), order)
        source = walk.facts.source if walk.origin is None else None
        for fragment in evaluated(self.variables, found.text, context, source):
            self._evaluated += 1
            if self._evaluated > MAX_EVALUATED:
                return
            facts = read(Source(fragment.source.path, fragment.text))
            self._walk(_Walk(facts, guard, walk.depth + 1, walk.files, fragment))

    def _avoid(self, guard: Condition) -> None:
        """A branch that only stops make is not taken: the caller must see to it."""
        root = self.variables.root.blur()
        open_tests = [(test, wanted) for test, wanted in guard if self.variables.outcome(root, test) is wanted]
        if len(open_tests) == len(guard) == 1:
            ((test, wanted),) = open_tests
            self.variables.root = self.variables.force(self.variables.root, ((test, not wanted),))


def _glob(project: Project, pattern: str) -> list[str]:
    """Paths of the project that match `pattern`, by name; folders that lead out of the root are not entered."""
    from fnmatch import fnmatchcase

    found = [""]
    parts = pattern.split("/")
    for number, part in enumerate(parts):
        grown: list[str] = []
        for folder in found:
            if not any(char in part for char in "*?["):
                grown.append(posixpath.join(folder, part))
                continue
            names = project.names(folder)[:MAX_ENTRIES]
            hidden = part.startswith(".")
            grown.extend(
                posixpath.join(folder, name)
                for name in names
                if fnmatchcase(name, part) and (hidden or not name.startswith("."))
            )
        found = grown[:MAX_ENTRIES]
        if number == len(parts) - 1:
            break
    return [path for path in found if project.exists(path)]
