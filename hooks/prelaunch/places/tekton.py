"""Tekton: the images that the steps of tasks build ("Tasks", "Pipelines" of the Tekton documentation).

A parameter is what its default says, else handed in by the run. Steps of a task share one pod, and so its node.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, Build, Fragment, Span, Step, Value
from prelaunch.places.containers import NOTHING, Surroundings, environment_of, host_of, read_container
from prelaunch.places.files import inputs_in, with_inputs
from prelaunch.places.script import of_unit
from prelaunch.places.substitution import MAX_NAME, MAX_SPOTS, Spot, put, single
from prelaunch.places.verdicts import bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Source
    from prelaunch.places.script import ScriptFacts
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ITEMS = 1_000
_UNKNOWN_ROOTS = ("workspaces", "context", "results", "steps", "tasks", "outputs", "inputs", "credentials", "finally")


class _Catalogue(NamedTuple):
    """A task of the Tekton catalogue that builds: its parameter for further flags, and the flags of a platform."""

    tool: str
    extra: tuple[str, ...]
    flags: tuple[str, ...]


_KNOWN_TASKS = {
    "buildah": _Catalogue("tekton-buildah", ("BUILD_EXTRA_ARGS",), ("--platform", "--arch")),
    "kaniko": _Catalogue("kaniko", ("EXTRA_ARGS",), ("--custom-platform", "--customPlatform")),
}
"""tektoncd/catalog: task/buildah (`BUILD_EXTRA_ARGS`), task/kaniko (`EXTRA_ARGS`); both build for their node."""


def builds_of(manifest: Node, source: Source, project: Project) -> list[Build]:
    """The builds of one Tekton object."""
    kind, spec = manifest.get("kind"), manifest.get("spec")
    if kind is None or spec is None or spec.kind != "mapping":
        return []
    around = Surroundings(source, project, "tekton")
    match kind.value:
        case "Task" | "ClusterTask":
            return _task(spec, {}, around)
        case "StepAction":
            return of_unit([_step(spec, _Parameters(source, spec, {}), around)])
        case "Pipeline":
            return _pipeline(spec, {}, around)
        case "TaskRun":
            given = _given(spec, None, source)
            inner = spec.get("taskSpec")
            run = around._replace(host=host_of(spec.get("podTemplate")))
            return [*(_task(inner, given, run) if inner is not None else []), *_reference(spec, spec, None, run)]
        case "PipelineRun":
            inner = spec.get("pipelineSpec")
            template = spec.get("taskRunTemplate")
            pod = (template.get("podTemplate") if template is not None else None) or spec.get("podTemplate")
            run = around._replace(host=host_of(pod))
            return _pipeline(inner, _given(spec, None, source), run) if inner is not None else []
        case _:
            return []


class _Parameters:
    """The parameters of a task or pipeline: given ones, then defaults, else handed in."""

    def __init__(self, source: Source, spec: Node, given: Mapping[str, Value]) -> None:
        self.known: dict[str, Value] = dict(given)
        inputs = spec.get("inputs")  # v1alpha1
        for owner in (spec, inputs):
            declared = owner.get("params") if owner is not None and owner.kind == "mapping" else None
            for item in declared.items[:_MAX_ITEMS] if declared is not None else ():
                name = item.get("name") if item.kind == "mapping" else None
                if name is None or name.value in given:
                    continue
                line = source.position(name.span.start)[0]
                default = item.get("default")
                if default is None:
                    note = Step(f"`{name.value}` is handed in by the run", source.path, line)
                    self.known[name.value] = Value((HANDED,), (note,))
                elif default.kind == "mapping":
                    self.known[name.value] = Value((UNKNOWN,))
                else:
                    text = " ".join(_words(default))
                    said = f"`{text}`" if text else "empty"
                    note = Step(f"`{name.value}` is {said} by default", source.path, line)
                    self.known[name.value] = Value((text or UNSET,), (note,))

    def fill(self, fragment: Fragment) -> Fragment:
        """`$(params.NAME)` and its other spellings put in; other `$(...)` may be the shell's and stay."""
        text = fragment.text
        spots: list[Spot] = []
        at = text.find("$(")
        while at >= 0 and len(spots) < MAX_SPOTS:
            end = text.find(")", at, at + MAX_NAME)
            value = self._value(text[at + 2 : end]) if end > 0 else None
            if value is not None:
                spots.append(Spot(at, end + 1, single(value), value.steps))
            at = text.find("$(", end + 1 if value is not None else at + 2)
        return put(fragment, spots)

    def _value(self, reference: str) -> Value | None:
        name = reference.removeprefix("inputs.")
        if name.startswith("params"):
            inner = name.removeprefix("params").removesuffix("[*]")
            plain = inner.strip("[]").strip("\"'") if inner.startswith("[") else inner.removeprefix(".")
            if plain in self.known:
                return self.known[plain]
            return Value((HANDED,)) if inner[:1] in {".", "["} and " " not in reference else None
        root = reference.split(".", 1)[0].split("[", 1)[0]
        return Value((UNKNOWN,)) if root in _UNKNOWN_ROOTS and "." in reference else None


def _words(node: Node) -> list[str]:
    items = node.items[:_MAX_ITEMS] if node.kind == "sequence" else (node,)
    return [item.value for item in items if item.kind == "scalar" and item.value]


