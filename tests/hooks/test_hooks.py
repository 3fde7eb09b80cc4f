"""The hooks as people get them: installed from a repository by pre-commit and by prek, run on another repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
IMAGE = "image:\n\tdocker buildx build -t registry.example.com/api .\n"
MENDED = IMAGE.replace("build -t", "build --platform linux/amd64 -t")
CRASH = "from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\n\nkey = PBKDF2(b'')\n"


def _run(folder: Path | str, *command: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PREK"))}
    home = os.path.join(str(folder), os.pardir, "cache")
    environment = {**clean, "PRE_COMMIT_HOME": home, "PREK_HOME": home, "NO_COLOR": "1", "PRE_COMMIT_COLOR": "never"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _git(folder: Path | str, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    done = _run(folder, "git", *identity, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _tool(name: str) -> str:
    return os.path.join(os.path.dirname(sys.executable), name)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository of its own, committed as it stands in the work tree."""
    target = tmp_path_factory.mktemp("hooks") / "prelaunch"
    listed = _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for path in filter(None, listed):
        source = os.path.join(ROOT, path)
        if os.path.isfile(source) and not path.startswith("tests/"):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / path)
    _git(target, "init", "--quiet")
    _git(target, "add", ".")
    _git(target, "commit", "--quiet", "--message", "x")
    return target


@pytest.fixture
def project(hooks: Path) -> Path:
    """A repository that uses the hooks; it shares a cache with its siblings."""
    folder = hooks.parent / "project"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _git(folder, "init", "--quiet")
    (folder / "Makefile").write_text(IMAGE)
    (folder / "service.py").write_text(CRASH)
    (folder / "README.md").write_text("docker build .\n")
    (folder / "prelaunch.toml").write_text('platforms = ["linux/amd64"]\n')
    (folder / "image.png").write_bytes(b"\x89PNG\0")
    _git(folder, "add", ".")
    return folder


def _configure(hooks: Path, project: Path, *names: str) -> None:
    revision = _git(hooks, "rev-parse", "HEAD").strip()
    lines = ["repos:", f"  - repo: {hooks}", f"    rev: {revision}", "    hooks:", *(f"      - id: {n}" for n in names)]
    (project / ".pre-commit-config.yaml").write_text("\n".join(lines) + "\n")
    _git(project, "add", ".")


RUNNERS = ["pre-commit", "prek"]


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_manifest_is_valid(runner: str) -> None:
    done = _run(ROOT, _tool(runner), "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_own_configuration_is_valid(runner: str) -> None:
    done = _run(ROOT, _tool(runner), "validate-config", ".pre-commit-config.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS)
def test_the_hook_can_be_tried_from_a_clone(hooks: Path, project: Path, runner: str) -> None:
    done = _run(project, _tool(runner), "try-repo", str(hooks), "prelaunch", "--all-files", "--verbose")
    out = done.stdout + done.stderr
    assert done.returncode == 1, out
    assert "Makefile:2:2: likely[missing-platform]" in out
    assert "service.py:1:" in out


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS)
def test_every_hook_does_its_part(hooks: Path, project: Path, runner: str) -> None:
    _configure(
        hooks, project, "prelaunch", "prelaunch-fix", "prelaunch-platform", "prelaunch-imports", "prelaunch-audit"
    )

    def hook(name: str, *arguments: str) -> tuple[int, str]:
        done = _run(project, _tool(runner), "run", name, "--all-files", "--verbose", *arguments)
        return done.returncode, done.stdout + done.stderr

    code, out = hook("prelaunch-platform")
    assert code == 1, out
    assert "Makefile:2:2" in out
    assert "service.py" not in out
    code, out = hook("prelaunch-imports")
    assert code == 1, out
    assert "service.py:1:" in out
    assert "Makefile" not in out
    code, out = hook("prelaunch-audit", "--hook-stage", "manual")
    assert code == 1, out
    assert "Makefile:2:2" in out
    assert "service.py:1:" in out
    code, out = hook("prelaunch-fix")
    assert code == 1, out
    assert (project / "Makefile").read_text() == MENDED
    assert "PBKDF2HMAC" in (project / "service.py").read_text()
    _git(project, "add", ".")
    for name in ("prelaunch", "prelaunch-fix"):
        code, out = hook(name)
        assert code == 0, out


@pytest.mark.slow
def test_a_commit_with_a_fault_is_refused_and_a_mended_one_taken(hooks: Path, project: Path) -> None:
    _configure(hooks, project, "prelaunch")
    assert _run(project, _tool("pre-commit"), "install").returncode == 0
    identity = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    refused = _run(project, *identity, "commit", "--message", "x")
    assert refused.returncode == 1
    assert "likely[missing-platform]" in refused.stdout + refused.stderr
    (project / "Makefile").write_text(MENDED)
    (project / "service.py").write_text("key = b''\n")
    _git(project, "add", ".")
    taken = _run(project, *identity, "commit", "--message", "x")
    assert taken.returncode == 0, taken.stdout + taken.stderr
