"""The platforms of a cluster, out of what kubectl prints."""

from __future__ import annotations

import io
import json
import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch import CannotRunError
from prelaunch.start import targets

if TYPE_CHECKING:
    from pathlib import Path


def node(name: str, architecture: str, *, system: str = "linux", taint: str = "", cordoned: bool = False) -> object:
    spec = {"taints": [{"key": taint, "effect": "NoSchedule"}] if taint else None, "unschedulable": cordoned}
    info = {"operatingSystem": system, "architecture": architecture, "kernelVersion": "6.1"}
    return {"kind": "Node", "metadata": {"name": name}, "spec": spec, "status": {"nodeInfo": info}}


def listed(*nodes: object) -> bytes:
    return json.dumps({"kind": "List", "items": list(nodes)}).encode()


CONTROL = "node-role.kubernetes.io/control-plane"


@pytest.mark.parametrize(
    ("nodes", "platforms"),
    [
        ([node("a", "amd64")], ["linux/amd64"]),
        ([node("a", "arm64"), node("b", "amd64"), node("c", "amd64")], ["linux/amd64", "linux/arm64"]),
        ([node("a", "arm64"), node("b", "amd64", taint=CONTROL)], ["linux/arm64"]),
        ([node("a", "arm64"), node("b", "amd64", taint="node-role.kubernetes.io/master")], ["linux/arm64"]),
        ([node("a", "amd64", taint="dedicated")], ["linux/amd64"]),
        ([node("a", "arm64"), node("b", "amd64", cordoned=True)], ["linux/arm64"]),
        ([node("only", "amd64", taint=CONTROL)], ["linux/amd64"]),
        ([node("a", "arm")], ["linux/arm/v7"]),
        ([node("a", "amd64"), node("w", "amd64", system="windows")], ["linux/amd64", "windows/amd64"]),
    ],
)
def test_the_nodes_that_take_workloads_are_counted(nodes: list[object], platforms: list[str]) -> None:
    assert targets.platforms_of(targets.parse(listed(*nodes), "x")) == platforms


def test_one_node_by_itself_is_read_too() -> None:
    assert targets.platforms_of(targets.parse(json.dumps(node("a", "arm64")).encode(), "x")) == ["linux/arm64"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"NAME STATUS", "nodes.json: is not JSON"),
        (b"\xff", "nodes.json: is not JSON"),
        (b"[" * 100_000, "nodes.json: is not JSON"),
        (b"[]", "nodes.json: lists no nodes"),
        (b'{"items": {}}', "nodes.json: lists no nodes"),
        (b'{"items": []}', "nodes.json: names no node with a platform"),
        (b'{"items": [{"status": {"nodeInfo": {"architecture": 1}}}]}', "nodes.json: names no node with a platform"),
    ],
)
def test_what_is_no_list_of_nodes_is_named_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(CannotRunError, match=message):
        targets.parse(data, "nodes.json")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["items", "status", "nodeInfo", "architecture", "spec", "taints"]), inner)
    ),
)


@settings(deadline=None)
@given(_JSON)
def test_any_json_is_nodes_or_one_line(document: object) -> None:
    try:
        nodes = targets.parse(json.dumps(document).encode(), "x")
    except CannotRunError:
        return
    assert targets.platforms_of(nodes)


def _kubectl(folder: Path, script: str) -> None:
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_kubectl_is_asked_for_the_nodes_of_the_context(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nodes.json").write_bytes(listed(node("a", "amd64"), node("b", "amd64"), node("c", "arm64")))
    _kubectl(tmp_path, f'echo "$@" > {tmp_path}/said; cat {tmp_path}/nodes.json')
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    assert targets.run(Namespace(file=None, context="blue", format="text")) == 0
    assert (tmp_path / "said").read_text() == "--context blue get nodes -o json\n"
    assert capsys.readouterr().out.splitlines() == [
        "linux/amd64    2 nodes  a, b",
        "linux/arm64     1 node  c",
        "",
        'platforms = ["linux/amd64", "linux/arm64"]',
    ]


def test_a_kubectl_that_fails_hangs_or_is_not_there_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    _kubectl(tmp_path, "echo first >&2; echo 'the server was refused' >&2; exit 1")
    with pytest.raises(CannotRunError, match=r"^kubectl failed: the server was refused$"):
        targets.ask()
    monkeypatch.setattr(targets, "TIMEOUT", 0.2)
    _kubectl(tmp_path, "exec sleep 20")
    with pytest.raises(CannotRunError, match="did not answer within"):
        targets.ask()
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(CannotRunError, match="kubectl is not on PATH"):
        targets.ask()


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("toml", 'platforms = ["linux/arm64"]\n'),
        ("json", '{\n  "platforms": [\n    "linux/arm64"\n  ],\n  "nodes": ['),
    ],
)
def test_the_nodes_may_come_by_standard_input(
    form: str, printed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(listed(node("a", "arm64")))))
    assert targets.run(Namespace(file="-", context=None, format=form)) == 0
    assert capsys.readouterr().out.startswith(printed)
