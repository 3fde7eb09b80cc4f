"""Images that SAM, the Serverless Framework and Pulumi declare in YAML."""

from __future__ import annotations

from importlib import import_module
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from prelaunch.file_names import kind_by_name
from prelaunch.kinds import kind_by_content
from prelaunch.model import Build, Source
from prelaunch.places.script import Setting, read_script
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def read(path: str, text: str, root: str = "/nowhere") -> list[Build]:
    text = dedent(text)
    kind = kind_by_content(kind_by_name(path), text.encode())
    found: list[Build] = import_module(f"prelaunch.places.{kind}").builds(Source(path, text), Project(root))
    return found


def sam(properties: str, metadata: str = "{Dockerfile: Dockerfile}", shared: str = "{}") -> list[Build]:
    return read(
        "infra/stack.yaml",
        f"Globals: {{Function: {shared}}}\n"
        "Resources:\n  Api:\n    Type: AWS::Serverless::Function\n"
        f"    Properties: {properties}\n    Metadata: {metadata}\n",
    )


@pytest.mark.parametrize(
    ("properties", "shared", "state", "platforms"),
    [
        ("{PackageType: Image}", "{}", "default", ("linux/amd64",)),
        ("{PackageType: Image, Architectures: [arm64]}", "{}", "explicit", ("linux/arm64",)),
        ("{PackageType: Image, Architectures: [x86_64]}", "{}", "explicit", ("linux/amd64",)),
        ("{PackageType: Image}", "{Architectures: [arm64]}", "explicit", ("linux/arm64",)),
        ("{Architectures: [!Ref Arch]}", "{PackageType: Image}", "explicit", ()),
    ],
)
def test_sam_builds_for_the_architecture_of_the_function(
    properties: str, shared: str, state: str, platforms: tuple[str, ...]
) -> None:
    [build] = sam(properties, shared=shared)
    assert (build.tool, build.state, build.platforms, build.published) == ("aws-sam", state, platforms, True)


def test_sam_builds_no_image_of_an_archive_or_of_one_that_is_named() -> None:
    assert sam("{PackageType: Zip}") == []
    assert sam("{CodeUri: x}", shared="{PackageType: Zip}") == []
    assert sam("{PackageType: Image, ImageUri: x}", "{}") == []


@pytest.mark.parametrize(
    ("image", "state", "platforms"),
    [
        ("{path: ./a}", "missing", ()),
        ("{path: ./a, platform: linux/arm64}", "explicit", ("linux/arm64",)),
        ("{path: ./a, platform: ''}", "missing", ()),
        ("{path: ./a, platform: '${self:custom.platform}'}", "explicit", ()),
        ("{path: ./a, platform: '${env:PLATFORM}'}", "delegated", ()),
        ("{path: ./a, platform: '${env:PLATFORM, null}'}", "explicit", ()),
    ],
)
def test_serverless_hands_docker_the_platform_of_the_image(image: str, state: str, platforms: tuple[str, ...]) -> None:
    [build] = read("serverless.yml", f"provider: {{architecture: arm64, ecr: {{images: {{api: {image}}}}}}}\n")
    assert (build.tool, build.state, build.platforms, build.published) == (
        "serverless-framework",
        state,
        platforms,
        True,
    )


def test_serverless_builds_only_what_has_a_path() -> None:
    assert read("serverless.yml", "provider: {ecr: {images: {a: x/y, b: {uri: x}, c: {}}}}\n") == []
    assert read("serverless.yml", "provider: {name: aws}\n") == []


@pytest.mark.parametrize(
    ("resource", "tool", "state", "platforms", "published"),
    [
        ("{type: 'docker:Image', properties: {build: {context: .}}}", "pulumi-docker", "missing", (), True),
        (
            "{type: 'docker:Image', properties: {build: {platform: linux/amd64}}}",
            "pulumi-docker",
            "explicit",
            ("linux/amd64",),
            True,
        ),
        (
            "{type: 'docker:Image', properties: {build: {context: .}, skipPush: true}}",
            "pulumi-docker",
            "missing",
            (),
            False,
        ),
        ("{type: 'docker-build:Image', properties: {push: false}}", "pulumi-docker-build", "missing", (), False),
        (
            "{type: 'docker-build:Image', properties: {push: true, platforms: [a/b, c/d]}}",
            "pulumi-docker-build",
            "explicit",
            ("a/b", "c/d"),
            True,
        ),
        (
            "{type: 'docker-build:index:Image', properties: {platforms: ['${p}']}}",
            "pulumi-docker-build",
            "explicit",
            (),
            False,
        ),
    ],
)
def test_pulumi_builds_for_its_platforms(
    resource: str, tool: str, state: str, platforms: tuple[str, ...], published: bool
) -> None:
    [build] = read("Pulumi.yaml", f"resources:\n  image: {resource}\n")
    assert (build.tool, build.state, build.platforms, build.published) == (tool, state, platforms, published)


def test_pulumi_builds_no_image_that_exists() -> None:
    text = """\
        resources:
          a: {type: 'docker:Image', properties: {imageName: x}}
          b: {type: 'docker:RemoteImage', properties: {name: x}}
        """
    assert read("Pulumi.yaml", text) == []


def test_sam_build_is_a_build_where_the_template_has_images(tmp_path: Path) -> None:
    script = Source("x.sh", "sam build\n")
    assert read_script(script.whole(), Setting("shell"), Project(str(tmp_path))).builds == ()
    (tmp_path / "template.yaml").write_text("Properties: {PackageType: Zip}\n")
    assert read_script(script.whole(), Setting("shell"), Project(str(tmp_path))).builds == ()
    (tmp_path / "template.yaml").write_text("Properties: {PackageType: Image}\n")
    [build] = read_script(script.whole(), Setting("shell"), Project(str(tmp_path))).builds
    assert (build.state, build.platforms) == ("default", ("linux/amd64",))


def test_ko_builds_for_the_platforms_of_its_configuration(tmp_path: Path) -> None:
    (tmp_path / ".ko.yaml").write_text("defaultPlatforms:\n- linux/arm64\n- linux/amd64\n")
    script = Source("x.sh", "ko build ./cmd/x\nko build --platform=linux/s390x ./cmd/x\n")
    found = read_script(script.whole(), Setting("shell"), Project(str(tmp_path))).builds
    assert [(build.state, build.platforms) for build in found] == [
        ("explicit", ("linux/arm64", "linux/amd64")),
        ("explicit", ("linux/s390x",)),
    ]
