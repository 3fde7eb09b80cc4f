"""What was worked out of each file of a project, kept with the questions that it rests on."""

from __future__ import annotations

from prelaunch.cache import document
from prelaunch.cache.answers import Answers, Checker
from prelaunch.cache.log import GROUP, Log
from prelaunch.cache.looks import Looks
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prelaunch.cache.log import Ask
    from prelaunch.cache.stamps import Stamps
    from prelaunch.discover import File
    from prelaunch.files import Disk
    from prelaunch.project import Project

    Work = Callable[[Sequence[File], Log], Iterator[tuple[str, tuple[Ask, ...], list[Any]]]]


class Results:
    """The kept results of a project's files, and from the start on the looks at its files."""

    def __init__(self, path: str, key: str, disk: Disk, stamps: Stamps) -> None:
        """`path` is the file of the cache, `key` all that results depend on beside the project's files."""
        self._path, self._key, self._stamps = path, key, stamps
        self._document = document.load(path, key)
        self.looks = disk.looks = Looks(stamps, self._document.looks)

    @property
    def asks(self) -> list[list[str]]:
        """All questions that the results rest on: kind, about, answer."""
        return self._document.asks

    def of(self, project: Project, files: Sequence[File], work: Work) -> dict[str, list[Any]]:
        """The result of every file, as plain data: the kept one, unless something changed that it rests on.

        For the others `work` gives path, questions and result; it is handed these files and the log of what is asked.
        """
        kept = self._document
        answers = Answers(project, self._stamps, [file.path for file in files], kept.digests)
        checker = Checker(answers, kept.asks, kept.groups)
        answers.prepare((kind, about) for kind, about, _ in kept.asks)
        fresh = {file.path for file in files if file.path in kept.results and checker.holds(kept.results[file.path][0])}
        log = Log()
        project.trace(log)
        made = {path: (asks, result) for path, asks, result in work([f for f in files if f.path not in fresh], log)}
        answers.heard(log.said)
        changed = bool(made) or len(fresh) < len(kept.results)
        if changed:
            table = _Table(answers)
            renewed = {path: [table.renumber(kept.results[path][0], kept), *kept.results[path][1:]] for path in fresh}
            renewed |= {path: [table.number(asks, log), *result] for path, (asks, result) in made.items()}
            kept.results, kept.asks, kept.groups = renewed, table.asks, table.groups
        if changed or self.looks.changed or answers.changed:
            document.save(self._path, self._key, kept)
        return {path: result for path, (_, *result) in kept.results.items()}


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
