"""CircleCI: the images that the jobs of a configuration build.

Jobs are read as the workflows call them, with their parameters and matrices; commands are read at each of their calls,
with the caller's; orbs written in the file are followed, published ones are known by `circleci_orbs`
(circleci.com/docs, "Configuration reference").
"""

from __future__ import annotations

import posixpath

from prelaunch.model import EMPTY, HANDED, UNKNOWN, Fragment, Platform, Span, Step, Value
from prelaunch.places.circleci_orbs import Call, read_call
from prelaunch.places.pipelines import (
    MAX_ITEMS,
    Scripts,
    bounded,
    dialect,
    each_document,
    items,
    note,
    rows,
    text_at,
    variables,
)
from prelaunch.places.script import of_unit
from prelaunch.places.substitution import MAX_SPOTS, Spot, bare_text, put, single
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Build, Source
    from prelaunch.places.script import Dialect, ScriptFacts
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_DEPTH = 10
_MAX_STEPS = 10_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every job, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    return each_document(source, project, "circleci", lambda root, scripts: _Configuration(scripts, root).builds())


class _Frame(NamedTuple):
    """What holds at a step: the parameters, the orb it is written in, the job's variables and machine."""

    parameters: Mapping[str, Value] = EMPTY
    steps: Mapping[str, tuple[Node, _Frame]] = EMPTY
    orb: str = ""
    environment: Mapping[str, Value] = EMPTY
    host: Platform | None = None
    shell: str = ""
    dialect: Dialect = "sh"
    depth: int = 0


class _Element(NamedTuple):
    """A job, command or executor, and the inline orb that it belongs to ("" for none)."""

    node: Node
    orb: str


