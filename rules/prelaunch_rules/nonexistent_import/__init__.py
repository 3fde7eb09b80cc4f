"""nonexistent-import: an import that fails with every release of the package that the project may get."""

from __future__ import annotations

import os

from prelaunch.model import Finding, Import, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.import_names import sift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Fix
    from prelaunch.project import Project

NAME = "nonexistent-import"


def check(fact: Import, project: Project) -> Iterator[Finding]:
    """A finding where the import, or the attribute, cannot succeed with any release that the project may get."""
    if fact.guarded or "." not in f"{fact.module}.{fact.name or ''}":
        return
    from prelaunch_rules.import_names.judgement import judge
    from prelaunch_rules.import_names.message import message

    fault = judge(fact, project)
    if fault is not None and not fault.removed_from_image:
        yield Finding(NAME, fault.certainty, fact.source, fact.span, message(fact, fault))


def mend(fact: Import, project: Project) -> Fix | None:
    """The edits that put the right name in place, with every use of it; None where they are not certain."""
    from prelaunch_rules.import_names.judgement import judge

    fault = None if fact.guarded else judge(fact, project)
    if fault is None or fault.right is None or not fault.right.sure:
        return None
    from prelaunch_rules.nonexistent_import.fix import fix

    return fix(fact, fault.right, project)


RULE = Rule(
    name=NAME,
    judges=Import,
    check=check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(os.path.abspath(__file__)),
    mend=mend,
    sift=sift,
    symptoms=(
        "importerror: cannot import name",
        "modulenotfounderror: no module named",
        "importerror: no module named",
        "attributeerror: module ... has no attribute",
    ),
)
