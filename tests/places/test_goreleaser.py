from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Build, Source
from prelaunch.places.goreleaser import builds
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, root: str = "/nowhere") -> list[Build]:
    return builds(Source(".goreleaser.yaml", dedent(text)), Project(root))


def only(text: str) -> Build:
    [build] = read(text)
    return build


@pytest.mark.parametrize(
    ("entry", "state", "platforms"),
    [
        ("image_templates: [a]", "missing", ()),
        ("goarch: arm64", "missing", ()),
        ("{goos: linux, goarch: amd64, use: buildx}", "missing", ()),
        ("build_flag_templates: ['--pull', '--platform=linux/amd64']", "explicit", ("linux/amd64",)),
        ("build_flag_templates: ['--platform', 'linux/amd64']", "explicit", ("linux/amd64",)),
        ("{goarch: arm64, build_flag_templates: ['--platform={{ .Os }}/{{.Arch}}']}", "explicit", ("linux/arm64",)),
        ("build_flag_templates: ['--platform={{ .Env.PLATFORM }}']", "explicit", ()),
        ("build_flag_templates: ['--label=x=--platform=linux/amd64']", "missing", ()),
        ("{use: podman, build_flag_templates: ['--arch=arm64']}", "explicit", ("linux/arm64",)),
        ("build_flag_templates: []", "missing", ()),
        ("build_flag_templates:", "missing", ()),
    ],
)
def test_dockers_name_a_platform_by_a_flag_only(entry: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(f"dockers:\n- {entry}\n")
    assert (build.tool, build.form) == ("goreleaser-dockers-v1", "goreleaser")
    assert (build.state, build.platforms, build.slot) == (state, platforms, None)


@pytest.mark.parametrize(
    ("text", "tool", "state", "platforms"),
    [
        ("dockers_v2:\n- images: [a]\n", "goreleaser-dockers-v2", "default", ("linux/amd64", "linux/arm64")),
        ("dockers_v2:\n- platforms: [linux/amd64]\n", "goreleaser-dockers-v2", "explicit", ("linux/amd64",)),
        ("kos:\n- repositories: [a]\n", "goreleaser-kos", "default", ("linux/amd64",)),
        ("kos:\n- platforms:\n  - linux/arm64\n", "goreleaser-kos", "explicit", ("linux/arm64",)),
        ("kos:\n- platforms: ['{{ .Env.P }}']\n", "goreleaser-kos", "explicit", ()),
    ],
)
def test_the_newer_kinds_have_a_default(text: str, tool: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(text)
    assert (build.tool, build.state, build.platforms) == (tool, state, platforms)


def test_every_entry_is_a_build_from_its_first_key_to_its_last(tmp_path: Path) -> None:
    (tmp_path / "app.Dockerfile").write_text("FROM scratch\n")
    text = """\
        builds:
        - goos: [linux]
        dockers:
          - id: one
            dockerfile: app.Dockerfile
            image_templates:
            - "ghcr.io/a/b:{{ .Tag }}-amd64"
            skip_push: true
          - id: two
            image_templates: ["a/b"]
            skip_push: auto
        docker_manifests:
        - name_template: a/b
          image_templates: ["a/b"]
        """
    found = read(text, str(tmp_path))
    lines = [(b.source.position(b.span.start)[0], b.source.position(b.span.stop)[0]) for b in found]
    assert lines == [(4, 8), (9, 11)]
    assert [build.published for build in found] == [False, True]
    assert [build.images for build in found] == [("ghcr.io/a/b:…-amd64",), ("a/b",)]
    assert [build.dockerfile for build in found] == ["app.Dockerfile", None]


def test_the_environment_of_the_release_may_name_the_platform() -> None:
    text = "env:\n- X=1\n- DOCKER_DEFAULT_PLATFORM=linux/amd64\ndockers:\n- id: a\n"
    assert (only(text).state, only(text).platforms) == ("explicit", ("linux/amd64",))


@pytest.mark.parametrize("text", ["", "dockers:", "dockers: x", "dockers: [a]", "- dockers", "kos: [{disable: true}]"])
def test_what_is_no_entry_builds_nothing(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("dockers:\n- build_flag_templates: ['--build-arg=ARCH=linux/arm64']\n", (("ARCH", "linux/arm64"),)),
        ("dockers:\n- build_flag_templates: ['--build-arg', 'ARCH=arm64', '--pull']\n", (("ARCH", "arm64"),)),
        ("dockers:\n- {goarch: arm64, build_flag_templates: ['--build-arg=A={{ .Arch }}']}\n", (("A", "arm64"),)),
        ("dockers:\n- build_flag_templates: ['--build-arg=V={{ .Version }}']\n", (("V", None),)),
        ("dockers_v2:\n- build_args: {ARCH: arm64, V: '{{ .Version }}'}\n", (("ARCH", "arm64"), ("V", None))),
        ("dockers:\n- build_flag_templates: ['--pull']\n", ()),
    ],
)
def test_the_arguments_of_a_build_are_known(text: str, arguments: tuple[tuple[str, str | None], ...]) -> None:
    assert only(text).arguments == arguments
