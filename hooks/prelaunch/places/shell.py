"""Shell scripts: the images that a file builds."""

from __future__ import annotations

from prelaunch.places.script import Setting, read_script
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a script; it is taken to run at the root or in its own folder, whichever its paths fit."""
    return list(read_script(source.whole(), Setting("shell"), project).builds)
