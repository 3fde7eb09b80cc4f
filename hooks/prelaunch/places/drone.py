"""Drone: the images that the steps of a pipeline build, by plugin or by command.

Every document of kind `pipeline` stands for itself; `platform` picks the runner, linux/amd64 where it is not given
(docs.drone.io, "Configuration reference"). Version 0.8 has one document with the steps as a mapping `pipeline`.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Platform, Step
from prelaunch.places.pipelines import MAX_ITEMS, NOTHING, Scripts, below, each_document, lines, text_at, variables
from prelaunch.places.plugins import Surroundings, read_plugin
from prelaunch.places.script import of_unit
from prelaunch.places.substitution import dollar_spots, put
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.model import Build, Source
    from prelaunch.places.script import ScriptFacts
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_PREFIXES = ("DRONE_", "CI_")


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every pipeline, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    return each_document(source, project, "drone", _document)


def _document(document: Node, scripts: Scripts) -> list[Build]:
    return by_step(_pipeline(document, scripts)) if text_at(document, "kind") in {"", "pipeline"} else []


def steps_of(document: Node, *keys: str) -> Iterator[Node]:
    """The steps of a pipeline, written as a list or as a mapping by name."""
    for key in keys:
        node = document.get(key)
        if node is None:
            continue
        steps = node.items if node.kind == "sequence" else [value for _, value in node.all_pairs()]
        yield from (step for step in steps[:MAX_ITEMS] if step.kind == "mapping")


def by_step(readings: Iterable[tuple[Node, ScriptFacts]]) -> list[Build]:
    """The builds of steps: those of commands are published where commands push; a plugin publishes its own only."""
    all_of_them = list(readings)
    commands = [facts for step, facts in all_of_them if step.get("commands") is not None]
    plugins = [facts for step, facts in all_of_them if step.get("commands") is None]
    return [*of_unit(commands), *(build for facts in plugins for build in facts.builds)]


def run_step(step: Node, around: Surroundings, scripts: Scripts) -> ScriptFacts:
    """What a step builds: by its plugin, or by its commands, in which the server puts its own references first.

    `around` has the variables of the pipeline; those of the step are added here.
    """
    own = variables(step.get("environment"), around.source, around._replace(environment={}).text)
    around = around._replace(environment={**around.environment, **own})
    found = read_plugin(step, around)
    if found is not None:
        return found
    commands = lines(step.get("commands"))
    filled = []
    for line in commands:
        known = [
            spot
            for spot in dollar_spots(line.text, around.values.get)
            if line.text[spot.start : spot.stop] == "$$" or line.text.startswith("{", spot.start + 1)
        ]
        filled.append(put(line, known) if known else line)
    if not filled:
        return NOTHING
    environment = {**around.values, **around.environment}
    directory = posixpath.normpath(text_at(step, "directory") or ".")
    if directory.startswith(("/", "..")) or "$" in directory:
        directory = "."
    return scripts.run(filled, scripts.setting(environment, directory=directory, host=around.host))


def _pipeline(document: Node, scripts: Scripts) -> Iterator[tuple[Node, ScriptFacts]]:
    source = scripts.source
    node = below(document, "platform")
    system, architecture = text_at(node, "os") or "linux", text_at(node, "arch") or "amd64"
    host = Platform(system, architecture, text_at(node, "variant"))
    chosen = None
    if text_at(node, "arch") and node is not None:
        line = source.position(node.span.start)[0]
        chosen = Step(f"the pipeline's platform {host} picks the runner", source.path, line)
    outer = variables(document.get("environment"), source)
    around = Surroundings(source, scripts.project, "drone", {}, outer, _PREFIXES, host, chosen)
    for step in steps_of(document, "steps", "pipeline"):
        yield step, run_step(step, around, scripts)
