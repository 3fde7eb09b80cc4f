"""What the rules about imports share: which names the project's packages lack, and what was meant by them. No rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch_rules import NAMES

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.project import Project

_TOPS = frozenset(group[0].decode() for group in NAMES)


def sift(source: Source, project: Project) -> bool:
    """Whether a text imports something that the project may lack; guards and the like are not looked at."""
    from prelaunch.index.quick import questions
    from prelaunch_rules.import_names.judgement import may_lack

    data = source.text.encode("utf-8", "surrogateescape")
    return any(may_lack(asked, source.path, project) for asked in questions(data, _TOPS))