class _Configuration:
    """One configuration: its elements by name, `alias/name` for those of inline orbs."""

    def __init__(self, scripts: Scripts, document: Node) -> None:
        self.scripts = scripts
        self.source = scripts.source
        self.document = document
        self.elements: dict[str, dict[str, _Element]] = {"jobs": {}, "commands": {}, "executors": {}}
        self.orbs: dict[str, tuple[str, str]] = {}
        self.used: set[int] = set()
        self.left = _MAX_STEPS
        self._collect(document, "")
        self.pipeline = self._defaults(document)

    def _collect(self, owner: Node, orb: str) -> None:
        for kind, table in self.elements.items():
            node = owner.get(kind)
            for key, value in node.all_pairs()[:MAX_ITEMS] if node is not None else ():
                if value.kind == "mapping":
                    table[f"{orb}/{key.value}" if orb else key.value] = _Element(value, orb)
        orbs = owner.get("orbs")
        for key, value in orbs.all_pairs()[:MAX_ITEMS] if orbs is not None else ():
            if value.kind == "scalar":
                name, _, version = value.value.partition("@")
                self.orbs[key.value] = (name, version)
            elif value.kind == "mapping" and not orb:
                self._collect(value, key.value)

    def _find(self, kind: str, name: str, orb: str) -> _Element | None:
        table = self.elements[kind]
        return (table.get(f"{orb}/{name}") if orb else None) or table.get(name)

    # -- jobs

    def builds(self) -> Iterator[Build]:
        """The builds of the jobs that workflows call, then of the jobs and commands that nothing calls."""
        workflows = self.document.get("workflows")
        for _, workflow in workflows.all_pairs()[:MAX_ITEMS] if workflows is not None else ():
            for item in items(workflow.get("jobs")) if workflow.kind == "mapping" else ():
                if item.kind == "scalar":
                    yield from self._call(item.value, item, None)
                for key, given in item.all_pairs()[:1]:
                    yield from self._call(key.value, key, given)
        for kind in ("jobs", "commands"):
            for element in self.elements[kind].values():
                if id(element.node) not in self.used:
                    yield from self._job(element, _Frame(), None)

    def _call(self, name: str, at: Node, given: Node | None) -> Iterator[Build]:
        element = self._find("jobs", name, "")
        for row in self._matrix(given):
            if element is not None:
                yield from self._job(element, _Frame(row), given)
            else:
                call = self._orb_call(name, given, at.span, _Frame(row))
                # the jobs of the orbs run on a Linux machine unless they are told an executor
                host = None if given is not None and given.get("executor") else Platform("linux", "amd64")
                setting = self.scripts.setting({}, host=host)
                facts = read_call(call, self.scripts, setting) if call is not None else None
                yield from facts.builds if facts is not None else ()

    def _matrix(self, given: Node | None) -> list[dict[str, Value]]:
        matrix = given.get("matrix") if given is not None else None
        parameters = matrix.get("parameters") if matrix is not None and matrix.kind == "mapping" else None
        lists: dict[str, list[Value]] = {}
        for key, value in parameters.all_pairs()[:MAX_ITEMS] if parameters is not None else ():
            step = note(key.value, self.source, key)
            lists[key.value] = [Value((item.value,), (step,)) for item in items(value) if item.kind == "scalar"]
        return bounded(rows(lists))

    def _job(self, element: _Element, caller: _Frame, given: Node | None) -> list[Build]:
        self.used.add(id(element.node))
        self.left -= 1
        if self.left < 0:
            self.scripts.project.cut_short(self.scripts.source)
            return []
        frame = self._bound(element, given, caller)
        frame = self._on_machine(element.node, frame)
        facts: list[ScriptFacts] = []
        for key in ("pre-steps", "steps", "post-steps"):
            owner = element.node if key == "steps" else given
            if owner is not None and owner.kind == "mapping":
                facts += self._steps(owner.get(key), frame)
        return of_unit(facts)

    def _on_machine(self, job: Node, frame: _Frame) -> _Frame:
        """The frame with the variables, the shell and the platform that a job or its executor asks for."""
        layers, windows, inner = [job], False, frame
        executor = job.get("executor")
        if executor is not None:
            given = executor if executor.kind == "mapping" else None
            name_node = executor.get("name") if given is not None else executor
            name = self._text(name_node, frame) if name_node is not None else ""
            windows = self.orbs.get(name.split("/")[0], ("", ""))[0] == "circleci/windows"
            element = self._find("executors", name, frame.orb)
            if element is not None:
                inner = self._bound(element, given, frame)
                layers.append(element.node)
        environment: dict[str, Value] = {}
        for layer, each in reversed(list(zip(layers, (frame, inner), strict=False))):
            environment.update(self._variables(layer.get("environment"), each))
        shell = next((text_at(layer, "shell") for layer in layers if text_at(layer, "shell")), "")
        host = self._host(list(zip(layers, (frame, inner), strict=False)))
        windows = windows or (host is not None and host.os == "windows")
        return frame._replace(
            environment=environment,
            shell=shell,
            host=Platform("windows", "amd64") if windows else host,
            dialect="powershell" if windows else "sh",
        )

    def _host(self, layers: list[tuple[Node, _Frame]]) -> Platform | None:
        for layer, frame in layers:
            node = layer.get("resource_class")
            name = self._text(node, frame).lower() if node is not None else ""
            if name:
                if "/" in name or any(mark in name for mark in MARKERS) or "macos" in name:
                    return None  # a machine of one's own, or one that a caller chooses
                if name.startswith("arm."):
                    return Platform("linux", "arm64")
                return Platform("windows" if name.startswith("windows") else "linux", "amd64")
        for layer, frame in layers:
            machine = layer.get("machine")
            image = machine.get("image") if machine is not None and machine.kind == "mapping" else machine
            if image is not None and "windows" in self._text(image, frame).lower():
                return Platform("windows", "amd64")
            if machine is not None or layer.get("docker") is not None:
                return Platform("linux", "amd64")
        return None

    # -- steps

    def _steps(self, node: Node | None, frame: _Frame) -> Iterator[ScriptFacts]:
        if frame.depth > _MAX_DEPTH:
            return
        for item in items(node):
            self.left -= 1
            if self.left < 0:
                self.scripts.project.cut_short(self.scripts.source)
                return
            if item.kind == "scalar":
                handed = frame.steps.get(item.value.strip("<> ").removeprefix("parameters."))
                if handed is not None and item.value.startswith("<<"):
                    yield from self._steps(handed[0], handed[1]._replace(depth=frame.depth + 1))
                else:
                    yield from self._step(item.value, item, None, frame)
            for key, value in item.all_pairs()[:1]:
                yield from self._step(key.value, key, value, frame)

    def _step(self, name: str, at: Node, given: Node | None, frame: _Frame) -> Iterator[ScriptFacts]:
        if name == "run" and given is not None:
            yield self._run(given, frame)
        elif name in {"when", "unless"} and given is not None and given.kind == "mapping":
            yield from self._steps(given.get("steps"), frame._replace(depth=frame.depth + 1))
        elif (element := self._find("commands", name, frame.orb)) is not None:
            self.used.add(id(element.node))
            inner = self._bound(element, given, frame)
            yield from self._steps(element.node.get("steps"), inner._replace(depth=frame.depth + 1))
        elif (call := self._orb_call(name, given, at.span, frame)) is not None:
            facts = read_call(call, self.scripts, self.scripts.setting(frame.environment, host=frame.host))
            if facts is not None:
                yield facts

    def _orb_call(self, name: str, given: Node | None, span: Span, frame: _Frame) -> Call | None:
        alias, slash, element = name.partition("/")
        if not slash or alias not in self.orbs:
            return None
        orb, version = self.orbs[alias]
        return Call(f"{orb}/{element}", version, given, span, lambda fragment: self._filled(fragment, frame))

    def _run(self, given: Node, frame: _Frame) -> ScriptFacts:
        command = given if given.kind == "scalar" else given.get("command")
        environment = {**frame.environment}
        directory, shell = ".", frame.shell
        if given.kind == "mapping":
            environment.update(self._variables(given.get("environment"), frame))
            shell = text_at(given, "shell") or shell
            node = given.get("working_directory")
            asked = posixpath.normpath(self._text(node, frame)) if node is not None and node.value else "."
            if not asked.startswith(("/", "~", "..", "$")) and not any(mark in asked for mark in MARKERS):
                directory = asked
        lines = [self._filled(command.fragment, frame)] if command is not None and command.fragment is not None else []
        language = dialect(shell, frame.dialect)
        setting = self.scripts.setting(environment, directory=directory, dialect=language, host=frame.host)
        return self.scripts.run(lines, setting)

    # -- parameters

    def _bound(self, element: _Element, given: Node | None, caller: _Frame) -> _Frame:
        """The frame of an element that is called with `given`: what it does not say is the default, or handed in."""
        parameters = dict(self._defaults(element.node))
        steps: dict[str, tuple[Node, _Frame]] = {}
        declared = element.node.get("parameters")
        for key, value in declared.all_pairs()[:MAX_ITEMS] if declared is not None else ():
            default = value.get("default") if value.kind == "mapping" else None
            if default is not None and default.kind == "sequence":
                steps[key.value] = (default, caller)
            if key.value in caller.parameters and caller.depth == 0 and not caller.orb and not caller.environment:
                parameters[key.value] = caller.parameters[key.value]  # a row of the workflow's matrix
        for key, value in given.all_pairs()[:MAX_ITEMS] if given is not None else ():
            if key.value not in parameters:
                continue
            if value.kind == "scalar":
                text = self._text(value, caller)
                parameters[key.value] = Value((text,), (note(key.value, self.source, key),))
            elif value.kind == "sequence":
                steps[key.value] = (value, caller)
        return caller._replace(parameters=parameters, steps=steps, orb=element.orb)

    def _defaults(self, owner: Node) -> dict[str, Value]:
        declared = owner.get("parameters")
        found: dict[str, Value] = {}
        for key, value in declared.all_pairs()[:MAX_ITEMS] if declared is not None else ():
            default = value.get("default") if value.kind == "mapping" else None
            known = default is not None and default.kind == "scalar"
            text = default.value if default is not None and known else HANDED
            line = self.source.position(key.span.start)[0]
            found[key.value] = Value((text,), (Step(f"parameter `{key.value}`", self.source.path, line),))
        return found

    def _variables(self, node: Node | None, frame: _Frame) -> dict[str, Value]:
        return variables(node, self.source, lambda value: self._text(value, frame))

    def _text(self, node: Node, frame: _Frame) -> str:
        if node.kind != "scalar":
            return UNKNOWN
        return bare_text(node.value, self._spots(node.value, frame)) if "<<" in node.value else node.value

    def _filled(self, fragment: Fragment, frame: _Frame) -> Fragment:
        return put(fragment, self._spots(fragment.text, frame)) if "<<" in fragment.text else fragment

    def _spots(self, text: str, frame: _Frame) -> list[Spot]:
        r"""The `<< parameters.x >>` of a text (`\<<` is a here-document's)."""
        spots: list[Spot] = []
        at = text.find("<<")
        while at >= 0 and len(spots) < MAX_SPOTS:
            end = text.find(">>", at + 2, at + 300)
            name = text[at + 2 : end].strip() if end > 0 else ""
            if at and text[at - 1] == "\\":
                spots.append(Spot(at - 1, at, ""))
            elif name.startswith(("parameters.", "pipeline.", "matrix.")) and " " not in name and "\n" not in name:
                value = self._value(name, frame)
                spots.append(Spot(at, end + 2, single(value), value.steps))
                at = end
            at = text.find("<<", at + 2)
        return spots

    def _value(self, name: str, frame: _Frame) -> Value:
        if name.startswith("pipeline.parameters."):
            return self.pipeline.get(name.removeprefix("pipeline.parameters."), Value((UNKNOWN,)))
        return frame.parameters.get(name.partition(".")[2], Value((UNKNOWN,)))
