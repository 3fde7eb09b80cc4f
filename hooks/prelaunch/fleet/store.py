"""Where the results of many repositories are kept: one SQLite file, written as the results come.

A result is written once under repository, commit, version and configuration: what was broken off goes on where it was,
and a commit that was seen before costs nothing. A run is the list of the results that it is about. A place may hold
bytes that are not UTF-8, which SQLite does not take: they are spelled out.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from prelaunch import CannotRunError, __version__
from prelaunch.audit.record import Audit, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORM = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS results (
    key TEXT PRIMARY KEY, name TEXT, owner TEXT, home TEXT, commit_name TEXT, version TEXT, files INTEGER,
    certain INTEGER, likely INTEGER, hint INTEGER, builds INTEGER, unknown INTEGER, images INTEGER, error TEXT,
    git_seconds REAL, judge_seconds REAL, data BLOB
);
CREATE TABLE IF NOT EXISTS rules (key TEXT, rule TEXT, certainty TEXT, number INTEGER);
CREATE INDEX IF NOT EXISTS rules_by_key ON rules (key);
CREATE TABLE IF NOT EXISTS runs (run INTEGER PRIMARY KEY, started TEXT, version TEXT, done INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS run_results (run INTEGER, place TEXT, key TEXT, PRIMARY KEY (run, place));
"""


class Summary(NamedTuple):
    """One repository of a run, in numbers. `rules`: by rule, its certain and likely findings together."""

    name: str
    owner: str
    home: str
    commit: str
    files: int
    certain: int
    likely: int
    hint: int
    builds: int
    unknown: int
    images: int
    error: str
    rules: dict[str, int]


class Total(NamedTuple):
    """A run in numbers."""

    run: int
    started: str
    repositories: int
    certain: int
    likely: int
    hint: int
    failed: int


class Store:
    """The store at a path; ":memory:" for one that is not kept."""

    def __init__(self, path: str) -> None:
        try:
            self._base = sqlite3.connect(path, timeout=60)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            form = self._base.execute("PRAGMA user_version").fetchone()[0]
            if form not in {0, _FORM}:
                raise CannotRunError(f"{path}: was written by another version of prelaunch: give --store another name")
            self._base.executescript(_TABLES)
            self._base.execute(f"PRAGMA user_version={_FORM}")
        except sqlite3.Error as error:
            raise CannotRunError(f"{path}: cannot be used as a store: {error}") from None

    def close(self) -> None:
        """Write what is left and close."""
        self._base.commit()
        self._base.close()

    def begin(self, started: str) -> int:
        """Begin a run, or go on with the last one, if that was broken off; its number."""
        last = self._base.execute("SELECT run, done FROM runs ORDER BY run DESC LIMIT 1").fetchone()
        if last is not None and not last[1]:
            return int(last[0])
        done = self._base.execute("INSERT INTO runs (started, version) VALUES (?, ?)", (started, __version__))
        self._base.commit()
        return int(done.lastrowid or 0)

    def finish(self, run: int) -> None:
        """Mark a run as whole."""
        self._base.execute("UPDATE runs SET done = 1 WHERE run = ?", (run,))
        self._base.commit()

    def known(self, key: str) -> bool:
        """Whether the store holds a result that was no failure."""
        found = self._base.execute("SELECT 1 FROM results WHERE key = ? AND error = ''", (key,)).fetchone()
        return found is not None

    def link(self, run: int, place: str, key: str) -> None:
        """Make a result part of a run."""
        self._base.execute("INSERT OR REPLACE INTO run_results VALUES (?, ?, ?)", (run, _spelled(place), key))

    def put(self, run: int, place: str, key: str, audit: Audit, git_seconds: float, judge_seconds: float) -> None:
        """Write a result, and make it part of a run; at once or not at all."""
        counts, owner = audit.counts(), audit.name.rpartition("/")[0]
        unknown = sum(build.state == "unknown" for build in audit.builds)
        row: tuple[Any, ...] = (key, audit.name, owner, audit.home, audit.commit, __version__, audit.files)
        row += (*counts.values(), len(audit.builds), unknown, len(audit.images), audit.error)
        data = zlib.compress(json.dumps(plain(audit), separators=(",", ":")).encode(), 6)
        numbers: dict[tuple[str, str], int] = {}
        for finding in audit.findings:
            of = finding.rule, finding.certainty
            numbers[of] = numbers.get(of, 0) + 1
        with self._base:
            marks = ",".join("?" * (len(row) + 3))
            self._base.execute(
                f"INSERT OR REPLACE INTO results VALUES ({marks})",  # noqa: S608 (question marks only)
                (*row, git_seconds, judge_seconds, data),
            )
            self._base.execute("DELETE FROM rules WHERE key = ?", (key,))
            rules = [(key, *of, number) for of, number in numbers.items()]
            self._base.executemany("INSERT INTO rules VALUES (?, ?, ?, ?)", rules)
            self.link(run, place, key)

    def forget(self, run: int, places: set[str]) -> None:
        """Take out of a run what it is no longer about."""
        found = {place for (place,) in self._base.execute("SELECT place FROM run_results WHERE run = ?", (run,))}
        gone = [(run, place) for place in found - set(map(_spelled, places))]
        self._base.executemany("DELETE FROM run_results WHERE run = ? AND place = ?", gone)
        self._base.commit()

    def summaries(self, run: int) -> Iterator[Summary]:
        """The repositories of a run, the worst first; those that failed at the end."""
        rules: dict[str, dict[str, int]] = {}
        for key, rule, number in self._base.execute(
            "SELECT key, rule, SUM(number) FROM rules WHERE certainty != 'hint' GROUP BY key, rule"
        ):
            rules.setdefault(key, {})[rule] = number
        for key, *fields in self._base.execute(
            "SELECT results.key, name, owner, home, commit_name, files, certain, likely, hint, builds, unknown, images,"
            " error FROM run_results JOIN results USING (key) WHERE run = ?"
            " ORDER BY error != '', certain DESC, likely DESC, hint DESC, name",
            (run,),
        ):
            yield Summary._make([*fields, rules.get(key, {})])

    def audits(self, run: int) -> Iterator[dict[str, Any]]:
        """Everything that is known of the repositories of a run, by name, as JSON has it."""
        for (data,) in self._base.execute(
            "SELECT data FROM run_results JOIN results USING (key) WHERE run = ? ORDER BY name, key", (run,)
        ):
            yield json.loads(zlib.decompress(data))

    def totals(self) -> list[Total]:
        """Every run in numbers, the oldest first."""
        rows = self._base.execute(
            "SELECT run, started, COUNT(*), SUM(certain), SUM(likely), SUM(hint), SUM(error != '')"
            " FROM runs JOIN run_results USING (run) JOIN results USING (key) GROUP BY run ORDER BY run"
        )
        return [Total(*row) for row in rows]

    def seconds(self, run: int) -> tuple[float, float]:
        """The seconds that the results of a run took: for git, and for judging."""
        row = self._base.execute(
            "SELECT SUM(git_seconds), SUM(judge_seconds) FROM run_results JOIN results USING (key) WHERE run = ?",
            (run,),
        ).fetchone()
        return row[0] or 0.0, row[1] or 0.0


def _spelled(place: str) -> str:
    return place.encode("utf-8", "backslashreplace").decode()
