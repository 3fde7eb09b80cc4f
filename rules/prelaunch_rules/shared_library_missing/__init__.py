"""shared-library-missing: a Python package needs a library of the system that a slim base image does not have."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Fix
    from prelaunch.project import Project
    from prelaunch_rules.shared_library_missing.needs import Asked, Need

NAME = "shared-library-missing"


class Missing(NamedTuple):
    """A package and what it needs. `sure`: nothing of the system is installed that may bring it along."""

    asked: Asked
    need: Need
    sure: bool


def missing(image: Image, project: Project) -> Iterator[Missing]:
    """Every package of the table that is installed, where nothing installs its library."""
    text = image.source.text
    if "-slim" not in text or "install" not in text or image.base.state != "known" or "-slim" not in image.base.name:
        return
    from prelaunch_rules.libc import official
    from prelaunch_rules.shared_library_missing.needs import NEEDS, asked_for, installs, may_bring_more

    if official(image.base.name)[0] != "python":
        return
    words = tuple(installs(image))
    system = " ".join(words)
    sure = not may_bring_more(words)
    for asked in asked_for(image, project):
        need = NEEDS[asked.name]
        if not any(mark in system for mark in need.brought_by):
            yield Missing(asked, need, sure)


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each package that lacks its library."""
    for asked, need, sure in missing(image, project):
        message = (
            f"`{asked.name}` needs {need.library}, which `{image.base.name}` does not have and nothing installs,"
            f" so its import fails with `{need.error}`; {need.cure}"
        )
        yield Finding(NAME, "likely" if sure else "hint", image.source, asked.instruction.span, message)


def mend(image: Image, project: Project) -> Fix | None:
    """Install the libraries of the first `RUN` that needs some."""
    from prelaunch_rules.shared_library_missing.fix import installed

    return installed(image, tuple(missing(image, project)))


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="likely",
    fixable=True,
    folder=os.path.dirname(__file__),
    mend=mend,
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
