"""GoReleaser: one build for each entry of `dockers`, `dockers_v2` and `kos`.

`dockers` hands no platform to `docker build` unless `build_flag_templates` holds one: `goarch` only picks the binary
(goreleaser internal/pipe/docker/api_docker.go). `dockers_v2` builds for linux/amd64 and linux/arm64, `kos` for
linux/amd64 by default (internal/pipe/docker/v2/docker.go, internal/pipe/ko/ko.go).
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Build, Step, Value
from prelaunch.places.commands import understand
from prelaunch.places.files import Inputs, inputs_in, named_arguments, with_inputs
from prelaunch.places.gotemplate import template_spots
from prelaunch.places.substitution import put
from prelaunch.places.verdicts import Verdict, bare, judge
from prelaunch.readers.yaml import read
from prelaunch.resolve import MARKERS, Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.model import Fragment, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ENTRIES = 1_000
_COMMANDS = {"docker": "docker build", "buildx": "docker buildx build", "podman": "podman build"}
_DEFAULTS = {"dockers_v2": ("linux/amd64", "linux/arm64"), "kos": ("linux/amd64",)}
_TOOLS = {"dockers_v2": "goreleaser-dockers-v2", "kos": "goreleaser-kos"}
_DOCKERFILES = {"dockers_v2": "Dockerfile", "dockers": "Dockerfile"}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a GoReleaser configuration, in its order; spans are offsets into its text.

    No slot is offered: which platform fits is decided by the entry's binary. Raises `UnreadableError` where the file
    is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        for key in ("dockers", "dockers_v2", "kos"):
            entries = document.get(key)
            for entry in entries.items[:_MAX_ENTRIES] if entries is not None else ():
                if entry.kind == "mapping" and not _says(entry, "disable", "skip", "skip_build"):
                    found += [_build(key, entry, document, source, project)]
    return sorted(found, key=lambda build: build.span)


def _says(entry: Node, *names: str) -> bool:
    return any((node := entry.get(name)) is not None and node.value.lower() == "true" for name in names)


def _build(key: str, entry: Node, document: Node, source: Source, project: Project) -> Build:
    fill = _filler(entry)
    verdict = _flags(entry, document, fill, source, project) if key == "dockers" else _listed(entry, key, fill)
    names = {"dockers": ("image_templates",), "dockers_v2": ("images",), "kos": ("repositories", "repository")}[key]
    images = [bare(text) for name in names for text in _texts(entry.get(name), fill) if text.strip(MARKERS)]
    build = Build(
        source=source,
        span=entry.span,
        tool=_TOOLS.get(key, "goreleaser-dockers-v1"),
        form="goreleaser",
        state=verdict.state,
        platforms=verdict.platforms,
        via=verdict.steps,
        whole=verdict.whole,
        published=not _says(entry, "skip_push"),
        images=tuple(dict.fromkeys(images)),
    )
    return with_inputs(build, _inputs(key, entry, fill, project))


def _filler(entry: Node) -> Callable[[Fragment], Fragment]:
    """Templates put in place: `.Os` and `.Arch` are the entry's own, everything else is known at the release only."""
    known = {}
    for name, key, default in (("Os", "goos", "linux"), ("Arch", "goarch", "amd64")):
        node = entry.get(key)
        known[name] = Value((node.value if node is not None and node.value else default,))

    def lookup(name: str) -> Value:
        return known.get(name, Value((UNKNOWN,)))

    return lambda fragment: put(fragment, template_spots(fragment.text, lookup)) if "{{" in fragment.text else fragment


def _texts(node: Node | None, fill: Callable[[Fragment], Fragment]) -> Iterator[str]:
    items = () if node is None else node.items[:_MAX_ENTRIES] if node.kind == "sequence" else (node,)
    for item in items:
        if item.fragment is not None:
            yield fill(item.fragment).text


def _listed(entry: Node, key: str, fill: Callable[[Fragment], Fragment]) -> Verdict:
    items = [text for text in _texts(entry.get("platforms"), fill) if text]
    if items:
        known = tuple(text for text in items if not any(marker in text for marker in MARKERS))
        return Verdict("explicit", known, whole=len(known) == len(items))
    default = _DEFAULTS[key]
    return Verdict("default", default, (Step(f"`{key}` builds for {' and '.join(default)} by default"),), whole=True)


def _flags(
    entry: Node, document: Node, fill: Callable[[Fragment], Fragment], source: Source, project: Project
) -> Verdict:
    """The verdict on the command that GoReleaser runs: `docker build` with the flags of `build_flag_templates`."""
    use = entry.get("use")
    command = _COMMANDS.get(use.value if use is not None else "", "docker build")
    fields = [Field(word) for word in command.split()]
    flags = entry.get("build_flag_templates")
    for number, text in enumerate(_texts(flags, fill)):
        fields.append(Field(text, number, loose=bool(text) and not text.strip(MARKERS)))
    invocation = understand([*fields, Field(".")], project.settings.wrappers)
    if invocation is None:
        return Verdict("unknown")
    variable = _variable(document, source)
    verdict = judge(invocation, variable)
    if verdict.state == "missing":
        note = Step("`goarch` picks the binary, not the platform of the image")
        return verdict._replace(steps=(*verdict.steps, note))
    return verdict


def _variable(document: Node, source: Source) -> Field | None:
    """`DOCKER_DEFAULT_PLATFORM` of the top-level `env`, which every command sees."""
    for item in (node.items if (node := document.get("env")) is not None else ())[:_MAX_ENTRIES]:
        name, equals, value = item.value.partition("=")
        if equals and name == "DOCKER_DEFAULT_PLATFORM":
            line = source.position(item.span.start)[0]
            return Field(value if "{{" not in value else UNKNOWN, steps=(Step("`env`", source.path, line),))
    return None


def _inputs(key: str, entry: Node, fill: Callable[[Fragment], Fragment], project: Project) -> Inputs:
    """The Dockerfile and its arguments; its context is a folder that the release puts together, of new files."""
    if key not in _DOCKERFILES:
        return Inputs()
    node = entry.get("dockerfile")
    name = node.value if node is not None and node.value else _DOCKERFILES[key]
    arguments = named_arguments(_arguments(key, entry, fill))
    return inputs_in([""], None, "" if "{{" in name else name, project, arguments=arguments, beside=True)


def _arguments(key: str, entry: Node, fill: Callable[[Fragment], Fragment]) -> Iterator[str]:
    """The build arguments as `NAME=value`: `build_args` of `dockers_v2`, the flags of `dockers`."""
    if key == "dockers_v2":
        node = entry.get("build_args")
        for name, value in node.pairs[:_MAX_ENTRIES] if node is not None else ():
            yield f"{name.value}={fill(value.fragment).text if value.fragment is not None else UNKNOWN}"
        return
    before = ""
    for text in _texts(entry.get("build_flag_templates"), fill):
        if text.startswith("--build-arg="):
            yield text.removeprefix("--build-arg=")
        elif before == "--build-arg":
            yield text
        before = text
