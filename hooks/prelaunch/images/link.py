"""From a Dockerfile to the builds that use it, and so to the images that are made of it.

The repository's build files are read once, when somebody asks; how many, is bounded.
"""

from __future__ import annotations

from prelaunch.image import Image, Platforms
from prelaunch.images.stages import leaves
from prelaunch.model import HANDED, UNKNOWN, UNSET
from prelaunch.places.dockerfile import load
from prelaunch.platforms import parse
from prelaunch.readers.dockerfile import with_arguments
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.discover import File
    from prelaunch.image import Dockerfile, Stage
    from prelaunch.model import Build, Platform, Source
    from prelaunch.project import Project

MAX_FILES = 2_000
"""How many build files are read for the link; what lies behind them leaves the platforms unknown."""

_OF_DOCKERFILES = frozenset(
    {
        "docker-build",
        "docker-buildx-build",
        "docker/build-push-action",
        "podman-build",
        "buildah-build",
        "nerdctl-build",
    }
)
_OPEN_ENDED = "?"
"""Stands for the Dockerfile of the builds that do not say which one they use."""

_OPEN = (UNKNOWN, HANDED, UNSET)
_PROGRAMS = frozenset({"python", "notebook", "javascript"})  # far too many to read, for the few that build an image


def possible_images(project: Project, source: Source) -> tuple[Image, ...]:
    """The images that the file alone suggests: of the last stage, and of every stage that no other one needs."""
    dockerfile = load(project, source.path)
    if dockerfile is None:
        return ()
    return tuple(Image(source, dockerfile, stage) for stage in leaves(dockerfile))


def built_images(project: Project, source: Source) -> tuple[Image, ...]:
    """The images that the repository's builds make of a Dockerfile; of its last stage, where no build is found.

    A stage that is only built for something else than an image (`--output type=local`, a check) makes none. Where some
    build of the repository does not say which Dockerfile or target it builds, the other stages that no stage needs and
    that say what to start are counted too.
    """
    dockerfile = load(project, source.path)
    if dockerfile is None or not dockerfile.stages:
        return ()
    others: set[int] = set()
    open_ends = bool(builds_of(project, _OPEN_ENDED))
    groups: dict[tuple[int, tuple[tuple[str, str | None], ...], str | None], list[Build]] = {}
    for build in builds_of(project, source.path):
        target = build.target
        if target and any(mark in target for mark in _OPEN):
            if len(dockerfile.stages) > 1:
                open_ends = True
                continue
            target = None
        stage = dockerfile.target(target)
        if stage is not None and not build.image:
            others.add(stage.number)
        elif stage is not None:
            groups.setdefault((stage.number, build.arguments, build.context), []).append(build)
    taken = others | {number for number, _, _ in groups}
    more = tuple(
        Image(source, dockerfile, stage, builds=())
        for stage in (leaves(dockerfile) if open_ends else ())
        if stage.number not in taken and _starts_something(stage)
    )
    last = dockerfile.stages[-1]
    if not groups and last.number not in others and all(image.target is not last for image in more):
        more = (*more, Image(source, dockerfile, last, builds=()))
    return (
        tuple(
            _image(source, dockerfile, number, dict(arguments), context, tuple(builds))
            for (number, arguments, context), builds in groups.items()
        )
        + more
    )


def _starts_something(stage: Stage) -> bool:
    return any(one.keyword in {"CMD", "ENTRYPOINT"} and not one.onbuild for one in stage.instructions)


def _image(
    source: Source,
    dockerfile: Dockerfile,
    number: int,
    arguments: dict[str, str | None],
    context: str | None,
    builds: tuple[Build, ...],
) -> Image:
    if arguments:
        dockerfile = with_arguments(dockerfile, arguments)
    return Image(source, dockerfile, dockerfile.stages[number], arguments, builds, context)


def builds_of(project: Project, dockerfile: str) -> tuple[Build, ...]:
    """See `Project.builds_of`."""
    return _by_dockerfile(project).get(dockerfile, ())


def _by_dockerfile(project: Project) -> dict[str, tuple[Build, ...]]:
    key = ("repository's builds",)
    if key not in project.memo:
        found: dict[str, list[Build]] = {}
        for place in all_builds(project):
            for build in place.variants or (place,):
                if build.dockerfile is not None:
                    found.setdefault(build.dockerfile, []).append(build)
                elif build.tool in _OF_DOCKERFILES and build.image:
                    found.setdefault(_OPEN_ENDED, []).append(build)
        project.memo[key] = {path: tuple(builds) for path, builds in found.items()}
    answer: dict[str, tuple[Build, ...]] = project.memo[key]
    return answer


def whole(project: Project) -> bool:
    """Whether every build file of the repository was read."""
    _by_dockerfile(project)
    return not project.memo.get(("repository's builds", "cut"), False)


def all_builds(project: Project) -> tuple[Build, ...]:
    """Every build of the repository, those of programs left out."""
    key = ("images", "all")
    if key not in project.memo:
        project.memo[key] = tuple(_builds(project))
    builds: tuple[Build, ...] = project.memo[key]
    return builds


def _builds(project: Project) -> Iterator[Build]:
    from prelaunch.kinds import BUILD
    from prelaunch.reading import read_facts

    for number, file in enumerate(_build_files(project)):
        if number >= MAX_FILES:
            project.memo["repository's builds", "cut"] = True
            return
        yield from read_facts(project, file, {BUILD}).builds


def _build_files(project: Project) -> Iterator[File]:
    from prelaunch.kinds import BUILD

    for file in project.candidates(without=_PROGRAMS):
        if BUILD in file.facts:
            yield file


def platforms_of(project: Project, image: Image) -> Platforms:
    """See `Project.platforms_of`."""
    builds = image.builds
    if builds is None:
        builds = tuple(
            build
            for built in built_images(project, image.source)
            if built.target.number == image.target.number
            for build in built.builds or ()
        )
    names: dict[Platform, None] = {}
    certain = whole(project)
    for build in builds:
        known, given = _platforms(build)
        certain = certain and known
        names.update(dict.fromkeys(given))
    if (not builds or not certain) and project.settings.platforms:
        names.update(dict.fromkeys(parse(text) for text in project.settings.platforms))
        return Platforms("known", tuple(names), builds, configured=True)
    if not builds:
        return Platforms("absent" if certain else "unknown")
    return Platforms("known" if certain else "unknown", tuple(names), builds)


def _platforms(build: Build) -> tuple[bool, tuple[Platform, ...]]:
    """The platforms of one build, and whether these are all."""
    found = []
    certain = build.state in {"explicit", "default"} and bool(build.platforms) and build.whole
    for text in build.platforms:
        platform = _parsed(text)
        if platform is None:
            certain = False
        else:
            found.append(platform)
    return certain, tuple(found)


def _parsed(text: str) -> Platform | None:
    try:
        return parse(text)
    except ValueError:
        return None
