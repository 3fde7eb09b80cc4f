"""final-stage-build-platform: what runs in the end is taken for the machine that builds, or always for the same one."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Certainty, Edit, Finding, Fix, Rule, Span
from prelaunch.platforms import parse
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Flag
    from prelaunch.model import Build
    from prelaunch.project import Project

_BUILD = frozenset({"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT"})
_QUOTES = frozenset("\"' ")
"""What no platform holds: with an open quote the flag takes in the image's name."""
_WITHOUT_PROGRAMS = ("distroless/static", "chainguard/static")
"""Base images that hold no program and no library: they are the same for every platform."""


def check(image: Image, project: Project) -> Iterator[Finding]:
    """The `FROM` that decides what the image's own files are made for."""
    if not image.chain[-1].platform:
        return
    bottom = image.chain[-1]
    instruction = next(one for one in image.dockerfile.instructions if one.span == bottom.span)
    flag = next(flag for flag in reversed(instruction.flags) if flag.name == "platform")
    if not _QUOTES.isdisjoint(flag.value):
        return
    if not image.scope(instruction).depends(flag.value) & _BUILD:
        yield from _constant(flag, image, project)
        return
    target = image.target.name or "the last stage"
    at = f"`{target}`" if image.target.name else target
    above = "" if bottom is image.target else f", which {at} is built on,"
    certainty = _certainty(image, project)
    if certainty == "hint":
        ends = ", which holds no program: nothing dies of that until it does, or another base takes its place; "
    else:
        ends = (
            ", so an image for another platform gets its programs, carries the wrong label and dies with"
            " `exec format error`; "
        )
    message = f"`--platform={flag.value}`{above} takes the base image of the machine that builds{ends}" + (
        "take the flag out of this `FROM`" if above else "take the flag out: it is for stages that only compile"
    )
    fix = Fix((Edit(_with_blank(flag, image.source.text), ""),), "take the base image of the target", safe=not above)
    yield Finding("final-stage-build-platform", certainty, image.source, flag.span, message, fix)


def _constant(flag: Flag, image: Image, project: Project) -> Iterator[Finding]:
    """A platform that is the same whatever is built, where something else is built."""
    from prelaunch_rules.architectures import runs, runs_on

    _, architecture = runs_on(image, image.target)
    if not architecture or image.base.scratch or any(name in image.base.name for name in _WITHOUT_PROGRAMS):
        return
    platforms = project.platforms_of(image)
    others = sorted(
        {one.architecture for one in platforms.names if one.os == "linux" and not runs(architecture, one.architecture)}
    )
    if not others:
        return
    message = (
        f"`--platform={flag.value}` takes the base image of {architecture} for whatever platform is built, and the"
        f" image is built for {' and '.join(others)}: it gets the programs of {architecture}, carries the wrong label"
        " and dies there with `exec format error`; take the flag out, and name the platforms in the build"
    )
    # somebody may have pinned it because what is installed on top has no other platform
    fix = Fix((Edit(_with_blank(flag, image.source.text), ""),), "take the base image of the target", safe=False)
    certainty: Certainty = "likely" if platforms.configured else "certain"
    yield Finding("final-stage-build-platform", certainty, image.source, flag.span, message, fix)


def _certainty(image: Image, project: Project) -> Certainty:
    if image.base.scratch or any(name in image.base.name for name in _WITHOUT_PROGRAMS):
        return "hint"
    platforms = project.platforms_of(image)
    if platforms.configured:
        return "certain" if len({each.architecture for each in platforms.names}) > 1 else "likely"
    # one platform, or none, may be that of the machine that builds
    differ = [_differs(build) for build in platforms.builds]
    if True in differ:
        return "certain"
    return "hint" if differ and None not in differ else "likely"


def _differs(build: Build) -> bool | None:
    """Whether a build names a platform that its machine's is not; None where that is not known."""
    try:
        names = {parse(text).architecture for text in build.platforms}
    except ValueError:
        return None
    if len(names) > 1:
        return True
    return names != {build.host.architecture} if build.host is not None and names and build.whole else None


def _with_blank(flag: Flag, text: str) -> Span:
    """The flag's place and the blanks behind it."""
    stop = flag.span.stop
    while text[stop : stop + 1] in {" ", "\t"}:
        stop += 1
    return Span(flag.span.start, stop)


RULE = Rule(
    "final-stage-build-platform",
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error",),
)
