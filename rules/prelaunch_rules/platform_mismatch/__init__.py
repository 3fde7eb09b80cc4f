"""platform-mismatch: an image is built for one architecture and deployed to machines of another."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Fix, Rule
from prelaunch.platforms import parse
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.platform_names import replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty, Deployment
    from prelaunch.project import Project

_ARCHITECTURES = frozenset(
    "amd64 x86 x64 64 arm64 aarch64 arm arm64v8 arm32v7 arm32v6 armv7 armv6 armhf i386 386 s390x ppc64le".split()
)
_MAX_FINDINGS = 5


def check(build: Build, project: Project) -> Iterator[Finding]:
    """Judge one build against the deploy files and the configured platforms; see README.md."""
    built = _architectures(build)
    for deployment in build.runs if built else ():
        if not any(deployment.takes(name) for name in built):
            yield _finding(build, "", deployment, built)
    if not built or not build.images or any(_names_architecture(image) for image in build.images):
        return
    found = 0
    for image in build.images:
        for deployment in project.deployments(image):
            if found < _MAX_FINDINGS and not any(deployment.takes(name) for name in built):
                if _built_elsewhere(build, deployment, project):
                    continue
                found += 1
                yield _finding(build, image, deployment, built)
    if not found:
        yield from _configured(build, built, project)


def _architectures(build: Build) -> tuple[str, ...]:
    """The architectures that the build is for, all of them; none where one is not known, or none is an image's."""
    if build.state not in {"explicit", "default"} or not build.whole or not build.image:
        return ()
    try:
        platforms = [parse(text if "/" in text else f"linux/{text}") for text in build.platforms]
    except ValueError:
        return ()
    return tuple(dict.fromkeys(platform.architecture for platform in platforms))


def _names_architecture(image: str) -> bool:
    """Whether a name or a tag says its architecture, as the parts of an index that is put together later do."""
    spaced = "".join(char if char.isalnum() else " " for char in image.lower())
    return not _ARCHITECTURES.isdisjoint(spaced.split())


def _built_elsewhere(build: Build, deployment: Deployment, project: Project) -> bool:
    """Whether another build of the repository makes, or may make, the same image for a machine that takes it."""
    others = _other_architectures(build, deployment.image, project)
    return any(not names or any(map(deployment.takes, names)) for names in others)


def _other_architectures(build: Build, image: str, project: Project) -> Iterator[tuple[str, ...]]:
    """What the other builds of an image build for; none for one of which it is not known."""
    for other in project.builds_of_image(image):
        if (other.source.path, other.span) != (build.source.path, build.span):
            yield _architectures(other)


def _finding(build: Build, image: str, deployment: Deployment, built: tuple[str, ...]) -> Finding:
    source = deployment.source
    line = source.position(deployment.place.start)[0]
    wanted = " or ".join(deployment.allowed) or f"anything but {' or '.join(deployment.refused)}"
    cure = f"build for `linux/{deployment.allowed[0]}` too" if deployment.allowed else "build for another platform too"
    name = f"`{image}`" if image else "this image"
    message = (
        f"{name} is built for {', '.join(build.platforms)}{_origin(build)}, but {source.path}:{line} runs it on"
        f" {wanted} ({deployment.said}), where it dies with `exec format error`; {cure}, or deploy it to"
        f" {' or '.join(built)}"
    )
    fix = _fix(build, deployment.allowed[:1])
    return Finding("platform-mismatch", _certainty(build, image, deployment), build.source, build.span, message, fix)


def _origin(build: Build) -> str:
    """Where the platform is said, if not here."""
    for step in build.via:
        if step.path is not None and not build.written:
            return f" ({step.path}:{step.line})"
    return ""


def _certainty(build: Build, image: str, deployment: Deployment) -> Certainty:
    said_here = len(build.written) >= len(build.platforms)
    if deployment.image == image and said_here and not deployment.default and deployment.system != "compose":
        return "certain"
    return "likely" if build.published or deployment.image == image else "hint"


def _fix(build: Build, wanted: tuple[str, ...]) -> Fix | None:
    if len(build.platforms) != 1 or len(wanted) != 1:
        return None
    return replacement(build, build.platforms[0], f"linux/{wanted[0]}", safe=False)


def _configured(build: Build, built: tuple[str, ...], project: Project) -> Iterator[Finding]:
    """A pushed image against `platforms` of the configuration."""
    platforms = project.settings.platforms
    if not platforms or not build.published:
        return
    wanted = {parse(text).architecture for text in platforms}
    if wanted.intersection(built):
        return
    for image in build.images:
        for names in _other_architectures(build, image, project):
            if not names or wanted.intersection(names):
                return
    configured = ", ".join(platforms)
    message = (
        f"`{build.images[0]}` is built for {', '.join(build.platforms)}{_origin(build)} and pushed, but the project is"
        f" configured for {configured} (`platforms`), where it dies with `exec format error`; build for {configured}"
    )
    single = len(build.platforms) == 1 and len(platforms) == 1
    fix = replacement(build, build.platforms[0], platforms[0], safe=False) if single else None
    yield Finding("platform-mismatch", "likely", build.source, build.span, message, fix)


RULE = Rule(
    "platform-mismatch",
    Build,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec format error",
        "cannot execute binary file",
        "no match for platform in manifest",
        "no matching manifest for",
    ),
)
