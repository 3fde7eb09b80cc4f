"""Findings as Markdown, for a job's summary or a comment: a table, the most certain first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import printable
from prelaunch.writers.subject import subjects
from prelaunch.writers.text import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report
    from prelaunch.writers.subject import Subject

ORDER = ("certain", "likely", "hint")
_SPECIAL = "\\*_[]<>#~&"


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write a heading, the counts and the table; where nothing was found, that."""
    out.write("## prelaunch\n\n")
    out.write(f"{summary(report) or 'no findings'}\n")
    if report.findings:
        out.write("\n| certainty | place | rule | what is wrong |\n| --- | --- | --- | --- |\n")
    for subject in sorted(subjects(report), key=lambda subject: ORDER.index(subject.certainty)):
        place = code(f"{printable(shown(subject.path))}:{subject.where.line}")
        cells = [subject.certainty, place, rule_link(subject), inline(subject.message)]
        out.write("".join("| " + cell.replace("|", "\\|") + " " for cell in cells) + "|\n")


def rule_link(subject: Subject) -> str:
    """The rule's name, with its page behind it."""
    return f"[{subject.rule}]({subject.page})" if subject.page else subject.rule


def code(text: str) -> str:
    """One line of `text` as a code span that nothing in it ends."""
    fence = "`" * (longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def inline(message: str) -> str:
    """A message in which what stands in backquotes is code, and nothing else means anything to Markdown.

    Nobody is notified either: an at sign in front of a name gets a character of no width.
    """
    parts = message.split("`")
    if len(parts) % 2 == 0:  # a backquote of the source's own: there are no pairs to go by
        return _plain(message.replace("`", "'"))
    return "".join(code(part) if number % 2 and part else _plain(part) for number, part in enumerate(parts))


def longest_run(text: str) -> int:
    """How many backquotes stand in a row in `text` at most."""
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest


def _plain(text: str) -> str:
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text).replace("@", "@\u200b")
