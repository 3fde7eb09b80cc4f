"""A second audit says what the first said, whatever changed in between, and reads only what did."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from prelaunch.audit import survey
from prelaunch.audit.kept import pack, unpack
from prelaunch.audit.record import Audit, BaseRow, BuildRow, Count, DeployRow, FindingRow, GapRow, ImageRow, Spot
from prelaunch.cache import document
from prelaunch.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from prelaunch.audit.record import FileRows
    from prelaunch.discover import File
    from prelaunch.engine import Judge
    from prelaunch.project import Project

    Make = Callable[[dict[str, str | bytes]], Path]
    Run = Callable[..., str]

FILES: dict[str, str | bytes] = {
    "Makefile": "image:\n\tdocker buildx build -t registry.example.com/api .\n",
    "Dockerfile": "FROM python:3.12\nCOPY run.sh /\nCMD ['/run.sh']\n",
    "run.sh": "#!/bin/sh\npython -m app\n",
    "deploy/api.yaml": "kind: Deployment\nspec:\n  image: registry.example.com/api:1\n",
    "requirements.txt": "cryptography==42.0.0\n",
    "app/keys.py": "from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\nimport yaml\n",
    "app/plain.py": "import os\n",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv(document.FOLDER, str(folder))
    monkeypatch.setattr("prelaunch.cache.stamps._RACE", 0)
    return folder


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each survey that was made."""
    made: list[str] = []
    put_together = survey.put_together

    def count(*arguments: object, **named: object) -> Audit:
        made.append("")
        return put_together(*arguments, **named)  # type: ignore[arg-type]

    for module in ("survey", "kept"):
        monkeypatch.setattr(f"prelaunch.audit.{module}.put_together", count)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were surveyed anew, of those of which something may be kept."""
    paths: list[str] = []

    def note(project: Project, file: File, judge: Judge) -> FileRows:
        paths.append(file.path)
        return survey.survey_file(project, file, judge)

    monkeypatch.setattr("prelaunch.audit.kept.survey_file", note)
    return paths


def audit(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    run(["audit", "--format", "json", *arguments])
    return capsys.readouterr().out


def test_a_second_audit_surveys_nothing_and_says_the_same(
    repository: Make, capsys: pytest.CaptureFixture[str], surveyed: list[str]
) -> None:
    root = str(repository(FILES))
    plain = audit(capsys, root, "--no-cache")
    surveyed.clear()
    assert audit(capsys, root) == plain
    assert len(surveyed) == 1
    assert audit(capsys, root) == plain
    assert len(surveyed) == 1
    assert audit(capsys, root, "--no-config", "--no-cache") == plain
    assert len(surveyed) == 2


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/plain.py", "import requests\n"),
        ("app/new.py", "import requests\n"),
        ("deploy/api.yaml", "kind: Deployment\nspec:\n  image: other\n"),
        ("requirements.txt", "cryptography==41.0.0\n"),
        ("prelaunch.toml", 'ignore = ["missing-platform"]\n'),
        ("yaml.py", ""),
        ("Makefile", None),
    ],
)
def test_what_changed_is_seen(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    surveyed: list[str],
    path: str,
    text: str | None,
) -> None:
    root = repository(FILES)
    first = audit(capsys, str(root))
    if text is None:
        (root / path).unlink()
    else:
        (root / path).write_text(text)
    surveyed.clear()
    second = audit(capsys, str(root))
    assert surveyed
    assert second != first
    assert second == audit(capsys, str(root), "--no-cache")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("app/keys.py", "from cryptography.fernet import Nothing\n", {"app/keys.py"}),
        ("Makefile", "image:\n\tdocker build -t registry.example.com/api .\n", {"Makefile", "Dockerfile"}),
        ("requirements.txt", "cryptography==41.0.0\n", {"app/keys.py"}),
        ("deploy/notes.md", "Nothing to do with it.\n", set()),
    ],
)
def test_only_what_something_changed_for_is_read_again(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    read: list[str],
    path: str,
    text: str,
    expected: set[str],
) -> None:
    root = repository(FILES)
    audit(capsys, str(root))
    assert {"Makefile", "Dockerfile", "app/keys.py"} <= set(read)
    read.clear()
    (root / path).write_text(text)
    found = audit(capsys, str(root))
    assert set(read) == expected
    assert found == audit(capsys, str(root), "--no-cache")


def test_a_file_that_differs_from_the_commit_is_known_for_that_without_being_read(
    repository: Make, capsys: pytest.CaptureFixture[str], run_git: Run
) -> None:
    root = repository(FILES)
    (root / "Makefile").write_text("image:\n\tdocker build -t a .\n")
    (root / "run.sh").write_text("exit 1\n")
    audit(capsys, str(root))
    run_git(root, "add", "run.sh")
    run_git(root, "commit", "--quiet", "--message", "more")
    assert audit(capsys, str(root)) == audit(capsys, str(root), "--no-cache")


@pytest.mark.parametrize(("path", "counted"), [("Makefile", True), ("run.sh", False)])
def test_files_that_differ_from_the_commit_are_the_same_whatever_was_read_anew(
    repository: Make, capsys: pytest.CaptureFixture[str], path: str, *, counted: bool
) -> None:
    root = repository(FILES)
    with (root / path).open("a") as file:
        file.write("\n")
    audit(capsys, str(root))
    (root / "app/plain.py").write_text("import sys\n")
    found = audit(capsys, str(root))
    assert found == audit(capsys, str(root), "--no-cache")
    assert (path in json.loads(found)["dirty"]) == counted


def test_a_new_commit_is_seen(repository: Make, capsys: pytest.CaptureFixture[str], run_git: Run) -> None:
    root = repository(FILES)
    (root / "app/plain.py").write_text("import docker\ndocker.from_env().images.build(path='.')\n")
    before = audit(capsys, str(root))
    assert json.loads(before)["dirty"] == ["app/plain.py"]
    run_git(root, "commit", "-qam", "plain")
    after = audit(capsys, str(root))
    assert after != before
    assert after == audit(capsys, str(root), "--no-cache")


def test_a_commit_is_counted_once(
    repository: Make, capsys: pytest.CaptureFixture[str], surveyed: list[str], run_git: Run
) -> None:
    root = repository(FILES)
    for number in range(3):
        (root / "run.sh").write_text(f"echo {number}\n")
        run_git(root, "commit", "-qam", f"change {number}")
    plain = audit(capsys, str(root), "--history", "10", "--no-cache")
    surveyed.clear()
    assert audit(capsys, str(root), "--history", "2") == audit(capsys, str(root), "--history", "2", "--no-cache")
    surveyed.clear()
    assert audit(capsys, str(root), "--history", "10") == plain
    assert len(surveyed) == 2
    surveyed.clear()
    assert audit(capsys, str(root), "--history", "10") == plain
    assert not surveyed
    audit(capsys, str(root), "--history", "10", "--no-config")
    assert len(surveyed) == 4


def test_a_bare_clone_is_surveyed_once_a_commit(
    repository: Make, capsys: pytest.CaptureFixture[str], surveyed: list[str], run_git: Run, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.git"
    run_git(tmp_path, "clone", "-q", "--bare", str(repository(FILES)), str(bare))
    plain = audit(capsys, str(bare), "--no-cache")
    surveyed.clear()
    assert audit(capsys, str(bare)) == audit(capsys, str(bare)) == plain
    assert len(surveyed) == 1


def test_what_a_run_did_not_need_is_forgotten_when_it_is_too_much(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    surveyed: list[str],
    run_git: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = repository(FILES)
    audit(capsys, str(root), "--history", "1")
    for number in range(2):
        (root / "run.sh").write_text(f"echo {number}\n")
        run_git(root, "commit", "-qam", f"change {number}")
    monkeypatch.setattr("prelaunch.audit.kept._LARGE", 10)
    audit(capsys, str(root), "--history", "2")
    surveyed.clear()
    audit(capsys, str(root), "--history", "3")
    assert len(surveyed) == 1


def test_nothing_is_kept_of_a_clone_that_lacks_objects(
    repository: Make, capsys: pytest.CaptureFixture[str], run_git: Run, tmp_path: Path, cache: Path
) -> None:
    root = repository(FILES)
    run_git(root, "config", "uploadpack.allowFilter", "true")
    bare = tmp_path / "bare.git"
    run_git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{root}", str(bare))
    audit(capsys, str(bare))
    assert not cache.exists() or not os.listdir(cache)


def test_a_record_is_the_same_after_packing() -> None:
    spot = Spot("a", 1, 2)
    audit = Audit(
        "name",
        findings=(FindingRow("r", "likely", spot, 1, "m", fixable=True),),
        builds=(BuildRow(spot, "t", "f", "s", ("p",), (), True, ("i", "j"), "", ""),),
        images=(ImageRow("n", (spot, spot), (), (), (), (), True, False, (DeployRow(spot, "k", "r", None),), "v"),),
        bases=(BaseRow("b", spot, ("p",)),),
        gaps=(GapRow(spot, "w", "y"),),
        history=(Count("c", "w", "s", 1, 2, 3),),
        dirty=frozenset({"x", "y"}),
    )
    assert unpack(Audit, pack(audit)) == audit
