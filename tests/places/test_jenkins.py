"""Jenkins pipelines to builds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places.jenkins import builds
from prelaunch.project import Project


def read(text: str, path: str = "Jenkinsfile") -> list[Build]:
    return builds(Source(path, text), Project("."))


def facts(text: str) -> list[tuple[int, str, str, tuple[str, ...]]]:
    return [(b.source.position(b.span.start)[0], b.tool, b.state, b.platforms) for b in read(text)]


def states(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(b.state, b.platforms) for b in read(text)]


@pytest.mark.parametrize(
    "step",
    [
        "sh 'docker build -t x .'",
        'sh "docker build -t x ."',
        "sh('docker build -t x .')",
        "sh(script: 'docker build -t x .', returnStdout: true)",
        "sh script: 'docker build -t x .', label: 'build it'",
        "sh(label: 'build it', script: 'docker build -t x .')",
        "sh '''docker build -t x .'''",
        'sh """docker build -t x .""".stripIndent()',
        "sh $/docker build -t x ./$",
        "sh(/docker build -t x ./)",
        "sh 'docker build ' + '-t x .'",
        "steps.sh 'docker build -t x .'",
        "def id = sh(returnStdout: true, script: 'docker build -q .').trim()",
        "bat 'docker build -t x .'",
        "powershell 'docker build -t x .'",
        "pwsh(script: 'docker build -t x .')",
        "def cmd = 'docker build .'\nsh cmd",
        "docker.build('x')",
        'def image = docker.build "x:${env.BUILD_ID}"',
        "docker.build('x', '-f other/Dockerfile .')",
    ],
)
def test_a_step_that_builds_is_found(step: str) -> None:
    assert states(f"node {{\n{step}\n}}\n") == [("missing", ())]


@pytest.mark.parametrize(
    "step",
    [
        "echo 'docker build .'",
        "// sh 'docker build .'",
        "/* sh 'docker build .' */",
        "def text = 'docker build .'",
        "sh '''#!/usr/bin/env python\ndocker build .\n'''",
        "def steps = [sh: 'docker build .']",
        "powershell '(Get-Content docker-bake.hcl) -replace \"docker build .\"'",
        "sh 'docker buildx bake --print'",
        "x.build('y')",
        "docker.image('x').inside { sh 'make' }",
        "agent { dockerfile { filename 'D' } }",
        "x = a / b; sh 'ls' // docker build .",
    ],
)
def test_what_only_looks_like_a_build_is_none(step: str) -> None:
    assert states(f"node {{\n{step}\n}}\n") == []


def test_a_backslash_joins_the_lines_of_a_quoted_string_and_the_whole_command_is_the_place() -> None:
    text = (
        'pipeline {\n  steps {\n    sh "docker buildx build \\\n'
        '      --label \\"a=Let\'s go ${X}\\" \\\n      --platform=linux/arm64 ."\n  }\n}\n'
    )
    (build,) = read(text)
    assert (build.tool, build.state, build.platforms) == ("docker-buildx-build", "explicit", ("linux/arm64",))
    assert [build.source.position(at)[0] for at in (build.span.start, build.span.stop)] == [3, 5]


@pytest.mark.parametrize(
    ("head", "word", "expected"),
    [
        ("environment { P = 'linux/amd64' }", '"docker build --platform ${P} ."', ("explicit", ("linux/amd64",))),
        ("environment { P = 'linux/amd64' }", "'docker build --platform $P .'", ("explicit", ("linux/amd64",))),
        ("environment { P = 'linux/amd64' }", '"docker build --platform ${env.P} ."', ("explicit", ("linux/amd64",))),
        ("environment { DOCKER_DEFAULT_PLATFORM = 'a/b' }", "'docker build .'", ("explicit", ("a/b",))),
        ("environment { A = '--platform a/b' }", '"docker build ${A} ."', ("explicit", ("a/b",))),
        ("def a = '--platform a/b'", '"docker build ${a} ."', ("explicit", ("a/b",))),
        ("def a = ''", '"docker build ${a} ."', ("missing", ())),
        ("def a = ''\na = '--platform a/b'", '"docker build ${a} ."', ("unknown", ("a/b",))),
        ("def a = list()", '"docker build ${a} ."', ("unknown", ())),
        ("", '"docker build ${opts()} ."', ("unknown", ())),
        ("", '"docker build --platform ${arch()} ."', ("explicit", ())),
        ("parameters { string(name: 'P', defaultValue: 'a/b') }", '"docker build --platform ${params.P} ."',
         ("explicit", ("a/b",))),
        ("parameters { choice(name: 'P', choices: ['a/b', 'c/d']) }", '"docker build --platform ${params.P} ."',
         ("explicit", ("a/b",))),
        ("parameters { string(name: 'P') }", '"docker build --platform ${params.P} ."', ("delegated", ())),
        ("env.P = 'a/b'", "'docker build --platform $P .'", ("explicit", ("a/b",))),
    ],
)  # fmt: skip
def test_names_are_what_the_pipeline_sets_them_to(head: str, word: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert states(f"pipeline {{\n{head}\nsteps {{\nsh {word}\n}}\n}}\n") == [expected]


def test_an_environment_holds_in_its_own_stage_only() -> None:
    text = (
        "pipeline { stages {\nstage('a') { environment { DOCKER_DEFAULT_PLATFORM = 'a/b' }\n"
        "steps { sh 'docker build .' } }\nstage('b') { steps { sh 'docker build .' } }\n} }"
    )
    assert states(text) == [("explicit", ("a/b",)), ("missing", ())]


def test_with_env_holds_in_its_own_block_only() -> None:
    text = "withEnv(['DOCKER_DEFAULT_PLATFORM=a/b']) {\nsh 'docker build .'\n}\nsh 'docker build .'\n"
    assert states(text) == [("explicit", ("a/b",)), ("missing", ())]


def test_a_matrix_axis_gives_every_platform() -> None:
    text = (
        "matrix { axes { axis { name 'ARCH'\nvalues 'amd64', 'arm64' } }\n"
        'stages { stage("x") { steps { sh "docker build --platform linux/${ARCH} ." } } } }'
    )
    assert states(text) == [("explicit", ("linux/amd64", "linux/arm64"))]


def test_the_argument_of_a_method_is_handed_in_unless_its_default_is_known() -> None:
    text = (
        'def go(String p, q = "a/b") {\n  sh "docker build --platform $p ."\n  sh "docker build --platform $q ."\n}\n'
    )
    assert states(text) == [("delegated", ()), ("explicit", ("a/b",))]


@pytest.mark.parametrize("push", ["sh 'docker push x'", "docker.build('y').push()", "image.push('latest')"])
def test_a_push_anywhere_in_the_pipeline_publishes(push: str) -> None:
    text = f"node {{\ndef image = docker.build('x')\n{push}\n}}\n"
    assert all(build.published for build in read(text))


def test_nothing_is_published_where_nothing_is_pushed() -> None:
    assert not any(
        build.published for build in read("node {\ndocker.build('x')\ngit.push()\n}\n".replace(".push()", ""))
    )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("sh 'docker build -t x .'", "sh 'docker build --platform linux/amd64 -t x .'"),
        ('sh "docker build -t $x ."', 'sh "docker build --platform linux/amd64 -t $x ."'),
        ("docker.build('x')", "docker.build('x', '--platform linux/amd64 .')"),
        ("docker.build('x', '-f D .')", "docker.build('x', '--platform linux/amd64 -f D .')"),
        ("docker.build(name)", None),
        ("docker.build('x', args)", None),
        ("def c = 'docker build'\nsh c + ' .'", None),
        ("bat 'docker build .'", None),
    ],
)
def test_a_platform_is_written_where_that_is_certain(step: str, expected: str | None) -> None:
    (build,) = read(step)
    if expected is None:
        assert build.slot is None
        return
    assert build.slot is not None
    span = build.slot.span
    fixed = step[: span.start] + build.slot.spell(("linux/amd64",)) + step[span.stop :]
    assert fixed == expected
    assert states(fixed) == [("explicit", ("linux/amd64",))]


def test_the_folder_of_dir_leads_to_the_dockerfile(tmp_path: object) -> None:
    root = str(tmp_path)
    import os

    os.mkdir(f"{root}/api")
    open(f"{root}/api/Dockerfile", "w").close()
    found = builds(Source("Jenkinsfile", "dir('api') { sh 'docker build .' }"), Project(root))
    assert [build.dockerfile for build in found] == ["api/Dockerfile"]


WORDS = ["sh ", "'", '"', "'''", "docker build ", "${", "$x", "}", "{", "(", ")", "[", "]", ",", "=", "def x", "\n",
         "environment {", "withEnv([", "docker.build(", "\\", "/", "$/", "/$", "//", "script: ", "+", "matrix {",
         "axis {"]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map("".join)))
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    for build in read(text):
        assert 0 <= build.span.start <= build.span.stop <= len(text)
        assert build.slot is None or 0 <= build.slot.span.start <= build.slot.span.stop <= len(text)


@pytest.mark.parametrize(
    "word", ["sh ", "x = ", "{ sh ", "environment { ", '"${', "$/ ", "withEnv([", "docker.build(('a'", "a("]
)
def test_a_huge_line_takes_linear_time(word: str) -> None:
    read(word * 5_000)


def test_names_that_double_each_other_stay_small() -> None:
    text = (
        'def a0 = "docker build . "\n'
        + "".join(f'def a{n + 1} = "${{a{n}}}${{a{n}}}"\n' for n in range(60))
        + "sh a60\n"
    )
    assert len(read(text)) <= 1
