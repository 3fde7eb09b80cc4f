"""From findings to comments: on which lines of the pull request's diff each stands, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.changes import lines_of
from prelaunch.writers.markdown import inline, longest_run, rule_link
from prelaunch.writers.place import decodable
from prelaunch.writers.subject import one_edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.changes import Changed, Line
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


class Diff(NamedTuple):
    """A changed file beside the text of it that was judged.

    The diff's lines must read as the judged file's do. CI may have judged a merge with the base branch, in which they
    stand elsewhere (`moved`): they are then looked for, and taken where one place of each alone reads so.
    """

    source: Source
    changed: Changed
    moved: bool

    @staticmethod
    def of(source: Source, changed: Changed) -> Diff:
        """Hold the diff of a file against its text."""
        last = source.position(len(source.text))[0]
        moved = any(
            number > last or _text(line) != decodable(source.line(number)) for number, line in changed.lines.items()
        )
        return Diff(source, changed, moved)

    def find(self, lines: range) -> range | None:
        """Where the diff shows these lines of the judged file; None where it does not, or that cannot be told."""
        texts = [decodable(self.source.line(line)) for line in lines]
        if not self.moved:
            return lines if all(line in self.changed.lines for line in lines) else None
        shown = {number: _text(line) for number, line in self.changed.lines.items()}
        judged = dict(enumerate(map(decodable, self.source.text.replace("\r\n", "\n").split("\n")), 1))
        there, here = _places(shown, texts), _places(judged, texts)
        return range(there[0], there[0] + len(lines)) if len(there) == len(here) == 1 else None


def _text(line: Line) -> str:
    return line.text.decode("utf-8", "replace")


def _places(texts: Mapping[int, str], run: list[str]) -> list[int]:
    """The lines at which a run of lines starts."""
    return [
        start
        for start, text in texts.items()
        if text == run[0] and all(texts.get(start + more) == one for more, one in enumerate(run))
    ]


def remark(subject: Subject, diff: Diff) -> Remark | None:
    """The comment for a finding; None where none of its lines is one that the diff adds."""
    suggested = _suggestion(subject, diff)
    return suggested if suggested is not None else _plain(subject, diff)


def _plain(subject: Subject, diff: Diff) -> Remark | None:
    """The comment on the first line of the finding that is added."""
    for line in lines_of(subject.finding):
        there = diff.find(range(line, line + 1))
        if there is not None and diff.changed.adds(there[0]):
            return Remark(subject, diff.changed, there[0], there[0], None)
    return None


def _suggestion(subject: Subject, diff: Diff) -> Remark | None:
    """The comment with the fix in place of whole lines of one hunk, where one of them or of the finding is added."""
    source, fix = diff.source, subject.finding.fix
    edit = None if fix is None else one_edit(source, fix)
    if edit is None:
        return None
    first, last = source.position(edit.span.start)[0], source.position(edit.span.stop)[0]
    start = source.offset_of(first)
    text, stop = edit.text, edit.span.stop
    if first < last and stop == source.offset_of(last) and text.endswith("\n"):
        last, text, stop = last - 1, text[:-1], stop - 1  # whole lines in place of whole lines
    lines = range(first, last + 1)
    there = diff.find(lines)
    new = source.text[start : edit.span.start] + text + source.text[stop : _line_end(source, last)]
    if there is None and first > 1 and edit.span == (start, start) and text.endswith("\n"):
        # whole lines put before a line that the diff does not show, often the end of the file: they follow the last one
        lines = range(first - 1, first)
        there = diff.find(lines)
        new = source.line(first - 1) + "\n" + text[:-1]
    old = source.text[source.offset_of(lines[0]) : _line_end(source, lines[-1])]
    if there is None or not new or "\r" in new + old:
        return None
    if len({diff.changed.lines[line].hunk for line in there}) > 1:
        return None
    if not any(diff.changed.adds(line) for line in there) and _plain(subject, diff) is None:
        return None
    return Remark(subject, diff.changed, there[0], there[-1], decodable(new))


def _line_end(source: Source, line: int) -> int:
    end = source.text.find("\n", source.offset_of(line))
    return len(source.text) if end < 0 else end
