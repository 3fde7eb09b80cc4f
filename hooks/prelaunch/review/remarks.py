"""From findings to comments: on which lines of the pull request's diff each stands, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.changes import lines_in, lines_of
from prelaunch.writers.markdown import inline, longest_run, rule_link
from prelaunch.writers.place import decodable
from prelaunch.writers.subject import one_edit

if TYPE_CHECKING:
    from prelaunch.changes import Changed
    from prelaunch.model import Source
    from prelaunch.writers.subject import Subject

MARK = "<!-- prelaunch:v1:"
"""What an own comment ends with, before the fingerprint; nobody sees it."""


class Remark(NamedTuple):
    """A comment on the lines `first` to `last` of the new text of a file, `replacement` for exactly these lines.

    `replacement` is None where no fix can be suggested. `old` is the number of the line `last` in the old text, where
    it is not an added one.
    """

    subject: Subject
    changed: Changed
    first: int
    last: int
    replacement: str | None

    @property
    def old(self) -> int | None:
        """The number of the last line before the change; None where it is added."""
        return self.changed.lines[self.last].old

    def body(self, suggestion: str = "suggestion") -> str:
        """The comment's text; `suggestion` is the word behind the fence of a block that the forge offers to apply."""
        subject = self.subject
        parts = [f"**{subject.certainty}** {rule_link(subject)}: {inline(subject.message)}"]
        if self.replacement is not None:
            parts += [] if suggestion else [f"Fix: {inline(subject.cure)}"]
            fence = "`" * max(3, longest_run(self.replacement) + 1)
            parts.append(f"{fence}{suggestion}\n{self.replacement}\n{fence}")
        elif subject.cure:
            parts.append(f"Fix: {inline(subject.cure)}")
        return "\n\n".join([*parts, mark(subject.fingerprint)])


def mark(fingerprint: str) -> str:
    """The hidden mark of a comment."""
    return f"{MARK}{fingerprint} -->"


def marked(body: object) -> str:
    """The fingerprint of an own comment; "" for any other, and where the mark is quoted or not at the end."""
    last = body.rstrip().rsplit("\n", 1)[-1] if isinstance(body, str) else ""
    if not last.startswith(MARK) or not last.endswith(" -->"):
        return ""
    return last[len(MARK) : -len(" -->")]


def remark(subject: Subject, changed: Changed | None) -> Remark | None:
    """The comment for a finding; None where none of its lines is one that the diff adds.

    The diff's lines must read as the judged file's do: CI may have judged a merge, whose lines stand elsewhere.
    """
    finding = subject.finding
    if changed is None:
        return None
    suggested = _suggestion(subject, changed)
    if suggested is not None:
        return suggested
    for line in lines_of(finding):
        if changed.adds(line) and _agrees(finding.source, changed, line):
            return Remark(subject, changed, line, line, None)
    return None


def _suggestion(subject: Subject, changed: Changed) -> Remark | None:
    """The comment with the fix in place of whole lines of one hunk, where one of them or of the finding is added."""
    source, fix = subject.finding.source, subject.finding.fix
    edit = None if fix is None else one_edit(source, fix)
    if edit is None:
        return None
    lines = lines_in(subject.finding, edit.span)
    first, last = lines[0], lines[-1]
    start, stop = source.offset_of(first), _line_end(source, last)
    new = source.text[start : edit.span.start] + edit.text + source.text[edit.span.stop : stop]
    if first not in changed.lines and first - 1 in changed.lines and edit.span == (start, start) and start > 0:
        # whole lines put before a line that the diff does not show, often the end of the file: they follow the last one
        first = last = first - 1
        start, stop = source.offset_of(first), _line_end(source, first)
        new = source.text[start:stop] + "\n" + edit.text.removesuffix("\n")
    shown = [changed.lines.get(line) for line in range(first, last + 1)]
    hunks = {line.hunk for line in shown if line is not None}
    touched = any(changed.adds(line) for line in (*range(first, last + 1), *lines_of(subject.finding)))
    if None in shown or len(hunks) != 1 or not touched or "\r" in new or "\r" in source.text[start : stop + 1]:
        return None
    if not all(_agrees(source, changed, line) for line in range(first, last + 1)):
        return None
    return Remark(subject, changed, first, last, decodable(new))


def _agrees(source: Source, changed: Changed, line: int) -> bool:
    """Whether a line of the diff reads as the same line of the judged file."""
    shown = changed.lines.get(line)
    if shown is None:
        return False
    return shown.text.decode("utf-8", "replace") == decodable(source.line(line))


def _line_end(source: Source, line: int) -> int:
    end = source.text.find("\n", source.offset_of(line))
    return len(source.text) if end < 0 else end
