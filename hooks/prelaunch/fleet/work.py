"""The work on one repository, as a function that any process on any machine can call: task in, row out.

Whatever a repository does to it, the answer is a row: one that takes too long or too much memory, too. Only a fault of
the program itself is an exception, and whoever asked for the work makes a row of it (`fault_of`).
"""

from __future__ import annotations

import faulthandler
import os
import shutil
import signal
import tempfile
import threading
import time
from argparse import Namespace
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from prelaunch import CannotRunError
from prelaunch.audit.record import Audit
from prelaunch.gitdir.run import GitError
from prelaunch.writers.place import decodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.fleet.targets import Target
    from prelaunch.gitdir.tree import GitTree


GRACE = 60.0
"""Seconds that code has to stop once its time is over; what is not Python's may not even hear of it."""


class Task(NamedTuple):
    """One repository to audit. `seconds` bounds the work; 0 is no bound.

    `clone` is the folder that holds a repository from elsewhere already, `fetched` the seconds that this took.
    """

    target: Target
    config: str | None = None
    no_config: bool = False
    patch: bool = False
    seconds: float = 0.0
    clone: str = ""
    fetched: float = 0.0


class Row(NamedTuple):
    """What came of it: the audit (with its `error`), the patch that mends it, the seconds for git and for judging.

    `complete`: whether all objects were there, so that the same commit gives the same row another time.
    """

    target: Target
    audit: Audit
    patch: bytes = b""
    git_seconds: float = 0.0
    judge_seconds: float = 0.0
    complete: bool = True


class _TooLongError(Exception):
    pass


def work(task: Task) -> Row:
    """Audit one repository."""
    start = time.perf_counter() - task.fetched
    try:
        with _within(task.seconds):
            return _work(task, start)
    except _TooLongError:
        why = f"took longer than {task.seconds:.0f} s"
    except MemoryError:
        why = "took more memory than it may"
    except RecursionError:
        why = "is nested too deeply"
    except (GitError, CannotRunError, OSError) as error:
        why = _words(error)
    return failed(task.target, why, time.perf_counter() - start)


def failed(target: Target, why: str, seconds: float = 0.0) -> Row:
    """The row of a repository of which nothing is known but why."""
    return Row(target, Audit(target.name, error=decodable(why)), git_seconds=seconds)


def fault_of(target: Target, fault: BaseException) -> Row:
    """The row of a repository that met a fault of the program; what is no fault is raised again."""
    if not isinstance(fault, Exception):
        raise fault
    return failed(target, f"prelaunch failed on it, please report this: {type(fault).__name__}: {_words(fault)}")


def _words(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split())[:300]


def fetch(task: Task, folder: str) -> Task | Row:
    """Clone a repository from elsewhere, with the files that will be looked at, into a folder of its own in `folder`.

    The task to go on with, or the row that says why there is none. Threads may do this: they wait for git.
    """
    from prelaunch.gitdir.clone import clone
    from prelaunch.gitdir.describe import identify
    from prelaunch.gitdir.tree import GitTree

    start, place = time.perf_counter(), ""
    try:
        place = tempfile.mkdtemp(dir=folder)
        clone(task.target.place, place)
        commit = identify(place, task.target.name).commit
        if commit:  # else the work will say that there is none
            with closing(GitTree(place, commit)) as tree:
                tree.fetch()
    except (GitError, OSError, MemoryError) as error:
        shutil.rmtree(place, ignore_errors=True)
        return failed(task.target, _words(error) or "took more memory than there is", time.perf_counter() - start)
    return task._replace(clone=place, fetched=time.perf_counter() - start)


def _work(task: Task, start: float) -> Row:
    if not task.target.remote or task.clone:
        return _judge(task, task.clone or task.target.place, start)
    with tempfile.TemporaryDirectory(prefix="prelaunch-") as folder:
        found = fetch(task, folder)
        return found if isinstance(found, Row) else _judge(task, found.clone, start)


def _judge(task: Task, repository: str, start: float) -> Row:
    from prelaunch.audit.one import settings_for, survey_tree
    from prelaunch.gitdir.describe import git_directory, identify
    from prelaunch.gitdir.tree import GitTree

    who = identify(repository, task.target.name)
    if not who.commit:
        raise GitError("has no commit" if git_directory(repository) else "is no git repository")
    options = Namespace(config=task.config, no_config=task.no_config)
    with closing(GitTree(repository, who.commit)) as tree:
        between = time.perf_counter()
        audit = survey_tree(tree, settings_for(tree, options))
        for _ in range(2):
            # what the files at hand include, and nobody could know before
            if not task.target.remote or not tree.missing or not tree.fetch():
                break
            audit = survey_tree(tree, settings_for(tree, options))
        patch = _patch(tree, options) if task.patch and any(row.fixable for row in audit.findings) else b""
        complete = task.target.remote or tree.complete  # of a clone of ours all that was asked for has been fetched
    named = audit._replace(name=who.name, commit=who.commit, home=who.home)
    return Row(task.target, named, patch, between - start, time.perf_counter() - between, complete)


def _patch(tree: GitTree, options: Namespace) -> bytes:
    """The safe fixes of a repository as one patch for `git apply`."""
    from prelaunch import mend, registry
    from prelaunch.audit.one import judge_by, settings_for
    from prelaunch.project import Project

    settings = settings_for(tree, options)
    project = Project(tree, settings)
    judge = judge_by(settings, registry.load_rules(), fixes=True)
    mended = mend.mend(project, list(project.candidates()), judge, hints=False)
    return b"".join(line for old, new in mended.changes for line in mend.diff(old, new, old.path))


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise `_TooLongError` in here after some seconds, where the system can; end the process where nobody hears it."""
    if not seconds:
        yield
    elif threading.current_thread() is not threading.main_thread():  # a worker of a cluster has a thread for the work
        with _within_thread(seconds):
            yield
    elif not hasattr(signal, "setitimer"):
        yield
    else:

        def stop(*_: object) -> None:
            raise _TooLongError

        with open(os.devnull, "w", encoding="utf-8") as silent:
            before = signal.signal(signal.SIGALRM, stop)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=silent)
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                faulthandler.cancel_dump_traceback_later()
                signal.signal(signal.SIGALRM, before)


_A_MOMENT = 1_000
"""Steps of Python within which an exception that was set for a thread arrives."""


@contextmanager
def _within_thread(seconds: float) -> Iterator[None]:
    """As `_within`, in a thread that no signal reaches. What waits for git is bounded by the time that git is given."""
    import ctypes

    thread, over = ctypes.c_ulong(threading.get_ident()), threading.Lock()

    def stop() -> None:
        if over.acquire(blocking=False):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_TooLongError))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if not over.acquire(blocking=False):
            # It is on its way, and arrives here, not in what comes after. Were it taken back (None in its place), the
            # interpreter would look for it at every step from then on, which a profiler makes an endless loop of.
            with suppress(_TooLongError):
                timer.join()
                for _ in range(_A_MOMENT):
                    pass
