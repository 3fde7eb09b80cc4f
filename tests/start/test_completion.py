"""Completion, asked of a real shell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from prelaunch import CannotRunError
from prelaunch.registry import rule_names
from prelaunch.start.arguments import SHELLS
from prelaunch.start.completion import run

if TYPE_CHECKING:
    from pathlib import Path

ASK = """
source "$1"
COMP_WORDS=(prelaunch "${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$(complete -p prelaunch | sed 's/.*-F \\([^ ]*\\).*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_options_and_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Namespace(shell="bash")) == 0
    script = tmp_path / "prelaunch.bash"
    script.write_text(capsys.readouterr().out)

    def complete(*words: str) -> list[str]:
        done = subprocess.run(
            ["bash", "--norc", "-c", ASK, "bash", script, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    assert complete("ch") == ["check"]
    assert complete("check", "--hin") == ["--hints"]
    assert set(complete("explain", "")) >= rule_names()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Namespace(shell=shell)) == 0
    assert "prelaunch" in capsys.readouterr().out


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    with pytest.raises(CannotRunError, match=r"pip install 'prelaunch\[completion\]'"):
        run(Namespace(shell="bash"))
