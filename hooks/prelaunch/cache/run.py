"""A run over a whole project that judges again only what something changed for."""

from __future__ import annotations

import json
import os

from prelaunch.cache import whole
from prelaunch.cache.answers import Answers
from prelaunch.cache.codec import decode, encode
from prelaunch.cache.digest import digest
from prelaunch.cache.results import Results
from prelaunch.cache.stamps import Stamps
from prelaunch.engine import Judged, ahead, judge_file, report
from prelaunch.model import Source
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.cache.again import Ear
    from prelaunch.cache.log import Ask, Log
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
        self._results = Results(f"{self._path}.json", self._key, self._disk, self._stamps)
        return None

    def run(self, project: Project, files: Sequence[File], judge: Judge, *, hints: bool) -> Report:
        """As `engine.run`, of every file of the project."""
        if self._whole is not None:
            findings, builds, unknown = self._whole.result
            last = [Judged(_findings(findings, project), builds, unknown)]
            return report(last, judge, hints=hints)._replace(files=len(files))
        judged: dict[str, Judged] = {}

        def work(stale: Sequence[File], log: Log) -> Iterator[tuple[str, tuple[Ask, ...], list[Any]]]:
            done = ahead(project, stale, judge)
            for file in stale:
                if file.path in done:
                    found, asks = done[file.path]
                else:
                    found = judge_file(project, file, judge)
                    asks = log.close()
                judged[file.path] = found
                yield file.path, asks, [[encode(finding) for finding in found.findings], found.builds, found.unknown]

        results = self._results.of(project, files, work)
        for path, (findings, builds, unknown) in results.items():
            if path not in judged:
                judged[path] = Judged(_findings(findings, project), builds, unknown)
        found = report([judged[file.path] for file in files], judge, hints=hints)
        self._keep_whole(found, files)
        return found

    def remember(self, ear: Ear, arguments: Sequence[str], code: int) -> None:
        """Keep what a call printed of the run."""
        if self._whole is not None:
            ear.keep(arguments, f"{self._path}.whole", self._key, self._whole, self._stamps, code)

    def _keep_whole(self, found: Report, files: Sequence[File]) -> None:
        last = whole.make(self._disk.listing(), self._stamps, self._results.looks.paths, self._results.asks, files)
        if last is not None:
            findings = [encode(finding) for finding in found.everything]
            last.packed = json.dumps([findings, found.builds, found.unknown]).encode()
            whole.save(f"{self._path}.whole", self._key, last)
            self._whole = last


def _findings(kept: list[list[Any]], project: Project) -> list[Finding]:
    def source(path: str, encoding: str) -> Source:
        found = project.read(path)
        if found is None or found.encoding == encoding:
            return found or Source(path, "")
        return Source.decode(path, found.encode(found.text), encoding)

    return [decode(each, source) for each in kept]
