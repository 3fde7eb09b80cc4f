"""Findings as Checkstyle's XML, which Jenkins, reviewdog and many editors read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import printable
from prelaunch.writers.subject import by_path, subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report

SEVERITIES = {"certain": "error", "likely": "warning", "hint": "info"}


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write one `file` a file and one `error` a finding."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n')
    for path, found in by_path(subjects(report)).items():
        out.write(f'  <file name="{escape(printable(shown(path)))}">\n')
        for subject in found:
            place = f'line="{subject.where.line}" column="{subject.where.column}"'
            kind = f'severity="{SEVERITIES[subject.certainty]}" source="prelaunch.{escape(subject.rule)}"'
            out.write(f'    <error {place} {kind} message="{escape(subject.message)}"/>\n')
        out.write("  </file>\n")
    out.write("</checkstyle>\n")
