"""platform-arg-undeclared: TARGETARCH and its like are used in a stage where no ARG brings them in."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Edit, Finding, Fix, Rule, Span
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.architectures import BUILD, TARGET, chain, runs_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Instruction, Stage
    from prelaunch.model import Certainty
    from prelaunch.project import Project

NAME = "platform-arg-undeclared"


def check(image: Image, _: Project) -> Iterator[Finding]:
    """For every stage the first place that such a variable reaches, while it is empty there."""
    text = image.source.text
    if "$TARGET" not in text and "${TARGET" not in text and "$BUILD" not in text and "${BUILD" not in text:
        return
    from prelaunch_rules.platform_arg_undeclared.reach import reached

    seen: set[tuple[int, str]] = set()
    for stage in image.stages:
        for instruction in stage.instructions:
            if instruction.onbuild or instruction.keyword not in {"RUN", "COPY", "ADD", "ENV"}:
                continue
            for name, place in reached(image, instruction):
                if not any((one.number, name) in seen for one in chain(image, stage)):
                    seen.add((stage.number, name))
                    yield _finding(name, place, stage, instruction, image)


def _finding(name: str, place: str, stage: Stage, instruction: Instruction, image: Image) -> Finding:
    message = (
        f"`{name}` is used in {place}, and no `ARG {name}` stands in this stage before it, so it is empty and"
        f" {_effect(place, stage, image)}; write `ARG {name}` above"
    )
    start = instruction.span.start
    end = "\r\n" if "\r\n" in image.source.text else "\n"
    fix = Fix((Edit(Span(start, start), f"ARG {name}{end}"),), f"declare {name} in the stage")
    return Finding(NAME, _certainty(place, stage, image), image.source, instruction.span, message, fix)


def _effect(place: str, stage: Stage, image: Image) -> str:
    if place not in {"GOARCH", "GOOS"}:
        return "the path or the name that comes of it is wrong"
    kind, constant = runs_on(image, stage)
    if kind == TARGET:
        return "Go builds for the platform that the stage runs on"
    if constant:
        return f"Go builds for {constant}, the stage's own platform, whatever the image is for"
    return "Go builds for the machine that builds, and the program dies elsewhere with `exec format error`"


def _certainty(place: str, stage: Stage, image: Image) -> Certainty:
    if place in {"GOARCH", "GOOS"} and runs_on(image, stage)[0] != BUILD:
        return "hint"  # an empty GOARCH is the stage's own platform, which is the target's
    return "likely"


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="likely",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error",),
)
