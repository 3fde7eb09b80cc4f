"""What a project's files say of its distributions and of its Python."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.dependencies import PythonVersions, allowed, pinned, python_versions, requirements
from prelaunch.dependencies.docker import base_pythons, installed
from prelaunch.dependencies.files import (
    environment,
    locked,
    pipfile,
    pipfile_lock,
    pyproject,
    read_folder,
    setup_cfg,
    setup_py,
)
from prelaunch.dependencies.requirement import Requirement, parse, poetry
from prelaunch.project import Project

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def project(tmp_path: Path, files: dict[str, str]) -> Project:
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Project(str(tmp_path))


def said(found: Iterable[Requirement]) -> list[tuple[str, str, int, bool]]:
    return [(each.name, each.specifier, each.line, each.locked) for each in found]


UV = """\
version = 1
requires-python = ">=3.12"

[[package]]
name = "my-app"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "flask" },
]

[package.metadata]
requires-dist = [{ name = "flask", specifier = ">=3" }]

[[package]]
name = "Flask"
version = "3.0.3"
source = { registry = "https://index.example/simple" }
wheels = [
    { url = "https://files.example/flask.whl", hash = "sha256:aa", size = 1 },
]

[[package]]
name = "forked"
version = "1.0"
source = { git = "https://example.org/forked?rev=a#b" }
"""

POETRY = """\
[[package]]
name = "jinja2"
version = "3.1.4"
description = "name = \\"x\\""
optional = false
files = [
    {file = "jinja2-3.1.4-py3-none-any.whl", hash = "sha256:bb"},
]

[package.dependencies]
MarkupSafe = ">=2.0"

[[package]]
name = "private"
version = "1.0"

[package.source]
type = "git"
url = "https://example.org/private"

