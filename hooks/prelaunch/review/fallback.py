"""Where a review cannot be written: annotations in the job's log, and its summary, so that nobody is in the dark."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from prelaunch import output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prelaunch.engine import Report

MAX_SUMMARY = 1_000_000
"""GitHub refuses a step's summary over 1 MiB."""


def fall_back(report: Report, forge: str, environment: Mapping[str, str], shown: Callable[[str], str]) -> None:
    """Print what was found in the way that the forge's CI shows best."""
    form = "github" if forge in {"github", "gitea"} else "text"
    sys.stdout.write(output.text(report, form, shown))
    sys.stdout.flush()
    path = environment.get("GITHUB_STEP_SUMMARY", "")
    if form != "github" or not path:
        return
    page = output.text(report, "markdown", shown).encode("utf-8", "backslashreplace")
    if len(page) > MAX_SUMMARY:
        page = page[: page.rfind(b"\n", 0, MAX_SUMMARY) + 1] + b"\nThe rest is in the log.\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(page)
    except OSError as error:
        print(f"prelaunch: {path}: cannot be written: {(error.strerror or '').lower()}", file=sys.stderr)
