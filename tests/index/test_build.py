"""A whole build of an index: a registry on this machine, wheels made here, modules really imported."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.index.build import build, read_asked
from prelaunch.index.harvest import Options, harvest
from prelaunch.index.probe import Environment, Python, find_pythons
from prelaunch.index.registry import Registry, RegistryError
from prelaunch.index.releases import choose
from prelaunch.index.store import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = Python(f"{sys.version_info[0]}.{sys.version_info[1]}", sys.executable)


def wheel(name: str, version: str, files: dict[str, str]) -> tuple[str, bytes]:
    data = io.BytesIO()
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}-{version}-py3-none-any.whl", data.getvalue()


class Server(ThreadingHTTPServer):
    """The simple API in JSON over wheels held in memory; `failing` says how often a path answers 503 first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.uploaded: dict[str, str] = {}
        self.failing: dict[str, int] = {}
        self.asked: list[str] = []
        self.lies: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"

    def add(self, name: str, version: str, files: dict[str, str], uploaded: str = "2024-01-01") -> None:
        file, data = wheel(name, version, files)
        self.files[file] = data
        self.uploaded[file] = uploaded


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = self.path
        self.server.asked.append(path)
        if self.server.failing.get(path, 0) > 0:
            self.server.failing[path] -= 1
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        body, kind = self._answer(path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body or b"")

    def do_HEAD(self) -> None:  # uv looks before it fetches
        self.do_GET()

    def _answer(self, path: str) -> tuple[bytes | None, str]:
        if path.startswith("/files/"):
            return self.server.files.get(path.rpartition("/")[2]), "application/octet-stream"
        name = path.removeprefix("/simple/").strip("/")
        files = [file for file in self.server.files if file.partition("-")[0].replace("_", "-") == name]
        if not files:
            return None, "text/plain"
        listing: dict[str, Any] = {"meta": {"api-version": "1.1"}, "name": name, "files": []}
        for file in files:
            data = self.server.files[file]
            digest = "0" * 64 if file in self.server.lies else hashlib.sha256(data).hexdigest()
            listing["files"].append(
                {
                    "filename": file,
                    "url": f"/files/{file}",
                    "hashes": {"sha256": digest},
                    "size": len(data),
                    "upload-time": f"{self.server.uploaded[file]}T00:00:00.000000Z",
                    "yanked": False,
                }
            )
        return json.dumps(listing).encode(), "application/vnd.pypi.simple.v1+json"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def options(server: Server, tmp_path: Path) -> Options:
    return Options(str(tmp_path / "cache"), server.address, (HERE,))


def test_a_build_says_which_release_has_which_name(server: Server, options: Options, tmp_path: Path) -> None:
    server.add("tool", "1.0", {"tool/__init__.py": "from os import sep\ndef old(): pass\n", "tool/gone.py": "x = 1\n"})
    server.add("tool", "2.0", {"tool/__init__.py": "def new(): pass\n"}, "2025-01-01")
    output = str(tmp_path / "names.idx")
    build(["tool"], options, output, 1)
    package = Index.open(output).package("tool")
    assert package is not None
    assert package.releases == ("1.0", "2.0")
    assert [package.name("tool", "old", number) for number in (0, 1)] == ["present", "absent"]
    assert [package.name("tool", "new", number) for number in (0, 1)] == ["absent", "present"]
    assert [package.module("tool.gone", number) for number in (0, 1)] == ["present", "absent"]
    assert Index.open(output).providers("tool") == ("tool",)


def test_a_module_that_serves_names_on_demand_is_open_until_it_denies(server: Server, options: Options) -> None:
    text = "def __getattr__(name):\n    if name == 'served':\n        return 1\n    raise AttributeError(name)\n"
    server.add("lazy_tool", "1.0", {"lazy_tool.py": text})
    asked = {"lazy-tool": {"lazy_tool": ("served", "denied")}}
    found = harvest("lazy-tool", options._replace(asked=asked))
    (probe,) = found.probes
    assert dict(probe.served) == {"lazy_tool": ("served",)}
    assert dict(probe.denied) == {"lazy_tool": ("denied",)}
    assert found.surfaces[0].modules["lazy_tool"].open == "getattr"


