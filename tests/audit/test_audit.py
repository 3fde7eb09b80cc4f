"""`prelaunch audit` on one repository: what it says, of the disk and of a commit."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch import CannotRunError
from prelaunch.audit.output import opened
from prelaunch.cli import run
from prelaunch.gitdir.describe import home_of, line_address

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[dict[str, str | bytes]], Path]
    Run = Callable[..., str]

INCIDENT = Path(__file__).parents[1] / "projects" / "founding_incident"
API = "registry.example.com/team/api"
KDF = "cryptography.hazmat.primitives.kdf.pbkdf2"
FILES: dict[str, str | bytes] = {
    "Makefile": f"IMAGE = {API}:1\nimage:\n\tdocker buildx build -t $(IMAGE) .\n\tdocker push $(IMAGE)\n",
    "Dockerfile": "ARG BASE=python:3.12\nFROM $BASE AS build\nFROM build\nFROM scratch\n",
    "ci.sh": f"docker build --platform linux/arm64 -t {API} .\ndocker build $(flags) -t local .\n",
    "deploy/api.yaml": "kind: Deployment\nspec:\n  image: registry.example.com/team/api:1\n",
    "requirements.txt": "cryptography==42.0.0\nPyYAML>=6\nown-thing\n",
    "app/keys.py": f"from {KDF} import PBKDF2\nimport os, app.other\nimport own_thing\n",
    "app/other.py": "import yaml\nimport cryptography\n",
    "app/__init__.py": "",
    "broken.mk": b"\0docker build",
}


def audit(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> Any:  # noqa: ANN401
    assert run(["audit", *arguments, "--format", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_an_audit_says_what_is_wrong_built_imported_and_unknown(
    repository: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(FILES)
    found = audit(capsys, str(root))
    assert found["name"] == "repository"
    assert len(found["commit"]) == 40
    assert found["error"] == ""
    findings = {(row["rule"], row["certainty"], row["path"], row["line"]) for row in found["findings"]}
    assert ("missing-platform", "likely", "Makefile", 3) in findings
    assert ("nonexistent-import", "certain", "app/keys.py", 1) in findings
    assert ("unreadable", "certain", "broken.mk", 1) in findings
    builds = {(row["path"], row["line"], row["state"], *row["platforms"]) for row in found["builds"]}
    assert builds == {
        ("Makefile", 3, "missing"),
        ("ci.sh", 1, "explicit", "linux/arm64"),
        ("ci.sh", 2, "unknown"),
    }
    images = {row["name"]: row for row in found["images"]}
    api = images["registry.example.com/team/api"]
    assert [(spot["path"], spot["line"]) for spot in api["builds"]] == [("Makefile", 3), ("ci.sh", 1)]
    assert api["platforms"] == ["linux/arm64"]
    assert api["dockerfiles"] == ["Dockerfile"]
    assert api["bases"] == ["python:3.12"]
    assert api["published"] is True
    assert api["deployed"] is True
    assert api["verdict"] == "some builds name no platform"
    assert images["local"]["deployed"] is False
    modules = {row["module"]: row for row in found["imports"]}
    assert set(modules) == {"cryptography", "yaml", "own_thing"}
    crypto = modules["cryptography"]
    assert (crypto["distribution"], crypto["version"], crypto["files"]) == ("cryptography", "42.0.0", 2)
    assert (crypto["first"]["path"], crypto["first"]["line"], crypto["verdict"]) == ("app/keys.py", 1, "fails")
    assert modules["own_thing"]["verdict"] == "not in the index"
    gaps = {(row["path"], row["line"], row["what"]) for row in found["gaps"]}
    assert gaps == {("broken.mk", 1, "not read"), ("ci.sh", 2, "platform of docker-build")}


@pytest.mark.parametrize(
    ("architecture", "fits", "verdict"), [("amd64", False, "deployed where it cannot run"), ("arm64", True, "known")]
)
def test_an_image_is_held_against_where_it_is_deployed(
    repository: Make, capsys: pytest.CaptureFixture[str], architecture: str, fits: bool, verdict: str
) -> None:
    manifest = f"""\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      nodeSelector:
        kubernetes.io/arch: {architecture}
      containers:
        - image: {API}:1
