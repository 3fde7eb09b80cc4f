"""Scripts that stand in string literals of another language."""

from __future__ import annotations

from prelaunch.places.script import ScriptFacts, Setting, read_script
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Fragment
    from prelaunch.project import Project


def read_embedded(fragment: Fragment, setting: Setting, project: Project) -> ScriptFacts:
    """As `read_script`; a slot is kept only inside a literal's own characters, never beside a name of the language."""
    facts = read_script(fragment, setting, project)
    return ScriptFacts(tuple(_kept(build, fragment) for build in facts.builds), facts.pushes)


def _kept(build: Build, fragment: Fragment) -> Build:
    if build.slot is None:
        return build
    at = build.slot.span
    inside = any(
        piece.literal and piece.text and piece.start <= at.start <= at.stop <= piece.stop for piece in fragment.pieces
    )
    return build if inside else build._replace(slot=None)
