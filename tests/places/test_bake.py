"""Bake files to builds: which targets are built, for what, and where their platform would be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prelaunch.model import HANDED, UNKNOWN, Build, Source
from prelaunch.places.bake import builds, command_platforms, is_bake
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(str(tmp_path))


def found(text: str, project: Project | None = None, path: str = "docker-bake.hcl") -> list[Build]:
    source = Source(path, text)
    project = project or Project("/nonexistent")
    project.add(source)
    return builds(source, project)


def only(text: str, project: Project | None = None, path: str = "docker-bake.hcl") -> Build:
    (build,) = found(text, project, path)
    return build


def written(text: str, build: Build, platforms: tuple[str, ...] = ("linux/amd64",)) -> str:
    assert build.slot is not None
    return text[: build.slot.span.start] + build.slot.spell(platforms) + text[build.slot.span.stop :]


def test_a_target_without_platforms_is_missing_one() -> None:
    text = '# é\r\ntarget "app" {\r\n\tdockerfile = "app.Dockerfile"\r\n\ttags = ["r.io/app:1"]\r\n}\r\n'
    build = only(text)
    assert (build.tool, build.form, build.state, build.platforms) == ("docker-buildx-bake", "bake", "missing", ())
    assert (build.images, build.dockerfile, build.image, build.published) == (
        ("r.io/app:1",),
        "app.Dockerfile",
        True,
        False,
    )
    assert text[build.span.start : build.span.stop] == 'target "app" {'
    assert build.source.position(build.span.start) == (2, 1)


STATES = {
    'target "a" {\n  platforms = ["linux/amd64", "linux/arm64"]\n}\n': ("explicit", ("linux/amd64", "linux/arm64")),
    'target "a" {\n  platforms = []\n}\n': ("missing", ()),
    'target "a" {\n  platforms = null\n}\n': ("missing", ()),
    'target "a" {\n  platforms = UNDEFINED\n}\n': ("unknown", ()),
    'target "_b" { platforms = ["l/x"] }\ntarget "a" { inherits = ["_b"] }\n': ("explicit", ("l/x",)),
    'target "_b" {}\ntarget "a" { inherits = ["_b"] }\n': ("missing", ()),
    'target "a" { inherits = ["elsewhere"] }\n': ("unknown", ()),
    'target "a" {\n matrix = { v = ["x", "y"] }\n name = v\n platforms = ["l/${v}"]\n}\n': ("explicit", ("l/x", "l/y")),
    'target "a" {\n matrix = { v = ["x", "y"] }\n name = v\n platforms = v == "x" ? ["l/x"] : []\n}\n': (
        "missing",
        ("l/x",),
    ),
    'target "a" {\n args = { x = 1 +\n }\n}\n': ("unknown", ()),
    'target "a" {}\ntarget "a" { platforms = ["l/x"] }\n': ("explicit", ("l/x",)),
}


@pytest.mark.parametrize("text", STATES, ids=repr)
def test_the_state_of_a_target(text: str) -> None:
    build = only(text)
    assert (build.state, build.platforms) == STATES[text]


def test_a_matrix_that_leaves_some_without_a_platform_says_which() -> None:
    text = 'target "a" {\n matrix = { v = ["x", "y"] }\n name = v\n platforms = v == "x" ? ["l/x"] : []\n}\n'
    assert [step.text for step in only(text).via] == ["no platform for `y`"]


def test_variables_left_to_the_environment_are_named() -> None:
    build = only('variable "P" {}\ntarget "a" {\n  platforms = split(",", P)\n}\n')
    assert (build.state, build.open, build.slot) == ("missing", ("P",), None)
    assert build.via[0].text == "variable P has no default and may be overridden from the environment"


OUTPUTS = {
    "": (True, False),
    'output = ["type=image,push=true"]': (True, True),
    'output = ["type=registry"]': (True, True),
    'output = [{ type = "image", push = true }]': (True, True),
    'output = ["type=docker"]': (True, False),
    'output = ["type=oci,dest=a.tar"]': (True, False),
    'output = ["type=local,dest=bin"]': (False, False),
    'output = ["type=tar,dest=a.tar"]': (False, False),
    'output = ["type=cacheonly"]': (False, False),
    'output = ["./bin"]': (False, False),
    'output = ["-"]': (False, False),
    'output = ["./bin", "type=registry"]': (True, True),
    'output = ["type=local,dest=${timestamp()}"]': (False, False),
    "output = []": (True, False),
    # Nothing by default, and a path as soon as someone sets the variable.
    'output = ["${DEST}"]': (False, False),
    'call = "check"': (False, False),
}


@pytest.mark.parametrize("attribute", OUTPUTS, ids=repr)
def test_the_output_says_whether_an_image_is_made_and_pushed(attribute: str) -> None:
    build = only(f'variable "DEST" {{ default = "" }}\ntarget "a" {{\n  {attribute}\n}}\n')
    assert (build.image, build.published) == OUTPUTS[attribute]


SLOTS = {
    'target "a" {\n  context = "."\n}\n': 'target "a" {\n  platforms = ["linux/amd64"]\n  context = "."\n}\n',
    'target "a" {\r\n\tcontext = "."\r\n}\r\n': (
        'target "a" {\r\n\tplatforms = ["linux/amd64"]\r\n\tcontext = "."\r\n}\r\n'
    ),
    'target "a" { # why\n    tags = ["é"]\n}\n': (
        'target "a" { # why\n    platforms = ["linux/amd64"]\n    tags = ["é"]\n}\n'
    ),
    'target "a" {\n\n}\n': 'target "a" {\n  platforms = ["linux/amd64"]\n\n}\n',
    'target "a" {}\n': 'target "a" { platforms = ["linux/amd64"] }\n',
    'target "a" { }': 'target "a" { platforms = ["linux/amd64"] }',
    '\ufefftarget "a" {\n}': '\ufefftarget "a" {\n  platforms = ["linux/amd64"]\n}',
}


@pytest.mark.parametrize("text", SLOTS, ids=repr)
def test_a_platform_is_written_behind_the_brace_in_the_files_own_style(text: str) -> None:
    fixed = written(text, only(text))
    assert fixed == SLOTS[text]
    again = only(fixed)
    assert (again.state, again.platforms, again.slot) == ("explicit", ("linux/amd64",), None)


JSON_SLOTS = {
    '{"target": {"a": {}}}': '{"target": {"a": { "platforms": ["linux/amd64"] }}}',
    '{"target": {"a": {"context": "."}}}': '{"target": {"a": {"platforms": ["linux/amd64"], "context": "."}}}',
    '{"target": {"a": { "tags": [] }}}': '{"target": {"a": { "platforms": ["linux/amd64"], "tags": [] }}}',
    '{\r\n "target": {\r\n  "a": {\r\n   "tags": []\r\n  }\r\n }\r\n}': (
        '{\r\n "target": {\r\n  "a": {\r\n   "platforms": ["linux/amd64"],\r\n   "tags": []\r\n  }\r\n }\r\n}'
    ),
}


@pytest.mark.parametrize("text", JSON_SLOTS, ids=repr)
def test_a_platform_is_written_into_json_too(text: str) -> None:
    fixed = written(text, only(text, path="docker-bake.json"))
    assert fixed == JSON_SLOTS[text]
    assert only(fixed, path="docker-bake.json").platforms == ("linux/amd64",)


def test_several_platforms_are_one_list() -> None:
    text = 'target "a" {\n  context = "."\n}\n'
    assert 'platforms = ["l/a", "l/b"]\n' in written(text, only(text), ("l/a", "l/b"))


@pytest.mark.parametrize(
    "text",
    [
        'target "a" { context = "." }\n',
        'target "a" { /* of\nmany lines */ context = "."\n}\n',
        'target "a" {\n  platforms = []\n}\n',
    ],
)
def test_nothing_is_written_where_it_would_not_fit(text: str) -> None:
    assert [build.slot for build in found(text)] == [None]


def test_targets_for_others_to_inherit_from_are_no_builds() -> None:
    text = """group "default" { targets = ["app"] }
