"""import-not-installed: what runs at start imports a distribution that the image's installation leaves out."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "import-not-installed"
_SIGNS = ("uv sync", "poetry install", "pipenv ")
"""One of them stands in a Dockerfile that installs by a lock file."""


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each distribution of a group that is not installed, and that a file which starts imports."""
    if not any(sign in image.source.text for sign in _SIGNS) and not _has_lists(image, project):
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


def _has_lists(image: Image, project: Project) -> bool:
    """Whether pip installs by a list, and there is another list for development in the folder or one above."""
    if "pip" not in image.source.text or "-r" not in image.source.text:
        return False
    folder = image.source.path
    while folder:
        folder = folder.rpartition("/")[0]
        for name in project.names(folder or "."):
            if "require" in name and ("dev" in name or "test" in name):
                return True
    return False


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("modulenotfounderror: no module named", "importerror: no module named"),
)
