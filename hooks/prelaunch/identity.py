"""Which finding is which from one run to the next, so that a baseline, a forge or a review knows it again.

An identity is made of the rule, the path, the text of the place without its white space, and which of its like it is in
the file. No line number and no message is in it: lines that move and words that get better change nothing.
"""

from __future__ import annotations

import hashlib

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prelaunch.engine import Report
    from prelaunch.model import Finding

    Key = tuple[str, int, int, str, str]


def fingerprints(report: Report) -> list[str]:
    """The identity of each finding of `report.findings`, 32 hexadecimal digits; no two are equal.

    Twins are counted among all findings of their file, so that an identity is the same whichever of them are shown.
    """
    known = _all(report.everything or report.findings)
    return [known[_key(finding)] for finding in report.findings]


def _all(findings: Iterable[Finding]) -> dict[Key, str]:
    seen: dict[str, int] = {}
    known = {}
    for finding in findings:
        identity = f"{finding.rule}\0{finding.source.path}\0{normalised(finding)}"
        seen[identity] = seen.get(identity, 0) + 1
        whole = f"{identity}\0{seen[identity]}".encode("utf-8", "surrogatepass")
        known[_key(finding)] = hashlib.sha256(whole).hexdigest()[:32]
    return known


def normalised(finding: Finding) -> str:
    """The text of a finding's place without its white space."""
    return "".join(finding.source.text[finding.span.start : finding.span.stop].split())


def _key(finding: Finding) -> Key:
    return (finding.source.path, finding.span.start, finding.span.stop, finding.rule, finding.message)
