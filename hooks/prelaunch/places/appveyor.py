"""AppVeyor: the images that the scripts of a build build.

A script line is one of cmd on a Windows image and of a shell on the others, unless `ps:`, `pwsh:`, `cmd:` or `sh:`
says otherwise (appveyor.com/docs, "appveyor.yml reference").
"""

from __future__ import annotations

from prelaunch.model import Platform, Value
from prelaunch.places.pipelines import (
    MAX_ITEMS,
    Scripts,
    always_set,
    bounded,
    documents,
    finish,
    items,
    variables,
)
from prelaunch.places.script import merge, of_unit
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Build, Fragment, Source
    from prelaunch.places.script import Dialect, ScriptFacts
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_PHASES = (
    "init install before_build build_script after_build before_test test_script after_test before_package "
    "before_deploy deploy_script after_deploy on_success on_failure on_finish"
).split()
_LANGUAGES: Mapping[str, Dialect] = {"ps": "powershell", "pwsh": "powershell", "cmd": "cmd", "sh": "sh"}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a configuration and of its special cases (`for`), each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    read_from, roots = documents(source)
    scripts = Scripts(read_from, project, "appveyor")
    fixed = always_set(source.text, "APPVEYOR_")
    for document in roots:
        if document.kind == "mapping":
            for case in (document, *(item for item in items(document.get("for")) if item.kind == "mapping")):
                found += of_unit(_case(case, document, scripts, fixed))
    return finish(found, source, read_from)


def _case(case: Node, document: Node, scripts: Scripts, fixed: dict[str, Value]) -> Iterator[ScriptFacts]:
    images = [item.value.lower() for item in items(case.get("image") or document.get("image"))]
    machines = {image.startswith(("ubuntu", "macos")) for image in images} or {False}
    rows = _environments(document.get("environment"), scripts.source)
    for unix in sorted(machines):
        host = Platform("windows", "amd64") if not unix else None
        if unix and all(image.startswith("ubuntu") for image in images):
            host = Platform("linux", "amd64")
        for language, fragments in _runs(case, unix=unix):
            settings = [scripts.setting({**fixed, **row}, dialect=language, host=host) for row in rows]
            yield merge([scripts.run(fragments, setting) for setting in settings])


def _runs(case: Node, *, unix: bool) -> Iterator[tuple[Dialect, list[Fragment]]]:
    """Script lines that follow each other in the same language."""
    language: Dialect = "sh"
    fragments: list[Fragment] = []
    for phase in _PHASES:
        for item in items(case.get(phase)):
            pairs = item.all_pairs()[:1] if item.kind == "mapping" else []
            kind = pairs[0][0].value if pairs else "sh" if unix else "cmd"
            node = pairs[0][1] if pairs else item
            if kind not in _LANGUAGES or node.fragment is None or kind == ("cmd" if unix else "sh"):
                continue
            if _LANGUAGES[kind] != language and fragments:
                yield language, fragments
                fragments = []
            language = _LANGUAGES[kind]
            fragments.append(node.fragment)
    if fragments:
        yield language, fragments


def _environments(node: Node | None, source: Source) -> list[dict[str, Value]]:
    """The variables of each job that `environment.matrix` makes."""
    if node is None or node.kind != "mapping":
        return [{}]
    outer = variables(node.get("global"), source)
    pairs = [pair for pair in node.all_pairs()[:MAX_ITEMS] if pair[0].value not in {"global", "matrix"}]
    named = {key.value for key, _ in pairs}
    outer.update((name, value) for name, value in variables(node, source).items() if name in named)
    return [{**outer, **row} for row in bounded([variables(item, source) for item in items(node.get("matrix"))])]
