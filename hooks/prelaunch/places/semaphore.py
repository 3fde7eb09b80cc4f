"""Semaphore: the images that the jobs of a pipeline's blocks build.

A job runs the block's prologue, its own commands and the epilogue in one shell; the machine type tells the
architecture (docs.semaphoreci.com, "Pipeline YAML reference").
"""

from __future__ import annotations

from prelaunch.model import Platform, Value
from prelaunch.places.pipelines import (
    Scripts,
    always_set,
    below,
    bounded,
    documents,
    finish,
    items,
    lines,
    note,
    rows,
    text_at,
    variables,
)
from prelaunch.places.script import merge, of_unit
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.places.script import ScriptFacts
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_EPILOGUES = ("always", "on_pass", "on_fail")


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every job, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    read_from, roots = documents(source)
    scripts = Scripts(read_from, project, "semaphore")
    fixed = always_set(source.text, "SEMAPHORE_")
    for document in roots:
        blocks = [
            below(block, "task") for block in items(document.get("blocks") if document.kind == "mapping" else None)
        ]
        for task in (*blocks, below(document, "after_pipeline", "task")):
            for job in items(below(task, "jobs")):
                if task is not None and job.kind == "mapping":
                    found += of_unit(_job(job, task, document, scripts, fixed))
    return finish(found, source, read_from)


def _job(job: Node, task: Node, document: Node, scripts: Scripts, fixed: dict[str, Value]) -> Iterator[ScriptFacts]:
    layers = [node for node in (below(document, "global_job_config"), task, job) if node is not None]
    environment = dict(fixed)
    for layer in layers:
        environment.update(variables(layer.get("env_vars"), scripts.source))
    fragments = lines(*[below(layer, "prologue", "commands") for layer in layers[:-1]])
    fragments += lines(job.get("commands"))
    fragments += lines(*[below(layer, "epilogue", key, "commands") for layer in layers[:-1] for key in _EPILOGUES])
    agent = task.get("agent") or document.get("agent")
    readings = []
    for row in _matrix(job.get("matrix"), scripts.source):
        setting = scripts.setting({**environment, **row}, host=_host(text_at(agent, "machine", "type")))
        readings.append(scripts.run(fragments, setting))
    yield merge(readings)


def _matrix(node: Node | None, source: Source) -> list[dict[str, Value]]:
    lists: dict[str, list[Value]] = {}
    for item in items(node):
        name = text_at(item, "env_var")
        values = [each for each in items(below(item, "values")) if each.kind == "scalar"]
        if name and values:
            lists[name] = [Value((each.value,), (note(name, source, each),)) for each in values]
    return bounded(rows(lists))


def _host(machine: str) -> Platform | None:
    """The platform of a machine that Semaphore hosts: `e1-standard-2`, `f1-...`, `r1-...` (Arm), `a1-...` (macOS)."""
    if machine.startswith(("e1-", "e2-", "f1-", "g1-")):
        return Platform("linux", "amd64")
    return Platform("linux", "arm64") if machine.startswith("r1-") else None
