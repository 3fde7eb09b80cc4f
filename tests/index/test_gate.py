"""A small fixed part of the index gate: some packages that the tests themselves need, as they are installed here."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prelaunch.index.pack import write
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import unite

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ("rich", "packaging")


def gate(folder: Path, only: str, beside: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(beside or "")}
    command = [sys.executable, str(ROOT / "gates" / "index_gate.py"), "--environment", sys.prefix]
    command += ["--folder", str(folder), "--jobs", "1", "--only", only]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_no_import_that_works_is_flagged_in_the_packages_at_hand(tmp_path: Path) -> None:
    done = gate(tmp_path, ",".join(INSTALLED))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.strip().partition(" ") for line in done.stdout.splitlines() if line[:1] == " "]
    figures = {what: number for number, _, what in lines}
    assert int(figures["names of indexed distributions"].replace(",", "")) > 2_000, done.stdout
    assert int(figures["imports of the standard library"].replace(",", "")) > 200, done.stdout


def test_an_index_that_lacks_a_name_is_caught(tmp_path: Path) -> None:
    modules = ("iniconfig", "iniconfig.exceptions")
    shown = {module: tuple(dir(importlib.import_module(module))) for module in modules}
    surface = {module: ModuleSurface(dict.fromkeys(names, "d")) for module, names in shown.items()}
    surface["iniconfig"] = surface["iniconfig"]._replace(open="namespace", package=True)
    del surface["iniconfig.exceptions"].names["ParseError"]  # type: ignore[attr-defined]
    shown["iniconfig.exceptions"] = ()
    version = importlib.metadata.version("iniconfig")
    release = Surface("iniconfig", version, "", "2024-01-01", (), surface)
    beside = tmp_path / "site"
    (beside / "prelaunch_index").mkdir(parents=True)
    history = unite([release], [Probe("iniconfig", version, "3.12", shown, {}, {})])
    write([history], str(beside / "prelaunch_index" / "names.idx"))
    done = gate(tmp_path / "gate", "iniconfig", beside)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FALSE  from iniconfig.exceptions import ParseError" in done.stdout
    rows = [json.loads(line) for line in (tmp_path / "gate" / "flagged.jsonl").read_text().splitlines()]
    assert [row["result"] for row in rows] == ["works"]
