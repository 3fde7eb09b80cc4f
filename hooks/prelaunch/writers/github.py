"""Findings as GitHub Actions workflow commands, which annotate the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions; escapes as `@actions/core` has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import place, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report

LEVELS = {"certain": "error", "likely": "warning", "hint": "notice"}
SHOWN = 10
"""GitHub shows so many annotations of each level of a step and drops the others without a word."""


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:  # noqa: ARG001 (paths stay the root's)
    """Write one command a finding, the most certain first; paths are relative to the root of the repository."""
    counts = dict.fromkeys(LEVELS, 0)
    for finding in sorted(report.findings, key=lambda finding: list(LEVELS).index(finding.certainty)):
        counts[finding.certainty] += 1
        where = place(finding.source, finding.span)
        properties = {"title": finding.rule, "file": finding.source.path, "line": where.line, "endLine": where.end_line}
        if where.line == where.end_line:  # columns are refused for a range of lines
            properties |= {"col": where.column, "endColumn": where.end_column}
        named = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        out.write(f"::{LEVELS[finding.certainty]} {named}::{_data(printable(finding.message))}\n")
    if any(count > SHOWN for count in counts.values()):
        out.write(f"{len(report.findings)} findings; GitHub annotates only the first {SHOWN} of each level\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
