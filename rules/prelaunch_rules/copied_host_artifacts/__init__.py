"""copied-host-artifacts: what the developer's machine has installed is copied over what the image installed."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Instruction
    from prelaunch.model import Fix
    from prelaunch.project import Project

NAME = "copied-host-artifacts"
_MARKS = ("npm", "yarn", "pnpm", "bun ", "venv", "uv sync")


def check(image: Image, project: Project) -> Iterator[Finding]:
    """Every `COPY .` on top of a folder where an earlier line installed packages."""
    text = image.source.text
    if not any(mark in text for mark in _MARKS):
        return
    for instruction, folder, command in _copied(image, project):
        message = (
            f"this copies `{folder}` of the machine that builds, where there is one, over what `{command}`"
            " installed in the image, and compiled parts of another system die with `invalid ELF header` or `exec"
            f" format error`; write `{folder}` into `.dockerignore`"
        )
        yield Finding(NAME, "hint", image.source, instruction.span, message)


def _copied(image: Image, project: Project) -> Iterator[tuple[Instruction, str, str]]:
    from prelaunch_rules.copied_host_artifacts.overlays import overlays

    for instruction, folder, command in overlays(image):
        if not _is_named(folder, image, project) and project.left_out(image, folder) is False:
            yield instruction, folder, command


def mend(image: Image, project: Project) -> Fix | None:
    """A line of `.dockerignore` for each folder, where there is such a file."""
    from prelaunch_rules.copied_host_artifacts.ignoring import ignoring

    return ignoring([folder for _, folder, _ in _copied(image, project)], image, project)


def _is_named(folder: str, image: Image, project: Project) -> bool:
    """Whether a `.dockerignore` beside or above the Dockerfile names the folder: a glance that reads no build."""
    place = image.source.path
    while place:
        place = place.rpartition("/")[0]
        source = project.read(f"{place}/.dockerignore" if place else ".dockerignore")
        for line in source.text.splitlines() if source is not None else ():
            if line.strip().removeprefix("**/").strip("/") == folder:
                return True
    return False


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="hint",
    fixable=True,
    folder=os.path.dirname(__file__),
    mend=mend,
    symptoms=("invalid elf header", "exec format error", "was compiled against a different node.js"),
)
