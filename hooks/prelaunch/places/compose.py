"""Compose files: one build for every `build:` key that a service uses.

What is in force (docker/compose, cmd/compose/options.go): the service's `platform`, where that is empty
DOCKER_DEFAULT_PLATFORM, else the list `build.platforms`.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import UNKNOWN, Build, Source, Span, Step
from prelaunch.places.compose_layers import Layer, Layers, is_null, line_of
from prelaunch.places.files import Inputs, inside, named_arguments, with_inputs
from prelaunch.places.written import items_in
from prelaunch.readers.yaml import Node, key_slot, read
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.model import State
    from prelaunch.project import Project
    from prelaunch.readers.compose import Text

_MAX_ARGUMENTS = 500

DEFAULT_PLATFORM = "DOCKER_DEFAULT_PLATFORM"
"""Compose takes it from the shell or from `.env` for a service that has no platform of its own."""


class _Verdict(NamedTuple):
    """What is in force for one service, and how that is known."""

    state: State
    platforms: tuple[str, ...] = ()
    via: tuple[Step, ...] = ()
    open: tuple[str, ...] = ()
    written: tuple[Span, ...] = ()


class Site:
    """A `build:` key, the mapping that holds it, and the services that use it (several through an anchor)."""

    __slots__ = ("key", "owner", "services", "value")

    def __init__(self, owner: Node, key: Node, value: Node, services: dict[str, Node] | None = None) -> None:
        self.owner = owner
        self.key = key
        self.value = value
        self.services: dict[str, Node] = {} if services is None else services


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a compose file, in its order; raises `UnreadableError` where it is no YAML."""
    documents = read(source)
    layers = Layers(source, documents, project)
    found = [_build(site, source, layers) for site in sites(documents)]
    return sorted(found, key=lambda build: build.span)


def sites(documents: Iterable[Node]) -> Iterable[Site]:
    """Where a compose file builds, each place once."""
    sites: dict[int, Site] = {}
    for document in documents:
        services = document.get("services")
        for name, service in services.all_pairs() if services is not None else ():
            for owner in service.layers():
                pair = owner.own("build")
                if pair is not None:
                    if _builds(pair[1]):
                        site = sites.setdefault(id(pair[0]), Site(owner, *pair))
                        site.services[name.value] = service
                    break
    return sites.values()


def _builds(value: Node) -> bool:
    """Whether the value of a `build` key asks for a build: an empty one, or `!reset`, does not."""
    if value.tag == "!reset":
        return False
    return bool(value.value and not is_null(value)) if value.kind == "scalar" else bool(value.pairs or value.merges)


def _build(site: Site, source: Source, layers: Layers) -> Build:
    chains = [layers.of(name, service) for name, service in site.services.items()]
    verdict = _together([_verdict(chain, site, source, layers) for chain in chains])
    said = any(layer.service.pair("platform") for chain in chains for layer in chain)
    slot = None
    if verdict.state == "missing" and not said:
        slot = key_slot(source, site.owner, "platform", before=site.key, many=False)
    stop = site.value.span.stop if site.value.span.start >= site.key.span.stop else site.key.span.stop
    build = Build(
        source,
        Span(site.key.span.start, stop),
        "compose-service",
        "compose",
        verdict.state,
        verdict.platforms,
        verdict.via,
        slot,
        images=tuple(dict.fromkeys(image for chain in chains for image in _image(chain, layers))),
        open=verdict.open,
        whole=verdict.state == "explicit",
        written=verdict.written,
        listed=_listed(chains, verdict, layers),
    )
    return with_inputs(build, _inputs(chains[0], layers))


def _listed(chains: list[list[Layer]], verdict: _Verdict, layers: Layers) -> tuple[str, ...]:
    """What `build.platforms` lists where another place names the platform of the one service."""
    if verdict.state != "explicit" or len(chains) != 1 or len(verdict.platforms) != 1:
        return ()
    for layer in chains[0]:
        build = layer.service.get("build")
        listed = build.get("platforms") if build is not None else None
        if listed is not None:
            found = _said("", list(listed.items), layer, layers, listed) if listed.kind == "sequence" else None
            known = found is not None and found.state == "explicit" and len(found.platforms) == len(listed.items)
            return found.platforms if found is not None and known else ()
    return ()


