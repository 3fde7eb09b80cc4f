"""Shell text, wherever it is embedded, to the image builds that it runs."""

from __future__ import annotations

from prelaunch.builders import PLATFORM_VARIABLE, PROGRAMS, PUSHES
from prelaunch.model import (
    EMPTY,
    HANDED,
    UNKNOWN,
    UNSET,
    Build,
    Fragment,
    Piece,
    Platform,
    Slot,
    Source,
    Span,
    State,
    Step,
    Value,
)
from prelaunch.places.commands import Invocation, pushes, understand
from prelaunch.places.files import delegated, inputs, makes_image, together, with_inputs
from prelaunch.places.prefixes import without_prefixes
from prelaunch.places.publishing import NO_PUSHES, Pushes, published, united
from prelaunch.places.retags import pull_of, understand_pull
from prelaunch.places.verdicts import BY_DIGEST, bare, exports_image, judge, outputs_of, publishes, tidy
from prelaunch.places.written import in_flags
from prelaunch.resolve import MARKERS, Field
from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from prelaunch.places.session import Session
    from prelaunch.places.windows import Line
    from prelaunch.project import Project
    from prelaunch.readers.shell import Command

Dialect = Literal["sh", "powershell", "cmd"]
_SPEAKING = (
    *(UNKNOWN, HANDED, UNSET, "$", "`", "source ", ". ", "eval ", "/ko"),
    *(name.rsplit("/", 1)[-1] for name in PROGRAMS if not name.startswith(("docker-", "podman-"))),
    *(name for name in PUSHES if name not in PROGRAMS),
)
"""A script without any of these neither builds nor pushes: no tool is named, and nothing could stand for one."""
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_MAX_NESTING = 4
_QUOTES = str.maketrans(dict.fromkeys("\"'{}"))


class Setting(NamedTuple):
    """Where a script runs: the kind of place, its environment, its directory (relative to the root), its host."""

    form: str
    environment: Mapping[str, Value] = EMPTY
    directory: str = "."
    dialect: Dialect = "sh"
    host: Platform | None = None

    def variables(self, invocation: Invocation) -> list[Field | None]:
        """What the environment variable of the command's tool may be; `[None]` where it is not set."""
        value = self.environment.get(invocation.tool.variable or "")
        return [None] if value is None else [Field(text, steps=value.steps) for text in value.texts]


class ScriptFacts(NamedTuple):
    """What a script does: the images it builds, and those it pushes by a command of its own (`docker push`)."""

    builds: tuple[Build, ...] = ()
    pushes: Pushes = NO_PUSHES


def read_script(fragment: Fragment, setting: Setting, project: Project) -> ScriptFacts:
    """The builds of one script (a recipe, a `run:` block, a file), in order. Never raises."""
    if setting.dialect != "sh":
        from prelaunch.places.windows import commands

        reader = _Commands(fragment, setting, project)
        return reader.facts(reader.windows(commands(fragment.text, setting.dialect, setting.environment)))
    return _read(fragment, setting, project, 0)


def _read(fragment: Fragment, setting: Setting, project: Project, depth: int) -> ScriptFacts:
    fragment = _mark_unset(fragment)
    if not project.settings.wrappers and not any(word in fragment.text for word in _SPEAKING):
        return ScriptFacts()
    from prelaunch.places.session import Session

    session = Session(fragment, setting.environment, setting.directory, project)
    return _Commands(fragment, setting, project, depth).shell(session)


def merge(alternatives: list[ScriptFacts]) -> ScriptFacts:
    """One answer from several readings of a text (matrix combinations, branches): builds of one span become one."""
    if len(alternatives) == 1:
        return alternatives[0]
    return ScriptFacts(
        unite(build for facts in alternatives for build in facts.builds), united(f.pushes for f in alternatives)
    )


def of_unit(several: Iterable[ScriptFacts]) -> list[Build]:
    """The builds of a unit (the scripts of a job, the lines of a task): published are those that one of them pushes."""
    facts = list(several)
    return published([build for each in facts for build in each.builds], united(each.pushes for each in facts))


