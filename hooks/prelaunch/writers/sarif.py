"""Findings as SARIF 2.1.0 (OASIS standard), for code scanning. Columns are UTF-16 code units, as its readers expect."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

from prelaunch import HOME, __version__
from prelaunch.identity import fingerprints
from prelaunch.writers.place import decodable, place, utf16

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report
    from prelaunch.model import Finding, Rule, Source, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"certain": "error", "likely": "warning", "hint": "note"}


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:  # noqa: ARG001 (paths stay the root's)
    """Write one run to `out`. Its paths are relative to the project's root, which SRCROOT stands for."""
    rules = {rule.name: rule for rule in report.rules}
    pages = report.pages
    names = sorted(report.known)
    results = [
        _result(finding, names.index(finding.rule), fingerprint)
        for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True)
    ]
    run = {
        "tool": {
            "driver": {
                "name": "prelaunch",
                "semanticVersion": __version__,
                "informationUri": HOME,
                "rules": [_rule(name, report.known[name], rules.get(name), pages.get(name, "")) for name in names],
            }
        },
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "results": results,
    }
    out.write(dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n")


def _rule(name: str, summary: str, rule: Rule | None, page: str) -> dict[str, Any]:
    described = {"text": summary}
    return {
        "id": name,
        "shortDescription": described,
        "fullDescription": described,
        "help": described if rule is None else {**described, "markdown": rule.doc},
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": LEVELS["certain" if rule is None else rule.certainty]},
    }


def _result(finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    artifact = {"uri": _uri(finding.source.path), "uriBaseId": "SRCROOT"}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.certainty],
        "message": {"text": decodable(finding.message)},
        "locations": [
            {"physicalLocation": {"artifactLocation": artifact, "region": _region(finding.source, finding.span)}}
        ],
        "partialFingerprints": {"prelaunch/v1": fingerprint},
    }
    if finding.fix is not None:
        replacements = [
            {
                "deletedRegion": _region(finding.mended, edit.span),
                "insertedContent": {"text": decodable(edit.text)},
            }
            for edit in finding.fix.edits
        ]
        mended = {**artifact, "uri": _uri(finding.mended.path)}
        change = {"artifactLocation": mended, "replacements": replacements}
        result["fixes"] = [{"description": {"text": decodable(finding.fix.title)}, "artifactChanges": [change]}]
    return result


def _region(source: Source, span: Span) -> dict[str, int]:
    where = place(source, span)
    return {
        "startLine": where.line,
        "startColumn": utf16(source, where.line, where.column),
        "endLine": where.end_line,
        "endColumn": utf16(source, where.end_line, where.end_column),
    }


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"))
