from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.copied_host_artifacts import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

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
