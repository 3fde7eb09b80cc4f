"""What the rules about imports say of a module that the Python of a Dockerfile's base has lost: one of them, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch import discover, registry
from prelaunch.engine import Judge, run
from prelaunch.project import Project
from prelaunch_rules import dead_import_guard, nonexistent_import, stdlib_module_removed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RULES = (nonexistent_import.RULE, dead_import_guard.RULE, stdlib_module_removed.RULE)
LOCK = '[[package]]\nname = "flask"\nversion = "3.1.0"\n'
RUNS = 'WORKDIR /app\nCOPY . .\nCMD ["python", "main.py"]\n'
NEW = f"FROM python:3.13-slim\n{RUNS}"
DISTUTILS = "from distutils.util import strtobool\n"
LOCKED = {"Dockerfile": NEW, "uv.lock": LOCK}

# fmt: off
# ruff: noqa: E501 - one verdict a line
VERDICTS: list[tuple[str, dict[str, str], list[str]]] = [
    ("import imp\n", {"Dockerfile": NEW}, ["stdlib-module-removed likely 1"]),
    ("import imp\n", LOCKED, ["stdlib-module-removed certain 1"]),
    # one finding for a statement, however many names it has, and however it is laid out
    ("from imp import (\n    load_module,\n    reload,\n)\n", LOCKED, ["stdlib-module-removed certain 1"]),
    ("import os, imp\n", LOCKED, ["stdlib-module-removed certain 1"]),
    # it need not run at start
    ("def load():\n    import imp\n", LOCKED, ["stdlib-module-removed likely 2"]),
    ("def load():\n    from imp import reload\n", LOCKED, ["stdlib-module-removed likely 2"]),
    ("import imp\n", {**LOCKED, "Dockerfile": NEW.replace("main.py", "other.py")}, ["stdlib-module-removed likely 1"]),
    ("import imp\n", {**LOCKED, "Dockerfile": NEW.replace("COPY . .", "COPY other.py ."), "other.py": ""}, ["stdlib-module-removed hint 1"]),
    ("import imp\n", {**LOCKED, ".dockerignore": "main.py\n"}, ["stdlib-module-removed hint 1"]),
    # submodules, and several modules
    ("import lib2to3.pgen2.token\n", LOCKED, ["stdlib-module-removed certain 1"]),
    ("import cgi\nimport json\nimport telnetlib\n", LOCKED, ["stdlib-module-removed certain 1", "stdlib-module-removed certain 3"]),
    # what another rule judges: a name of a module that is there, a Python that no image decides
    ("from collections import Mapping\n", LOCKED, ["nonexistent-import certain 1"]),
    ("import imp\n", {".python-version": "3.13"}, ["nonexistent-import likely 1"]),
    # another Python than the base's may run it
    ("import imp\n", {"Dockerfile": f"FROM python:3.11\n{RUNS}"}, []),
    ("import imp\n", {"Dockerfile": f"FROM python:3\n{RUNS}"}, []),
    ("import imp\n", {"Dockerfile": f"FROM debian:13\nRUN apt-get install -y python3\n{RUNS}"}, []),
    ("import imp\n", {"Dockerfile": f"ARG V=3.13\nFROM python:${{V}}-slim\n{RUNS}"}, ["stdlib-module-removed likely 1"]),
    ("import imp\n", {"Dockerfile": f"FROM python:3.13\nRUN uv python install 3.11\n{RUNS}"}, []),
    ("import imp\n", {"Dockerfile": f"FROM python:3.13\nRUN uv sync\n{RUNS}", ".python-version": "3.11\n"}, []),
    ("import imp\n", {"Dockerfile": f"FROM python:3.13\nRUN uv sync\n{RUNS}", ".python-version": "3.13.1\n"}, ["stdlib-module-removed likely 1"]),
    ("import imp\n", {"Dockerfile": f"FROM host.example:5000/python:3.13@sha256:{'0' * 64}\nRUN python3.13 -m venv /v\n{RUNS}"}, ["stdlib-module-removed likely 1"]),
    ("import imp\n", {"Dockerfile": f"FROM python:3.13\nRUN python3.9 -m venv /v\n{RUNS}"}, []),
    ("import imp\n", {"Dockerfile": f"FROM python:3.13\nRUN python3.13 -m venv /v\n{RUNS}"}, ["stdlib-module-removed likely 1"]),
    # packages bring modules back
    ("import audioop\n", {**LOCKED, "uv.lock": LOCK.replace("flask", "audioop-lts")}, []),
    (DISTUTILS, LOCKED, ["stdlib-module-removed certain 1"]),
    (DISTUTILS, {"Dockerfile": NEW}, ["stdlib-module-removed likely 1"]),
    (DISTUTILS, {**LOCKED, "uv.lock": LOCK.replace("flask", "setuptools")}, []),
    (DISTUTILS, {**LOCKED, "requirements.txt": "torch\n"}, []),
    (DISTUTILS, {"Dockerfile": NEW, "requirements.txt": "flask\n"}, []),
    (DISTUTILS, {**LOCKED, "Dockerfile": f"FROM python:3.13\nRUN pip install pipenv\n{RUNS}"}, []),
    (DISTUTILS, {**LOCKED, "Dockerfile": f"FROM example.com/python:3.13\n{RUNS}"}, []),
    (DISTUTILS, {**LOCKED, "Dockerfile": f"FROM python:3.11\n{RUNS}"}, []),
    # guards
    ("try:\n    import imp\nexcept ImportError:\n    imp = None\n", LOCKED, []),
    ("import imp  # type: ignore\n", LOCKED, []),
]
# fmt: on


def judge(root: Path, text: str, files: Mapping[str, str], path: str = "main.py") -> list[str]:
    for name, content in {**files, path: text}.items():
        full = root / name
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(content, encoding="utf-8")
    file = discover.look(str(root), path, registry.import_words())
    known = Judge(RULES, frozenset(rule.name for rule in RULES))
    report = run(Project(str(root)), [file] if file else [], known, hints=True)
    return [f"{one.rule} {one.certainty} {one.source.position(one.span.start)[0]}" for one in report.findings]


@pytest.mark.parametrize(("text", "files", "expected"), VERDICTS)
def test_the_verdict_on_an_import(text: str, files: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    assert judge(tmp_path, text, files) == expected


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ('["uvicorn", "shop.main:app"]', "shop/deep/part.py"),
        ('["python", "-m", "shop"]', "shop/__main__.py"),
        ('["python", "-m", "shop.main"]', "shop/__init__.py"),
        ('["python", "-u", "shop/main.py"]', "shop/main.py"),
        ("exec gunicorn shop.main:app", "shop/deep/part.py"),
    ],
)
def test_what_the_program_imports_runs_at_start(command: str, module: str, tmp_path: Path) -> None:
    files = {
        "Dockerfile": f"FROM python:3.13-slim\nWORKDIR /app\nCOPY shop shop\nCMD {command}\n",
        "uv.lock": LOCK,
        "shop/__init__.py": "",
        "shop/main.py": "from .deep import part\n",
        "shop/deep/__init__.py": "",
        "shop/deep/part.py": "",
    }
    assert judge(tmp_path, "import imp\n", files, module) == ["stdlib-module-removed certain 1"]


def test_a_loop_of_imports_and_a_text_that_is_no_python_end_the_search(tmp_path: Path) -> None:
    files = {**LOCKED, "main.py": "import a\n", "a.py": "import b\nimport c\n", "b.py": "import a\n", "c.py": "((\n"}
    assert judge(tmp_path, "import a\nimport imp\n", files, "b.py") == ["stdlib-module-removed certain 2"]


@pytest.mark.parametrize(
    ("path", "certainty"),
    [
        ("tests/test_a.py", "hint"),
        ("shop/tests/factory.py", "hint"),
        ("shop/test_a.py", "hint"),
        ("setup.py", "hint"),
        ("docs/conf.py", "hint"),
        ("shop/docs/render.py", "likely"),
        ("shop/doc/example/render.py", "likely"),
    ],
)
def test_a_file_for_development_is_worth_a_hint(path: str, certainty: str, tmp_path: Path) -> None:
    assert judge(tmp_path, "import imp\n", {**LOCKED, "main.py": ""}, path) == [f"stdlib-module-removed {certainty} 1"]
