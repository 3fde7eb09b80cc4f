"""Findings for people and editors: one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import printable
from prelaunch.writers.subject import subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write `path:line:column: certainty[rule] message` for every finding."""
    for subject in subjects(report):
        place = f"{printable(shown(subject.path))}:{subject.where.line}:{subject.where.column}"
        out.write(f"{place}: {subject.certainty}[{subject.rule}] {subject.message}\n")
