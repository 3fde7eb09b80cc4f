from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Build, Platform, Source
from prelaunch.places import drone, woodpecker
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def read_drone(text: str) -> list[Build]:
    return drone.builds(Source(".drone.yml", dedent(text)), Project("/nowhere"))


def read(text: str, root: str = "/nowhere") -> list[Build]:
    return woodpecker.builds(Source(".woodpecker/ci.yaml", dedent(text)), Project(root))


def only(text: str) -> Build:
    [build] = read(text)
    return build


def step(settings: str, image: str = "woodpeckerci/plugin-docker-buildx", top: str = "") -> str:
    lines = "".join(f"      {line}\n" for line in dedent(settings).strip("\n").splitlines())
    return f"{dedent(top)}\nsteps:\n  publish:\n    image: {image}\n    settings:\n{lines}"


@pytest.mark.parametrize(
    ("settings", "state", "platforms"),
    [
        ("repo: me/app", "missing", ()),
        ("platforms: linux/amd64", "explicit", ("linux/amd64",)),
        ("platforms: linux/amd64,linux/arm64/v8", "explicit", ("linux/amd64", "linux/arm64/v8")),
        ("platforms: [linux/amd64, linux/arm64]", "explicit", ("linux/amd64", "linux/arm64")),
        ("platforms: '${PLATFORMS}'", "unknown", ()),
        ("platforms: '${PLATFORMS:-linux/amd64}'", "explicit", ("linux/amd64",)),
        ("platforms: {from_secret: p}", "unknown", ()),
        ("platforms: linux/${ARCH}", "explicit", ()),
        ("platforms:", "missing", ()),
    ],
)
def test_the_setting_platforms_decides(settings: str, state: str, platforms: tuple[str, ...]) -> None:
    text = step(settings)
    build = only(text)
    assert (build.tool, build.form, build.state, build.platforms) == (
        "woodpecker-docker-buildx",
        "woodpecker",
        state,
        platforms,
    )
    assert text[build.span.start : build.span.stop] == "image: woodpeckerci/plugin-docker-buildx"


@pytest.mark.parametrize(
    ("image", "tool"),
    [
        ("woodpeckerci/plugin-docker-buildx:5", "woodpecker-docker-buildx"),
        ("docker.io/woodpeckerci/plugin-docker-buildx:6.1.1", "woodpecker-docker-buildx"),
        ("codeberg.org/woodpecker-plugins/docker-buildx@sha256:0", "woodpecker-docker-buildx"),
        ("quay.io/thegeeklab/wp-docker-buildx", "woodpecker-docker-buildx"),
        ("plugins/docker", "drone-docker"),
        ("registry:5000/plugins/ecr:20", "drone-docker"),
        ("plugins/kaniko-ecr", "drone-kaniko"),
        ("woodpeckerci/plugin-kaniko", "drone-kaniko"),
        ("plugins/buildx", "drone-docker-buildx"),
        ("plugins/slack", ""),
        ("docker", ""),
        ("me/plugin-docker-buildx", ""),
    ],
)
def test_a_plugin_is_known_by_its_image(image: str, tool: str) -> None:
    assert [build.tool for build in read(step("repo: a", f"'{image}'"))] == ([tool] if tool else [])


def test_aliases_of_image_and_platforms_are_followed() -> None:
    text = """\
    variables:
      - &plugin woodpeckerci/plugin-docker-buildx
      - &platforms linux/amd64,linux/arm64
    steps:
      a:
        depends_on: [b]
        image: *plugin
        settings: {platforms: *platforms}
    """
    build = only(text)
    assert build.platforms == ("linux/amd64", "linux/arm64")
    assert build.source.position(build.span.start)[0] == 7
    assert [(each.text, each.line) for each in build.via] == [("`platforms` is set here", 3)]


def test_an_image_or_a_variable_alone_is_no_build() -> None:
    text = """
    variables:
      - &plugin woodpeckerci/plugin-docker-buildx
    steps:
      a:
        image: golang
        environment: {PLATFORMS: linux|amd64}
        commands: [make cross-compile]
    """
    assert read(text) == []


def test_a_dry_run_is_not_published_and_the_others_are() -> None:
    text = step("dry_run: true") + "  two:\n    image: plugins/docker\n    settings: {repo: a}\n"
    assert [build.published for build in read(text)] == [False, True]
    assert not only(step("dry-run: true")).published


def test_a_matrix_gives_every_value() -> None:
    top = "matrix:\n  PLATFORM: [linux/amd64, linux/arm64]"
    build = only(step("platforms: ${PLATFORM}", top=top))
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64", "linux/arm64"))
    assert any("PLATFORM" in each.text for each in build.via)
    top = "matrix:\n  include:\n    - {P: linux/amd64, T: a}\n    - {P: linux/arm64, T: b}"
    assert only(step("platforms: ${P}", top=top)).platforms == ("linux/amd64", "linux/arm64")


