from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.model import Build, Source, Step
from prelaunch.places.gitlab import builds
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = ".gitlab-ci.yml"


def read(text: str, files: Mapping[str, str] | None = None, path: str = ROOT) -> list[Build]:
    project = Project("/nowhere")
    for name, content in (files or {}).items():
        project.add(Source(name, dedent(content)))
    source = Source(path, dedent(text))
    project.add(source)
    return builds(source, project)


def facts(text: str, files: Mapping[str, str] | None = None, path: str = ROOT) -> list[tuple[str, tuple[str, ...]]]:
    return [(build.state, build.platforms) for build in read(text, files, path)]


def test_a_script_is_a_text_a_list_or_lists_in_lists() -> None:
    text = dedent("""\
        .more: &more
          - docker build -t c .
        a:
          script: docker build -t a .
        b:
          script:
            - docker build -t b .
            - *more
            - - docker buildx build --platform linux/amd64 .
            - |
              echo start
              docker build -t d .
        """)
    found = read(text)
    assert [text[build.span.start : build.span.stop] for build in found] == [
        "docker build -t c .",
        "docker build -t a .",
        "docker build -t b .",
        "docker buildx build --platform linux/amd64 .",
        "docker build -t d .",
    ]
    assert {build.form for build in found} == {"gitlab"}


def test_before_script_and_script_are_one_shell_and_after_script_is_another() -> None:
    text = """
        a:
          before_script:
            - P=linux/amd64
            - export DOCKER_DEFAULT_PLATFORM=linux/arm64
          script:
            - docker build --platform $P .
            - docker build .
          after_script:
            - docker build -t late .
    """
    assert facts(text) == [("explicit", ("linux/amd64",)), ("explicit", ("linux/arm64",)), ("missing", ())]


def test_defaults_apply_unless_a_job_has_its_own_or_refuses_them() -> None:
    text = """
        default:
          before_script:
            - export DOCKER_DEFAULT_PLATFORM=linux/amd64
        a: {script: docker build -t a .}
        b: {before_script: [], script: docker build -t b .}
        c: {inherit: {default: false}, script: docker build -t c .}
        d: {inherit: {default: [image]}, script: docker build -t d .}
        e: {inherit: {default: [before_script]}, script: docker build -t e .}
    """
    assert [state for state, _ in facts(text)] == ["explicit", "missing", "missing", "missing", "explicit"]


def test_the_older_top_level_before_script_is_a_default_too() -> None:
    text = """
        before_script: [export DOCKER_DEFAULT_PLATFORM=linux/amd64]
        a: {script: docker build .}
    """
    assert facts(text) == [("explicit", ("linux/amd64",))]


def test_variables_of_the_top_and_of_the_job_and_the_job_wins() -> None:
    text = """\
        variables:
          P: linux/386
          DOCKER_DEFAULT_PLATFORM: {value: linux/s390x, description: x}
        a:
          variables: {P: linux/amd64}
          script:
            - docker build --platform $P .
            - docker build .
        b:
          inherit: {variables: [P]}
          script:
            - docker build --platform=$P .
            - docker build -t b .
    """
    assert facts(text) == [
        ("explicit", ("linux/amd64",)),
        ("explicit", ("linux/s390x",)),
        ("explicit", ("linux/386",)),
        ("missing", ()),
    ]
    assert Step("`P` is set here", ROOT, 5) in read(text)[0].via


def test_variables_may_name_others() -> None:
    text = """
        variables:
          OS: linux
          P: $OS/${ARCH}
          LOOP: $LOOP
        a:
          variables: {ARCH: arm64}
          script:
            - docker build --platform $P .
            - docker build --platform $LOOP .
    """
    assert facts(text)[0] == ("explicit", ("linux/arm64",))


def test_what_gitlab_sets_is_known_to_be_set() -> None:
    text = "a: {script: docker build --platform linux/amd64 -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA $CI_PROJECT_DIR/app}"
    [build] = read(text, {"app/Dockerfile": "FROM x"})
    assert (build.state, build.dockerfile, build.open) == ("explicit", "app/Dockerfile", ())


def test_kaniko_has_its_own_flag() -> None:
    text = """
        a:
          image: {name: gcr.io/kaniko-project/executor:debug, entrypoint: [""]}
          script:
            - /kaniko/executor --context "$CI_PROJECT_DIR" --destination "$CI_REGISTRY_IMAGE:1"
            - /kaniko/executor --context . --custom-platform linux/amd64 --destination "$CI_REGISTRY_IMAGE:1"
    """
    assert [(b.tool, b.state, b.platforms, b.published) for b in read(text)] == [
        ("kaniko", "missing", (), True),
        ("kaniko", "explicit", ("linux/amd64",), True),
    ]


