"""The results of a run as tables, and the questions about them that the documentation shows."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.cli import run
from prelaunch.fleet.parquet import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Path]

duckdb = pytest.importorskip("duckdb", reason="needs prelaunch[parquet]")

FILES = {
    "build.sh": "docker buildx build -t registry.example.com/api --push .\n",
    "Dockerfile": "FROM python:3.12\n",
    "app.py": "from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\nimport requests\n",
    "requirements.txt": "cryptography==42.0.0\nrequests>=2\n",
}


@pytest.fixture
def tables(repository: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, Any]:
    """The folder of the tables of three repositories, and the same run as JSON."""
    names = [str(repository(FILES, "it's one")), str(repository({"a.sh": "ls\n"}, "two")), "nowhere"]
    (tmp_path / "list").write_text("\n".join(names))
    folder = tmp_path / "it's a folder"
    arguments = ["audit", "--repos", str(tmp_path / "list"), "--jobs", "1", "--format", "json"]
    assert run([*arguments, "--parquet", str(folder)]) == 2
    return folder, json.loads(capsys.readouterr().out)["repositories"]


def test_every_row_of_the_report_is_in_its_table(tables: tuple[Path, Any]) -> None:
    folder, repositories = tables
    assert set(os.listdir(folder)) == {f"{table}.parquet" for table in TABLES}
    for table, columns in TABLES.items():
        found = duckdb.sql("SELECT * FROM read_parquet($1)", params=[str(folder / f"{table}.parquet")])
        assert found.columns == list(columns)
        assert [str(kind) for kind in found.types] == list(columns.values())
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        if table == "repositories":
            assert [row["error"] for row in rows] == [each["error"] for each in repositories]
            continue
        expected = [
            {column: row["name"] if column == "repository" else each.get(column) for column in columns}
            for row in repositories
            for each in row[table]
        ]
        assert rows == expected
        assert rows, table


def test_questions_are_answered(tables: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tables[0])
    worst = "SELECT rule, count(DISTINCT repository) FROM 'findings.parquet' WHERE certainty = 'certain' GROUP BY rule"
    assert duckdb.sql(worst).fetchall() == [("nonexistent-import", 1)]
    unpinned = "SELECT distribution, count(*) FROM 'imports.parquet' WHERE version LIKE '>%' GROUP BY ALL"
    assert duckdb.sql(unpinned).fetchall() == [("requests", 1)]


def test_without_duckdb_the_error_names_the_extra(
    repository: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    root = repository({"a.sh": "ls\n"})
    assert run(["audit", "--repos", str(root), "--jobs", "1", "--parquet", str(tmp_path / "t")]) == 2
    assert "install prelaunch[parquet]" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_an_error(
    repository: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    root = repository({"a.sh": "ls\n"})
    assert run(["audit", "--repos", str(root), "--jobs", "1", "--parquet", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--history", "3", "--repos", "x"], "--history counts the commits of one repository: leave it out"),
        (["--registry", "--repos", "x"], "--registry asks about the images of one repository: leave it out"),
        (["--repos", "x", "y"], "--repos says what is audited"),
        (["--patches", "p"], "--patches is about many repositories: say --repos too"),
        (["--store", "p"], "--store is about many repositories: say --repos too"),
        (["--parquet", "p"], "--parquet is about many repositories: say --repos too"),
        (["--jobs", "3"], "--jobs is about many repositories: say --repos too"),
    ],
)
def test_an_option_that_would_be_ignored_is_an_error(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", *arguments]) == 2
    assert said in capsys.readouterr().err
