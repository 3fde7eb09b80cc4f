"""base-digest-single-arch: an image for several platforms stands on a digest that may be of one of them."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "base-digest-single-arch"


def check(image: Image, project: Project) -> Iterator[Finding]:
    """The base of the image's own stages, where it is named by a digest alone and several platforms are built."""
    name, _, digest = image.base.name.partition("@")
    if not name or not digest or image.base.state != "known" or ":" in name.rpartition("/")[2]:
        return
    from prelaunch_rules.architectures import TARGET, bottom, built, instruction_of, runs_on

    first = bottom(image, image.target)
    if runs_on(image, first)[0] != TARGET:
        return
    names = sorted(built(image, project).names)
    if len(names) < 2:
        return
    message = (
        f"the image is built for {' and '.join(names)}, and `{name}@{digest[:14]}…` names no tag: if the digest is"
        " that of one architecture's image and not of the index, all others die with `exec format error`; ask"
        f" `docker buildx imagetools inspect {name}@...` and pin the index"
    )
    yield Finding(NAME, "hint", image.source, instruction_of(image, first).span, message)


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="hint",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error", "does not match the specified platform"),
)