def test_a_module_that_kills_its_process_says_nothing_and_the_others_are_read(server: Server, options: Options) -> None:
    files = {
        "bad/__init__.py": "",
        "bad/a_exit.py": "import os\nos._exit(3)\n",
        "bad/b_raise.py": "raise SystemExit(0)\n",
        "bad/c_missing.py": "import surely_not_installed_anywhere\n",
        "bad/d_good.py": "value = 1\nprint('noise')\n",
    }
    server.add("bad", "1.0", files)
    (probe,) = harvest("bad", options).probes
    assert probe.modules["bad.a_exit"] is None
    assert probe.modules["bad.b_raise"] is None
    assert probe.modules["bad.c_missing"] is None
    good = probe.modules["bad.d_good"]
    assert good is not None
    assert "value" in good


def test_an_import_that_hangs_is_ended(server: Server) -> None:
    server.add("slow", "1.0", {"slow.py": "import time\ntime.sleep(600)\n", "slower.py": "x = 1\n"})
    with Environment(HERE, "slow==1.0", address=server.address) as environment:
        probe = environment.probe("slow", "1.0", ["slow", "slower"], {}, 3.0)
    assert not any(probe.modules.values())


def test_what_was_read_is_not_read_again(server: Server, options: Options) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    first = harvest("tool", options)
    server.asked.clear()
    assert harvest("tool", options)[:-1] == first[:-1]
    assert server.asked == ["/simple/tool/"]


def test_a_wheel_that_is_not_what_was_promised_is_a_line_of_the_report(server: Server, options: Options) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    server.add("tool", "1.1", {"tool.py": "x = 2\n"})
    server.lies.add("tool-1.0-py3-none-any.whl")
    found = harvest("tool", options)
    assert [surface.version for surface in found.surfaces] == ["1.1"]
    assert found.problems == ("tool 1.0: tool-1.0-py3-none-any.whl has another SHA-256 than its listing says",)


def test_a_failure_of_one_distribution_stops_no_other(server: Server, options: Options, tmp_path: Path) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    server.files["broken-1.0-py3-none-any.whl"] = b"no zip"
    server.uploaded["broken-1.0-py3-none-any.whl"] = "2024-01-01"
    output = tmp_path / "names.idx"
    build(["missing", "broken", "tool"], options, str(output), 2)
    assert Index.open(str(output)).distributions == ("tool",)
    report = (tmp_path / "names.idx.report.txt").read_text()
    assert "missing: RegistryError: missing cannot be had: status 404" in report
    assert "broken 1.0: File is not a zip file" in report


def test_a_registry_that_is_busy_is_asked_again(server: Server) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    server.failing["/simple/tool/"] = 2
    (file,) = Registry(server.address).wheels("tool")
    assert file.version == "1.0"
    assert len(server.asked) == 3


def test_a_listing_that_is_no_json_is_one_clear_error(server: Server) -> None:
    with pytest.raises(RegistryError, match="status 404"):
        Registry(server.address).wheels("nothing")


def test_the_last_release_of_each_minor_is_taken_and_of_older_majors_the_last(server: Server) -> None:
    for version, day in (("0.8", "2017-01-01"), ("0.9", "2018-01-01"), ("1.0", "2019-01-01"), ("1.1.0", "2021-02-01")):
        server.add("tool", version, {"tool.py": ""}, day)
    for version, day in (("1.1.1", "2021-03-01"), ("2.0", "2022-01-01"), ("2.1rc1", "2022-02-01")):
        server.add("tool", version, {"tool.py": ""}, day)
    assert [release.version for release in choose(Registry(server.address).wheels("tool"))] == ["0.9", "1.1.1", "2.0"]


def test_names_to_ask_for_are_read_by_distribution_and_module(tmp_path: Path) -> None:
    path = tmp_path / "ask.jsonl"
    rows = [{"package": "a", "module": "a.b", "wrong": "X"}, {"package": "a", "module": "a.b", "wrong": "Y"}]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert read_asked(str(path)) == {"a": {"a.b": ("X", "Y")}}


def test_this_interpreter_is_found() -> None:
    assert find_pythons([sys.executable]) == [HERE]
    assert find_pythons(["/nowhere/python"]) == []
