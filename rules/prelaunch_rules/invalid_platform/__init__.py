"""invalid-platform: a platform that no image has, or that the builder refuses."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.platform_names import OTHER_SYNTAX, known, known_systems, meant, readable, replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project


def check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001 (every rule is asked so)
    """Judge the platforms of one build, as they are written; see README.md."""
    if build.tool in OTHER_SYNTAX or build.state != "explicit":
        return  # where another file decides, that file is judged itself
    for text in build.platforms:
        wrong = _wrong(text) if readable(text) else ""
        if not wrong:
            continue
        better = meant(text)
        cure = f"write `{better[0]}`" if better else "write it as `os/architecture[/variant]`, say `linux/amd64`"
        fix = replacement(build, text, better[0], safe=better[1]) if better else None
        yield Finding("invalid-platform", "certain", build.source, build.span, f"`{text}` {wrong}; {cure}", fix)


def _wrong(text: str) -> str:
    """What is wrong with a platform, "" for nothing."""
    parts = text.split("/")
    if len(parts) > 3 or not all(parts):
        return "is no platform, and the build stops with `invalid platform`"
    lower = [part.lower() for part in parts]
    if len(parts) == 1:
        if lower[0] in known_systems() or known(lower[0]):
            return ""
        return "is no platform, and the build stops with `unknown operating system or architecture`"
    if lower[0] not in known_systems():
        return (
            f"names an operating system {parts[0]!r} that no image has: it is accepted, and the build stops or is"
            " labelled so that no machine takes it"
        )
    if lower[0] in {"wasi", "wasip1", "wasip2", "unknown"} or known(lower[1]):
        return ""
    return (
        f"names an architecture {parts[1]!r} that no image has: it is accepted, and the build finds no base image"
        " (`no match for platform in manifest`) or labels one that no machine takes"
    )


RULE = Rule(
    "invalid-platform",
    Build,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=(
        "no match for platform in manifest",
        "no matching manifest for",
        "unknown operating system or architecture",
        "invalid platform",
    ),
)
