from __future__ import annotations

from itertools import pairwise
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import UNKNOWN, UNSET, Build, Source, Value
from prelaunch.places.gotemplate import template_spots
from prelaunch.places.substitution import bare_text
from prelaunch.places.taskfile import builds
from prelaunch.project import Project

KNOWN = {"A": Value(("a",)), "EMPTY": Value(("",)), "U": Value((UNKNOWN,)), "S": Value(("x y",))}


def render(text: str) -> str:
    spots = template_spots(text, lambda name: KNOWN.get(name, Value((UNSET,))))
    assert all(one.stop <= two.start for one, two in pairwise(spots))
    return bare_text(text, spots).replace(UNSET, "").replace(UNKNOWN, "?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "x"),
        ("{{.A}}", "a"),
        ("{{ .A }}-{{$.A}}", "a-a"),
        ("{{.NONE}}|", "|"),
        ('{{.A | default "d"}}', "a"),
        ('{{.NONE | default "d e"}}', "d e"),
        ('{{.EMPTY | default "d"}}', "d"),
        ('{{default "d" .NONE}}', "d"),
        ("{{default .A .NONE}}", "a"),
        ("{{.U | default .A}}", "?"),
        ("{{.A | upper}}", "?"),
        ("{{.A | trim}}", "a"),
        ("{{OS}}/{{ARCH}}", "?/?"),
        ('{{"lit"}}', "lit"),
        ("{{`{{.A}}`}}", "{{.A}}"),
        ("a {{- /* note */ -}} b", "ab"),
        ("a {{- .A -}} b", "aab"),
        ("{{if .A}}yes{{else}}no{{end}}", "yes"),
        ("{{if .NONE}}yes{{else}}no{{end}}", "no"),
        ("{{if .NONE}}yes{{end}}.", "."),
        ("{{if not .NONE}}yes{{end}}", "yes"),
        ("{{if .U}}yes{{end}}.", "?."),
        ('{{if eq .A "a"}}yes{{else}}no{{end}}', "yes"),
        ('{{if ne .A "a"}}yes{{else}}no{{end}}', "no"),
        ("{{if .A}}{{if .NONE}}1{{else}}{{.A}}{{end}}{{end}}", "a"),
        ("{{if .NONE}}1{{else if .A}}2{{else}}3{{end}}", "?"),
        ('{{if eq OS "x"}}\none\n{{else}}\ntwo\n{{end}}', "\none\n\ntwo\n"),
        ("{{range .A}}x{{end}}", "?"),
        ("{{.A", "{{.A"),
        ("{{end}}{{else}}", "{{end}}{{else}}"),
        ("{{if .A}}x", "{{if .A}}x"),
        ("", ""),
    ],
)
def test_a_template_is_put_in_as_far_as_it_is_known(text: str, expected: str) -> None:
    assert render(text) == expected


@given(st.text(alphabet='{}-| ."`\naAifelsnd/*', max_size=60))
def test_any_template_gives_spots_in_order(text: str) -> None:
    render(text)


def read(text: str) -> list[Build]:
    return builds(Source("Taskfile.yml", dedent(text)), Project("/nowhere"))


def facts(text: str) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(b.source.position(b.span.start)[0], b.state, b.platforms) for b in read(text)]


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("docker build .", [(3, "missing", ())]),
        ("[docker build ., docker ps]", [(3, "missing", ())]),
        ("{cmd: docker build .}", [(3, "missing", ())]),
        (
            "{cmds: [docker build ., {cmd: docker build --platform a/b .}]}",
            [(3, "missing", ()), (3, "explicit", ("a/b",))],
        ),
        ("{cmds: [{defer: docker build .}, {defer: {task: b}}]}", [(3, "missing", ())]),
        ("{cmds: [{for: [a, b], cmd: 'docker build {{.ITEM}}'}]}", [(3, "missing", ())]),
        ("{cmds: [{task: docker-build}]}", []),
        ("{desc: docker build .}", []),
        ("{status: [docker build .]}", []),
        ("", []),
        ("[[]]", []),
    ],
)
def test_commands_are_written_in_several_ways(task: str, expected: list[tuple[int, str, tuple[str, ...]]]) -> None:
    assert facts(f"version: '3'\ntasks:\n  a: {task}\n") == expected


