"""dead-import-guard: an import under `except ImportError` that no release satisfies: the fallback always runs."""

from __future__ import annotations

import os

from prelaunch.model import Finding, Import, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.import_names import sift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

NAME = "dead-import-guard"
_GUARD = "an except clause"


def check(fact: Import, project: Project) -> Iterator[Finding]:
    """A finding where a guarded import names what is in no release at all; what only went is what guards are for."""
    if fact.guarded != _GUARD or fact.attribute or "." not in f"{fact.module}.{fact.name or ''}":
        return
    from prelaunch_rules.import_names.judgement import judge
    from prelaunch_rules.import_names.message import lacks, suggestion

    fault = judge(fact, project)
    if fault is not None and fault.never:
        text = f"{lacks(fact, fault)}, so this import never succeeds and its `except` always runs"
        yield Finding(NAME, "likely", fact.source, fact.span, f"{text}{suggestion(fact, fault)}")


RULE = Rule(
    name=NAME,
    judges=Import,
    check=check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(os.path.abspath(__file__)),
    sift=sift,
)
