"""platform-without-os: a platform that is only an architecture gets the operating system of the client."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.platform_names import OTHER_SYNTAX, known, meant, readable, replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project

_BY_DAEMON = frozenset({"nerdctl-build"})
"""Tools that hand the text to a daemon, which runs on Linux."""


def check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001 (every rule is asked so)
    """Judge the platforms of one build, as they are written; see README.md."""
    if build.state != "explicit" or build.tool in OTHER_SYNTAX or build.tool in _BY_DAEMON:
        return
    for text in build.platforms:
        better = meant(text) if "/" not in text and readable(text) and known(text) else None
        if better is None:
            continue
        certainty: Certainty = "likely"
        if build.host is not None and build.host.os == "linux":
            certainty, effect = "hint", "this runner completes it with its own (linux), a Mac would with `darwin`"
        else:
            effect = f"the client completes it with its own, and a Mac asks for `darwin/{text}`, which no image is"
        message = f"`{text}` names no operating system: {effect}; write `{better[0]}`"
        fix = replacement(build, text, better[0], safe=True)
        yield Finding("platform-without-os", certainty, build.source, build.span, message, fix)


RULE = Rule(
    "platform-without-os",
    Build,
    check,
    certainty="likely",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=("no match for platform in manifest", "[darwin/"),
)
