"""What a file says of its own environment."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.dependencies import pinned, python_versions, requirements
from prelaunch.dependencies.own import own_requirements
from prelaunch.model import Source
from prelaunch.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
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
        ("if True:\n    !pip install flask==2.0", [("flask", "==2.0")]),
        ("out = !pip install flask==2.0", [("flask", "==2.0")]),
        ("!{sys.executable} -m pip install flask==2.0", [("flask", "==2.0")]),
        ("%%bash\nset -e\npip install flask==2.0 && echo done", [("flask", "==2.0")]),
        ("pip install flask==2.0", [("flask", "==2.0")]),
        ("# pip install flask==2.0", [("flask", "==2.0")]),
        # what only speaks of installing
        ("# If this fails, run pip install flask==2.0 first.\nimport flask", None),
        ("print('please pip install flask==2.0')", None),
        ("raise ImportError('pip install flask')  # !pip install", None),
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
    assert said("a.py", "# /// script\n# dependencies = []\n# ///\n") == []


BLOCK = "# /// script\n# dependencies = ['flask']\n# ///\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"import os\n{BLOCK}import flask\n", [("flask", "")]),
        (BLOCK.replace("\n", "\r\n"), [("flask", "")]),
        (f"{BLOCK}#\n# ///\n", []),  # the last line that may end it does, so that the text is no TOML
        (f"# /// script\nimport os\n{BLOCK}", [("flask", "")]),
        ("HEAD = '# /// script'\n", None),
        (BLOCK.replace("# ", "  # "), None),
        (f"{BLOCK}".replace("script", "other"), None),
        ("# /// script\n# dependencies = ['flask']\n", None),
        ("# /// script\n# dependencies = [\nimport os\n# ///\n", None),
        (BLOCK.replace("# dependencies", "#dependencies"), None),
    ],
)
def test_only_a_whole_header_is_one(text: str, expected: list[tuple[str, str]] | None) -> None:
    assert said("a.py", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# /// script\n# requires-python = '<3.12'\n# ///\n", ("3.11", "a.py:2", "likely")),
        ("\n# /// script\n# dependencies = []\n# requires-python = '==3.9.*'\n# ///\n", ("3.9", "a.py:4", "likely")),
        # without one, the project's
        ("# /// script\n# dependencies = []\n# ///\n", ("3.13", ".python-version", "likely")),
        ("# /// script\n# requires-python = 'any'\n# ///\n", ("3.13", ".python-version", "likely")),
        ("# /// script\n# requires-python = 3\n# ///\n", ("3.13", ".python-version", "likely")),
        ("# requires-python = '<3.12'\n", ("3.13", ".python-version", "likely")),
    ],
)
def test_a_script_may_say_which_python_it_needs(text: str, expected: tuple[str, str, str], tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.13\n")
    (tmp_path / "a.py").write_text(text)
    found = python_versions(Project(str(tmp_path)), "a.py")
    assert found is not None
    assert (found.versions[-1], found.source, found.certainty) == expected


def test_what_a_notebook_prints_or_explains_installs_nothing() -> None:
    made = json.loads(notebook("import flask"))
    made["cells"][0]["outputs"] = [{"output_type": "stream", "text": ["!pip install flask==2.0\n"]}]
    made["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["!pip install flask==2.0\n"]})
    assert said("a.ipynb", json.dumps(made, indent=1)) is None


def test_an_install_stands_on_its_line_of_the_notebook() -> None:
    text = notebook("x = 1", "import os\n!pip install -q \\\n  flask==2.0\n")
    found = own_requirements(Source("a.ipynb", text))
    assert found is not None
    assert [text.splitlines()[each.line - 1].strip() for each in found] == ['"!pip install -q \\\\\\n",']


HUGE: dict[str, Callable[[int], str]] = {
    "commands that go on": lambda count: notebook("!pip install a \\\n" * count),
    "commands": lambda count: notebook("!pip install a\n" * count),
    "comments that go on": lambda count: notebook("# \\\n" * count + "!pip install a"),
    "heads": lambda count: "# /// script\n" * count + "# ///x",
    "ends": lambda count: "# /// script\n\n# ///\n" * count,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_long_file_takes_no_more_time_a_line_than_a_short_one(name: str) -> None:
    made = {
        count: Source("a.py" if "///" in HUGE[name](1) else "a.ipynb", HUGE[name](count)) for count in (2_000, 16_000)
    }
    taken = {}
    for count, source in made.items():
        start = time.process_time()
        own_requirements(source)
        taken[count] = time.process_time() - start
    assert taken[16_000] < 0.1 + 24 * taken[2_000]


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
