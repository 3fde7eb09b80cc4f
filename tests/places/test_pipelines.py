from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.model import Build, Platform, Source
from prelaunch.places import appveyor, azure, bitbucket, buildkite, circleci, drone, semaphore, travis, woodpecker
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from types import ModuleType

PLACES = (appveyor, azure, bitbucket, buildkite, circleci, drone, semaphore, travis, woodpecker)


def read(place: ModuleType, text: str) -> list[Build]:
    found: list[Build] = place.builds(Source("ci.yml", dedent(text)), Project("/nowhere"))
    return found


def only(place: ModuleType, text: str) -> Build:
    [build] = read(place, text)
    return build


def test_travis_reads_every_phase_as_one_script() -> None:
    text = """
    before_install: export P=linux/amd64
    script:
      - docker build --platform $P -t a .
    after_success:
      - docker build -t b .
    deploy:
      - provider: script
        script: docker push a
      - provider: releases
        file: docker build .
    """
    one, two = read(travis, text)
    assert (one.form, one.platforms, one.published, one.host) == (
        "travis",
        ("linux/amd64",),
        True,
        Platform("linux", "amd64"),
    )
    assert (two.state, two.published) == ("missing", False)


@pytest.mark.parametrize(
    ("head", "platforms"),
    [
        ("env: [P=linux/amd64, P=linux/arm64]", ("linux/amd64", "linux/arm64")),
        ("env: {global: [P=linux/amd64 Q=1, {secure: x}]}", ("linux/amd64",)),
        ("env: {global: {P: linux/amd64}, jobs: ['A=1', 'A=2']}", ("linux/amd64",)),
        ("env: {P: linux/amd64}", ("linux/amd64",)),
        ("env: {matrix: ['P=\"linux/amd64\"']}", ("linux/amd64",)),
    ],
)
def test_travis_makes_its_matrix_of_env(head: str, platforms: tuple[str, ...]) -> None:
    assert only(travis, f"{head}\nscript: docker build --platform $P .\n").platforms == platforms


def test_a_job_of_travis_overrides_phases_and_keeps_the_others() -> None:
    text = """
    install: docker build -t base .
    jobs:
      include:
        - arch: arm64
          script: docker build -t b .
    """
    one, two = read(travis, text)
    # both jobs build the first image, each on a machine of its own
    assert (two.host, one.host) == (Platform("linux", "arm64"), None)


BITBUCKET = """
definitions:
  steps:
    - step: &image
        script:
          - docker build -t a .
          - pipe: {pipe}
            variables: {{IMAGE_NAME: a}}
pipelines:
  default:
    - step: *image
    - parallel:
        - step:
            size: 2x
            script: [docker build --platform linux/amd64 -t b .]
  branches:
    main:
      - step:
          <<: *image
          name: again
"""


@pytest.mark.parametrize(
    ("pipe", "published"), [("atlassian/aws-ecr-push-image:2.0.0", True), ("atlassian/slack:1", False)]
)
def test_bitbucket_reads_each_step_once(pipe: str, published: bool) -> None:
    one, two = read(bitbucket, BITBUCKET.format(pipe=pipe))
    assert (one.form, one.state, one.published, one.host) == (
        "bitbucket",
        "missing",
        published,
        Platform("linux", "amd64"),
    )
    assert (two.state, two.published) == ("explicit", False)


@pytest.mark.parametrize(
    ("head", "host"),
    [
        ("runs-on: [self.hosted, linux.arm64]", Platform("linux", "arm64")),
        ("runs-on: self.hosted", None),
        ("runtime: {cloud: {arch: arm}}", Platform("linux", "arm64")),
        ("size: 2x", Platform("linux", "amd64")),
    ],
)
def test_bitbucket_tells_the_machine(head: str, host: Platform | None) -> None:
    text = f"pipelines:\n  default:\n    - step:\n        {head}\n        script: [docker build .]\n"
    assert only(bitbucket, text).host == host


def test_what_bitbucket_sets_itself_is_unknown() -> None:
    text = "pipelines: {default: [{step: {script: ['docker build $BITBUCKET_X .']}}]}"
    assert only(bitbucket, text).state == "unknown"


def test_buildkite_reads_commands_groups_and_plugins() -> None:
    text = """
    env: {P: linux/amd64}
    steps:
      - command: docker build --platform $$P -t a .
      - wait
      - group: g
        steps:
          - commands: [docker build -t b ., docker push b]
      - label: compose
        plugins:
          - docker-login#v2: ~
          - docker-compose#v4.16.0:
              build: [app, web]
              config: compose.ci.yml
              push: app
          - docker-compose#v4.16.0:
              run: app
      - plugins:
          https://github.com/buildkite-plugins/docker-compose-buildkite-plugin.git#v3: {build: app}
    """
    found = read(buildkite, text)
    assert [(b.tool, b.state, b.platforms, b.published) for b in found] == [
        ("docker-build", "explicit", ("linux/amd64",), False),
        ("docker-build", "missing", (), True),
        ("docker-compose", "delegated", (), True),
        ("docker-compose", "delegated", (), False),
    ]
    assert found[2].source.position(found[2].span.start)[0] == 12


