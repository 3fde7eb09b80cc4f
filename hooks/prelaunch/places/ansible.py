"""Ansible: the images that the tasks of playbooks and roles build, by a module or by a command.

`docker_image` with `source: build` hands `build.platform` to the daemon, `docker_image_build` its list `platform` to
buildx, `podman_image` its `arch` to podman (docs.ansible.com: community.docker, containers.podman).
"""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, UNSET, Build, Fragment, Span, Step, Value
from prelaunch.places.arguments import read_arguments
from prelaunch.places.files import Inputs, inputs_in, with_inputs
from prelaunch.places.jinja import jinja_spots
from prelaunch.places.script import Setting, read_script
from prelaunch.places.substitution import put
from prelaunch.places.verdicts import bare
from prelaunch.readers.yaml import key_slot, read, walk
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Slot, Source, State
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ITEMS = 2_000
_IMAGE = "docker_image"
_BUILD = "docker_image_build"
_PODMAN = "podman_image"
_COMPOSE = frozenset({"docker_compose_v2", "docker_compose"})
_SHELL = frozenset({"shell", "command", "raw"})
_COLLECTIONS = frozenset(
    {"community.docker", "community.general", "containers.podman", "ansible.builtin", "ansible.legacy"}
)
_TOOLS = {_IMAGE: "ansible-docker-image", _BUILD: "ansible-docker-image-build", _PODMAN: "ansible-podman-image"}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file of plays or tasks, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    documents = read(source)
    reader = _Reader(source, project, documents)
    found: list[Build] = []
    for node in walk(documents):
        if node.kind == "sequence":
            tasks = [item for item in node.items[:_MAX_ITEMS] if item.kind == "mapping"]
            found += [build for task in tasks for build in reader.task(task)]
    unique = {build.span: build for build in reversed(found)}
    return sorted(unique.values(), key=lambda build: build.span)


def _module(name: str) -> str:
    """A module's short name; "" for one of another collection."""
    collection, _, short = name.rpartition(".")
    return short if not collection or collection in _COLLECTIONS else ""


def _target(holder: Node | None) -> str | None:
    """The stage that is built, where one is named."""
    node = holder.get("target") if holder is not None else None
    return node.value or None if node is not None else None


