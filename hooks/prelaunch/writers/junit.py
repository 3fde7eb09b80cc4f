"""Findings as JUnit's XML, which nearly every CI system shows: a test suite a file, a failed test a finding."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import printable
from prelaunch.writers.subject import by_path, subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.engine import Report
    from prelaunch.writers.subject import Subject


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write the suites; where nothing was found one passed test, as an empty report counts as a broken one."""
    total = len(report.findings)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<testsuites name="prelaunch" tests="{total or 1}" failures="{total}" errors="0">\n')
    for path, found in by_path(subjects(report)).items():
        out.writelines(_suite(escape(printable(shown(path))), found))
    if not total:
        out.write('  <testsuite name="prelaunch" tests="1" failures="0" errors="0" time="0">\n')
        out.write(f'    <testcase classname="prelaunch" name="{report.files} files" time="0"/>\n  </testsuite>\n')
    out.write("</testsuites>\n")


def _suite(path: str, found: list[Subject]) -> Iterator[str]:
    yield f'  <testsuite name="{path}" tests="{len(found)}" failures="{len(found)}" errors="0" time="0">\n'
    for subject in found:
        where = f"{subject.where.line}:{subject.where.column}"
        name = escape(f"{subject.rule} at {where}")
        yield f'    <testcase classname="{path}" name="{name}" file="{path}" line="{subject.where.line}" time="0">\n'
        yield f'      <failure type="{subject.certainty}" message="{escape(subject.message)}">'
        more = [f"{path}:{where}: {escape(subject.message)}"]
        more += [f"fix: {escape(subject.cure)}"] if subject.cure else []
        more += [escape(subject.page)] if subject.page else []
        yield "\n".join(more) + "</failure>\n    </testcase>\n"
    yield "  </testsuite>\n"
