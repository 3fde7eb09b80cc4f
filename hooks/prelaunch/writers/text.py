"""Findings for people: place, certainty, rule, message, then the line with the place underlined."""

from __future__ import annotations

import os

from prelaunch.model import Build
from prelaunch.typed import TYPE_CHECKING
from prelaunch.writers.place import place, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from prelaunch.engine import Report
    from prelaunch.model import Finding

    Parts = list[tuple[str, str]]
    """A line as pairs of text and style."""

WIDTH = 110
STYLES = {"certain": "bold red", "likely": "bold yellow", "hint": "bold cyan"}


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write every finding to `out`; `shown` turns a path of the project into the one to print."""
    pages: dict[str, str] = {}
    if out.isatty() and colourful(out):  # a log that shows colours need not know links
        from prelaunch.writers.subject import subjects

        pages = {subject.rule: subject.page for subject in subjects(report)}
    lines = (line for finding in report.findings for line in _lines(finding, shown, pages.get(finding.rule, "")))
    write_lines(lines, out)


def _lines(finding: Finding, shown: Callable[[str], str], page: str) -> Iterable[Parts]:
    where = place(finding.source, finding.span)
    yield [
        (f"{printable(shown(finding.source.path))}", "bold"),
        (f":{where.line}:{where.column}: ", ""),
        (finding.certainty, STYLES[finding.certainty]),
        (f"[{finding.rule}]", f"bold link {page}" if page else "bold"),
        (" ", ""),
        (printable(finding.message), ""),
    ]
    if finding.source.text:
        yield from _excerpt(finding)
    yield []


def _excerpt(finding: Finding) -> Iterable[Parts]:
    """The first line of the finding and a line that underlines it, cut to the part that matters."""
    where = place(finding.source, finding.span)
    text = finding.source.line(where.line)
    if where.line == 1:
        text = text.removeprefix("\ufeff")
    start = where.column - 1
    stop = where.end_column - 1 if where.end_line == where.line else len(text)
    stop = min(max(stop, start + 1), max(len(text), start + 1))
    cut = max(0, min(start - WIDTH // 3, len(text) - WIDTH))
    before, marked, after = text[cut:start], text[start:stop], text[stop : cut + WIDTH]
    if cut:
        before = "..." + before[3:]
    if len(marked) > WIDTH - len(before):
        marked = marked[: max(WIDTH - len(before), 1)] + "..."
    elif stop + len(after) < len(text):
        after = f"{after}..."
    number = str(where.line)
    margin = " " * len(number)
    before, marked, after = _plain(before), _plain(marked), _plain(after)
    yield [(f"{margin} |", "blue")]
    yield [(f"{number} |", "blue"), (" " + (before + marked + after).rstrip(), "")]
    carets = "^" * max(1, cells(marked.rstrip()))
    yield [(f"{margin} |", "blue"), (" " + " " * cells(before), ""), (carets, STYLES[finding.certainty])]


def _plain(text: str) -> str:
    return printable(text.replace("\t", "    "))


def cells(text: str) -> int:
    """How wide `text` stands on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)


def summary(report: Report) -> str:
    """One line on the whole run; "" where there was nothing to see."""
    counts = [(name, sum(f.certainty == name for f in report.findings)) for name in STYLES]
    total = len(report.findings)
    parts = ", ".join(f"{count} {name}" for name, count in counts if count)
    seen = f"{_count(report.builds, 'build')} seen" + (f", {report.unknown} unknown" if report.unknown else "")
    hidden = f"; {_count(report.hidden, 'hint')} with --hints" if report.hidden else ""
    if not total:
        return f"no findings; {seen}{hidden}" if report.builds or report.hidden else ""
    mendable = sum(finding.fix is not None and finding.fix.safe for finding in report.findings)
    # A fix that takes long to work out is not worked out only to be counted.
    late = {rule.name for rule in report.rules if rule.mend is not None and rule.judges is not Build}
    perhaps = sum(finding.fix is None and finding.rule in late for finding in report.findings)
    most = "up to " if perhaps and not report.fixes else ""
    mendable += perhaps if most else 0
    fix = f", {most}{mendable} fixable with --fix" if mendable else ""
    return f"{_count(total, 'finding')} ({parts}){fix}; {seen}{hidden}"


def statistics(report: Report) -> list[str]:
    """How often each rule spoke, the most frequent first."""
    counts: dict[str, int] = {}
    for finding in report.findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    return [f"{counts[name]:6} {name}" for name in sorted(counts, key=lambda name: (-counts[name], name))]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def colourful(out: TextIO) -> bool:
    """Whether `out` wants colours: a terminal, by the conventions of NO_COLOR and FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return out.isatty() and os.environ.get("TERM") != "dumb"


def write_lines(lines: Iterable[Parts], out: TextIO) -> None:
    """Write lines of styled parts, with their styles where `out` wants colours."""
    if not colourful(out):
        out.writelines("".join(text for text, _ in line) + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, force_terminal=True, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))
