"""`prelaunch audit --repos`: many repositories, one report."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from prelaunch import registry
from prelaunch.cache.digest import digest
from prelaunch.cache.key import key as settings_key
from prelaunch.config import load_config
from prelaunch.fleet.patches import Patches
from prelaunch.fleet.pool import run_pool
from prelaunch.fleet.progress import Progress
from prelaunch.fleet.store import Store
from prelaunch.fleet.targets import Target, targets
from prelaunch.fleet.work import Task
from prelaunch.gitdir.describe import identify
from prelaunch.project import Settings

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from prelaunch.fleet.work import Row

SECONDS = 600.0
"""How long one repository may take."""


def run(options: Namespace) -> int:
    """Audit every repository; 0 nothing certain or likely, 1 findings, 2 could not run or some repository failed."""
    chosen = targets(options.repos)
    with closing(Store(options.store or ":memory:")) as store:
        number = store.begin(datetime.now(timezone.utc).isoformat(timespec="seconds"))
        store.forget(number, {target.place for target in chosen})
        work_through(store, number, chosen, options)
        store.finish(number)
        report(store, number, options)
        if options.parquet:
            from prelaunch.fleet.parquet import export

            export(store, number, options.parquet)
        (total,) = (each for each in store.totals() if each.run == number)
    if total.failed:
        return 2 if not options.exit_zero else 0
    return int(bool(total.certain or total.likely) and not options.exit_zero)


def work_through(store: Store, number: int, chosen: Sequence[Target], options: Namespace) -> None:
    """Bring every repository's result into the store."""
    base = _configuration(options)
    patches = Patches(options.patches) if options.patches else None
    tasks = []
    for target in chosen:
        key = "" if patches or options.no_cache else _known_key(target, base)
        if key and store.known(key):
            store.link(number, target.place, key)
        else:
            tasks.append(Task(target, options.config, options.no_config, bool(options.patches), SECONDS))
    progress = Progress(len(chosen), len(chosen) - len(tasks))
    try:
        for row in _rows(tasks, options):
            place, audit = row.target.place, row.audit
            key = _key(place, audit.name, audit.commit, audit.home, base, *(() if row.complete else ("incomplete",)))
            store.put(number, place, key, audit, row.git_seconds, row.judge_seconds)
            if patches and row.patch:
                patches.write(audit.name, place, row.patch)
            progress.step(row.audit.name, failed=bool(row.audit.error))
    finally:
        progress.close()


def _rows(tasks: Sequence[Task], options: Namespace) -> Iterator[Row]:
    if options.scheduler:
        from prelaunch.fleet.cluster import run_cluster

        return run_cluster(tasks, options.scheduler)
    return run_pool(tasks, options.jobs or os.cpu_count() or 1)


def _configuration(options: Namespace) -> str:
    """All that results depend on beside the commit."""
    packages = registry.packages()
    rules = [rule.name for rule in registry.load_rules()]
    settings = (
        load_config(options.config, os.path.dirname(os.path.realpath(options.config))) if options.config else Settings()
    )
    return settings_key(settings, rules, packages, bool(options.config), options.no_config)


def _known_key(target: Target, base: str) -> str:
    """The key of a repository's result; "" where only the work itself will tell its commit."""
    if target.remote:
        return ""
    who = identify(target.place, target.name)
    return _key(target.place, who.name, who.commit, who.home, base) if who.commit else ""


def _key(*parts: str) -> str:
    return digest(repr(parts).encode("utf-8", "surrogateescape"))


def report(store: Store, number: int, options: Namespace) -> None:
    """Write the report of a run."""
    from prelaunch.audit.output import opened

    with opened(options.output) as out:
        if options.format == "json":
            from prelaunch.fleet.texts import write_json

            write_json(store, number, out)
        elif options.format == "html":
            from prelaunch.fleet.page import render

            out.write(render(list(store.summaries(number)), store.totals()))
        else:
            from prelaunch.fleet.texts import lines
            from prelaunch.writers.text import write_lines

            write_lines(lines(store, number), out)
    if not options.output:
        sys.stdout.flush()
