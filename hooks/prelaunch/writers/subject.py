"""A finding as every format describes it: its place, what is wrong, how to mend it, and where to read more."""

from __future__ import annotations

from itertools import pairwise

from prelaunch.identity import fingerprints
from prelaunch.model import Edit, Span
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch.writers.place import Place, place, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.engine import Report
    from prelaunch.model import Certainty, Finding, Fix, Source


class Subject(NamedTuple):
    """One finding: `path` is relative to the root, `message` and `cure` are one printable line; `page` may be ""."""

    finding: Finding
    where: Place
    fingerprint: str
    page: str

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return self.finding.rule

    @property
    def certainty(self) -> Certainty:
        """How sure the finding is."""
        return self.finding.certainty

    @property
    def path(self) -> str:
        """The file, relative to the project's root."""
        return self.finding.source.path

    @property
    def message(self) -> str:
        """What is there, what happens because of it and what to do."""
        return printable(self.finding.message)

    @property
    def cure(self) -> str:
        """What the fix does; "" where there is none."""
        return "" if self.finding.fix is None else printable(self.finding.fix.title)


def subjects(report: Report) -> Iterator[Subject]:
    """The findings of a report, described, in its order."""
    pages = report.pages
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        yield Subject(finding, place(finding.source, finding.span), fingerprint, pages.get(finding.rule, ""))


def by_path(found: Iterable[Subject]) -> dict[str, list[Subject]]:
    """Subjects by their file, in the order given."""
    files: dict[str, list[Subject]] = {}
    for subject in found:
        files.setdefault(subject.path, []).append(subject)
    return files


def one_edit(source: Source, fix: Fix) -> Edit | None:
    """The whole fix as one edit; None where a line that it leaves alone lies between its edits, or two are at odds."""
    if fix.source is not None and fix.source.path != source.path:
        return None
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    if not edits:
        return None
    for before, after in pairwise(edits):
        if after.span.start < before.span.stop or after.span == before.span:
            return None
        if source.position(after.span.start)[0] - source.position(before.span.stop)[0] > 1:
            return None
    text, at = "", edits[0].span.start
    for edit in edits:
        text += source.text[at : edit.span.start] + edit.text
        at = edit.span.stop
    return Edit(Span(edits[0].span.start, at), text)
