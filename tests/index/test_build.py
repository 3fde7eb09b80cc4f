"""A whole build of an index: a registry on this machine, wheels made here, modules really imported."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.index import build as building
from prelaunch.index import sandbox
from prelaunch.index.build import build, read_asked
from prelaunch.index.harvest import Options, harvest
from prelaunch.index.probe import Environment, Python, find_pythons
from prelaunch.index.registry import Registry, RegistryError
from prelaunch.index.releases import choose
from prelaunch.index.store import Index
from prelaunch.index.unite import unite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HERE = Python(f"{sys.version_info[0]}.{sys.version_info[1]}", sys.executable)


def wheel(
    name: str, version: str, files: dict[str, str], tag: str = "py3-none-any", requires: str = ""
) -> tuple[str, bytes]:
    data = io.BytesIO()
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        needs = f"Requires-Dist: {requires}\n" if requires else ""
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}-{version}-{tag}.whl", data.getvalue()


class Server(ThreadingHTTPServer):
    """The simple API in JSON over wheels held in memory; `failing` says how often a path answers 503 first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.uploaded: dict[str, str] = {}
        self.failing: dict[str, int] = {}
        self.asked: list[str] = []
        self.lies: set[str] = set()
        self.yanked: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"

    def add(
        self,
        name: str,
        version: str,
        files: dict[str, str],
        uploaded: str = "2024-01-01",
        tag: str = "py3-none-any",
        requires: str = "",
    ) -> None:
        file, data = wheel(name, version, files, tag, requires)
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
                    "yanked": "it was broken" if file in self.server.yanked else False,
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


def test_a_package_that_says_that_a_name_was_removed_denies_it_and_one_that_lacks_something_does_not(
    server: Server, options: Options
) -> None:
    text = """
class OwnImportError(ImportError): pass
def __getattr__(name):
    if name == "own":
        raise OwnImportError("moved")
    if name == "told":
        raise ImportError("`told` has been removed since 2.0")
    if name == "gone":
        import shy.gone
    if name == "other":
        raise ImportError("other needs a library that is not installed")
    import surely_not_installed_anywhere
"""
    server.add("shy", "1.0", {"shy/__init__.py": text})
    asked = {"shy": {"shy": ("own", "told", "gone", "other", "further")}}
    (probe,) = harvest("shy", options._replace(asked=asked)).probes
    assert dict(probe.denied) == {"shy": ("gone", "own", "told")}
    assert dict(probe.served) == {"shy": ()}


def test_a_name_that_a_star_import_may_bring_is_asked_for(server: Server, options: Options) -> None:
    files = {
        "starry/__init__.py": "from .core import *\ndef __getattr__(name): raise AttributeError(name)\n",
        "starry/core.py": "from builtins import float\nkept = 1\n__all__ = []\n__all__ += (n for n in ('kept',))\n",
    }
    server.add("starry", "1.0", files)
    found = harvest("starry", options)
    history = unite(found.surfaces, found.probes).modules["starry"]
    assert history.denied == {"float": 1}
    assert history.names["kept", "i"] == 1


def test_the_release_that_lost_a_name_is_found_by_importing_those_between(server: Server, options: Options) -> None:
    text = """
def __getattr__(name):
    if name == "old" and {minor} < 4:
        return 1
    raise AttributeError(name)
"""
    for minor in range(9):
        server.add("lazy_tool", f"1.{minor}", {"lazy_tool.py": text.format(minor=minor)})
    found = harvest("lazy-tool", options._replace(asked={"lazy-tool": {"lazy_tool": ("old",)}}))
    assert [probe.version for probe in found.probes] == ["1.8", "1.0", "1.4", "1.2", "1.3"]
    history = unite(found.surfaces, found.probes).modules["lazy_tool"]
    assert history.denied["old"] == 0b111110000


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


