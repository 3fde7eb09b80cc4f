"""The results of a run as tables in Parquet files, for DuckDB and whatever else reads them (`prelaunch[parquet]`).

DuckDB writes them itself, from lines of JSON: one dependency, which answers questions about the files as well. The
tables stay narrow: a row is one finding, build, image, base image or import, with the name of its repository.
"""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Any

from prelaunch import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from prelaunch.fleet.store import Store

_TEXT, _NUMBER, _TRUTH, _TEXTS = "VARCHAR", "BIGINT", "BOOLEAN", "VARCHAR[]"
_SPOT = {"path": _TEXT, "line": _NUMBER}
TABLES: dict[str, dict[str, str]] = {
    "repositories": {
        "repository": _TEXT, "owner": _TEXT, "commit": _TEXT, "home": _TEXT, "files": _NUMBER, "error": _TEXT,
    },
    "findings": {
        "repository": _TEXT, "rule": _TEXT, "certainty": _TEXT, **_SPOT, "message": _TEXT, "fixable": _TRUTH,
    },
    "builds": {
        "repository": _TEXT, "tool": _TEXT, "form": _TEXT, "state": _TEXT, **_SPOT, "platforms": _TEXTS,
        "published": _TRUTH, "images": _TEXTS, "dockerfile": _TEXT,
    },
    "images": {
        "repository": _TEXT, "name": _TEXT, "platforms": _TEXTS, "states": _TEXTS, "published": _TRUTH,
        "deployed": _TRUTH, "verdict": _TEXT,
    },
    "bases": {"repository": _TEXT, "name": _TEXT, **_SPOT, "needed": _TEXTS},
    "imports": {
        "repository": _TEXT, "module": _TEXT, "distribution": _TEXT, "version": _TEXT, "files": _NUMBER,
        "verdict": _TEXT,
    },
}  # fmt: skip
"""The tables with their columns and DuckDB's types of these."""


def export(store: Store, run: int, folder: str) -> None:
    """Write every table of a run to a file in `folder`, `TABLE.parquet`; each is replaced at once or not at all."""
    try:
        import duckdb
    except ModuleNotFoundError:
        raise CannotRunError("--parquet needs DuckDB: install prelaunch[parquet]") from None
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".prelaunch-") as new:
            _write_lines(store, run, new)
            with duckdb.connect(":memory:") as base:
                base.execute("SET enable_progress_bar = false")
                for table, columns in TABLES.items():
                    lines, done = os.path.join(new, f"{table}.jsonl"), os.path.join(new, f"{table}.parquet")
                    base.execute(
                        f"COPY (SELECT * FROM read_json(?, format='newline_delimited', columns=?))"  # noqa: S608
                        f" TO {_quoted(done)} (FORMAT parquet, COMPRESSION zstd)",
                        [lines, columns],
                    )
                    os.replace(done, os.path.join(folder, f"{table}.parquet"))
    except (OSError, duckdb.Error) as error:
        raise CannotRunError(f"--parquet {folder}: cannot be written: {' '.join(str(error).split())}") from None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_lines(store: Store, run: int, folder: str) -> None:
    files: dict[str, TextIO] = {}
    try:
        for table in TABLES:
            files[table] = open(os.path.join(folder, f"{table}.jsonl"), "w", encoding="utf-8")  # noqa: SIM115
        for audit in store.audits(run):
            for table, row in rows(audit):
                files[table].write(json.dumps(row) + "\n")
    finally:
        for file in files.values():
            file.close()


def rows(audit: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of one repository, each with the name of its table."""
    name = audit["name"]
    yield "repositories", _row("repositories", {**audit, "repository": name, "owner": name.rpartition("/")[0]})
    for table in TABLES:
        if table != "repositories":
            for each in audit.get(table, ()):
                yield table, _row(table, {**each, "repository": name})


def _row(table: str, values: dict[str, Any]) -> dict[str, Any]:
    return {column: values.get(column) for column in TABLES[table]}
