"""What the rules about imports share: which names the project's packages lack, and what was meant by them. No rule."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules import suspects

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.project import Project


def sift(source: Source, project: Project) -> bool:
    """Whether a text imports something that the project may lack; guards and the like are not looked at."""
    key = ("import-names", source.path, source.text)
    if key not in project.memo:
        from prelaunch_rules.import_names.judgement import may_lack

        asked = suspects(source.text.encode("utf-8", "surrogateescape"))
        project.memo[key] = any(may_lack(each, source.path, project) for each in asked)
    return bool(project.memo[key])
