"""The images that a project builds: the builds grouped by what they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.record import ImageRow
from prelaunch.places.dockerfile import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.audit.record import BuildRow
    from prelaunch.project import Project

_MAX_BASES = 20


def image_rows(builds: Sequence[BuildRow], project: Project) -> tuple[ImageRow, ...]:
    """One row an image, by name; then one a Dockerfile whose builds name no image; then one a build without either."""
    groups: dict[tuple[str, str], list[BuildRow]] = {}
    for build in builds:
        for key in _keys(build):
            groups.setdefault(key, []).append(build)
    return tuple(_row(key[0], groups[key], project) for key in sorted(groups, key=lambda key: (not key[0], key)))


def _keys(build: BuildRow) -> list[tuple[str, str]]:
    from prelaunch.deploy import repository

    names = {repository(image) for image in build.images} - {"", "?"}
    if names:
        return [(name, "") for name in sorted(names)]
    return [("", build.dockerfile or f"{build.spot.path}:{build.spot.line}")]


def _row(name: str, builds: list[BuildRow], project: Project) -> ImageRow:
    dockerfiles = tuple(dict.fromkeys(build.dockerfile for build in builds if build.dockerfile))
    return ImageRow(
        name,
        tuple(build.spot for build in builds),
        tuple(sorted({build.state for build in builds})),
        tuple(sorted({platform for build in builds for platform in build.platforms})),
        dockerfiles,
        tuple(dict.fromkeys(base for build in builds for base in _bases(build, project)))[:_MAX_BASES],
        any(build.published for build in builds),
        bool(name) and project.deploys(name),
        _verdict(builds),
    )


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
