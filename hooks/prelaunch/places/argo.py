"""Argo Workflows: the images that a workflow's templates build (`container`, `script`, `containerSet`)."""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, Fragment, Step, Value
from prelaunch.places.containers import Surroundings, host_of, read_container
from prelaunch.places.script import of_unit
from prelaunch.places.substitution import MAX_SPOTS, Spot, put, single
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ITEMS = 1_000


def builds_of(manifest: Node, source: Source, project: Project) -> list[Build]:
    """The builds of one Workflow, WorkflowTemplate, ClusterWorkflowTemplate, CronWorkflow or Sensor."""
    found: list[Build] = []
    for spec in _specifications(manifest):
        workflow = _parameters(spec.get("arguments"), source)
        templates = spec.get("templates")
        around = Surroundings(source, project, "argo", host_of(spec))
        for template in templates.items[:_MAX_ITEMS] if templates is not None else ():
            if template.kind == "mapping":
                found += _template(template, workflow, around)
    return found


def _specifications(manifest: Node) -> Iterator[Node]:
    """The specification of a workflow, also where another object holds it (a CronWorkflow, a Sensor's trigger)."""
    from prelaunch.readers.yaml import walk

    for node in walk((manifest,)):
        if node.kind == "mapping":
            templates = node.get("templates")
            if templates is not None and templates.kind == "sequence":
                yield node


def _template(template: Node, workflow: Mapping[str, Value], around: Surroundings) -> list[Build]:
    inputs = _parameters(template.get("inputs"), around.source)
    around = around._replace(host=host_of(template) or around.host, fill=_filler(inputs, workflow))
    nodes = [node for key in ("container", "script") if (node := template.get(key)) is not None]
    group = template.get("containerSet")
    lists = [template.get("initContainers"), template.get("sidecars")]
    lists.append(group.get("containers") if group is not None and group.kind == "mapping" else None)
    nodes += [item for each in lists if each is not None for item in each.items[:_MAX_ITEMS]]
    return of_unit([read_container(node, around) for node in nodes])


def _parameters(owner: Node | None, source: Source) -> dict[str, Value]:
    found: dict[str, Value] = {}
    listed = owner.get("parameters") if owner is not None and owner.kind == "mapping" else None
    for item in listed.items[:_MAX_ITEMS] if listed is not None else ():
        name = item.get("name") if item.kind == "mapping" else None
        if name is None or name.kind != "scalar":
            continue
        value = item.get("value") or item.get("default")
        line = source.position(name.span.start)[0]
        if value is not None and value.kind == "scalar":
            text = UNKNOWN if "{{" in value.value else value.value or UNSET
            found[name.value] = Value((text,), (Step(f"`{name.value}` is set by default", source.path, line),))
        else:
            unknown = UNKNOWN if item.get("valueFrom") is not None else HANDED
            found[name.value] = Value((unknown,), (Step(f"`{name.value}` is handed in", source.path, line),))
    return found


def _filler(inputs: Mapping[str, Value], workflow: Mapping[str, Value]) -> Callable[[Fragment], Fragment]:
    """`{{inputs.parameters.x}}` and `{{workflow.parameters.x}}` put in; every other `{{ }}` is unknown."""

    def value_of(name: str) -> Value:
        for prefix, known in (("inputs.parameters.", inputs), ("workflow.parameters.", workflow)):
            if name.startswith(prefix):
                return known.get(name.removeprefix(prefix), Value((HANDED,)))
        return Value((UNKNOWN,))

    def fill(fragment: Fragment) -> Fragment:
        text = fragment.text
        spots: list[Spot] = []
        at = text.find("{{")
        while at >= 0 and len(spots) < MAX_SPOTS:
            end = text.find("}}", at)
            if end < 0:
                break
            value = value_of(text[at + 2 : end].strip())
            spots.append(Spot(at, end + 2, single(value), value.steps))
            at = text.find("{{", end + 2)
        return put(fragment, spots)

    return fill
