"""base-image-architecture: the base image is of one architecture, and the image is built for another."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.architectures import TARGET, bottom, instruction_of, is_for_one, runs, runs_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "base-image-architecture"


def check(image: Image, project: Project) -> Iterator[Finding]:
    """The base of the image's own stages, by its name, against the platforms that are built for."""
    if image.base.state != "known":
        return
    from prelaunch_rules.base_image_architecture.named import architecture_of, only_for

    name = image.base.name
    single = architecture_of(name)
    fixed = (single,) if single else only_for(name)
    if not fixed:
        return
    kind, constant = runs_on(image, image.target)
    first = bottom(image, image.target)
    instruction = instruction_of(image, first)
    overridden = "$" in first.base  # a default that a build may replace by the image of its own architecture
    if constant:
        names, said = {constant}, f"`--platform={first.platform_resolved}`"
    elif kind == TARGET:
        platforms = project.platforms_of(image)
        names = {one.architecture for one in platforms.names if one.os == "linux"}
        if platforms.configured and overridden:
            return
        said = ""
    else:
        return
    others = sorted(name for name in names if not any(runs(one, name) for one in fixed))
    where = instruction.span
    if others:
        built = said or f"the image is built for {', '.join(sorted(names))}"
        effect = (
            "its programs die there with `exec format error`"
            if single
            else "no base is found for that platform and the build fails"
        )
        message = (
            f"`{name}` is of {' and '.join(fixed)} alone, but {built}, and {effect}; take {_instead(name, single)}"
        )
        yield Finding(NAME, "certain" if single else "likely", image.source, where, message)
    elif single and not names and not overridden and not is_for_one(image):
        message = (
            f"`{name}` is of {single} alone, so on any other machine the image dies with `exec format error`;"
            f" take {_instead(name, single)}"
        )
        yield Finding(NAME, "hint", image.source, where, message)


def _instead(name: str, single: str) -> str:
    if not single:
        return "another base, or build for that one platform"
    _, slash, rest = name.partition("@")[0].rpartition("/")
    official = name.count("/") == 1 and slash and "." not in name.partition("/")[0] and ":" in rest
    return f"`{rest}`, which has every platform" if official else "the name without the architecture"


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec format error",
        "no match for platform in manifest",
        "no matching manifest for",
        "does not match the specified platform",
        "does not match the detected host platform",
    ),
)
