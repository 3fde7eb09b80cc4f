"""Findings as logging commands of Azure Pipelines, which shows them on the run's summary.

Escapes are those of the agent's own reader ("Logging commands", "Formatting commands"): `%` as `%AZP25`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from prelaunch.writers.place import printable
from prelaunch.writers.subject import subjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.engine import Report

TYPES = {"certain": "error", "likely": "warning", "hint": "warning"}
"""There is no third type."""


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:  # noqa: ARG001 (paths stay the root's)
    """Write one command a finding; paths are relative to the root of the repository."""
    for subject in subjects(report):
        properties = {
            "type": TYPES[subject.certainty],
            "sourcepath": printable(subject.path),
            "linenumber": subject.where.line,
            "columnnumber": subject.where.column,
            "code": subject.rule,
        }
        named = "".join(f"{name}={_property(str(value))};" for name, value in properties.items())
        out.write(f"##vso[task.logissue {named}]{_data(subject.message)}\n")


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
