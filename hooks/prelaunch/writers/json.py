"""Findings for programs: one JSON object. Lines and columns count from 1, in characters; ends are exclusive.

`report.schema.json` beside this module says the same as a JSON Schema.
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any, TextIO

from prelaunch.writers.place import decodable, place
from prelaunch.writers.subject import subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report
    from prelaunch.writers.subject import Subject

VERSION = "1"
"""The version of this format: it changes when a reader of the old one would fail."""


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write the object to `out`; `shown` turns a path of the project into the one to print."""
    certainties = [finding.certainty for finding in report.findings]
    whole = {
        "version": VERSION,
        "findings": [plain(subject, shown) for subject in subjects(report)],
        "summary": {
            "findings": len(certainties),
            "certain": certainties.count("certain"),
            "likely": certainties.count("likely"),
            "hint": certainties.count("hint"),
            "fixable": sum(finding.fix is not None and finding.fix.safe for finding in report.findings),
            "files": report.files,
            "builds": report.builds,
            "unknown": report.unknown,
        },
    }
    out.write(dumps(whole, indent=2) + "\n")


def plain(subject: Subject, shown: Callable[[str], str]) -> dict[str, Any]:
    """One finding as plain data."""
    finding = subject.finding
    return {
        "rule": finding.rule,
        "certainty": finding.certainty,
        "path": decodable(shown(finding.source.path)),
        **subject.where._asdict(),
        "message": decodable(finding.message),
        "page": subject.page or None,
        "fingerprint": subject.fingerprint,
        "fix": None
        if finding.fix is None
        else {
            "title": decodable(finding.fix.title),
            "safe": finding.fix.safe,
            "path": decodable(shown(finding.mended.path)),
            "edits": [
                {**place(finding.mended, edit.span)._asdict(), "text": decodable(edit.text)}
                for edit in finding.fix.edits
            ],
        },
    }
