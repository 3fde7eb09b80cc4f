from __future__ import annotations

from textwrap import dedent

import pytest

from prelaunch.model import Build, Platform, Retag, Source
from prelaunch.places.cloudbuild import builds
from prelaunch.project import Project, UnreadableError

DOCKER = "gcr.io/cloud-builders/docker"


def read(text: str, path: str = "cloudbuild.yaml") -> list[Build]:
    found = builds(Source(path, dedent(text)), Project("/nowhere"))
    return [build for build in found if not isinstance(build, Retag)]


def only(text: str) -> Build:
    [build] = read(text)
    return build


def facts(text: str) -> list[tuple[int, int, str, str, tuple[str, ...]]]:
    return [
        (b.source.position(b.span.start)[0], b.source.position(b.span.stop)[0], b.tool, b.state, b.platforms)
        for b in read(text)
    ]


def step(args: str, name: str = DOCKER, more: str = "") -> str:
    return f"steps:\n- name: {name}\n  args: {args}\n{more}"


@pytest.mark.parametrize(
    ("args", "tool", "state", "platforms"),
    [
        ("['build', '-t', 'a', '.']", "docker-build", "missing", ()),
        ("[build, -t, a, .]", "docker-build", "missing", ()),
        ('["build", "--platform", "linux/amd64", "."]', "docker-build", "explicit", ("linux/amd64",)),
        ("['build', '--platform=linux/amd64', '.']", "docker-build", "explicit", ("linux/amd64",)),
        ("\n  - build\n  - --platform=linux/arm64\n  - .", "docker-build", "explicit", ("linux/arm64",)),
        ("[\n    'build',\n    '-t', 'a',\n    '.']", "docker-build", "missing", ()),
        ("['buildx', 'build', '.']", "docker-buildx-build", "missing", ()),
        (
            "['buildx', 'build', '--platform', 'linux/amd64,linux/arm64', '.']",
            "docker-buildx-build",
            "explicit",
            ("linux/amd64", "linux/arm64"),
        ),
        ("['compose', 'build']", "docker-compose", "delegated", ()),
        # a flag's value is no flag, and an argument is one word whatever stands in it
        ("['build', '-t', '--platform', '.']", "docker-build", "missing", ()),
        ("['build', '--build-arg', 'X=--platform linux/amd64', '.']", "docker-build", "missing", ()),
    ],
)
def test_the_arguments_of_a_docker_step_are_its_command_line(
    args: str, tool: str, state: str, platforms: tuple[str, ...]
) -> None:
    build = only(step(args))
    assert (build.tool, build.state, build.platforms) == (tool, state, platforms)
    assert build.form == "cloudbuild"
    assert build.host == Platform("linux", "amd64")


@pytest.mark.parametrize(
    "args",
    [
        "['push', 'a']",
        "['run', 'a', 'build', '.']",
        "['tag', 'build', 'b']",
        "['pull', 'a']",
        "[]",
        "",
        "build .",
        "{}",
    ],
)
def test_other_subcommands_build_nothing(args: str) -> None:
    assert read(step(args)) == []


@pytest.mark.parametrize(
    ("name", "args", "tool"),
    [
        ("docker", "[build, .]", "docker-build"),
        ("docker:27-cli", "[build, .]", "docker-build"),
        ("docker:27", "[docker, build, .]", "docker-build"),
        ("'gcr.io/cloud-builders/docker@sha256:0123'", "[build, .]", "docker-build"),
        ("us-docker.pkg.dev/$PROJECT_ID/tools/buildah:1", "[bud, .]", "buildah-build"),
        ("gcr.io/kaniko-project/executor:v1.9.0", "[--destination=a]", "kaniko"),
        ("gcr.io/kaniko-project/executor:debug", "[--destination, a]", "kaniko"),
        ("cgr.dev/chainguard/kaniko", "[--destination=a]", "kaniko"),
        ("martizih/kaniko:v1.27", "[--destination=a]", "kaniko"),
        ("gcr.io/k8s-skaffold/pack", "[build, img]", "pack"),
    ],
)
def test_the_image_of_a_step_says_which_program_runs(name: str, args: str, tool: str) -> None:
    assert only(step(args, name)).tool == tool


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("golang:1.22", "[go, build, ./...]"),
        ("gcr.io/cloud-builders/bazel", "[build, //...]"),
        ("gcr.io/cloud-builders/npm", "[run, build]"),
        ("gcr.io/$PROJECT_ID/packer", "[build, x.json]"),
        ("gcr.io/$PROJECT_ID/rocker", "[build, .]"),
        ("gcr.io/kaniko-project/warmer", "[--image=a]"),
    ],
)
def test_other_builders_build_no_image(name: str, args: str) -> None:
    assert read(step(args, name)) == []


def test_an_entry_point_runs_the_arguments() -> None:
    text = """\
        steps:
        - name: gcr.io/cloud-builders/docker
          entrypoint: bash
          args:
          - -eEuo
          - pipefail
          - -c
          - |
            docker pull a || exit 0
            docker build --platform $_PLATFORM \\
              -t a .
        - name: ubuntu
          entrypoint: docker
          args: [build, .]
        - name: gcr.io/cloud-builders/docker
          entrypoint: make
          args: [build]
        substitutions:
          _PLATFORM: linux/amd64
        """
    assert facts(text) == [
        (10, 11, "docker-build", "explicit", ("linux/amd64",)),
        (12, 14, "docker-build", "missing", ()),
    ]


