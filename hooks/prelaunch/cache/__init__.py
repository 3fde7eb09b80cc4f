"""What one run over a whole project learnt, kept for the next: a file is judged again only where something changed.

A verdict on a file rests on more than the file: on what it includes, on lock files, on which files are there at all. So
every question that was asked of the project meanwhile is kept with its answer, and a verdict counts only while all of
the answers are still the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.cache.run import Kept
    from prelaunch.engine import Judge
    from prelaunch.project import Settings


def keep(root: str, settings: Settings, judge: Judge) -> Kept | None:
    """What is kept of the project at `root` for this judge; None where nothing is to be kept."""
    from prelaunch.cache.document import folder
    from prelaunch.cache.key import key
    from prelaunch.cache.run import Kept
    from prelaunch.registry import packages

    home = folder()
    if home is None:
        return None
    chosen = [rule.name for rule in judge.rules]
    return Kept(home, root, key(settings, chosen, packages(), sorted(judge.known), sorted(judge.ignored), judge.fixes))
