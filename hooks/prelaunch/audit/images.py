"""The images that a project builds: the builds grouped by what they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.record import BaseRow, DeployRow, ImageRow
from prelaunch.audit.spots import clean, spot
from prelaunch.deploy import deployments_of, repository
from prelaunch.places.dockerfile import load
from prelaunch.platforms import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.audit.record import BuildRow
    from prelaunch.project import Project
    from prelaunch.readers.dockerfile import Stage

_MAX_BASES = 20


def image_rows(builds: Sequence[BuildRow], project: Project) -> tuple[ImageRow, ...]:
    """One row an image, by name; then one a Dockerfile whose builds name no image; then one a build without either."""
    groups: dict[tuple[str, str], list[BuildRow]] = {}
    for build in builds:
        for key in _keys(build):
            groups.setdefault(key, []).append(build)
    return tuple(_row(key[0], groups[key], project) for key in sorted(groups, key=lambda key: (not key[0], key)))


def _keys(build: BuildRow) -> list[tuple[str, str]]:
    names = {repository(image) for image in build.images} - {"", "?"}
    if names:
        return [(name, "") for name in sorted(names)]
    return [("", build.dockerfile or f"{build.spot.path}:{build.spot.line}")]


def _row(name: str, builds: list[BuildRow], project: Project) -> ImageRow:
    dockerfiles = tuple(dict.fromkeys(build.dockerfile for build in builds if build.dockerfile))
    deployments = tuple(_deployments(name, builds, project)) if name else ()
    return ImageRow(
        name,
        tuple(build.spot for build in builds),
        tuple(sorted({build.state for build in builds})),
        tuple(sorted({platform for build in builds for platform in build.platforms})),
        dockerfiles,
        tuple(dict.fromkeys(base for build in builds for base in _bases(build, project)))[:_MAX_BASES],
        any(build.published for build in builds),
        bool(name) and project.deploys(name),
        deployments,
        "deployed where it cannot run" if any(each.fits is False for each in deployments) else _verdict(builds),
    )


def _deployments(name: str, builds: list[BuildRow], project: Project) -> Iterator[DeployRow]:
    """The places that deploy the image on machines of a known architecture."""
    known = all(build.state in {"explicit", "default"} for build in builds)
    built = {_architecture(platform) for build in builds for platform in build.platforms}
    for each in deployments_of(project, name):
        requires = " or ".join(each.allowed) or f"not {', '.join(each.refused)}"
        fits = any(each.takes(architecture) for architecture in built) if known and "" not in built else None
        yield DeployRow(spot(each.source, each.span), each.system, requires, fits)


def base_rows(builds: Sequence[BuildRow], project: Project) -> tuple[BaseRow, ...]:
    """The images that the builds' Dockerfiles start from, by name, each with the platforms that it is needed for.

    A stage of `FROM --platform=$BUILDPLATFORM` needs the platform of whatever machine builds: none that is known.
    """
    found: dict[str, BaseRow] = {}
    for build in builds:
        dockerfile = load(project, build.dockerfile) if build.dockerfile else None
        for stage in dockerfile.stages if dockerfile else ():
            name = stage.base_resolved
            if stage.parent is not None or not name or name == "scratch":
                continue
            source = project.read(build.dockerfile)
            assert source is not None
            needed = [platform for platform in _needed(stage, build) if _architecture(platform)]
            before = found.get(name) or BaseRow(clean(name), spot(source, stage.span), ())
            found[name] = before._replace(needed=tuple(sorted({*before.needed, *needed})))
    return tuple(found[name] for name in sorted(found))


def _needed(stage: Stage, build: BuildRow) -> tuple[str, ...]:
    if not stage.platform or "TARGETPLATFORM" in stage.platform:
        return build.platforms
    return (stage.platform_resolved,) if stage.platform_resolved else ()


def _architecture(platform: str) -> str:
    """The architecture of a platform as written; "" where it is not known."""
    try:
        return parse(platform).architecture
    except ValueError:
        return ""


def _bases(build: BuildRow, project: Project) -> Iterator[str]:
    """The images that the stages of a build's Dockerfile start from, as far as the file says."""
    dockerfile = load(project, build.dockerfile) if build.dockerfile else None
    for stage in dockerfile.stages if dockerfile else ():
        if stage.parent is None and stage.base_resolved and stage.base_resolved != "scratch":
            yield stage.base_resolved


def _verdict(builds: Sequence[BuildRow]) -> str:
    """What the builds of one image come to."""
    states = {build.state for build in builds}
    named = {build.platforms for build in builds if build.state == "explicit"}
    if "missing" in states:
        return "the machine that builds decides" if len(states) == 1 else "some builds name no platform"
    if len(named) > 1:
        return "its builds differ in platform"
    if "unknown" in states:
        return "not known for every build"
    return "known"
