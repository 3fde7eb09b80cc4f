"""What a Java build file says of the platform of an image, and what other files say that hold for it too.

Jib's property `jib.from.platforms` stands before its configuration: a property of the Maven project or session, or of
the Java machine that runs Gradle (GoogleContainerTools/jib `JibPluginConfiguration.java`, `BaseImageParameters.java`).
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Build, Span, State, Step
from prelaunch.places.invoked import platform_given
from prelaunch.places.verdicts import bare
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project

JIB, SPRING = "jib", "spring-boot-image"
PROPERTY = "jib.from.platforms"
_DEFAULT = "linux/amd64"
_FILES = {"gradle.properties": "systemProp.", ".mvn/maven.config": "-D", ".mvn/jvm.config": "-D"}
_MAX_FOLDERS = 20


class Said(NamedTuple):
    """Which platforms are said, and how that is known: none where they are not literal.

    `state` is "default" where nothing is said, "unknown" where that is not known, "delegated" where a command says.
    """

    state: State = "default"
    platforms: tuple[str, ...] = ()
    via: tuple[Step, ...] = ()


NOTHING = Said()


def unsure(text: str, path: str | None = None) -> Said:
    """What is said where a form is not understood, for a reason."""
    return Said("unknown", via=(Step(text, path),))


def listed(text: str) -> Said:
    """What the property says: `os/architecture` of each, with commas."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    return Said("explicit", names if all("/" in name and "$" not in name for name in names) else ())


def pairs(found: Iterable[tuple[str, str]]) -> Said:
    """What pairs of an architecture and a system say."""
    names = tuple(found)
    literal = all(architecture and "$" not in architecture + os for architecture, os in names)
    return Said("explicit", tuple(f"{os or 'linux'}/{architecture}" for architecture, os in names) if literal else ())


def one_of(found: Iterable[Said], text: str) -> Said:
    """What all of `found` say; unknown, for the reason `text`, where they differ."""
    unlike = tuple(dict.fromkeys(found))
    return unlike[0] if len(unlike) == 1 else unsure(text) if unlike else NOTHING


def folders_above(folder: str) -> Iterator[str]:
    """A folder relative to the root, and all above it, the root ("") last."""
    for _ in range(_MAX_FOLDERS):
        yield folder
        if not folder:
            return
        folder = posixpath.dirname(folder)


def of_property(path: str, project: Project) -> Said:
    """What files beside the build file at `path` and above it set the property to."""
    for folder in folders_above(posixpath.dirname(path)):
        for name, before in _FILES.items():
            source = project.read(posixpath.join(folder, name))
            if source is None or PROPERTY not in source.text:
                continue
            for line in source.text.splitlines():
                head, found, value = line.partition(PROPERTY)
                if found and not head.lstrip().startswith(("#", "!")):
                    exact = (head.split() or [""])[-1] == before
                    words = value.lstrip(" :=").split()
                    return listed(words[0]) if exact and words else unsure(f"`{PROPERTY}` is named", source.path)
    return NOTHING


def of_commands(project: Project) -> Said:
    """Whether a command of the repository sets the property."""
    step = platform_given(project, JIB, PROPERTY)
    return NOTHING if step is None else Said("delegated", via=(step,))


def build_of(source: Source, span: Span, tool: str, said: Said, image: str) -> Build:
    """A build for what is said, by default for what the tool builds for."""
    state, platforms, via = said
    if state == "default" and tool == SPRING:
        state, via = "unknown", (Step("the builder image decides"),)
    elif state == "default":
        platforms = (_DEFAULT,)
    whole = bool(platforms)
    build = Build(source, span, tool, "jvm", state, platforms, via, whole=whole)
    return build._replace(images=(bare(image),) if image and "$" not in image else ())
