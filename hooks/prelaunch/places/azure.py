"""Azure Pipelines: the images that the steps of a pipeline or template build.

Steps are read wherever they stand (stages, jobs, deployment strategies, `${{ if }}` and `${{ each }}`), each with the
variables, the pool and the matrix of what is around it; templates of the repository are files of their own
(learn.microsoft.com, "YAML schema reference").
"""

from __future__ import annotations

from prelaunch.model import EMPTY, HANDED, UNKNOWN, Fragment, Platform, Step, Value
from prelaunch.places.azure_tasks import Task, read_task
from prelaunch.places.pipelines import (
    MAX_ITEMS,
    NOTHING,
    Scripts,
    bounded,
    each_document,
    items,
    key_span,
    text_at,
    variables,
)
from prelaunch.places.script import Dialect, ScriptFacts, merge, of_unit
from prelaunch.places.substitution import MAX_SPOTS, Spot, bare_text, put, single
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_SCRIPTS: Mapping[str, Dialect] = {"script": "sh", "bash": "sh", "pwsh": "powershell", "powershell": "powershell"}
_MAX_STEPS = 20_000
_MAX_DEPTH = 8
_MAX_REFERENCES = 200_000
_EACH = 20
_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a pipeline or template, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    return each_document(source, project, "azure", lambda document, scripts: _Pipeline(scripts, document).builds())


class _Scope(NamedTuple):
    """What holds at a place of the tree. `rows` are those of the matrix around it."""

    variables: Mapping[str, Value] = EMPTY
    pool: str = ""
    rows: tuple[Mapping[str, Value], ...] = ({},)
    unit: int = 0


