"""fixed-arch-download: an image for several platforms gets a program that is made for one of them."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project
    from prelaunch_rules.architectures import Built
    from prelaunch_rules.fixed_arch_download.fixed import Fixed

NAME = "fixed-arch-download"
_MARKS = (
    *("amd64", "x86_64", "x86-64", "x64", "i386", "i686"),
    *("arm64", "aarch64", "armv", "armhf", "arm32v", "ppc64le", "s390x", "riscv64"),
)


def check(image: Image, project: Project) -> Iterator[Finding]:
    """Every download, copy and compiler option of the image that names one architecture, against what is built."""
    text = image.source.text
    if not any(mark in text for mark in _MARKS):
        return
    from prelaunch_rules.architectures import built, is_for_one
    from prelaunch_rules.fixed_arch_download.fixed import fixed

    found = tuple(fixed(image))
    if not found:
        return
    target = built(image, project)
    for one in found:
        certainty = _certainty(one, target)
        if certainty is None or (certainty == "hint" and is_for_one(image)):
            continue
        yield Finding(NAME, certainty, image.source, one.span, _message(one, target))


def _certainty(one: Fixed, target: Built) -> Certainty | None:
    """How sure it is that the image is built for a machine that cannot run it; None where it surely is not."""
    if not target.fits(one.architecture):
        return "certain" if one.lands and not one.default else "likely"
    if (target.known and target.names) or not one.lands:
        return None
    return "hint"


def _message(one: Fixed, target: Built) -> str:
    from prelaunch_rules.architectures import runs

    others = sorted(name for name in target.names if not runs(one.architecture, name))
    if others:
        end = f"but the image is built for {' and '.join(others)} too" if len(target.names) > 1 else ""
        end = end or f"but the image is built for {others[0]}"
        return f"{one.what} is for {one.architecture} alone, {end}, where {one.effect}; {one.cure}"
    return f"{one.what} is for {one.architecture} alone, so on any other platform {one.effect}; {one.cure}"


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("exec format error", "cannot execute binary file"),
)
