r"""Buildkite: the images that the steps of a pipeline build, by command or by the docker-compose plugin.

References in the file are put in when it is uploaded, save for `$$NAME` and `\$NAME`, which the job's shell gets
(buildkite.com/docs, "Defining steps", "Environment variables"; buildkite-plugins/docker-compose-buildkite-plugin).
"""

from __future__ import annotations

import shlex

from prelaunch.model import UNKNOWN, Span, Value
from prelaunch.places.pipelines import (
    MAX_ITEMS,
    Scripts,
    below,
    bounded,
    documents,
    finish,
    items,
    key_span,
    lines,
    note,
    rows,
    text_at,
    variables,
)
from prelaunch.places.publishing import ANY_PUSH, NO_PUSHES
from prelaunch.places.script import ScriptFacts, merge, of_unit
from prelaunch.places.substitution import MAX_SPOTS, Spot, put, single
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Build, Fragment, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_DEPTH = 4


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every step, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    read_from, roots = documents(source)
    scripts = Scripts(read_from, project, "buildkite")
    for document in roots:
        owner = document if document.kind == "mapping" else None
        environment = variables(owner.get("env"), read_from) if owner is not None else {}
        for step in _steps(owner.get("steps") if owner is not None else document, 0):
            found += of_unit(_step(step, scripts, environment))
    return finish(found, source, read_from)


def _steps(node: Node | None, depth: int) -> Iterator[Node]:
    for item in items(node):
        if item.kind != "mapping":
            continue
        if item.get("steps") is not None and depth < _MAX_DEPTH:
            yield from _steps(item.get("steps"), depth + 1)
        else:
            yield item


def _step(step: Node, scripts: Scripts, outer: dict[str, Value]) -> Iterator[ScriptFacts]:
    environment = {**outer, **variables(step.get("env"), scripts.source)}
    commands = [step.get(key) for key in ("command", "commands")]
    # `command: {command: ...}` and `script` are older spellings
    commands += [below(each, "command") for each in commands if each is not None and each.kind == "mapping"]
    fragments = lines(*commands)
    readings = []
    for row in _matrix(step.get("matrix"), scripts.source):
        filled = [put(line, _spots(line, row)) for line in fragments]
        readings.append(scripts.run(filled, scripts.setting(environment)))
    yield merge(readings)
    for item in items(step.get("plugins")):
        for pair in item.all_pairs()[:MAX_ITEMS] if item.kind == "mapping" else ():
            yield _plugin(pair, item, scripts, environment)


def _matrix(node: Node | None, source: Source) -> list[dict[str, Value]]:
    """`matrix` is a list, or `setup` with one or several of them; the lone one has no name."""
    setup = node.get("setup") if node is not None and node.kind == "mapping" else node
    lists: dict[str, list[Value]] = {}
    if setup is not None:
        pairs = setup.all_pairs()[:MAX_ITEMS] if setup.kind == "mapping" else []
        named = [(key.value, value) for key, value in pairs] or [("", setup)]
        for name, value in named:
            step = note(f"matrix {name}".strip(), source, value)
            lists[name] = [Value((item.value,), (step,)) for item in items(value) if item.kind == "scalar"]
    return bounded(rows({name: values for name, values in lists.items() if values}))


def _spots(line: Fragment, row: Mapping[str, Value]) -> list[Spot]:
    """`{{matrix}}`, `{{matrix.name}}`, and the dollars that the upload leaves to the shell."""
    text = line.text
    spots: list[Spot] = []
    at = _next(text, 0)
    while at < len(text) and len(spots) < MAX_SPOTS:
        stop = at + 2
        if text.startswith("$", at):
            spots.append(Spot(at, stop, "$"))
        else:
            end = text.find("}}", at, at + 200)
            name = text[stop:end].strip() if end > 0 else ""
            if name == "matrix" or name.startswith("matrix."):
                stop = end + 2
                value = row.get(name.removeprefix("matrix").removeprefix("."), Value((UNKNOWN,)))
                spots.append(Spot(at, stop, single(value), value.steps))
        at = _next(text, stop)
    return spots


def _next(text: str, at: int) -> int:
    found = [where for mark in ("{{", "$$") if (where := text.find(mark, at)) >= 0]
    return min(found, default=len(text))


def _plugin(pair: tuple[Node, Node], item: Node, scripts: Scripts, environment: dict[str, Value]) -> ScriptFacts:
    key, options = pair
    name = key.value.split("#", 1)[0].rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
    if name.removesuffix("-buildkite-plugin") != "docker-compose" or options.kind != "mapping":
        return ScriptFacts()
    pushes = options.get("push") is not None or bool(text_at(options, "image-repository"))
    services = [each.value for each in items(options.get("build")) if each.kind == "scalar"]
    if not services:
        return ScriptFacts((), ANY_PUSH if pushes else NO_PUSHES)
    files = [each.value for each in items(options.get("config")) if each.kind == "scalar"]
    words = ["docker-compose", *(f"--file={file}" for file in files), "build"]
    span = Span(key_span(pair, item).start, key.span.stop)
    setting = scripts.setting(environment)
    facts = scripts.flags(" ".join(map(shlex.quote, words)), None, " ".join(map(shlex.quote, services)), span, setting)
    return ScriptFacts(facts.builds, ANY_PUSH if pushes else NO_PUSHES)
