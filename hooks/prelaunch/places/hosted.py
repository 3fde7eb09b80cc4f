"""Services that build a Dockerfile of the repository on their own machines, all of them for linux/amd64.

Fly (`fly.toml`), Heroku (`heroku.yml`), Render (`render.yaml`), Railway (`railway.json`, `railway.toml`), App Platform
of DigitalOcean (an app specification) and App Engine's custom runtimes (`app.yaml`). None lets the file say a platform.
A service that runs a finished image, or builds by buildpacks, builds no Dockerfile.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Build
from prelaunch.places.files import inputs_in, named_arguments, with_inputs
from prelaunch.places.pipelines import below, items, text_at
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source, Span
    from prelaunch.places.files import Inputs
    from prelaunch.project import Project
    from prelaunch.readers.toml import Path, Text
    from prelaunch.readers.yaml import Node

_MAX_SERVICES = 500
_PLATFORM = "linux/amd64"
_OTHER_BUILDERS = frozenset({"image", "builder", "builtin", "buildpacks"})
"""The keys of Fly's `build` that stand for something else than a Dockerfile."""
_COMPONENTS = ("services", "workers", "jobs", "static_sites", "functions")


def builds(source: Source, project: Project) -> list[Build]:
    """The images of a service's file, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is not in its language.
    """
    name = posixpath.basename(source.path).lower()
    if name.endswith(".toml"):
        from prelaunch.readers.toml import texts

        said = {text.path: text for text in texts(source)}
        found = _railway_table(said, source, project) if name.startswith("railway") else _fly(said, source, project)
    else:
        found = (build for document in _documents(source) for build in _of(document, name, source, project))
    return sorted(found, key=lambda build: build.span)


def _documents(source: Source) -> tuple[Node, ...]:
    from prelaunch.readers.yaml import read  # JSON too is YAML

    return tuple(document for document in read(source) if document.kind == "mapping")


def _of(document: Node, name: str, source: Source, project: Project) -> Iterator[Build]:
    if name.startswith("railway"):
        yield from _railway(document, source, project)
    elif name.startswith("heroku"):
        yield from _heroku(document, source, project)
    elif name.startswith("render"):
        yield from _render(document, source, project)
    elif text_at(document, "runtime") == "custom":
        yield from _app_engine(document, source, project)
    else:
        yield from _digital_ocean(document, source, project)


def _build(source: Source, span: Span, tool: str, inputs: Inputs) -> Iterator[Build]:
    """The build of a Dockerfile that is there."""
    if inputs.dockerfile is not None:
        build = Build(source, span, tool, "hosted", "default", (_PLATFORM,), whole=True)
        yield with_inputs(build, inputs)


# -- Fly (fly.io, "App configuration"): the Dockerfile beside the file, or the one that `build.dockerfile` names


def _fly(said: dict[Path, Text], source: Source, project: Project) -> Iterator[Build]:
    table = {path[1]: text for path, text in said.items() if path[:1] == ("build",) and len(path) > 1}
    shown = table.get("dockerfile") or said.get(("app",))
    if shown is None or not _OTHER_BUILDERS.isdisjoint(table):
        return
    given = [
        f"{path[2]}={text.fragment.text}" for path, text in said.items() if path[:2] == ("build", "args") and path[2:]
    ]
    folder = posixpath.dirname(source.path)
    inputs = inputs_in(
        [folder],
        ".",
        table["dockerfile"].fragment.text if "dockerfile" in table else "",
        project,
        target=table["build-target"].fragment.text if "build-target" in table else None,
        arguments=named_arguments(given),
        beside=True,
    )
    yield from _build(source, _place(shown), "fly", inputs)


def _place(text: Text) -> Span:
    from prelaunch.model import Span

    fragment = text.fragment
    return Span(fragment.start(0), fragment.stop(len(fragment.text)))


# -- Heroku ("Building Docker images with heroku.yml"): the context is the folder of the Dockerfile