def test_a_matrix_reaches_commands_too() -> None:
    text = """
    matrix: {ARCH: [amd64, arm64]}
    steps:
      - name: a
        image: docker
        commands: docker build --platform linux/${ARCH} -t a .
    """
    assert only(text).platforms == ("linux/amd64", "linux/arm64")


def test_a_label_picks_the_agent() -> None:
    build = only(step("repo: a", top="labels: {platform: linux/arm64}"))
    assert (build.state, build.host) == ("delegated", Platform("linux", "arm64"))
    top = "labels: {platform: '${P}'}\nmatrix: {P: [linux/amd64, linux/arm64]}"
    build = only(step("repo: a", top=top))
    assert (build.state, build.host) == ("delegated", None)


def test_commands_are_shell() -> None:
    text = """
    steps:
      volume:
        image: docker
        commands:
          - docker build --rm -t a/b .
          - docker push a/b
    """
    build = only(text)
    assert (build.tool, build.state, build.published) == ("docker-build", "missing", True)


def test_commands_replace_what_a_plugin_does() -> None:
    assert read("steps:\n  a:\n    image: plugins/docker\n    settings: {repo: a}\n    commands: [env]\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (step("repo: a"), "      platforms: linux/amd64,linux/arm64\n      repo: a\n"),
        (
            step("repo: a").replace("settings:\n      repo: a", "settings: {repo: a}"),
            '{platforms: "linux/amd64,linux/arm64", ',
        ),
    ],
)
def test_platforms_can_be_added(text: str, expected: str) -> None:
    slot = only(text).slot
    assert slot is not None
    wanted = ("linux/amd64", "linux/arm64")
    mended = text[: slot.span.start] + slot.spell(wanted) + text[slot.span.stop :]
    assert expected in mended
    assert only(mended).platforms == wanted


def test_settings_that_two_steps_share_are_not_written_to() -> None:
    text = """
    steps:
      a: {image: plugins/docker, settings: &s {repo: a}}
      b: {image: plugins/docker, settings: *s}
    """
    first, second = read(text)
    assert first.slot is not None
    assert second.slot is None


def test_a_dockerfile_is_found(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile.server").write_text("FROM x\n")
    [build] = read(step("dockerfile: docker/Dockerfile.server"), str(tmp_path))
    assert build.dockerfile == "docker/Dockerfile.server"


DRONE = """\
kind: pipeline
type: docker
name: default
{head}
steps:
- name: publish
  image: plugins/docker
  settings:
    repo: me/app
    password: {{from_secret: p}}
{more}"""


@pytest.mark.parametrize(
    ("head", "more", "state", "platforms", "host"),
    [
        ("", "", "missing", (), "linux/amd64"),
        ("platform: {os: linux, arch: arm64}", "", "delegated", (), "linux/arm64"),
        ("platform: {os: linux}", "", "missing", (), "linux/amd64"),
        ("", "    platform: linux/arm64\n", "explicit", ("linux/arm64",), "linux/amd64"),
        ("", "  environment: {PLUGIN_PLATFORM: linux/arm64}\n", "explicit", ("linux/arm64",), "linux/amd64"),
        ("", "    platform: {from_secret: p}\n", "unknown", (), "linux/amd64"),
        ("", "    platform: ${DRONE_STAGE_ARCH}\n", "unknown", (), "linux/amd64"),
    ],
)
def test_drone_says_it_in_the_step_or_picks_the_runner(
    head: str, more: str, state: str, platforms: tuple[str, ...], host: str
) -> None:
    [build] = read_drone(DRONE.format(head=head, more=more))
    assert (build.tool, build.form, build.state, build.platforms) == ("drone-docker", "drone", state, platforms)
    assert str(build.host) == host
    assert build.published


def test_every_document_of_drone_stands_for_itself() -> None:
    text = DRONE.format(head="platform: {arch: arm64}", more="") + "---\n" + DRONE.format(head="", more="")
    text += "---\nkind: secret\nname: p\n"
    text += "---\nkind: pipeline\nsteps:\n- {name: a, image: docker, commands: [docker build .]}\n"
    assert [build.state for build in read_drone(text)] == ["delegated", "missing", "missing"]


def test_old_drone_pipelines_write_settings_beside_the_image() -> None:
    text = "pipeline:\n  publish:\n    image: plugins/docker\n    repo: a\n    platform: linux/amd64\n"
    [build] = read_drone(text)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_drone_leaves_doubled_dollars_to_the_shell() -> None:
    text = "kind: pipeline\nsteps:\n- name: a\n  environment: {P: linux/amd64}\n"
    text += "  commands: ['docker build --platform $${P} .']\n"
    assert [build.platforms for build in read_drone(text)] == [("linux/amd64",)]


@pytest.mark.parametrize(
    "text", ["", "[]", "steps: x", "steps: [a]", "steps: {a: {image: [x]}}", "matrix: x\nsteps: {}"]
)
def test_odd_shapes_build_nothing(text: str) -> None:
    assert read(text) == []
    assert read_drone(text) == []
