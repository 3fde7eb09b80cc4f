"""GitLab CI: the images that a pipeline's jobs build."""

from __future__ import annotations

from itertools import product

from prelaunch.model import HANDED, UNKNOWN, Fragment, Piece, Platform, Step, Value
from prelaunch.places.legs import Legs
from prelaunch.places.script import ScriptFacts, Setting, merge, of_unit, read_script, unite
from prelaunch.readers.ci.gitlab import Pipeline, pipeline
from prelaunch.readers.ci.gitlab_variables import Variable, common, expanded, filled
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

MAX_COMBINATIONS = 32
MAX_READ = 4_000_000
"""How much of scripts is read for one file: aliases and templates can make a small file's jobs endless."""

_LINE = 100
"""What a line of a script counts besides its characters."""

_MAX_VARIABLES = 500


def builds(source: Source, project: Project) -> list[Build]:
    """The builds that `source` writes down, each once, as the jobs that run them see them; in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    reader = _Reader(source, project, pipeline(source, project))
    shown = unite(reader.all(hidden=False))
    known = {build.span for build in shown}
    templates = [build for build in reader.all(hidden=True) if build.span not in known]
    return sorted((*shown, *unite(templates)), key=lambda build: build.span)


class _Reader:
    """Reads the scripts of a pipeline's jobs, as far as their lines stand in `source`."""

    def __init__(self, source: Source, project: Project, whole: Pipeline) -> None:
        self.source = source
        self.project = project
        self.pipeline = whole
        self.read: dict[Hashable, ScriptFacts] = {}
        self.left = MAX_READ

    def all(self, *, hidden: bool) -> Iterator[Build]:
        """The builds of the jobs that run, or of the templates (`.name`)."""
        for name in self.pipeline.jobs():
            if self.left < 0:
                self.project.cut_short(self.source)
                return
            if name.startswith(".") == hidden:
                yield from self._job(name)

    def _job(self, name: str) -> list[Build]:
        layers = self.pipeline.job(name)
        inherited = self._inherit(layers, "default")
        scripts = [self._fragment(layers, ("before_script", "script"), inherited)]
        scripts.append(self._fragment(layers, ("after_script",), inherited))
        fragments = [fragment for fragment in scripts if fragment is not None]
        if not fragments:
            return []
        variables = self._variables(layers)
        tags = self.pipeline.value(layers, "tags") or (self.pipeline.default("tags") if inherited("tags") else None)
        readings: list[list[ScriptFacts]] = [[] for _ in fragments]
        legs = Legs()
        for leg, combination in enumerate(self._matrix(layers)):
            environment = expanded({**variables, **combination})
            labels = _tags(tags, environment)
            for number, fragment in enumerate(fragments):
                readings[number].append(self._facts(fragment, environment, labels))
                legs.add(leg, readings[number][-1].builds)
        facts = [merge(each) for each in readings]
        return [build for build in legs.mark(of_unit(facts)) if build.span.start < len(self.source.text)]

    def _facts(self, fragment: Fragment, environment: dict[str, Value], labels: tuple[str, ...]) -> ScriptFacts:
        windows = any("windows" in label for label in labels)
        setting = Setting("gitlab", environment, ".", "powershell" if windows else "sh", _host(labels))
        key = (fragment, tuple(sorted(environment.items())), setting.dialect, setting.host)
        if key not in self.read:
            self.left -= len(fragment.text) + _LINE * fragment.text.count("\n")
            if self.left < 0:
                self.project.cut_short(self.source)
                return ScriptFacts()
            self.read[key] = read_script(fragment, setting, self.project)
        return self.read[key]

    def _fragment(self, layers: list[Node], keys: tuple[str, ...], inherited: _Filter) -> Fragment | None:
        """The script lines of `keys` as one text; None where none of them stands in this source.

        Lines of other files are part of the text, for the variables that they set, and stand for the end of the file.
        """
        pieces: list[Piece] = []
        end = len(self.source.text)
        own = False
        for key in keys:
            node = self.pipeline.value(layers, key)
            if node is None and key != "script" and inherited(key):
                node = self.pipeline.default(key)
            for line in self.pipeline.lines(node):
                if pieces:
                    pieces.append(Piece("\n", pieces[-1].stop, pieces[-1].stop, literal=False))
                if line.source.path != self.source.path:
                    pieces.append(Piece(self._interpolated(line).text, end, end, literal=False))
                else:
                    pieces.extend(self._interpolated(line).pieces)
                    own = True
        return Fragment(self.source, tuple(pieces)) if own else None

    def _interpolated(self, fragment: Fragment) -> Fragment:
        """The fragment with `$[[ inputs.name ]]` put in place."""
        text = fragment.text
        at = text.find("$[[")
        if at < 0:
            return fragment
        inputs = self.pipeline.inputs.get(fragment.source.path, {})
        pieces: list[Piece] = []
        done = 0
        while at >= 0 and (stop := text.find("]]", at)) >= 0:
            pieces.extend(fragment.slice(done, at).pieces)
            span = fragment.span(at, stop + 2)
            value = _input(text[at + 3 : stop], inputs)
            note = Step(f"`{text[at : stop + 2]}`", fragment.source.path, fragment.source.position(span.start)[0])
            pieces.append(Piece(value, span.start, span.stop, literal=False, steps=(note,)))
            done = stop + 2
            at = text.find("$[[", done) if len(pieces) < 400 else -1
        pieces.extend(fragment.slice(done, len(text)).pieces)
        return Fragment(fragment.source, tuple(pieces))

    def _inherit(self, layers: list[Node], kind: str) -> _Filter:
        """Which defaults or variables of the top a job takes over (`inherit`)."""
        found = [node for layer in self.pipeline.mappings(layers, "inherit") if (node := layer.get(kind)) is not None]
        return _Filter(found[-1] if found else None)

    def _variables(self, layers: list[Node]) -> dict[str, Variable]:
        inherited = self._inherit(layers, "variables")
        found: dict[str, Variable] = {}
        for node in self.pipeline.mappings(self.pipeline.layers, "variables"):
            found.update((name, one) for name, one in self._set(node) if inherited(name))
        for node in self.pipeline.mappings(layers, "variables"):
            found.update(self._set(node))
        for owner in (self.pipeline.mappings(self.pipeline.layers, "workflow"), layers):
            for name, one in self._conditional(owner):
                base = found.get(name, Variable(("",)))
                found[name] = Variable(tuple(dict.fromkeys((*base.texts, *one.texts))), (*base.steps, *one.steps))
        return found

    def _conditional(self, layers: list[Node]) -> Iterator[tuple[str, Variable]]:
        """The variables that `rules` set in some cases."""
        rules = self.pipeline.value(layers, "rules")
        for rule in rules.items[:100] if rules is not None else ():
            node = rule.get("variables") if rule.kind == "mapping" else None
            if node is not None and node.kind == "mapping":
                yield from self._set(node)

    def _set(self, node: Node) -> Iterator[tuple[str, Variable]]:
        for key, value in list(reversed(node.all_pairs()))[:_MAX_VARIABLES]:
            value = (value.get("value") or value) if value.kind == "mapping" else value  # noqa: PLW2901
            if value.kind != "scalar" or value.fragment is None:
                continue
            where = value.fragment.source
            text = self._interpolated(value.fragment).text
            note = Step(f"`{key.value}` is set here", where.path, where.position(key.span.start)[0])
            yield key.value, Variable((text,), (note,))

    def _matrix(self, layers: list[Node]) -> list[dict[str, Variable]]:
        """The variables of each job that `parallel: matrix` makes."""
        parallel = self.pipeline.value(layers, "parallel")
        matrix = parallel.get("matrix") if parallel is not None and parallel.kind == "mapping" else None
        matrix = self.pipeline.resolved(matrix) if matrix is not None else None
        found: list[dict[str, Variable]] = []
        for row in matrix.items[:200] if matrix is not None else ():
            lists: dict[str, list[Variable]] = {}
            for key, value in row.all_pairs():
                note = Step(f"`{key.value}` of `parallel:matrix`", *self._place(key, value))
                items = value.items[:200] if value.kind == "sequence" else (value,)
                lists[key.value] = [Variable((item.value,), (note,)) for item in items if item.kind == "scalar"]
            count = 1
            for values in lists.values():
                count *= max(len(values), 1)
            if count > MAX_COMBINATIONS:
                lists = {name: [common(values)] for name, values in lists.items() if values}
            found += [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]
        if len(found) > MAX_COMBINATIONS:
            names = dict.fromkeys(name for one in found for name in one)
            return [{name: common([one.get(name, Variable(("",))) for one in found]) for name in names}]
        return found or [{}]

    def _place(self, key: Node, value: Node) -> tuple[str, int] | tuple[()]:
        """Path and line of a pair, which may stand in another file than the source."""
        fragment = key.fragment or value.fragment
        if fragment is None:
            return ()
        return fragment.source.path, fragment.source.position(key.span.start)[0]


