"""Findings as GitLab's code quality report, for the merge request's widget and its diff.

Documented under "Code Quality", "Code Quality report format": a JSON array; the fingerprint must be unique, as GitLab
drops all but one of those that are equal. Paths are relative to the root of the repository.
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import decodable
from prelaunch.writers.subject import subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report

SEVERITIES = {"certain": "critical", "likely": "major", "hint": "info"}


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:  # noqa: ARG001 (paths stay the root's)
    """Write the array to `out`."""
    issues = [
        {
            "description": subject.message,
            "check_name": subject.rule,
            "fingerprint": subject.fingerprint,
            "severity": SEVERITIES[subject.certainty],
            "location": {
                "path": decodable(subject.path),
                "lines": {"begin": subject.where.line, "end": subject.where.end_line},
            },
        }
        for subject in subjects(report)
    ]
    out.write(dumps(issues, indent=2) + "\n")
