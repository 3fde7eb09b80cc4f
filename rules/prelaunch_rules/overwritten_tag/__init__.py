"""overwritten-tag: the legs of a matrix push one tag, each for another platform, and the last one wins."""

from __future__ import annotations

import os

from prelaunch.model import Build, Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project


def check(build: Build, _: Project) -> Iterator[Finding]:
    """A finding where legs of a job take a tag from each other."""
    if not build.overwritten or not build.image or build.by_digest:
        return
    tags = ", ".join(f"`{tag}`" for tag in build.overwritten[:3])
    message = (
        f"every leg of this matrix builds for another platform and pushes {tags}, so the last one to finish replaces"
        " the others and nodes of their platforms get `exec format error`; push by digest and put the tag together with"
        " `docker buildx imagetools create`, or build all platforms at once"
    )
    yield Finding("overwritten-tag", "certain", build.source, build.span, message)


RULE = Rule(
    "overwritten-tag",
    Build,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error", "no match for platform in manifest"),
)
