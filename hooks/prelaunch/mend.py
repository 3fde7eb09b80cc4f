"""Fixes, written: splice, read and judge the result again, and only then replace the file."""

from __future__ import annotations

import os
from collections import Counter

from prelaunch import CannotRunError
from prelaunch.engine import order, run
from prelaunch.file_names import kind_by_name
from prelaunch.model import Source
from prelaunch.project import Project
from prelaunch.reading import read_facts
from prelaunch.replace import replace
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prelaunch.discover import File
    from prelaunch.engine import Judge, Report
    from prelaunch.model import Edit, Finding, Fix

PASSES = 10
"""Fixes that overlap wait for the next pass; more passes than this would mean that two rules disagree."""


class Mended(NamedTuple):
    """What mending gave: the sources before and after, of the files that change, and what is still to be found."""

    changes: tuple[tuple[Source, Source], ...]
    report: Report
    fixed: int


def mend(project: Project, files: Sequence[File], judge: Judge, *, hints: bool = False) -> Mended:
    """Work out every safe fix of the files' findings; nothing is written.

    `judge` must want fixes. A change after which a file cannot be read, or in which a rule finds more than before, is
    not made.
    """
    report = first = run(project, files, judge, hints=hints)
    by_path = {file.path: file for file in files}
    before: dict[str, Source] = {}
    after: dict[str, Source] = {}
    for _ in range(PASSES):
        changed = {}
        for (path, target), findings in _fixable(report.findings).items():
            if path not in by_path or target in changed:
                continue
            old = findings[0].mended
            new = _mend_one(with_sources(project, after), by_path[path], judge, findings)
            if new is not None:
                before.setdefault(target, old)
                changed[target] = new
        if not changed:
            break
        after |= changed
        report = run(with_sources(project, after), files, judge, hints=hints)
    changes = tuple((before[path], after[path]) for path in sorted(after) if before[path].text != after[path].text)
    return Mended(changes, report, max(0, len(first.findings) - len(report.findings)))


def _fixable(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """The findings with a safe fix, by the file that they stand in and the one that the fix changes."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.fix is not None and finding.fix.safe:
            found.setdefault((finding.source.path, finding.mended.path), []).append(finding)
    return found


def _mend_one(project: Project, file: File, judge: Judge, findings: Sequence[Finding]) -> Source | None:
    """The changed file with as many fixes as go together, else with the first that is sound; None where none is.

    `file` is the one that the findings stand in.
    """
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    old = findings[0].mended
    attempts = [_compatible(fixes), *(list(fix.edits) for fix in fixes if len(fixes) > 1)]
    for edits in attempts:
        new = splice(old, edits)
        if new is not None and new.text != old.text and _sound(project, file, judge, old, new):
            return new
    return None


def _compatible(fixes: Iterable[Fix]) -> list[Edit]:
    """The edits of as many fixes as do not touch each other, in order; of two that do the first one wins."""
    taken: list[Edit] = []
    for fix in fixes:
        new = [edit for edit in fix.edits if edit not in taken]
        if not any(_touch(edit, other) for edit in new for other in taken):
            taken += new
    return sorted(taken, key=lambda edit: edit.span)


def _touch(one: Edit, other: Edit) -> bool:
    return one.span.start <= other.span.stop and other.span.start <= one.span.stop


def splice(source: Source, edits: Sequence[Edit]) -> Source | None:
    """`source` with its edits made, the last one first; None where its encoding cannot say the new text."""
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.stop :]
    try:
        source.encode(text)
    except UnicodeEncodeError:
        return None
    return Source(source.path, text, source.encoding)


def with_sources(project: Project, sources: dict[str, Source]) -> Project:
    """The project as it would be with `sources` in place of their files; nothing remembered that they may change."""
    changed = Project(project.files, project.settings)
    for source in project.given.values():
        changed.add(source)
    for source in sources.values():
        changed.add(source)
    if all(kind_by_name(path) == "dockerfile" for path in sources):
        # which build uses which Dockerfile stands in other files; to read them all again takes longer than the rest
        changed.memo.update({key: value for key, value in project.memo.items() if key[0] == "repository's builds"})
    return changed


def _sound(project: Project, file: File, judge: Judge, old: Source, new: Source) -> bool:
    """Whether the changed text reads well, no rule finds more in it than it did, and some rule finds less."""
    counts = []
    for source in (old, new):
        view = with_sources(project, {source.path: source})
        findings = order(judge.judge(read_facts(view, file, judge.wanted, judge.rules), file, view))
        counts.append(Counter(finding.rule for finding in findings))
    return not counts[1] - counts[0] and bool(counts[0] - counts[1])


def write(root: str, old: Source, new: Source) -> None:
    """Replace a file at once or not at all, keeping its mode and, where allowed, its owner.

    The file must still hold `old`; a symbolic link stays one, and what it points to is written.
    """
    path = os.path.realpath(os.path.join(root, old.path))
    try:
        with open(path, "rb") as file:
            if file.read() != old.encode(old.text):
                raise CannotRunError(f"{old.path}: not mended, because it changed in the meantime")
            status = os.fstat(file.fileno())
        if not os.access(path, os.W_OK):
            raise CannotRunError(f"{old.path}: cannot be written: it is read-only")
        replace(path, new.encode(new.text), status)
    except OSError as error:
        raise CannotRunError(f"{old.path}: cannot be written: {(error.strerror or 'unknown reason').lower()}") from None


def diff(old: Source, new: Source, shown: str) -> Iterator[bytes]:
    """The lines of a unified diff that `patch` and `git apply` take, in the encoding of the file."""
    import difflib

    name = shown.encode("utf-8", "surrogateescape")
    before, after = _lines(old.text), _lines(new.text)
    for number, line in enumerate(difflib.unified_diff(before, after)):
        if number < 2:
            yield b"--- a/%s\n" % name if number == 0 else b"+++ b/%s\n" % name
        elif line.endswith("\n"):
            yield old.encode(line)
        else:
            yield old.encode(line) + b"\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    r"""Lines as a diff counts them: only `\n` ends one, and a carriage return before it is part of the line."""
    lines = text.split("\n")
    ended = [f"{line}\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended
