"""What audits found, kept: of a folder while nothing that was looked at has changed, of a commit for good."""

from __future__ import annotations

import json
import os
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from prelaunch import registry
from prelaunch.audit.record import Audit, FileRows
from prelaunch.audit.survey import put_together, survey_file
from prelaunch.cache import document, whole
from prelaunch.cache.answers import Answers
from prelaunch.cache.digest import digest
from prelaunch.cache.key import key as settings_key
from prelaunch.cache.log import Questions
from prelaunch.cache.results import Results
from prelaunch.cache.stamps import Stamps
from prelaunch.engine import ahead
from prelaunch.gitdir.describe import blob_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prelaunch.cache.log import Ask, Log
    from prelaunch.call import Call
    from prelaunch.discover import File
    from prelaunch.engine import Judge
    from prelaunch.project import Settings

_LARGE = 8_000_000
"""Bytes of what is kept of one repository's commits. When it is more, what is not of the run at hand is forgotten."""


def pack(value: Any) -> Any:  # noqa: ANN401 (any record to any JSON)
    """A record as lists."""
    if isinstance(value, frozenset):
        return sorted(value)
    return [pack(each) for each in value] if isinstance(value, tuple | list) else value


def unpack(kind: Any, value: Any) -> Any:  # noqa: ANN401 (any JSON to a record)
    """The record of a type that `pack` made `value` of."""
    if kind is frozenset or get_origin(kind) is frozenset:
        return frozenset(value)
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(unpack(inner, each) for each in value)
    if get_origin(kind) in {Union, UnionType} or not hasattr(kind, "_fields"):
        return value
    hints = get_type_hints(kind)
    return kind._make(unpack(hints[name], each) for name, each in zip(kind._fields, value, strict=True))


def audit_of_disk(
    home: str, call: Call, commit: str, judge: Judge, compare: Callable[[Audit, Mapping[str, str]], frozenset[str]]
) -> Audit:
    """The audit of a folder: the last one, if it would be the same; else made anew, of what did not change as kept.

    `home` is the cache's folder, `commit` the one that the folder is compared with: `compare` is handed what was
    found and the names that git would give the contents of files, by path, and gives the files that differ.
    """
    disk, project = call.disk, call.project
    key = _key(call.settings, "disk", commit)
    path = os.path.join(home, f"{digest(os.fsencode(disk.root))}.audit")
    stamps = Stamps(disk.root)
    disk.listing().start()
    last = whole.load(path, key)
    if last is not None and last.stands(disk.listing(), stamps, disk, lambda: Answers(project, stamps, (), {})):
        found: Audit = unpack(Audit, last.result)
        return found
    results = Results(f"{path}.json", _key(call.settings, "files"), disk, stamps)
    files = call.files

    def work(stale: Sequence[File], log: Log) -> Iterator[tuple[str, tuple[Ask, ...], list[Any]]]:
        ahead(project, stale)
        for file in stale:
            rows = survey_file(project, file, judge)
            source = project.read(file.path)
            name = blob_name(source.encode(source.text), commit) if source is not None and commit else ""
            yield file.path, log.close(), [*pack(rows), name]

    kept = results.of(project, files, work)
    questions = Questions(dict(project.memo))
    project.trace(questions)
    audit = put_together(project, [unpack(FileRows, kept[file.path][:-1]) for file in files])
    audit = audit._replace(dirty=compare(audit, {file.path: kept[file.path][-1] for file in files}))
    answers = Answers(project, stamps, (), {})
    answers.heard(questions.said)
    asks = [*results.asks, *([*ask, answers.of(ask)] for ask in list(questions.asks))]
    made = whole.make(disk.listing(), stamps, results.looks.paths, asks, ())
    if made is not None:
        made.packed = json.dumps(pack(audit)).encode()
        whole.save(path, key, made)
    return audit


class Commits:
    """What is known of the commits of one repository, by their names; a commit never changes.

    `save` what was found. Nothing is known and nothing kept where there is no cache.
    """

    def __init__(self, repository: str, settings: Settings | None, what: str, *, cached: bool) -> None:
        """`settings` are those that stand for the commits' own, if there are such; `what` says what is kept."""
        home = document.folder() if cached else None
        place = digest(os.fsencode(os.path.realpath(repository)))
        self._path = None if home is None else os.path.join(home, f"{place}-{what}.commits")
        self._key = _key(settings, what)
        self._known: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        if self._path is not None:
            self._known = json.loads(document.read(self._path, self._key) or b"{}")

    def of(self, commit: str, make: Callable[[], tuple[Any, bool]]) -> Any:  # noqa: ANN401 (plain data of any kind)
        """What is known of a commit, or what `make` gives, with whether that is for good: all objects were there."""
        if commit in self._known:
            self._used[commit] = self._known[commit]
            return self._known[commit]
        found, good = make()
        if good:
            self._used[commit] = found
        return found

    def save(self) -> None:
        """Keep what was found."""
        if self._path is None or self._used.keys() <= self._known.keys():
            return
        data = json.dumps({**self._known, **self._used}).encode()
        if len(data) > _LARGE:
            data = json.dumps(self._used).encode()
        document.write(self._path, self._key, data)


def _key(settings: Settings | None, *parts: object) -> str:
    from prelaunch.project import Settings

    rules, packages = registry.rule_names(), registry.packages()
    return settings_key(settings or Settings(), rules, packages, settings is None, *parts)
