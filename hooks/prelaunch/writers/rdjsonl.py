"""Findings as reviewdog's diagnostic format, one JSON object a line: `reviewdog -f=rdjsonl`."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.rdjson import SOURCE, diagnostic
from prelaunch.writers.subject import subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write one line a finding."""
    out.writelines(dumps({"source": SOURCE, **diagnostic(subject, shown)}) + "\n" for subject in subjects(report))
