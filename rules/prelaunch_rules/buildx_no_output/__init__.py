"""buildx-no-output: a builder of its own builds an image, and leaves it in its cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch.model import Build, Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

_BUILDX = frozenset({"docker-buildx-build", "docker/build-push-action"})
_MAKES_A_BUILDER = ("buildx create", "setup-buildx-action")
_DOCKER_DRIVER = ("--driver docker ", "--driver=docker ", "driver: docker\n", "default-load", "BUILDX_DEFAULT_LOAD")


def check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001 (every rule is asked so)
    """Judge one build; see README.md."""
    if build.tool not in _BUILDX or build.outputs or build.published or not build.image:
        return
    text = build.source.text
    if not any(word in text for word in _MAKES_A_BUILDER) or any(word in text for word in _DOCKER_DRIVER):
        return
    message = (
        "the result is neither pushed nor loaded, and a builder of its own (`buildx create`) keeps it in its cache:"
        " what starts later is an older image, or none; add `--push` or `--load`"
    )
    yield Finding("buildx-no-output", "likely", build.source, build.span, message)


RULE = Rule(
    "buildx-no-output",
    Build,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    default=False,
    symptoms=("no output specified",),
)