def _together(verdicts: list[_Verdict]) -> _Verdict:
    """One answer for several services: the first that lacks a platform speaks for all, then the first unsure one."""
    for state in ("missing", "unknown", "delegated"):
        for verdict in verdicts:
            if verdict.state == state:
                return verdict
    platforms = tuple(dict.fromkeys(name for verdict in verdicts for name in verdict.platforms))
    via = tuple(dict.fromkeys(step for verdict in verdicts for step in verdict.via))
    written = tuple(dict.fromkeys(span for verdict in verdicts for span in verdict.written))
    return _Verdict("explicit", platforms, via, written=written)


def _verdict(chain: list[Layer], site: Site, source: Source, layers: Layers) -> _Verdict:
    name = chain[0].name
    steps: list[Step] = []
    open_names: dict[str, None] = {}
    for find in (_service_platform, _default_platform, _build_platforms):
        verdict = find(chain, layers)
        if verdict is None:
            continue
        if verdict.state != "missing":
            written = verdict.written if verdict.via[0].path == source.path else ()
            return _Verdict(verdict.state, verdict.platforms, (*steps, *verdict.via), verdict.open, written)
        steps += verdict.via
        open_names |= dict.fromkeys(verdict.open)
    lost = next((layer.lost for layer in chain if layer.lost is not None), None)
    if lost is not None:
        return _Verdict("unknown", (), (*steps, lost))
    if not steps:
        line = line_of(source, site.key)
        steps.append(Step(f"service {name} has neither platform nor build.platforms", source.path, line))
    return _Verdict("missing", (), tuple(steps), tuple(open_names))


def _service_platform(chain: list[Layer], layers: Layers) -> _Verdict | None:
    for layer in chain:
        pair = layer.service.pair("platform")
        if pair is None or (is_null(pair[1]) and pair[1].tag != "!reset"):
            continue
        if pair[1].tag == "!reset":
            return None
        return _said(f"services.{layer.name}.platform", [pair[1]], layer, layers, pair[0])
    return None


def _default_platform(chain: list[Layer], layers: Layers) -> _Verdict | None:
    environment = layers.environment(chain[0].source)
    setting = environment.settings.get(DEFAULT_PLATFORM)
    if setting is None or not setting.value.strip():
        return None
    step = Step(f"{DEFAULT_PLATFORM}={setting.value}", environment.path, setting.line)
    return _Verdict("explicit", tuple(part.strip() for part in setting.value.split(",") if part.strip()), (step,))


def _build_platforms(chain: list[Layer], layers: Layers) -> _Verdict | None:
    """The list `build.platforms`, or that of `build.x-bake`, which only `docker buildx bake` reads."""
    empty = None
    for outer, label in ((None, "build.platforms"), ("x-bake", "build.x-bake.platforms")):
        for layer in chain:
            build = layer.service.get("build")
            holder = build.get(outer) if build is not None and outer else build
            pair = holder.pair("platforms") if holder is not None else None
            if pair is None or pair[1].tag == "!reset" or is_null(pair[1]):
                continue
            nodes = list(pair[1].items) if pair[1].kind == "sequence" else [pair[1]]
            verdict = _said(f"services.{layer.name}.{label}", nodes, layer, layers, pair[0])
            if verdict.state != "missing":
                return verdict
            empty = empty or verdict
    return empty


