"""Compose files as `docker buildx bake` reads them (docker/buildx bake/compose.go).

Every service with a `build` is a target; its platforms are `build.platforms` or `build.x-bake.platforms`, never
`platform`, and all services are the group `default`.
"""

from __future__ import annotations

from prelaunch.model import Source, Span
from prelaunch.readers.bake.targets import Layer
from prelaunch.readers.bake.values import NOT_KNOWN, Data
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.readers.yaml import Node

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""The compose files that bake reads where none is named (compose-go cli/options.go, `DefaultFileNames`)."""

_KEYS = {
    "context": "context",
    "dockerfile": "dockerfile",
    "dockerfile_inline": "dockerfile-inline",
    "target": "target",
}


def layers(source: Source) -> Iterator[Layer]:
    """The targets of a compose file. Raises `UnreadableError`."""
    from prelaunch.readers.yaml import read

    for document in read(source)[:1]:
        services = document.get("services")
        for key, service in services.all_pairs() if services else ():
            build = service.get("build")
            if build is None or (build.kind == "scalar" and not build.value):
                continue
            name = key.value.replace(".", "_")
            yield Layer(name, source, Span(key.span.start, service.span.stop), key.span.stop, None, {}, _facts(service))


def _facts(service: Node) -> dict[str, Data]:
    build = service.get("build")
    facts: dict[str, Data] = {}
    if build is None or build.kind == "scalar":
        return {"context": _text(build)} if build else {}
    for key, name in _KEYS.items():
        given = build.get(key)
        if given is not None:
            facts[name] = _text(given)
    extra = build.get("x-bake")
    for key, inner in (("platforms", "platforms"), ("tags", "tags"), ("", "output")):
        for node in (build.get(key) if key else None, extra.get(inner) if extra else None):
            if node is not None and (node.kind == "sequence" or node.value):
                facts[inner] = tuple(_text(each) for each in node.items) if node.kind == "sequence" else (_text(node),)
    image = service.get("image")
    if image is not None and not facts.get("tags"):
        facts["tags"] = (_text(image),)
    return facts


def _text(node: Node | None) -> Data:
    """A text; one with a variable in it is left unknown, its default depends on the environment and on `.env`."""
    return NOT_KNOWN if node is None or node.kind != "scalar" or "$" in node.value else node.value
