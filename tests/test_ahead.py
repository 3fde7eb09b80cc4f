"""Several processes find what one finds, and a process that ends before its time costs nothing but time."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from prelaunch import ahead, engine
from prelaunch.cli import run
from prelaunch.discover import File
from prelaunch.kinds import BUILD
from prelaunch.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[[dict[str, str | bytes]], Path]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere one process reads all")

KDF = "cryptography.hazmat.primitives.kdf.pbkdf2"
FILES: dict[str, str | bytes] = {
    "common.mk": "FLAGS = --platform linux/amd64\n",
    "requirements.txt": "cryptography==42.0.0\n",
    "deploy/api.yaml": "kind: Deployment\nspec:\n  image: registry.example.com/api3:1\n",
    "latin.py": f"# -*- coding: latin-1 -*-\nname = '\xe9'\nfrom {KDF} import PBKDF2\n".encode("latin-1"),
    "bad.py": "from cryptography import (\n",
    "bad.mk": b"\0docker build\n",
}
for number in range(30):
    FILES[f"ci/build{number}.sh"] = f"docker buildx build -t registry.example.com/api{number} --push .\n"
    FILES[f"part{number}/Makefile"] = f"include ../common.mk\nimage:\n\tdocker build $(FLAGS) -t a{number} .\n"
    FILES[f"app/module{number}.py"] = f"from {KDF} import PBKDF2\n"
    FILES[f"part{number}/Dockerfile"] = "ARG A\nFROM python:3.12\nCOPY x /\nRUN pip install a\n"


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_processors", lambda: 2)


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were made."""
    made: list[int] = []
    real = os.fork

    def fork() -> int:
        process = real()
        made.append(process)
        return process

    monkeypatch.setattr(os, "fork", fork)
    return made


def serial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_processors", lambda: 1)


@pytest.mark.parametrize("arguments", [("--hints",), ("--format", "json")])
@pytest.mark.parametrize("kept", [False, True])
def test_two_processes_say_what_one_says(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    copies: list[int],
    tmp_path: Path,
    arguments: tuple[str, ...],
    kept: bool,
) -> None:
    root = repository(FILES)
    monkeypatch.setenv("PRELAUNCH_CACHE_DIR", str(tmp_path / "cache") if kept else "")
    monkeypatch.setattr("prelaunch.cache.stamps._RACE", 0)

    def said() -> str:
        code = run(["check", str(root), *arguments])
        captured = capsys.readouterr()
        return f"{code}{captured.out}{captured.err}"

    several = [said(), said()]
    assert len(copies) == (1 if kept else 2)
    for path, text in (("common.mk", "FLAGS =\n"), ("requirements.txt", "cryptography-fork\n"), ("deploy/b.sh", "ls")):
        (root / path).write_text(text)
        several.append(said())
    serial(monkeypatch)
    monkeypatch.setenv("PRELAUNCH_CACHE_DIR", "")
    assert said() == several[-1]
    assert several[0] == several[1]
    assert several[0] != several[-1]


def test_an_audit_by_two_processes_says_what_one_says(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    copies: list[int],
    tmp_path: Path,
) -> None:
    root = repository(FILES)
    monkeypatch.setattr("prelaunch.cache.stamps._RACE", 0)

    def said(cache: str = "") -> str:
        monkeypatch.setenv("PRELAUNCH_CACHE_DIR", cache)
        run(["audit", str(root), "--format", "json"])
        return capsys.readouterr().out

    folder = str(tmp_path / "cache")
    several = [said(), said(folder), said(folder)]
    assert len(copies) == 2
    (root / "common.mk").write_text("FLAGS =\n")
    after = said(folder)
    serial(monkeypatch)
    assert after == said()
    (root / "common.mk").write_text(str(FILES["common.mk"]))
    assert several == [said()] * 3


@pytest.mark.parametrize("how", ["ends", "raises", "says nonsense"])
def test_a_copy_that_fails_costs_only_time(
    repository: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, copies: list[int], how: str
) -> None:
    root = repository(FILES)
    first = os.getpid()

    def pickled(*_: object) -> bytes:
        assert os.getpid() != first
        if how == "ends":
            os._exit(3)
        if how == "raises":
            raise RecursionError
        return b"nonsense"

    monkeypatch.setattr(ahead, "_pickled", pickled)
    code = run(["check", str(root)])
    several = capsys.readouterr()
    serial(monkeypatch)
    assert (run(["check", str(root)]), capsys.readouterr()) == (code, several)
    assert len(copies) == 1


def test_a_small_project_imports_nothing_for_several_processes(repository: Make, copies: list[int]) -> None:
    root = repository({"build.sh": "docker buildx build .\n", "a.py": f"from {KDF} import PBKDF2\n"})
    run(["check", str(root)])
    assert copies == []
    program = (
        "import sys; from prelaunch.cli import run; run(['check', sys.argv[1]]);"
        "print(sorted({'multiprocessing', 'pickle', 'prelaunch.ahead', 'concurrent'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_threshold_is_one_of_files_that_take_long(repository: Make, copies: list[int]) -> None:
    root = repository({f"m{number}.py": f"from {KDF} import PBKDF2\n" for number in range(4 * ahead.WORTH - 1)})
    assert len(list(root.iterdir())) > engine.FEW
    run(["check", str(root)])
    assert copies == []
    (root / "build.sh").write_text("docker buildx build .\n")
    run(["check", str(root)])
    assert len(copies) == 1


@pytest.mark.parametrize(
    ("files", "processors", "wanted"), [(19, 64, 0), (20, 64, 2), (49, 64, 4), (49, 3, 2), (300, 64, 8), (300, 1, 0)]
)
def test_there_are_as_many_copies_as_there_is_work_for(
    repository: Make,
    monkeypatch: pytest.MonkeyPatch,
    copies: list[int],
    files: int,
    processors: int,
    wanted: int,
) -> None:
    root = repository({f"{number}.sh": "docker buildx build .\n" for number in range(files)})
    monkeypatch.setattr(ahead, "_processors", lambda: processors)
    project = Project(str(root))
    ahead.read_ahead(project, list(project.candidates()))
    assert len(copies) == wanted
    assert sum(("builds", f"{number}.sh") in project.memo for number in range(files)) == (files if wanted else 0)


def test_a_pipe_that_holds_little_is_filled_and_not_waited_for(
    repository: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository({"build.sh": "docker buildx build .\n"})
    real, sizes = os.pipe, []

    def small() -> tuple[int, int]:
        out, end = real()
        sizes.append(fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096))
        return out, end

    monkeypatch.setattr(os, "pipe", small)
    project = Project(str(root))
    same = [File("build.sh", "shell", frozenset({BUILD}), marked=False)] * 9_000
    assert ahead.read_ahead(project, same) == {}
    assert ("builds", "build.sh") in project.memo
    assert sizes