def test_a_module_that_hangs_is_left_out_and_the_others_are_read(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "SILENCE", 3.0)
    files = {"slow/__init__.py": "", "slow/a.py": "x = 1\n", "slow/b.py": "import time\ntime.sleep(600)\n"}
    server.add("slow", "1.0", {**files, "slow/c.py": "y = 1\n"})
    with Environment(HERE, "slow==1.0", address=server.address) as environment:
        probe = environment.probe("slow", "1.0", ["slow", "slow.a", "slow.b", "slow.c"], {}, 60.0)
    assert probe.modules["slow.b"] is None
    assert "x" in (probe.modules["slow.a"] or ())
    assert "y" in (probe.modules["slow.c"] or ())


def test_what_was_imported_before_the_time_was_over_counts(server: Server) -> None:
    files = {f"slow/m{number}.py": "import time\ntime.sleep(1)\nx = 1\n" for number in range(30)}
    server.add("slow", "1.0", {"slow/__init__.py": "", **files})
    with Environment(HERE, "slow==1.0", address=server.address) as environment:
        probe = environment.probe("slow", "1.0", ["slow", *(f"slow.m{number}" for number in range(30))], {}, 6.0)
    assert "x" in (probe.modules["slow.m0"] or ())
    assert "slow.m29" not in probe.modules


def test_a_module_that_a_package_makes_itself_is_seen_and_open_in_every_release(
    server: Server, options: Options
) -> None:
    text = "import sys, types\nimport made.real\nsys.modules['made.alias'] = made.real\n"
    server.add("made", "1.0", {"made/__init__.py": text, "made/real.py": "x = 1\n"})
    found = harvest("made", options)
    assert found.probes[0].modules["made.alias"] is not None
    history = unite(found.surfaces, found.probes).modules["made.alias"]
    assert (history.present, history.closed) == (1, 0)


