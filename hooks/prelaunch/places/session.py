"""A shell script read as a run of it would go: which variables and functions each command sees."""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, UNSET, Fragment, Piece, Step, Value
from prelaunch.places.assumed import Assumptions
from prelaunch.places.conditions import Decisions
from prelaunch.readers.shell import parse
from prelaunch.resolve import MARKERS, Expander, Field, Fields, assignments
from prelaunch.typed import TYPE_CHECKING
from prelaunch.variables import Branches, Definition, Items, Variables, bounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prelaunch.project import Project
    from prelaunch.readers.shell import Assignment, Block, Command, Word

_DECLARING = frozenset({"export", "declare", "local", "readonly", "typeset"})
_MAX_SOURCED = 40
_MAX_COMMANDS = 20_000
_FAR = 1_000_000
"""Block numbers of sourced files start this far apart, so that no two files share one."""


class Session:
    """The commands of one script, with everything that they may see.

    `commands` are in the order of the text. `directory` follows a literal `cd` at the top of the script.
    """

    def __init__(self, fragment: Fragment, environment: Mapping[str, Value], directory: str, project: Project) -> None:
        self.fragment = fragment
        self.project = project
        self.directory = directory
        self.commands: tuple[Command, ...] = parse(fragment.text)[:_MAX_COMMANDS]
        self.variables = Variables(environment)
        self.functions: dict[str, list[Command]] = {}
        self._sourced: list[str] = [fragment.source.path]
        self._exporting = False
        self._borrowed = False
        self._order = 0
        self._calls: dict[str, list[tuple[Items, ...]]] = {}
        self._conditions: set[tuple[int, int]] = set()
        self._assumptions = Assumptions(self.variables.facts)
        self._walk(self.commands, fragment, ())
        self._starts = self._orders

    # -- the walk: definitions in the order of the script

    def _walk(self, commands: Sequence[Command], fragment: Fragment, outer: tuple[Block, ...]) -> None:
        branches = Branches.of(commands)
        known = self.variables.branches
        decided = Decisions(dict(known.chosen), dict(known.tests), self._conditions)
        self.variables.branches = Branches(
            {**known.arms, **branches.arms}, known.complete | branches.complete, decided.chosen, decided.tests
        )
        main = not outer and fragment is self.fragment
        if main:
            self._orders: list[int] = []
        loops: set[int] = set()
        for command in commands:
            self._order += 1
            order = self._order
            if main:
                self._orders.append(order)
            blocks = (*outer, *command.blocks)
            expander = Expander(self.variables, blocks, order)
            for block in command.blocks:
                if block.kind == "function":
                    body = self.functions.setdefault(block.name, [])
                    if not body or body[-1] is not command:
                        body.append(command._replace(blocks=blocks) if outer else command)
                elif block.kind in {"for", "select"} and block.number not in loops and block.name:
                    loops.add(block.number)
                    self._loop(block, blocks, order)
            decided.note(command, expander)
            self._assumptions.note(command, blocks, order)
            self._define(command, expander, fragment, blocks)
            self._act(command, expander, fragment, blocks)

    def _loop(self, block: Block, blocks: tuple[Block, ...], order: int) -> None:
        expander = Expander(self.variables, blocks, order)
        items = {f.text for fields in expander.command(block.words) for f in fields} if block.words else {HANDED}
        alternatives = bounded((text,) for text in sorted(items)) or ((UNKNOWN,),)
        step = Step(f"`{block.name}` of the loop")
        self.variables.define(Definition(block.name, alternatives, False, False, blocks, (step,), order=order - 1))

    def _define(self, command: Command, expander: Expander, fragment: Fragment, blocks: tuple[Block, ...]) -> None:
        declaring = bool(command.words) and command.words[0].text in _DECLARING
        if command.assignments and (not command.words or declaring):
            words = [word.text or "" for word in command.words]
            exported = self._exporting or words[:1] == ["export"] or (declaring and "-x" in words)

            def locate(index: int) -> Step:
                return self._step(fragment, index)

            for definition in assignments(command.assignments, expander, locate, exported=exported):
                self.variables.define(definition)
        if command.words and command.words[0].text == "export":
            for word in command.words[1:]:
                name = word.text or ""
                for definition in self.variables.definitions.get(name, []):
                    index = self.variables.definitions[name].index(definition)
                    self.variables.definitions[name][index] = definition._replace(exported=True)
        for word in command.words:
            for part in word.parts:
                if part.kind != "parameter" or part.operator not in {":=", "="} or part.argument is None:
                    continue
                if self.variables.lookup(part.text, blocks, expander.order) is None:
                    alternatives = bounded((text,) for text, _ in expander.text(part.argument))
                    step = (self._step(fragment, part.start),)
                    self.variables.define(
                        Definition(part.text, alternatives, False, False, blocks, step, order=expander.order)
                    )

    def _act(self, command: Command, expander: Expander, fragment: Fragment, blocks: tuple[Block, ...]) -> None:
        """The commands that change what later ones see: source, cd, set, read, unset."""
        if not command.words:
            return
        name = command.words[0].text
        if name is None:
            return
        if name in {"source", "."} and len(command.words) > 1:
            for fields in expander.command(command.words[1:2]):
                self._source(fields[0].text if fields else "", fragment, blocks)
        elif name == "cd" and len(command.words) > 1 and not blocks:
            target = command.words[1].text
            if target is not None and not target.startswith(("/", "~", "-")):
                self.directory = posixpath.normpath(posixpath.join(self.directory, target))
        elif name == "set" and len(command.words) > 1:
            flags = [word.text or "" for word in command.words[1:]]
            self._exporting = "-a" in flags or (self._exporting and "+a" not in flags)
        elif name in {"read", "mapfile", "readarray", "getopts"}:
            for word in command.words[1:]:
                if word.text and word.text.isidentifier():
                    step = (self._step(fragment, word.start),)
                    self.variables.define(
                        Definition(word.text, ((UNKNOWN,),), name != "read", False, blocks, step, order=expander.order)
                    )
        elif name == "unset":
            for word in command.words[1:]:
                self.variables.define(
                    Definition(word.text or "", ((UNSET,),), False, False, blocks, (), order=expander.order)
                )
        elif not blocks or blocks[-1].kind != "function" or blocks[-1].name != name:
            self._calls.setdefault(name, []).append(
                tuple(tuple(f.text for f in fields) for fields in expander.command(command.words[1:]))
            )

    def _step(self, fragment: Fragment, index: int) -> Step:
        source = fragment.source
        offset = fragment.start(index)
        line = source.position(offset)[0]
        shown = source.line(line).strip()
        return Step(f"`{shown if len(shown) <= 80 else shown[:77] + '...'}`", source.path, line)

    # -- other files

    def _source(self, text: str, fragment: Fragment, blocks: tuple[Block, ...]) -> None:
        if len(self._sourced) > _MAX_SOURCED:
            return
        path = self._locate(text, fragment.source.path)
        if path is None or path in self._sourced:
            return
        source = self.project.read(path)
        if source is None:
            return
        self._sourced.append(path)
        self._read_file(source.whole(), blocks)

    def _read_file(self, whole: Fragment, blocks: tuple[Block, ...]) -> None:
        base = _FAR * len(self._sourced)
        commands = tuple(
            c._replace(blocks=tuple(b._replace(number=b.number + base) for b in c.blocks))
            for c in parse(whole.text)[:_MAX_COMMANDS]
        )
        self._walk(commands, whole, blocks)

    def _locate(self, text: str, path: str) -> str | None:
        """The file that `source text` in the file at `path` reads; the part behind what is unknown is enough."""
        for marker in MARKERS:
            text = text.rsplit(marker, 1)[-1]
        text = text.lstrip("/").removeprefix("./")
        if not text or text.startswith("~"):
            return None
        folder = posixpath.dirname(path)
        folders = [folder, self.directory]
        while folder:
            folder = posixpath.dirname(folder)
            folders.append(folder)
        for one in folders:
            candidate = posixpath.normpath(posixpath.join(one, text))
            if not candidate.startswith("..") and self.project.exists(candidate):
                return candidate
        return None

    def _borrow(self) -> None:
        """Let a helper script see what the scripts define that stand beside it and source it."""
        if self._borrowed:
            return
        self._borrowed = True
        path = self.fragment.source.path
        if self.fragment.pieces[0].start or "." not in posixpath.basename(path):
            return
        name = posixpath.basename(path)
        folder = posixpath.dirname(path)
        for near in dict.fromkeys((folder, posixpath.dirname(folder))):
            for sibling in self.project.names(near or "."):
                other = posixpath.join(near, sibling)
                if (
                    other in self._sourced
                    or not sibling.endswith((".sh", ".bash"))
                    or len(self._sourced) > _MAX_SOURCED
                ):
                    continue
                source = self.project.read(other)
                if source is None or name not in source.text or not _sources(source.text, name):
                    continue
                self._sourced.append(other)
                self._read_file(source.whole(), ())

    # -- what the commands see

    def _expander(self, order: int) -> Expander:
        blocks = self.commands[order].blocks
        return Expander(self.variables, blocks, self._starts[order])

    def lines(self, order: int) -> list[Fields]:
        """The alternatives of the command's fields; in a function, the callers' arguments are `HANDED`."""
        expander = self._expander(order)
        words = self.commands[order].words
        lines = expander.command(words)
        if not self._borrowed and any(line and line[0].opaque and line[0].text.strip(UNSET) == "" for line in lines):
            self._borrow()
            lines = expander.command(words)
        return lines

    def called_lines(self, order: int) -> list[Fields]:
        """As `lines`, with the arguments of the function's calls in this script in place, where there are any."""
        command = self.commands[order]
        function = next((b.name for b in reversed(command.blocks) if b.kind == "function"), "")
        calls = self._calls.get(function)
        if not calls:
            return self.lines(order)
        self.variables.arguments = bounded(items for call in calls for items in call)
        lines = self._expander(order).command(command.words)
        self.variables.arguments = None
        return lines

    def through_functions(self, order: int) -> list[tuple[Fields, Fields]]:
        """What a call of a function runs in its body: each command without and with the call's arguments in place."""
        command = self.commands[order]
        name = command.words[0].text
        if name is None or name not in self.functions:
            return []
        found: list[tuple[Fields, Fields]] = []
        for fields in self._expander(order).command(command.words[1:]):
            found += self._body(name, tuple(f.text for f in fields), 0)
        return found[:16]

    def _body(self, name: str, arguments: Items, depth: int) -> list[tuple[Fields, Fields]]:
        lines: list[tuple[Fields, Fields]] = []
        for command in self.functions[name][:200]:
            if not command.words or not _mentions_arguments(command):
                continue
            expander = Expander(self.variables, command.blocks, self._order + 1)
            handed = expander.command(command.words)
            self.variables.arguments = (arguments,)
            fields = expander.command(command.words)
            self.variables.arguments = None
            inner = command.words[0].text
            if inner is not None and inner in self.functions and inner != name and depth < 3:
                for one in fields:
                    lines += self._body(inner, tuple(f.text for f in one[1:]), depth + 1)
            elif handed:
                lines += [(handed[0], tuple(f._replace(word=-1) for f in one)) for one in fields]
        return lines

    def exported(self, name: str, order: int) -> list[Field | None]:
        """The alternatives of an environment variable for the command; `[None]` where it is not set."""
        found = self.variables.exported(name, self.commands[order].blocks, self._starts[order])
        if found is None:
            return [None]
        return [Field("".join(items), steps=found.steps) for items in found.alternatives]

    def inline(self, command: Command, assignment: Assignment) -> Field | None:
        """The value of an assignment that stands before a command."""
        if assignment.value is None:
            return Field("")
        texts = Expander(self.variables, command.blocks, self._order + 1).text(assignment.value)
        step = self._step(self.fragment, assignment.start)
        return Field(texts[0][0], steps=(step, *texts[0][1])) if texts else None

    def snapshot(self, order: int) -> dict[str, Value]:
        """The variables as they stand, for a script inside this one."""
        blocks = self.commands[order].blocks
        values = dict(self.variables.environment)
        for name in self.variables.definitions:
            found = self.variables.lookup(name, blocks, self._starts[order])
            if found is not None:
                values[name] = Value(tuple(" ".join(items) for items in found.alternatives), found.steps)
        return values

    def embedded(self, order: int, words: Sequence[int]) -> list[Fragment]:
        """The text of some of the command's words as a script of its own, mapped to the file."""
        command = self.commands[order]
        pieces: list[Piece] = []
        for number in words:
            if not 0 <= number < len(command.words):
                return []
            if pieces:
                pieces.append(Piece(" ", pieces[-1].stop, pieces[-1].stop, literal=False))
            pieces += self._pieces(command.words[number], order)
        return [Fragment(self.fragment.source, tuple(pieces))] if pieces else []

    def _pieces(self, word: Word, order: int) -> list[Piece]:
        pieces: list[Piece] = []
        expander = self._expander(order)
        for part in word.parts:
            if part.kind == "literal" and part.stop - part.start == len(part.text):
                pieces += self.fragment.slice(part.start, part.stop).pieces
                continue
            span = self.fragment.span(part.start, part.stop)
            text = part.text
            if part.kind != "literal":
                fields = expander.word(word._replace(parts=(part,)))
                text = " ".join(f.text for f in fields[0]) if len(fields) == 1 else UNKNOWN
            pieces.append(Piece(text, span.start, span.stop, literal=False))
        return pieces


def _sources(text: str, name: str) -> bool:
    return any(
        line.strip().startswith(("source ", ". ")) and line.split("#")[0].rstrip(" \"';").endswith(name)
        for line in text.splitlines()
    )


def _mentions_arguments(command: Command) -> bool:
    return any(
        part.kind == "parameter" and (part.text in {"@", "*"} or part.text.isdigit())
        for word in command.words
        for part in word.parts
    )
