"""import-not-installed: what runs at start imports a distribution that the image's installation leaves out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch.image import Image
from prelaunch.model import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "import-not-installed"
_SIGNS = ("uv sync", "poetry install", "pipenv ", "-r ", "--requirement")
"""One of them stands in a Dockerfile that installs from a list."""


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each distribution of a group that is not installed, and that a file which starts imports."""
    if not any(sign in image.source.text for sign in _SIGNS):
        return
    from prelaunch_rules.import_not_installed.installs import installation
    from prelaunch_rules.import_not_installed.missing import missing

    install = installation(image, project)
    if install is None:
        return
    for each in missing(image, project, install):
        message = (
            f"`{install.command}` leaves out `{each.distribution}` ({each.where}), and `{each.path}:{each.line}`, which"
            f" runs at start, imports `{each.module}`, so the container dies with `ModuleNotFoundError`;"
            f" make it a dependency of the program itself"
        )
        yield Finding(NAME, "likely", image.source, install.instruction.span, message)


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("modulenotfounderror: no module named", "importerror: no module named"),
)
