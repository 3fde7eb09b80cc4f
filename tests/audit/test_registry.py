"""What registries say of base images, asked of a small registry on the loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest

from prelaunch.audit import registry
from prelaunch.audit.record import BaseRow, Spot
from prelaunch.audit.registry import Reference, Registries, RegistryError, reference
from prelaunch.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Make = Callable[[dict[str, str | bytes]], Path]

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def platform(os: str, architecture: str, variant: str = "") -> dict[str, Any]:
    found = {"os": os, "architecture": architecture}
    return {"platform": {**found, "variant": variant} if variant else found, "mediaType": MANIFEST}


BUILD = "docker buildx build --platform linux/amd64,linux/arm64 .\n"
CONFIG = json.dumps({"os": "linux", "architecture": "arm64", "rootfs": {}}).encode()
CONFIG_DIGEST = f"sha256:{hashlib.sha256(CONFIG).hexdigest()}"
IMAGES: dict[str, Any] = {
    "multi": {"mediaType": INDEX, "manifests": [
        platform("linux", "amd64"), platform("linux", "arm", "v7"), platform("unknown", "unknown"),
    ]},
    "team/single": {"mediaType": MANIFEST, "config": {"digest": CONFIG_DIGEST}},
    "odd": {"manifests": [1, {"platform": 2}, {"platform": {"os": 3}}]},
    "list": [1],
    "empty": {},
}  # fmt: skip


class Fake(BaseHTTPRequestHandler):
    """A registry of `IMAGES`: `secret` needs a token, `locked` a password, `busy` answers at the third time."""

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        given = self.headers.get("Authorization", "")
        path, _, query = self.path.partition("?")
        if path == "/token":
            right = given in {"", f"Basic {base64.b64encode(b'me:word').decode()}"}
            token = {"token": f"for {query.partition('scope=')[2]}"}
            self.say(200 if right else 401, json.dumps(token).encode(), body=body)
            return
        name = path.removeprefix("/v2/").partition("/manifests/")[0].partition("/blobs/")[0]
        if name == "secret" and not given.startswith("Bearer for repository"):
            realm = f'realm="http://127.0.0.1:{server.server_port}/token",service="fake"'
            scope = 'scope="repository:secret:pull"'
            self.say(401, b"", {"WWW-Authenticate": f"Bearer {realm},{scope}"}, body=body)
        elif name == "locked" and given != f"Basic {base64.b64encode(b'me:word').decode()}":
            self.say(401, b"", {"WWW-Authenticate": 'Basic realm="x"'}, body=body)
        elif name == "busy" and server.is_busy():
            self.say(429, b"", {"Retry-After": server.wait}, body=body)
        elif name == "elsewhere" and "/blobs/" not in path:
            self.say(307, b"", {"Location": f"http://localhost:{server.server_port}/v2/multi/manifests/1"}, body=body)
        elif path.endswith(CONFIG_DIGEST):
            self.say(200, CONFIG, body=body)
        elif name == "broken":
            self.say(200, b"{" * 100, body=body)
        elif name == "huge":
            self.say(200, b"[" + b"1," * 3_000_000 + b"1]", body=body)
        elif name == "down":
            self.say(503, b"", body=body)
        elif name == "noise":
            self.wfile.write(b"what\r\n\r\n")
        elif name == "short":
            self.say(200, b"{}", {"Transfer-Encoding": "chunked"}, body=body)
        else:
            image = IMAGES.get({"secret": "multi", "locked": "multi", "busy": "multi"}.get(name, name))
            if image is None:
                self.say(404, b"", body=body)
                return
            data = json.dumps(image).encode()
            self.say(200, data, {"Docker-Content-Digest": f"sha256:{hashlib.sha256(data).hexdigest()}"}, body=body)

    def say(self, code: int, data: bytes, headers: dict[str, str] | None = None, *, body: bool) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    asked: list[tuple[str, str, str]]
    busy = 3
    wait = "0"

    def is_busy(self) -> bool:
        self.busy -= 1
        return self.busy > 0


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The registry, with nobody's credentials."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("no_proxy", "*")
    server = Server(("127.0.0.1", 0), Fake)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(server: Server, name: str) -> tuple[str, ...]:
    return Registries().platforms(Reference(f"127.0.0.1:{server.server_port}", name, "1"))


@pytest.mark.parametrize(
    ("name", "platforms"),
    [
        ("multi", ("linux/amd64", "linux/arm/v7")),
        ("team/single", ("linux/arm64",)),
        ("secret", ("linux/amd64", "linux/arm/v7")),
        ("busy", ("linux/amd64", "linux/arm/v7")),
        ("elsewhere", ("linux/amd64", "linux/arm/v7")),
        ("odd", ()),
    ],
)
def test_the_platforms_of_an_image(server: Server, name: str, platforms: tuple[str, ...]) -> None:
    assert ask(server, name) == platforms


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "is not there"),
        ("locked", "needs credentials: log in with `docker login`"),
        ("broken", "its answer is no JSON"),
        ("list", "its answer is no manifest"),
        ("empty", "its answer is no manifest"),
        ("huge", "its answer is too large"),
        ("down", "answers 503"),
        ("noise", "cannot be asked: what"),
        ("short", "cannot be asked: IncompleteRead"),
        ("\n", "its answer is no|is not there"),
    ],
)
def test_what_a_registry_does_not_say_is_said(server: Server, name: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        ask(server, name)


@pytest.mark.parametrize("host", ["a b.example.com", "a\n.example.com", "[::1", "\u00b2.example.com:\u00b2", "x" * 300])
def test_a_host_that_none_can_be_is_said(host: str) -> None:
    with pytest.raises(RegistryError, match="cannot be asked"):
        Registries().platforms(Reference(host, "x", "1"))


REALM = 'Bearer realm="{}",service="fake"'


@pytest.mark.parametrize(
    "realm",
    [
        "http://localhost.evil.example/token",
        "http://127.0.0.1.evil.example/token",
        "http://localhost@evil.example/token",
        "http://evil.example/token",
        "ftp://localhost/token",
        "//localhost/token",
        "http://[::1",
        "",
    ],
)
def test_a_token_is_asked_for_over_an_open_line_on_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, realm: str
) -> None:
    asked: list[str] = []

    def answer(address: str, *_: str) -> tuple[dict[str, str], bytes]:
        asked.append(address)
        if len(asked) == 1:
            challenge = Message()
            challenge["WWW-Authenticate"] = REALM.format(realm)
            raise HTTPError(address, 401, "", challenge, None)
        return {}, b'{"token": "x"}'

    monkeypatch.setattr(registry, "_answer", answer)
    with pytest.raises(RegistryError, match="needs credentials"):
        Registries().platforms(Reference("registry.example.com", "x", "1"))
    assert len(asked) == 1


def test_a_registry_that_asks_for_patience_in_no_number_gets_a_second(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    server.wait = "\u00b2"
    assert ask(server, "busy") == ("linux/amd64", "linux/arm/v7")
    assert waits == [1.0, 1.0]


def test_a_registry_that_is_asked_too_often_is_left_alone(server: Server) -> None:
    server.wait, server.busy = "3600", 99
    with pytest.raises(RegistryError, match="is asked too often"):
        ask(server, "busy")
    assert len(server.asked) == 1


def test_credentials_of_docker_are_used_and_go_to_nobody_else(server: Server, tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    auth = base64.b64encode(b"me:word").decode()
    host = f"127.0.0.1:{server.server_port}"
    (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}, "credsStore": "x"}))
    assert ask(server, "locked") == ("linux/amd64", "linux/arm/v7")
    assert ask(server, "secret") == ("linux/amd64", "linux/arm/v7")
    server.asked.clear()
    ask(server, "elsewhere")
    assert [given for _, path, given in server.asked if "multi" in path] == ["", ""]


def test_a_registry_where_nobody_listens_is_said() -> None:
    with pytest.raises(RegistryError, match="cannot be asked"):
        Registries().platforms(Reference("127.0.0.1:1", "x", "1"))


def test_a_digest_that_is_known_is_not_read_again(server: Server, tmp_path: Path) -> None:
    image = Reference(f"127.0.0.1:{server.server_port}", "multi", "1")
    row = BaseRow(f"{image.host}/multi:1", Spot("Dockerfile", 1, 1), ("linux/amd64", "linux/arm64", "linux/arm/v6"))
    for again in (False, True):
        server.asked.clear()
        (found,) = Registries(str(tmp_path)).complete([row])
        assert found.lacks == ("linux/arm64", "linux/arm/v6")
        assert [method for method, _, _ in server.asked] == (["HEAD"] if again else ["HEAD", "GET"])


REFERENCES = {
    "python": Reference("registry-1.docker.io", "library/python", "latest"),
    "python:3.12-slim": Reference("registry-1.docker.io", "library/python", "3.12-slim"),
    "team/api": Reference("registry-1.docker.io", "team/api", "latest"),
    "docker.io/library/python": Reference("registry-1.docker.io", "library/python", "latest"),
    "localhost/api:1": Reference("localhost", "api", "1"),
    "registry.example.com:5000/a/b/c:x": Reference("registry.example.com:5000", "a/b/c", "x"),
    "registry.example.com/a@sha256:ab": Reference("registry.example.com", "a", "sha256:ab"),
    "registry.example.com/a:1@sha256:ab": Reference("registry.example.com", "a", "sha256:ab"),
}


@pytest.mark.parametrize("image", REFERENCES)
def test_the_name_of_an_image_is_read_as_docker_reads_it(image: str) -> None:
    assert reference(image) == REFERENCES[image]


@pytest.mark.parametrize(
    ("needed", "has", "among"),
    [
        ("linux/amd64", ("linux/amd64",), True),
        ("linux/amd64", ("linux/arm64",), False),
        ("linux/arm64", ("linux/arm64/v8",), True),
        ("linux/arm/v7", ("linux/arm/v6",), True),
        ("linux/arm/v6", ("linux/arm/v7",), False),
        ("linux/amd64", (), False),
    ],
)
def test_a_platform_serves_where_another_is_needed(needed: str, has: tuple[str, ...], among: bool) -> None:
    assert registry.among(needed, has) is among


def test_an_audit_says_which_base_lacks_a_platform_that_is_built(
    server: Server,
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRELAUNCH_CACHE_DIR", str(tmp_path / "cache"))
    host = f"127.0.0.1:{server.server_port}"
    dockerfile = f"FROM --platform=$BUILDPLATFORM {host}/multi:1 AS build\nFROM {host}/team/single:1\nFROM scratch\n"
    root = repository({"Dockerfile": dockerfile, "b.sh": BUILD})
    run(["audit", str(root), "--registry", "--format", "json"])
    bases = {row["name"]: row for row in json.loads(capsys.readouterr().out)["bases"]}
    assert bases[f"{host}/multi:1"]["needed"] == bases[f"{host}/multi:1"]["lacks"] == []
    single = bases[f"{host}/team/single:1"]
    assert single["needed"] == ["linux/amd64", "linux/arm64"]
    assert (single["has"], single["lacks"]) == (["linux/arm64"], ["linux/amd64"])
    run(["audit", str(root), "--registry"])
    assert f"Dockerfile:2: {host}/team/single:1 has no image for linux/amd64" in capsys.readouterr().out


def test_without_being_told_to_an_audit_asks_nobody(
    server: Server, repository: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository({"Dockerfile": f"FROM 127.0.0.1:{server.server_port}/multi:1\n", "b.sh": "docker build .\n"})
    run(["audit", str(root)])
    capsys.readouterr()
    assert server.asked == []
