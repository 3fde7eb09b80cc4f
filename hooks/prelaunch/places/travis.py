"""Travis CI: the images that the phases of a job's life build.

The phases of a job run in one shell, so their lines are one script; `jobs.include` overrides them, `env` and `arch`
make a matrix (docs.travis-ci.com, "Build Config Reference").
"""

from __future__ import annotations

import shlex

from prelaunch.model import UNKNOWN, Platform, Value
from prelaunch.places.pipelines import (
    MAX_ITEMS,
    Scripts,
    below,
    bounded,
    each_document,
    items,
    lines,
    note,
    text_at,
    variables,
)
from prelaunch.places.script import merge, of_unit
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Fragment, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_PHASES = (
    "before_install install before_script script before_cache after_success after_failure before_deploy deploy "
    "after_deploy after_script"
).split()
_ARCHITECTURES = {"amd64", "arm64", "ppc64le", "s390x", "arm64-graviton2"}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every job, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    return each_document(source, project, "travis", _document)


def _document(document: Node, scripts: Scripts) -> Iterator[Build]:
    jobs = [document]
    for key in ("jobs", "matrix"):
        jobs += [item for item in items(below(document, key, "include")) if item.kind == "mapping"]
    for job in jobs:
        yield from _job(job, document, scripts)


def _job(job: Node, document: Node, scripts: Scripts) -> list[Build]:
    fragments: list[Fragment] = []
    for phase in _PHASES:
        node = job.get(phase) or document.get(phase)
        fragments += _deployed(node) if phase == "deploy" else lines(node)
    environment = _environments(document.get("env"), scripts.source)
    own = _environments(job.get("env"), scripts.source) if job is not document else [{}]
    architectures = [item.value for item in items(job.get("arch") or document.get("arch"))] or ["amd64"]
    system = text_at(job, "os") or text_at(document, "os") or "linux"
    readings = []
    for row in bounded([{**outer, **inner} for outer in environment for inner in own]):
        for architecture in architectures[:8]:
            setting = scripts.setting(row, host=_host(system, architecture))
            readings.append(scripts.run(fragments, setting))
    return of_unit([merge(readings)])


def _host(system: str, architecture: str) -> Platform | None:
    if system != "linux" or architecture not in _ARCHITECTURES:
        return None
    return Platform("linux", architecture.removesuffix("-graviton2"))


def _deployed(node: Node | None) -> list[Fragment]:
    """The scripts of the providers that run one."""
    return lines(*[item.get("script") for item in items(node) if item.kind == "mapping"])


def _environments(node: Node | None, source: Source) -> list[dict[str, Value]]:
    """The variables of each job that `env` makes."""
    if node is None:
        return [{}]
    if node.kind == "mapping" and any(node.get(key) is not None for key in ("global", "matrix", "jobs")):
        outer: dict[str, Value] = {}
        for item in items(node.get("global")):
            outer.update(_entry(item, source))
        rows = [_entry(item, source) for key in ("matrix", "jobs") for item in items(node.get(key))]
        return [{**outer, **row} for row in bounded(rows)]
    return bounded([_entry(item, source) for item in items(node)])


def _entry(item: Node, source: Source) -> dict[str, Value]:
    """One entry: a mapping, or assignments as a shell writes them."""
    if item.kind != "scalar":
        return variables(item, source)
    try:
        words = shlex.split(item.value)
    except ValueError:
        return {}
    found: dict[str, Value] = {}
    for word in words[:MAX_ITEMS]:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            found[name] = Value((UNKNOWN if "$" in value else value,), (note(name, source, item),))
    return found