def _said(label: str, nodes: list[Node], layer: Layer, layers: Layers, key: Node) -> _Verdict:
    """What the values `nodes` of `key` come to after interpolation."""
    where = layer.source.path, line_of(layer.source, key)
    raw = ", ".join(node.value for node in nodes)
    if any(node.kind != "scalar" for node in nodes):
        return _Verdict("unknown", (), (Step(f"{label} is no text", *where),))
    environment = layers.environment(layer.source)
    texts = [environment.interpolate(node) for node in nodes]
    names = tuple(dict.fromkeys(name for text in texts for name in text.open))
    platforms = tuple(text.text.strip() for text in texts if text.text.strip())
    settings = _settings(texts, layer.source, layers)
    if not all(text.valid for text in texts):
        return _Verdict("unknown", (), (Step(f"{label}: {raw} cannot be interpolated", *where),))
    required = [name for text in texts for name in text.required]
    if required:
        return _Verdict("delegated", (), (Step(f"{label}: {raw} must be set by the caller", *where), *settings))
    if platforms:
        shown = ", ".join(platforms)
        step = Step(f"{label}: {raw}" if shown == raw else f"{label}: {raw} gives {shown}", *where)
        written = tuple(span for node in nodes if node.fragment is not None for span in items_in(node.fragment))
        return _Verdict("explicit", platforms, (step, *settings), written=written)
    said = f"{label}: {raw} is empty" if raw else f"{label} is empty"
    unset = f"; {', '.join(names)} is set nowhere" if names and not settings else ""
    return _Verdict("missing", (), (Step(said + unset, *where), *settings), names)


def _settings(texts: Iterable[Text], source: Source, layers: Layers) -> list[Step]:
    environment = layers.environment(source)
    names = dict.fromkeys(name for text in texts for name in text.used)
    settings = [(name, environment.settings[name]) for name in names]
    return [Step(f"{name}={setting.value}", environment.path, setting.line) for name, setting in settings]


def _literal(node: Node | None, layer: Layer, layers: Layers) -> str | None:
    """The text of a scalar, where no variable of it is left open."""
    if node is None or node.kind != "scalar":
        return None
    text = layers.environment(layer.source).interpolate(node)
    return text.text if text.valid and text.text and not text.open and not text.required else None


def _image(chain: list[Layer], layers: Layers) -> list[str]:
    for layer in chain:
        node = layer.service.get("image")
        if node is not None and not is_null(node):
            image = _literal(node, layer, layers)
            return [image] if image else []
    return []


def _inputs(chain: list[Layer], layers: Layers) -> Inputs:
    """What is built: `Dockerfile` in the context unless the build says otherwise."""
    folder: str | None = None
    name: str | None = None
    target: str | None = None
    arguments: dict[str, str | None] = {}
    for layer in chain:
        build = layer.service.get("build")
        if build is None:
            continue
        if build.get("dockerfile_inline") is not None:
            return Inputs()
        if name is None and build.get("dockerfile") is not None:
            name = _literal(build.get("dockerfile"), layer, layers) or ""
        if target is None and build.get("target") is not None:
            target = _literal(build.get("target"), layer, layers) or UNKNOWN
        arguments = {**dict(_arguments(build.get("args"), layer, layers)), **arguments}
        context = build.get("context") if build.kind == "mapping" else build
        if folder is None and context is not None:
            text = _literal(context, layer, layers)
            if text is None or "://" in text or text.startswith(("/", "~", "git@", "github.com/")):
                return Inputs(None, None, target)
            folder = posixpath.join(posixpath.dirname(layer.source.path), text)
    if folder is None:
        folder = posixpath.dirname(chain[0].source.path)
    if name == "":
        return Inputs(None, None, target)
    return Inputs(
        inside(posixpath.join(folder, name or "Dockerfile")), inside(folder), target, tuple(arguments.items())
    )


def _arguments(node: Node | None, layer: Layer, layers: Layers) -> Iterator[tuple[str, str | None]]:
    """The build arguments of a mapping or a list; None for one that the environment gives."""
    if node is None:
        return
    for key, value in node.all_pairs()[:_MAX_ARGUMENTS]:
        yield key.value, _literal(value, layer, layers)
    for item in node.items[:_MAX_ARGUMENTS]:
        text = _literal(item, layer, layers)
        if text is not None:
            yield from named_arguments([text])
