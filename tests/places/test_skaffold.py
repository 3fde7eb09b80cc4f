from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Build, Platform, Source
from prelaunch.places.skaffold import builds
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, version: str = "skaffold/v4beta6") -> list[Build]:
    return builds(Source("skaffold.yaml", f"apiVersion: {version}\nkind: Config\n{dedent(text)}"), Project("/nowhere"))


def only(text: str, version: str = "skaffold/v4beta6") -> Build:
    [build] = read(text, version)
    return build


@pytest.mark.parametrize(
    ("artifact", "tool", "state", "platforms"),
    [
        ("{image: a}", "skaffold", "missing", ()),
        ("{image: a, docker: {dockerfile: x}}", "skaffold", "missing", ()),
        ("{image: a, platforms: [linux/amd64, linux/arm64]}", "skaffold", "explicit", ("linux/amd64", "linux/arm64")),
        ("{image: a, platforms: []}", "skaffold", "missing", ()),
        ("{image: a, docker: {cliFlags: [--platform=linux/amd64]}}", "skaffold", "explicit", ("linux/amd64",)),
        ("{image: a, docker: {cliFlags: [--no-cache]}}", "skaffold", "missing", ()),
        ("{image: a, ko: {}}", "ko", "default", ("linux/amd64",)),
        ("{image: a, jib: {type: maven}}", "jib", "default", ("linux/amd64",)),
        ("{image: a, jib: {}, platforms: [linux/arm64]}", "jib", "explicit", ("linux/arm64",)),
        ("{image: a, jib: {args: [-x, -Djib.from.platforms=linux/arm64]}}", "jib", "explicit", ("linux/arm64",)),
        ("{image: a, buildpacks: {builder: x}}", "pack", "missing", ()),
        ("{image: a, kaniko: {}}", "kaniko", "missing", ()),
        ("{image: a, custom: {buildCommand: ./build.sh}}", "skaffold", "delegated", ()),
        ("{image: a, custom: {buildCommand: docker build --platform x/y .}}", "docker-build", "explicit", ("x/y",)),
    ],
)
def test_an_artifact_builds_by_its_builder(artifact: str, tool: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(f"build:\n  artifacts:\n  - {artifact}\n")
    assert (build.tool, build.form, build.state, build.platforms) == (tool, "skaffold", state, platforms)


def test_an_artifact_of_jib_builds_for_what_its_build_file_says(tmp_path: Path) -> None:
    for name, said in (("api", "linux/arm64"), ("worker", "${x}"), ("web", "")):
        (tmp_path / name).mkdir()
        text = f"<properties><jib.from.platforms>{said}</jib.from.platforms></properties>" if said else ""
        (tmp_path / name / "pom.xml").write_text(f"<project>{text}</project>")
    artifacts = "".join(f"\n  - {{image: {name}, context: {name}, jib: {{}}}}" for name in ("api", "worker", "web"))
    text = f"apiVersion: skaffold/v4beta6\nbuild:\n  artifacts:{artifacts}\n"
    found = builds(Source("skaffold.yaml", text), Project(str(tmp_path)))
    assert [(build.state, build.platforms, build.whole) for build in found] == [
        ("explicit", ("linux/arm64",), True),
        ("explicit", (), False),
        ("default", ("linux/amd64",), True),
    ]


def test_the_platforms_of_the_build_hold_for_its_artifacts_and_profiles() -> None:
    text = """\
        build:
          platforms: [linux/amd64]
          artifacts:
          - image: a
          - context: x
            image: b
            platforms: [linux/arm64]
        profiles:
        - name: p
          build:
            artifacts:
            - image: c
        - name: q
          build:
            platforms: [linux/s390x]
            artifacts: [{image: d}]
        """
    found = [(b.source.position(b.span.start)[0], b.images, b.platforms) for b in read(text)]
    assert found == [
        (6, ("a",), ("linux/amd64",)),
        (8, ("b",), ("linux/arm64",)),
        (14, ("c",), ("linux/amd64",)),
        (18, ("d",), ("linux/s390x",)),
    ]


@pytest.mark.parametrize(
    ("where", "published", "host"),
    [
        ("", True, None),
        ("local: {}", True, None),
        ("local: {push: false}", False, None),
        ("googleCloudBuild: {projectId: x}", True, Platform("linux", "amd64")),
        ("cluster: {}", True, None),
    ],
)
def test_where_it_is_built_says_whether_it_is_pushed(where: str, published: bool, host: Platform | None) -> None:
    build = only(f"build:\n  artifacts: [{{image: a}}]\n  {where}\n")
    assert (build.published, build.host) == (published, host)


def test_a_profile_that_builds_in_the_cloud_pushes() -> None:
    text = """\
        build: {local: {push: false}}
        profiles: [{name: p, build: {googleCloudBuild: {}, artifacts: [{image: a}]}}]
        """
    assert only(text).published


@pytest.mark.parametrize(
    ("version", "settable"),
    [("skaffold/v4beta6", True), ("skaffold/v3", True), ("skaffold/v3alpha1", False), ("skaffold/v2beta29", False)],
)
def test_an_old_schema_knows_no_platforms(version: str, settable: bool) -> None:
    assert (only("build:\n  artifacts:\n  - image: a\n", version).slot is not None) is settable


def test_the_stage_that_is_built_is_told() -> None:
    assert only("build: {artifacts: [{image: a, docker: {target: prod}}]}\n").target == "prod"
    assert only("build: {artifacts: [{image: a}]}\n").target is None


def test_other_documents_build_nothing() -> None:
    assert read("build:\n  artifacts: [{image: a}]\n", "v1") == []
    assert read("build: {artifacts: [{context: a}, x]}\nprofiles: [x, {build: y}]\n") == []
