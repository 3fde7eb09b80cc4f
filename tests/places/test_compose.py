"""Compose files to builds: which services build, and for which platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Build, Source, Step
from prelaunch.places.compose import builds
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


Files = dict[str, str]


def facts(root: Path, text: str, path: str = "compose.yaml", files: Files | None = None) -> list[Build]:
    project = Project(str(root))
    for name, content in (files or {}).items():
        project.add(Source(name, content))
    source = Source(path, text)
    project.add(source)
    return builds(source, project)


def only(root: Path, text: str, path: str = "compose.yaml", files: Files | None = None) -> Build:
    (build,) = facts(root, text, path, files)
    return build


def raw(build: Build) -> str:
    return build.source.text[build.span.start : build.span.stop]


def fixed(build: Build) -> str:
    assert build.slot is not None
    text, span = build.source.text, build.slot.span
    return text[: span.start] + build.slot.spell(("linux/amd64",)) + text[span.stop :]


WEB = "services:\n  web:\n    build: .\n"


def test_a_service_without_a_platform_is_missing_one(tmp_path: Path) -> None:
    build = only(
        tmp_path,
        "services:\n  web:\n    image: reg.example/web\n    build: ./web # c\n    ports: []\n",
        "c/compose.yaml",
    )
    assert (build.form, build.tool, build.state, build.platforms) == ("compose", "compose-service", "missing", ())
    assert build.via == (Step("service web has neither platform nor build.platforms", "c/compose.yaml", 4),)
    assert (raw(build), build.images, build.dockerfile) == ("build: ./web", ("reg.example/web",), "c/web/Dockerfile")
    assert (build.published, build.host, build.image, build.open) == (False, None, True, ())


def test_the_span_is_the_build_key_with_its_whole_value(tmp_path: Path) -> None:
    text = "services:\n  web:\n    build:\n      context: .\n      args: [A=1]\n    # c\n\n    ports: []\n"
    assert raw(only(tmp_path, text)) == "build:\n      context: .\n      args: [A=1]"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_slot_is_in_front_of_the_build_key(tmp_path: Path, end: str) -> None:
    text = "services:\n  web:\n    image: x\n    build: .\n".replace("\n", end)
    build = only(tmp_path, text)
    wanted = "services:\n  web:\n    image: x\n    platform: linux/amd64\n    build: .\n".replace("\n", end)
    assert fixed(build) == wanted
    assert build.slot is not None
    assert not build.slot.many
    again = only(tmp_path, fixed(build))
    assert (again.state, again.platforms, again.slot) == ("explicit", ("linux/amd64",), None)


def test_a_json_file_is_mended_as_json(tmp_path: Path) -> None:
    build = only(tmp_path, '{"services": {"web": {"build": "."}}}', "docker-compose.json")
    assert fixed(build) == '{"services": {"web": {"platform": "linux/amd64", "build": "."}}}'


@pytest.mark.parametrize("value", ["", " null", " ~", ' ""', " {}", " []", " !reset null"])
def test_an_empty_build_is_none(tmp_path: Path, value: str) -> None:
    assert facts(tmp_path, f"services:\n  web:\n    build:{value}\n    image: x\n") == []


@pytest.mark.parametrize(
    "text", ["services:\n", "services: []\n", "a: 1\n", "- x\n", "", "services:\n  web: x\n", "x: {build: .}\n"]
)
def test_a_file_without_built_services_has_none(tmp_path: Path, text: str) -> None:
    assert facts(tmp_path, text) == []


@pytest.mark.parametrize(
    ("value", "env", "wanted"),
    [
        ("linux/amd64", "", ("explicit", ("linux/amd64",), ())),
        ("'linux/amd64'", "", ("explicit", ("linux/amd64",), ())),
        ("${P:-linux/amd64}", "", ("explicit", ("linux/amd64",), ())),
        ("${P-linux/amd64}", "", ("explicit", ("linux/amd64",), ())),
        ("linux/${ARCH:-arm64}", "", ("explicit", ("linux/arm64",), ())),
        ("${P}", "P=linux/s390x\n", ("explicit", ("linux/s390x",), ())),
        ("$P", "P=linux/s390x\n", ("explicit", ("linux/s390x",), ())),
        ("${P:-}", "", ("missing", (), ("P",))),
        ("${P:-}", "P=\n", ("missing", (), ("P",))),
        ("$P", "", ("missing", (), ("P",))),
        ("''", "", ("missing", (), ())),
        ("", "", ("missing", (), ())),
        ("${P:?say which}", "", ("delegated", (), ())),
        ("${P:?say which}", "P=linux/amd64", ("explicit", ("linux/amd64",), ())),
        ("${P", "", ("unknown", (), ())),
        ("[a]", "", ("unknown", (), ())),
        ("''", "DOCKER_DEFAULT_PLATFORM=linux/amd64\n", ("explicit", ("linux/amd64",), ())),
    ],
)
def test_the_platform_is_taken_as_compose_interpolates_it(
    tmp_path: Path, value: str, env: str, wanted: tuple[str, tuple[str, ...], tuple[str, ...]]
) -> None:
    build = only(tmp_path, f"services:\n  web:\n    platform: {value}\n    build: .\n", files={".env": env})
    assert (build.state, build.platforms, build.open) == wanted
    assert build.slot is None


def test_the_steps_name_the_variable_and_the_line_that_sets_it(tmp_path: Path) -> None:
    text = "services:\n  web:\n    build: .\n    platform: ${P}\n"
    build = only(tmp_path, text, "c/compose.yaml", {"c/.env": "# c\nP=linux/arm64\n", ".env": "P=other\n"})
    assert build.via == (
        Step("services.web.platform: ${P} gives linux/arm64", "c/compose.yaml", 4),
        Step("P=linux/arm64", "c/.env", 2),
    )


def test_a_variable_set_nowhere_is_said_to_be(tmp_path: Path) -> None:
    build = only(tmp_path, "services:\n  web:\n    platform: ${P:-}\n    build: .\n")
    assert build.via == (Step("services.web.platform: ${P:-} is empty; P is set nowhere", "compose.yaml", 3),)


def test_the_default_platform_of_the_environment_file_counts(tmp_path: Path) -> None:
    build = only(tmp_path, WEB, files={".env": "DOCKER_DEFAULT_PLATFORM=linux/amd64\n"})
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))
    assert build.via == (Step("DOCKER_DEFAULT_PLATFORM=linux/amd64", ".env", 1),)


@pytest.mark.parametrize(
    "list_", ["[linux/amd64, linux/arm64]", "\n        - linux/amd64\n        - ${P:-linux/arm64}"]
)
def test_a_list_of_build_platforms_counts(tmp_path: Path, list_: str) -> None:
    build = only(tmp_path, f"services:\n  web:\n    build:\n      context: .\n      platforms: {list_}\n")
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64", "linux/arm64"))


def test_an_empty_list_of_build_platforms_is_none(tmp_path: Path) -> None:
    text = "services:\n  web:\n    build:\n      context: .\n      platforms: {}\n"
    assert only(tmp_path, text.format("[]")).state == "missing"
    build = only(tmp_path, text.format("['${P:-}']"))
    assert (build.state, build.open) == ("missing", ("P",))


def test_a_platform_that_an_override_takes_away_is_missing(tmp_path: Path) -> None:
    text = "services:\n  web:\n    platform: linux/amd64\n    build: .\n"
    override = "services:\n  web:\n    platform: !reset null\n"
    assert only(tmp_path, text, files={"compose.override.yaml": override}).state == "missing"
    assert only(tmp_path, text, files={"compose.override.yaml": override.replace("!reset ", "")}).state == "explicit"


def test_the_platforms_of_bake_count(tmp_path: Path) -> None:
    build = only(tmp_path, "services:\n  web:\n    build: {context: ., x-bake: {platforms: linux/amd64}}\n")
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_a_build_in_an_anchor_is_one_build_where_it_is_written(tmp_path: Path) -> None:
    text = (
        "x-app: &app\n  image: app\n  build: .\n"
        "services:\n  web:\n    <<: *app\n  worker:\n    <<: *app\n    image: worker\n"
    )
    build = only(tmp_path, text)
    assert build.source.position(build.span.start)[0] == 3
    assert build.images == ("app", "worker")
    assert fixed(build).startswith("x-app: &app\n  image: app\n  platform: linux/amd64\n  build: .\n")
    assert only(tmp_path, fixed(build)).state == "explicit"


def test_an_anchor_that_no_service_uses_builds_nothing(tmp_path: Path) -> None:
    assert facts(tmp_path, "x-app: &app\n  build: .\nservices:\n  web:\n    image: x\n") == []


def test_a_shared_build_is_missing_a_platform_where_one_service_lacks_it(tmp_path: Path) -> None:
    text = (
        "x-app: &app\n  build: .\n"
        "services:\n  web:\n    <<: *app\n    platform: linux/amd64\n  worker:\n    <<: *app\n    platform: {}\n"
    )
    assert only(tmp_path, text.format("linux/arm64")).platforms == ("linux/amd64", "linux/arm64")
    build = only(tmp_path, text.format("''"))
    assert (build.state, build.slot) == ("missing", None)


def test_an_own_build_hides_the_merged_one(tmp_path: Path) -> None:
    text = "x-app: &app\n  build: .\n  platform: linux/amd64\nservices:\n  web:\n    <<: *app\n    build: ./web\n"
    build = only(tmp_path, text)
    assert (raw(build), build.state) == ("build: ./web", "explicit")


def test_an_aliased_value_belongs_to_the_key_at_hand(tmp_path: Path) -> None:
    text = "x-build: &b\n  context: .\nservices:\n  web:\n    build: *b\n  api:\n    build: *b\n"
    assert [(raw(build), build.source.position(build.span.start)[0]) for build in facts(tmp_path, text)] == [
        ("build", 5),
        ("build", 7),
    ]


BASE = "services:\n  base:\n    image: x\n    platform: linux/amd64\n"


@pytest.mark.parametrize(
    ("extends", "state"),
    [
        ("base", "explicit"),
        ("{service: base}", "explicit"),
        ("{service: base, file: other/common.yml}", "explicit"),
        ("{service: base, file: '${WHERE:-other}/common.yml'}", "explicit"),
        ("{service: base, file: nowhere.yml}", "unknown"),
        ("{service: base, file: ../outside.yml}", "unknown"),
        ("nobody", "unknown"),
        ("{file: other/common.yml}", "unknown"),
        ("[base]", "unknown"),
        ("web", "missing"),
        ("null", "missing"),
    ],
)
def test_what_a_service_extends_gives_its_platform(tmp_path: Path, extends: str, state: str) -> None:
    text = BASE + f"  web:\n    extends: {extends}\n    build: .\n"
    build = only(tmp_path, text, files={"other/common.yml": BASE})
    assert build.state == state


def test_extending_in_a_ring_comes_to_an_end(tmp_path: Path) -> None:
    text = "services:\n  a:\n    extends: b\n    build: .\n  b:\n    extends: a\n    build: .\n"
    assert [build.state for build in facts(tmp_path, text)] == ["missing", "missing"]


def test_a_platform_in_the_override_file_counts_for_the_base(tmp_path: Path) -> None:
    override = "services:\n  web:\n    platform: linux/amd64\n"
    build = only(tmp_path, WEB, "docker-compose.yml", {"docker-compose.override.yml": override})
    assert build.state == "explicit"
    assert build.via == (Step("services.web.platform: linux/amd64", "docker-compose.override.yml", 3),)
    assert only(tmp_path, WEB, "other.yml", {"docker-compose.override.yml": override}).state == "missing"


@pytest.mark.parametrize("path", ["compose.override.yaml", "compose.dev.yaml"])
def test_a_platform_in_the_base_counts_for_an_override_file(tmp_path: Path, path: str) -> None:
    base = "services:\n  web:\n    image: x\n    platform: linux/amd64\n"
    assert only(tmp_path, WEB, path, {"compose.yaml": base}).state == "explicit"


def test_an_unreadable_sibling_says_nothing(tmp_path: Path) -> None:
    assert only(tmp_path, WEB, files={"compose.override.yml": "{{ x"}).state == "missing"


@pytest.mark.parametrize(
    ("build", "dockerfile"),
    [
        (".", "c/Dockerfile"),
        ("..", "Dockerfile"),
        ("../..", None),
        ("{context: web, dockerfile: ../api.Dockerfile}", "c/api.Dockerfile"),
        ("{dockerfile: Dockerfile.dev}", "c/Dockerfile.dev"),
        ("{context: '${DIR:-app}'}", "c/app/Dockerfile"),
        ("${DIR}", None),
        ("{context: ., dockerfile: '${FILE}'}", None),
        ("{context: ., dockerfile_inline: FROM x}", None),
        ("https://example.org/x.git", None),
        ("/srv/app", None),
    ],
)
def test_the_dockerfile_is_named_where_it_is_literal(tmp_path: Path, build: str, dockerfile: str | None) -> None:
    assert only(tmp_path, f"services:\n  web:\n    build: {build}\n", "c/compose.yaml").dockerfile == dockerfile


@pytest.mark.parametrize(
    ("image", "images"),
    [("reg/x:1", ("reg/x:1",)), ("${REG:-reg}/x", ("reg/x",)), ("${REG}/x", ()), ("${TAG:?}", ()), ("", ())],
)
def test_the_image_is_named_where_nothing_of_it_is_open(tmp_path: Path, image: str, images: tuple[str, ...]) -> None:
    assert only(tmp_path, f"services:\n  web:\n    build: .\n    image: {image}\n").images == images


def test_the_builds_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "services:\n  b:\n    <<: &x\n      build: b\n  a:\n    build: a\n---\nservices:\n  c:\n    build: c\n"
    assert [raw(build) for build in facts(tmp_path, text)] == ["build: b", "build: a", "build: c"]


def test_a_template_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        facts(tmp_path, "services:\n{{- range .x }}\n  web:\n    build: .\n{{- end }}\n")


PARTS = st.lists(
    st.sampled_from(
        [
            *(
                "services:\n",
                "  web:\n",
                "  api: &x\n",
                "    build: .\n",
                "    build:\n      context: a\n",
                "x-a: *x\n",
            ),
            *("      platforms: [${A:-}, 'b']\n", "    platform: ${P:?}\n", "    platform: l/a\n", "    <<: *x\n"),
            *("    extends: web\n", "    extends: {file: compose.yaml, service: web}\n", "    image: [1]\n", "    a\n"),
            *(
                "    build: {x-bake: 1}\n",
                "    build: !t {a: 1}\n",
                "    extends: []\n",
                "---\n",
                "  web: *x\n",
                "\ufeff",
            ),
        ]
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(PARTS, st.sampled_from(["compose.yaml", "compose.override.yml", "a/b.yml"]))
def test_any_file_is_read_or_refused_and_a_slot_mends_it(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], path: str
) -> None:
    text = "".join(parts)
    root = tmp_path_factory.getbasetemp()
    try:
        found = facts(root, text, path)
    except UnreadableError:
        return
    for build in found:
        assert 0 <= build.span.start < build.span.stop <= len(text)
        assert raw(build).startswith("build")
        if build.slot is not None:
            mended = [again for again in facts(root, fixed(build), path) if again.state == "explicit"]
            assert any(again.platforms == ("linux/amd64",) for again in mended)
