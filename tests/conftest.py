"""Repositories made by git itself, in the state that a test needs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]


def _run(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    command = ["git", "-C", str(folder), *NAMES, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout.decode().strip()


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on what another one, or the user's own run, has left in the cache."""
    monkeypatch.setenv("PRELAUNCH_CACHE_DIR", "")


@pytest.fixture
def run_git() -> Callable[..., str]:
    """A function: a folder and arguments to what git prints there."""
    return _run


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """A function: files by path (a text that starts with `->` is a link) to a work tree with one commit of them."""

    def make(files: dict[str, str | bytes], name: str = "repository") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        _run(root, "init", "-q", "-b", "main")
        for path, content in files.items():
            full = root / path
            full.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str) and content.startswith("->"):
                full.symlink_to(content[2:])
            else:
                full.write_bytes(content if isinstance(content, bytes) else content.encode())
        _run(root, "add", "-A")
        _run(root, "commit", "-q", "--allow-empty", "-m", "one")
        return root

    return make
