"""Taskfiles (go-task): the images that the commands of tasks build.

Every command runs in a shell of its own. Variables are Go templates: those of a task win over those of its callers,
these over the file's, and what is set nowhere may be set on the command line (taskfile.dev, "Variables").
"""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, UNSET, Step, Value
from prelaunch.places.gotemplate import template_spots
from prelaunch.places.script import ScriptFacts, Setting, of_unit, read_script, unite
from prelaunch.places.substitution import bare_text, put, single
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ITEMS = 2_000
_MAX_DEPTH = 8
_OWN = {"TASKFILE_DIR": ".", "ROOT_DIR": ".", "USER_WORKING_DIR": "."}
_UNKNOWN_NAMES = frozenset(
    "TASK TASKFILE ROOT_TASKFILE CHECKSUM TIMESTAMP TASK_VERSION ITEM KEY EXIT_CODE MATCH".split()
)


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a Taskfile's tasks, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        tasks = document.get("tasks")
        if tasks is not None and tasks.kind == "mapping":
            found += _File(source, project, document, tasks).builds()
    return sorted(unite(found), key=lambda build: build.span)


class _File:
    """One Taskfile: its variables, and what its tasks hand to each other."""

    def __init__(self, source: Source, project: Project, document: Node, tasks: Node) -> None:
        self.source = source
        self.project = project
        self.document = document
        self.tasks = {key.value: task for key, task in tasks.all_pairs()[:_MAX_ITEMS] if key.kind == "scalar"}
        self.calls: dict[str, dict[str, list[Node]]] = {}
        for task in self.tasks.values():
            for called, variables in _calls(task):
                names = self.calls.setdefault(called, {})
                for key, value in variables.all_pairs()[:_MAX_ITEMS]:
                    names.setdefault(key.value, []).append(value)

    def builds(self) -> Iterator[Build]:
        """The builds of every task: published where a command of the same task pushes."""
        for name, task in self.tasks.items():
            yield from of_unit(self._command(name, task, command) for command in _commands(task))

    def _command(self, name: str, task: Node, command: Node) -> ScriptFacts:
        if command.fragment is None or not command.value.strip():
            return ScriptFacts()
        scope = _Scope(self, name, task)
        fragment = command.fragment
        if "{{" in fragment.text:
            fragment = put(fragment, template_spots(fragment.text, scope.value))
        environment: dict[str, Value] = {}
        for owner in (self.document, task):
            node = owner.get("env") if owner.kind == "mapping" else None
            for key, value in (node.all_pairs() if node is not None and node.kind == "mapping" else [])[:_MAX_ITEMS]:
                text = scope.text(value.value) if value.kind == "scalar" else UNKNOWN
                line = self.source.position(key.span.start)[0]
                note = Step(f"`{key.value}` is set in `env`", self.source.path, line)
                environment[key.value] = Value((text,), (note,))
        node = task.get("dir") if task.kind == "mapping" else None
        folder = posixpath.normpath(scope.text(node.value)) if node is not None and node.kind == "scalar" else "."
        own = posixpath.dirname(self.source.path) or "."
        directory = posixpath.normpath(posixpath.join(own, folder)) if folder.isprintable() else own
        if directory.startswith(("/", "..")) or UNKNOWN in directory or HANDED in directory:
            directory = own
        return read_script(fragment, Setting("taskfile", environment, directory), self.project)


