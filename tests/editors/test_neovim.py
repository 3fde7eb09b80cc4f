"""A real editor drives the language server. Neovim is a Debian package (`apt install neovim`), not one of PyPI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "neovim.lua"


@pytest.mark.skipif(shutil.which("nvim") is None, reason="neovim is not installed")
def test_neovim_shows_the_finding_takes_the_fix_and_shows_nothing_more(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "prelaunch.toml").write_text('platforms = ["linux/amd64"]\n')
    makefile = tmp_path / "Makefile"
    makefile.write_text('image:\n\techo "🐋" && docker buildx build -t registry.example.com/api .\n')
    program = os.path.join(os.path.dirname(sys.executable), "prelaunch")
    done = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {SCRIPT}"],
        env={**os.environ, "PRELAUNCH": program, "FILE": str(makefile), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = done.stderr.split("\n")
    column = len('\techo "🐋" && '.encode())
    assert [line.strip() for line in said if line.startswith(("found", "action", "clean", "fault"))] == [
        f"found 1:{column} missing-platform",
        "action build for linux/amd64",
        "clean",
    ], done.stderr
    assert "docker buildx build --platform linux/amd64 -t" in makefile.read_text()
