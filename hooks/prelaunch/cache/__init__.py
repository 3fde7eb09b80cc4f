"""What one run over a whole project learnt, kept for the next: a file is judged again only where something changed.

A verdict on a file rests on more than the file: on what it includes, on lock files, on which files are there at all. So
every question that was asked of the project meanwhile is kept with its answer, and a verdict counts only while all of
the answers are still the same.
"""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.cache.run import Kept
    from prelaunch.files import Disk
    from prelaunch.project import Settings


def keep(disk: Disk, settings: Settings, *parts: object) -> Kept | None:
    """What is kept of the project on this disk under these settings; None where nothing is to be kept.

    `parts` are what else the findings depend on: the rules that a call selects, whether fixes are wanted.
    """
    from prelaunch.cache.document import folder
    from prelaunch.cache.key import key
    from prelaunch.cache.run import Kept
    from prelaunch.registry import packages, rule_names

    home = folder()
    return None if home is None else Kept(home, disk, key(settings, rule_names(), packages(), *parts))