@pytest.mark.parametrize(
    ("more", "command", "state", "platforms", "open_names"),
    [
        ("vars: {P: a/b}", "docker build --platform {{.P}} .", "explicit", ("a/b",), ()),
        ("vars: {P: '{{.P | default \"a/b\"}}'}", "docker build --platform {{.P}} .", "explicit", ("a/b",), ()),
        ("vars: {A: arm64, P: 'linux/{{.A}}'}", "docker build --platform={{.P}} .", "explicit", ("linux/arm64",), ()),
        ("vars: {P: {sh: uname -m}}", "docker build --platform linux/{{.P}} .", "explicit", (), ()),
        ("vars: {A: '{{.B}}', B: '{{.A}}'}", "docker build --platform={{.A}} .", "explicit", (), ()),
        ("vars: {F: {sh: flags}}", "docker build {{.F}} .", "unknown", (), ()),
        ("x: 1", "docker build {{.F}} .", "missing", (), ("F",)),
        ("x: 1", "docker build {{if .F}}--platform {{.F}}{{end}} .", "missing", (), ()),
        ("x: 1", "docker build --platform {{.P}} .", "delegated", (), ("P",)),
        ("x: 1", "docker build {{.CLI_ARGS}} .", "delegated", (), ()),
        ("env: {DOCKER_DEFAULT_PLATFORM: a/b}", "docker build .", "explicit", ("a/b",), ()),
        ("env: {P: a/b}", "docker build --platform $P .", "explicit", ("a/b",), ()),
        ("vars: {P: a/b}", "docker build --platform $P .", "delegated", (), ("P",)),
        ("vars: {T: x}", "docker build -t '{{.T}}' .", "missing", (), ()),
    ],
)
def test_variables_are_resolved_to_what_holds_by_default(
    more: str, command: str, state: str, platforms: tuple[str, ...], open_names: tuple[str, ...]
) -> None:
    [build] = read(f"version: '3'\n{more}\ntasks:\n  a:\n    cmds:\n    - >\n      {command}\n")
    assert (build.state, build.platforms) == (state, platforms)
    if open_names:
        assert build.open == open_names


def test_a_task_sees_what_its_callers_hand_it() -> None:
    text = """\
        version: '3'
        tasks:
          one:
            deps: [{task: same, vars: {P: a/b}}]
            cmds:
            - {task: differs, vars: {P: a/b}}
            - task: ':differs'
              vars: {P: c/d}
          same: docker build --platform {{.P}} .
          differs: docker build --platform {{.P}} .
          asks:
            requires: {vars: [P]}
            cmd: docker build --platform {{.P}} .
          own:
            vars: {P: e/f}
            cmd: docker build --platform {{.P}} .
        """
    assert facts(text) == [
        (9, "explicit", ("a/b",)),
        (10, "delegated", ()),
        (13, "delegated", ()),
        (16, "explicit", ("e/f",)),
    ]


def test_a_push_publishes_the_builds_of_its_task_alone() -> None:
    text = "tasks:\n  a: [docker build ., docker push x]\n  b: docker build .\n"
    assert [build.published for build in read(text)] == [True, False]


@pytest.mark.parametrize("text", ["", "tasks:", "tasks: [a]", "- tasks", "tasks: {a: {vars: x, env: [], cmds: x}}"])
def test_what_is_no_task_builds_nothing(text: str) -> None:
    assert read(text) == []


def test_a_variable_that_names_itself_often_takes_no_time() -> None:
    many = "{{.X}}" * 300
    own = f"{{X: '{many}'}}"
    text = f"vars: {own}\nenv: {own}\ntasks:\n  a: {{vars: {own}, cmd: 'docker build {many}'}}\n"
    assert len(read(text)) == 1
