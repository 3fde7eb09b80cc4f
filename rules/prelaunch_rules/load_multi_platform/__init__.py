"""load-multi-platform: an image of several platforms is to be loaded into a store that holds one."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project


def check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001 (every rule is asked so)
    """Judge one build; see README.md."""
    platforms = tuple(dict.fromkeys(build.platforms))
    if build.state != "explicit" or "docker" not in build.outputs or len(platforms) < 2:
        return
    message = (
        f"an image of {len(platforms)} platforms ({', '.join(platforms)}) is to be loaded into Docker, whose classic"
        " image store holds one: the build stops with `does not currently support exporting manifest lists`;"
        " push it, or build one platform to load"
    )
    yield Finding("load-multi-platform", "likely", build.source, build.span, message)


RULE = Rule(
    "load-multi-platform",
    Build,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    default=False,
    symptoms=("does not currently support exporting manifest lists",),
)
