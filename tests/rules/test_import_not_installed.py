"""What an image's installation leaves out of what its program imports; silence wherever a part of it is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch import discover, registry
from prelaunch.engine import Judge, run
from prelaunch.project import Project
from prelaunch_rules.import_not_installed import RULE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n'
GROUPS = '[dependency-groups]\ndev = ["httpx", {include-group = "lint"}]\nlint = ["ruff"]\ntest = ["faker"]\n'
LOCK = '[[package]]\nname = "flask"\nversion = "3"\ndependencies = [{ name = "click" }]\n'
UV = {"pyproject.toml": PROJECT + GROUPS, "uv.lock": LOCK, "main.py": "import httpx\n"}
PIPENV = {
    "Pipfile.lock": '{"default": {"flask": {"version": "==3"}}, "develop": {"pyyaml": {"version": "==6"}}}',
    "main.py": "import yaml\n",
}
POETRY = {
    "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.12"\nflask = "*"\n\n'
    '[tool.poetry.group.dev.dependencies]\nhttpx = "*"\n\n[tool.poetry.group.docs.dependencies]\nmkdocs = "*"\n',
    "poetry.lock": '[[package]]\nname = "flask"\nversion = "3"\n',
    "main.py": "import httpx\n",
}
START = 'CMD ["python", "main.py"]\n'


def dockerfile(run: str, start: str = START, base: str = "python:3.13-slim", copy: str = "COPY . .") -> str:
    return f"FROM {base}\nWORKDIR /app\n{copy}\nRUN {run}\n{start}"


# fmt: off
# ruff: noqa: E501 - one verdict a line
VERDICTS: list[tuple[dict[str, str], str, list[str]]] = [
    (UV, dockerfile("uv sync --no-dev"), ["httpx"]),
    (UV, dockerfile("pip install uv && uv sync --frozen --no-group=dev"), ["httpx"]),
    (UV, dockerfile("uv sync --no-default-groups"), ["httpx"]),
    (UV, dockerfile("uv sync --no-dev --no-install-project\nRUN uv sync --no-dev"), ["httpx"]),
    # what no one asks for is not installed either, what is included is
    ({**UV, "main.py": "import faker\n"}, dockerfile("uv sync"), ["faker"]),
    ({**UV, "main.py": "import ruff\n"}, dockerfile("uv sync"), []),
    ({**UV, "main.py": "import ruff\n"}, dockerfile("uv sync --no-dev"), ["ruff"]),
    (UV, dockerfile("uv sync"), []),
    (UV, dockerfile("uv sync --group dev --no-dev"), []),
    (UV, dockerfile("uv sync --all-groups"), []),
    (UV, dockerfile("uv sync --no-dev && uv sync"), []),
    (UV, dockerfile("uv sync --no-dev $MORE"), []),
    (UV, dockerfile("uv sync --no-dev && uv pip install httpx"), []),
    (UV, dockerfile("uv sync --no-dev && pip install gunicorn"), []),
    (UV, dockerfile("cd other && uv sync --no-dev"), []),
    (UV, dockerfile("uv sync --no-dev && sh more.sh"), []),
    (UV, dockerfile("uv sync --no-dev", 'CMD ["uv", "run", "main.py"]\n'), []),
    (UV, dockerfile("uv sync --no-dev", 'CMD ["sh", "start.sh"]\n'), []),
    (UV, dockerfile("uv sync --no-dev", base="example.com/python:3.13"), []),
    (UV, dockerfile("uv sync --no-dev", base="python:3.13").replace("COPY . .", "COPY . .\nCOPY --from=example.com/deps /deps /app"), []),
    (UV, dockerfile("curl -LsSf https://astral.sh/uv/install.sh | sh && uv sync --no-dev"), ["httpx"]),
    (UV, dockerfile("curl https://example.com/install.sh | sh && uv sync --no-dev"), []),
    (UV, dockerfile("uv sync --no-dev && env A=b uv pip install httpx"), []),
    (UV, dockerfile("uv sync --no-dev && cp -r vendor/* .venv/lib/python3.13/site-packages"), []),
    (UV, "ARG BASE\n" + dockerfile("uv sync --no-dev", base="$BASE"), []),
    # the repository's own module, and one that the start does not reach
    ({**UV, "httpx.py": ""}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "httpx/part.py": ""}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "main.py": "if True:\n    import httpx\n"}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "main.py": "", "other.py": "import httpx\n"}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "main.py": "from other import x\n", "other.py": "from httpx import get\nimport httpx\n"}, dockerfile("uv sync --no-dev"), ["httpx"]),
    # what the program needs brings it: directly, through another, by an extra
    ({**UV, "uv.lock": LOCK.replace("click", "httpx")}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "uv.lock": LOCK + '\n[package.optional-dependencies]\nasync = [{ name = "httpx" }]\n'}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "pyproject.toml": UV["pyproject.toml"] + '[project.optional-dependencies]\nweb = ["httpx"]\n'}, dockerfile("uv sync --no-dev"), []),
    # several stages: what the final one takes from the others
    (UV, f"FROM python:3.13 AS build\nWORKDIR /app\nCOPY . .\nRUN uv sync --no-dev\nFROM python:3.13-slim\nCOPY --from=build /app /app\nWORKDIR /app\n{START}", ["httpx"]),
    (UV, f"FROM python:3.13 AS build\nWORKDIR /app\nCOPY . .\nRUN uv sync\nFROM python:3.13-slim\nCOPY --from=build /app /app\nWORKDIR /app\n{START}", []),
    (PIPENV, f"FROM python:3.13 AS build\nCOPY Pipfile.lock ./\nRUN pipenv sync --system\nFROM python:3.13\nCOPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages\nWORKDIR /app\nCOPY . .\n{START}", ["pyyaml"]),
    (PIPENV, f"ARG X\nFROM python:3.13\nWORKDIR /app\nRUN pipenv sync\nCOPY . .\nCOPY --from=$X / /\n{START}", []),
    (PIPENV, f"FROM python:3.13\nWORKDIR /app\nRUN pipenv sync\nCOPY . .\nCOPY deps /usr/local/lib/python3.13/site-packages\n{START}", []),
    (PIPENV, f"FROM python:3.13\nWORKDIR /app\nRUN pipenv sync\nCOPY . .\nADD https://example.com/deps.tar /usr/lib\n{START}", []),
    (POETRY, dockerfile("poetry install --only main"), ["httpx"]),
    (POETRY, dockerfile("poetry install --only=main --no-root"), ["httpx"]),
    (POETRY, dockerfile("curl -sSL https://install.python-poetry.org | python3 - && poetry install --no-dev"), ["httpx"]),
    (POETRY, dockerfile("poetry install --without dev,docs"), ["httpx"]),
    (POETRY, dockerfile("poetry install --no-dev"), ["httpx"]),
    (POETRY, dockerfile("poetry install --without docs"), []),
    (POETRY, dockerfile("poetry install --only dev"), []),
    (POETRY, dockerfile('if [ -n "$DEV" ]; then poetry install; else poetry install --no-dev; fi'), []),
    # Poetry itself needs httpx in the environment that it shares
    (POETRY, dockerfile("pip install poetry && poetry install --no-dev"), []),
    ({**POETRY, "poetry.lock": POETRY["poetry.lock"] + '\n[package.dependencies]\nhttpx = ">=0.2"\n'}, dockerfile("poetry install --no-dev"), []),
    (PIPENV, dockerfile("pip install pipenv && pipenv install --system --deploy"), ["pyyaml"]),
    (PIPENV, dockerfile("pipenv sync -d"), []),
    (PIPENV, dockerfile("pipenv install pyyaml"), []),
    # broken files say nothing
    ({**PIPENV, "Pipfile.lock": "[" * 100_000}, dockerfile("pipenv sync"), []),
    ({**UV, "pyproject.toml": "[project\n"}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "pyproject.toml": PROJECT + '[dependency-groups]\ndev = [{include-group = "dev"}, 3, "="]\n'}, dockerfile("uv sync --no-dev"), []),
    ({**UV, "pyproject.toml": "project = 3\ndependency-groups = []\ntool = 1\n"}, dockerfile("uv sync --no-dev"), []),
    # pip: only where the list is compiled
    ({"requirements.txt": "flask==3\n", "requirements-dev.txt": "httpx\n", "main.py": "import httpx\n"}, dockerfile("pip install -r requirements.txt"), []),
    ({"requirements.txt": "# This file was autogenerated by uv via the following command:\nflask==3\n", "requirements-dev.txt": "-r requirements.txt\nhttpx\n", "main.py": "import httpx\n"}, dockerfile("pip install --no-cache-dir -r requirements.txt"), ["httpx"]),
]
# fmt: on


def judge(root: Path, files: Mapping[str, str]) -> list[str]:
    for name, content in files.items():
        full = root / name
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(content, encoding="utf-8")
    file = discover.look(str(root), "Dockerfile", registry.import_words())
    report = run(Project(str(root)), [file] if file else [], Judge((RULE,), frozenset({RULE.name})), hints=True)
    assert all(finding.certainty == "likely" for finding in report.findings)
    return [finding.message.split("leaves out `")[1].split("`")[0] for finding in report.findings]


@pytest.mark.parametrize(("files", "text", "expected"), VERDICTS)
def test_what_the_installation_leaves_out(
    files: dict[str, str], text: str, expected: list[str], tmp_path: Path
) -> None:
    assert judge(tmp_path, {**files, "Dockerfile": text}) == expected


def test_the_message_says_what_is_left_out_by_what_and_what_imports_it(tmp_path: Path) -> None:
    for name, text in {**UV, "Dockerfile": dockerfile("uv sync --no-dev"), "main.py": "\nimport httpx\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = discover.look(str(tmp_path), "Dockerfile", registry.import_words())
    assert file is not None
    (found,) = run(Project(str(tmp_path)), [file], Judge((RULE,), frozenset({RULE.name}))).findings
    assert found.message.startswith(
        "`uv sync --no-dev` leaves out `httpx` (in the group `dev` of pyproject.toml), and `main.py:2`, which"
    )
    assert found.source.position(found.span.start)[0] == 4


WORDS = st.sampled_from(
    "uv sync --no-dev --no-group poetry install --only main --without pip -r pipenv requirements.txt && | python3 -m - "
    "-- = $X cd ' \" \\ <<E #".split()
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.lists(WORDS, max_size=12), manifest=st.text(max_size=40), lock=st.text(max_size=40))
def test_no_text_breaks_it(words: list[str], manifest: str, lock: str, tmp_path: Path) -> None:
    files = {"pyproject.toml": f"{PROJECT}{GROUPS}{manifest}", "uv.lock": LOCK + lock, "poetry.lock": lock}
    texts = {**files, "Dockerfile": dockerfile(" ".join(words)), "main.py": "import httpx\n"}
    judge(tmp_path, {name: text.encode("utf-8", "replace").decode() for name, text in texts.items()})
