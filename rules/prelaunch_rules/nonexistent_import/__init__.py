"""nonexistent-import: an imported name that is in no release of its package."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch.model import Finding, Import, Rule
from prelaunch_rules import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Fix
    from prelaunch.project import Project
    from prelaunch_rules.nonexistent_import.data import Row

NAME = "nonexistent-import"
_TOPS = frozenset(group[0].decode() for group in NAMES)


def check(fact: Import, project: Project) -> Iterator[Finding]:
    """A finding where the import, or the attribute, cannot succeed with any release of the package."""
    found = judge(fact, project)
    if found is not None:
        path, row = found
        yield Finding(NAME, "certain", fact.source, fact.span, _message(fact, path, row))


def mend(fact: Import, project: Project) -> Fix | None:
    """The edits that put the right name in place, with every use of it; None where they are not certain."""
    found = judge(fact, project)
    if found is None:
        return None
    from prelaunch_rules.nonexistent_import.fix import fix

    return fix(fact, found[1], project)


def judge(fact: Import, project: Project) -> tuple[str, Row] | None:
    """What of the import is in no release: the dotted path, and the row of the data that says so; None for nothing."""
    top = fact.module.partition(".")[0]
    if fact.guarded or top not in _TOPS:
        return None
    found = _find(fact)
    if found is None:
        return None
    from prelaunch_rules.nonexistent_import import surroundings

    return None if surroundings.may_be_another(found[1], fact, project) else found


def _find(fact: Import) -> tuple[str, Row] | None:
    from prelaunch_rules.nonexistent_import.data import find_name, find_path

    name = fact.name if fact.name != "*" else None
    row = find_name(fact.module, name) if name else None
    if fact.attribute:
        # an attribute that is a submodule may be there without being listed: only names of a module are judged
        return (f"{fact.module}.{name}", row) if row and row.missing == "name" else None
    found = find_path(fact.module)
    if found is not None:
        # of several rows of a missing module the one of this name has the suggestion
        return (found[0], row) if row and row.missing == "module" else found
    return (f"{fact.module}.{name}", row) if row else None


def _message(fact: Import, path: str, row: Row) -> str:
    by_name = not fact.module.startswith(path) and fact.name is not None
    shown = fact.name if by_name else path
    if fact.attribute:
        ends = "so reading it fails"
    elif _is_indented(fact):
        ends = "so this import fails when it runs"
    else:
        ends = "so this import fails at start"
    range_ = f"from {row.first} to {row.last}"
    return f"`{shown}` is in no release of {row.package} {range_}, {ends}{_suggestion(fact, row)}"


def _suggestion(fact: Import, row: Row) -> str:
    if not row.right or fact.name != row.wrong:
        return ""
    right = row.right_name if row.right_module == fact.module else f"{row.right_module}.{row.right_name}"
    return f"; did you mean `{right}`?"


def _is_indented(fact: Import) -> bool:
    """Whether the import stands in a block, so that it need not run at start."""
    if fact.fragment is None or len(fact.fragment.pieces) != 1:
        return False
    line, _ = fact.source.position(fact.span.start)
    return fact.source.line(line)[:1] in {" ", "\t"}


RULE = Rule(
    name=NAME,
    judges=Import,
    check=check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(os.path.abspath(__file__)),
    mend=mend,
)
