"""Terraform to builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places.terraform import builds
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

MISSING = ("missing", ())
AMD64 = ("explicit", ("linux/amd64",))


def read(text: str, root: str = ".", path: str = "main.tf") -> list[Build]:
    return builds(Source(path, text), Project(root))


def states(text: str, root: str = ".") -> list[tuple[str, tuple[str, ...]]]:
    return [(b.state, b.platforms) for b in read(text, root)]


def image(platform: str, rest: str = "") -> str:
    return f'resource "docker_image" "x" {{\n  name = "r/x"\n  build {{\n    context = "."\n{platform}  }}\n}}\n{rest}'


@pytest.mark.parametrize(
    ("platform", "rest", "expected"),
    [
        ("", "", MISSING),
        ('    platform = "linux/amd64"\n', "", AMD64),
        ("    platform = null\n", "", MISSING),
        ('    platform = ""\n', "", MISSING),
        ("    platform = var.p\n", 'variable "p" {\n  default = "linux/amd64"\n}\n', AMD64),
        ("    platform = var.p\n", 'variable "p" {}\n', ("delegated", ())),
        ("    platform = var.p\n", 'variable "p" {\n  default = null\n}\n', MISSING),
        ("    platform = local.p\n", 'locals {\n  p = "linux/${local.a}"\n  a = "amd64"\n}\n', AMD64),
        ("    platform = module.x.p\n", "", ("explicit", ())),
        ("    platform = local.p\n", "locals {\n  p = local.p\n}\n", ("explicit", ())),
    ],
)
def test_a_docker_image(platform: str, rest: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert states(image(platform, rest)) == [expected]


def test_a_variable_of_another_file_of_the_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text('variable "p" {\n  default = "linux/amd64"\n}\n')
    (tmp_path / "broken.tf").write_text('variable "p" {\n')
    assert states(image("    platform = var.p\n"), str(tmp_path)) == [AMD64]


@pytest.mark.parametrize(
    "text",
    [
        'resource "docker_image" "x" {\n  name = "nginx"\n}\n',
        'data "docker_image" "x" {\n  build {}\n}\n',
        'resource "null_resource" "x" {\n  provisioner "remote-exec" {\n    inline = ["docker build ."]\n  }\n}\n',
        "# docker build .\n",
    ],
)
def test_what_only_looks_like_a_build_is_none(text: str) -> None:
    assert states(text) == []


def test_a_registry_image_publishes() -> None:
    pushed = 'resource "docker_registry_image" "x" {\n  name = docker_image.x.name\n}\n'
    assert [b.published for b in read(image("", pushed))] == [True]
    assert [b.published for b in read(image("", pushed.replace("image.x.", "image.y.")))] == [False]


def test_a_platform_is_written_into_the_build_block() -> None:
    text = image("").replace("\n", "\r\n")
    (build,) = read(text)
    assert build.slot is not None
    at = build.slot.span.start
    fixed = text[:at] + build.slot.spell(("linux/amd64",)) + text[at:]
    assert '  build {\r\n    platform = "linux/amd64"\r\n    context' in fixed
    assert states(fixed) == [AMD64]


def test_a_block_on_one_line_gets_none() -> None:
    (build,) = read('resource "docker_image" "x" {\n  build { context = "." }\n}\n')
    assert (build.state, build.slot) == ("missing", None)


def command(value: str, rest: str = "") -> str:
    return f'resource "null_resource" "x" {{\n  provisioner "local-exec" {{\n    command = {value}\n{rest}  }}\n}}\n'


@pytest.mark.parametrize(
    ("value", "rest", "expected"),
    [
        ('"docker build ."', "", [MISSING]),
        ('"docker build --platform ${var.p} ."', "", [("explicit", ())]),
        ('"docker build \\"--platform\\" linux/amd64 ."', "", [AMD64]),
        ("<<EOT\ndocker build \\\n  --platform linux/amd64 .\nEOT\n", "", [AMD64]),
        ("<<-EOT\n      docker build $${X} .\n    EOT\n", "", [MISSING]),
        ('"docker build ."', '    environment = { DOCKER_DEFAULT_PLATFORM = "linux/amd64" }\n', [AMD64]),
        ('"docker build ."', '    interpreter = ["python3", "-c"]\n', []),
        ('"docker build ."', '    interpreter = ["/bin/bash", "-c"]\n', [MISSING]),
        ('"docker build `\\n --platform linux/amd64 ."', '    interpreter = ["PowerShell", "-Command"]\n', [AMD64]),
        ("local.c", "", []),
        ('"echo docker build ."', "", []),
    ],
)
def test_a_local_command(value: str, rest: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(command(value, rest)) == expected


def test_a_platform_is_written_into_a_command() -> None:
    text = command('"cd ${path.module} && docker build ."')
    (build,) = read(text)
    assert build.slot is not None
    at = build.slot.span.start
    assert states(text[:at] + build.slot.spell(("linux/amd64",)) + text[at:]) == [AMD64]


WORDS = ['resource "docker_image" "x" {', "build {", "}", "\n", "platform = ", '"a"', "var.p", "${", "<<E\n", "\nE\n",
         '"', "\\", 'provisioner "local-exec" {', "command = "]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map("".join)))
def test_any_text_is_read_or_said_to_be_no_hcl(text: str) -> None:
    try:
        found = read(text)
    except UnreadableError:
        return
    assert all(0 <= build.span.start <= build.span.stop <= len(text) for build in found)