def test_a_build_spans_from_the_name_to_the_end_of_the_arguments() -> None:
    text = """\
        steps:
        - id: build
          name: docker
          waitFor: ['-']
          args:
          - build
          - .
        - args: [build, .]
          name: docker
        """
    assert facts(text) == [(3, 7, "docker-build", "missing", ()), (8, 9, "docker-build", "missing", ())]


@pytest.mark.parametrize(
    ("substitutions", "argument", "state", "platforms"),
    [
        ("{_P: linux/arm64}", "--platform=$_P", "explicit", ("linux/arm64",)),
        ("{_P: linux/arm64}", "--platform=${_P}", "explicit", ("linux/arm64",)),
        ("{_A: arm64, _P: 'linux/${_A}'}", "--platform=$_P", "explicit", ("linux/arm64",)),
        ("{_A: $_P, _P: $_A}", "--platform=$_P", "explicit", ()),
        ("{}", "--platform=$_P", "delegated", ()),
        ("{_P: ''}", "--platform=$_P", "missing", ()),
        ("{}", "--platform=linux/${_ARCH%%-*}", "explicit", ()),
        ("{}", "--tag=$_P", "missing", ()),
        ("{}", "$_FLAG", "delegated", ()),
        ("{_FLAG: --no-cache}", "$_FLAG", "missing", ()),
        ("{_FLAG: --platform=a/b}", "${_FLAG}", "explicit", ("a/b",)),
        ("{}", "--platform=$$_P", "explicit", ("$_P",)),
    ],
)
def test_substitutions_are_put_in(substitutions: str, argument: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(step(f"[build, '{argument}', .]", more=f"substitutions: {substitutions}\n"))
    assert (build.state, build.platforms) == (state, platforms)


def test_a_substitution_that_is_the_context_hides_no_flag() -> None:
    assert only(step("[build, -t, a, $_CONTEXT]")).state == "missing"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("  env: ['DOCKER_DEFAULT_PLATFORM=linux/amd64']\n", "explicit"),
        ("  env: DOCKER_DEFAULT_PLATFORM=linux/amd64\n", "explicit"),
        ("options:\n  env: ['DOCKER_DEFAULT_PLATFORM=linux/amd64']\n", "explicit"),
        ("  env: ['DOCKER_BUILDKIT=1', 'DOCKER_BUILDX_CMD=docker buildx build']\n", "missing"),
        ("  secretEnv: [TOKEN]\n", "missing"),
    ],
)
def test_the_environment_may_name_the_platform(more: str, state: str) -> None:
    assert only(step("[build, .]", more=more)).state == state


@pytest.mark.parametrize(
    ("more", "published"),
    [
        ("", False),
        ("images: ['gcr.io/$PROJECT_ID/a:latest']\n", True),
        ("images: ['gcr.io/$PROJECT_ID/a']\n", True),
        ("images: ['gcr.io/$PROJECT_ID/b']\n", False),
        ("- name: docker\n  args: [push, gcr.io/$PROJECT_ID/a]\n", True),
        ("- name: docker\n  args: [push, gcr.io/$PROJECT_ID/b]\n", False),
        ("- name: docker\n  entrypoint: sh\n  args: [-c, 'docker push gcr.io/$PROJECT_ID/a']\n", True),
    ],
)
def test_what_cloud_build_or_a_step_pushes_is_published(more: str, published: bool) -> None:
    assert only(step("[build, -t, 'gcr.io/${PROJECT_ID}/a', .]", more=more)).published is published


def test_a_script_is_read_by_its_shell() -> None:
    text = """\
        steps:
        - name: docker
          automapSubstitutions: true
          script: |
            #!/usr/bin/env bash
            docker build --platform "$_P" .
        - name: docker
          script: docker build --platform "$_P" .
        - name: docker
          script: |
            #!/usr/bin/env python3
            docker build .
        substitutions: {_P: linux/amd64}
        """
    assert [(fact[0], fact[3]) for fact in facts(text)] == [(6, "explicit"), (8, "delegated")]


def test_a_private_pool_has_no_known_platform() -> None:
    assert only(step("[build, .]", more="options: {pool: {name: x}}\n")).host is None


def test_json_is_read_too() -> None:
    text = '{"steps": [{"name": "docker", "args": ["build", "."]}], "images": ["a"]}'
    [build] = read(text, "cloudbuild.json")
    assert build.slot is not None
    assert build.slot.spell(("linux/amd64",)) == ', "--platform=linux/amd64"'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "steps:",
        "steps: x",
        "steps: [x, [], {}]",
        "steps: [{name: []}]",
        "- a",
        "steps: [{name: docker, args: [[build]]}]",
    ],
)
def test_what_is_no_configuration_builds_nothing(text: str) -> None:
    assert read(text) == []


def test_a_file_that_is_no_yaml_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("steps: [")
