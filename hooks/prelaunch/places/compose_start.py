"""What a Compose service says in place of its image: how it starts, where, and what its environment adds.

docs.docker.com/reference/compose-file/services: `entrypoint` takes the place of ENTRYPOINT and of CMD, `command` of
CMD, `working_dir` of WORKDIR.
"""

from __future__ import annotations

from prelaunch.places.compose import sites
from prelaunch.places.compose_layers import Layers, is_null
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build
    from prelaunch.places.compose_layers import Layer
    from prelaunch.project import Project

_KEYS = ("entrypoint", "command", "working_dir")


def overridden(build: Build, project: Project) -> frozenset[str]:
    """Of `entrypoint`, `command`, `working_dir` and `environment` those that each service of a build says."""
    try:
        documents = read(build.source)
    except UnreadableError:
        return frozenset()
    layers = Layers(build.source, documents, project)
    found = [
        frozenset(key for layer in layers.of(name, service) for key in _said(layer))
        for site in sites(documents)
        if site.key.span.start == build.span.start
        for name, service in site.services.items()
    ]
    return frozenset.intersection(*found) if found else frozenset()


def _said(layer: Layer) -> list[str]:
    """The keys of one mapping; `environment` only where it changes what is found or loaded."""
    nodes = {key: layer.service.get(key) for key in _KEYS}
    keys = [key for key, node in nodes.items() if node is not None and not is_null(node)]
    environment = layer.service.get("environment")
    if environment is not None:
        span = environment.span
        text = layer.source.text[span.start : span.stop]
        keys += ["environment"] if any(name in text for name in ("PYTHONPATH", "GUNICORN_", "UVICORN_")) else []
    return keys
