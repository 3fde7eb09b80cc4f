"""What a file says of its own environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.dependencies import pinned, requirements
from prelaunch.dependencies.own import own_requirements
from prelaunch.model import Source
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def notebook(*cells: str, whole: bool = False) -> str:
    made: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "source": cell if whole else cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def said(path: str, text: str) -> list[tuple[str, str]] | None:
    found = own_requirements(Source(path, text))
    return None if found is None else [(each.name, each.specifier) for each in found]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("!pip install -qU langchain==0.0.162 openai\nimport langchain", [("langchain", "==0.0.162"), ("openai", "")]),
        ('%pip install "openai<1"', [("openai", "<1")]),
        (
            "!pip install -qU \\\n  langchain==0.0.1 \\\n  openai==0.27.7\nx = 1",
            [("langchain", "==0.0.1"), ("openai", "==0.27.7")],
        ),
        ("# !pip3 install -qU \\\n#   flask==2.0\nimport flask", [("flask", "==2.0")]),
        ("%%capture\n!pip3 install flask", [("flask", "")]),
        ("! pip install git+https://example.org/x", []),
        ("!uv add flask==2.0", [("flask", "==2.0")]),
        ("!pip install -r requirements.txt", None),
        ("!pip install .", None),
        ("import flask", None),
    ],
)
def test_what_a_notebook_installs(cell: str, expected: list[tuple[str, str]] | None, whole: bool) -> None:
    assert said("a.ipynb", notebook("x = 1", cell, whole=whole)) == expected


def test_what_a_script_says_in_its_header() -> None:
    text = """\
#!/usr/bin/env -S uv run
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#   "rich==13.0",
# ]
# ///
import requests
"""
    found = own_requirements(Source("a.py", text))
    assert found is not None
    assert [(each.name, each.specifier, each.line) for each in found] == [("requests", "<3", 5), ("rich", "==13.0", 6)]
    assert said("a.py", "import requests\n") is None
    assert said("a.py", "# /// script\n# dependencies = [\n") == []


def test_the_projects_files_say_nothing_of_a_file_that_speaks_for_itself(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("langchain==1.2.7\nflask==3.0\n")
    (tmp_path / "own.ipynb").write_text(notebook("!pip install langchain==0.0.162"))
    (tmp_path / "plain.ipynb").write_text(notebook("import langchain"))
    project = Project(str(tmp_path))
    own = requirements(project, "own.ipynb")
    assert (pinned(own["langchain"]), "flask" in own) == ("0.0.162", False)
    assert pinned(requirements(project, "plain.ipynb")["langchain"]) == "1.2.7"


@given(st.text(max_size=200), st.sampled_from(["a.ipynb", "a.py"]))
def test_any_text_is_a_file_of_its_own(text: str, path: str) -> None:
    own_requirements(Source(path, text))
    own_requirements(Source(path, f"# /// script\n{text}\n# ///\n!pip install {text}"))
