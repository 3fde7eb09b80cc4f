"""What Compose lays over the file system of a service's container: `volumes`, `tmpfs`, `configs`, `secrets`.

docs.docker.com/reference/compose-file/services (volumes: short and long syntax) and /merge: files are merged by the
path in the container, `!override` and `!reset` leave out what the files before say. A development container may put
further files behind (`dockerComposeFile`, containers.dev).
"""

from __future__ import annotations

import posixpath

from prelaunch.image import Mount
from prelaunch.places.compose import sites
from prelaunch.places.compose_layers import Layers, is_null
from prelaunch.places.files import inside
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build
    from prelaunch.places.compose_layers import Layer
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ITEMS = 500
_UNKNOWN = Mount("", "bind")
_FILES = {"configs": "/", "secrets": "/run/secrets/"}


def mounts(build: Build, project: Project) -> Iterator[Mount]:
    """What is laid over the containers of the services that a build of a compose file is for."""
    try:
        documents = read(build.source)
    except UnreadableError:
        return
    layers = Layers(build.source, documents, project)
    for site in sites(documents):
        if site.key.span.start == build.span.start:
            for name, service in site.services.items():
                yield from _merged(layers.of(name, service), layers)
                for layer in (*layers.beside(name), *_in_devcontainers(build.source.path, name, layers, project)):
                    yield from _of(layer, layers)


def _merged(chain: list[Layer], layers: Layers) -> Iterator[Mount]:
    """The mounts of all mappings that speak for a service, the strongest first; one of the same path is replaced."""
    taken: set[str] = set()
    for layer in chain:
        found = list(_of(layer, layers))
        yield from (mount for mount in found if not mount.target or mount.target not in taken)
        taken.update(mount.target for mount in found)
        listed = layer.service.get("volumes")
        if listed is not None and listed.tag in {"!reset", "!override"}:
            return


def _of(layer: Layer, layers: Layers) -> Iterator[Mount]:
    """The mounts of one mapping."""
    for item in _items(layer.service.get("volumes")):
        yield from _volume(item, layer, layers)
    for item in _items(layer.service.get("tmpfs")):
        text = _text(item, layer, layers)
        yield Mount(_target(text.partition(":")[0]), "tmpfs") if text is not None else _UNKNOWN
    for key, folder in _FILES.items():
        for item in _items(layer.service.get(key)):
            named = item.get("target") or item.get("source") if item.kind == "mapping" else item
            text = _text(named, layer, layers) if named is not None else None
            yield Mount(_target(posixpath.join(folder, text)), "file") if text else _UNKNOWN


def _items(node: Node | None) -> tuple[Node, ...]:
    if node is None or is_null(node) or node.tag == "!reset":
        return ()
    return node.items[:_MAX_ITEMS] if node.kind == "sequence" else (node,)


def _volume(item: Node, layer: Layer, layers: Layers) -> Iterator[Mount]:
    if item.kind == "scalar":
        text = _text(item, layer, layers)
        yield _UNKNOWN if text is None else _short(text, layer)
    elif item.kind == "mapping":
        target, source, kind = (_part(item, key, layer, layers) for key in ("target", "source", "type"))
        if target is None:
            yield _UNKNOWN
        elif kind == "bind":
            yield Mount(_target(target), "bind", _source(source or "", layer))
        else:
            yield Mount(_target(target), "tmpfs" if kind == "tmpfs" else "volume")


def _part(item: Node, key: str, layer: Layer, layers: Layers) -> str | None:
    node = item.get(key)
    return _text(node, layer, layers) if node is not None else None


def _short(text: str, layer: Layer) -> Mount:
    """`[SOURCE:]TARGET[:MODE]`; a source of Windows has a colon of its own."""
    parts = text.split(":")
    if len(parts) > 2 and len(parts[0]) == 1 and parts[1][:1] in {"/", "\\"}:
        parts = [f"{parts[0]}:{parts[1]}", *parts[2:]]
    if len(parts) == 1:
        return Mount(_target(parts[0]), "volume")
    bind = not parts[0] or parts[0][0] in "./~" or ":" in parts[0]
    return Mount(_target(parts[1]), "bind" if bind else "volume", _source(parts[0], layer))


def _target(text: str) -> str:
    """An absolute path of the container; "" for one that is not known, or no path of Linux."""
    path = posixpath.normpath(text.strip()) if text.strip().startswith("/") else ""
    return "" if path in {"/", "//"} else path.replace("//", "/", 1) if path.startswith("//") else path


def _source(text: str, layer: Layer) -> str | None:
    """A folder or file of the repository, "" for its root; None for any other."""
    if not text.startswith("."):
        return None
    return inside(posixpath.join(posixpath.dirname(layer.source.path), text))


def _text(node: Node, layer: Layer, layers: Layers) -> str | None:
    """A text with its variables in place, those that are set nowhere left out; None where there is no such text."""
    if node.kind != "scalar":
        return None
    text = layers.environment(layer.source).interpolate(node)
    return text.text if text.valid else None


def _in_devcontainers(path: str, name: str, layers: Layers, project: Project) -> Iterator[Layer]:
    """The mappings of a service in the files that a development container puts behind the compose file at `path`."""
    from prelaunch.places.devcontainer import compose_files

    folder = posixpath.dirname(path)
    for place in (folder, posixpath.join(folder, ".devcontainer"), posixpath.dirname(folder)):
        for file in ("devcontainer.json", ".devcontainer.json"):
            listed = compose_files(posixpath.join(place, file), project)
            if path in listed:
                yield from (layer for other in listed if other != path for layer in layers.in_file(other, name))