class _Filter(NamedTuple):
    """`inherit`: everything without a node or with true, nothing with false, else the names of a list."""

    node: Node | None

    def __call__(self, name: str) -> bool:
        if self.node is None:
            return True
        if self.node.kind == "sequence":
            return any(item.value == name for item in self.node.items)
        return self.node.value.lower() != "false"


def _input(text: str, inputs: dict[str, str]) -> str:
    name, _, functions = text.partition("|")
    value = inputs.get(name.strip().removeprefix("inputs."), UNKNOWN)
    return UNKNOWN if functions and value != HANDED else value


def _tags(node: Node | None, environment: dict[str, Value]) -> tuple[str, ...]:
    """A job's runner tags in lower case, variables put in."""
    if node is None:
        return ()
    items = node.items[:50] if node.kind == "sequence" else (node,)
    return tuple(filled(item.value, environment).lower() for item in items)


def _host(tags: tuple[str, ...]) -> Platform | None:
    """The platform of a runner that GitLab hosts, by its tag: `saas-linux-small-amd64`, `saas-macos-medium-m1`."""
    for tag in tags:
        parts = tag.split("-")
        if parts[0] == "saas" and len(parts) > 2:
            if parts[1] == "linux" and parts[-1] in {"amd64", "arm64"}:
                return Platform("linux", parts[-1])
            if parts[1] == "windows":
                return Platform("windows", "amd64")
            if parts[1] == "macos":
                return Platform("darwin", "arm64")
    return None
