"""Findings for programs: one JSON object. Lines and columns count from 1, in characters; ends are exclusive."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any, TextIO

from prelaunch.writers.place import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report
    from prelaunch.model import Finding

VERSION = "1"
"""The version of this format: it changes when a reader of the old one would fail."""


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write the object to `out`; `shown` turns a path of the project into the one to print."""
    certainties = [finding.certainty for finding in report.findings]
    whole = {
        "version": VERSION,
        "findings": [plain(finding, shown) for finding in report.findings],
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


def plain(finding: Finding, shown: Callable[[str], str]) -> dict[str, Any]:
    """One finding as plain data."""
    return {
        "rule": finding.rule,
        "certainty": finding.certainty,
        "path": decodable(shown(finding.source.path)),
        **place(finding.source, finding.span)._asdict(),
        "message": decodable(finding.message),
        "fix": None
        if finding.fix is None
        else {
            "title": decodable(finding.fix.title),
            "safe": finding.fix.safe,
            "edits": [
                {**place(finding.source, edit.span)._asdict(), "text": decodable(edit.text)}
                for edit in finding.fix.edits
            ],
        },
    }


def decodable(text: str) -> str:
    """`text` as every reader of JSON can decode it: bytes that were not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
