"""Where the images run, as far as the repository says it: the deploy files first, then the builds that name a platform.

A clue is taken for the answer only where all of its kind agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.deploy import deployments
from prelaunch.kinds import BUILD
from prelaunch.listing import walk
from prelaunch.platforms import KNOWN_ARCHITECTURES, KNOWN_OS, parse
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prelaunch.discover import File
    from prelaunch.model import Source
    from prelaunch.project import Project

ARCHITECTURE_LABEL = "kubernetes.io/arch"


class Clue(NamedTuple):
    """One place that says where images run: its platforms, spelled as they are normalised, and where it stands."""

    platforms: tuple[str, ...]
    path: str
    line: int


class Answer(NamedTuple):
    """The platforms (none where they are not known) and, line by line, how that is known or why it is not."""

    platforms: tuple[str, ...]
    reasons: tuple[str, ...]


def find(project: Project, root: str, files: Sequence[File]) -> Answer:
    """What the repository at `root` says. `files` are the candidates of its builds."""
    reasons: list[str] = []
    kinds = (
        ("the deploy files run on", deploy_clues(project, root)),
        ("the builds name", build_clues(project, files)),
    )
    for said, found in kinds:
        clues = list(found)
        by_platforms: dict[tuple[str, ...], list[Clue]] = {}
        for clue in clues:
            by_platforms.setdefault(clue.platforms, []).append(clue)
        for platforms, of_one in by_platforms.items():
            reasons.append(f"{said} {', '.join(platforms)}: {_places(of_one)}")
        if len(by_platforms) == 1:
            return Answer(clues[0].platforms, tuple(reasons))
        if by_platforms:
            reasons.append("these do not agree")
            break
    return Answer((), tuple(reasons or ["no deploy file requires an architecture, no build names a platform"]))


def _places(clues: Sequence[Clue]) -> str:
    shown = ", ".join(f"{clue.path}:{clue.line}" for clue in clues[:3])
    return shown + (f" and {len(clues) - 3} more" if len(clues) > 3 else "")


def build_clues(project: Project, files: Iterable[File]) -> Iterator[Clue]:
    """The builds that name platforms: the published ones where there are any, else all."""
    builds = [build for file in files for build in read_facts(project, file, {BUILD}).builds if build.image]
    named = [build for build in builds if build.state == "explicit" and build.platforms]
    published = [build for build in named if build.published or any(map(project.deploys, build.images))]
    for build in published or named:
        platforms = _known(build.platforms)
        if platforms:
            yield Clue(platforms, build.source.path, build.source.position(build.span.start)[0])


def _known(names: Iterable[str]) -> tuple[str, ...]:
    """`names` normalised; none where one of them is not literal, or no platform."""
    found = []
    for name in names:
        try:
            platform = parse(name)
        except ValueError:
            return ()
        if platform.os not in KNOWN_OS or platform.architecture not in KNOWN_ARCHITECTURES:
            return ()
        found.append(str(platform))
    return tuple(dict.fromkeys(found))


def deploy_clues(project: Project, root: str) -> Iterator[Clue]:
    """What the deploy files require; in templates, which nothing can parse, the node selectors line by line."""
    read = set()
    for deployment in deployments(project):
        read.add(deployment.source.path)
        if deployment.allowed:
            platforms = tuple(f"linux/{name}" for name in deployment.allowed)
            line = deployment.source.position(deployment.place.start)[0]
            yield Clue(platforms, deployment.source.path, line)
    for path in walk(root, "."):
        source = project.read(path) if path.endswith((".yaml", ".yml")) and path not in read else None
        if source is not None and ARCHITECTURE_LABEL in source.text:
            yield from _selectors(source)


def _selectors(source: Source) -> Iterator[Clue]:
    """The lines `kubernetes.io/arch: amd64` of a file."""
    for number, line in enumerate(source.text.split("\n"), 1):
        key, colon, value = line.strip().partition(":")
        name = value.partition(" #")[0].strip().strip("\"'")
        if key.strip("\"'") == ARCHITECTURE_LABEL and colon and name in KNOWN_ARCHITECTURES:
            yield Clue((f"linux/{name}",), source.path, number)
