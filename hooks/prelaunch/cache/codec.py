"""Findings to plain lists and back."""

from __future__ import annotations

from prelaunch.model import Edit, Finding, Fix, Source, Span
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def encode(finding: Finding) -> list[Any]:
    """A finding without its source's text."""
    fix = finding.fix
    source = finding.source
    mended = None
    if fix is not None:
        other = None if fix.source is None else [fix.source.path, fix.source.encoding]
        mended = [[[*edit.span, edit.text] for edit in fix.edits], fix.title, fix.safe, other]
    return [finding.rule, finding.certainty, source.path, source.encoding, *finding.span, finding.message, mended]


def decode(kept: list[Any], source: Callable[[str, str], Source]) -> Finding:
    """The finding again; `source` gives the source of a path in an encoding."""
    rule, certainty, path, encoding, start, stop, message, mended = kept
    fix = None
    if mended is not None:
        edits, title, safe, other = mended
        spans = tuple(Edit(Span(first, last), text) for first, last, text in edits)
        fix = Fix(spans, title, safe, None if other is None else source(*other))
    return Finding(rule, certainty, source(path, encoding), Span(start, stop), message, fix)
