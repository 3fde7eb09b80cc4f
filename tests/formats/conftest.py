"""One report that holds every kind of finding, some of it hostile, for the writers to write."""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from prelaunch.engine import Report
from prelaunch.model import Build, Edit, Finding, Fix, Rule, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCRIPT = Source("dir/ä b.sh", "#!/bin/sh\n\té😀 build -t x \\\n  .\nbuild\nbuild\n")
HOSTILE = Source("a&<b>'\",:;]%\x1b[2J.sh", "<script>alert(1)</script> | `x` ]]> \udcff\x00\r\nbuild\r\n")


PAGE = "https://example.org/rules/a/"


def at(source: Source, text: str, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = source.text.index(text, start + 1)
    return Span(start, start + len(text))


def insert(source: Source, text: str, new: str) -> Edit:
    stop = at(source, text).stop
    return Edit(Span(stop, stop), new)


FINDINGS = (
    Finding("unreadable", "certain", HOSTILE, Span(0, 12), "saw <script> & `<b>` | ]]> 100% \x1b[2J\n@someone"),
    Finding("a", "hint", HOSTILE, at(HOSTILE, "build"), "an odd ` backquote"),
    Finding(
        "a",
        "likely",
        SCRIPT,
        Span(at(SCRIPT, "build").start, at(SCRIPT, "  .").stop),
        "`build` names no platform",
        Fix((insert(SCRIPT, "build", " --platform linux/amd64"),), "add `--platform linux/amd64`"),
    ),
    Finding("a", "likely", SCRIPT, at(SCRIPT, "build", 1), "m"),
    Finding(
        "a",
        "likely",
        SCRIPT,
        at(SCRIPT, "build", 2),
        "m",
        Fix((insert(SCRIPT, "#!/bin/sh", " -e"), insert(SCRIPT, "  .", "x")), "two places"),
    ),
    Finding("unreadable", "certain", Source("empty", ""), Span(0, 0), "is empty"),
)


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    (tmp_path / "README.md").write_text("# a\n\nWhat a is for.\n")
    return Rule("a", Build, lambda fact, project: iter(()), "likely", True, str(tmp_path), url=PAGE)  # noqa: ARG005


@pytest.fixture
def report(rule: Rule) -> Report:
    return Report(FINDINGS, (rule,), files=3, builds=4, unknown=1, everything=FINDINGS)


@pytest.fixture
def write(report: Report) -> Callable[..., str]:
    """Write the report (or another) in a format; gives the text."""

    def write_one(form: str, other: Report | None = None) -> str:
        out = io.StringIO()
        import_module(f"prelaunch.writers.{form}").write(other or report, out, lambda path: f"here/{path}")
        return out.getvalue()

    return write_one
