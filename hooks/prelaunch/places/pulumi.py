"""Pulumi programs in YAML: images of the docker and the docker-build provider.

`docker:Image` builds where its `build` says, for `build.platform`; `docker-build:Image` for the list `platforms`. Both
build for the machine that `pulumi up` runs on otherwise (pulumi/pulumi-docker-build provider/internal/image.go).
"""

from __future__ import annotations

from prelaunch.model import Build
from prelaunch.places.pipelines import items, text_at
from prelaunch.readers.yaml import key_slot, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Slot, Source, State
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_RESOURCES = 2_000
_DOCKER = frozenset({"docker:Image", "docker:index:Image", "docker:index/image:Image", "docker:image:Image"})
_DOCKER_BUILD = frozenset({"docker-build:Image", "docker-build:index:Image", "docker-build:index/image:Image"})


def builds(source: Source, _project: Project) -> list[Build]:
    """The images of a program, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        resources = document.get("resources")
        for key, resource in resources.all_pairs()[:_MAX_RESOURCES] if resources is not None else ():
            kind = text_at(resource, "type")
            properties = resource.get("properties") if resource.kind == "mapping" else None
            if properties is None or properties.kind != "mapping":
                continue
            if kind in _DOCKER and properties.get("build") is not None:
                found.append(_docker(key, properties, source))
            elif kind in _DOCKER_BUILD:
                found.append(_docker_build(key, properties, source))
    return sorted(found, key=lambda build: build.span)


def _docker(key: Node, properties: Node, source: Source) -> Build:
    build = properties.get("build")
    platform = build.get("platform") if build is not None else None
    slot = key_slot(source, build, "platform", many=False) if build is not None and platform is None else None
    name = text_at(properties, "imageName")
    verdict = _said([platform] if platform is not None else [])
    pushed = text_at(properties, "skipPush") != "true"
    return _build("pulumi-docker", key, verdict, source, slot)._replace(
        published=pushed, images=(name,) if name and "${" not in name else ()
    )


def _docker_build(key: Node, properties: Node, source: Source) -> Build:
    listed = properties.get("platforms")
    slot = key_slot(source, properties, "platforms", form="list") if listed is None else None
    tags = tuple(tag.value for tag in items(properties.get("tags")) if tag.kind == "scalar" and "${" not in tag.value)
    build = _build("pulumi-docker-build", key, _said(items(listed)), source, slot)
    return build._replace(published=text_at(properties, "push") == "true", images=tags)


def _said(nodes: list[Node] | tuple[Node, ...]) -> tuple[State, tuple[str, ...], bool]:
    """The state, the platforms that the nodes name, and whether these are all: a reference is not known."""
    given = [node for node in nodes if node.kind != "scalar" or node.value]
    texts = tuple(node.value for node in given if node.kind == "scalar" and "${" not in node.value)
    return "explicit" if given else "missing", texts, bool(texts) and len(texts) == len(given)


def _build(
    tool: str, key: Node, verdict: tuple[State, tuple[str, ...], bool], source: Source, slot: Slot | None
) -> Build:
    state, platforms, whole = verdict
    return Build(
        source=source,
        span=key.span,
        tool=tool,
        form="pulumi",
        state=state,
        platforms=platforms,
        whole=whole,
        slot=slot if state == "missing" else None,
    )
