"""compose-platform-conflict: a service's platform is not among those that its build lists, which Compose refuses."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.platforms import parse
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.platform_names import replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project


def check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001 (every rule is asked so)
    """Judge a compose service; see README.md."""
    if build.form != "compose" or not build.listed or len(build.platforms) != 1:
        return
    platform = build.platforms[0]
    if platform in build.listed:
        return
    twin = next((text for text in build.listed if _same(text, platform)), None)
    listed = ", ".join(build.listed)
    if twin is not None:
        cure = f"Compose compares the texts: write `{twin}` in both places"
    else:
        cure = f"add `{platform}` to `build.platforms`, or name one of its platforms"
    message = (
        f"the service's platform `{platform}` is not in its `build.platforms` ({listed}), so Compose stops with"
        f" `does not support platform`; {cure}"
    )
    fix = replacement(build, platform, twin, safe=True) if twin is not None else None
    yield Finding("compose-platform-conflict", "certain", build.source, build.span, message, fix)


def _same(first: str, second: str) -> bool:
    try:
        return parse(first) == parse(second)
    except ValueError:
        return False


RULE = Rule(
    "compose-platform-conflict",
    Build,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=("build configuration does not support platform", "build.platforms does not support value set by"),
)