def test_foreign_code_sees_no_secret_and_no_network_and_leaves_no_process(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRELAUNCH_SECRET", "hunter2")
    left = tmp_path / "left"
    text = f"""
import os, socket, subprocess, sys
globals().update({{"env_" + name: 1 for name in os.environ}})
globals()["home_" + str(os.path.expanduser("~") == os.getcwd())] = 1
try:
    socket.create_connection(("127.0.0.1", {server.server_port}), 2)
    online = 1
except OSError:
    pass
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3); open({str(left)!r}, 'w')"], start_new_session=True)
"""
    server.add("spy", "1.0", {"spy.py": text})
    with Environment(HERE, "spy==1.0", address=server.address) as environment:
        names = environment.probe("spy", "1.0", ["spy"], {}).modules["spy"]
    assert names is not None
    assert {name for name in names if name.startswith("env_")} <= {
        f"env_{name}" for name in ("PATH", "HOME", "TMPDIR", "LC_ALL", "MPLBACKEND", "LC_CTYPE", "PWD")
    }
    assert "home_True" in names
    if "--pid" in sandbox.apart():
        assert "online" not in names
        time.sleep(4)
        assert not left.exists()


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


def test_wheels_that_are_too_large_are_a_line_of_the_report(
    server: Server, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    listed = [wheel._replace(size=200_000_000) for wheel in Registry(server.address).wheels("tool")]
    monkeypatch.setattr(Registry, "wheels", lambda *_: listed)
    found = harvest("tool", options._replace(probing=False))
    assert not found.surfaces
    assert found.problems == ("tool: 1 of 1 wheels left out, of more than 150 MB",)


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


class Deadly:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (1,)


def test_a_process_that_dies_is_a_line_of_the_report(options: Options) -> None:
    result = building.alone("tool", options._replace(asked={"tool": Deadly()}))  # type: ignore[dict-item]
    assert result.history is None
    assert result.problems == ("tool: the process that read it died",)


def test_a_long_build_writes_what_it_has_and_its_report_names_no_address(
    server: Server, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "WRITTEN_EVERY", -1.0)
    seen = []
    output = tmp_path / "names.idx"

    def tell(number: int, *_: object) -> None:
        seen.append((number, Index.open(str(output)).distributions if output.exists() else ()))

    monkeypatch.setattr(building, "_tell", tell)
    for name in ("one", "two"):
        server.add(name, "1.0", {f"{name}.py": "x = 1\n"})
    server.add("needy", "1.0", {"needy.py": ""})
    build(["one", "needy", "two"], options._replace(pythons=(HERE._replace(version="2.7"),)), str(output), 1)
    assert seen == [(1, ()), (2, ("one",)), (3, ("needy", "one"))]
    assert Index.open(str(output)).distributions == ("needy", "one", "two")
    report = (tmp_path / "names.idx.report.txt").read_text()
    assert report.startswith("3 distributions were asked for; ")
    building.write_report(str(output), "head", ["tool: no https://user:secret@index.example/simple/tool/ there"])
    assert (tmp_path / "names.idx.report.txt").read_text() == "head\ntool: no (address) there\n"


def test_a_distribution_without_a_module_is_a_line_of_the_report(
    server: Server, options: Options, tmp_path: Path
) -> None:
    server.add("types_tool", "1.0", {"tool-stubs/__init__.pyi": "x: int\n"})
    output = str(tmp_path / "names.idx")
    build(["types-tool"], options, output, 1)
    assert Index.open(output).distributions == ()
    assert "types-tool: nothing in it can be imported" in (tmp_path / "names.idx.report.txt").read_text()


def test_a_registry_that_is_busy_is_asked_again(server: Server) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    server.failing["/simple/tool/"] = 2
    (file,) = Registry(server.address).wheels("tool")
    assert file.version == "1.0"
    assert len(server.asked) == 3


def test_a_listing_that_is_no_json_is_one_clear_error(server: Server) -> None:
    with pytest.raises(RegistryError, match="status 404"):
        Registry(server.address).wheels("nothing")


def test_the_ends_of_each_minor_are_taken_and_of_older_majors_the_last_release(server: Server) -> None:
    for version, day in (("0.8", "2017-01-01"), ("0.9", "2018-01-01"), ("1.0", "2019-01-01"), ("1.1.0", "2021-02-01")):
        server.add("tool", version, {"tool.py": ""}, day)
    for version, day in (
        ("1.1.1", "2021-03-01"),
        ("1.1.2", "2021-04-01"),
        ("2.0", "2022-01-01"),
        ("2.1rc1", "2022-02-01"),
    ):
        server.add("tool", version, {"tool.py": ""}, day)
    taken = [release.version for release in choose(Registry(server.address).wheels("tool"))]
    assert taken == ["0.9", "1.1.0", "1.1.2", "2.0"]


def test_every_minor_is_taken_and_what_was_yanked_or_is_not_final_is_left_out(server: Server) -> None:
    for minor in range(90):
        server.add("tool", f"1.{minor}", {"tool.py": ""})
    server.add("tool", "1.90rc1", {"tool.py": ""})
    server.add("tool", "1.91", {"tool.py": ""})
    server.yanked.add("tool-1.91-py3-none-any.whl")
    assert [release.version for release in choose(Registry(server.address).wheels("tool"))] == [
        f"1.{minor}" for minor in range(90)
    ]


def test_a_distribution_that_has_only_pre_releases_is_taken_with_them(server: Server) -> None:
    for version in ("0.1b0", "0.2b0", "0.2b1"):
        server.add("tool", version, {"tool.py": ""})
    taken = [release.version for release in choose(Registry(server.address).wheels("tool"))]
    assert taken == ["0.1b0", "0.2b0", "0.2b1"]


def test_the_wheels_of_all_systems_and_the_pure_one_are_read_as_one(server: Server, options: Options) -> None:
    both = {"tool/__init__.py": "x = 1\n"}
    server.add("tool", "1.0", both)
    for tag, name in (
        ("cp311-cp311-manylinux_2_17_x86_64", "fast.so"),
        ("cp313-cp313-manylinux_2_17_x86_64", "faster.so"),
        ("cp313-cp313t-manylinux_2_17_x86_64", "free.so"),
        ("cp311-cp311-musllinux_1_2_x86_64", "small.so"),
        ("cp311-cp311-win_amd64", "registry.py"),
        ("cp311-cp311-macosx_11_0_arm64", "metal.py"),
    ):
        server.add("tool", "1.0", {**both, f"tool/{name}": ""}, tag=tag)
    (surface,) = harvest("tool", options._replace(probing=False)).surfaces
    assert sorted(surface.modules) == ["tool", "tool.faster", "tool.metal", "tool.registry"]


def test_names_to_ask_for_are_read_by_distribution_and_module(tmp_path: Path) -> None:
    path = tmp_path / "ask.jsonl"
    rows = [{"package": "a", "module": "a.b", "wrong": "X"}, {"package": "a", "module": "a.b", "wrong": "Y"}]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert read_asked(str(path)) == {"a": {"a.b": ("X", "Y")}}
    table = tmp_path / "ask.tsv"
    table.write_text("# package\tmodule\twrong\na\ta.b\tX\tmore\na\ta.b\tY\t\n")
    assert read_asked(str(table)) == {"a": {"a.b": ("X", "Y")}}


def test_this_interpreter_is_found() -> None:
    assert find_pythons([sys.executable]) == [HERE]
    assert find_pythons(["/nowhere/python"]) == []


def test_where_a_release_cannot_be_installed_the_one_before_it_is_imported(server: Server, options: Options) -> None:
    server.add("tool", "1.0", {"tool.py": "x = 1\n"})
    server.add("tool", "1.1", {"tool.py": "x = 1\n"}, requires="surely-not-there")
    found = harvest("tool", options)
    assert [probe.version for probe in found.probes] == ["1.0"]
    assert [problem[:26] for problem in found.problems] == ["tool 1.1 was not imported:"]


def test_a_module_that_asks_for_a_popular_distribution_is_imported_with_it(server: Server, options: Options) -> None:
    server.add("helper", "1.0", {"helper.py": "x = 1\n"})
    server.add("rare", "1.0", {"rare.py": "x = 1\n"})
    said = "try:\n    import helper\nexcept ImportError:\n    raise RuntimeError('helper is needed')\ny = 1\n"
    text = {"tool/__init__.py": "", "tool/a.py": said, "tool/b.py": "import rare\nz = 1\n"}
    server.add("tool", "1.0", text)
    assert len(harvest("tool", options).probes) == 1
    found = harvest("tool", options._replace(companions=frozenset({"helper", "tool"})))
    assert found.probes[0].modules["tool.a"] is None
    assert "y" in (found.probes[1].modules["tool.a"] or ())
    assert found.probes[1].modules["tool.b"] is None
    history = unite(found.surfaces, found.probes).modules
    assert (history["tool.a"].closed, history["tool.b"].closed) == (1, 0)


def test_what_could_not_be_installed_beside_a_release_is_said_and_tried_again(server: Server, options: Options) -> None:
    server.add("tool", "1.0", {"tool/__init__.py": "", "tool/a.py": "import helper\ny = 1\n"})
    with_helper = options._replace(companions=frozenset({"helper"}))
    found = harvest("tool", with_helper)
    assert len(found.probes) == 1
    assert [problem[:52] for problem in found.problems] == ["tool 1.0 was not imported with what it asks for: too"]
    server.add("helper", "1.0", {"helper.py": "x = 1\n"})
    assert "y" in (harvest("tool", with_helper).probes[1].modules["tool.a"] or ())


def test_what_is_kept_of_a_release_with_companions_is_for_these_and_for_what_was_asked(
    server: Server, options: Options
) -> None:
    server.add("tool", "1.0", {"tool/__init__.py": "", "tool/a.py": "import helper\ny = 1\n"})
    server.add("helper", "1.0", {"helper.py": "x = 1\n"})
    server.add("other", "1.0", {"other.py": "x = 1\n"})

    with_other, with_helper = (options._replace(companions=frozenset({name})) for name in ("other", "helper"))
    asking = with_helper._replace(asked={"tool": {"tool.a": ("w",)}})
    probes = [harvest("tool", each).probes[1] for each in (with_other, with_helper, asking)]
    assert "tool.a" not in probes[0].modules
    assert "y" in (probes[1].modules["tool.a"] or ())
    assert [each.denied for each in probes[1:]] == [{}, {"tool.a": ("w",)}]


def test_the_names_that_are_asked_for_have_three_columns_and_stand_once() -> None:
    with open(building.ASKED, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    assert {len(row) for row in rows} == {3}
    assert rows == sorted(map(list, set(map(tuple, rows))))
    assert "float" in read_asked(building.ASKED)["numpy"]["numpy"]
