"""copied-host-artifacts: what the developer's machine has installed is copied over what the image installed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch.image import Image
from prelaunch.model import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "copied-host-artifacts"
_MARKS = ("npm", "yarn", "pnpm", "bun ", "venv", "uv sync")


def check(image: Image, project: Project) -> Iterator[Finding]:
    """Every `COPY .` on top of a folder where an earlier line installed packages."""
    text = image.source.text
    if not any(mark in text for mark in _MARKS):
        return
    from prelaunch_rules.copied_host_artifacts.overlays import overlays

    for instruction, folder, command in overlays(image):
        if project.left_out(image, folder) is False:
            message = (
                f"this copies `{folder}` of the machine that builds, where there is one, over what `{command}`"
                " installed in the image, and compiled parts of another system die with `invalid ELF header` or `exec"
                f" format error`; write `{folder}` into `.dockerignore`"
            )
            yield Finding(NAME, "hint", image.source, instruction.span, message)


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="hint",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("invalid elf header", "exec format error", "was compiled against a different node.js"),
)