def test_a_push_in_the_job_publishes_its_builds() -> None:
    text = """
        a:
          script: docker build -t x .
          after_script: docker push x
        b:
          script: docker build -t y .
    """
    assert [build.published for build in read(text)] == [True, False]


def test_extends_merges_and_a_later_parent_wins() -> None:
    text = """
        .build:
          variables: {P: linux/386, Q: linux/s390x}
          script:
            - docker build --platform $P .
            - docker build --platform $Q .
        .amd64: {variables: {P: linux/amd64}}
        a: {extends: [.build, .amd64]}
    """
    assert facts(text) == [("explicit", ("linux/amd64",)), ("explicit", ("linux/s390x",))]


def test_a_template_is_reported_where_it_is_written_once_for_all_its_jobs() -> None:
    text = """\
        .build:
          script: docker build --platform $P .
        a: {extends: .build, variables: {P: linux/amd64}}
        b: {extends: .build, variables: {P: linux/arm64}}
    """
    [build] = read(text)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64", "linux/arm64"))
    assert build.source.position(build.span.start)[0] == 2


def test_a_template_that_no_job_uses_is_read_on_its_own() -> None:
    assert facts(".build: {script: docker build .}") == [("missing", ())]


def test_references_are_followed() -> None:
    text = """
        .setup:
          script:
            - export DOCKER_DEFAULT_PLATFORM=linux/amd64
          variables: {P: linux/arm64}
        a:
          variables: !reference [.setup, variables]
          script:
            - !reference [.setup, script]
            - docker build .
            - docker build --platform $P .
            - !reference [.nowhere, script]
            - !reference [a, script]
    """
    assert facts(text) == [("explicit", ("linux/amd64",)), ("explicit", ("linux/arm64",))]


def test_a_matrix_makes_alternatives_and_keeps_rows_together() -> None:
    text = """
        a:
          parallel:
            matrix:
              - {OS: linux, ARCH: [amd64, arm64]}
              - {OS: windows, ARCH: amd64}
          script: docker build --platform $OS/$ARCH .
    """
    assert facts(text) == [("explicit", ("linux/amd64", "linux/arm64", "windows/amd64"))]
    assert any("parallel:matrix" in step.text for step in read(text)[0].via)


def test_too_large_a_matrix_is_unknown_only_where_it_differs() -> None:
    values = ", ".join(f"v{n}" for n in range(40))
    text = f"""
        a:
          parallel: {{matrix: [{{P: linux/amd64, V: [{values}]}}]}}
          script:
            - docker build --platform $P .
            - docker build $V .
    """
    assert [state for state, _ in facts(text)] == ["explicit", "unknown"]


def test_rules_may_set_variables_in_some_cases() -> None:
    text = """
        a:
          variables: {P: linux/amd64}
          rules:
            - if: $CI_COMMIT_TAG
              variables: {P: linux/arm64}
            - when: always
          script: docker build --platform $P .
    """
    assert facts(text) == [("explicit", ("linux/amd64", "linux/arm64"))]


INCLUDED = """\
    variables: {P: linux/386}
    .build:
      script:
        - docker build --platform $P .
    other:
      script: docker build -t other .
"""


def test_an_included_file_gives_variables_and_templates() -> None:
    text = """
        include: {local: /ci/build.yml}
        variables: {P: linux/amd64}
        a:
          extends: .build
          after_script: docker build --platform $P -t a .
    """
    files = {"ci/build.yml": INCLUDED}
    assert facts(text, files) == [("explicit", ("linux/amd64",))]


@pytest.mark.parametrize(
    "include", ["ci/build.yml", "[{local: ci/build.yml}]", "[{remote: 'https://x/y.yml'}, /ci/build.yml]"]
)
def test_an_included_file_is_judged_in_the_pipeline_that_includes_it(include: str) -> None:
    root = f"""
        include: {include}
        variables: {{P: linux/amd64}}
        a: {{extends: .build}}
    """
    found = read(INCLUDED, {ROOT: root}, "ci/build.yml")
    assert [(build.state, build.platforms) for build in found] == [("explicit", ("linux/amd64",)), ("missing", ())]
    assert [build.source.path for build in found] == ["ci/build.yml"] * 2
    assert facts(INCLUDED, None, "ci/build.yml") == [("explicit", ("linux/386",)), ("missing", ())]


