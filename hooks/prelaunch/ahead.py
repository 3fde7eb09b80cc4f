"""The costly part of a large project read by several processes, before one of them goes on as if it had read it all.

Reading the builds of a file is what takes long; so is judging a Python file, which asks for nothing that another file's
verdict needs. Copies of this process (`fork`, where the system has it) do both for the files of a common queue, and
hand over what they found and what they asked for on the way. What one of them could not do, this process does later.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from contextlib import suppress

from prelaunch.cache.log import GROUP, Log, Questions
from prelaunch.engine import Judged, judge_file
from prelaunch.files import Disk, UnreadableError
from prelaunch.kinds import BUILD, IMPORT, RETAG
from prelaunch.model import Source
from prelaunch.reading import open_source, read_place
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prelaunch.cache.log import Ask
    from prelaunch.discover import File
    from prelaunch.engine import Judge
    from prelaunch.model import Build
    from prelaunch.project import Project

WORTH = 20
"""Files with builds from which on it pays, a Python file counted as a quarter of one.

A copy and its answer cost some 40 ms. Over ten large public repositories a file with builds takes 7 to 38 ms, a Python
file that is worth parsing 5 ms: so it begins to pay at a handful, and saves a third of the time at a hundred.
"""
_PLACE = frozenset({BUILD, RETAG})
_WIDTH = 4
_EACH = 10
"""Files with builds for each copy, counted as those of `WORTH`: with fewer it costs more than it saves."""
_MOST = 8
"""Copies; what they find is merged by one process."""


class Verdict(NamedTuple):
    """What judging a file gave, and what was asked for it."""

    judged: Judged
    asks: tuple[Ask, ...]


class _Found(NamedTuple):
    """What a copy found in one file; of `builds` and `judged` one is None. `said` are answers that it was given."""

    path: str
    builds: tuple[Build, ...] | None
    judged: Judged | None
    asks: tuple[Ask, ...]
    said: dict[Ask, Any]
    cut: bool


def read_ahead(project: Project, files: Sequence[File], judge: Judge | None = None) -> dict[str, Verdict]:
    """Read the builds of `files` into the project, and with a `judge` judge the Python files; their verdicts by path.

    Does nothing where it does not pay: few files, one processor, a system without `fork`, a tree that is no folder.
    """
    processors = _processors()
    # elsewhere than on Linux a copy of a process is not safe to go on with; a thread's locks would be copied with it
    if processors < 2 or not sys.platform.startswith("linux") or not isinstance(project.files, Disk) or _has_threads():
        return {}
    work = [
        file for file in files if not _PLACE.isdisjoint(file.facts) or (judge is not None and file.facts == {IMPORT})
    ]
    worth = sum(0.25 if file.facts == {IMPORT} else 1.0 for file in work)
    if worth < WORTH:
        return {}
    sizes = {file.path: _size(project.files, file) for file in work}
    work.sort(key=lambda file: -sizes[file.path])
    queue, end = os.pipe()
    os.set_blocking(end, False)  # a pipe may hold no more than a thousand numbers; the rest is not read ahead
    os.write(end, b"".join(number.to_bytes(_WIDTH, "big") for number in range(len(work))))
    os.close(end)
    answers = [_copy(project, work, judge, queue) for _ in range(min(processors - 1, int(worth / _EACH), _MOST))]
    found = list(_share(project, work, judge, queue))
    os.close(queue)
    for process, answer in answers:
        found += _taken(project, process, answer)
    verdicts = _merged(project, found)
    if isinstance(project.log, Log):
        project.log.close()
    return verdicts


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_threads() -> bool:
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


def _size(disk: Disk, file: File) -> int:
    try:
        return os.stat(os.path.join(disk.root, file.path)).st_size
    except OSError:
        return 0


def _copy(project: Project, work: Sequence[File], judge: Judge | None, queue: int) -> tuple[int, int]:
    """A copy of this process at work: its number, and the pipe in which its answer comes."""
    sys.stdout.flush()
    sys.stderr.flush()
    answer, end = os.pipe()
    process = os.fork()
    if process:
        os.close(end)
        return process, answer
    try:  # the copy: whatever happens, it ends here
        os.close(answer)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the first process meets the same fault, and tells of it
        data = _pickled(project, list(_share(project, work, judge, queue)))
        with os.fdopen(end, "wb") as out:
            out.write(data)
    finally:
        os._exit(0)


def _share(project: Project, work: Sequence[File], judge: Judge | None, queue: int) -> Iterable[_Found]:
    """Do what is next in the queue, until it is empty."""
    log = project.log
    while number := os.read(queue, _WIDTH):
        file = work[int.from_bytes(number, "big")]
        builds = judged = None
        if not _PLACE.isdisjoint(file.facts):
            with suppress(UnreadableError):
                builds = read_place(project, file, open_source(project, file))
        else:
            assert judge is not None
            judged = judge_file(project, file, judge)
        asks = _expanded(log.close(), log) if isinstance(log, Log) else ()
        said = {ask: log.said[ask] for ask in asks if ask in log.said} if log is not None else {}
        if builds is not None or judged is not None:
            yield _Found(file.path, builds, judged, asks, said, file.path in project.cut)
    if isinstance(log, Questions):
        yield _Found("", None, None, tuple(log.asks), log.said, cut=False)


def _expanded(asks: Iterable[Ask], log: Log) -> tuple[Ask, ...]:
    """Questions, with those of every group in place of the group."""
    found: dict[Ask, None] = {}
    left, seen = list(asks), set()
    while left:
        kind, about = left.pop()
        if kind != GROUP:
            found[kind, about] = None
        elif about not in seen:
            seen.add(about)
            left += log.groups[about]
    return tuple(found)


def _merged(project: Project, found: Iterable[_Found]) -> dict[str, Verdict]:
    log, verdicts = project.log, {}
    for each in found:
        if log is not None:
            log.said = {**each.said, **log.said}
        if isinstance(log, Questions):
            log.asks.update(dict.fromkeys(each.asks))
        if each.cut:
            project.cut.add(each.path)
        if each.judged is not None:
            verdicts[each.path] = Verdict(each.judged, each.asks)
        elif each.builds is not None and ("builds", each.path) not in project.memo:
            if isinstance(log, Log):
                log.asks.extend(each.asks)
            project.memo["builds", each.path] = each.builds
        if isinstance(log, Log):
            log.close()
    return verdicts


def _pickled(project: Project, found: list[_Found]) -> bytes:
    """What a copy found. A file's own text is not in it: the first process has it."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing: object) -> tuple[str, int] | None:
            if type(thing) is Source and project.read(thing.path) is thing:
                return thing.path, hash(thing)
            return None

    out = io.BytesIO()
    Pickler(out, 5).dump(found)
    return out.getvalue()


class _Changed(Exception):  # noqa: N818 (it is no fault)
    """A file is not what it was when the copy read it."""


def _taken(project: Project, process: int, answer: int) -> list[_Found]:
    """What a copy found; nothing where it ended before its time."""

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, name: Any) -> Source:  # noqa: ANN401 (see `persistent_id`)
            path, text = name
            source = project.read(path)
            if source is None or hash(source) != text:  # a copy has the same seed
                raise _Changed
            return source

    with os.fdopen(answer, "rb") as file:
        data = file.read()
    os.waitpid(process, 0)
    try:
        found: list[_Found] = Unpickler(io.BytesIO(data)).load()
    except (_Changed, EOFError, pickle.UnpicklingError):
        return []
    return found