class _Scope:
    """The variables that one task sees."""

    def __init__(self, file: _File, name: str, task: Node) -> None:
        self.source = file.source
        called = file.calls.get(name, {})
        self.layers: list[dict[str, list[Node]]] = [
            _variables(task.get("vars") if task.kind == "mapping" else None),
            called,
            _variables(file.document.get("vars")),
            _variables(file.document.get("env")),
        ]
        required = task.get("requires") if task.kind == "mapping" else None
        listed = required.get("vars") if required is not None and required.kind == "mapping" else None
        self.required = {item.value for item in (listed.items if listed is not None else ())[:_MAX_ITEMS]}
        self.known: dict[tuple[str, int], Value] = {}

    def text(self, text: str) -> str:
        """A text with its templates put in."""
        return bare_text(text, template_spots(text, self.value)) if "{{" in text else text

    def value(self, name: str, depth: int = 0, above: int = 0) -> Value:
        """What a variable is by default."""
        name = name.split(".", 1)[0]
        if name in _OWN:
            return Value((_OWN[name],))
        if name in _UNKNOWN_NAMES:
            return Value((UNKNOWN,))
        if name in {"CLI_ARGS", "CLI_ARGS_LIST"} or name in self.required:
            return Value((HANDED,), (Step(f"`{name}` is handed in on the command line"),))
        if (name, above) in self.known:
            return self.known[name, above]
        for number, layer in enumerate(self.layers[above:], above):
            if name in layer:
                self.known[name, above] = Value((UNKNOWN,))  # what a circle comes back to
                self.known[name, above] = self._of(name, layer[name], number, depth)
                return self.known[name, above]
        return Value((UNSET,), (Step(f"`{name}` is set nowhere"),))

    def _of(self, name: str, nodes: list[Node], layer: int, depth: int) -> Value:
        if depth > _MAX_DEPTH:
            return Value((UNKNOWN,))
        texts: list[str] = []
        for node in nodes:
            if node.kind != "scalar":
                texts.append(UNKNOWN)  # the output of a command (`sh:`), a list, a map
            elif layer == 1 and "{{" in node.value:
                texts.append(HANDED)  # the caller's own variables
            else:
                # a variable that names itself means the one of the layers behind it: `{{.X | default "y"}}`
                spots = template_spots(
                    node.value,
                    lambda each: self.value(each, depth + 1, layer + 1 if each == name else 0),
                )
                texts.append(bare_text(node.value, spots))
        line = self.source.position(nodes[0].span.start)[0]
        shown = f"`{name}` is `{nodes[0].value}`" if nodes[0].kind == "scalar" else f"`{name}` is computed"
        value = Value(tuple(dict.fromkeys(texts)), (Step(shown[:100], self.source.path, line),))
        return Value((single(value) if len(value.texts) == 1 else HANDED,), value.steps)


def _variables(node: Node | None) -> dict[str, list[Node]]:
    pairs = node.all_pairs()[:_MAX_ITEMS] if node is not None and node.kind == "mapping" else []
    return {key.value: [value] for key, value in reversed(pairs) if key.kind == "scalar"}


def _listed(task: Node) -> list[Node]:
    """The entries of a task's `cmds` or `cmd`; a task may be its command, or the list of them."""
    if task.kind == "mapping":
        found = [node for key in ("cmds", "cmd") if (node := task.get(key)) is not None]
    else:
        found = [task]
    return [item for node in found for item in (node.items if node.kind == "sequence" else (node,))][:_MAX_ITEMS]


def _commands(task: Node) -> Iterator[Node]:
    """The scalar of every command: plain, under `cmd`, or put off with `defer`."""
    for entry in _listed(task):
        if entry.kind == "scalar":
            yield entry
        elif entry.kind == "mapping":
            for key in ("cmd", "defer"):
                node = entry.get(key)
                if node is not None and node.kind == "scalar":
                    yield node


def _calls(task: Node) -> Iterator[tuple[str, Node]]:
    """The tasks that a task calls with variables: in its commands and its dependencies."""
    dependencies = task.get("deps") if task.kind == "mapping" else None
    entries = [*_listed(task), *(dependencies.items if dependencies is not None else ())][:_MAX_ITEMS]
    for entry in entries:
        if entry.kind != "mapping":
            continue
        put_off = entry.get("defer")
        owner = put_off if put_off is not None and put_off.kind == "mapping" else entry
        name, variables = owner.get("task"), owner.get("vars")
        if name is not None and variables is not None and variables.kind == "mapping":
            yield name.value.removeprefix(":"), variables
