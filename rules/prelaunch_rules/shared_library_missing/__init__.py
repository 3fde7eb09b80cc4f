"""shared-library-missing: a Python package needs a library of the system that a slim base image does not have."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project

NAME = "shared-library-missing"


def check(image: Image, project: Project) -> Iterator[Finding]:
    """Every package of the table that is installed, where nothing installs its library."""
    text = image.source.text
    if "-slim" not in text or "install" not in text or image.base.state != "known" or "-slim" not in image.base.name:
        return
    from prelaunch_rules.libc import official
    from prelaunch_rules.shared_library_missing.needs import NEEDS, asked_for, installs

    if official(image.base.name)[0] != "python":
        return
    system = " ".join(installs(image))
    for asked in asked_for(image, project):
        need = NEEDS[asked.name]
        if any(mark in system for mark in need.brought_by):
            continue
        message = (
            f"`{asked.name}` needs {need.library}, which `{image.base.name}` does not have and nothing installs,"
            f" so its import fails with `{need.error}`; {need.cure}"
        )
        # what other packages of the system bring along is not known
        certainty: Certainty = "hint" if system else "likely"
        yield Finding(NAME, certainty, image.source, asked.instruction.span, message)


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=(
        "cannot open shared object file: no such file or directory",
        "libgl.so.1",
        "libgomp.so.1",
        "libpq.so.5",
        "failed to find libmagic",
        "cannot load library",
        "unable to find zbar shared library",
        'no library called "cairo-2" was found',
    ),
)