def test_buildkite_has_a_matrix_with_and_without_names() -> None:
    text = "steps:\n  - command: docker build --platform linux/{{matrix}} .\n    matrix: [amd64, arm64]\n"
    assert only(buildkite, text).platforms == ("linux/amd64", "linux/arm64")
    text = "steps:\n  - command: docker build --platform linux/{{ matrix.a }} .\n"
    text += "    matrix: {setup: {a: [amd64], b: [1, 2]}}\n"
    assert only(buildkite, text).platforms == ("linux/amd64",)


def test_semaphore_runs_prologue_commands_and_epilogue() -> None:
    text = """
    version: v1.0
    agent: {machine: {type: e1-standard-2}}
    global_job_config:
      prologue: {commands: [checkout]}
    blocks:
      - task:
          env_vars: [{name: P, value: linux/amd64}]
          prologue: {commands: [export Q=--pull]}
          jobs:
            - name: a
              commands:
                - docker build $Q --platform $P -t a .
          epilogue: {on_pass: {commands: [docker push a]}}
      - task:
          agent: {machine: {type: r1-standard-4}}
          jobs:
            - name: b
              matrix: [{env_var: A, values: ["1", "2"]}]
              commands: [docker build -t b:$A .]
    after_pipeline: {task: {jobs: [{commands: [echo docker build .]}]}}
    """
    one, two = read(semaphore, text)
    assert (one.form, one.platforms, one.published, str(one.host)) == (
        "semaphore",
        ("linux/amd64",),
        True,
        "linux/amd64",
    )
    assert (two.state, two.published, str(two.host)) == ("missing", False, "linux/arm64")


@pytest.mark.parametrize(
    ("head", "line", "state", "host"),
    [
        ("image: Visual Studio 2022", "docker build ^\n      --platform windows/amd64 .", "explicit", "windows/amd64"),
        ("image: Ubuntu2204", "docker build \\\n      --platform linux/amd64 .", "explicit", "linux/amd64"),
        ("version: 1.0", "docker build -t a .", "missing", "windows/amd64"),
    ],
)
def test_appveyor_speaks_the_language_of_its_image(head: str, line: str, state: str, host: str) -> None:
    build = only(appveyor, f"{head}\nbuild_script:\n  - |\n      {line}\n")
    assert (build.form, build.state, str(build.host)) == ("appveyor", state, host)


def test_appveyor_says_the_language_of_a_line() -> None:
    text = """
    image: [Visual Studio 2022, Ubuntu]
    environment: {P: linux/amd64, matrix: [{X: 1}, {X: 2}]}
    build_script:
      - ps: docker build --platform linux/amd64 -t a .
      - sh: docker build --platform $P -t b .
      - cmd: docker build -t c .
      - echo docker build .
    """
    assert [(b.state, b.platforms) for b in read(appveyor, text)] == [
        ("explicit", ("linux/amd64",)),
        ("explicit", ("linux/amd64",)),
        ("missing", ()),
    ]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__.rpartition(".")[2])
@pytest.mark.parametrize("text", ["jobs: [", "a: *b", "{{#if x}}\nsteps: [\n"])
def test_what_is_no_yaml_is_unreadable(place: ModuleType, text: str) -> None:
    with pytest.raises(UnreadableError):
        read(place, text)


KEYS = st.sampled_from(
    "jobs steps run command commands script stages stage job step task inputs arguments image settings platforms "
    "matrix include parameters default environment env variables name value pool strategy executor executors orbs "
    "workflows when condition plugins blocks prologue agent machine type labels platform global deploy "
    "pipelines definitions pipe build docker/build resource_class arch for ps setup build_script group pipeline "
    "kind extra_build_args".split()
)
TEXTS = st.sampled_from(
    [
        "docker build .", "docker build --platform $P .", "Docker@2", "plugins/docker", "linux/amd64", "pipeline",
        "<< parameters.a >>", "$(a) ${{ parameters.b }}", "${A:-b}", "{{matrix}}", "A=b", "a", "",
        "circleci/docker@2", "arm.medium",
    ]
)  # fmt: skip
TREES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=30
)


def _yaml(tree: object) -> str:
    """As JSON, which is YAML."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f'"{key}": {_yaml(value)}' for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(_yaml, tree)) + "]"
    return f'"{tree}"'


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, TREES, max_size=6), st.sampled_from(PLACES))
def test_any_tree_is_read(tree: dict[str, object], place: ModuleType) -> None:
    text = _yaml(tree)
    for build in read(place, text):
        assert 0 <= build.span.start <= build.span.stop <= len(text)
        assert build.slot is None or (build.state == "missing" and build.slot.span.stop <= len(text))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abc:- \n{}[]$<>#%&*\"'|>/!", max_size=200), st.sampled_from(PLACES))
def test_any_text_is_read_or_refused(text: str, place: ModuleType) -> None:
    try:
        found = read(place, text)
    except UnreadableError:
        return
    assert all(0 <= build.span.start <= build.span.stop <= len(text) for build in found)
