"""stage-platform-mismatch: a program is compiled in a stage of one platform and copied into an image of another."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.architectures import BUILD, TARGET, bottom, built, runs, runs_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Stage
    from prelaunch.model import Certainty
    from prelaunch.project import Project
    from prelaunch_rules.architectures import Built
    from prelaunch_rules.compiled import Taken

NAME = "stage-platform-mismatch"


def check(image: Image, project: Project) -> Iterator[Finding]:
    """The first `COPY` of each stage that brings a program of another platform into the image."""
    if "--platform" not in image.source.text or "--from" not in image.source.text:
        return
    from prelaunch_rules.compiled import taken

    own = runs_on(image, image.target)
    seen: set[int] = set()
    for copied in taken(image):
        other = runs_on(image, copied.stage)
        if other == own or "" in {own[0], other[0]} or own[0] == BUILD or copied.stage.number in seen:
            continue
        certainty = _certainty(own, other, image, project) if _is_program(copied, image) else None
        if certainty is not None:
            seen.add(copied.stage.number)
            message = (
                f"`{copied.path}` is compiled in `{copied.stage.name or copied.stage.number}`, a stage"
                f" {_said(image, copied.stage, other)}, and copied into an image {_said(image, image.target, own)};"
                " where the two differ it dies with `exec format error`; compile for the target (`GOARCH=$TARGETARCH`,"
                " `--target`), or give both stages the same platform"
            )
            yield Finding(NAME, certainty, image.source, copied.instruction.span, message)


def _is_program(copied: Taken, image: Image) -> bool:
    from prelaunch_rules.compiled import compiled, is_cross, takes

    return not is_cross(image, copied.stage) and any(takes(copied, made) for made in compiled(image, copied.stage))


def _said(image: Image, stage: Stage, kind: tuple[str, str]) -> str:
    if kind[0] == TARGET:
        return "for the platform that is built for"
    if kind[0] == BUILD:
        return "for the machine that builds"
    return f"for `{bottom(image, stage).platform_resolved}`"


def _certainty(own: tuple[str, str], other: tuple[str, str], image: Image, project: Project) -> Certainty | None:
    """How sure it is that the two differ; None where they do not."""
    if own[1] and other[1]:
        return None if runs(other[1], own[1]) else "certain"
    if own[0] == TARGET:
        return _against(built(image, project), other)
    if other[0] == TARGET:
        platforms = project.platforms_of(image)
        names = {one.architecture for one in platforms.names if one.os == "linux"}
        if any(not runs(name, own[1]) for name in names):
            return "certain"
        return None if platforms.state == "known" else "hint"
    return "hint"


def _against(target: Built, other: tuple[str, str]) -> Certainty | None:
    """What is compiled for one machine (or for the one that builds) against the platforms that are built for."""
    if other[1]:
        if not target.fits(other[1]):
            return "certain"
        return None if target.known and target.names else "hint"
    if len(target.names) > 1:
        return "certain"  # one machine cannot be both
    return "hint" if target.names else "likely"


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error", "cannot execute binary file"),
)