class _Reader:
    """Reads the tasks of one file in the light of the variables that it, or its role, sets."""

    def __init__(self, source: Source, project: Project, documents: tuple[Node, ...]) -> None:
        self.source = source
        self.project = project
        self.variables: dict[str, Value] = {}
        folder, _, _ = source.path.rpartition("/tasks/")
        for part in ("defaults", "vars") if folder else ():
            for name in ("main.yml", "main.yaml"):
                self._role(f"{folder}/{part}/{name}")
        for node in walk(documents):
            own = node.get("vars") if node.kind == "mapping" else None
            if own is not None and own.kind == "mapping":
                self._set(own, source)

    def _role(self, path: str) -> None:
        from prelaunch.project import UnreadableError

        source = self.project.read(path)
        if source is None:
            return
        try:
            documents = read(source)
        except UnreadableError:
            return
        for document in documents:
            if document.kind == "mapping":
                self._set(document, source)

    def _set(self, node: Node, source: Source) -> None:
        for key, value in reversed(node.all_pairs()[:_MAX_ITEMS]):
            if key.kind == "scalar":
                plain = value.kind == "scalar" and "{{" not in value.value and "{%" not in value.value
                note = Step(f"`{key.value}` is set here", source.path, source.position(key.span.start)[0])
                self.variables[key.value] = Value((value.value or UNSET if plain else UNKNOWN,), (note,))

    def _lookup(self, name: str) -> Value:
        found = self.variables.get(name)
        return found if found is not None else Value((HANDED,), (Step(f"`{name}` is set nowhere in this file"),))

    def _fill(self, fragment: Fragment) -> Fragment:
        text = fragment.text
        return put(fragment, jinja_spots(text, self._lookup)) if "{{" in text or "{%" in text else fragment

    def task(self, task: Node) -> Iterator[Build]:
        """The builds of one task: of the module that it calls."""
        for key, value in task.pairs[:_MAX_ITEMS]:
            if key.kind != "scalar":
                continue
            module = _module(key.value)
            if module in _SHELL:
                yield from self._command(task, value, key)
            elif module in _TOOLS and value.kind == "mapping":
                build = self._image(module, key, value)
                if build is not None:
                    yield build
            elif module in _COMPOSE and value.kind == "mapping":
                node = value.get("build")
                if node is not None and node.value.lower() in {"always", "yes", "true"}:
                    via = (Step("the compose file decides"),)
                    yield self._build("docker-compose", key, value, "delegated", via=via)

    def _command(self, task: Node, value: Node, key: Node) -> Iterator[Build]:
        setting = Setting("ansible", self._environment(task), self._folder(task, value))
        if value.kind == "mapping":
            argv = value.get("argv")
            if argv is not None and argv.kind == "sequence":
                span = Span(key.span.start, max(key.span.stop, value.span.stop))
                yield from read_arguments(
                    "", argv.items, setting, self.project, source=self.source, span=span, fill=self._fill
                ).builds
                return
            value = value.get("cmd") or value
        if value.fragment is not None and value.value.strip():
            yield from read_script(self._fill(value.fragment), setting, self.project).builds

    def _environment(self, task: Node) -> dict[str, Value]:
        node = task.get("environment")
        found = {}
        for name, value in node.all_pairs()[:_MAX_ITEMS] if node is not None and node.kind == "mapping" else ():
            line = self.source.position(name.span.start)[0]
            text = self._fill(value.fragment).text if value.fragment is not None else UNKNOWN
            found[name.value] = Value(
                (text,), (Step(f"`{name.value}` is set in `environment`", self.source.path, line),)
            )
        return found

    def _folder(self, task: Node, value: Node) -> str:
        own = task.get("args")
        for owner in (own, value):
            node = owner.get("chdir") if owner is not None and owner.kind == "mapping" else None
            if node is not None and node.kind == "scalar" and "{{" not in node.value:
                path = posixpath.normpath(node.value)
                return "." if path.startswith(("/", "..")) else path
        return "."

    def _image(self, module: str, key: Node, options: Node) -> Build | None:
        """The build of an image module; None where it pulls, loads or removes."""
        state = options.get("state")
        if state is not None and state.value == "absent":
            return None
        where = options.get("source")
        inner = options.get("build")
        holder = options
        if module == _IMAGE:
            if (where.value if where is not None else "build") != "build":
                return None
            legacy = options.get("path") is not None
            if where is None and not legacy and inner is None:
                return None
            holder = inner if inner is not None and inner.kind == "mapping" else options
        elif module == _PODMAN and options.get("path") is None:
            return None
        name = "arch" if module == _PODMAN else "platform"
        node = holder.get(name)
        verdict, platforms, via = self._platform(node, name)
        slot: Slot | None = None
        if verdict == "missing" and node is None and (holder is not options or module == _BUILD):
            slot = key_slot(
                self.source, holder, name, many=module == _BUILD, form="list" if module == _BUILD else "text"
            )
        listed = len(node.items) if node is not None and node.kind == "sequence" else 1
        whole = verdict == "explicit" and len(platforms) == listed
        return self._build(
            _TOOLS[module], key, options, verdict, platforms=platforms, via=via, slot=slot, holder=holder, whole=whole
        )

    def _platform(self, node: Node | None, name: str) -> tuple[State, tuple[str, ...], tuple[Step, ...]]:
        items = () if node is None else node.items[:_MAX_ITEMS] if node.kind == "sequence" else (node,)
        filled = [self._fill(item.fragment) for item in items if item.fragment is not None]
        texts = [one.text for one in filled if one.text.strip(UNSET)]
        steps = tuple(dict.fromkeys(step for one in filled for step in one.steps(0, len(one.text))))
        if not texts:
            return "missing", (), steps
        if any(HANDED in text for text in texts):
            return "delegated", (), steps
        if all(not text.strip(MARKERS) for text in texts):
            return "unknown", (), steps
        prefix = "linux/" if name == "arch" else ""
        return "explicit", tuple(prefix + text for text in texts if UNKNOWN not in text), steps

    def _build(
        self,
        tool: str,
        key: Node,
        options: Node,
        state: State,
        *,
        platforms: tuple[str, ...] = (),
        via: tuple[Step, ...] = (),
        slot: Slot | None = None,
        holder: Node | None = None,
        whole: bool = False,
    ) -> Build:
        push, name = options.get("push"), options.get("name")
        image = self._fill(name.fragment).text if name is not None and name.fragment is not None else ""
        build = Build(
            source=self.source,
            span=Span(key.span.start, max(key.span.stop, options.span.stop)),
            tool=tool,
            form="ansible",
            state=state,
            platforms=platforms,
            via=tuple(Step(bare(step.text), step.path, step.line) for step in via),
            slot=slot,
            published=push is not None and push.value.lower() in {"yes", "true", "on"},
            images=(bare(image),) if image.strip(MARKERS) else (),
            whole=whole,
        )
        return with_inputs(build, self._inputs(holder)) if holder is not None else build

    def _inputs(self, holder: Node) -> Inputs:
        """What is built; the Dockerfile is relative to the path."""
        path, file, given = (holder.get(name) for name in ("path", "dockerfile", "args"))
        context, name = (node.value if node is not None else "" for node in (path, file))
        arguments = tuple(
            (key.value, value.value if value.kind == "scalar" and "{{" not in value.value else None)
            for key, value in (given.all_pairs() if given is not None else ())[:_MAX_ITEMS]
        )
        if "{{" in context or "{{" in name:
            return Inputs(None, None, _target(holder), arguments)
        return inputs_in([""], context or ".", name, self.project, target=_target(holder), arguments=arguments)
