"""Skaffold: one build for each artifact of `build.artifacts`, of the file and of its profiles.

`platforms` of the artifact wins over that of `build` (skaffold.yaml reference; pkg/skaffold/platform/resolver.go). The
docker builder builds for its daemon otherwise; ko and Jib have a platform of their own.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Build, Platform, Retag, Slot, Span, Step
from prelaunch.places.commands import understand
from prelaunch.places.files import Inputs, inputs_in, with_inputs
from prelaunch.places.script import Setting, read_script
from prelaunch.places.verdicts import judge
from prelaunch.readers.yaml import key_slot, read
from prelaunch.resolve import Field
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source, State
    from prelaunch.places.jvm_said import Said
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_ARTIFACTS = 1_000

_BUILDERS: dict[str, tuple[str, str]] = {
    # the builder's key: the tool, and the platform that it builds for by default where that is not the host's
    "ko": ("ko", "linux/amd64"),
    "jib": ("jib", "linux/amd64"),
    "bazel": ("bazel-rules-oci", ""),
    "buildpacks": ("pack", ""),
    "buildpack": ("pack", ""),
    "kaniko": ("kaniko", ""),
    "docker": ("skaffold", ""),
}


class _Frame(NamedTuple):
    """What holds for the artifacts of one `build` mapping."""

    source: Source
    project: Project
    builds: tuple[Node, ...]
    settable: bool

    def get(self, key: str) -> Node | None:
        """A key of the `build` mapping, the file's own standing behind a profile's."""
        return next((node for build in self.builds if (node := build.get(key)) is not None), None)


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a Skaffold configuration, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        version = document.get("apiVersion")
        if version is None or not version.value.startswith("skaffold/"):
            continue
        # `platforms` came with Skaffold 2, whose schemas start at v3; an older one refuses unknown keys.
        settable = version.value.partition("/")[2][:2] in {"v3", "v4"} and "alpha" not in version.value
        base = document.get("build")
        own = (base,) if base is not None and base.kind == "mapping" else ()
        frames = [_Frame(source, project, own, settable)] if own else []
        profiles = document.get("profiles")
        for profile in profiles.items[:_MAX_ARTIFACTS] if profiles is not None else ():
            build = profile.get("build") if profile.kind == "mapping" else None
            if build is not None and build.kind == "mapping":
                frames.append(_Frame(source, project, (build, *own), settable))
        for frame in frames:
            artifacts = frame.builds[0].get("artifacts")
            for artifact in artifacts.items[:_MAX_ARTIFACTS] if artifacts is not None else ():
                if artifact.kind == "mapping":
                    found += _artifact(artifact, frame)
    unique = {build.span: build for build in reversed(found)}
    return sorted(unique.values(), key=lambda build: build.span)


def _artifact(artifact: Node, frame: _Frame) -> Iterator[Build]:
    image = artifact.pair("image") or artifact.pair("imageName")
    if image is None:
        return
    builder = next((key for key in (*_BUILDERS, "custom") if artifact.own(key)), "docker")
    tool, fixed = _BUILDERS.get(builder, ("skaffold", ""))
    state, platforms, via = _verdict(artifact, frame, builder, fixed)
    slot: Slot | None = None
    if state == "missing" and frame.settable and artifact.get("platforms") is None:
        slot = key_slot(frame.source, artifact, "platforms", after=image[0], form="list") or key_slot(
            frame.source, artifact, "platforms", form="list"
        )
    start = image[0].span.start
    build = Build(
        source=frame.source,
        span=Span(start, max(start, artifact.span.stop if artifact.span.stop > start else image[0].span.stop)),
        tool=tool,
        form="skaffold",
        state=state,
        platforms=platforms,
        via=via,
        slot=slot,
        host=Platform("linux", "amd64") if _where(frame)[0] == "googleCloudBuild" else None,
        published=_pushes(frame),
        images=(image[1].value,) if image[1].value and "{{" not in image[1].value else (),
        whole=state in {"explicit", "default"} and bool(platforms) and not any("{{" in name for name in platforms),
    )
    build = with_inputs(build, _inputs(artifact, builder, frame))
    if builder == "custom":
        yield from _custom(artifact, build, frame)
    else:
        yield build


def _verdict(
    artifact: Node, frame: _Frame, builder: str, fixed: str
) -> tuple[State, tuple[str, ...], tuple[Step, ...]]:
    for owner, label in ((artifact, "platforms"), (None, "build.platforms")):
        node = artifact.get("platforms") if owner is not None else frame.get("platforms")
        items = node.items[:_MAX_ARTIFACTS] if node is not None else ()
        names = tuple(item.value for item in items if item.kind == "scalar" and item.value)
        if names and node is not None:
            line = frame.source.position(node.span.start)[0]
            return "explicit", names, (Step(f"`{label}`", frame.source.path, line),)
    options = artifact.get(builder)
    flags = options.get("cliFlags") if options is not None and options.kind == "mapping" else None
    if builder == "docker" and flags is not None:
        words = ("docker", "build", *(item.value for item in flags.items[:_MAX_ARTIFACTS]), ".")
        invocation = understand([Field(word) for word in words], {})
        verdict = judge(invocation, None) if invocation is not None else None
        if verdict is not None and verdict.state == "explicit":
            return "explicit", verdict.platforms, (Step("`cliFlags` name the platform"),)
    if builder == "jib" and (said := _of_jib(artifact, frame)) is not None and said.state != "default":
        return said
    if fixed:
        return "default", (fixed,), (Step(f"`{builder}` builds for {fixed} by default"),)
    return "missing", (), ()


def _of_jib(artifact: Node, frame: _Frame) -> Said | None:
    """What `args`, or else the build files of the artifact, tell Jib."""
    from prelaunch.places.jvm import of_command
    from prelaunch.places.jvm_said import PROPERTY, listed

    options = artifact.get("jib")
    given = options.get("args") if options is not None and options.kind == "mapping" else None
    for item in given.items[:_MAX_ARTIFACTS] if given is not None else ():
        if item.value.startswith(f"-D{PROPERTY}="):
            return listed(item.value.partition("=")[2])
    return of_command(
        "jib", posixpath.join(posixpath.dirname(frame.source.path), _context(artifact) or "."), frame.project
    )


def _where(frame: _Frame) -> tuple[str, Node | None]:
    """Where the images are built (`local`, `cluster`, `googleCloudBuild`): a profile's choice replaces the file's."""
    for build in frame.builds:
        for key in ("googleCloudBuild", "cluster", "local"):
            if (pair := build.pair(key)) is not None:
                return key, pair[1]
    return "local", None


def _pushes(frame: _Frame) -> bool:
    """Skaffold pushes unless the build is local and says that it does not."""
    where, local = _where(frame)
    if where != "local":
        return True
    push = local.get("push") if local is not None and local.kind == "mapping" else None
    return push is None or push.value.lower() != "false"


def _custom(artifact: Node, build: Build, frame: _Frame) -> Iterator[Build]:
    """A build by a command of its own: what that runs, else it decides."""
    custom = artifact.get("custom")
    command = custom.get("buildCommand") if custom is not None and custom.kind == "mapping" else None
    if command is not None and command.fragment is not None and build.state != "explicit":
        setting = Setting("skaffold", directory=_context(artifact) or ".")
        facts = read_script(command.fragment, setting, frame.project)
        own = [one for one in facts.builds if not isinstance(one, Retag)]
        if own:
            yield from (one._replace(published=build.published) for one in own)
            return
    if build.state == "missing":
        build = build._replace(state="delegated", slot=None, via=(Step("`buildCommand` decides"),))
    yield build


def _context(artifact: Node) -> str | None:
    node = artifact.get("context") or artifact.get("workspace")
    text = node.value if node is not None and node.value else "."
    path = posixpath.normpath(text)
    return None if path.startswith(("/", "..")) or "{{" in text else path


def _target(artifact: Node, builder: str) -> str | None:
    """The stage that is built, where one is named."""
    options = artifact.get(builder)
    node = options.get("target") if options is not None and options.kind == "mapping" else None
    return node.value or None if node is not None else None


def _inputs(artifact: Node, builder: str, frame: _Frame) -> Inputs:
    """What is built: the context is relative to the configuration's folder, the Dockerfile to the context."""
    target = _target(artifact, builder)
    if builder not in {"docker", "kaniko"}:
        return Inputs(None, None, target)
    options = artifact.get(builder)
    node = options.get("dockerfile") or options.get("dockerfilePath") if options is not None else None
    given = options.get("buildArgs") if options is not None else None
    arguments = tuple(
        (key.value, value.value if value.kind == "scalar" and value.value and "{{" not in value.value else None)
        for key, value in (given.all_pairs() if given is not None else ())[:_MAX_ARTIFACTS]
    )
    folder = posixpath.dirname(frame.source.path)
    name = node.value if node is not None else ""
    return inputs_in([folder], _context(artifact), name, frame.project, target=target, arguments=arguments)