"""
    root = repository({"ci.sh": f"docker build --platform linux/arm64 -t {API}:1 .\n", "deploy/api.yaml": manifest})
    (image,) = audit(capsys, str(root), code=0 if fits else 1)["images"]
    (place,) = image["deployments"]
    assert (place["path"], place["system"], place["requires"]) == ("deploy/api.yaml", "Kubernetes", architecture)
    assert place["fits"] is fits
    assert image["verdict"] == verdict


def test_a_commit_is_audited_as_the_disk_is(
    repository: Make, tmp_path: Path, run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(FILES)
    bare = tmp_path / "bare.git"
    run_git(tmp_path, "clone", "-q", "--bare", str(root), str(bare))
    disk, commit = audit(capsys, str(root)), audit(capsys, str(bare))
    for key in ("findings", "builds", "images", "imports", "gaps", "files", "commit"):
        assert commit[key] == disk[key], key


def test_the_founding_incident_is_told_in_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(INCIDENT, tmp_path / "incident")
    assert run(["audit", str(tmp_path / "incident")]) == 1
    said = capsys.readouterr().out
    assert "1 certain, 5 likely" in said
    assert "Makefile:9: likely[missing-platform]" in said
    assert "app/keys.py:6: certain[nonexistent-import]" in said
    assert "cryptography" in said


def test_the_configuration_counts_and_can_be_left_out(repository: Make, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(
        {**FILES, "prelaunch.toml": 'ignore = ["nonexistent-import", "unreadable"]\nexclude = ["Makefile"]\n'}
    )
    rules = {row["rule"] for row in audit(capsys, str(root), code=0)["findings"] if row["certainty"] != "hint"}
    assert rules == set()
    rules = {row["rule"] for row in audit(capsys, str(root), "--no-config")["findings"]}
    assert {"nonexistent-import", "missing-platform", "unreadable"} <= rules


def test_changed_files_are_told_from_committed_ones(repository: Make, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(FILES)
    assert audit(capsys, str(root))["dirty"] == []
    (root / "ci.sh").write_text("# one\ndocker buildx build .\n")
    found = audit(capsys, str(root))
    assert found["dirty"] == ["ci.sh"]
    assert ("ci.sh", 2) in {(row["path"], row["line"]) for row in found["findings"]}


def test_the_history_counts_each_commit_without_touching_the_work_tree(
    repository: Make, run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository({"build.sh": "ls\n"})
    for number, text in enumerate(["docker buildx build .\n", "docker buildx build .\ndocker buildx build x\n"]):
        (root / "build.sh").write_text(text)
        run_git(root, "commit", "-qam", f"change {number}")
    (root / "build.sh").write_text("not committed\n")
    found = audit(capsys, str(root), "--history", "9", code=0)
    assert [(row["subject"], row["likely"]) for row in found["history"]] == [
        ("change 1", 2),
        ("change 0", 1),
        ("one", 0),
    ]
    assert (root / "build.sh").read_text() == "not committed\n"
    assert len(audit(capsys, str(root), "--history", "2", code=0)["history"]) == 2


def _broken_off(path: str, error: BaseException) -> None:
    with opened(path) as out:
        out.write("x" * 100_000)
        raise error


def test_the_page_is_written_whole_or_not_at_all(
    repository: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(FILES)
    target = tmp_path / "audit.html"
    assert run(["audit", str(root), "--format", "html", "--output", str(target), "--exit-zero"]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run(["audit", str(root), "--output", str(tmp_path / "no" / "audit.txt")]) == 2
    assert "cannot be written: no such file" in capsys.readouterr().err
    with pytest.raises(CannotRunError, match=r"audit.html: cannot be written: no space left"):
        _broken_off(str(target), OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(KeyboardInterrupt):
        _broken_off(str(target), KeyboardInterrupt())
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(os.listdir(tmp_path)) == ["audit.html", "repository"]


def test_a_report_of_an_audit_is_put_where_any_report_is(
    repository: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = repository({"build.sh": "docker buildx build .\n"})
    before = os.umask(0o027)
    try:
        assert run(["audit", str(root), "--output", str(tmp_path / "new.txt")]) == 1
    finally:
        os.umask(before)
    assert (tmp_path / "new.txt").stat().st_mode & 0o777 == 0o640
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "real.txt").chmod(0o600)
    (tmp_path / "link.txt").symlink_to("real.txt")
    assert run(["audit", str(root), "--output", str(tmp_path / "link.txt")]) == 1
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == (tmp_path / "new.txt").read_text() != ""
    assert (tmp_path / "real.txt").stat().st_mode & 0o777 == 0o600
    assert capfd.readouterr() == ("", "")
    assert run(["audit", str(root), "--output", "/dev/stderr"]) == 1
    assert capfd.readouterr() == ("", (tmp_path / "new.txt").read_text())
    assert run(["audit", str(root), "--output", "/dev/null"]) == 1
    assert not os.path.isfile("/dev/null")


def test_a_report_holds_what_no_encoder_takes(tmp_path: Path) -> None:
    with opened(str(tmp_path / "out")) as out:
        out.write("a\udcff\n\u00fc\n")
    assert (tmp_path / "out").read_bytes() == b"a\\udcff\n\xc3\xbc\n"


@pytest.mark.parametrize(
    ("place", "said"),
    [("nowhere", "nowhere: no such folder"), ("file.txt", "file.txt: is a file: an audit speaks of a folder")],
)
def test_what_cannot_be_audited_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("x")
    assert run(["audit", place]) == 2
    assert capsys.readouterr().err == f"prelaunch: {said}\n"


def test_a_folder_without_git_and_an_empty_one_are_audited_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = audit(capsys, str(tmp_path), code=0)
    assert (found["name"], found["commit"], found["findings"]) == (tmp_path.name, "", [])


REMOTES = {
    "https://github.com/team/api.git": "https://github.com/team/api",
    "https://user:token@github.com/team/api": "https://github.com/team/api",
    "git@github.com:team/api.git": "https://github.com/team/api",
    "ssh://git@gitlab.example.com:2222/group/sub/api.git/": "https://gitlab.example.com/group/sub/api",
    "http://forge.example.com:3000/a/b": "https://forge.example.com:3000/a/b",
    "https://example.com/a b/<x>": "https://example.com/a%20b/%3Cx%3E",
    "/srv/git/api.git": "",
    "../api": "",
    "C:/git/api": "",
    "file:///srv/api": "",
    "ext::sh -c x": "",
    "https://": "",
    'https://a"b/c': "",
    "": "",
}


@pytest.mark.parametrize("remote", REMOTES)
def test_the_home_of_a_remote(remote: str) -> None:
    assert home_of(remote) == REMOTES[remote]


@pytest.mark.parametrize(
    ("home", "address"),
    [
        ("https://github.com/a/b", "https://github.com/a/b/blob/c0/x%20y/%23z.py#L3-L5"),
        ("https://gitlab.example.com/a/b", "https://gitlab.example.com/a/b/-/blob/c0/x%20y/%23z.py#L3-5"),
        ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/src/c0/x%20y/%23z.py#lines-3:5"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/src/commit/c0/x%20y/%23z.py#L3-L5"),
        ("https://forge.example.com/a/b", ""),
        ("", ""),
    ],
)
def test_the_address_of_lines_is_that_of_the_forge(home: str, address: str) -> None:
    assert line_address(home, "c0", "x y/#z.py", 3, 5) == address
