"""PowerShell scripts and cmd batch files: the images that a file builds."""

from __future__ import annotations

from prelaunch.places.script import Setting, read_script
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file, its dialect by its name; spans are offsets into its text. Reported, never mended."""
    batch = source.path.lower().endswith((".bat", ".cmd"))
    return list(read_script(source.whole(), Setting("other", dialect="cmd" if batch else "powershell"), project).builds)
