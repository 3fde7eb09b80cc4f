"""Where a build's platforms stand in its file, whether they are all, and which exporters it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import look
from prelaunch.kinds import BUILD
from prelaunch.model import Source
from prelaunch.places.written import items_in
from prelaunch.project import Project
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from pathlib import Path

    from prelaunch.model import Build

SH, MAKE, GHA = "build.sh", "Makefile", ".github/workflows/a.yml"
COMPOSE, BAKE, CLOUD = "compose.yaml", "docker-bake.hcl", "cloudbuild.yaml"

STEP = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          {inputs}
"""


def build_of(root: Path, path: str, text: str) -> Build:
    """The one build of a file."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    found = look(str(root), path, {})
    assert found is not None
    (build,) = read_facts(Project(str(root)), found, {BUILD}).builds
    return build


@pytest.mark.parametrize(
    ("path", "text", "written", "whole"),
    [
        (SH, "docker build --platform linux/amd64 .", "linux/amd64", True),
        (SH, "docker build --platform=linux/amd64 .", "linux/amd64", True),
        (SH, "sudo docker build --platform 'linux/amd64,linux/arm64' .", "linux/amd64 linux/arm64", True),
        (SH, "docker build --platform linux/a --platform linux/b .", "linux/a linux/b", True),
        (SH, "docker build -t x/arm64 --platform arm64 .", "arm64", True),
        (SH, "P=linux/amd64\ndocker build --platform $P -t linux/amd64 .", "", True),
        (SH, 'docker build --platform "linux/$(uname -m)" .', "", False),
        (SH, 'docker build --platform "linux/amd64,$(cat p)" .', "", False),
        (SH, "docker build --platform linux/am\\d64 .", "", True),
        (SH, "export DOCKER_DEFAULT_PLATFORM=linux/amd64\ndocker build .", "", True),
        (SH, "podman build --arch amd64 .", "", True),
        (SH, "bash -c 'docker build --platform linux/amd64 .'", "linux/amd64", True),
        (MAKE, "a:\n\tdocker build --platform linux/amd64 -t $(X) .\n", "linux/amd64", True),
        (MAKE, "P = linux/amd64\na:\n\tdocker build --platform $(P) .\n", "", True),
        (GHA, STEP.format(inputs="platforms: linux/amd64,linux/arm64"), "linux/amd64 linux/arm64", True),
        (GHA, STEP.format(inputs="platforms: |\n            linux/a\n            linux/b"), "linux/a linux/b", True),
        (GHA, STEP.format(inputs="platforms: linux/${{ inputs.a }},linux/arm64"), "", False),
        (COMPOSE, "services:\n  a:\n    build: .\n    platform: 'linux/amd64'\n", "linux/amd64", True),
        (COMPOSE, "services:\n  a:\n    build: {context: ., platforms: [linux/a, linux/b]}\n", "linux/a linux/b", True),
        (COMPOSE, "services:\n  a:\n    build: .\n    platform: ${P:-linux/amd64}\n", "", True),
        (BAKE, 'target "a" {\n  platforms = ["linux/amd64", "linux/arm64"]\n}\n', "linux/amd64 linux/arm64", True),
        (BAKE, 'variable "P" {\n default = "linux/a"\n}\ntarget "a" {\n  platforms = [P]\n}\n', "", True),
        (
            CLOUD,
            "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, --platform, linux/amd64, .]\n",
            "linux/amd64",
            True,
        ),
        (
            CLOUD,
            "steps:\n- name: gcr.io/cloud-builders/docker\n  args:\n  - build\n  - '--platform=linux/amd64'\n  - .\n",
            "linux/amd64",
            True,
        ),
    ],
)
def test_platforms_are_found_where_they_are_written(
    tmp_path: Path, path: str, text: str, written: str, whole: bool
) -> None:
    build = build_of(tmp_path, path, text)
    found = [build.source.text[span.start : span.stop] for span in build.written]
    assert (" ".join(found), build.whole) == (written, whole)
    assert not found or found == list(build.platforms)


@pytest.mark.parametrize(
    ("path", "text", "outputs"),
    [
        (SH, "docker build --platform linux/amd64 .", ()),
        (SH, "docker buildx build --load .", ("docker",)),
        (SH, "docker buildx build --push .", ("registry",)),
        (SH, "docker buildx build --load=false .", ()),
        (SH, "docker buildx build -o type=oci,dest=a.tar --output dist .", ("oci", "local")),
        (SH, "docker buildx build -o - .", ("tar",)),
        (GHA, STEP.format(inputs="load: true"), ("docker",)),
        (GHA, STEP.format(inputs="push: false"), ("\ue000",)),
        (GHA, STEP.format(inputs="outputs: type=image,push=true"), ("image",)),
    ],
)
def test_the_exporters_of_a_build(tmp_path: Path, path: str, text: str, outputs: tuple[str, ...]) -> None:
    assert build_of(tmp_path, path, text).outputs == outputs


@given(st.text())
def test_items_are_the_words_between_separators(text: str) -> None:
    source = Source("a", text)
    spans = list(items_in(source.whole()))
    found = [text[span.start : span.stop] for span in spans]
    if "$" in text or "{{" in text:
        assert not found
    else:
        assert found == [word for word in text.translate(dict.fromkeys(map(ord, ",\t\r\n\"'"), " ")).split(" ") if word]
    assert spans == sorted(spans)
