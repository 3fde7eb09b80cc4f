"""Dockerfiles as a place: the scripts of their `RUN`s, the Python in them, the platform of their target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import HANDED, UNKNOWN, Build, Fragment, Source, Span
from prelaunch.places import script as script_place
from prelaunch.places.dockerfile import builds, pinned, python_fragments
from prelaunch.places.publishing import ANY_PUSH, NO_PUSHES
from prelaunch.places.script import ScriptFacts, Setting
from prelaunch.project import Project
from prelaunch.readers.dockerfile import read

if TYPE_CHECKING:
    from pathlib import Path

Handed = list[tuple[Fragment, Setting]]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """What is handed to the script reader; a script that names docker builds, one that names push pushes."""
    calls: Handed = []

    def read_script(fragment: Fragment, setting: Setting, project: Project) -> ScriptFacts:
        assert isinstance(project, Project)
        calls.append((fragment, setting))
        at = fragment.text.find("docker build")
        found = Build(fragment.source, fragment.span(at, at + 12), "docker build", setting.form, "missing")
        return ScriptFacts((found,) if at >= 0 else (), ANY_PUSH if "docker push" in fragment.text else NO_PUSHES)

    monkeypatch.setattr(script_place, "read_script", read_script)
    return calls


def scripts(text: str, handed: Handed) -> list[str]:
    builds(Source("Dockerfile", text), Project("."))
    return [fragment.text for fragment, _ in handed]


SCRIPTS = [
    ("FROM a\nRUN make \\\n # c\n all\nCMD docker run\nONBUILD RUN x\n", ["make  all", "x"]),
    ("FROM a\nRUN <<EOF\nmake\nEOF\n", ["make\n"]),
    ("FROM a\nRUN <<-EOF\n\tset -e\n\tmake\n\tEOF\n", ["set -e\nmake\n"]),
    ("FROM a\nRUN <<EOF bash -ex\nmake\nEOF\n", ["make\n"]),
    ("FROM a\nRUN /bin/sh <<EOF\nmake\nEOF\n", ["make\n"]),
    ("FROM a\nRUN bash -euo pipefail <<'EOF'\nmake\nEOF\n", ["make\n"]),
    ("FROM a\nRUN <<EOF\n#!/bin/bash -e\nmake\nEOF\n", ["#!/bin/bash -e\nmake\n"]),
    ("FROM a\nRUN <<EOF\n#!/usr/bin/env bash\nmake\nEOF\n", ["#!/usr/bin/env bash\nmake\n"]),
    ("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nprint()\nEOF\n", []),
    ("FROM a\nRUN <<EOF\n#!/usr/bin/perl\nprint\nEOF\n", []),
    ("FROM a\nRUN bash -c 'cat' <<EOF\nx\nEOF\n", ["bash -c 'cat' <<EOF\nx\nEOF"]),
    ("FROM a\nRUN bash x.sh <<EOF\nx\nEOF\n", ["bash x.sh <<EOF\nx\nEOF"]),
    ("FROM a\nRUN cat <<EOF\nx", ["cat <<EOF\nx\nEOF"]),
    ("FROM a\nRUN cat <<-EOF > f && make\n\tx\n\tEOF\n", ["cat <<-EOF > f && make\nx\nEOF"]),
    ("FROM a\nRUN <<A cat && <<B cat\n1\nA\n2\nB\n", ["<<A cat && <<B cat\n1\nA\n2\nB"]),
    ('FROM a\nRUN ["sh", "-c", "docker build ."]\n', ["sh -c 'docker build .'"]),
    ('FROM a\nSHELL ["/bin/bash", "-c"]\nRUN x\nSHELL ["python3", "-c"]\nRUN print()\nRUN ["y"]\n', ["x", "y"]),
    ('FROM a AS b\nSHELL ["python3", "-c"]\nFROM b\nRUN print()\nFROM a\nRUN z\n', ["z"]),
]


@pytest.mark.parametrize(("text", "expected"), SCRIPTS)
def test_the_shell_text_of_a_run_is_handed_over(text: str, expected: list[str], handed: Handed) -> None:
    assert scripts(text, handed) == expected
    assert {setting.form for _, setting in handed} <= {"dockerfile"}


def test_a_build_in_a_run_stands_at_its_place_in_the_file(handed: Handed) -> None:
    text = "FROM docker:dind\nRUN set -e; \\\n  docker build -t x .\n"
    (found,) = builds(Source("Dockerfile", text), Project("."))
    assert handed
    assert found.span == Span(text.index("docker build"), text.index("docker build") + 12)
    assert not found.published


@pytest.mark.usefixtures("handed")
def test_a_push_in_another_run_publishes_the_build() -> None:
    text = "FROM docker:dind\nRUN docker build -t x .\nRUN docker push x\n"
    assert [one.published for one in builds(Source("Dockerfile", text), Project("."))] == [True]


def test_no_edit_can_be_placed_in_an_exec_form(handed: Handed) -> None:
    scripts('FROM a\nRUN ["docker", "build", "."]\n', handed)
    fragment = handed[0][0]
    assert not any(piece.literal for piece in fragment.pieces)
    assert fragment.span(0, 6) == Span(12, 20)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("FROM a\nRUN x", "sh"),
        ("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN x", "cmd"),
        ("# escape=`\nFROM a\nRUN x", "cmd"),
        ('FROM a\nSHELL ["powershell", "-Command"]\nRUN x', "powershell"),
        ('FROM a\nSHELL ["C:\\\\Program Files\\\\PowerShell\\\\pwsh.exe", "-c"]\nRUN x', "powershell"),
        ('FROM a\nSHELL ["conda", "run", "-n", "e", "/bin/bash", "-c"]\nRUN x', "sh"),
        ('FROM a\nSHELL ["pwsh", "-c"]\nRUN ["x"]', "sh"),
    ],
)
def test_the_shell_decides_the_dialect(text: str, dialect: str, handed: Handed) -> None:
    scripts(text, handed)
    assert [setting.dialect for _, setting in handed] == [dialect]


def test_a_run_sees_the_variables_of_its_stage(handed: Handed) -> None:
    text = (
        "ARG TAG=1\nFROM a AS base\nENV A=1 B=\"x y\" C='$A'\nARG D\nFROM base\n"
        "ENV E=$A-${B:-z} PATH=/x:$PATH\nENV OLD the old form\nARG TAG\nARG TARGETARCH\nARG F=${TAG:-2} A=9\nRUN x\n"
        "ENV A=2\nRUN y\n"
    )
    scripts(text, handed)
    first, second = ({name: value.texts for name, value in setting.environment.items()} for _, setting in handed)
    assert first == {
        "A": ("9",),
        "B": ("x y",),
        "C": ("$A",),
        "E": ("1-x y",),
        "PATH": (f"/x:{UNKNOWN}",),
        "OLD": ("the old form",),
        "D": (HANDED,),
        "TAG": ("1",),
        "TARGETARCH": (UNKNOWN,),
        "F": ("1",),
    }
    assert second["A"] == ("2",)
    step = handed[0][1].environment["OLD"].steps[0]
    assert (step.text, step.path, step.line) == ("ENV OLD=the old form", "Dockerfile", 7)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("FROM x\nARG A=1\nENV A=2\nRUN a", [("2",)]),
        ("FROM x\nENV A=2\nARG A=1\nRUN a", [("1",)]),
        ("FROM x\nENV A=2\nARG A\nRUN a", [("2",)]),
        ("ARG A=0\nFROM x\nENV A=2\nARG A\nRUN a", [("0",)]),
        ("FROM x AS b\nENV A=2\nARG A=1\nRUN a\nFROM b\nRUN a\nARG A=3\nRUN a", [("1",), ("2",), ("3",)]),
        ("FROM x AS b\nARG A=1\nFROM b\nRUN a", [("1",)]),
    ],
)
def test_of_arg_and_env_the_later_one_counts(text: str, values: list[tuple[str, ...]], handed: Handed) -> None:
    scripts(text, handed)
    assert [setting.environment["A"].texts for _, setting in handed] == values


def test_an_argument_without_a_default_is_handed_in(handed: Handed) -> None:
    scripts("FROM a\nARG FLAGS\nRUN docker build $FLAGS .\n", handed)
    assert handed[0][1].environment["FLAGS"].texts == (HANDED,)


def test_a_docker_build_in_a_run_is_found_by_the_real_script_reader() -> None:
    text = "FROM docker:dind\nRUN docker build -t x .\nRUN docker build --platform linux/amd64 -t y .\n"
    found = builds(Source("Dockerfile", text), Project("."))
    assert [(one.form, one.state) for one in found] == [("dockerfile", "missing"), ("dockerfile", "explicit")]


def test_a_default_platform_of_the_stage_counts() -> None:
    text = "FROM docker:dind\nENV DOCKER_DEFAULT_PLATFORM=linux/amd64\nRUN docker build -t x .\n"
    (found,) = builds(Source("Dockerfile", text), Project("."))
    assert (found.state, found.platforms) == ("explicit", ("linux/amd64",))


# -- Python


PYTHON = [
    ("RUN python3 <<EOF\nimport a\nEOF", ["import a\n"]),
    ("RUN --mount=type=cache,target=/x python - <<'PY'\nimport a\nPY", ["import a\n"]),
    ("RUN <<EOF python3.12 -u -W ignore\nimport a\nEOF", ["import a\n"]),
    ("RUN <<-EOF\n\t#!/usr/bin/env python3\n\timport a\n\tEOF", ["#!/usr/bin/env python3\nimport a\n"]),
    ("RUN <<EOF\n#!/usr/bin/env -S uv run python\nimport a\nEOF", ["#!/usr/bin/env -S uv run python\nimport a\n"]),
    ("RUN set -e && X=1 /opt/venv/bin/python <<EOF | tee log\nimport a\nEOF", ["import a\n"]),
    ("RUN poetry run python <<EOF\nimport a\nEOF", ["import a\n"]),
    ("RUN <<EOF\nset -e\npython3 - <<'PY' x\nimport a\nPY\nEOF", ["import a\n"]),
    ("RUN cat <<EOF | python3\nimport a\nEOF", ["import a\n"]),
    ("RUN cat <<EOF > /app/x.py\nimport a\nEOF", ["import a\n"]),
    ("RUN cat > x.py <<EOF && make\nimport a\nEOF", ["import a\n"]),
    ("RUN tee x.py <<EOF\nimport a\nEOF", ["import a\n"]),
    ("COPY <<EOF /app/x.py\nimport a\nEOF", ["import a\n"]),
    ("COPY --chmod=755 <<-'EOF' \"/app/x.py\"\n\timport a\n\tEOF", ["import a\n"]),
    ("ADD <<a.py <<b.txt /app/\nimport a\na.py\nb\nb.txt", ["import a\n"]),
    ("RUN python3 <<A && cat <<B && python3 <<C\nimport a\nA\nb\nB\nimport c\nC", ["import a\n", "import c\n"]),
    ("RUN <<EOF\nimport a\nEOF", []),
    ("RUN bash <<EOF\nimport a\nEOF", []),
    ("RUN <<EOF\n#!/bin/bash\nimport a\nEOF", []),
    ("RUN python2 <<EOF\nimport a\nEOF", []),
    ("RUN python3 script.py <<EOF\nimport a\nEOF", []),
    ("RUN python3 -m json.tool <<EOF\n{}\nEOF", []),
    ("RUN python3 -c 'import sys' <<EOF\nx\nEOF", []),
    ("RUN python3 --help <<EOF\nx\nEOF", []),
    ("RUN echo python3 <<EOF\nx\nEOF", []),
    ("RUN cat <<EOF > x.txt\nimport a\nEOF", []),
    ("RUN cat <<EOF | sh; python3 x.py\nimport a\nEOF", []),
    ("COPY <<EOF /app/x.txt\nimport a\nEOF", []),
    ("COPY <<EOF /x.py/\nimport a\nEOF", []),
    ("RUN it's python3 <<EOF\nimport a\nEOF", []),
    ("CMD python3 <<EOF\nimport a\nEOF", []),
]


@pytest.mark.parametrize(("text", "expected"), PYTHON)
def test_python_in_here_documents_is_found(text: str, expected: list[str]) -> None:
    found = python_fragments(read(Source("Dockerfile", f"FROM a\n{text}\nRUN x\n")))
    assert [fragment.text for fragment in found] == expected


@pytest.mark.parametrize("text", [text for text, expected in PYTHON if expected])
def test_python_keeps_its_place_in_the_file(text: str) -> None:
    source = Source("Dockerfile", f"FROM a\n{text}\n")
    (fragment, *_) = python_fragments(read(source))
    at = fragment.text.index("import a")
    span = fragment.span(at, at + 8)
    assert source.text[span.start : span.stop] == "import a"
    assert fragment.literal(at, at + 8)


# -- the platform of the target


PINNED = [
    ("FROM a", None, None),
    ("FROM --platform=linux/amd64 a", None, "linux/amd64"),
    ("FROM --platform=linux/amd64 a\nFROM b", None, None),
    ("FROM b\nFROM --platform=linux/amd64 a", None, "linux/amd64"),
    ("FROM --platform=linux/amd64 a AS x\nFROM b", "x", "linux/amd64"),
    ("FROM --platform=linux/amd64 a AS x\nFROM b", "0", "linux/amd64"),
    ("FROM --platform=linux/amd64 a AS x\nFROM b", "nowhere", None),
    ("FROM --platform=linux/amd64 a AS x\nFROM x AS y\nFROM y", None, "linux/amd64"),
    ("FROM a AS x\nFROM --platform=linux/amd64 x", None, "linux/amd64"),
    ("FROM --platform=linux/arm64 a AS x\nFROM --platform=linux/amd64 x", None, "linux/arm64"),
    ("FROM --platform=$BUILDPLATFORM a AS x\nFROM --platform=linux/amd64 x", None, None),
    ("FROM --platform=linux/amd64 a AS x\nFROM --platform=$TARGETPLATFORM x", None, "linux/amd64"),
    ("FROM --platform=$BUILDPLATFORM a", None, None),
    ("FROM --platform=$TARGETPLATFORM a", None, None),
    ("FROM --platform=linux/${TARGETARCH} a", None, None),
    ("ARG P=linux/amd64\nFROM --platform=${P} a", None, "linux/amd64"),
    ("ARG P\nFROM --platform=${P:-linux/amd64} a", None, "linux/amd64"),
    ("ARG P\nFROM --platform=$P a", None, None),
    ("ARG S=x\nFROM --platform=linux/amd64 a AS x\nFROM b AS y\nFROM $S", None, "linux/amd64"),
    ("", None, None),
    ("RUN <<E\nFROM --platform=linux/amd64 a\nE\nFROM b", None, None),
]


@pytest.mark.parametrize(("text", "target", "expected"), PINNED)
def test_the_platform_of_the_target_stage_is_known(text: str, target: str | None, expected: str | None) -> None:
    project = Project(".")
    project.add(Source("images/Dockerfile", text))
    assert pinned(project, "images/Dockerfile", target) == expected


def test_a_file_that_is_not_there_pins_nothing(tmp_path: Path) -> None:
    assert pinned(Project(str(tmp_path)), "Dockerfile", None) is None
    assert pinned(Project(str(tmp_path)), "../Dockerfile", None) is None


# -- any text


ATOMS = [
    "FROM a",
    "RUN ",
    "COPY ",
    "ENV A=",
    "ARG ",
    'SHELL ["sh"]',
    "<<EOF",
    "<<-'E'",
    "\nEOF\n",
    "\nE\n",
    "\n",
    " ",
    "\\\n",
]
ATOMS += [
    "python3",
    " - ",
    "cat ",
    "> x.py",
    "#!/usr/bin/env python",
    "['",
    '["a", "b"]',
    "$A",
    "${",
    '"',
    "'",
    "|",
    "\udcff",
]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(ATOMS), max_size=20).map("".join))
def test_any_text_gives_builds_and_python_inside_it(text: str) -> None:
    source = Source("Dockerfile", text)
    for found in builds(source, Project(".")):
        assert 0 <= found.span.start <= found.span.stop <= len(text)
    for fragment in python_fragments(read(source)):
        for piece in fragment.pieces:
            assert not piece.literal or text[piece.start : piece.stop] == piece.text
