"""Which index is used: prelaunch's own, or a larger one that is installed beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from prelaunch.index.layout import HEADER
from prelaunch.index.pack import pack
from prelaunch.index.shipped import FILE, LARGER
from prelaunch.index.store import Index
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import unite

LARGEST = 8_000_000
"""Bytes of the data in the wheel."""

HERE = Path(__file__).resolve().parents[2]
INDEX = HERE / "hooks" / "prelaunch" / "index"


def larger(folder: Path, change: bytes = b"") -> Path:
    """A folder that `prelaunch_index` is installed in, with one distribution that prelaunch's own lacks."""
    surface = Surface("rare-thing", "1.0", "", "2020-01-01", (), {"rare_thing": ModuleSurface({"here": "d"})})
    probe = Probe("rare-thing", "1.0", "3.12", {"rare_thing": ("here",)}, {}, {})
    (folder / LARGER).mkdir(parents=True)
    data = bytearray(pack([unite([surface], [probe])], built="2020-01-01", generator="elder"))
    data[8 : 8 + len(change)] = change
    (folder / LARGER / FILE).write_bytes(data)
    return folder


def prelaunch(*arguments: str, beside: Path | None, cwd: Path) -> subprocess.CompletedProcess[str]:
    paths = [str(beside)] if beside else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "prelaunch", *arguments]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text("from rare_thing import gone\n")
    return folder


def test_prelaunchs_own_is_used_where_no_other_is_installed(project: Path) -> None:
    assert prelaunch("index", "info", beside=None, cwd=project).stdout.startswith(f"{INDEX / FILE}\nbuilt ")
    assert prelaunch("check", "app.py", beside=None, cwd=project).returncode == 0


def test_an_installed_index_wins_whatever_its_date(project: Path, tmp_path: Path) -> None:
    folder = larger(tmp_path / "site")
    told = prelaunch("index", "info", beside=folder, cwd=project).stdout.splitlines()
    assert told[:3] == [str(folder / LARGER / FILE), "built 2020-01-01 by elder", "1 distribution:"]
    done = prelaunch("check", "app.py", beside=folder, cwd=project)
    assert done.returncode == 1
    assert "`gone` is in no release of rare-thing" in done.stdout


def test_one_in_the_repository_under_check_is_not_used(project: Path) -> None:
    larger(project)
    assert prelaunch("check", "app.py", beside=None, cwd=project).returncode == 0
    assert prelaunch("check", "app.py", beside=project, cwd=project).returncode == 0


def test_one_of_another_format_is_passed_over(project: Path, tmp_path: Path) -> None:
    folder = larger(tmp_path / "site", change=(2).to_bytes(4, "little"))
    assert prelaunch("index", "info", beside=folder, cwd=project).stdout.startswith(f"{INDEX / FILE}\nbuilt ")
    assert prelaunch("check", "app.py", beside=folder, cwd=project).returncode == 0


def test_a_damaged_one_is_one_clear_error(project: Path, tmp_path: Path) -> None:
    folder = larger(tmp_path / "site")
    path = folder / LARGER / FILE
    path.write_bytes(path.read_bytes()[:-1])
    done = prelaunch("index", "info", beside=folder, cwd=project)
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert "damaged" in done.stderr
    path.write_bytes(path.read_bytes()[: HEADER.size - 1])
    assert prelaunch("check", "app.py", beside=folder, cwd=project).returncode == 2


def test_looking_for_it_imports_nothing_of_it(project: Path, tmp_path: Path) -> None:
    folder = larger(tmp_path / "site")
    (folder / LARGER / "__init__.py").write_text("raise SystemExit('it was imported')\n")
    assert prelaunch("check", "app.py", beside=folder, cwd=project).returncode == 1


def test_the_data_in_the_wheel_keep_to_their_budget_and_are_whole() -> None:
    assert sum((INDEX / name).stat().st_size for name in (FILE, "python.txt")) <= LARGEST
    index = Index.open(str(INDEX / FILE))
    for name in index.distributions:
        package = index.package(name)
        assert package is not None
        assert package.releases
        for number in (0, len(package.releases) - 1):
            assert package.modules(number), name
