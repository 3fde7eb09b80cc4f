"""How sure final-stage-build-platform is, by what the builds of the repository name and where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.final_stage_build_platform import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

JOB = """
on: push
jobs:
  image:
    runs-on: {runner}
    steps:
      - run: docker buildx build {platform} -t registry.example.com/api --push .
"""


@pytest.mark.parametrize(
    ("runner", "platform", "certainty"),
    [
        ("ubuntu-24.04", "--platform linux/amd64,linux/arm64", "certain"),
        ("ubuntu-24.04", "--platform linux/arm64", "certain"),
        ("ubuntu-24.04", "--platform linux/amd64", "hint"),
        ("ubuntu-24.04-arm", "--platform linux/arm64", "hint"),
        ("self-hosted", "--platform linux/arm64", "likely"),
        ("${{ matrix.runner }}", "--platform linux/arm64", "likely"),
        ("ubuntu-24.04", "--platform $PLATFORM", "likely"),
        ("ubuntu-24.04", "", "likely"),
    ],
)
def test_what_runs_where_it_is_built_for_dies_nowhere(found: Found, runner: str, platform: str, certainty: str) -> None:
    text = 'FROM --platform=$BUILDPLATFORM debian:13\nCMD ["sleep", "1"]\n'
    workflow = JOB.format(runner=runner, platform=platform)
    assert found(RULE, text, {".github/workflows/image.yml": workflow}) == [f"{certainty} 1"]


@pytest.mark.parametrize(
    ("platforms", "certainty"),
    [(("linux/amd64",), "likely"), (("linux/amd64", "linux/arm64"), "certain"), ((), "likely")],
)
def test_the_configuration_stands_in_for_builds(found: Found, platforms: tuple[str, ...], certainty: str) -> None:
    text = 'FROM --platform=$BUILDPLATFORM debian:13\nCMD ["sleep", "1"]\n'
    assert found(RULE, text, platforms=platforms) == [f"{certainty} 1"]


@pytest.mark.parametrize(
    ("base", "platform", "certainty"),
    [
        ("debian:13", "--platform linux/amd64,linux/arm64", "certain"),
        ("debian:13", "--platform linux/arm64", "certain"),
        ("debian:13", "--platform linux/amd64,linux/386", "certain"),
        ("debian:13", "--platform linux/amd64", ""),
        ("debian:13", "--platform $PLATFORM", ""),
        ("debian:13", "", ""),
        ("scratch", "--platform linux/amd64,linux/arm64", ""),
        ("gcr.io/distroless/static", "--platform linux/amd64,linux/arm64", ""),
    ],
)
def test_a_constant_platform_is_wrong_where_another_is_built(
    found: Found, base: str, platform: str, certainty: str
) -> None:
    workflow = JOB.format(runner="ubuntu-24.04", platform=platform)
    lines = [f"{certainty} 1"] if certainty else []
    for text in (f"FROM --platform=linux/amd64 {base}\n", f"FROM --platform=linux/amd64 {base} AS b\nFROM b\n"):
        assert found(RULE, text, {".github/workflows/image.yml": workflow}) == lines
    text = f"ARG BUILDPLATFORM=linux/amd64\nFROM --platform=$BUILDPLATFORM {base}\n"
    assert found(RULE, text, {".github/workflows/image.yml": workflow}) == [one.replace(" 1", " 2") for one in lines]
