from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch_rules.venv_base_mismatch import RULE
from prelaunch_rules.venv_base_mismatch.pythons import libraries_for

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

OTHER = ["certain 5"]

RUNS = {
    ("python:3.13", "RUN python -m venv /v", "/v", "python:3.12"): OTHER,
    ("python:3.13", "RUN python3 -m venv --upgrade-deps /v", "/v", "python:3.12-slim"): OTHER,
    ("python:3.13", "RUN virtualenv /v", "/v", "python:3.12-slim"): OTHER,
    ("python:3.13", "RUN virtualenv -p python3.12 /v", "/v", "python:3.12-slim"): [],
    ("python:3.13", "RUN python -m venv --copies /v", "/v", "python:3.12-slim"): [],
    ("python:3.13", "RUN /usr/bin/python3 -m venv /v", "/v", "python:3.12-slim"): [],
    ("python:3.13", "RUN python -m venv .venv", "/w", "python:3.12-slim"): OTHER,
    ("python:3.13", "RUN python -m venv /v", "/w", "python:3.12-slim"): [],
    ("python:3.13.1-slim", "RUN python -m venv /v", "/v", "python:3.13.5"): [],
    ("python:3.13", "RUN python -m venv /v", "/v", "python:latest"): [],
    ("python:3", "RUN python -m venv /v", "/v", "python:3.12"): [],
    ("python:3.13", "RUN python -m venv /v", "/v", "debian:13"): [],
    ("debian:13", "RUN python3 -m venv /v", "/v", "python:3.12"): [],
    ("python:3.13", "RUN python -m venv /v", "/v", "python:3.13-alpine"): ["hint 5"],
    ("python:3.13", "RUN python -m venv /v", "/v", "gcr.io/distroless/python3-debian13"): OTHER,
    ("ghcr.io/astral-sh/uv:python3.13-bookworm-slim", "RUN uv sync", "/w/.venv", "python:3.12-slim"): OTHER,
    ("ghcr.io/astral-sh/uv:python3.13-bookworm-slim", "RUN uv sync", "/w/.venv", "python:3.13-slim"): [],
    ("python:3.13", "RUN uv sync --python 3.12", "/w/.venv", "python:3.12-slim"): [],
    ("python:3.13", "ENV UV_PROJECT_ENVIRONMENT=/v\nRUN uv sync", "/v", "python:3.12-slim"): ["certain 6"],
    ("python:3.13", "RUN uv venv /v", "/v", "python:3.12-slim"): OTHER,
    ("python:3.13", "ENV UV_PYTHON_DOWNLOADS=never\nRUN uv sync", "/w/.venv", "python:3.12-slim"): ["certain 6"],
    ("python:3.13", 'ENV UV_PYTHON_DOWNLOADS="0"\nRUN uv sync', "/w/.venv", "python:3.12-slim"): ["certain 6"],
    ("python:3.13", "ENV UV_PYTHON_PREFERENCE=only-managed\nRUN uv sync", "/w/.venv", "python:3.12-slim"): [],
    ("python:3.13", "ENV UV_PYTHON=3.12 UV_PYTHON_DOWNLOADS=0\nRUN uv sync", "/w/.venv", "python:3.12-slim"): [],
    ("python:3.13", "RUN pip install --user x", "/root/.local", "python:3.12"): OTHER,
    ("python:3.13", "RUN python -m pip install --prefix=/p x", "/p", "python:3.12"): OTHER,
    ("python:3.13", "RUN pip install --prefix /p x", "/p", "python:3.12"): OTHER,
    ("python:3.13", "RUN pip install x", "/usr/local/lib/python3.13/site-packages", "python:3.12"): OTHER,
    ("python:3.13", "RUN pip install x", "/usr/local/lib/python3.12/site-packages", "python:3.12"): [],
    ("python:3.13", "RUN pip install --prefix=$P x", "/p", "python:3.12"): [],
}


@pytest.mark.parametrize(("base", "run", "path", "last"), RUNS)
def test_packages_are_held_against_the_python_of_the_image(
    found: Found, base: str, run: str, path: str, last: str
) -> None:
    text = f"FROM {base} AS build\nWORKDIR /w\n{run}\nFROM {last}\nCOPY --from=build {path} {path}\n"
    assert found(RULE, text) == RUNS[base, run, path, last]


@pytest.mark.parametrize("line", ["RUN apt-get install -y python3.13", "COPY --from=build /usr/local /usr/local"])
def test_an_image_that_gets_another_python_is_not_judged(found: Found, line: str) -> None:
    text = f"FROM python:3.13 AS build\nRUN python -m venv /v\nFROM python:3.12\n{line}\nCOPY --from=build /v /v\n"
    assert found(RULE, text) == []


@given(st.text())
def test_no_path_breaks_it(path: str) -> None:
    libraries_for(path)
    libraries_for(f"/usr/local/lib/python{path}")
