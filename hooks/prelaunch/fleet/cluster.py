"""The same work on a Dask cluster (`prelaunch[dask]`).

A task writes its own row into a folder, before it answers: where a worker dies with rows that nobody has fetched yet,
Dask asks for these tasks again, and they find their rows written. A worker on a machine that does not see the folder
only answers, and what dies with it is worked on again. Git directories that are named by a path have to be there on
every worker.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from prelaunch import CannotRunError
from prelaunch.cache.digest import digest
from prelaunch.fleet.work import Row, Task, failed, fault_of, work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOCAL = "local"
_RETRIES = 3


def run_cluster(tasks: Sequence[Task], address: str, folder: str | None = None) -> Iterator[Row]:
    """The rows of tasks, as they come, from the cluster at `address`; "local" for one of its own on this machine.

    `folder` is where tasks write their rows, if they see it; None for one of this machine that is gone afterwards.
    """
    try:
        from dask import config
        from dask.distributed import Client, KilledWorker, as_completed
    except ModuleNotFoundError:
        raise CannotRunError("--scheduler needs Dask: install prelaunch[dask]") from None
    own: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None} if address == LOCAL else {}
    with (
        tempfile.TemporaryDirectory(prefix="prelaunch-") as gone,
        config.set({"distributed.scheduler.allowed-failures": _RETRIES}),
    ):
        try:
            client = Client(**own) if address == LOCAL else Client(address, timeout=30)
        except (OSError, ValueError) as error:
            raise CannotRunError(f"--scheduler {address}: cannot be reached: {error}") from None
        with client:
            futures = client.map(work_once, tasks, folder=folder or gone, retries=_RETRIES, pure=False)
            asked = dict(zip(futures, tasks, strict=True))
            for future in as_completed(futures):
                fault = future.exception()
                if fault is None:
                    yield future.result()
                elif isinstance(fault, KilledWorker):
                    yield failed(asked[future].target, "its worker ended again and again")
                else:
                    yield fault_of(asked[future].target, fault)
                future.release()


def work_once(task: Task, folder: str) -> Row:
    """The row of a task: the one that was written before, or a new one, written where there is such a folder."""
    path = os.path.join(folder, f"{digest(repr(task).encode('utf-8', 'surrogateescape'))}.row")
    try:
        with open(path, "rb") as file:
            row: Row = pickle.load(file)  # noqa: S301 (written by the lines below)
            return row
    except OSError:
        pass
    row = work(task)
    with suppress(OSError):  # on another machine: whoever asked gets the row all the same
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".new", delete=False) as new:
            pickle.dump(row, new)
        os.replace(new.name, path)
    return row
