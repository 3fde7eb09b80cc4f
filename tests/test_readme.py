"""The README says what the program does: its output is compared, its configuration is loaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from prelaunch.config import load_config
from prelaunch.registry import load_rules
from prelaunch.supported import places_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    """The contents of the README's fenced blocks of one language."""
    return [part.split("\n```", 1)[0] for part in README.split(f"```{language}\n")[1:]]


def test_the_output_shown_is_the_output(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/projects/founding_incident", tmp_path / "incident")
    command, shown = fenced("console")[0].split("\n", 1)
    program = os.path.join(os.path.dirname(sys.executable), "prelaunch")
    run = subprocess.run(
        [program, *command.split()[2:]], cwd=tmp_path / "incident", capture_output=True, text=True, check=False
    )
    assert (run.stdout + run.stderr).rstrip() == shown.rstrip()
    assert run.returncode == 1


def test_the_configuration_shown_is_valid(tmp_path: Path) -> None:
    (text,) = fenced("toml")
    (tmp_path / "prelaunch.toml").write_text(text, encoding="utf-8")
    settings = load_config(str(tmp_path / "prelaunch.toml"), str(tmp_path))
    assert settings.platforms == ("linux/amd64",)
    assert set(settings.ignore) <= {rule.name for rule in load_rules()}


def test_every_hook_of_the_table_is_in_the_manifest() -> None:
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    hooks = {line.removeprefix("- id: ") for line in manifest.splitlines() if line.startswith("- id: ")}
    table = {
        line.split("`")[1]
        for line in README.splitlines()
        if line.startswith("| `prelaunch") and " " not in line.split("`")[1]
    }
    assert table == hooks


def test_the_table_of_places_is_the_generated_one() -> None:
    shown = README.split("<!-- supported -->\n", 1)[1].split("\n<!-- /supported -->", 1)[0]
    assert shown == places_table()
