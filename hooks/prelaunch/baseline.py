"""A baseline: the findings that are known, so that only new ones fail; kept as JSON, one entry a line."""

from __future__ import annotations

import json

from prelaunch import CannotRunError
from prelaunch.identity import fingerprints
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from prelaunch.engine import Report

VERSION = 1
NAME = ".prelaunch-baseline.json"
"""Where a baseline is kept, relative to the project's root, if nothing else is said."""


class Entry(NamedTuple):
    """One known finding: its path (relative to the root) and rule, for people, and its identity."""

    path: str
    rule: str
    fingerprint: str


class Compared(NamedTuple):
    """A report without what is known, how much that was, and the entries whose finding is gone."""

    report: Report
    known: int
    stale: tuple[Entry, ...]


def read(path: str) -> tuple[Entry, ...]:
    """The entries of a file; `CannotRunError` where it is no baseline."""
    try:
        with open(path, encoding="utf-8") as file:
            document: Any = json.load(file)
    except FileNotFoundError:
        raise CannotRunError(f"{path}: there is no such file; `prelaunch baseline create` makes it") from None
    except OSError as error:
        raise CannotRunError(f"{path}: cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    except (ValueError, RecursionError):
        raise CannotRunError(f"{path}: is not JSON; `prelaunch baseline update` writes it anew") from None
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION:
        raise CannotRunError(f"{path}: is no baseline of version {VERSION}; `prelaunch baseline update` writes it anew")
    found = document.get("findings")
    if not isinstance(found, list) or not all(_is_entry(entry) for entry in found):
        raise CannotRunError(f"{path}: an entry is not made of path, rule and fingerprint; write the file anew")
    return tuple(Entry(entry["path"], entry["rule"], entry["fingerprint"]) for entry in found)


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in Entry._fields)


def write(entries: Iterable[Entry]) -> str:
    """The text of a baseline: sorted and one entry a line, so that two branches merge."""
    lines = ",\n".join(f"    {json.dumps(entry._asdict())}" for entry in sorted(set(entries)))
    body = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'


def entries(report: Report) -> tuple[Entry, ...]:
    """The findings of a report as a baseline keeps them."""
    pairs = zip(report.findings, fingerprints(report), strict=True)
    return tuple(Entry(finding.source.path, finding.rule, fingerprint) for finding, fingerprint in pairs)


def compare(report: Report, known: Collection[Entry], judged: Callable[[Entry], bool]) -> Compared:
    """Hold a report against a baseline.

    An entry is stale where this run `judged` its file by its rule and found it no more, not even as a hint.
    """
    wanted = {entry.fingerprint for entry in known}
    pairs = zip(report.findings, fingerprints(report), strict=True)
    fresh = tuple(finding for finding, fingerprint in pairs if fingerprint not in wanted)
    everything = report._replace(findings=report.everything)
    there = set(fingerprints(everything))
    stale = tuple(sorted(entry for entry in known if entry.fingerprint not in there and judged(entry)))
    return Compared(report._replace(findings=fresh), len(report.findings) - len(fresh), stale)
