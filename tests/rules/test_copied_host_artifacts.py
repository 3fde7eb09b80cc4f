from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.copied_host_artifacts import RULE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from prelaunch.model import Rule

    Found = Callable[..., list[str]]
    Fixed = Callable[[Rule, dict[str, str]], dict[str, str]]

TEXTS = {
    "RUN npm ci\nCOPY . .\n": ["hint 4"],
    "RUN npm ci --omit=dev\nCOPY ./ /app/\n": ["hint 4"],
    "RUN yarn\nCOPY . .\n": ["hint 4"],
    "RUN yarn install --immutable && yarn cache clean\nADD . /app\n": ["hint 4"],
    "RUN --mount=type=cache,target=/c pnpm install\nCOPY --chown=node . .\n": ["hint 4"],
    "RUN python -m venv .venv\nCOPY . .\n": ["hint 4"],
    "RUN python -m venv /opt/venv\nCOPY . .\n": [],
    "RUN npm install -g pnpm\nCOPY . .\n": [],
    "RUN npm run build\nCOPY . .\n": [],
    "RUN yarn build\nCOPY . .\n": [],
    "RUN cd web && npm ci\nCOPY . .\n": [],
    "RUN npm ci\nCOPY src ./\n": [],
    "RUN npm ci\nCOPY . . \n": ["hint 4"],
    "RUN npm ci\nCOPY --exclude=node_modules . .\n": [],
    "RUN npm ci\nCOPY --from=other . .\n": [],
    "RUN npm ci\nWORKDIR /srv\nCOPY . .\n": [],
    "RUN npm ci\nFROM node\nWORKDIR /app\nCOPY . .\n": [],
    "RUN npm ci\nFROM one\nCOPY . .\n": ["hint 5"],
    "RUN npm ci\nCOPY .\n": [],
    "ONBUILD RUN npm ci\nCOPY . .\n": [],
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_copied_over_installed_packages_is_told(found: Found, text: str) -> None:
    assert found(RULE, f"FROM node AS one\nWORKDIR /app\n{text}", {"package.json": "{}"}) == TEXTS[text]


IGNORES = {
    "node_modules\n": [],
    "node_modules/\n": [],
    "/node_modules\n": [],
    "**/node_modules\n": [],
    "*\n!src\n": [],
    "node_modules*\n!node_modules\n": ["hint 4"],
    "# node_modules\n": ["hint 4"],
    "dist\n": ["hint 4"],
}


@pytest.mark.parametrize("ignore", IGNORES)
def test_a_folder_that_is_left_out_is_no_fault(found: Found, ignore: str) -> None:
    text = "FROM node\nWORKDIR /app\nRUN npm ci\nCOPY . .\n"
    assert found(RULE, text, {".dockerignore": ignore}) == IGNORES[ignore]


def test_a_context_that_is_not_known_is_not_judged(found: Found) -> None:
    builds = {"b.sh": 'docker build -f Dockerfile "$1"\n'}
    text = "FROM node\nWORKDIR /app\nRUN npm ci\nCOPY . .\n"
    assert found(RULE, text, builds) == []


NODE = "FROM node:24\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY . .\n"
VENV = "FROM python:3.13\nWORKDIR /app\nRUN uv sync\nCOPY . .\n"
BOTH = "FROM node:24\nWORKDIR /app\nRUN npm ci\nRUN uv sync\nCOPY . .\n"


@pytest.mark.parametrize(
    ("dockerfile", "before", "after"),
    [
        (NODE, ".git\n", ".git\nnode_modules\n"),
        (NODE, "", "node_modules\n"),
        (NODE, ".git", ".git\nnode_modules\n"),
        (NODE, ".git\r\n*.md\r\n", ".git\r\n*.md\r\nnode_modules\r\n"),
        (NODE, "# node_modules\n!docs\n", "# node_modules\n!docs\nnode_modules\n"),
        (VENV, "*.pyc\n", "*.pyc\n.venv\n"),
        (BOTH, "x\n", "x\nnode_modules\n.venv\n"),
        # what is wanted in the context stays in it
        (NODE, "!node_modules/own\n", None),
        (f"{NODE}COPY node_modules/own ./own\n", "x\n", None),
        (f"{NODE}COPY --chown=1 \\\n  ./node_modules/own ./own\n", "x\n", None),
        (f"{NODE}COPY --from=other /app/node_modules .\n", "x\n", "x\nnode_modules\n"),
        (NODE, "**/node_modules\n", None),
    ],
)
def test_the_fix_leaves_the_folder_out_of_the_context(
    fix: Fixed, dockerfile: str, before: str, after: str | None
) -> None:
    files = {"Dockerfile": dockerfile, ".dockerignore": before, "package.json": "{}"}
    wanted = {**files, ".dockerignore": before if after is None else after}
    assert fix(RULE, files) == wanted
    assert fix(RULE, wanted) == wanted


def test_the_file_of_the_dockerfile_comes_before_that_of_the_context(fix: Fixed) -> None:
    files = {"web/Dockerfile": NODE, "web/package.json": "{}", "web/.dockerignore": "a\n"}
    files["web/Dockerfile.dockerignore"] = "b\n"
    assert fix(RULE, files) == {**files, "web/Dockerfile.dockerignore": "b\nnode_modules\n"}


def test_no_file_is_made(fix: Fixed, tmp_path: Path) -> None:
    fix(RULE, {"Dockerfile": NODE})
    assert not (tmp_path / ".dockerignore").exists()
