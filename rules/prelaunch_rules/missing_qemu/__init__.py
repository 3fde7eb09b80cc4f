"""missing-qemu: a build runs steps of another architecture on a runner that cannot."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.platforms import parse
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Platform
    from prelaunch.project import Project

_TOOLS = frozenset({"docker-build", "docker-buildx-build", "docker/build-push-action"})
_ELSEWHERE = (
    *"setup-qemu qemu-user qemu-static qemu-version binfmt docker-buildx@ setup-buildx".split(),
    *("buildx create", "uses: ./"),
)
"""What brings emulation, a builder that has its own, or may do so in an action of the repository."""

_RUNS = {"amd64": frozenset({"amd64", "386"}), "arm64": frozenset({"arm64", "arm"})}


def check(build: Build, project: Project) -> Iterator[Finding]:
    """Judge one build of a GitHub workflow; see README.md."""
    if build.tool not in _TOOLS or not build.form.startswith("gha") or build.host is None or build.dockerfile is None:
        return
    if build.state != "explicit" or not build.whole or any(word in build.source.text.lower() for word in _ELSEWHERE):
        return
    foreign = [text for text in build.platforms if _foreign(text, build.host)]
    line = project.emulated_step(build.dockerfile, build.target) if foreign else None
    if line is None:
        return
    message = (
        f"the runner is {build.host}, and {build.dockerfile}:{line} runs a step on {', '.join(foreign)}, which needs"
        " emulation: the build stops with `exec format error`; put `docker/setup-qemu-action` in front, or build on a"
        " runner of that architecture"
    )
    yield Finding("missing-qemu", "likely", build.source, build.span, message)


def _foreign(text: str, host: Platform) -> bool:
    try:
        platform = parse(text)
    except ValueError:
        return False
    return platform.os == "linux" and platform.architecture not in _RUNS.get(host.architecture, {platform.architecture})


RULE = Rule(
    "missing-qemu",
    Build,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    default=False,
    symptoms=("exec format error", "did not complete successfully: exit code: 255"),
)
