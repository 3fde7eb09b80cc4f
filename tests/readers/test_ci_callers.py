"""What the callers in a repository hand to its reusable workflows and composite actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.places import github
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path

CALLEE = """\
on:
  workflow_call:
    inputs:
      platforms:
        type: string
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          platforms: ${{ inputs.platforms }}
          push: true
          tags: team/api
"""


def built(
    tmp_path: Path, files: dict[str, str], path: str = ".github/workflows/image.yml"
) -> list[tuple[str, tuple[str, ...]]]:
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    project = Project(str(tmp_path))
    return [(build.state, build.platforms) for build in github.builds(project.open(path), project)]


def caller(*withs: str) -> str:
    jobs = "".join(
        f"  job{number}:\n    uses: ./.github/workflows/image.yml\n{with_}" for number, with_ in enumerate(withs)
    )
    return f"on: push\njobs:\n{jobs}"


def handing(platforms: str) -> str:
    return f"    with:\n      platforms: {platforms}\n"


@pytest.mark.parametrize(
    ("withs", "expected"),
    [
        ([handing("linux/amd64")], ("explicit", ("linux/amd64",))),
        ([handing("linux/amd64"), handing("linux/arm64")], ("explicit", ("linux/amd64", "linux/arm64"))),
        ([""], ("missing", ())),
        ([handing("linux/amd64"), ""], ("unknown", ("linux/amd64",))),
        ([handing("${{ vars.PLATFORMS }}")], ("unknown", ())),
    ],
)
def test_the_callers_of_a_reusable_workflow_decide(tmp_path: Path, withs: list[str], expected: object) -> None:
    files = {".github/workflows/image.yml": CALLEE, ".github/workflows/ci.yml": caller(*withs)}
    assert built(tmp_path, files) == [expected]


def test_without_a_caller_in_the_repository_the_caller_decides(tmp_path: Path) -> None:
    assert built(tmp_path, {".github/workflows/image.yml": CALLEE}) == [("delegated", ())]


def test_the_default_holds_for_a_call_that_leaves_the_input_out(tmp_path: Path) -> None:
    callee = CALLEE.replace("type: string", "type: string\n        default: linux/arm64")
    files = {".github/workflows/image.yml": callee, ".github/workflows/ci.yml": caller("")}
    assert built(tmp_path, files) == [("explicit", ("linux/arm64",))]


def test_a_call_from_a_matrix_hands_in_all_its_values(tmp_path: Path) -> None:
    text = """\
on: push
jobs:
  all:
    strategy:
      matrix:
        platform: [linux/amd64, linux/arm64]
    uses: ./.github/workflows/image.yml
    with:
      platforms: ${{ matrix.platform }}
"""
    files = {".github/workflows/image.yml": CALLEE, ".github/workflows/ci.yml": text}
    assert built(tmp_path, files) == [("explicit", ("linux/amd64", "linux/arm64"))]


def test_the_callers_of_a_composite_action_decide(tmp_path: Path) -> None:
    action = """\
runs:
  using: composite
  steps:
    - run: docker buildx build --platform "${{ inputs.platform }}" --push -t a .
      shell: bash
inputs:
  platform:
    required: true
"""
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    text += "      - uses: ./.github/actions/image\n        with: {platform: linux/amd64}\n"
    files = {".github/actions/image/action.yml": action, ".github/workflows/ci.yml": text}
    assert built(tmp_path, files, ".github/actions/image/action.yml") == [("explicit", ("linux/amd64",))]


def test_two_workflows_that_call_each_other_end(tmp_path: Path) -> None:
    other = (
        CALLEE + "  again:\n    uses: ./.github/workflows/image.yml\n    with: {platforms: '${{ inputs.platforms }}'}\n"
    )
    assert len(built(tmp_path, {".github/workflows/image.yml": other})) == 1
