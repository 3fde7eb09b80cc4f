"""`prelaunch audit`: from the options to a report."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING

from prelaunch import CannotRunError

if TYPE_CHECKING:
    from argparse import Namespace

    from prelaunch.audit.record import Audit


def run(options: Namespace) -> int:
    """Do what the options say; 0 nothing certain or likely, 1 findings, 2 could not run."""
    if options.history < 0:
        raise CannotRunError(f"--history {options.history}: a number of commits is not negative")
    audit = _audit(options)
    if options.format == "text" and not options.output:
        _print(audit)
    else:
        _write(_spelled(audit, options.format), options.output)
    counts = audit.counts()
    return int(bool(counts["certain"] or counts["likely"]) and not options.exit_zero)


def _audit(options: Namespace) -> Audit:
    from prelaunch.audit.one import audit_folder, audit_url

    if "://" in options.place or (":" in options.place and not os.path.exists(options.place)):
        return audit_url(options)
    return audit_folder(options)


def _spelled(audit: Audit, form: str) -> str:
    if form == "json":
        from json import dumps

        from prelaunch.audit.record import plain

        return dumps(plain(audit), indent=2) + "\n"
    if form == "html":
        from prelaunch.audit.page.repository import render

        return render(audit)
    from prelaunch.audit.text import lines

    return "".join("".join(text for text, _ in line) + "\n" for line in lines(audit))


def _print(audit: Audit) -> None:
    from prelaunch.audit.text import lines
    from prelaunch.writers.text import write_lines

    write_lines(lines(audit), sys.stdout)


def _write(text: str, output: str | None) -> None:
    """Print, or replace a file at once."""
    if not output:
        sys.stdout.write(text)
        return
    folder = os.path.dirname(os.path.abspath(output))
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        os.replace(file.name, output)
    except OSError as error:
        raise CannotRunError(f"{output}: cannot be written: {(error.strerror or 'unknown reason').lower()}") from None
