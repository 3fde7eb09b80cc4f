"""Maven's and Gradle's build files: the images of Jib and of Spring Boot.

Jib builds for the `platforms` of its `from`, and for linux/amd64 without, whichever machine builds
(GoogleContainerTools/jib jib-core `ContainerConfiguration.java`, jib-maven-plugin README, "platform object"). Spring
Boot's `build-image` builds for its `imagePlatform`; without one, what the builder image is decides, which no file says.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Step
from prelaunch.places.jvm_gradle import Gradle, gradle_builds
from prelaunch.places.jvm_maven import maven_builds
from prelaunch.places.jvm_said import Said, one_of
from prelaunch.readers import xml
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project

_BUILD_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")
_MAX_MODULES = 200


def builds(source: Source, project: Project) -> list[Build]:
    """The images of a build file, in its order; spans are offsets into its text. Never raises."""
    found = maven_builds(source, project) if source.path.endswith(".xml") else gradle_builds(source, project)
    return sorted(found, key=lambda build: build.span)


def of_command(tool: str, folder: str, project: Project) -> Said | None:
    """What the build files say for Maven or Gradle with a goal of `tool` in a folder; None where they know no image.

    The goal is run for the modules too; what these say must be the same.
    """
    key = ("jvm command", tool, posixpath.normpath(folder))
    if key not in project.memo:
        said = [
            Said() if build.state == "default" else Said(build.state, build.platforms, _place(build))
            for inner in ("", *_modules(folder, project))
            for name in _BUILD_FILES
            if (source := project.read(posixpath.normpath(posixpath.join(folder, inner, name)))) is not None
            for build in _asked_for(source, project)
            if build.tool == tool
        ]
        alike = {one._replace(via=()) for one in said}
        project.memo[key] = (said[0] if len(alike) == 1 else one_of(said, "its modules differ")) if said else None
    found: Said | None = project.memo[key]
    return found


def _asked_for(source: Source, project: Project) -> list[Build]:
    if source.path.endswith(".xml"):
        return list(maven_builds(source, project, commanded=True))
    return builds(source, project)


def _place(build: Build) -> tuple[Step, ...]:
    if build.state != "explicit":
        return build.via
    return (Step(f"`{build.tool}` is configured", build.source.path, build.source.position(build.span.start)[0]),)


def _modules(folder: str, project: Project) -> tuple[str, ...]:
    """The folders, relative to `folder`, of the modules that a goal or task there is run for too."""
    found: dict[str, None] = {}
    pom = project.read(posixpath.normpath(posixpath.join(folder, "pom.xml")))
    if pom is not None:
        found.update((one.text, None) for one in xml.read(pom.text).walk() if one.name == "module")
    for name in ("settings.gradle", "settings.gradle.kts"):
        settings = project.read(posixpath.normpath(posixpath.join(folder, name)))
        file = Gradle(settings) if settings is not None else None
        for number in range(len(file.tokens)) if file is not None else ():
            if file is not None and file.is_kind(number, "string"):
                found[file.word(number).strip(":").replace(":", "/")] = None
    inside = (one for one in found if one and ".." not in one and "$" not in one)
    return tuple(inside)[:_MAX_MODULES]