[metadata]
lock-version = "2.0"
"""


def test_a_lock_file_of_uv_gives_exact_versions() -> None:
    assert said(locked(UV, "uv.lock", "[[package]]")) == [
        ("my-app", "", 5, False),
        ("flask", "==3.0.3", 16, True),
        ("forked", "", 24, False),
    ]


def test_a_lock_file_of_poetry_gives_exact_versions() -> None:
    assert said(locked(POETRY, "poetry.lock", "[[package]]")) == [
        ("jinja2", "==3.1.4", 2, True),
        ("private", "", 14, False),
    ]


@pytest.mark.parametrize("text", [UV, POETRY])
def test_the_lines_of_a_lock_file_say_what_its_toml_says(text: str) -> None:
    expected = [package["name"].lower() for package in tomllib.loads(text)["package"]]
    assert [each.name for each in locked(text, "x", "[[package]]")] == expected


REQUIREMENTS = {
    "flask==3.0.0": [("flask", "==3.0.0", 1, True)],
    "Flask>=2,<3  # why": [("flask", "<3,>=2", 1, False)],
    "a.b_C": [("a-b-c", "", 1, False)],
    "flask[async]==3.0 ; python_version >= '3.8'": [("flask", "==3.0", 1, True)],
    "pywin32==306 ; sys_platform == 'win32'": [],
    "flask==3.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nclick": [
        ("flask", "==3.0", 1, True),
        ("click", "", 4, False),
    ],
    "flask @ https://example.org/flask.whl": [("flask", "", 1, False)],
    "git+https://example.org/x#egg=x": [],
    "-e .\n--index-url https://example.org\n# flask==1": [],
    "flask==2.*": [("flask", "==2.*", 1, False)],
    "": [],
}


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_what_a_requirements_file_says(text: str, tmp_path: Path) -> None:
    assert said(read_folder(project(tmp_path, {"requirements.txt": text}), "")) == REQUIREMENTS[text]


def test_included_files_are_followed_once_and_never_outside(tmp_path: Path) -> None:
    files = {
        "app/requirements.txt": "-r base.txt\n-c ../constraints.txt\n-r ../../outside.txt\n-r requirements.txt\n",
        "app/base.txt": "flask\n",
        "constraints.txt": "flask==3.0.1\n",
    }
    assert [(r.path, r.specifier) for r in read_folder(project(tmp_path, files), "app")] == [
        ("app/base.txt", ""),
        ("constraints.txt", "==3.0.1"),
    ]


PYPROJECT = """\
[project]
dependencies = ["flask>=3", "forked"]
optional-dependencies = { x = ["rich==13.0"] }
[dependency-groups]
dev = ["pytest>=8", {include-group = "x"}]
[tool.uv.sources]
forked = { git = "https://example.org" }
[tool.poetry.dependencies]
python = "^3.11"
django = "^4.2"
celery = { version = "~5.3", extras = ["redis"] }
mine = { path = "../mine" }
[tool.poetry.group.test.dependencies]
httpx = "0.27.0"
"""


def test_what_a_project_file_says() -> None:
    assert said(pyproject(PYPROJECT, "pyproject.toml")) == [
        ("flask", ">=3", 2, False),
        ("forked", "", 2, False),
        ("rich", "==13.0", 3, True),
        ("pytest", ">=8", 5, False),
        ("django", ">=4.2,<5", 10, False),
        ("celery", ">=5.3,<5.4", 11, False),
        ("mine", "", 12, False),
        ("httpx", "==0.27.0", 14, True),
    ]


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.*", "==1.2.*"),
        ("*", ""),
        ("1.2", "==1.2"),
        (">=1,<2", ">=1,<2"),
        ("=1.2", "==1.2"),
        ("~=1.2", "~=1.2"),
        ("^1.2 || ^2.0", ""),
        ("^1.2b1", ""),
    ],
)
def test_a_constraint_of_poetry_is_translated(constraint: str, specifier: str) -> None:
    assert poetry(constraint) == specifier


def test_what_other_files_say() -> None:
    assert said(setup_cfg("[options]\ninstall_requires =\n  flask>=2\n  rich==13\n", "setup.cfg")) == [
        ("flask", ">=2", 3, False),
        ("rich", "==13", 4, True),
    ]
    assert said(setup_py('setup(name="x", install_requires=["flask>=2", y])', "setup.py")) == [
        ("flask", ">=2", 1, False)
    ]
    assert said(pipfile('[packages]\nflask = "*"\nrich = {version = "==13"}\n', "Pipfile")) == [
        ("flask", "", 2, False),
        ("rich", "==13", 3, True),
    ]
    assert said(pipfile_lock('{"default": {"flask": {"version": "==3.0"}}}', "Pipfile.lock")) == [
        ("flask", "==3.0", 1, True)
    ]
    text = "dependencies:\n  - numpy=1.26\n  - pip:\n    - flask==3.0\n"
    assert said(environment(text, "environment.yml")) == [("numpy", "==1.26.*", 2, False), ("flask", "==3.0", 4, True)]


def test_what_the_images_install() -> None:
    text = (
        "FROM python:3.12\nRUN pip install --upgrade pip && pip install --no-cache-dir \\\n  flask==3.0 -r req.txt\n"
        'RUN ["pip", "install", "x"]\nRUN uv pip install --system "rich>=13"\nRUN apt-get install vim\n'
        "RUN python3 -m pip install black==$V .\n"
    )
    assert said(installed(text, "Dockerfile")) == [
        ("flask", "==3.0", 2, True),
        ("rich", ">=13", 5, False),
        ("black", "", 7, False),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.12-slim", ([("3.12", 1)], True)),
        ("FROM docker.io/library/python:3.13.1-alpine@sha256:aa AS b\nFROM b", ([("3.13", 1)], True)),
        ("ARG V=3.11\nFROM python:${V}-slim", ([("3.11", 2)], True)),
        ("ARG V\nFROM python:${V}", ([], False)),
        ("FROM python:3", ([], False)),
        ("FROM --platform=$BUILDPLATFORM node:20\nFROM python:3.9", ([("3.9", 2)], True)),
        ("FROM ghcr.io/astral-sh/uv:python3.12-bookworm", ([("3.12", 1)], True)),
        ("FROM ubuntu:24.04", ([], True)),
    ],
)
def test_the_python_of_an_image(text: str, expected: tuple[list[tuple[str, int]], bool]) -> None:
    assert base_pythons(text) == expected


def test_the_image_decides_about_python_before_a_range(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM python:3.13\n", "pyproject.toml": '[project]\nrequires-python = ">=3.9"\n'}
    assert python_versions(project(tmp_path, files), "app/a.py") == PythonVersions(("3.13",), "Dockerfile:1", True)


def test_a_range_admits_every_version_in_it(tmp_path: Path) -> None:
    found = python_versions(
        project(tmp_path, {"pyproject.toml": '[project]\nrequires-python = ">=3.11,<3.13"\n'}), "a.py"
    )
    assert found == PythonVersions(("3.11", "3.12"), "pyproject.toml", certain=False)


def test_two_images_are_both_asked(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM python:3.13\n", "Dockerfile.old": "FROM python:3.8\n"}
    found = python_versions(project(tmp_path, files), "a.py")
    assert found is not None
    assert (found.versions, found.certain) == (("3.8", "3.13"), False)


def test_nothing_is_said_where_nothing_stands(tmp_path: Path) -> None:
    empty = project(tmp_path, {"a.py": ""})
    assert requirements(empty, "a.py") == {}
    assert python_versions(empty, "a.py") is None


def test_the_nearest_folder_speaks_and_a_lock_file_of_the_top_is_heard(tmp_path: Path) -> None:
    files = {
        "uv.lock": '[[package]]\nname = "flask"\nversion = "3.0.3"\nsource = { registry = "r" }\n',
        "pyproject.toml": "[project]\ndependencies = ['django']\n",
        "api/pyproject.toml": "[project]\ndependencies = ['flask>=2']\n",
    }
    found = requirements(project(tmp_path, files), "api/app/main.py")
    assert "django" not in found
    assert pinned(found["flask"]) == "3.0.3"
    assert found["flask"][0].path == "uv.lock"


def test_two_pins_admit_both() -> None:
    both = [parse(text, "r.txt", 1) for text in ("flask==2.0", "flask==3.0")]
    given_both = [each for each in both if each is not None]
    assert pinned(given_both) is None
    assert allowed(given_both, ["1.0", "2.0", "3.0"]) == (1, 2)


def test_a_range_admits_releases() -> None:
    found = parse("flask>=2,<3", "r.txt", 1)
    assert found is not None
    assert allowed([found], ["1.0", "2.0", "2.3", "3.0"]) == (1, 2)
    assert allowed([], ["1.0"]) is None


@given(st.text(max_size=300))
def test_any_text_is_a_file_that_says_something_or_nothing(text: str) -> None:
    for read in (pyproject, pipfile, pipfile_lock, setup_cfg, setup_py, environment, installed):
        list(read(text, "x"))
    list(locked(text, "x", "[[package]]"))
    base_pythons(text)
    poetry(text)
    parse(text, "x", 1)