def test_lines_of_another_file_set_variables_but_are_reported_there() -> None:
    text = """
        include: ci/setup.yml
        a:
          script:
            - !reference [.setup, script]
            - docker build --platform $P -t here .
    """
    files = {"ci/setup.yml": ".setup: {script: [P=linux/amd64, docker build -t there .]}"}
    [build] = read(text, files)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_files_that_include_each_other_or_are_broken_do_no_harm() -> None:
    files = {"a.yml": "include: [.gitlab-ci.yml, b.yml]", "b.yml": "x: ["}
    assert facts("include: [a.yml, nowhere.yml, ../outside.yml]\nj: {script: docker build .}", files) == [
        ("missing", ())
    ]


def test_inputs_of_a_template_are_handed_in_unless_they_have_a_default() -> None:
    text = """
        spec:
          inputs:
            p: {default: linux/amd64}
            q:
        ---
        a:
          variables: {Q: "$[[ inputs.q ]]"}
          script:
            - docker build --platform $[[ inputs.p ]] .
            - docker build --platform $Q .
    """
    assert facts(text, None, "templates/build.yml") == [("explicit", ("linux/amd64",)), ("delegated", ())]


@pytest.mark.parametrize(
    ("tags", "host"),
    [
        ("[saas-linux-medium-amd64]", "linux/amd64"),
        ("[saas-linux-large-arm64]", "linux/arm64"),
        ("[saas-linux-small-$ARCH]", "linux/arm64"),
        ("[saas-macos-medium-m1]", "darwin/arm64"),
        ("[docker]", None),
        ("[]", None),
    ],
)
def test_the_tag_of_a_hosted_runner_is_the_host(tags: str, host: str | None) -> None:
    [build] = read(f"default: {{tags: {tags}}}\na: {{variables: {{ARCH: arm64}}, script: docker build .}}")
    assert (str(build.host) if build.host else None) == host


def test_a_windows_runner_speaks_powershell() -> None:
    text = """
        a:
          tags: [saas-windows-medium-amd64]
          script:
            - |
              docker build `
                --platform windows/amd64 .
    """
    assert facts(text) == [("explicit", ("windows/amd64",))]


def test_a_flag_can_be_written_into_the_line() -> None:
    text = dedent("""\
        a:
          script:
            - 'docker buildx build --push .'
    """)
    [build] = read(text)
    assert build.slot is not None
    start, stop = build.slot.span.start, build.slot.span.stop
    mended = text[:start] + build.slot.spell(("linux/amd64",)) + text[stop:]
    assert mended == text.replace("buildx build", "buildx build --platform linux/amd64")


def test_keys_that_are_no_jobs_are_left_alone() -> None:
    assert (
        facts("image: {script: docker build .}\nstages: [a]\nworkflow: {script: docker build .}\na: [docker build .]")
        == []
    )


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read("a: [")


def test_templates_that_extend_each_other_end() -> None:
    text = ".a: {extends: [.b, .b, .a]}\n.b: {extends: [.a, .a], script: docker build .}\nj: {extends: .a}"
    assert facts(text) == [("missing", ())]
    deep = "".join(f".t{n}: {{extends: [.t{n + 1}, .t{n + 2}]}}\n" for n in range(400))
    assert facts(deep + "j: {extends: .t0, script: docker build .}") == [("missing", ())]


_LINES = st.sampled_from(
    [
        "a:",
        ".b: &b",
        "  extends: [.b, a, 1]",
        "  extends: {x: y}",
        "  script:",
        "    - docker build --platform $P .",
        "    - !reference [.b, script]",
        "    - !reference [a]",
        "    - [[docker build .], *b]",
        "  script: {a: b}",
        "  before_script: docker build $[[ inputs.x ]] .",
        "  variables: {P: $Q, Q: $P, R: [1], S: {value: x}}",
        "  variables: 1",
        "  parallel: {matrix: [{P: [a, {b: c}], Q: }, x]}",
        "  parallel: 5",
        "  tags: {a: b}",
        "  inherit: {default: x, variables: [P]}",
        "  rules: [{variables: {P: x}}, y]",
        "include: [{local: x}, .gitlab-ci.yml, [a]]",
        "default: [x]",
        "variables: {P: linux/$Q}",
        "spec: {inputs: {x: , y: {default: [1]}}}",
        "---",
        "c: *b",
    ]
)


@given(st.lists(_LINES, max_size=25).map("\n".join) | st.text(max_size=80))
@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_gives_builds_inside_it(text: str) -> None:
    project = Project("/nowhere")
    source = Source(ROOT, text)
    project.add(source)
    try:
        found = builds(source, project)
    except UnreadableError:
        return
    assert all(0 <= build.span.start < build.span.stop <= len(text) for build in found)
    assert len({build.span for build in found}) == len(found)
