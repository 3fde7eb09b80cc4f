"""Which mappings speak for a Compose service: its own, those it extends, and those of override files.

docs.docker.com/compose/how-tos/multiple-compose-files: `extends` and merging; an earlier layer wins.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Source, Step
from prelaunch.project import UnreadableError
from prelaunch.readers.compose import Setting, Text, interpolate, read_environment
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = tuple(f"{stem}.override.{ending}" for stem in ("compose", "docker-compose") for ending in ("yml", "yaml"))
"""compose-go cli/options.go: the first of each that stands in the folder is read, whichever name the other has."""

_MAX_EXTENDS = 20
_ENDINGS = (".yml", ".yaml")


class Layer(NamedTuple):
    """One mapping that speaks for a service; `lost` says that it extends a service which cannot be read."""

    source: Source
    name: str
    service: Node
    lost: Step | None = None


class Environment(NamedTuple):
    """The `.env` file beside a compose file: its path and variables."""

    path: str
    settings: dict[str, Setting]

    def interpolate(self, node: Node) -> Text:
        """The value of a scalar node after interpolation."""
        return interpolate(node.value, self.settings)


class Layers:
    """Looks up the layers of the services of one compose file."""

    def __init__(self, source: Source, documents: tuple[Node, ...], project: Project) -> None:
        self._source = source
        self._documents = documents
        self._project = project
        self._environments: dict[str, Environment] = {}

    def of(self, name: str, service: Node) -> list[Layer]:
        """The mappings that speak for `service`, the strongest first."""
        own = self._extended(self._source, name, service)
        folder, file = posixpath.split(self._source.path)
        if file in BASES:
            return self._in_siblings(folder, OVERRIDES, name) + own
        if file.startswith(("compose.", "docker-compose.")):
            # `-f docker-compose.yml -f docker-compose.dev.yml`: whether it is always run so is not known, but then
            # the base's platform counts, and a false alarm is worse than a miss.
            return own + self._in_siblings(folder, BASES, name)
        return own

    def beside(self, name: str) -> list[Layer]:
        """The mappings of a service in the other compose files of the folder, which a `-f` may add."""
        folder, file = posixpath.split(self._source.path)
        others = (one for one in self._project.names(folder or ".") if one != file and _is_compose(one))
        return [layer for one in others for layer in self.in_file(posixpath.join(folder, one), name)]

    def in_file(self, path: str, name: str) -> list[Layer]:
        """The mappings that speak for a service in another compose file."""
        source = self._project.read(path)
        service = _service(self._read(source), name) if source is not None else None
        return self._extended(source, name, service) if source is not None and service is not None else []

    def environment(self, source: Source) -> Environment:
        """The variables of the `.env` beside `source`."""
        path = posixpath.join(posixpath.dirname(source.path), ".env")
        if path not in self._environments:
            file = self._project.read(path)
            self._environments[path] = Environment(path, read_environment(file) if file is not None else {})
        return self._environments[path]

    def _in_siblings(self, folder: str, names: tuple[str, ...], name: str) -> list[Layer]:
        path = next((one for file in names if self._project.exists(one := posixpath.join(folder, file))), None)
        return self.in_file(path, name) if path is not None else []

    def _extended(self, source: Source, name: str, service: Node) -> list[Layer]:
        """`service` and what it extends, which extends others in turn."""
        chain = [Layer(source, name, service)]
        seen = {(source.path, name)}
        while len(chain) <= _MAX_EXTENDS:
            pair = chain[-1].service.pair("extends")
            if pair is None or is_null(pair[1]):
                break
            target = self._target(chain[-1], pair[1])
            if target is None:
                last = chain[-1]
                step = Step("extends a service that cannot be read", last.source.path, line_of(last.source, pair[0]))
                chain[-1] = last._replace(lost=step)
                break
            if (target.source.path, target.name) in seen:
                break
            seen.add((target.source.path, target.name))
            chain.append(target)
        return chain

    def _target(self, layer: Layer, extends: Node) -> Layer | None:
        environment = self.environment(layer.source)
        node = extends.get("service") if extends.kind == "mapping" else extends
        if node is None or node.kind != "scalar":
            return None
        name = environment.interpolate(node).text
        source: Source | None = layer.source
        file = extends.get("file")
        if file is not None and not is_null(file):
            text = environment.interpolate(file)
            path = posixpath.join(posixpath.dirname(layer.source.path), text.text)
            source = None if not text.valid or text.open or path.startswith("/") else self._project.read(path)
        if source is None:
            return None
        service = _service(self._read(source), name)
        return Layer(source, name, service) if service is not None else None

    def _read(self, source: Source) -> tuple[Node, ...]:
        """The documents of a compose file; of one that is no YAML none, since that is said where it is read itself."""
        if source.path == self._source.path:
            return self._documents
        memo = ("compose", source.path)
        if memo not in self._project.memo:
            try:
                self._project.memo[memo] = read(source)
            except UnreadableError:
                self._project.memo[memo] = ()
        documents: tuple[Node, ...] = self._project.memo[memo]
        return documents


def _is_compose(name: str) -> bool:
    return name.startswith(("compose.", "docker-compose.", "compose-", "docker-compose-")) and name.endswith(_ENDINGS)


def is_null(node: Node) -> bool:
    """Whether the node is YAML's null: nothing, `~` or `null`, unquoted."""
    return node.kind == "scalar" and node.style == "plain" and node.value in {"", "~", "null", "Null", "NULL"}


def line_of(source: Source, node: Node) -> int:
    """The 1-based line that `node` starts on."""
    return source.position(node.span.start)[0]


def _service(documents: tuple[Node, ...], name: str) -> Node | None:
    for document in documents:
        services = document.get("services")
        service = services.get(name) if services is not None else None
        if service is not None and service.kind == "mapping":
            return service
    return None