def unite(builds: Iterable[Build]) -> tuple[Build, ...]:
    """Builds of the same span become one, in the order of their first."""
    groups: dict[tuple[str, Span], list[Build]] = {}
    for build in builds:
        groups.setdefault((build.source.path, build.span), []).append(build)
    return tuple(_one(group) for group in groups.values())


def _one(group: Sequence[Build]) -> Build:
    first = group[0]
    if len(group) == 1:
        return first
    states = {build.state for build in group}
    steps = tuple(dict.fromkeys(step for build in group for step in build.via))
    state: State
    if len(states) == 1:
        state = first.state
    elif states <= {"explicit", "default"}:
        state = "explicit"
    elif states <= {"explicit", "delegated"}:
        state = "delegated"
    else:
        state = "unknown"
        steps = (*steps, Step("named in some cases and not in others"))
    whole = first._replace(
        state=state,
        platforms=tuple(dict.fromkeys(name for build in group for name in build.platforms)),
        via=steps,
        slot=first.slot if state == "missing" else None,
        host=first.host if all(build.host == first.host for build in group) else None,
        published=any(build.published for build in group),
        image=any(build.image for build in group),
        images=tuple(dict.fromkeys(name for build in group for name in build.images)),
        renamed=tuple(dict.fromkeys(name for build in group for name in build.renamed)),
        open=tuple(dict.fromkeys(name for build in group for name in build.open)),
        whole=all(build.whole for build in group),
        outputs=tuple(dict.fromkeys(name for build in group for name in build.outputs)),
        written=tuple(dict.fromkeys(span for build in group for span in build.written)),
    )
    return together(whole, group)


def build_of(
    invocation: Invocation, variable: Field | None, source: Source, span: Span, *, setting: Setting, project: Project
) -> Build:
    """The build that a command line at `span` of `source` runs; `variable` is the tool's own, if set."""
    verdict = judge(invocation, variable)
    kind = invocation.tool.kind
    elsewhere = verdict.state == "default" or (invocation.tool.open and verdict.state == "unknown")
    if kind == "bake" or (kind != "build" and verdict.state == "missing") or elsewhere:
        verdict = delegated(invocation, verdict, setting.directory, source.path, project)
    images = invocation.values("--tag", "-t", "--destination", "-d", "--image")
    build = Build(
        source=source,
        span=span,
        tool=invocation.tool.name,
        form=setting.form,
        state=verdict.state,
        platforms=verdict.platforms,
        via=tidy(verdict),
        host=setting.host,
        published=publishes(invocation),
        images=tuple(bare(value.text) for value in images if value.text.strip(MARKERS)),
        image=exports_image(invocation),
        by_digest=any(BY_DIGEST in value.text for value in invocation.values("--output", "-o")),
        open=verdict.open,
        whole=verdict.whole,
        outputs=outputs_of(invocation),
    )
    return with_inputs(build, inputs(invocation, setting.directory, source.path, project))


def _mark_unset(fragment: Fragment) -> Fragment:
    """Put the marker of an unset variable where a make reference expanded to nothing because nothing sets it."""
    if all(piece.text or piece.literal for piece in fragment.pieces):
        return fragment
    pieces = [
        piece._replace(text=UNSET) if not piece.text and any("set nowhere" in s.text for s in piece.steps) else piece
        for piece in fragment.pieces
    ]
    return Fragment(fragment.source, tuple(pieces))


def _reference_name(text: str) -> str:
    """`NAME` of `$(NAME)`, `${NAME}` or `${{ env.NAME }}`."""
    return text.strip("${}() ").rsplit(".", 1)[-1].split(":", 1)[0]


