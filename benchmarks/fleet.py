"""How `prelaunch audit --repos` fares with many real repositories: time, memory, what it is spent on, and resuming.

    python benchmarks/fleet.py REPOS [--jobs 1 2] [--dask]

REPOS is a list or a folder of bare clones, as `audit --repos` takes it. For each number of processes one run from
nothing, and one more with nothing new; with `--dask` (prelaunch[dask]) one from nothing on a cluster of this machine,
against the last number. Then, with that number, one that is ended by SIGINT once half of the results are there, and
gone on with. All have to give the same results. Memory is the proportional set size of all processes together, looked
at ten times a second. Compare the processor seconds where the machine is not quiet. A run that fails ends it all.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PRELAUNCH = Path(sys.executable).with_name("prelaunch")
STATE = "SELECT place, name, commit_name, files, certain, likely, hint, builds, images, error, data"


ENDED = 130
"""The exit code of a program that SIGINT ended."""


class Run(NamedTuple):
    """Seconds by the clock and of processors, the peak of memory in MB, the exit code."""

    seconds: float
    processor: float
    memory: float
    code: int


def family(process: int) -> list[int]:
    """A process and all below it."""
    found = [process]
    for each in found:
        try:
            text = Path(f"/proc/{each}/task/{each}/children").read_text()
        except OSError:
            continue
        found += map(int, text.split())
    return found


def memory(process: int) -> float:
    """The proportional set size of a process and all below it, MB."""
    total = 0
    for each in family(process):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def audit(
    repos: str,
    store: Path,
    jobs: int,
    watch: Callable[[subprocess.Popen[bytes]], None] | None = None,
    more: tuple[str, ...] = (),
) -> Run:
    """One run; `watch` is called again and again meanwhile, and may end it. Any other failure ends the program."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [str(PRELAUNCH), "audit", "--repos", repos, "--store", str(store), "--jobs", str(jobs)]
    command += [*more, "--exit-zero"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        if watch is not None:
            watch(process)
        time.sleep(0.1)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode not in {0, ENDED if watch else 0}:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}")
    return Run(seconds, spent, peak, process.returncode)


def ask(store: Path, question: str) -> list[tuple[object, ...]]:
    """The answer of a store."""
    base = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return base.execute(question).fetchall()
    finally:
        base.close()


def state(store: Path) -> list[tuple[object, ...]]:
    """All results of the last run of a store."""
    last = "SELECT MAX(run) FROM runs"
    return ask(store, f"{STATE} FROM run_results JOIN results USING (key) WHERE run = ({last}) ORDER BY place")


def half(store: Path, number: int) -> Callable[[subprocess.Popen[bytes]], None]:
    """What ends a run as Ctrl-C does, once half of its results are in the store."""
    sent = []

    def watch(process: subprocess.Popen[bytes]) -> None:
        try:
            done = ask(store, "SELECT COUNT(*) FROM run_results")[0][0]
        except sqlite3.Error:
            return
        if not sent and isinstance(done, int) and done >= number // 2:
            sent.append(done)
            with contextlib.suppress(ProcessLookupError):  # it came to its end meanwhile
                os.killpg(process.pid, signal.SIGINT)

    return watch


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repos")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--dask", action="store_true", help="once more on a Dask cluster of this machine")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would ours
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    first: list[tuple[object, ...]] = []
    for jobs in options.jobs:
        store = folder / f"{jobs}.db"
        run = last = audit(options.repos, store, jobs)
        found = state(store)
        same = "" if not first else f", same results as before: {found == first}"
        first = first or found
        git, judging, failed = ask(store, "SELECT SUM(git_seconds), SUM(judge_seconds), SUM(error != '') FROM results")[
            0
        ]
        rate = f"{len(found) / run.seconds:.2f} a second, {1000 * run.processor / len(found):.0f} processor ms each"
        print(
            f"{jobs} processes: {len(found)} repositories in {run.seconds:.1f} s ({rate}), peak {run.memory:.0f} MB, "
            f"git {git:.1f} s, judging {judging:.1f} s, {failed} failed{same}",
            flush=True,
        )
        again = audit(options.repos, store, jobs)
        print(
            f"{jobs} processes, once more, nothing new: {again.seconds:.1f} s, {again.processor:.1f} processor seconds"
        )
    if options.dask:
        run = audit(options.repos, folder / "dask.db", options.jobs[-1], more=("--scheduler", "local"))
        more = 1000 * (run.processor - last.processor) / len(first)
        print(
            f"dask: {len(first) / run.seconds:.2f} a second, {more:+.0f} processor ms each against the pool, "
            f"peak {run.memory:.0f} MB, same results: {state(folder / 'dask.db') == first}",
            flush=True,
        )
    store = folder / "half.db"
    begun = audit(options.repos, store, options.jobs[-1], half(store, len(first)))
    done = ask(store, "SELECT COUNT(*) FROM run_results")[0][0]
    ended = audit(options.repos, store, options.jobs[-1])
    same = state(store) == first
    if begun.code == ENDED:
        gone_on = (
            f"ended with {done} of {len(first)} after {begun.seconds:.1f} s, gone on with in {ended.seconds:.1f} s"
        )
        print(f"{gone_on}, same results: {same}")
    else:
        print(f"SIGINT came too late: all {done} were done after {begun.seconds:.1f} s. Take more repositories.")
    slow = "SELECT ROUND(judge_seconds + git_seconds, 1), name, files FROM results ORDER BY 1 DESC LIMIT 5"
    print(f"slowest: {ask(store, slow)}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
