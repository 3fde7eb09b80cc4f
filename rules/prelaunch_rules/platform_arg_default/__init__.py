"""platform-arg-default: a default takes the place of the platform that is being built for."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Certainty, Edit, Finding, Fix, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Instruction, Variable
    from prelaunch.model import Platform
    from prelaunch.project import Project


def check(image: Image, project: Project) -> Iterator[Finding]:
    """Every default of TARGETARCH and its like that reaches something in the stages that the image needs."""
    if "TARGET" not in image.source.text:
        return
    for instruction in _instructions(image):
        if instruction.keyword != "ARG":
            continue
        for variable in image.declared(instruction):
            if _shadows(variable) and _is_used(variable, image):
                yield _finding(variable, image, project)


def _instructions(image: Image) -> list[Instruction]:
    """The instructions before the first stage, and those of the stages that the image needs, their `FROM`s too."""
    inside = [stage.span.start for stage in image.stages]
    inside += [one.span.start for stage in image.stages for one in stage.instructions]
    first, wanted = image.dockerfile.stages[0].span.start, frozenset(inside)
    return [one for one in image.dockerfile.instructions if one.span.start < first or one.span.start in wanted]


def _shadows(variable: Variable) -> bool:
    """Whether a default replaces an automatic value; one that itself comes from that value does not."""
    if variable.name not in {"TARGETPLATFORM", "TARGETARCH", "TARGETVARIANT", "TARGETOS"}:
        return False
    return variable.given in {"stage", "global"} and bool(variable.text) and variable.name not in variable.automatic


def _is_used(variable: Variable, image: Image) -> bool:
    """Whether some instruction names the variable and sees the default, and not what another `ARG` says."""
    for instruction in _instructions(image):
        if instruction.keyword == "ARG" and variable.span is not None and instruction.span.start <= variable.span.start:
            continue
        seen = image.scope(instruction).variables.get(variable.name)
        if seen is None or seen.given != variable.given or seen.text != variable.text:
            continue
        if variable.given == "stage" and seen.span != variable.span:
            continue
        texts = [instruction.fragment.text, *(flag.value for flag in instruction.flags)]
        texts += [heredoc.body.text for heredoc in instruction.heredocs]
        if any(f"${variable.name}" in text or f"${{{variable.name}" in text for text in texts):
            return True
    return False


def _finding(variable: Variable, image: Image, project: Project) -> Finding:
    name, text = variable.name, variable.text
    assert variable.span is not None
    other = "system" if name == "TARGETOS" else "platform"
    message = (
        f"`{name}={text}` takes the place of the value that BuildKit sets, so an image for any other {other} still"
        f" gets what is made for {text}, and dies with `exec format error`; write `ARG {name}`"
    )
    fix = None
    if variable.assigned is not None:
        fix = Fix((Edit(variable.assigned, ""),), f"let BuildKit set {name}")
    return Finding(
        "platform-arg-default", _certainty(variable, image, project), image.source, variable.span, message, fix
    )


def _certainty(variable: Variable, image: Image, project: Project) -> Certainty:
    if variable.name == "TARGETOS" and variable.text == "linux":
        return "hint"  # what nearly every image is built for
    platforms = project.platforms_of(image)
    if any(not _agrees(variable, platform) for platform in platforms.names):
        return "certain"
    return "hint" if platforms.state == "known" else "likely"


def _agrees(variable: Variable, platform: Platform) -> bool:
    values = {
        "TARGETPLATFORM": str(platform),
        "TARGETOS": platform.os,
        "TARGETARCH": platform.architecture,
        "TARGETVARIANT": platform.variant,
    }
    return values[variable.name] == variable.text


RULE = Rule(
    "platform-arg-default",
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error",),
)
