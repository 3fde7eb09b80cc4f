"""arch-name-mismatch: a download asks for an architecture by a name that its server does not use."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "arch-name-mismatch"
_ASKS = ("uname -m", "$(arch)", "print-arch", "TARGETARCH")


def check(image: Image, _: Project) -> Iterator[Finding]:
    """Every address of a known server into which the wrong kind of name is put."""
    text = image.source.text
    if "://" not in text or not any(mark in text for mark in _ASKS):
        return
    from prelaunch_rules.arch_name_mismatch.addresses import mismatches

    for stage in image.stages:
        for instruction in stage.instructions:
            if instruction.onbuild or instruction.keyword not in {"RUN", "ADD"}:
                continue
            for one in mismatches(image, instruction):
                message = (
                    f"`{one.said}` gives {one.gives}, but `{one.server}` names its files {one.wants}, so this asks for"
                    f" what is not there, and `curl` without `-f` saves the error page as the program; {one.cure}"
                )
                yield Finding(NAME, "likely", image.source, one.span, message)


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("syntax error: unexpected redirection", "<?xml version", "exec format error"),
)
