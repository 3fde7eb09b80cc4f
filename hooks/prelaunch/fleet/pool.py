"""The work on this machine: a bounded number of processes, renewed where a repository ends one.

Repositories from elsewhere are cloned by threads beside them, so that nobody waits for a network who could read.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from prelaunch.fleet.work import Row, Task, failed, fault_of, fetch, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEMORY = 4 << 30
"""Bytes of address space of one process; a repository that wants more becomes a row that says so."""
_AHEAD = 3
"""Tasks a process that wait for it: few enough that little is lost with it."""
_CLONING = 8
"""Clones at a time; a forge answers so many at once without complaint."""
_CLONED = 24
"""Clones that are on the disk or on their way, at most."""


def run_pool(tasks: Iterable[Task], jobs: int) -> Iterator[Row]:
    """The rows of tasks, as they come. A task that ends its process is tried once more, by itself."""
    with tempfile.TemporaryDirectory(prefix="prelaunch-") as folder, ThreadPoolExecutor(_CLONING) as threads:
        pool = _Pool(tasks, jobs, threads, folder)
        try:
            yield from pool.rows()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)  # after an end by force nobody waits for the rest


class _Pool:
    """`elsewhere` are the tasks that are to be cloned, `waiting` those that a process may begin with at once."""

    def __init__(self, tasks: Iterable[Task], jobs: int, threads: ThreadPoolExecutor, folder: str) -> None:
        self._jobs, self._threads, self._folder = jobs, threads, folder
        self._elsewhere: deque[Task] = deque()
        self._waiting: deque[Task] = deque()
        for task in tasks:
            (self._elsewhere if task.target.remote else self._waiting).append(task)
        self._cloning: dict[Future[Task | Row], Task] = {}
        self._clones: set[str] = set()
        self._running: dict[Future[Row], Task] = {}
        self._suspects: list[Task] = []

    def rows(self) -> Iterator[Row]:
        """All rows."""
        while self._waiting or self._elsewhere or self._cloning:
            with _executor(self._jobs) as executor:
                try:
                    yield from self._until_broken(executor)
                finally:
                    executor.shutdown(wait=False, cancel_futures=True)
            while self._suspects:  # before the rest: their clones take room
                task = self._suspects.pop(0)
                with _executor(1) as executor:
                    yield self._row(task, executor.submit(work, task))

    def _row(self, task: Task, future: Future[Row]) -> Row:
        """What came of a task; a process that ended meanwhile is its own doing."""
        fault = future.exception()
        self._gone(task)
        if fault is None:
            return future.result()
        if isinstance(fault, BrokenProcessPool):
            return failed(task.target, "ended the process that read it (a crash, no end, or no memory left)")
        return fault_of(task.target, fault)

    def _until_broken(self, executor: ProcessPoolExecutor) -> Iterator[Row]:
        """Rows until all tasks are done or a process has ended; then what was under way is suspected."""
        broken = False
        while self._running or (not broken and (self._waiting or self._elsewhere or self._cloning)):
            while self._elsewhere and len(self._cloning) + len(self._clones) < _CLONED:
                task = self._elsewhere.popleft()
                self._cloning[self._threads.submit(fetch, task, self._folder)] = task
            while self._waiting and not broken and len(self._running) < self._jobs * _AHEAD:
                task = self._waiting.popleft()
                try:
                    self._running[executor.submit(work, task)] = task
                except BrokenProcessPool:
                    self._waiting.appendleft(task)
                    broken = True
            under_way: list[Future[Any]] = [*self._running, *self._cloning]
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                if future in self._cloning:
                    yield from self._cloned(self._cloning.pop(future), future)
                    continue
                task = self._running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    self._suspects.append(task)
                    broken = True
                else:
                    yield self._row(task, future)

    def _cloned(self, task: Task, future: Future[Task | Row]) -> Iterator[Row]:
        fault = future.exception()
        found = future.result() if fault is None else fault_of(task.target, fault)
        if isinstance(found, Row):
            yield found
        else:
            self._clones.add(found.clone)
            self._waiting.append(found)

    def _gone(self, task: Task) -> None:
        """Give the room of a clone back."""
        if task.clone:
            self._clones.discard(task.clone)
            shutil.rmtree(task.clone, ignore_errors=True)


def _executor(jobs: int) -> ProcessPoolExecutor:
    # spawned, not forked: the parent has threads, and a forked child would hold their locks for ever
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_bound)


def _bound() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
