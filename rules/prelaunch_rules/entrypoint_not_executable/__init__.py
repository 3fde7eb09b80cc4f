"""entrypoint-not-executable: what the container starts has no executable bit in the image."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Edit, Finding, Fix, Rule, Span
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.started import Started, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each program that the kernel is to execute and may not."""
    for one in started(image, project):
        if one.program.run == "reader" or _is_executable(one) is not False or _is_mended(one, image, project):
            continue
        message = f"`{one.path}` {_why(one)}, so the container dies with `permission denied`; {_cure(one)}"
        certainty: Certainty = "certain" if one.certain and not one.program.through else "likely"
        yield Finding("entrypoint-not-executable", certainty, image.source, one.span, message, _fix(one, image))


def _is_executable(one: Started) -> bool | None:
    """Whether the file has an executable bit in the image; None where that is not known."""
    if one.origin.executable is not None:
        return one.origin.executable
    if one.origin.kind in {"heredoc", "url"}:
        return False  # BuildKit gives a here-document 644 and a download 600
    return one.file.executable if one.file is not None else None


def _is_mended(one: Started, image: Image, project: Project) -> bool:
    """Whether a RUN starts a script of the repository, copied with the file or from beside it, that may set its bit."""
    if one.origin.sure:
        return False
    files, folder = project.files_of(image), os.path.dirname(one.origin.path)
    for instruction in (each for stage in image.chain for each in stage.instructions if each.keyword == "RUN"):
        script = image.script(instruction)
        for word in (word.text for command in script.commands for word in command.words[:2]) if script else ():
            found = files.which(word) if word else None
            beside = os.path.join(folder, os.path.basename(word or "")).replace(os.sep, "/")
            path = found.path if found is not None and found.kind == "repository" else beside
            source = project.read(path) if word else None
            if source is not None and "chmod" in source.text:
                return True
    return False


def _why(one: Started) -> str:
    origin = one.origin
    if origin.mode is not None:
        return f"gets the mode {origin.mode}, which is not executable"
    if origin.kind == "heredoc":
        return "is a here-document, which gets the mode 644"
    if origin.kind == "url":
        return "is downloaded by `ADD`, which gives it the mode 600"
    if one.file is not None and one.file.tracked:
        return f"is `{origin.path}`, which git has without the executable bit (mode 100644)"
    return f"is `{origin.path}`, which has no executable bit"


def _cure(one: Started) -> str:
    if one.origin.kind == "repository" and one.origin.mode is None:
        return f"run `git update-index --chmod=+x {one.origin.path}`, or copy it with `--chmod=755`"
    return "give it `--chmod=755`"


def _fix(one: Started, image: Image) -> Fix | None:
    """`--chmod=755` on the COPY or ADD of this one file; written where the Dockerfile needs BuildKit anyway."""
    instruction = one.origin.instruction
    if instruction is None or instruction.keyword not in {"ADD", "COPY"} or one.origin.mode is not None:
        return None
    words = instruction.fragment.text.split()
    if len(words) != 2 or not (instruction.heredocs or os.path.basename(words[0]) == os.path.basename(one.origin.path)):
        return None  # the flag would change the mode of every file that is copied with it
    at = instruction.flags[-1].span.stop if instruction.flags else instruction.span.start + len(instruction.keyword)
    return Fix((Edit(Span(at, at), " --chmod=755"),), "copy it with the executable bit", safe=_needs_buildkit(image))


def _needs_buildkit(image: Image) -> bool:
    dockerfile = image.dockerfile
    return bool(dockerfile.syntax) or any(
        one.heredocs or any(flag.name in {"chmod", "link", "mount", "parents"} for flag in one.flags)
        for one in dockerfile.instructions
    )


RULE = Rule(
    "entrypoint-not-executable",
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec: ... permission denied",
        "permission denied: unknown",
    ),
)