target "_common" {}
target "base" { context = "." }
target "docker-metadata-action" {}
target "app" {
  inherits = ["_common", "base", "docker-metadata-action"]
  contexts = { tools = "target:tools" }
}
target "tools" {}
"""
    assert [build.source.position(build.span.start)[0] for build in found(text)] == [5, 9]


def test_the_file_that_lies_over_another_by_default_is_merged(project: Project) -> None:
    main = 'target "a" {}\ntarget "b" {}\n'
    over = '{"target": {"a": {"platforms": ["l/x"]}, "c": {}}}'
    project.add(Source("x/docker-bake.override.json", over))
    assert [(build.state, build.platforms) for build in found(main, project, "x/docker-bake.hcl")] == [
        ("explicit", ("l/x",)),
        ("missing", ()),
    ]
    (mine,) = builds(Source("x/docker-bake.override.json", over), project)
    assert (mine.state, over[mine.span.start : mine.span.stop]) == ("missing", '"c": {')


def test_a_broken_neighbour_changes_nothing(project: Project) -> None:
    project.add(Source("docker-bake.override.hcl", "{"))
    assert only('target "a" {}\n', project).state == "missing"


def test_a_file_laid_over_the_main_one_by_hand_is_not_judged_alone(project: Project) -> None:
    project.add(Source("docker-bake.hcl", 'target "a" {\n  platforms = ["l/x"]\n}\n'))
    text = 'target "a" {\n  tags = ["t"]\n}\ntarget "b" {\n  tags = ["t"]\n}\n'
    assert [build.state for build in found(text, project, "docker-bake.release.hcl")] == ["unknown", "missing"]


DOCKERFILES = {
    'dockerfile = "a.Dockerfile"': "x/a.Dockerfile",
    'dockerfile = "there.Dockerfile"': "there.Dockerfile",
    'context = "sub"\n  dockerfile = "Dockerfile"': "x/sub/Dockerfile",
    'dockerfile = "../Dockerfile"': "Dockerfile",
    'dockerfile = "../../Dockerfile"': None,
    "": "x/Dockerfile",
    'context = "https://example.com/a.git"\n  dockerfile = "a"': None,
    'dockerfile = "a"\n  dockerfile-inline = "FROM scratch"': None,
    'dockerfile = "${timestamp()}"': None,
}


@pytest.mark.parametrize("attributes", DOCKERFILES, ids=repr)
def test_the_dockerfile_is_a_path_from_the_root_where_it_is_literal(attributes: str, project: Project) -> None:
    project.add(Source("there.Dockerfile", ""))
    build = only(f'target "a" {{\n  {attributes}\n}}\n', project, "x/docker-bake.hcl")
    assert build.dockerfile == DOCKERFILES[attributes]


def test_a_broken_file_is_refused() -> None:
    with pytest.raises(UnreadableError, match="invalid HCL"):
        found('target "a" {\n')


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("docker-bake.hcl", "", True),
        ("a/docker-bake.release.json", "{", True),
        ("Docker-Bake.HCL", "", True),
        ("docker-bake.yml", "", False),
        ("release.hcl", 'target "a" {\n  platforms = ["x"]\n}\n', True),
        ("release.hcl", 'target "a" {\n  url = "x"\n}\nplatforms = []\n', False),
        ("main.tf.hcl", 'resource "a" "target" {\n  tags = []\n}\n', False),
        ("release.hcl", 'target "a" {\n  platforms = ["x"]\n', False),
        ("bake.json", '{"target": {"a": {"tags": ["x"]}}}', True),
        ("bakery.json", '["target", "tags"]', False),
    ],
)
def test_a_bake_file_is_known_by_name_or_by_its_targets(path: str, text: str, expected: bool) -> None:
    assert is_bake(path, text) is expected


def test_another_tools_file_gives_nothing_even_where_it_is_broken() -> None:
    assert found('job "target" {\n  tags = [\n', path="nomad.hcl") == []
    assert found("[", path="bakery.json") == []


MAIN = """group "default" { targets = ["app"] }
target "app" {
  platforms = ["linux/amd64"]
}
target "other" {}
target "open" { platforms = UNDEFINED }
"""


def command(
    project: Project, *targets: str, sets: tuple[str, ...] = (), paths: tuple[str, ...] = (), directory: str = "."
) -> tuple[str, tuple[str, ...], list[str]]:
    state, platforms, steps = command_platforms(paths, targets, sets, directory, project)
    return state, platforms, [step.text for step in steps]


def test_a_command_gets_the_platforms_of_its_targets(project: Project) -> None:
    project.add(Source("docker-bake.hcl", MAIN))
    app = "bake target `app` in docker-bake.hcl:2 names linux/amd64"
    other = "bake target `other` in docker-bake.hcl:5 names no platform"
    assert command(project) == ("delegated", ("linux/amd64",), [app])
    assert command(project, "other") == ("delegated", (), [other])
    assert command(project, "app", "other") == ("delegated", ("linux/amd64",), [app, other])
    assert command(project, "open")[2] == ["bake target `open` in docker-bake.hcl:6 has platforms that cannot be known"]
    assert command(project, "none") == ("delegated", (), ["the bake file has no such target"])
    assert command(project, UNKNOWN) == ("delegated", (), ["the targets cannot be known"])
    assert command(project, "https://example.com/a.git")[2] == ["the targets cannot be known"]


def test_set_on_the_command_line_is_explicit(project: Project) -> None:
    project.add(Source("docker-bake.hcl", MAIN))
    named = ["`--set` names the platform"]
    assert command(project, sets=("*.platform=l/a,l/b",)) == ("explicit", ("l/a", "l/b"), named)
    assert command(project, "other", sets=("other.platform=l/a",)) == ("explicit", ("l/a",), named)
    assert command(project, "app", sets=("app.platform+=l/a",)) == ("explicit", ("linux/amd64", "l/a"), named)
    assert command(project, "app", "other", sets=("app.platform=l/a",))[0] == "delegated"
    assert command(project, "other", sets=("app.platform=l/a",))[:2] == ("delegated", ())
    assert command(project, sets=("*.tags=l/a",))[:2] == ("delegated", ("linux/amd64",))
    assert command(project, sets=(f"*.platform={HANDED}",))[:2] == ("unknown", ())
    assert command(project, sets=(UNKNOWN,))[:2] == ("unknown", ())
    assert command(project, sets=(f"{UNKNOWN}.platform=l/a",))[:2] == ("unknown", ())
    assert command(project, sets=(f"app.tags={UNKNOWN}",))[:2] == ("delegated", ("linux/amd64",))


def test_a_command_reads_the_files_that_it_names_and_else_bakes_own(project: Project) -> None:
    project.add(Source("x/docker-bake.hcl", 'target "default" {}\n'))
    project.add(Source("x/docker-bake.override.hcl", 'target "default" {\n  platforms = ["l/x"]\n}\n'))
    project.add(Source("x/more.hcl", 'target "default" {\n  platforms = ["l/y"]\n}\n'))
    assert command(project, directory="x")[1] == ("l/x",)
    assert command(project, paths=("docker-bake.hcl",), directory="x")[1] == ()
    assert command(project, paths=("docker-bake.hcl", "cwd://more.hcl"), directory="x")[1] == ("l/y",)
    assert command(project, paths=("x/more.hcl",))[1] == ("l/y",)
    # No steps: nothing was found to follow.
    assert command(project) == ("delegated", (), [])
    assert command(project, paths=("gone.hcl", "x/more.hcl")) == ("delegated", (), [])
    assert command(project, paths=("-",)) == ("delegated", (), [])
    assert command(project, paths=("gone.hcl",), sets=("a.platform=l/z",))[:2] == ("explicit", ("l/z",))


def test_a_command_whose_file_is_broken_says_so(project: Project) -> None:
    project.add(Source("docker-bake.hcl", "target {"))
    state, platforms, steps = command(project)
    assert (state, platforms) == ("delegated", ())
    assert steps[0].startswith("the bake file cannot be read: invalid HCL")


COMPOSE = """services:
  web:
    image: r.io/web
    platform: linux/arm64
    build:
      context: web
      platforms: [linux/amd64]
  api.v1:
    build:
      context: api
      x-bake:
        platforms:
          - linux/386
  plain:
    platform: linux/arm64
    build: .
  open:
    build:
      platforms: ["${P}"]
  db:
    image: postgres
