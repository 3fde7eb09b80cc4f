"""Woodpecker (and Crow, its fork): the images that the steps of a workflow build, by plugin or by command.

A matrix makes one workflow of every row; `${NAME}` of a row is put in before anything else happens, and `labels` with
a `platform` pick the agent (woodpecker-ci.org, "Workflow syntax").
"""

from __future__ import annotations

from prelaunch.model import Step, Value
from prelaunch.places.drone import by_step, run_step, steps_of
from prelaunch.places.pipelines import MAX_ITEMS, Scripts, below, bounded, each_document, items, note, rows, variables
from prelaunch.places.plugins import Surroundings, platform_of
from prelaunch.places.script import merge
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Platform, Source
    from prelaunch.places.script import ScriptFacts
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_PREFIXES = ("CI_", "DRONE_")


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a workflow, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    return each_document(source, project, "woodpecker", _workflow)


def _workflow(document: Node, scripts: Scripts) -> list[Build]:
    source, project = scripts.source, scripts.project
    steps = list(steps_of(document, "steps", "pipeline"))
    readings: list[list[ScriptFacts]] = [[] for _ in steps]
    matrix = _matrix(document.get("matrix"), source)
    labelled = below(document, "labels", "platform") or document.get("platform")
    hosts = [_host(labelled, Surroundings(source, project, "woodpecker", row, {}, _PREFIXES)) for row in matrix]
    host = hosts[0] if len(set(hosts)) == 1 else None
    chosen = None
    if labelled is not None and labelled.kind == "scalar" and all(hosts):
        line = source.position(labelled.span.start)[0]
        chosen = Step(f"the label `platform: {labelled.value}` picks the agent", source.path, line)
    for row in matrix:
        around = Surroundings(source, project, "woodpecker", row, {}, _PREFIXES, host, chosen)
        for number, step in enumerate(steps):
            readings[number].append(run_step(step, around, scripts))
    return by_step((step, merge(each)) for step, each in zip(steps, readings, strict=True) if each)


def _host(node: Node | None, around: Surroundings) -> Platform | None:
    return platform_of(around.text(node)) if node is not None else None


def _matrix(node: Node | None, source: Source) -> list[dict[str, Value]]:
    if node is None or node.kind != "mapping":
        return [{}]
    include = node.get("include")
    if include is not None:
        found = [variables(item, source) for item in items(include) if item.kind == "mapping"]
        return bounded(found)
    lists: dict[str, list[Value]] = {}
    for key, value in node.all_pairs()[:MAX_ITEMS]:
        step = note(key.value, source, key)
        lists[key.value] = [Value((item.value,), (step,)) for item in items(value) if item.kind == "scalar"]
    return rows(lists)
