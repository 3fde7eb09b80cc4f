"""`prelaunch audit`: from the options to a report."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch import CannotRunError

if TYPE_CHECKING:
    from argparse import Namespace
    from typing import TextIO

    from prelaunch.audit.record import Audit


def run(options: Namespace) -> int:
    """Do what the options say; 0 nothing certain or likely, 1 findings, 2 could not run."""
    if options.history < 0:
        raise CannotRunError(f"--history {options.history}: a number of commits is not negative")
    _refuse(options)
    if options.repos:
        from prelaunch.fleet.command import run as run_fleet

        return run_fleet(options)
    from prelaunch.audit.output import opened

    audit = _audit(options)
    if options.registry:
        from prelaunch.audit.registry import Registries
        from prelaunch.cache.document import folder

        audit = audit._replace(bases=Registries(folder()).complete(audit.bases))
    with opened(options.output) as out:
        _write(audit, options.format, out)
    counts = audit.counts()
    return int(bool(counts["certain"] or counts["likely"]) and not options.exit_zero)


_ONE = {"history": "counts the commits of one repository", "registry": "asks about the images of one repository"}
_MANY = ("store", "scheduler", "patches", "parquet", "jobs")


def _refuse(options: Namespace) -> None:
    """`CannotRunError` for an option that would be ignored."""
    if options.repos:
        for name, why in _ONE.items():
            if getattr(options, name):
                raise CannotRunError(f"--{name} {why}: leave it out with --repos")
        if options.place != ".":
            raise CannotRunError(f"{options.place}: --repos says what is audited: leave one of them out")
    for name in _MANY:
        if getattr(options, name) and not options.repos:
            raise CannotRunError(f"--{name} is about many repositories: say --repos too")


def _audit(options: Namespace) -> Audit:
    from prelaunch.audit.one import audit_folder, audit_url

    if "://" in options.place or (":" in options.place and not os.path.exists(options.place)):
        return audit_url(options)
    return audit_folder(options)


def _write(audit: Audit, form: str, out: TextIO) -> None:
    if form == "json":
        from json import dumps

        from prelaunch.audit.record import plain

        out.write(dumps(plain(audit), indent=2) + "\n")
    elif form == "html":
        from prelaunch.audit.page.repository import render

        out.write(render(audit))
    else:
        from prelaunch.audit.text import lines
        from prelaunch.writers.text import write_lines

        write_lines(lines(audit), out)