def _given(owner: Node, parameters: _Parameters | None, source: Source) -> dict[str, Value]:
    """The `params` that a run or a pipeline's task gives, the pipeline's own parameters put in."""
    found: dict[str, Value] = {}
    listed = owner.get("params")
    for item in listed.items[:_MAX_ITEMS] if listed is not None else ():
        name, value = (item.get("name"), item.get("value")) if item.kind == "mapping" else (None, None)
        if name is None or value is None or value.kind == "mapping":
            continue
        nodes = value.items[:_MAX_ITEMS] if value.kind == "sequence" else (value,)
        texts: list[str] = []
        steps: list[Step] = [Step(f"`{name.value}` is given", source.path, source.position(name.span.start)[0])]
        for node in nodes:
            if node.fragment is not None:
                filled = parameters.fill(node.fragment) if parameters is not None else node.fragment
                texts.append(filled.text)
                steps += filled.steps(0, len(filled.text))
        found[name.value] = Value((" ".join(texts) or UNSET,), tuple(dict.fromkeys(steps)))
    return found


def _task(spec: Node, given: Mapping[str, Value], around: Surroundings) -> list[Build]:
    if spec.kind != "mapping":
        return []
    parameters = _Parameters(around.source, spec, given)
    steps = spec.get("steps")
    template = spec.get("stepTemplate")
    inner = around._replace(fill=parameters.fill)
    if template is not None and template.kind == "mapping":
        inner = inner._replace(environment=environment_of(template, inner))
    facts = [read_container(step, inner) for step in (steps.items if steps is not None else ())[:_MAX_ITEMS]]
    return of_unit(facts)


def _step(spec: Node, parameters: _Parameters, around: Surroundings) -> ScriptFacts:
    return read_container(spec, around._replace(fill=parameters.fill)) if spec.kind == "mapping" else NOTHING


def _pipeline(spec: Node, given: Mapping[str, Value], around: Surroundings) -> list[Build]:
    if spec.kind != "mapping":
        return []
    parameters = _Parameters(around.source, spec, given)
    found: list[Build] = []
    for key in ("tasks", "finally"):
        tasks = spec.get(key)
        for task in tasks.items[:_MAX_ITEMS] if tasks is not None else ():
            if task.kind != "mapping":
                continue
            inner = task.get("taskSpec")
            if inner is not None:
                found += _task(inner, _given(task, parameters, around.source), around)
            found += _reference(task, task, parameters, around)
    return found


def _reference(task: Node, whole: Node, parameters: _Parameters | None, around: Surroundings) -> Iterator[Build]:
    """The build of a `taskRef` to a task of the catalogue, judged by its parameter for further flags."""
    reference = task.get("taskRef")
    name = _referred(reference) if reference is not None and reference.kind == "mapping" else ""
    known = _KNOWN_TASKS.get(name)
    if known is None or reference is None:
        return
    given = _given(task, parameters, around.source)
    value = next((given[extra] for extra in known.extra if extra in given), None)
    words = " ".join(value.texts).replace("=", " ").split() if value is not None else []
    found = [words[at + 1] for at, word in enumerate(words[:-1]) if word in known.flags]
    listed = whole.get("params")
    stop = max(reference.span.stop, listed.span.stop if listed is not None else 0)
    start = whole.span.start if task.get("name") is not None else reference.span.start
    listed_images = given.get("IMAGE")
    build = Build(
        source=around.source,
        span=Span(start, max(start, stop)),
        tool=known.tool,
        form="tekton",
        state="missing",
        via=(Step(f"the task `{name}` builds for its node"),),
        host=around.host,
        published=True,
        images=tuple(bare(text) for text in listed_images.texts if text.strip(MARKERS)) if listed_images else (),
    )
    context, dockerfile = (given[key].texts[0] if key in given else "" for key in ("CONTEXT", "DOCKERFILE"))
    build = with_inputs(build, inputs_in([""], context or ".", dockerfile, around.project, beside=True))
    steps = tuple(Step(bare(step.text), step.path, step.line) for step in value.steps) if value is not None else ()
    if found:
        platforms = tuple(part for text in found for part in text.split(",") if part and not _marked(part))
        every = bool(platforms) and not any(map(_marked, found))
        yield build._replace(state="explicit", platforms=platforms, via=steps, whole=every)
    elif value is not None and any(HANDED in text for text in value.texts):
        yield build._replace(state="delegated", via=steps)
    elif value is not None and any(UNKNOWN in text for text in value.texts):
        yield build._replace(state="unknown", via=steps)
    else:
        yield build


def _marked(text: str) -> bool:
    return any(marker in text for marker in MARKERS)


def _referred(reference: Node) -> str:
    """The name of the task: of the cluster, or that a resolver (`hub`, `bundles`, `cluster`) gets as `name`."""
    name = reference.get("name")
    if name is not None:
        return name.value
    params = reference.get("params")
    for item in params.items[:_MAX_ITEMS] if params is not None else ():
        key, value = (item.get("name"), item.get("value")) if item.kind == "mapping" else (None, None)
        if key is not None and key.value == "name" and value is not None:
            return value.value
    return ""
