"""Tables of commands: `pyproject.toml` and its like, `tox.ini`."""

from __future__ import annotations

from contextlib import suppress
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places import task_tables, tox
from prelaunch.project import Project, UnreadableError


def read(path: str, text: str) -> list[Build]:
    place = tox if path.endswith(".ini") else task_tables
    source = Source(path, text)
    found: list[Build] = place.builds(source, Project("/nowhere"))
    for build in found:
        assert 0 <= build.span.start <= build.span.stop <= len(text)
        assert build.slot is None or 0 <= build.slot.span.start <= build.slot.span.stop <= len(text)
    return found


@pytest.mark.parametrize(
    ("path", "text", "states"),
    [
        ("pyproject.toml", '[tool.poe.tasks]\nimage = "docker build -t a ."\n', ["missing"]),
        ("pyproject.toml", '[tool.poe.tasks.image]\ncmd = "docker build --platform linux/amd64 ."\n', ["explicit"]),
        ("pyproject.toml", '[tool.poe.tasks]\nimage = {shell = "cd x && docker build ."}\n', ["missing"]),
        ("pyproject.toml", '[tool.poe.tasks]\nimage = {cmd = "true", help = "docker build ."}\n', []),
        ("pyproject.toml", '[tool.poe.tasks]\nall.sequence = ["x", {cmd = "docker build ."}]\n', ["missing"]),
        ("pyproject.toml", '[tool.pdm.scripts]\na = {cmd = ["docker", "build", "."]}\nb.shell = "true"\n', ["missing"]),
        (
            "pyproject.toml",
            '[tool.pdm.scripts]\na.composite = ["docker build {args} .", "docker push a"]\n',
            ["delegated"],
        ),
        (
            "pyproject.toml",
            '[tool.hatch.envs.ci.scripts]\nimage = ["docker build {args:.} -t a .", "x"]\n',
            ["delegated"],
        ),
        ("pyproject.toml", '[tool.taskipy.tasks]\nimage = { cmd = "docker build .", help = "x" }\n', ["missing"]),
        (
            "pyproject.toml",
            '[tool.rye.scripts]\na = { cmd = ["docker", "build", "."] }\nb = { chain = ["a"] }\n',
            ["missing"],
        ),
        ("pyproject.toml", '[tool.pixi.tasks]\na = { cmd = "docker build .", depends-on = ["b"] }\n', ["missing"]),
        ("pyproject.toml", '[tool.pixi.feature.x.tasks]\na = "docker build ."\n', ["missing"]),
        ("pyproject.toml", '[project]\ndescription = "docker build ."\n[tool.black]\nx = "docker build ."\n', []),
        ("pyproject.toml", '[tool.poe.tasks]\na = """\ndocker build \\\n  -t a .\n"""\n', ["missing"]),
        ("hatch.toml", '[envs.default.scripts]\na = "docker build ."\n', ["missing"]),
        ("pixi.toml", '[tasks]\na = "docker build ."\n', ["missing"]),
        (
            ".mise.toml",
            '[tasks.image]\nrun = ["docker build .", "docker push a"]\ndescription = "docker build ."\n',
            ["missing"],
        ),
        ("mise.toml", "[tasks]\nimage = \"docker build {{arg(name='x')}} .\"\n", ["delegated"]),
        ("Makefile.toml", '[tasks.image]\ncommand = "docker"\nargs = ["build", "."]\n', ["missing"]),
        ("Makefile.toml", "[tasks.image]\nscript = '''\ndocker build .\n'''\n", ["missing"]),
        ("Makefile.toml", '[tasks.image]\nscript = ["docker build .", "x"]\n', ["missing"]),
        (
            "Makefile.toml",
            '[tasks.image]\nscript_runner = "@rust"\nscript = "#!/usr/bin/env python\\ndocker build ."\n',
            [],
        ),
        ("tox.ini", "[testenv:image]\ncommands = docker build -t a .\n", ["missing"]),
        (
            "tox.ini",
            "[testenv:image]\ncommands =\n    - docker build \\\n      -t a .\n    docker push a\n",
            ["missing"],
        ),
        (
            "tox.ini",
            "[testenv]\nsetenv =\n    DOCKER_DEFAULT_PLATFORM = linux/amd64\n[testenv:i]\ncommands=docker build .\n",
            ["explicit"],
        ),
        ("tox.ini", "[testenv:image]\ncommands_pre = docker build {posargs} .\n", ["delegated"]),
        ("tox.ini", "[testenv]\ncommands =\n    docker: docker build .\n    # docker build .\n", ["missing"]),
        ("tox.ini", "[tox]\nenvlist = a\n[flake8]\ncommands = docker build .\n", []),
    ],
)
def test_the_commands_of_a_table_are_read(path: str, text: str, states: list[str]) -> None:
    assert [build.state for build in read(path, text)] == states


@pytest.mark.parametrize(
    ("path", "text", "mended"),
    [
        (
            "pyproject.toml",
            '[tool.poe.tasks]\na = "docker build -t a ."\n',
            "docker build --platform linux/amd64 -t a .",
        ),
        ("pyproject.toml", "[tool.poe.tasks]\na = 'docker build \\q .'\n", "docker build --platform linux/amd64 \\q ."),
        ("tox.ini", "[testenv:a]\ncommands = docker build .\r\n", "docker build --platform linux/amd64 ."),
    ],
)
def test_a_slot_is_inside_the_command(path: str, text: str, mended: str) -> None:
    [build] = read(path, text)
    assert build.slot is not None
    span = build.slot.span
    after = text[: span.start] + build.slot.spell(("linux/amd64",)) + text[span.stop :]
    assert mended in after
    [build] = read(path, after)
    assert (build.state, build.platforms, build.slot) == ("explicit", ("linux/amd64",), None)


def test_what_one_task_pushes_is_published() -> None:
    text = (
        '[tool.poe.tasks]\nimage = "docker build -t x/a ."\npush = "docker push x/a"\nother = "docker build -t b ."\n'
    )
    assert [(build.images, build.published) for build in read("pyproject.toml", text)] == [
        (("x/a",), True),
        (("b",), False),
    ]


def test_a_place_is_the_text_of_the_command() -> None:
    text = dedent("""\
        [tool.poe.tasks]
        a = "true && docker build ."
        """)
    [build] = read("pyproject.toml", text)
    assert text[build.span.start : build.span.stop] == "docker build ."


_PARTS = [
    "[testenv]\n",
    "[tool.poe.tasks]\n",
    "a = ",
    "commands = ",
    "docker build . ",
    '"',
    "\n",
    "    ",
    "\\\n",
    "{posargs}",
    "=",
    "[",
    "]",
]


@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=4), max_size=20).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    read("tox.ini", text)
    with suppress(UnreadableError):
        read("pyproject.toml", text)
