"""Dockerfiles: what their `RUN`s build, the Python that they hold, the platform that their target is pinned to."""

from __future__ import annotations

from prelaunch.places.dockerfile_python import python_fragments
from prelaunch.places.dockerfile_text import SHELLS, program, script
from prelaunch.places.publishing import NO_PUSHES, published
from prelaunch.readers.dockerfile import Dockerfile, Stage, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.places.script import Dialect
    from prelaunch.project import Project

__all__ = ["builds", "load", "pinned", "python_fragments"]

_POWERSHELLS = frozenset({"powershell", "pwsh"})
_WINDOWS = ("windows/", "nanoserver", "servercore")


def load(project: Project, path: str) -> Dockerfile | None:
    """The Dockerfile at `path` (relative to the root), read once a project; None where it cannot be read."""
    key = ("dockerfile", path)
    if key not in project.memo:
        source = project.read(path)
        project.memo[key] = read(source) if source else None
    found = project.memo[key]
    return found if isinstance(found, Dockerfile) else None


def pinned(project: Project, path: str, target: str | None) -> str | None:
    """The one platform that the Dockerfile's target stage always has by default, as written; None where there is none.

    It is that of `FROM --platform=` with a constant (the defaults of `ARG` in place), of the target or of the stage
    that it is built on; where both name one the earlier decides, because its content is what the later one has.
    `$BUILDPLATFORM`, or any other value that only the build knows, is no constant.
    """
    dockerfile = load(project, path)
    stage = dockerfile.target(target) if dockerfile else None
    if dockerfile is None or stage is None:
        return None
    found: str | None = None
    while True:
        if stage.platform:
            found = stage.platform_resolved
        if stage.parent is None:
            return found
        stage = dockerfile.stages[stage.parent]


def builds(source: Source, project: Project) -> list[Build]:
    """The images that a Dockerfile's `RUN`s build (a container engine inside the build), in order. Never raises."""
    from prelaunch.places.script import Setting, read_script
    from prelaunch.readers.dockerfile.environment import environments

    dockerfile = read(source)
    found: list[Build] = []
    pushes = NO_PUSHES
    dialects = _dialects(dockerfile)
    for _, instruction, environment in environments(dockerfile):
        dialect = "sh" if instruction.form == "exec" else dialects[instruction.span.start]
        if dialect is None:
            continue
        setting = Setting(form="dockerfile", environment=environment, dialect=dialect)
        text = script(instruction)
        if text is not None:
            facts = read_script(text, setting, project)
            found.extend(facts.builds)
            pushes |= facts.pushes
    # One Dockerfile is one script: an image that one RUN builds is published where another pushes.
    return published(found, pushes)


def _dialects(dockerfile: Dockerfile) -> dict[int, Dialect | None]:
    """The language of each `RUN`'s text, by its start; None where it is no known shell (`SHELL ["python3", "-c"]`)."""
    found: dict[int, Dialect | None] = {}
    finals: list[Dialect | None] = []
    for stage in dockerfile.stages:
        dialect = _default_dialect(stage, dockerfile) if stage.parent is None else finals[stage.parent]
        for instruction in stage.instructions:
            if instruction.keyword == "SHELL" and instruction.exec_words and not instruction.onbuild:
                dialect = _dialect(instruction.exec_words)
            elif instruction.keyword == "RUN":
                found[instruction.span.start] = dialect
        finals.append(dialect)
    return found


def _default_dialect(stage: Stage, dockerfile: Dockerfile) -> Dialect:
    base = (stage.base_resolved or stage.base).lower()
    return "cmd" if dockerfile.escape == "`" or any(part in base for part in _WINDOWS) else "sh"


def _dialect(words: tuple[str, ...]) -> Dialect | None:
    # The shell may stand behind a wrapper: ["conda", "run", "-n", "env", "/bin/bash", "-c"].
    for word in words:
        name = program(word)
        if name in SHELLS:
            return "sh"
        if name in _POWERSHELLS:
            return "powershell"
        if name == "cmd":
            return "cmd"
    return None
