"""What a run changes in a review: which comments are new, which stay, which are outdated, and what its summary says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.review.remarks import Diff, mark, remark
from prelaunch.writers.markdown import ORDER, code, inline, rule_link
from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prelaunch.changes import Changed
    from prelaunch.review.remarks import Remark
    from prelaunch.writers.subject import Subject

SUMMARY = "summary"
"""What stands in place of a fingerprint in the mark of the summary."""

LISTED, LONGEST = 100, 60_000
"""The findings that a summary lists at most, and its characters; forges refuse 65,536 and more."""


class Known(NamedTuple):
    """An own comment that is there: its id, its finding's fingerprint, and whether a person answered it.

    `thread` is what a forge needs beside the id to speak of it, `closed` whether it is resolved already.
    """

    id: str
    fingerprint: str
    answered: bool = False
    thread: str = ""
    closed: bool = False


class Plan(NamedTuple):
    """`post` are new comments, `outdated` those to take back, `rest` the findings that no comment speaks of."""

    post: tuple[Remark, ...]
    outdated: tuple[Known, ...]
    kept: int
    rest: tuple[Subject, ...]
    over: int


def make_plan(subjects: Iterable[Subject], changed: Mapping[str, Changed], known: Sequence[Known], most: int) -> Plan:
    """Hold the findings against the comments that are there.

    No finding gets a second comment, whatever became of the first one. At most `most` comments stand in all, the most
    certain first; `over` counts the findings left out for that. A comment is outdated where its finding is gone, unless
    a person answered it.
    """
    there = {comment.fingerprint for comment in known}
    remarks, rest, found = [], [], set()
    diffs: dict[str, Diff] = {}
    for subject in subjects:
        found.add(subject.fingerprint)
        if subject.fingerprint in there:
            continue
        if subject.path in changed and subject.path not in diffs:
            diffs[subject.path] = Diff.of(subject.finding.source, changed[subject.path])
        one = remark(subject, diffs[subject.path]) if subject.path in diffs else None
        if one is None:
            rest.append(subject)
        else:
            remarks.append(one)
    remarks.sort(key=lambda one: ORDER.index(one.subject.certainty))
    kept = len(there & found)
    room = max(0, most - kept)
    over = remarks[room:]
    outdated = tuple(
        comment for comment in known if comment.fingerprint not in found and not comment.answered and not comment.closed
    )
    return Plan(tuple(remarks[:room]), outdated, kept, (*(one.subject for one in over), *rest), len(over))


def summarise(plan: Plan, total: int) -> str:
    """The review's body: how much was found, and what no comment speaks of."""
    lines = [
        f"**prelaunch**: {_count(total)}" + (f", {_count(plan.kept + len(plan.post), 'comment')}" if total else "")
    ]
    if plan.over:
        lines.append(f"{_count(plan.over, 'more')} would be too many comments: they come as others go.")
    if plan.rest:
        lines += ["", f"<details><summary>{_count(len(plan.rest))} without a comment</summary>", ""]
        size = sum(map(len, lines))
        for number, subject in enumerate(plan.rest):
            place = code(f"{printable(subject.path)}:{subject.where.line}")
            line = f"- {place} **{subject.certainty}** {rule_link(subject)}: {inline(subject.message)}"
            size += len(line) + 1
            if number == LISTED or size > LONGEST:
                lines.append(f"- and {len(plan.rest) - number} more")
                break
            lines.append(line)
        lines += ["", "</details>"]
    return "\n".join([*lines, "", mark(SUMMARY)])


def _count(number: int, noun: str = "finding") -> str:
    return f"{number} {noun}" + ("" if number == 1 or noun == "more" else "s")
