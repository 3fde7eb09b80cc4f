"""stdlib-module-removed: an import of a module that the Python of the image's base no longer has."""

from __future__ import annotations

import os

from prelaunch.model import Finding, Import, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.import_names import sift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project

NAME = "stdlib-module-removed"
_PUT_BACK = "distutils"
"""Setuptools brings it back, so that the other rules never speak of it."""


def check(fact: Import, project: Project) -> Iterator[Finding]:
    """A finding where the base image decides the Python, and that Python has lost the module."""
    if fact.guarded or fact.attribute:
        return
    from prelaunch_rules.import_names.judgement import judge, judge_standard

    put_back = fact.module.partition(".")[0] == _PUT_BACK
    fault = judge_standard(fact, project) if put_back else judge(fact, project)
    if fault is None or not fault.removed_from_image:
        return
    from prelaunch_rules.stdlib_module_removed.removed import certainty, message, place

    sure = certainty(fact, fault, project)
    if sure is not None:
        yield Finding(NAME, sure, fact.source, place(fact), message(fault, fact.source.path, project))


def _may_miss(source: Source, project: Project) -> bool:
    return _PUT_BACK in source.text or sift(source, project)


RULE = Rule(
    name=NAME,
    judges=Import,
    check=check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(os.path.abspath(__file__)),
    sift=_may_miss,
    symptoms=(
        "modulenotfounderror: no module named 'distutils'",
        "modulenotfounderror: no module named 'imp'",
        "modulenotfounderror: no module named 'cgi'",
        "modulenotfounderror: no module named 'asyncore'",
        "modulenotfounderror: no module named 'audioop'",
        "modulenotfounderror: no module named 'telnetlib'",
    ),
)
