"""Comments and plans apart from any forge: what a suggestion does when it is applied, what is capped, what is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.changes import Changed, Line
from prelaunch.engine import Report
from prelaunch.mend import splice
from prelaunch.model import Edit, Finding, Fix, Source, Span
from prelaunch.review.plan import LONGEST, Known, make_plan, summarise
from prelaunch.review.remarks import Diff, mark, marked, remark
from prelaunch.writers.subject import Subject, subjects


def _subjects(*findings: Finding) -> list[Subject]:
    return list(subjects(Report(findings, (), everything=findings)))


def _diff(source: Source, shown: dict[int, int | None]) -> Changed:
    """A diff that shows the given lines, each with its old number or None where it is added, runs of them as hunks."""
    lines: dict[int, Line] = {}
    hunk, before = 0, None
    for number in sorted(shown):
        hunk += before is not None and number != before + 1
        before = number
        lines[number] = Line(hunk, shown[number], source.line(number).encode("utf-8", "surrogateescape"))
    return Changed(source.path, source.path, lines)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Finding, Changed]:
    rows = draw(st.lists(st.text("ab` é\t", max_size=6), min_size=1, max_size=8))
    source = Source("x", "\n".join(rows) + draw(st.sampled_from(["", "\n"])))
    offsets = st.integers(0, len(source.text))
    edits = []
    for _ in range(draw(st.integers(1, 2))):
        start, stop = sorted((draw(offsets), draw(offsets)))
        edits.append(Edit(Span(start, stop), draw(st.text("xy\n`", max_size=5))))
    span = Span(*sorted((draw(offsets), draw(offsets))))
    numbers = range(1, source.text.count("\n") + 1 + (not source.text.endswith("\n")))
    shown = {number: draw(st.sampled_from([None, None, number])) for number in numbers if draw(st.booleans())}
    return Finding("r", "likely", source, span, "m", Fix(tuple(edits), "t")), _diff(source, shown)


@settings(max_examples=400, deadline=None)
@given(_cases())
def test_a_suggestion_that_is_applied_gives_the_mended_file(case: tuple[Finding, Changed]) -> None:
    finding, changed = case
    one = remark(_subjects(finding)[0], Diff.of(finding.source, changed))
    if one is None:
        return
    assert one.last in changed.lines
    assert len({changed.lines[line].hunk for line in range(one.first, one.last + 1)}) == 1
    if one.replacement is None:
        assert changed.adds(one.last)
        return
    assert finding.fix is not None
    mended = splice(finding.source, finding.fix.edits)
    assert mended is not None
    lines = finding.source.text.split("\n")
    applied = "\n".join([*lines[: one.first - 1], one.replacement, *lines[one.last :]])
    assert applied == mended.text
    body = one.body().split("\n")
    fence = next(line for line in body if line.endswith("suggestion")).removesuffix("suggestion")
    inside = body[body.index(f"{fence}suggestion") + 1 :]
    assert "\n".join(inside[: inside.index(fence)]) == one.replacement


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"text\n\n{mark('0a')}", "0a"),
        (f"text\n\n{mark('0a')}\n", "0a"),
        (f"> {mark('0a')}", ""),
        (f"{mark('0a')}\nmore", ""),
        (f"text {mark('0a')}", ""),
        ("<!-- prelaunch:v1:0a", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_mark_counts_alone_on_the_last_line(body: Any, expected: str) -> None:
    assert marked(body) == expected


def _many(count: int, certainty: Any = "likely") -> tuple[list[Subject], Changed]:
    source = Source("x", "".join(f"build {number}\n" for number in range(count)))
    found = [Finding("r", certainty, source, Span(*_at(source, f"build {n}\n")), f"m{n}") for n in range(count)]
    return _subjects(*found), _diff(source, dict.fromkeys(range(1, count + 1)))


def _at(source: Source, text: str) -> tuple[int, int]:
    start = source.text.index(text)
    return start, start + len(text) - 1


def test_the_most_certain_are_commented_first_and_the_rest_is_summarised() -> None:
    likely, changed = _many(4)
    certain = [
        one._replace(finding=one.finding._replace(certainty="certain"), fingerprint=f"c{n}")
        for n, one in enumerate(likely)
    ]
    plan = make_plan([*likely, *certain], {"x": changed}, [], 5)
    assert [one.subject.certainty for one in plan.post] == ["certain"] * 4 + ["likely"]
    assert (plan.over, len(plan.rest)) == (3, 3)


def test_comments_that_are_there_count_against_the_most() -> None:
    found, changed = _many(10)
    known = [Known(str(n), one.fingerprint) for n, one in enumerate(found[:4])]
    plan = make_plan(found, {"x": changed}, [*known, Known("9", "gone"), Known("8", "gone", answered=True)], 6)
    assert (plan.kept, len(plan.post), plan.over) == (4, 2, 4)
    assert [comment.id for comment in plan.outdated] == ["9"]


def test_a_summary_of_very_many_findings_is_short_enough_for_every_forge() -> None:
    found, _ = _many(5000)
    text = summarise(make_plan(found, {}, [], 30), len(found))
    assert len(text) <= LONGEST + 1000
    assert "- and 4900 more" in text
    assert marked(text) == "summary"


def test_a_summary_pings_nobody_and_breaks_out_of_nothing() -> None:
    source = Source("a`</details>@bob", "x")
    found = _subjects(Finding("r", "likely", source, Span(0, 1), "</details> <!-- @alice #1"))
    text = summarise(make_plan(found, {}, [], 30), 1)
    assert "@alice" not in text
    assert "\\<!--" in text
    assert "``a`</details>@bob:1``" in text
