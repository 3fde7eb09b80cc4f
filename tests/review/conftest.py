"""A pull request on a fake forge, and `prelaunch review` run against it as a CI job would."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

spec = importlib.util.spec_from_file_location("review_fake", os.path.join(os.path.dirname(__file__), "fake.py"))
assert spec is not None
assert spec.loader is not None
fake = importlib.util.module_from_spec(spec)
sys.modules["review_fake"] = fake
spec.loader.exec_module(fake)

CONFIG = 'platforms = ["linux/amd64"]\n'
OLD = "#!/bin/sh\n" + "".join(f"echo {number}\n" for number in range(12)) + "docker buildx build -t old .\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A repository whose branch `change` is checked out; `main` holds one build without a platform."""
    made = fake.Repository(tmp_path / "app")
    made.put("prelaunch.toml", CONFIG)
    made.put("deploy.sh", OLD)
    made.commit("old")
    made.git("switch", "-q", "-c", "change")
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "CI", "GITEA_", "FORGEJO_", "BITBUCKET_", "GITLAB_", "GH_", "PRELAUNCH_")):
            monkeypatch.delenv(name)
    return made


@pytest.fixture
def serve() -> Iterator[Callable[[Any], Any]]:
    """Serve an app; gives the server."""
    servers = []

    def start(app: Any) -> Any:
        servers.append(fake.Fake(app))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def github(repository: Any, serve: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A job of GitHub Actions for pull request 7."""
    app = fake.GitHub(repository)
    server = serve(app)
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": "me/app",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_TOKEN": fake.TOKEN,
    }.items():
        monkeypatch.setenv(name, value)
    return app


@pytest.fixture
def review(
    repository: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Run `prelaunch review` for the head that is checked out; gives the exit code, what was printed, what was said."""

    monkeypatch.setattr("prelaunch.transport.TRIES", 1)

    def run(*arguments: str, head: str | None = None) -> tuple[int, str, str]:
        event = {"pull_request": {"number": 7, "head": {"sha": head or repository.head}}}
        (tmp_path / "event.json").write_text(json.dumps(event))
        capsys.readouterr()
        code = main(["review", *arguments])
        out, err = capsys.readouterr()
        assert fake.TOKEN not in out + err
        return code, out, err

    return run
