"""Lists of arguments: the slot among the items, and what is general in all places that write commands so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Fragment, Piece, Source, Span
from prelaunch.places.arguments import image_program, read_arguments, runs_in_shell
from prelaunch.places.script import ScriptFacts, Setting
from prelaunch.places.substitution import Spot, put
from prelaunch.project import Project
from prelaunch.readers.yaml import read


def facts(text: str, program: str = "docker") -> ScriptFacts:
    source = Source("a.yaml", text)
    [document] = read(source)
    node = document.get("args") if document.kind == "mapping" else document
    assert node is not None
    setting = Setting("test")
    span = Span(0, len(text))
    return read_arguments(program, node.items, setting, Project("/nowhere"), source=source, span=span)


@pytest.mark.parametrize(
    ("program", "before", "after"),
    [
        ("docker", "args: [build, .]", 'args: [build, "--platform=linux/amd64", .]'),
        ("docker", "args: ['build', '.']", "args: ['build', '--platform=linux/amd64', '.']"),
        ("docker", 'args: ["build","."]', 'args: ["build", "--platform=linux/amd64","."]'),
        ("docker", "args: [ 'build' , '.' ]", "args: [ 'build', '--platform=linux/amd64' , '.' ]"),
        ("docker", "args: [\n  'build',\n  '.'\n]", "args: [\n  'build', '--platform=linux/amd64',\n  '.'\n]"),
        ("docker", "args:\n- build\n- .\n", "args:\n- build\n- --platform=linux/amd64\n- .\n"),
        ("docker", "args:\r\n  - 'build'\r\n  - .", "args:\r\n  - 'build'\r\n  - '--platform=linux/amd64'\r\n  - ."),
        ("docker", "args:\n- build # it\n- .", "args:\n- build # it\n- --platform=linux/amd64\n- ."),
        (
            "",
            "args:\n-  docker\n-  buildx\n-  build\n-  .",
            "args:\n-  docker\n-  buildx\n-  build\n-  --platform=linux/amd64\n-  .",
        ),
        ("/kaniko/executor", "args: ['-d', x]", "args: ['--custom-platform=linux/amd64', '-d', x]"),
        ("/kaniko/executor", "args:\n  - -d\n  - x", "args:\n  - --custom-platform=linux/amd64\n  - -d\n  - x"),
        ("/kaniko/executor", 'args:\n  - "-d=x"\n', 'args:\n  - "--custom-platform=linux/amd64"\n  - "-d=x"\n'),
    ],
)
def test_a_platform_is_written_as_one_more_item(program: str, before: str, after: str) -> None:
    [build] = facts(before, program).builds
    assert build.state == "missing"
    assert build.slot is not None
    slot = build.slot
    assert before[: slot.span.start] + slot.spell(("linux/amd64",)) + before[slot.span.stop :] == after
    [mended] = facts(after, program).builds
    assert (mended.state, mended.platforms, mended.slot) == ("explicit", ("linux/amd64",), None)


@pytest.mark.parametrize(
    "text",
    [
        "args:\n- &a build\n- .",
        "args:\n- >-\n  build\n- .",
        "args:\n- !x build\n- .",
        "x: &b build\nargs: [*b, .]",
        "args:\n- ? x\n- build\n- .",
    ],
)
def test_there_is_no_slot_where_an_item_is_more_than_a_word(text: str) -> None:
    for build in facts(text).builds:
        assert build.slot is None or text[: build.slot.span.start].endswith("build")


@pytest.mark.parametrize(
    ("image", "program"),
    [
        ("docker", "docker"),
        ("docker:27.1-dind", "docker"),
        ("localhost:5000/docker", "docker"),
        ("a/b/podman@sha256:0", "podman"),
        ("gcr.io/kaniko-project/executor:v1", "/kaniko/executor"),
        ("ghcr.io/x/kaniko-executor", "/kaniko/executor"),
        ("localhost:5000/executor:latest", "executor"),
        ("executor", ""),
        ("alpine", ""),
        ("quay.io/buildah/stable", ""),
        ("gcr.io/kaniko-project/warmer", ""),
        ("", ""),
    ],
)
def test_an_image_tells_its_program(image: str, program: str) -> None:
    assert image_program(image) == program


@pytest.mark.parametrize(
    ("program", "args", "expected"),
    [
        ("", "['sh', '-c', 'docker build . && docker push a']", [("docker-build", True)]),
        ("", "['/busybox/sh', '-ec', '/kaniko/executor -d a']", [("kaniko", True)]),
        ("", "['bash', '-euo', 'pipefail', '-c', 'docker build .']", [("docker-build", False)]),
        ("bash", "['-c', 'docker build .']", [("docker-build", False)]),
        ("", "['bash', 'docker', 'build', '.']", []),
        ("", "['sudo', 'docker', 'build', '.']", [("docker-build", False)]),
        ("", "['echo', 'docker', 'build', '.']", []),
        ("", "['docker build .']", []),
        ("executor", "['--context=dir://x']", []),
        ("executor", "['--destination=x']", [("kaniko", True)]),
        ("/kaniko/executor", "['--destination=x', '--no-push']", [("kaniko", False)]),
    ],
)
def test_a_list_is_a_command_line(program: str, args: str, expected: list[tuple[str, bool]]) -> None:
    assert [(build.tool, build.published) for build in facts(f"args: {args}", program).builds] == expected


@pytest.mark.parametrize(
    ("script", "shell"),
    [
        ("docker build .", True),
        ("#!/bin/sh\n", True),
        ("#!/usr/bin/env -S bash -e\n", True),
        ("#! /usr/bin/env FOO=1 zsh", True),
        ("#!/usr/bin/python3\n", False),
        ("#!", False),
    ],
)
def test_the_first_line_says_who_reads_a_script(script: str, shell: bool) -> None:
    assert runs_in_shell(script) is shell


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.text(max_size=3)), max_size=6), st.integers(1, 7))
def test_substitution_keeps_the_map_of_all_that_stays(spots: list[tuple[int, int, str]], size: int) -> None:
    text = "abcdefghijklmnopqrstuvwxyz0123456789"
    source = Source("a", text)
    pieces = tuple(Piece(text[at : at + size], at, at + len(text[at : at + size])) for at in range(0, len(text), size))
    chosen: list[Spot] = []
    for start, length, put_in in sorted(spots):
        if not chosen or start >= chosen[-1].stop:
            chosen.append(Spot(start, start + length, put_in))
    result = put(Fragment(source, pieces), chosen)
    expected, done = "", 0
    for spot in chosen:
        expected += text[done : spot.start] + spot.text
        done = spot.stop
    assert result.text == expected + text[done:]
    for piece in result.pieces:
        if piece.literal:
            assert text[piece.start : piece.stop] == piece.text