class _Commands:
    """Turns the command lines of one fragment into builds."""

    def __init__(self, fragment: Fragment, setting: Setting, project: Project, depth: int = 0) -> None:
        self.fragment = fragment
        self.setting = setting
        self.project = project
        self.depth = depth
        self.builds: list[Build] = []
        self.pushes = NO_PUSHES

    def facts(self, builds: Iterable[Build]) -> ScriptFacts:
        """The result: what a script pushes it publishes."""
        return ScriptFacts(tuple(published(unite(builds), self.pushes)), self.pushes)

    def shell(self, session: Session) -> ScriptFacts:
        """Read every command of a shell script."""
        wrappers = self.project.settings.wrappers
        builds: list[Build] = []
        for order, command in enumerate(session.commands):
            if not command.words:
                continue
            lines = [self._traced(fields, command) for fields in session.lines(order)]
            written = self._written_in(command)
            self.pushes |= united(pushes(fields, wrappers, written) for fields in lines)
            builds += self._pulls(command, lines, session, order)
            builds += self._nested(command, lines, session, order)
            invocations = [one for fields in lines if (one := understand(fields, wrappers)) is not None]
            if invocations and any(block.kind == "function" for block in command.blocks):
                lines = [self._traced(fields, command) for fields in session.called_lines(order)]
                invocations = [one for fields in lines if (one := understand(fields, wrappers)) is not None]
            if not invocations:
                # a command in a function that is a build only with its caller's words is reported at the call
                invocations = [
                    one
                    for without, fields in session.through_functions(order)
                    if understand(without, wrappers) is None and (one := understand(fields, wrappers)) is not None
                ]
            for invocation in invocations:
                if makes_image(invocation, session.directory, self.fragment.source.path, self.project):
                    name = invocation.tool.variable
                    variables = session.exported(name, order) if name else [None]
                    builds += [self._build(command, invocation, variable, session) for variable in variables]
        return self.facts(builds)

    def _pulls(
        self, command: Command, lines: Sequence[tuple[Field, ...]], session: Session, order: int
    ) -> Iterator[Build]:
        """The images that a command pulls."""
        for fields in lines:
            pull = understand_pull(fields, self.project.settings.wrappers)
            if pull is None:
                continue
            name = pull.tool.variable
            span = self.fragment.span(command.start, command.stop)
            written = self._written_in(command)
            for value in session.exported(name, order) if name else [None]:
                variable = self._inline(command, name, session) or value
                yield pull_of(pull, variable, self.fragment.source, span, setting=self.setting, written=written)

    @staticmethod
    def _inline(command: Command, name: str | None, session: Session) -> Field | None:
        """The value that a command itself is given for the variable of its tool, None where it is given none."""
        inline = {a.name: a for a in command.assignments} if command.words else {}
        return session.inline(command, inline[name]) if name in inline else None

    def _written_in(self, command: Command) -> Callable[[Field], str]:
        """Gives a field of a command as the file has it, without quotes and braces."""

        def written(field: Field) -> str:
            if not 0 <= field.word < len(command.words):
                return ""
            word = command.words[field.word]
            start, stop = self.fragment.span(word.start, word.stop)
            return self.fragment.source.text[start:stop].translate(_QUOTES)

        return written

    def windows(self, lines: Iterable[Line]) -> list[Build]:
        """Read the command lines of PowerShell or cmd: reported, never mended."""
        wrappers = self.project.settings.wrappers
        builds: list[Build] = []
        for line in lines:
            self.pushes |= pushes(line.fields, wrappers)
            pull = understand_pull(line.fields, wrappers)
            if pull is not None:
                span = self.fragment.span(line.start, line.stop)
                builds.append(pull_of(pull, line.platform, self.fragment.source, span, setting=self.setting))
            invocation = understand(line.fields, wrappers)
            if invocation is not None:
                set_here = line.platform if invocation.tool.variable == PLATFORM_VARIABLE else None
                variable = set_here or self.setting.variables(invocation)[0]
                span = self.fragment.span(line.start, line.stop)
                builds.append(self._fact(span, invocation, variable, self.setting.directory))
        return builds

    def _traced(self, fields: Sequence[Field], command: Command) -> tuple[Field, ...]:
        """The fields with the steps and names that the fragment itself knows (make's variables, expressions)."""
        if all(piece.literal and not piece.steps for piece in self.fragment.pieces):
            return tuple(fields)
        traced = []
        for one in fields:
            if 0 <= one.word < len(command.words):
                word = command.words[one.word]
                steps = self.fragment.steps(word.start, word.stop)
                name = one.name
                if one.opaque and not name:
                    pieces = [p for p in self.fragment.over(word.start, word.stop) if not p.literal]
                    text = self.fragment.source.text
                    name = next((_reference_name(text[p.start : p.stop]) for p in pieces), "")
                traced.append(one._replace(steps=(*steps, *one.steps), name=name))
            else:
                traced.append(one)
        return tuple(traced)

    def _build(self, command: Command, invocation: Invocation, variable: Field | None, session: Session) -> Build:
        variable = self._inline(command, invocation.tool.variable, session) or variable
        span = self.fragment.span(command.start, command.stop)
        build = self._fact(span, invocation, variable, session.directory)
        if build.state != "missing":
            return build._replace(written=in_flags(invocation, command.words, self.fragment))
        return build._replace(slot=self._slot(command, invocation))

    def _fact(self, span: Span, invocation: Invocation, variable: Field | None, directory: str) -> Build:
        setting = self.setting._replace(directory=directory)
        return build_of(invocation, variable, self.fragment.source, span, setting=setting, project=self.project)

    def _slot(self, command: Command, invocation: Invocation) -> Slot | None:
        """Behind the word that names the subcommand, where that place of the file is this command's alone."""
        at = invocation.verb.word
        if not 0 <= at < len(command.words):
            verb = invocation.verb.text
            found = [n for n, word in enumerate(command.words) if word.text == verb]
            if len(found) != 1:
                return None
            at = found[0]
        stop = command.words[at].stop
        if stop <= 0 or (
            not self.fragment.literal(stop - 1, stop)
            and stop < len(self.fragment.text)
            and self.fragment.start(stop) < self.fragment.stop(stop)
        ):
            return None
        offset = self.fragment.stop(stop)
        many = invocation.tool.multi and not invocation.has("--load")
        flag = invocation.tool.platform[0] if invocation.tool.platform else ""
        if invocation.tool.kind != "build" or not flag:
            return None
        joint = "=" if invocation.tool.name == "kaniko" else " "
        return Slot(Span(offset, offset), f" {flag}{joint}", many=many)

    def _nested(
        self, command: Command, lines: Sequence[tuple[Field, ...]], session: Session, order: int
    ) -> list[Build]:
        """The builds of a script inside this command: `bash -c '...'`, `eval "..."`, a heredoc of a shell."""
        if self.depth >= _MAX_NESTING or not lines:
            return []
        rest, _ = without_prefixes(lines[0], {})
        if not rest:
            return []
        name = rest[0].text.rsplit("/", 1)[-1]
        inner: list[Fragment] = []
        if name in _SHELLS | {"su", "ssh"}:
            flags = [n for n, f in enumerate(rest) if f.text.startswith("-") and f.text.endswith("c") and n]
            if name != "ssh" and flags and flags[0] + 1 < len(rest):
                inner += session.embedded(order, [rest[flags[0] + 1].word])
            elif name == "ssh" and len(rest) > 2 and " " in rest[-1].text:
                inner += session.embedded(order, [rest[-1].word])
            if name in _SHELLS | {"ssh"}:
                inner += [
                    self.fragment.slice(*redirect.body) for redirect in command.redirects if redirect.body is not None
                ]
        elif name == "eval":
            inner += session.embedded(order, [f.word for f in rest[1:]])
        builds: list[Build] = []
        for fragment in inner:
            if not fragment.text.strip():
                continue
            setting = self.setting._replace(environment=session.snapshot(order), directory=session.directory)
            facts = _read(fragment, setting, self.project, self.depth + 1)
            self.pushes |= facts.pushes
            builds += facts.builds
        return builds


def literal_piece(text: str, fragment: Fragment, start: int, stop: int) -> Piece:
    """A piece that stands for `start` to `stop` of `fragment` with other text."""
    span = fragment.span(start, stop)
    return Piece(text or UNKNOWN, span.start, span.stop, literal=False, steps=fragment.steps(start, stop))
