"""One open file, judged as `prelaunch check` would judge it, with every unsaved buffer in place of its file."""

from __future__ import annotations

import os
from argparse import Namespace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from prelaunch import discover, engine, file_names, kinds, registry
from prelaunch.check import choose
from prelaunch.config import find_config, load_config
from prelaunch.globs import matches_any
from prelaunch.model import Source
from prelaunch.project import MAX_BYTES, Project, Settings
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prelaunch.model import Build, Finding, Rule

DECODED = "utf8"
"""The encoding of a buffer: the editor has decoded it already, whatever a coding comment in it says.

Python knows it as UTF-8; it is not spelled `utf-8`, after which the engine would decode the text once more.
"""


class Judged(NamedTuple):
    """What is known of one open file: its findings and its builds, in the order of their places.

    `root` is the folder that paths are relative to.
    """

    source: Source
    project: Project
    root: str
    findings: tuple[Finding, ...] = ()
    builds: tuple[Build, ...] = ()


@cache
def rules() -> tuple[Rule, ...]:
    """Every installed rule."""
    return tuple(registry.load_rules())


@cache
def _words() -> Mapping[str, tuple[kinds.Word, ...] | None]:
    return registry.import_words()


def judge(
    path: str, buffers: Mapping[str, str], folders: Sequence[str] = (), *, hints: bool = False, fixes: bool = False
) -> Judged:
    """Judge the buffer at `path`, a real path; `buffers` are the texts of the open files by theirs.

    `folders` are the workspace's. Outside a git work tree the root is the folder of the configuration, else the
    workspace's folder, else the file's. Raises `CannotRunError` where the configuration is wrong.
    """
    project, root = _project(path, buffers, folders)
    name = discover.relative(root, path)
    source = project.open(name)
    file = _look(name, source.text, project.settings)
    if file is None:
        return Judged(source, project, root)
    known = frozenset({*engine.OWN_RULES, *(rule.name for rule in rules())})
    chosen, ignored = choose(rules(), known, project.settings, Namespace(select=[], ignore=[]))
    judge = engine.Judge(chosen, known, ignored, fixes=fixes)
    facts = read_facts(project, file, judge.wanted, judge.rules)
    found = engine.order(judge.judge(facts, file, project))
    shown = tuple(finding for finding in found if hints or finding.certainty != "hint")
    return Judged(facts.source, project, root, shown, tuple(sorted(facts.builds, key=lambda build: build.span)))


def _project(path: str, buffers: Mapping[str, str], folders: Sequence[str]) -> tuple[Project, str]:
    folder = os.path.dirname(path)
    top = discover.git_top(folder)
    config = find_config(folder, top)
    workspace = next((real for real in map(os.path.realpath, folders) if discover.within(real, path)), folder)
    root = os.path.realpath(top or (workspace if config is None else os.path.dirname(config)))
    project = Project(root, Settings() if config is None else load_config(config, root))
    for other, text in buffers.items():
        if discover.within(root, other):
            project.add(Source(discover.relative(root, other), text, DECODED))
    return project, root


def _look(name: str, text: str, settings: Settings) -> discover.File | None:
    """As `discover.look`, of a text: what the file may hold; None where it need not be read."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES or matches_any(name, settings.exclude):
        return None
    words = {**_words(), "": (*(_words()[""] or ()), *(wrapper.encode() for wrapper in settings.wrappers))}
    kind = kinds.kind_by_content(file_names.kind_by_name(name), data)
    facts = kinds.facts_in(kind, data, words)
    marked = kinds.MARK in data
    return discover.File(name, kind, facts, marked) if facts or (marked and kind) else None
