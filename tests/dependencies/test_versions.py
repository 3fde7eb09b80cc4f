"""What a project's files, taken together, say of one distribution, and of the Python that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.dependencies import Allowed, PythonVersions, allowed, pinned, python_versions, requirements
from prelaunch.dependencies.docker import base_pythons
from prelaunch.dependencies.requirement import parse
from prelaunch.model import Source
from prelaunch.project import Project
from prelaunch.readers.dockerfile import read

if TYPE_CHECKING:
    from pathlib import Path

    from prelaunch.dependencies import Requirement


def project(tmp_path: Path, files: dict[str, str]) -> Project:
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Project(str(tmp_path))


def lines(*texts: str) -> list[Requirement]:
    found = [parse(text, "requirements.txt", 1) for text in texts]
    return [each for each in found if each is not None]


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


def test_two_projects_in_one_repository_have_their_own(tmp_path: Path) -> None:
    files = {"a/requirements.txt": "flask==2.0\n", "b/requirements.txt": "flask==3.0\n"}
    both = project(tmp_path, files)
    assert [pinned(requirements(both, f"{name}/app.py")["flask"]) for name in "ab"] == ["2.0", "3.0"]
    assert requirements(both, "app.py") == {}


STRONGEST = [
    # a lock file has the last word
    ({"poetry.lock": '[[package]]\nname = "flask"\nversion = "3.0"\n', "requirements.txt": "flask==1.0"}, ["==3.0"]),
    # the file that is installed pins what a range allows
    ({"setup.py": 'setup(install_requires=["flask>=2"])', "requirements.txt": "flask==2.3"}, ["==2.3"]),
    ({"requirements.txt": "flask\n-c limits.txt", "limits.txt": "flask==2.3"}, ["==2.3"]),
    ({"requirements.txt": "flask>=2", "Dockerfile": "FROM python:3.12\nRUN pip install flask==2.3"}, ["==2.3"]),
    # two pins, each for its own environment
    ({"requirements.txt": "flask==2.3", "requirements-old.txt": "flask==1.0"}, ["==1.0", "==2.3"]),
    # a pin for another purpose does not speak for a range
    ({"requirements.txt": "flask", "requirements-old.txt": "flask==1.0"}, ["", "==1.0"]),
    # a range that the pin is not in belongs to another environment
    ({"requirements.txt": "flask==1.0", "pyproject.toml": "[project]\ndependencies = ['flask>=3']"}, ["==1.0", ">=3"]),
    # a repository may hold anything
    (
        {"requirements.txt": "flask==1.0", "dev-requirements.txt": "git+https://example.org/flask#egg=flask"},
        ["", "==1.0"],
    ),
]


@pytest.mark.parametrize(("files", "expected"), STRONGEST)
def test_what_decides_among_several_files(files: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    found = requirements(project(tmp_path, files), "app.py")["flask"]
    assert sorted(each.specifier for each in found) == expected


def test_two_pins_admit_both() -> None:
    both = lines("flask==2.0", "flask==3.0")
    assert pinned(both) is None
    assert allowed(both, ["1.0", "2.0", "3.0"]) == Allowed((1, 2), newer=False)


@pytest.mark.parametrize(
    ("specifier", "numbers", "newer"),
    [
        (">=2,<3", (1, 2), False),
        (">=2", (1, 2, 3), True),
        ("~=3.0", (3,), True),
        ("==3.*", (3,), True),
        ("==3.0.*", (3,), True),
        ("<3.0.1", (0, 1, 2, 3), False),
        ("<0.5", (), False),
        ("", (0, 1, 2, 3), True),
    ],
)
def test_a_range_admits_releases_and_perhaps_one_that_is_not_known(
    specifier: str, numbers: tuple[int, ...], newer: bool
) -> None:
    assert allowed(lines(f"flask{specifier}"), ["1.0", "2.0", "2.3", "3.0"]) == Allowed(numbers, newer)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.12-slim", ([("3.12", 1)], True)),
        ("FROM docker.io/library/python:3.13.1-alpine@sha256:aa AS b\nFROM b", ([("3.13", 1)], True)),
        ("ARG V=3.11\nFROM python:${V}-slim", ([("3.11", 2)], True)),
        ("ARG V\nFROM python:${V:-3.10}", ([("3.10", 2)], True)),
        ("ARG V\nFROM python:${V}", ([], False)),
        ("FROM python:3", ([], False)),
        ("FROM python", ([], False)),
        ("FROM --platform=$BUILDPLATFORM node:20\nFROM python:3.9", ([("3.9", 2)], True)),
        ("FROM ghcr.io/astral-sh/uv:python3.12-bookworm", ([("3.12", 1)], True)),
        ("FROM tiangolo/uvicorn-gunicorn-fastapi:python3.9", ([("3.9", 1)], True)),
        ("FROM nikolaik/python-nodejs:python3.11-nodejs18", ([("3.11", 1)], True)),
        ("FROM public.ecr.aws/lambda/python:3.12", ([("3.12", 1)], True)),
        ("FROM python:3.14-rc-slim", ([("3.14", 1)], True)),
        ("FROM python:2.7", ([], False)),
        ("FROM nginx:1.27", ([], True)),
        ("FROM ubuntu:24.04\nRUN apt-get install -y python3-pip", ([], False)),
        ('FROM pytorch/pytorch:2.1.0\nCMD ["python", "app.py"]', ([], False)),
    ],
)
def test_the_python_of_an_image(text: str, expected: tuple[list[tuple[str, int]], bool]) -> None:
    assert base_pythons(read(Source("Dockerfile", text))) == expected


# fmt: off
# ruff: noqa: E501 - one project a line
PYTHONS = [
    (
        {"Dockerfile": "FROM python:3.13", "pyproject.toml": '[project]\nrequires-python = ">=3.9"'},
        ("3.13",),
        "certain",
    ),
    ({"Dockerfile": "FROM python:3.13", "Dockerfile.old": "FROM python:3.8"}, ("3.8", "3.13"), "certain"),
    ({"Dockerfile": "FROM nginx", ".python-version": "3.12.4\n"}, ("3.12",), "likely"),
    ({".python-version": "cpython-3.12\n3.11\n"}, ("3.12",), "likely"),
    ({".tool-versions": "nodejs 20.1\npython 3.12.1\n"}, ("3.12",), "likely"),
    ({"runtime.txt": "python-3.9.7\n"}, ("3.9",), "likely"),
    ({"Pipfile": '[requires]\npython_version = "3.11"\n'}, ("3.11",), "likely"),
    ({"environment.yml": "dependencies:\n  - python=3.10\n"}, ("3.10",), "likely"),
    ({"pyproject.toml": '[project]\nrequires-python = ">=3.11,<3.13" # both\n'}, ("3.11", "3.12"), "likely"),
    ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "~3.11"\n'}, ("3.11",), "likely"),
    ({"setup.py": 'setup(\n    python_requires=">=3.12,<3.14",\n)'}, ("3.12", "3.13"), "likely"),
    (
        {
            ".github/workflows/ci.yml": "jobs:\n  t:\n    strategy:\n      matrix:\n        python-version: ['3.9', \"3.10\"]\n"
        },
        ("3.9", "3.10"),
        "likely",
    ),
    (
        {
            ".github/workflows/ci.yml": "        python-version:\n          - '3.12'\n          - 3.13\n        os: [x]\n"
            "      with:\n        python-version: ${{ matrix.python-version }}\n"
        },
        ("3.12", "3.13"),
        "likely",
    ),
    ({".travis.yml": "language: python\npython:\n  - 3.9\n  - '3.10'\n"}, ("3.9", "3.10"), "likely"),
    ({".gitlab-ci.yml": "image: python:3.12-slim\n"}, ("3.12",), "likely"),
    (
        {"tox.ini": "[tox]\nenvlist = py{39,310}-django, py311\n  lint\n[testenv]\ncommands = pytest 3.8\n"},
        ("3.9", "3.10", "3.11"),
        "hint",
    ),
    (
        {"setup.py": "'Programming Language :: Python :: 3',\n'Programming Language :: Python :: 3.12',"},
        ("3.12",),
        "hint",
    ),
]


@pytest.mark.parametrize(("files", "versions", "certainty"), PYTHONS)
def test_what_says_which_python_runs(
    files: dict[str, str], versions: tuple[str, ...], certainty: str, tmp_path: Path
) -> None:
    found = python_versions(project(tmp_path, files), "app/a.py")
    assert found is not None
    assert (found.versions, found.certainty) == (versions, certainty)


UNKNOWN = [
    {"a.py": ""},
    {".python-version": "pypy3.10-7.3\n"},
    {"Dockerfile": "FROM python:3.13", "Dockerfile.gpu": "FROM nvidia/cuda:12\nRUN apt-get install -y python3"},
    {".github/workflows/ci.yml": "python-version: ['3.9', 'pypy-3.10', '3.x']\n"},
    {".travis.yml": "python: nightly\n"},
]


@pytest.mark.parametrize("files", UNKNOWN)
def test_a_python_that_cannot_be_told_is_not_guessed(files: dict[str, str], tmp_path: Path) -> None:
    assert python_versions(project(tmp_path, files), "a.py") is None


def test_the_place_of_an_image_is_named(tmp_path: Path) -> None:
    files = {"api/Dockerfile": "# syntax=docker/dockerfile:1\nFROM python:3.13\n", "Dockerfile": "FROM python:3.8\n"}
    found = python_versions(project(tmp_path, files), "api/app/a.py")
    assert found == PythonVersions(("3.13",), "api/Dockerfile:2", "certain")


def test_an_old_range_admits_versions_that_the_index_does_not_know(tmp_path: Path) -> None:
    found = python_versions(project(tmp_path, {"setup.cfg": "[options]\npython_requires = >=3.6\n"}), "a.py")
    assert found is not None
    assert found.versions[:3] == ("3.6", "3.7", "3.8")


@given(st.text(max_size=200))
def test_any_text_is_an_image(text: str) -> None:
    base_pythons(read(Source("Dockerfile", f"FROM {text}\nFROM python:{text}")))
