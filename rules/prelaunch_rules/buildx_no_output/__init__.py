"""buildx-no-output: a builder of its own builds an image, and leaves it in its cache."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

_BUILDX = frozenset({"docker-buildx-build", "docker/build-push-action"})
_MAKES_A_BUILDER = ("buildx create", "setup-buildx-action")
_USES = ("run", "push", "load", "docker-image", "save", "tag", "create")
_DOCKER_DRIVER = ("--driver docker ", "--driver=docker ", "driver: docker\n", "default-load", "BUILDX_DEFAULT_LOAD")


def check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001 (every rule is asked so)
    """Judge one build; see README.md."""
    if build.tool not in _BUILDX or build.outputs or build.published or not build.image:
        return
    text = build.source.text
    if not any(word in text for word in _MAKES_A_BUILDER) or any(word in text for word in _DOCKER_DRIVER):
        return
    if not any(_used(image, text, build.span.stop) for image in build.images):
        return
    message = (
        "the result is neither pushed nor loaded, and a builder of its own (`buildx create`) keeps it in its cache:"
        " what is used further down is an older image, or none; add `--push` or `--load`"
    )
    yield Finding("buildx-no-output", "likely", build.source, build.span, message)


def _used(image: str, text: str, start: int) -> bool:
    """Whether a later line runs, pushes or loads the image by its literal name."""
    if "…" in image:
        return False
    at = text.find(image, start)
    while at >= 0:
        line = text[text.rfind("\n", start, at) + 1 : at]
        end = text[at + len(image) : at + len(image) + 1]
        if any(f" {verb} " in f" {line}" for verb in _USES) and not (end.isalnum() or end in {"-", "_", "/", "."}):
            return True
        at = text.find(image, at + 1)
    return False


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