class _Pipeline:
    """One document; the steps of a unit (a job) publish together."""

    def __init__(self, scripts: Scripts, document: Node) -> None:
        self.scripts = scripts
        self.source = scripts.source
        self.document = document
        self.left = _MAX_STEPS
        self.references = _MAX_REFERENCES
        self.rewritten = _rewritten(self.source.text)
        self.units: dict[int, list[ScriptFacts]] = {}
        self.parameters = self._parameters(document.get("parameters"))

    def builds(self) -> Iterator[Build]:
        """The builds of all steps."""
        self._visit(self.document, _Scope())
        for unit in self.units.values():
            yield from of_unit(unit)

    def _parameters(self, node: Node | None) -> dict[str, Value]:
        """Parameters with their defaults; one that has none, or an empty one, is handed in."""
        found: dict[str, Value] = {}
        for item in items(node):
            name = item.get("name") if item.kind == "mapping" and node is not None and node.kind == "sequence" else None
            pairs = [(name, item.get("default"))] if name is not None else item.all_pairs()[:MAX_ITEMS]
            for key, value in pairs:
                text = value.value if value is not None and value.kind == "scalar" and value.value else HANDED
                line = self.source.position(key.span.start)[0]
                found[key.value] = Value((text,), (Step(f"parameter `{key.value}`", self.source.path, line),))
        return found

    # -- the tree

    def _visit(self, node: Node, scope: _Scope) -> None:
        """Every step below `node`; the parser bounds how deep that is."""
        self.left -= 1
        if self.left < 0:
            self.scripts.project.cut_short(self.scripts.source)
            return
        if node.kind == "sequence":
            for item in node.items[:MAX_ITEMS]:
                self._visit(item, scope)
        elif node.kind == "mapping":
            if node.pair("task") is not None or any(node.pair(key) is not None for key in _SCRIPTS):
                rows = [self._step(node, scope._replace(variables={**scope.variables, **row})) for row in scope.rows]
                self.units.setdefault(scope.unit, []).append(merge(rows))
                return
            inner = self._entered(node, scope)
            for key, value in node.all_pairs()[:MAX_ITEMS]:
                if key.value not in {"variables", "pool", "resources", "trigger", "pr", "schedules", "container"}:
                    self._visit(value, inner)

    def _entered(self, node: Node, scope: _Scope) -> _Scope:
        """The scope inside a stage, a job or anything else that sets something."""
        given = node.get("variables")
        if given is not None:
            scope = scope._replace(variables={**scope.variables, **self._variables(given, scope)})
        pool = node.get("pool")
        if pool is not None:
            scope = scope._replace(pool=self._text_of(pool.get("vmImage") if pool.kind == "mapping" else None, scope))
        job = node.get("job") is not None or node.get("deployment") is not None
        if job or (not scope.unit and node.get("steps") is not None):
            scope = scope._replace(unit=node.span.start + 1)
        strategy = node.get("strategy")
        matrix = strategy.get("matrix") if strategy is not None and strategy.kind == "mapping" else None
        if matrix is not None and matrix.kind == "mapping":
            found = [self._variables(row, scope) for _, row in matrix.all_pairs()[:MAX_ITEMS] if row.kind == "mapping"]
            scope = scope._replace(rows=tuple(bounded(found)))
        return scope

    def _variables(self, node: Node, scope: _Scope, depth: int = 0) -> dict[str, Value]:
        """`variables` as a mapping or a list; those below a condition (`${{ if }}`) may or may not hold."""
        found = variables(node, self.source, lambda value: self._written(value, scope))
        for item in items(node):
            for key, value in item.all_pairs()[:MAX_ITEMS] if item.kind == "mapping" else ():
                if key.value.startswith("${{") and depth < _MAX_DEPTH:
                    found.pop(key.value, None)
                    for name, one in self._variables(value, scope, depth + 1).items():
                        before = found.get(name)
                        texts = (*before.texts, *one.texts) if before is not None else one.texts
                        found[name] = Value(tuple(dict.fromkeys(texts)), one.steps)
        return {
            name: Value((UNKNOWN,), one.steps) if name.lower() in self.rewritten else one for name, one in found.items()
        }

    def _written(self, node: Node, scope: _Scope) -> str:
        """A variable's text: expressions are put in where it is written, macros only where it is used."""
        if "$[" in node.value:
            return UNKNOWN
        return bare_text(
            node.value, [each for each in self._spots(node.value, scope) if node.value[each.start + 1] == "{"]
        )

    # -- steps

    def _step(self, node: Node, scope: _Scope) -> ScriptFacts:
        self.scripts.left -= _EACH * len(scope.variables)
        if self.scripts.left < 0:
            self.scripts.project.cut_short(self.scripts.source)
            return NOTHING
        environment = {
            name.upper().replace(".", "_").replace(" ", "_"): self._resolved(value, scope)
            for name, value in scope.variables.items()
        }
        environment.update(variables(node.get("env"), self.source, lambda value: self._text_of(value, scope)))
        windows = "windows" in scope.pool.lower() or scope.pool.lower().startswith(("vs20", "win"))
        host = _host(scope.pool)

        def fill(fragment: Fragment) -> Fragment:
            return put(fragment, self._spots(fragment.text, scope)) if "$" in fragment.text else fragment

        task = node.pair("task")
        if task is not None:
            name, _, version = task[1].value.partition("@")
            inputs = node.get("inputs")
            known = inputs if inputs is not None and inputs.kind == "mapping" else None
            name = name.lower().rsplit(".", 1)[-1]
            span = key_span(task, node)
            version = version.split(".")[0]
            return read_task(
                Task(name, version, known, span, self.scripts, fill, environment, windows=windows, host=host)
            )
        key = next((key for key in _SCRIPTS if node.pair(key) is not None), "")
        script = node.get(key)
        if script is None or script.fragment is None:
            return NOTHING
        language: Dialect = "cmd" if windows and key == "script" else _SCRIPTS[key]
        directory = bare_text(text := text_at(node, "workingDirectory"), self._spots(text, scope)).strip().rstrip("/")
        if not directory or directory.startswith(("/", "..")) or any(mark in directory for mark in MARKERS):
            directory = "."
        setting = self.scripts.setting(environment, directory=directory, dialect=language, host=host)
        return self.scripts.run([fill(script.fragment)], setting)

    # -- references

    def _resolved(self, value: Value, scope: _Scope) -> Value:
        if not any("$(" in text for text in value.texts):
            return value
        return Value(tuple(bare_text(text, self._spots(text, scope, 1)) for text in value.texts), value.steps)

    def _text_of(self, node: Node | None, scope: _Scope) -> str:
        if node is None or node.kind != "scalar":
            return "" if node is None else UNKNOWN
        return bare_text(node.value, self._spots(node.value, scope)) if "$" in node.value else node.value

    def _spots(self, text: str, scope: _Scope, depth: int = 0) -> list[Spot]:
        """The macros `$(x)` and the expressions `${{ x }}` of a text.

        A macro whose variable is set nowhere in the file may be set in the web, or is a command substitution of the
        shell: in both cases it is not known what it comes to.
        """
        spots: list[Spot] = []
        at = text.find("$")
        while at >= 0 and len(spots) < MAX_SPOTS:
            stop = at + 1
            if text.startswith("${{", at):
                end = text.find("}}", at + 3)
                stop = end + 2 if end > 0 else at + 3
                value = self._expression(text[at + 3 : end].strip(), scope, depth) if end > 0 else Value((UNKNOWN,))
                spots.append(Spot(at, stop, single(value), value.steps))
            elif text.startswith("$(", at):
                end = text.find(")", at + 2, at + 200)
                name = text[at + 2 : end] if end > 0 else ""
                if name and not set(name) - _NAME:
                    stop = end + 1
                    value = self._variable(name, scope, depth)
                    spots.append(Spot(at, stop, single(value), value.steps))
            at = text.find("$", stop)
        return spots

    def _variable(self, name: str, scope: _Scope, depth: int) -> Value:
        value = scope.variables.get(name)
        if value is None:
            value = next((each for key, each in scope.variables.items() if key.lower() == name.lower()), None)
        self.references -= 1
        if value is None or depth > _MAX_DEPTH or self.references < 0:
            return Value((UNKNOWN,))
        if not any("$" in text for text in value.texts):
            return value
        return Value(tuple(bare_text(text, self._spots(text, scope, depth + 1)) for text in value.texts), value.steps)

    def _expression(self, expression: str, scope: _Scope, depth: int) -> Value:
        """`parameters.x` and `variables.x`, also in brackets; everything else is unknown."""
        head, _, name = expression.replace("['", ".").replace("']", "").partition(".")
        if not name or set(name) - _NAME:
            return Value((UNKNOWN,))
        if head == "parameters":
            return self.parameters.get(name, Value((HANDED,)))
        return self._variable(name, scope, depth) if head == "variables" else Value((UNKNOWN,))


def _rewritten(text: str) -> set[str]:
    """The variables, in lower case, that a script of the file gives a new value (`##vso[task.setvariable]`)."""
    found = set()
    at = text.find("task.setvariable variable=")
    while at >= 0:
        first = stop = at + len("task.setvariable variable=")
        while stop < len(text) and text[stop] in _NAME:
            stop += 1
        found.add(text[first:stop].lower())
        at = text.find("task.setvariable variable=", stop)
    return found


def _host(image: str) -> Platform | None:
    """The platform of a machine that Azure hosts, by the name of its image."""
    lower = image.lower()
    if "arm64" in lower or lower.startswith("mac"):
        return Platform("linux", "arm64") if "ubuntu" in lower else None
    if lower.startswith("ubuntu"):
        return Platform("linux", "amd64")
    return Platform("windows", "amd64") if lower.startswith(("windows", "vs20", "win")) else None
