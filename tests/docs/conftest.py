"""What every page may count on: a repository, the programs, a cluster of three nodes that kubectl tells of."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

BIN = os.path.dirname(sys.executable)
ROOT = Path(__file__).parents[2]


def _node(name: str, architecture: str, *taints: str) -> dict[str, object]:
    info = {"operatingSystem": "linux", "architecture": architecture}
    spec = {"taints": [{"key": key, "effect": "NoSchedule"} for key in taints]}
    return {"kind": "Node", "metadata": {"name": name}, "spec": spec, "status": {"nodeInfo": info}}


NODES = {
    "items": [
        _node("control-1", "arm64", "node-role.kubernetes.io/control-plane"),
        _node("worker-1", "amd64"),
        _node("worker-2", "amd64"),
    ]
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty repository."""
    made = tmp_path / "project"
    made.mkdir()
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", made], check=True)
    return made


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The programs, git's identity, no colours, and a kubectl that knows its nodes."""
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "nodes.json").write_text(json.dumps(NODES))
    kubectl = stubs / "kubectl"
    kubectl.write_text(f'#!/bin/sh\n[ "$*" = "get nodes -o json" ] && cat {stubs}/nodes.json\n')
    kubectl.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = t\nemail = t@example.com\n[commit]\ngpgsign = false\n")
    return {
        "PATH": os.pathsep.join([str(stubs), BIN, os.environ["PATH"]]),
        "HOME": str(home),
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as it stands in the work tree, as a repository with its version as a tag."""
    from prelaunch import __version__

    target = tmp_path_factory.mktemp("clone") / "prelaunch"
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    for path in filter(None, listed):
        if (ROOT / path).is_file() and not path.startswith(("tests/", "docs/")):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, target / path)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(target)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", f"v{__version__}"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    return target


@pytest.fixture
def own_python(tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:
    """The environment with a Python of its own first, which sees what is installed here and may have more installed."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    packages = sysconfig.get_path("purelib")
    (site / "outer.pth").write_text(f"import site; site.addsitedir({packages!r})\n")
    for name in ("pip", "prelaunch", "pytest"):
        script = venv / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {venv}/bin/python -m {name} "$@"\n')
        script.chmod(0o755)
    return {**environment, "PATH": f"{venv}/bin{os.pathsep}{environment['PATH']}"}
