"""Justfiles to builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places.justfile import builds
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path

MISSING = ("missing", ())
AMD64 = ("explicit", ("linux/amd64",))


def read(text: str, root: str = ".") -> list[Build]:
    return builds(Source("justfile", text), Project(root))


def states(text: str, root: str = ".") -> list[tuple[str, tuple[str, ...]]]:
    return [(b.state, b.platforms) for b in read(text, root)]


@pytest.mark.parametrize(
    ("head", "line", "expected"),
    [
        ("", "docker build .", [MISSING]),
        ("", "@docker build .", [MISSING]),
        ("", "-docker build .", [MISSING]),
        ("", "docker build \\\n      --platform linux/amd64 .", [AMD64]),
        ("p := 'linux/amd64'", "docker build --platform {{p}} .", [AMD64]),
        ('p := "linux/" + "amd64"', "docker build --platform={{ p }} .", [AMD64]),
        ('p := "linux" / "amd64"', "docker build --platform={{ p }} .", [AMD64]),
        ('p := env("P", "linux/amd64")', "docker build --platform={{ p }} .", [AMD64]),
        ('p := env_var_or_default("P", "linux/amd64")', "docker build --platform={{ p }} .", [AMD64]),
        ('p := env("P")', "docker build --platform={{ p }} .", [("delegated", ())]),
        ("p := `uname -m`", "docker build --platform=linux/{{ p }} .", [("explicit", ())]),
        ("", 'docker build --platform "linux/{{arch()}}" .', [("explicit", ())]),
        ('a := ""', "docker build {{a}} .", [MISSING]),
        ('a := "--platform linux/amd64"', "docker build {{a}} .", [AMD64]),
        ('a := if os() == "macos" { "--platform linux/amd64" } else { "" }', "docker build {{a}} .",
         [("unknown", ("linux/amd64",))]),
        ('x := "a"\na := if x == "a" { "--platform linux/amd64" } else { "" }', "docker build {{a}} .", [AMD64]),
        ('export DOCKER_DEFAULT_PLATFORM := "linux/amd64"', "docker build .", [AMD64]),
        ('DOCKER_DEFAULT_PLATFORM := "linux/amd64"', "docker build .", [MISSING]),
        ('set export\nDOCKER_DEFAULT_PLATFORM := "linux/amd64"', "docker build .", [AMD64]),
        ('set shell := ["pwsh", "-c"]', "docker build `\n     --platform linux/amd64 .", [MISSING]),
        ("a := b\nb := a", "docker build --platform {{a}} .", [("explicit", ())]),
        ("", "docker build --platform {{nowhere}} .", [("explicit", ())]),
        ("", "podman build -t '{{{{x}}' .", [MISSING]),
        ("", "echo docker build .", []),
        ("", "# docker build .", []),
        ("# docker build .\nx := 'docker build .'", "just build", []),
    ],
)  # fmt: skip
def test_lines(head: str, line: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(f"{head}\n\nbuild:\n    {line}\n") == expected


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        ("build p='linux/amd64':", "docker build --platform {{p}} .", [AMD64]),
        ('@build tag="a b" p=("linux" / "amd64"): other', "docker build --platform {{p}} .", [AMD64]),
        ("build p:", "docker build --platform {{p}} .", [("delegated", ())]),
        ("build p = 'linux/amd64' +rest:", "docker build --platform {{p}} {{rest}} .", [AMD64]),
        ("build *args:", "docker build {{args}} .", [("delegated", ())]),
        ("build $DOCKER_DEFAULT_PLATFORM='linux/amd64':", "docker build .", [AMD64]),
        ("build:", 'docker build "$@"', [("delegated", ())]),
    ],
)
def test_parameters(header: str, line: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(f"{header}\n  {line}\n") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("#!/usr/bin/env bash\n  P=linux/amd64\n  docker build --platform $P .", [AMD64]),
        ("#!/usr/bin/env python3\n  docker build .", []),
        ("P=linux/amd64\n  docker build --platform=$P .", [MISSING]),
    ],
)
def test_a_recipe_with_a_shebang_is_one_script_and_other_lines_are_apart(
    body: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert states(f"build:\n  {body}\n") == expected


def test_a_recipe_that_needs_a_build_and_pushes_publishes_it() -> None:
    text = "build:\n  docker build -t x .\n\npush: build\n  docker push x\n\nother:\n  docker build -t y .\n"
    assert [build.published for build in read(text)] == [True, False]


def test_a_platform_is_written_behind_the_subcommand() -> None:
    text = "t := 'x'\nbuild:\r\n\t@docker build -t {{t}} .\r\n"
    (build,) = read(text)
    assert build.slot is not None
    at = build.slot.span.start
    fixed = text[:at] + build.slot.spell(("linux/amd64",)) + text[at:]
    assert "@docker build --platform linux/amd64 -t {{t}} ." in fixed
    assert states(fixed) == [AMD64]


def test_an_imported_file_gives_variables_and_keeps_its_recipes(tmp_path: Path) -> None:
    (tmp_path / "vars.just").write_text("p := 'linux/amd64'\nx:\n  docker build .\n")
    text = "import 'vars.just'\nimport? 'gone.just'\nbuild:\n  docker build --platform {{p}} .\n"
    assert states(text, str(tmp_path)) == [AMD64]


WORDS = ["build:", "\n", "  ", "docker build ", "{{", "}}", "x := ", "'", '"', "`", "if ", "{", "}", " else ", "(", ")",
         "+", "#!/bin/sh", "\\", "export ", "set shell := ", "import 'justfile'", "*a", "=", "[x]", "x"]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map("".join)))
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    for build in read(text):
        assert 0 <= build.span.start <= build.span.stop <= len(text)


@pytest.mark.parametrize("word", ["{{x}} docker build ", "x := (", "a: b\n  docker build .\n", "x := '\n", "if "])
def test_a_huge_text_takes_linear_time(word: str) -> None:
    read(word * 3_000)
    read("x:\n  docker " + word.replace("\n", " ") * 3_000)
