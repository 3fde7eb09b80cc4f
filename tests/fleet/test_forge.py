"""The repositories of an owner, listed by a fake forge on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from prelaunch import CannotRunError
from prelaunch.cli import run
from prelaunch.fleet import forge
from prelaunch.fleet.forge import names_forge, repositories
from prelaunch.fleet.targets import Target, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = "secret-token-of-the-test"


class Forge:
    """A forge with one owner: what was asked, and what it answers first."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        self.first: list[tuple[int, dict[str, str]]] = []
        self.pages: dict[str, list[list[dict[str, Any]]]] = {}
        self.host = ""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    known = Forge()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = parse_qs(url.query)
            known.asked.append((url.path, query, {name.lower(): value for name, value in self.headers.items()}))
            if known.first:
                status, headers = known.first.pop(0)
                self.reply(status, {"message": "no"}, headers)
                return
            pages = known.pages.get(url.path)
            if pages is None:
                self.reply(404, {"message": "Not Found"}, {})
                return
            number = int(query.get("page", ["1"])[0])
            following = f'<http://{known.host}{url.path}?page={number + 1}>; rel="next"'
            self.reply(200, pages[number - 1], {"Link": following} if number < len(pages) else {})

        def reply(self, status: int, body: object, headers: dict[str, str]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.host = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    yield known
    server.shutdown()
    server.server_close()


def hub(name: str, **more: object) -> dict[str, object]:
    return {"full_name": f"team/{name}", "clone_url": f"https://example.com/team/{name}.git", **more}


def test_all_pages_are_read_and_what_is_archived_is_left_out(served: Forge) -> None:
    served.pages["/api/v3/orgs/team/repos"] = [
        [hub("one"), hub("old", archived=True)],
        [hub("two"), hub("off", disabled=True)],
        [hub("three"), {"full_name": "team/bad"}, {"full_name": "team/ssh", "clone_url": "ext::sh -c x"}],
    ]
    found = repositories(f"github:{served.host}/team", {"GH_ENTERPRISE_TOKEN": TOKEN})
    assert found == [(f"team/{name}", f"https://example.com/team/{name}.git") for name in ("one", "two", "three")]
    assert len(served.asked) == 3
    assert served.asked[0][1] == {"per_page": ["100"]}
    assert all(headers["authorization"] == f"Bearer {TOKEN}" for _, _, headers in served.asked)


@pytest.mark.parametrize(
    ("place", "path", "token", "header"),
    [
        ("github:{}/team", "/api/v3/users/team/repos", "GITHUB_ENTERPRISE_TOKEN", "authorization"),
        ("gitlab:{}/team/sub", "/api/v4/groups/team%2Fsub/projects", "GITLAB_TOKEN", "private-token"),
        ("gitlab:{}/team", "/api/v4/users/team/projects", "PRELAUNCH_TOKEN", "private-token"),
        ("gitea:{}/team", "/api/v1/orgs/team/repos", "FORGEJO_TOKEN", "authorization"),
        ("gitea:{}/team", "/api/v1/users/team/repos", "GITEA_TOKEN", "authorization"),
    ],
)
def test_every_forge_is_asked_in_its_way(served: Forge, place: str, path: str, token: str, header: str) -> None:
    project = {"path_with_namespace": "team/one", "http_url_to_repo": "https://example.com/team/one.git"}
    served.pages[path] = [[project if place.startswith("gitlab") else hub("one")]]
    assert repositories(place.format(served.host), {token: TOKEN}) == [("team/one", "https://example.com/team/one.git")]
    assert TOKEN in served.asked[-1][2][header]
    assert repositories(place.format(served.host), {})
    assert header not in served.asked[-1][2]


HUB, CODEBERG, LAB = "https://api.github.com", "https://codeberg.org/api/v1", "https://gitlab.com/api/v4"
OWN, GHE = "https://git.example.com/api", "https://a.ghe.com/api/v3"
RUN_BY_OWN = {"GITHUB_SERVER_URL": "https://git.example.com"}


@pytest.mark.parametrize(
    ("place", "environment", "base"),
    [
        ("github:team", {"GITHUB_TOKEN": TOKEN}, HUB),
        ("github:team", {"GH_TOKEN": TOKEN}, HUB),
        ("github:team", {"PRELAUNCH_TOKEN": TOKEN}, HUB),
        ("github:team", {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "https://api.github.com"}, HUB),
        ("github:team", {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://github.com"}, HUB),
        ("github:git.example.com/team", {"GH_ENTERPRISE_TOKEN": TOKEN}, f"{OWN}/v3"),
        ("github:Git.Example.com/team", {"GITHUB_TOKEN": TOKEN, **RUN_BY_OWN}, "https://Git.Example.com/api/v3"),
        ("github:git.example.com/team", {"GH_TOKEN": TOKEN, "GITHUB_API_URL": f"{OWN}/v3"}, f"{OWN}/v3"),
        ("github:a.ghe.com/team", {"GH_TOKEN": TOKEN, "GITHUB_API_URL": "https://api.a.ghe.com"}, GHE),
        ("gitea:git.example.com/team", {"GITHUB_TOKEN": TOKEN, **RUN_BY_OWN}, f"{OWN}/v1"),
        ("gitea:team", {"FORGEJO_TOKEN": TOKEN}, CODEBERG),
        ("gitea:git.example.com/team", {"GITEA_TOKEN": TOKEN}, f"{OWN}/v1"),
        ("gitlab:team", {"GITLAB_TOKEN": TOKEN}, LAB),
        ("gitlab:git.example.com/team", {"GITLAB_TOKEN": TOKEN, "GITLAB_HOST": "git.example.com"}, f"{OWN}/v4"),
        ("gitlab:git.example.com/team", {"GITLAB_TOKEN": TOKEN, "CI_API_V4_URL": f"{OWN}/v4"}, f"{OWN}/v4"),
    ],
)
def test_a_token_is_sent_to_the_host_that_issued_it(
    monkeypatch: pytest.MonkeyPatch, place: str, environment: dict[str, str], base: str
) -> None:
    assert _sent(monkeypatch, place, environment) == (base, True)


@pytest.mark.parametrize(
    ("place", "environment"),
    [
        ("gitea:team", {"GITHUB_TOKEN": TOKEN}),
        ("gitea:team", {"GITHUB_TOKEN": TOKEN, "GITEA_ACTIONS": "true", **RUN_BY_OWN}),
        ("gitea:team", {"GH_TOKEN": TOKEN}),
        ("gitea:team", {"GITEA_TOKEN": TOKEN, "GITEA_SERVER_URL": "https://git.example.com"}),
        ("gitea:git.example.com/team", {"GITHUB_TOKEN": TOKEN}),
        ("github:git.example.com/team", {"GITHUB_TOKEN": TOKEN, "GH_TOKEN": TOKEN}),
        ("github:git.example.com/team", {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "https://api.github.com"}),
        ("github:evil.example/team", {"GITHUB_TOKEN": TOKEN, **RUN_BY_OWN}),
        ("github:api.github.com.evil.example/team", {"GITHUB_TOKEN": TOKEN}),
        ("github:evilgithub.com/team", {"GITHUB_TOKEN": TOKEN}),
        ("github:team", {"GITHUB_TOKEN": TOKEN, "GH_TOKEN": TOKEN, **RUN_BY_OWN}),
        ("github:team", {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "https://[bad"}),
        ("github:team", {"GH_ENTERPRISE_TOKEN": TOKEN, "GITHUB_ENTERPRISE_TOKEN": TOKEN, "GITEA_TOKEN": TOKEN}),
        ("gitlab:team", {"GITLAB_TOKEN": TOKEN, "CI_API_V4_URL": f"{OWN}/v4"}),
        ("gitlab:team", {"GITLAB_TOKEN": TOKEN, "GITLAB_HOST": "https://git.example.com"}),
        ("gitlab:team", {"GITHUB_TOKEN": TOKEN}),
    ],
)
def test_a_token_is_sent_to_no_other_host(
    monkeypatch: pytest.MonkeyPatch, place: str, environment: dict[str, str]
) -> None:
    assert _sent(monkeypatch, place, environment)[1] is False


def _sent(monkeypatch: pytest.MonkeyPatch, place: str, environment: dict[str, str]) -> tuple[str, bool]:
    """Where the repositories are asked for, and whether the token goes there."""
    asked = []

    class Client:
        def __init__(self, base: str, headers: dict[str, str]) -> None:
            asked.append((base, TOKEN in " ".join(headers.values())))

        def pages(self, path: str) -> list[dict[str, object]]:  # noqa: ARG002
            return [hub("one")]

    monkeypatch.setattr(forge, "Client", Client)
    repositories(place, environment)
    return asked[0]


def test_a_forge_that_is_asked_too_often_is_waited_for(served: Forge) -> None:
    served.pages["/api/v3/orgs/team/repos"] = [[hub("one")]]
    served.first = [(403, {"Retry-After": "2"}), (429, {}), (503, {})]
    assert len(repositories(f"github:{served.host}/team", {})) == 1
    served.first = [
        (429, {"Retry-After": "\u00b2"}),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "\u00b2"}),
    ]
    assert len(repositories(f"github:{served.host}/team", {})) == 1
    served.first = [(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"})]
    with pytest.raises(CannotRunError, match="403"):
        repositories(f"github:{served.host}/team", {})


def test_a_refusal_names_the_cure_and_never_the_token(served: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CannotRunError, match=r"404 Not Found.*it may be private: set a token in PRELAUNCH_TOKEN") as no:
        repositories(f"github:{served.host}/nobody", {"GH_ENTERPRISE_TOKEN": TOKEN})
    assert TOKEN not in str(no.value)
    served.first = [(401, {})]
    assert run(["audit", "--repos", f"github:{served.host}/team"]) == 2
    assert "401" in capsys.readouterr().err


def test_a_page_elsewhere_is_not_asked_for(served: Forge) -> None:
    served.pages["/api/v3/orgs/team/repos"] = [[hub("one")], [hub("two")]]
    real, served.host = served.host, "other.example.com"
    assert len(repositories(f"github:{real}/team", {"GH_ENTERPRISE_TOKEN": TOKEN})) == 1


@pytest.mark.parametrize("place", ["github:", "github:a/b", "gitea:host.example.com/", "github:a b", "gitlab:a:b"])
def test_what_is_no_owner_is_an_error_without_a_request(place: str) -> None:
    with pytest.raises(CannotRunError, match=r"write .*OWNER"):
        repositories(place, {})


def test_a_path_or_an_address_is_no_forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "github:team").write_text("https://example.com/a.git\n")
    assert not names_forge("github:team")
    assert not names_forge("git@github.com:team/api")
    assert not names_forge("gitlab://host/team")
    assert names_forge("github:team2")
    with pytest.raises(CannotRunError, match="none of github:OWNER"):
        targets("nowhere")


def test_the_listed_repositories_are_audited(
    served: Forge, monkeypatch: pytest.MonkeyPatch, repository: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    served.pages["/api/v3/orgs/team/repos"] = [[hub("one")]]
    place = f"github:{served.host}/team"
    assert targets(place) == [Target("team/one", "https://example.com/team/one.git", remote=True)]
    root = repository({"build.sh": "docker buildx build -t a --push .\n"})
    monkeypatch.setattr(forge, "_listed", lambda _: iter([("team/one", f"file://{root}")]))
    assert run(["audit", "--repos", place, "--jobs", "1", "--format", "json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["repositories"]
    assert row["error"] == ""
    assert [finding["rule"] for finding in row["findings"]] == ["missing-platform"]
