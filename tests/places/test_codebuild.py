from __future__ import annotations

from textwrap import dedent

import pytest

from prelaunch.model import Build, Source
from prelaunch.places.codebuild import builds
from prelaunch.project import Project


def read(text: str) -> list[Build]:
    return builds(Source("buildspec.yml", dedent(text)), Project("/nowhere"))


def facts(text: str) -> list[tuple[int, str, str, tuple[str, ...], bool]]:
    return [(b.source.position(b.span.start)[0], b.form, b.state, b.platforms, b.published) for b in read(text)]


def test_all_commands_are_one_script_in_the_order_of_the_phases() -> None:
    text = """\
        version: 0.2
        env:
          variables: {IMAGE: a, PLATFORM: linux/arm64}
          parameter-store: {SECRET: /x}
        phases:
          post_build:
            commands:
              - docker build --platform $LATER .
              - docker push $IMAGE
          pre_build:
            commands:
              - LATER=linux/amd64
          build:
            commands:
              - docker build -t $IMAGE .
              - |
                docker build \\
                  --platform $PLATFORM .
              - docker build --platform $SECRET .
            finally:
              - docker build --platform $UNSET_ANYWHERE .
        """
    assert facts(text) == [
        (8, "codebuild", "explicit", ("linux/amd64",), True),
        (15, "codebuild", "missing", (), True),
        (17, "codebuild", "explicit", ("linux/arm64",), True),
        (19, "codebuild", "explicit", (), True),
        (21, "codebuild", "delegated", (), True),
    ]


def test_a_block_may_stand_for_the_list() -> None:
    text = "version: 0.2\nphases:\n  build:\n    commands: docker build .\n"
    [build] = read(text)
    assert build.slot is not None
    at = build.slot.span.start
    assert text[:at].endswith("docker build")


def test_the_variables_may_name_the_platform() -> None:
    text = """\
        env: {exported-variables: [X], variables: {DOCKER_DEFAULT_PLATFORM: linux/amd64}}
        phases: {build: {commands: [docker build .]}}
        """
    assert facts(text) == [(2, "codebuild", "explicit", ("linux/amd64",), False)]


def test_powershell_is_read_as_such() -> None:
    text = """\
        env: {shell: powershell.exe}
        phases:
          build:
            commands:
              - docker build -t a `
              - $x = 1
              - docker build --platform linux/amd64 .
        """
    assert [fact[2] for fact in facts(text)][-1] == "explicit"


@pytest.mark.parametrize(
    "text",
    ["", "phases:", "phases: x", "phases: {build: {commands: []}}", "phases: {other: {commands: [docker build .]}}"],
)
def test_what_runs_no_command_builds_nothing(text: str) -> None:
    assert read(text) == []
