"""The work on this machine: a bounded number of processes, renewed where a repository ends one."""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from prelaunch.fleet.work import Row, Task, failed, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEMORY = 4 << 30
"""Bytes of address space of one process; a repository that wants more becomes a row that says so."""
_AHEAD = 3
"""Tasks a process that wait for it: few enough that little is lost with it."""


def run_pool(tasks: Iterable[Task], jobs: int) -> Iterator[Row]:
    """The rows of tasks, as they come. A task that ends its process is tried once more, by itself."""
    waiting = deque(tasks)
    suspects: list[Task] = []
    while waiting:
        with _executor(jobs) as executor:
            try:
                yield from _until_broken(executor, waiting, suspects, jobs)
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)  # who is in a hurry does not wait for the rest
                raise
    for task in suspects:
        with _executor(1) as executor:
            try:
                yield executor.submit(work, task).result()
            except BrokenProcessPool:
                yield failed(task.target, "ended the process that read it (a crash, or no memory left)")


def _until_broken(
    executor: ProcessPoolExecutor, waiting: deque[Task], suspects: list[Task], jobs: int
) -> Iterator[Row]:
    """Rows until all tasks are done or a process has ended; then what was under way is suspected."""
    running: dict[Future[Row], Task] = {}
    broken = False
    while running or (waiting and not broken):
        while waiting and not broken and len(running) < jobs * _AHEAD:
            task = waiting.popleft()
            try:
                running[executor.submit(work, task)] = task
            except BrokenProcessPool:
                waiting.appendleft(task)
                broken = True
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task = running.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects.append(task)
                broken = True


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