def _heroku(document: Node, source: Source, project: Project) -> Iterator[Build]:
    images = below(document, "build", "docker")
    given = below(document, "build", "config")
    pairs = given.all_pairs()[:_MAX_SERVICES] if given is not None and given.kind == "mapping" else ()
    arguments = named_arguments(f"{key.value}={value.value}" for key, value in pairs if value.kind == "scalar")
    folder = posixpath.dirname(source.path)
    for key, image in images.all_pairs()[:_MAX_SERVICES] if images is not None and images.kind == "mapping" else ():
        path = image.value if image.kind == "scalar" else text_at(image, "dockerfile")
        target = text_at(image, "target") or None
        if path:
            where, file = posixpath.split(posixpath.normpath(path))
            inputs = inputs_in([folder], where or ".", file, project, target=target, arguments=arguments)
            yield from _build(source, key.span, "heroku-container", inputs)


# -- Render ("Blueprint YAML reference"): both paths are relative to the root, or to `rootDir`


def _render(document: Node, source: Source, project: Project) -> Iterator[Build]:
    services = [*items(document.get("services"))]
    for each in items(document.get("projects")):
        services += [one for place in items(each.get("environments")) for one in items(place.get("services"))]
    for service in services[:_MAX_SERVICES]:
        pair = (service.pair("runtime") or service.pair("env")) if service.kind == "mapping" else None
        if pair is None or pair[1].value != "docker":
            continue
        root = posixpath.dirname(source.path)
        bases = [posixpath.join(root, text_at(service, "rootDir")), root]
        context = text_at(service, "dockerContext") or "."
        file = text_at(service, "dockerfilePath") or "./Dockerfile"
        yield from _build(source, pair[0].span, "render", inputs_in(bases, context, file, project, beside=True))


# -- Railway ("Config as code"): the Dockerfile of the root, or the one that `dockerfilePath` names


def _railway(document: Node, source: Source, project: Project) -> Iterator[Build]:
    builder, file = (below(document, "build", key) for key in ("builder", "dockerfilePath"))
    shown = file if file is not None and file.kind == "scalar" and file.value else builder
    if shown is not None and (shown is file or shown.value == "DOCKERFILE"):
        yield from _of_railway(shown.value if shown is file else "", shown.span, source, project)


def _railway_table(said: dict[Path, Text], source: Source, project: Project) -> Iterator[Build]:
    file, builder = said.get(("build", "dockerfilePath")), said.get(("build", "builder"))
    shown = file or builder
    if shown is not None and (file is not None or shown.fragment.text.upper() == "DOCKERFILE"):
        yield from _of_railway(file.fragment.text if file is not None else "", _place(shown), source, project)


def _of_railway(file: str, span: Span, source: Source, project: Project) -> Iterator[Build]:
    bases = [posixpath.dirname(source.path), ""]
    yield from _build(source, span, "railway", inputs_in(bases, ".", file.lstrip("/"), project, beside=True))


# -- App Engine ("Build custom runtimes"): a Dockerfile beside the app.yaml


def _app_engine(document: Node, source: Source, project: Project) -> Iterator[Build]:
    pair = document.pair("runtime")
    if pair is not None:
        inputs = inputs_in([posixpath.dirname(source.path)], ".", "Dockerfile", project, beside=True)
        yield from _build(source, pair[0].span, "app-engine", inputs)


# -- DigitalOcean ("Reference for app specification"): the Dockerfile is relative to the root, the context `source_dir`


def _digital_ocean(document: Node, source: Source, project: Project) -> Iterator[Build]:
    spec = document.get("spec")
    holder = spec if spec is not None and spec.kind == "mapping" else document
    for kind in _COMPONENTS:
        for component in items(holder.get(kind))[:_MAX_SERVICES]:
            pair = component.pair("dockerfile_path") if component.kind == "mapping" else None
            if pair is None or pair[1].kind != "scalar" or not pair[1].value:
                continue
            context = text_at(component, "source_dir").lstrip("/") or "."
            inputs = inputs_in([""], context, pair[1].value.lstrip("/"), project, beside=True)
            yield from _build(source, pair[0].span, "app-platform", inputs)