"""


def test_compose_files_give_targets_without_the_services_platform(project: Project) -> None:
    project.add(Source("compose.yaml", COMPOSE))
    assert command(project) == (
        "delegated",
        ("linux/amd64", "linux/386"),
        [
            "bake target `web` in compose.yaml:2 names linux/amd64",
            "bake target `api_v1` in compose.yaml:8 names linux/386",
            "bake target `plain` in compose.yaml:14 names no platform",
            "bake target `open` in compose.yaml:17 has platforms that cannot be known",
        ],
    )
    assert command(project, "api.v1")[1] == ("linux/386",)


def test_a_bake_file_lies_over_the_compose_file_beside_it(project: Project) -> None:
    project.add(Source("compose.yaml", COMPOSE))
    project.add(Source("docker-bake.hcl", 'target "plain" {\n  platforms = ["l/x"]\n}\n'))
    assert command(project, "plain")[1] == ("l/x",)


_lines = st.sampled_from(
    [
        'target "a" {',
        'target "b" { }',
        "}",
        '  inherits = ["b"]',
        "  platforms = []",
        '  tags = ["é"]',
        "  # x",
        "",
        '  output = ["./bin"]',
        '  matrix = { v = ["x", "y"] }',
        "  name = v",
        "{",
        '  x = "${',
        "  args = {",
        "\t}",
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(_lines, max_size=14), st.sampled_from(["\n", "\r\n"]))
@example(['target "a" { # {', "}"], "\r\n")
@example(['target "a" {', "  # only a comment", "}"], "\n")
def test_what_is_written_into_any_file_is_in_force_there(lines: list[str], end: str) -> None:
    text = end.join(lines)
    try:
        every = found(text)
    except UnreadableError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017 (the other way out is tested too)
        return
    for build in every:
        assert 0 <= build.span.start < build.span.stop <= len(text)
        if build.slot:
            fixed = written(text, build)
            again = [each for each in found(fixed) if each.span == build.span]
            assert [(each.state, each.platforms) for each in again] == [("explicit", ("linux/amd64",))]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["docker-bake.hcl", "docker-bake.json", "a.hcl", "bake.json"]))
def test_any_text_gives_builds_or_is_refused(text: str, path: str) -> None:
    project = Project("/nonexistent")
    project.add(Source(path, text))
    try:
        builds(Source(path, text), project)
    except UnreadableError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017 (the other way out is tested too)
    command_platforms([path], [text], [text], ".", project)
