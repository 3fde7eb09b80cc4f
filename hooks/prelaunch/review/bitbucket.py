"""Bitbucket Cloud's Code Insights: a report on the commit, with annotations that its pull requests show in their diff.

A report holds 1,000 annotations, taken 100 at a time; a summary has 450 characters. A report is made anew by each run,
so that nothing of it can be outdated or be there twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prelaunch import HOME
from prelaunch.review.forge import State
from prelaunch.transport import RefusedError

if TYPE_CHECKING:
    from prelaunch.review.plan import Plan
    from prelaunch.review.target import Target
    from prelaunch.transport import Client
    from prelaunch.writers.subject import Subject

SEVERITIES = {"certain": "HIGH", "likely": "MEDIUM", "hint": "LOW"}
MOST, BATCH, LONGEST = 1_000, 100, 450


class Bitbucket:
    """The report on one commit."""

    def __init__(self, target: Target, client: Client) -> None:
        self.client, self.commit = client, target.commit
        self.report = f"/repositories/{target.repository}/commit/{target.commit}/reports/prelaunch"

    def read(self) -> State:
        """Nothing is asked: Bitbucket itself shows of the annotations those that the diff holds."""
        return State(self.commit, {})

    def carry_out(self, plan: Plan, state: State, summary: str) -> list[str]:  # noqa: ARG002 (as every forge's)
        """The report in place of the one before."""
        try:
            self.client.write("DELETE", self.report)
        except RefusedError as error:
            if error.status != 404:
                raise
        found = plan.rest
        count = f"{len(found)} finding{'' if len(found) == 1 else 's'}"
        report = {
            "title": "prelaunch",
            "reporter": "prelaunch",
            "report_type": "BUG",
            "result": "FAILED" if found else "PASSED",
            "details": f"{count}: what would make a container crash at start",
            "link": HOME,
        }
        self.client.write("PUT", self.report, report)
        for start in range(0, min(len(found), MOST), BATCH):
            batch = [_annotation(subject) for subject in found[start : min(start + BATCH, MOST)]]
            self.client.write("POST", f"{self.report}/annotations", batch)
        return []


def _annotation(subject: Subject) -> dict[str, Any]:
    message = subject.message
    annotation = {
        "external_id": subject.fingerprint,
        "annotation_type": "BUG",
        "path": subject.path,
        "line": subject.where.line,
        "summary": message if len(message) <= LONGEST else message[: LONGEST - 3] + "...",
        "severity": SEVERITIES[subject.certainty],
    }
    return {**annotation, "link": subject.page} if subject.page else annotation
