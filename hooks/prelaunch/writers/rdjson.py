"""Findings as reviewdog's diagnostic format (RDFormat), whole: `reviewdog -f=rdjson`.

Columns count UTF-8 bytes from 1, the end exclusive. A byte order mark counts: reviewdog cuts the line as git shows it.
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any, TextIO

from prelaunch import HOME
from prelaunch.writers.place import decodable
from prelaunch.writers.subject import one_edit, subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report
    from prelaunch.model import Source, Span
    from prelaunch.writers.subject import Subject

SEVERITIES = {"certain": "ERROR", "likely": "WARNING", "hint": "INFO"}
SOURCE = {"name": "prelaunch", "url": HOME}


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write one object with every finding."""
    found = [diagnostic(subject, shown) for subject in subjects(report)]
    out.write(dumps({"source": SOURCE, "diagnostics": found}, indent=2) + "\n")


def diagnostic(subject: Subject, shown: Callable[[str], str]) -> dict[str, Any]:
    """One finding; it suggests a fix where that is one run of lines, as a suggestion holds one range."""
    finding = subject.finding
    edit = None if finding.fix is None else one_edit(finding.source, finding.fix)
    code = {"value": subject.rule, "url": subject.page} if subject.page else {"value": subject.rule}
    found: dict[str, Any] = {
        "message": subject.message,
        "location": {"path": decodable(shown(subject.path)), "range": _range(finding.source, finding.span)},
        "severity": SEVERITIES[subject.certainty],
        "code": code,
    }
    if edit is not None:
        found["suggestions"] = [{"range": _range(finding.source, edit.span), "text": decodable(edit.text)}]
    return found


def _range(source: Source, span: Span) -> dict[str, dict[str, int]]:
    return {"start": _position(source, span.start), "end": _position(source, max(span.start, span.stop))}


def _position(source: Source, offset: int) -> dict[str, int]:
    line, column = source.position(offset)
    before = source.text[offset - column + 1 : offset]
    return {"line": line, "column": len(before.encode("utf-8", "surrogateescape")) + 1}
