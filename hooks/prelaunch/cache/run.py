"""A run over a whole project that judges again only what something changed for."""

from __future__ import annotations

import json
import os

from prelaunch.cache import document, whole
from prelaunch.cache.answers import Answers, Checker
from prelaunch.cache.codec import decode, encode
from prelaunch.cache.digest import digest
from prelaunch.cache.log import GROUP, Log
from prelaunch.cache.looks import Looks
from prelaunch.cache.stamps import Stamps
from prelaunch.engine import Judged, ahead, judge_file, report
from prelaunch.model import Source
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prelaunch.cache.again import Ear
    from prelaunch.cache.log import Ask
    from prelaunch.cache.whole import Whole
    from prelaunch.discover import File
    from prelaunch.engine import Judge, Report
    from prelaunch.files import Disk
    from prelaunch.model import Finding
    from prelaunch.project import Project


class Kept:
    """What is kept of a project. `recall` before its files are looked for, then let it `run`."""

    def __init__(self, home: str, disk: Disk, key: str) -> None:
        """`home` is the cache's folder, `key` all that the findings depend on beside the files."""
        self._path = os.path.join(home, digest(os.fsencode(disk.root)))
        self._disk, self._key = disk, key
        self._stamps = Stamps(disk.root)
        self._whole: Whole | None = None

    def recall(self, project: Project) -> list[File] | None:
        """The files of the project that hold a fact, where a run would be what the last one was; else None."""
        self._disk.listing().start()
        found = whole.load(f"{self._path}.whole", self._key)
        if found is not None:
            paths = [path for path, *_ in found.files]
            if found.stands(
                self._disk.listing(), self._stamps, self._disk, lambda: Answers(project, self._stamps, paths, {})
            ):
                self._whole = found
                return found.seen()
        self._document = document.load(f"{self._path}.json", self._key)
        self._disk.looks = self._looks = Looks(self._stamps, self._document.looks)
        return None

    def run(self, project: Project, files: Sequence[File], judge: Judge, *, hints: bool) -> Report:
        """As `engine.run`, of every file of the project."""
        if self._whole is not None:
            findings, builds, unknown = self._whole.result
            last = [Judged(_findings(findings, project), builds, unknown)]
            return report(last, judge, hints=hints)._replace(files=len(files))
        kept = self._document
        answers = Answers(project, self._stamps, [file.path for file in files], kept.digests)
        fresh = self._fresh(files, answers)
        judged = {path: _decoded(kept.results[path], project) for path in fresh}
        log, asked = Log(), {}
        project.trace(log)
        stale = [file for file in files if file.path not in fresh]
        done = ahead(project, stale, judge)
        for file in stale:
            if file.path in done:
                judged[file.path], asked[file.path] = done[file.path]
            else:
                judged[file.path] = judge_file(project, file, judge)
                asked[file.path] = log.close()
        answers.heard(log.said)
        if asked or len(fresh) < len(kept.results):
            self._renew(fresh, {path: (asked[path], judged[path]) for path in asked}, log, answers)
        if asked or self._looks.changed or answers.changed or len(fresh) < len(kept.results):
            document.save(f"{self._path}.json", self._key, kept)
        found = report([judged[file.path] for file in files], judge, hints=hints)
        self._keep_whole(found, files)
        return found

    def remember(self, ear: Ear, arguments: Sequence[str], code: int) -> None:
        """Keep what a call printed of the run."""
        if self._whole is not None:
            ear.keep(arguments, f"{self._path}.whole", self._key, self._whole, self._stamps, code)

    def _keep_whole(self, found: Report, files: Sequence[File]) -> None:
        last = whole.make(self._disk.listing(), self._stamps, self._looks.paths, self._document.asks, files)
        if last is not None:
            findings = [encode(finding) for finding in found.everything]
            last.packed = json.dumps([findings, found.builds, found.unknown]).encode()
            whole.save(f"{self._path}.whole", self._key, last)
            self._whole = last

    def _fresh(self, files: Sequence[File], answers: Answers) -> set[str]:
        """The files of which nothing has changed that last time's findings rest on."""
        kept = self._document
        checker = Checker(answers, kept.asks, kept.groups)
        answers.prepare((kind, about) for kind, about, _ in kept.asks)
        return {file.path for file in files if file.path in kept.results and checker.holds(kept.results[file.path][0])}

    def _renew(
        self, fresh: Iterable[str], results: dict[str, tuple[tuple[Ask, ...], Judged]], log: Log, answers: Answers
    ) -> None:
        """Put the results, and the questions that they rest on, in place of the old ones."""
        old = self._document
        table = _Table(answers)
        renewed = {path: [table.renumber(old.results[path][0], old), *old.results[path][1:]] for path in fresh}
        for path, (asked, judged) in results.items():
            findings = [encode(finding) for finding in judged.findings]
            renewed[path] = [table.number(asked, log), findings, judged.builds, judged.unknown]
        old.results, old.asks, old.groups = renewed, table.asks, table.groups


class _Table:
    """Questions and groups, each once, numbered as `Checker` reads them."""

    def __init__(self, answers: Answers) -> None:
        self.asks: list[list[str]] = []
        self.groups: list[list[int]] = []
        self._answers = answers
        self._numbers: dict[Ask, int] = {}
        self._groups: dict[tuple[int, int], int] = {}

    def number(self, asks: Iterable[Ask], log: Log) -> list[int]:
        """The numbers of questions of this run."""
        numbers = []
        for kind, about in asks:
            if kind == GROUP:
                key = (id(log), about)
                if key not in self._groups:
                    self._groups[key] = self._new_group(self.number(log.groups[about], log))
                numbers.append(-1 - self._groups[key])
            else:
                numbers.append(self._one((kind, about)))
        return numbers

    def renumber(self, numbers: Iterable[int], old: document.Document) -> list[int]:
        """The numbers here of questions that had `numbers` in an old document."""
        renewed = []
        for number in numbers:
            if number < 0:
                key = (id(old), number)
                if key not in self._groups:
                    self._groups[key] = self._new_group(self.renumber(old.groups[-1 - number], old))
                renewed.append(-1 - self._groups[key])
            else:
                kind, about, _ = old.asks[number]
                renewed.append(self._one((kind, about)))
        return renewed

    def _one(self, ask: Ask) -> int:
        if ask not in self._numbers:
            self._numbers[ask] = len(self.asks)
            self.asks.append([*ask, self._answers.of(ask)])
        return self._numbers[ask]

    def _new_group(self, numbers: list[int]) -> int:
        self.groups.append(numbers)
        return len(self.groups) - 1


def _decoded(kept: list[Any], project: Project) -> Judged:
    _, findings, builds, unknown = kept
    return Judged(_findings(findings, project), builds, unknown)


def _findings(kept: list[list[Any]], project: Project) -> list[Finding]:
    def source(path: str, encoding: str) -> Source:
        found = project.read(path)
        if found is None or found.encoding == encoding:
            return found or Source(path, "")
        return Source.decode(path, found.encode(found.text), encoding)

    return [decode(each, source) for each in kept]
