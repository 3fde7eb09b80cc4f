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

    The diff's lines must read as the judged file's do. CI may have judged a merge with the base branch, in which they
    stand elsewhere: they are then looked for, and taken where only one place of the diff reads so.
    """
    if changed is None:
        return None
    suggested = _suggestion(subject, changed)
    return suggested if suggested is not None else _plain(subject, changed)


def _plain(subject: Subject, changed: Changed) -> Remark | None:
    """The comment on the first line of the finding that is added."""
    for line in lines_of(subject.finding):
        there = _in_diff(subject.finding.source, changed, range(line, line + 1))
        if there is not None and changed.adds(there[0]):
            return Remark(subject, changed, there[0], there[0], None)
    return None


def _suggestion(subject: Subject, changed: Changed) -> Remark | None:
    """The comment with the fix in place of whole lines of one hunk, where one of them or of the finding is added."""
    source, fix = subject.finding.source, subject.finding.fix
    edit = None if fix is None else one_edit(source, fix)
    if edit is None:
        return None
    lines = lines_in(subject.finding, edit.span)
    there = _in_diff(source, changed, lines)
    start = source.offset_of(lines[0])
    if there is None and lines[0] > 1 and edit.span == (start, start):
        # whole lines put before a line that the diff does not show, often the end of the file: they follow the last one
        lines = range(lines[0] - 1, lines[0])
        there = _in_diff(source, changed, lines)
        new = source.line(lines[0]) + "\n" + edit.text.removesuffix("\n")
    else:
        new = (
            source.text[start : edit.span.start]
            + edit.text
            + source.text[edit.span.stop : _line_end(source, lines[-1])]
        )
    if there is None or "\r" in new or "\r" in source.text[source.offset_of(lines[0]) : _line_end(source, lines[-1])]:
        return None
    if len({changed.lines[line].hunk for line in there}) > 1:
        return None
    if not any(changed.adds(line) for line in there) and _plain(subject, changed) is None:
        return None
    return Remark(subject, changed, there[0], there[-1], decodable(new))


def _in_diff(source: Source, changed: Changed, lines: range) -> range | None:
    """Where the diff shows these lines of the judged file; None where it does not, or in more places than one."""
    texts = [decodable(source.line(line)) for line in lines]
    if _reads(changed, lines[0], texts):
        return lines
    places = [start for start in changed.lines if _reads(changed, start, texts)]
    return range(places[0], places[0] + len(lines)) if len(places) == 1 else None


def _reads(changed: Changed, start: int, texts: list[str]) -> bool:
    """Whether the lines from `start` on are shown, and read so."""
    for line, text in enumerate(texts, start):
        shown = changed.lines.get(line)
        if shown is None or shown.text.decode("utf-8", "replace") != text:
            return False
    return True


def _line_end(source: Source, line: int) -> int:
    end = source.text.find("\n", source.offset_of(line))
    return len(source.text) if end < 0 else end
