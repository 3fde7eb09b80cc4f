"""Dockerfiles to instructions, stages and arguments: tables of text to exact facts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.dockerfile import Instruction, Stage, read


def parse(text: str) -> tuple[Instruction, ...]:
    return read(Source("Dockerfile", text)).instructions


def stages(text: str) -> tuple[Stage, ...]:
    return read(Source("Dockerfile", text)).stages


def written(text: str) -> list[str]:
    """The file's own text of each instruction."""
    return [text[one.span.start : one.span.stop] for one in parse(text)]


# -- instructions


def test_a_span_goes_from_the_keyword_to_the_end_of_the_last_line() -> None:
    text = "# syntax=docker/dockerfile:1\n\n  FROM a \r\nRUN x \\\n  # why\n\n  y\r\n\nCMD z"
    assert written(text) == ["FROM a ", "RUN x \\\n  # why\n\n  y", "CMD z"]


def test_a_span_holds_the_here_document_and_its_last_line() -> None:
    text = "FROM a\nRUN <<A cat && cat <<-B\n1\nA\n\t2\n\tB\r\nRUN x\n"
    assert written(text) == ["FROM a", "RUN <<A cat && cat <<-B\n1\nA\n\t2\n\tB", "RUN x"]


def test_a_here_document_without_an_end_runs_to_the_end_of_the_file() -> None:
    text = "FROM a\nRUN <<EOF\nFROM evil\n"
    assert written(text) == ["FROM a", "RUN <<EOF\nFROM evil\n"]
    assert parse(text)[1].heredocs[0].body.text == "FROM evil\n"


def test_a_lone_continuation_before_the_keyword_is_no_part_of_the_instruction() -> None:
    assert written("\\\n\nFROM a\n\\\n") == ["FROM a"]


def test_a_fragment_leaves_out_continuations_and_comments_and_maps_back() -> None:
    text = "FROM a\nRUN --mount=type=cache make \\\n  # a note\n\n    build  \n"
    fragment = parse(text)[1].fragment
    assert fragment.text == "make     build"
    at = fragment.text.index("build")
    span = fragment.span(at, at + 5)
    assert text[span.start : span.stop] == "build"
    assert fragment.literal(0, len(fragment.text))


def test_flags_have_their_values_without_quotes_and_their_places() -> None:
    text = 'FROM a\nCOPY --from="the stage" --link --chmod=7\\\n55 x y\n'
    flags = parse(text)[1].flags
    assert [(flag.name, flag.value) for flag in flags] == [("from", "the stage"), ("link", ""), ("chmod", "755")]
    assert [text[flag.span.start : flag.span.stop] for flag in flags] == [
        '--from="the stage"',
        "--link",
        "--chmod=7\\\n55",
    ]


HEREDOCS = [
    ("RUN <<EOF\na\nEOF", [("EOF", True, False, "a\n")]),
    ("RUN <<-EOF\n\t\ta\n\n \tb\n\tEOF", [("EOF", True, True, "a\n\n \tb\n")]),
    ("RUN <<'EOF'\na\nEOF", [("EOF", False, False, "a\n")]),
    ('RUN <<-"E F"\na\nE F', [("E F", False, True, "a\n")]),
    ("RUN <<\\EOF\nEOF", [("EOF", False, False, "")]),
    ("COPY <<a.txt <<'b.txt' /x/\n1\na.txt\n2\nb.txt", [("a.txt", True, False, "1\n"), ("b.txt", False, False, "2\n")]),
    ("RUN cat <<EOF\r\na\r\nEOF\r\n", [("EOF", True, False, "a\r\n")]),
    ('RUN ["cat", "<<EOF"]\nEOF', []),
    ("RUN it's <<EOF\nEOF", []),
    ("CMD <<EOF\nEOF", []),
]


@pytest.mark.parametrize(("text", "expected"), HEREDOCS)
def test_here_documents_are_read(text: str, expected: list[tuple[str, bool, bool, str]]) -> None:
    found = parse(text)[0].heredocs
    assert [(one.name, one.expand, one.strip_tabs, one.body.text) for one in found] == expected


def test_a_body_without_its_tabs_maps_to_the_file() -> None:
    text = "FROM a\nRUN python3 <<-EOF\n\timport os\n\t\timport re\n\tEOF\n"
    body = parse(text)[1].heredocs[0].body
    assert body.text == "import os\nimport re\n"
    at = body.text.index("re")
    assert body.start(at) == text.index("re\n\tEOF")


FORMS = [
    ('RUN ["a", "b c"]', "exec", ("a", "b c")),
    ('CMD ["a"] trailing', "exec", ("a",)),
    ("RUN ['a']", "shell", ()),
    ("RUN [ -f x ] && y", "shell", ()),
    ("RUN [1]", "shell", ()),
    ("RUN x", "shell", ()),
    ("ENTRYPOINT x", "shell", ()),
    ('SHELL ["/bin/bash", "-c"]', "exec", ("/bin/bash", "-c")),
    ('COPY ["a b", "c"]', "exec", ("a b", "c")),
    ("COPY a c", "", ()),
    ('HEALTHCHECK --interval=5s CMD ["a"]', "exec", ("a",)),
    ("HEALTHCHECK CMD a", "shell", ()),
    ("HEALTHCHECK NONE", "", ()),
    ('LABEL ["a"]', "", ()),
]


@pytest.mark.parametrize(("text", "form", "words"), FORMS)
def test_exec_form_is_told_from_shell_form(text: str, form: str, words: tuple[str, ...]) -> None:
    assert (parse(text)[0].form, parse(text)[0].exec_words) == (form, words)


def test_onbuild_is_the_instruction_behind_it() -> None:
    text = "FROM a\nonbuild run --mount=type=x make\nONBUILD\nONBUILD ONBUILD RUN x\n"
    _, run, alone, twice = parse(text)
    assert (run.keyword, run.onbuild, run.fragment.text, run.flags[0].name) == ("RUN", True, "make", "mount")
    assert text[run.span.start : run.span.stop].startswith("onbuild run")
    assert (alone.keyword, alone.onbuild) == ("ONBUILD", True)
    assert (twice.keyword, twice.fragment.text) == ("ONBUILD", "RUN x")


def test_what_is_no_instruction_is_kept_under_its_first_word() -> None:
    assert [one.keyword for one in parse("{% if x %}\nFROM a\nEOF\n")] == ["{%", "FROM", "EOF"]


REFUSED = [
    ("", []),
    ("# only a comment", []),
    ("FROM a\nENV A\n", [("FROM", "a"), ("ENV", "A")]),
    ("FROM a\nRUN [1, [2]]\n", [("FROM", "a"), ("RUN", "[1, [2]]")]),
    ("# escape=x\nFROM a \\\n b c\n", [("FROM", "a  b c")]),
    ("# escape=`\n# escape=\\\nFROM a `\n b\n", [("FROM", "a  b")]),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_what_docker_refuses_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.keyword, one.fragment.text) for one in parse(text)] == expected


def test_directives_are_read() -> None:
    found = read(
        Source("Dockerfile", "\ufeff# Syntax = docker/dockerfile:1\r\n# check=skip=all\n#escape=`\nFROM a `\n b")
    )
    assert (found.syntax, found.escape, len(found.instructions)) == ("docker/dockerfile:1", "`", 1)


def test_a_directive_behind_a_comment_is_a_comment() -> None:
    found = read(Source("Dockerfile", "# hello\n# escape=`\n# syntax=x\nFROM a"))
    assert (found.syntax, found.escape) == ("", "\\")


def test_bytes_that_are_no_utf_8_are_kept() -> None:
    source = Source.decode("Dockerfile", b"# \xff\nFROM a\nRUN echo \xfe <<E\n\xfd\nE\nRUN y")
    found = read(source).instructions
    assert [one.keyword for one in found] == ["FROM", "RUN", "RUN"]
    assert source.encode(found[1].heredocs[0].body.text) == b"\xfd\n"


# -- stages and arguments


STAGES = [
    # text, then of each stage: name, base, resolved base, platform, resolved platform, parent
    ("FROM alpine", [("", "alpine", "alpine", "", None, None)]),
    ("FROM alpine AS Build", [("build", "alpine", "alpine", "", None, None)]),
    ("from a as b\nFROM B", [("b", "a", "a", "", None, None), ("", "B", "B", "", None, 0)]),
    ("FROM alpine AS alpine", [("alpine", "alpine", "alpine", "", None, None)]),
    (
        "FROM x AS a\nFROM y AS a\nFROM a",
        [("a", "x", "x", "", None, None), ("a", "y", "y", "", None, None), ("", "a", "a", "", None, 1)],
    ),
    ("FROM 0", [("", "0", "0", "", None, None)]),
    ("ARG V=3.12\nFROM python:${V}-slim", [("", "python:${V}-slim", "python:3.12-slim", "", None, None)]),
    ("FROM python:${V:-3.9}", [("", "python:${V:-3.9}", "python:3.9", "", None, None)]),
    ("ARG V\nFROM python:${V:-3.9}", [("", "python:${V:-3.9}", "python:3.9", "", None, None)]),
    ("ARG V\nFROM python:$V", [("", "python:$V", None, "", None, None)]),
    ("FROM $IMAGE", [("", "$IMAGE", None, "", None, None)]),
    ("ARG A=x\nARG B=$A-y\nFROM $B", [("", "$B", "x-y", "", None, None)]),
    ("ARG A=x B='y z' \"C=q\"\nFROM $A$C", [("", "$A$C", "xq", "", None, None)]),
    ("ARG T=dev\nFROM a AS dev\nFROM ${T}", [("dev", "a", "a", "", None, None), ("", "${T}", "dev", "", None, 0)]),
    ("FROM a\nARG V=1\nFROM b:$V", [("", "a", "a", "", None, None), ("", "b:$V", None, "", None, None)]),
    ("FROM --platform=linux/amd64 a", [("", "a", "a", "linux/amd64", "linux/amd64", None)]),
    ('FROM --platform="linux/amd64" a AS b', [("b", "a", "a", "linux/amd64", "linux/amd64", None)]),
    ("FROM --platform=$BUILDPLATFORM a", [("", "a", "a", "$BUILDPLATFORM", None, None)]),
    ("FROM --platform=linux/$TARGETARCH a", [("", "a", "a", "linux/$TARGETARCH", None, None)]),
    (
        "FROM --platform=${TARGETPLATFORM:-linux/amd64} a",
        [("", "a", "a", "${TARGETPLATFORM:-linux/amd64}", None, None)],
    ),
    ("ARG P=linux/arm64\nFROM --platform=$P a", [("", "a", "a", "$P", "linux/arm64", None)]),
    ("ARG TARGETPLATFORM\nFROM --platform=$TARGETPLATFORM a", [("", "a", "a", "$TARGETPLATFORM", None, None)]),
    (
        "ARG BUILDPLATFORM=linux/amd64\nFROM --platform=$BUILDPLATFORM a",
        [("", "a", "a", "$BUILDPLATFORM", "linux/amd64", None)],
    ),
    ("FROM", [("", "", None, "", None, None)]),
    ("FROM a AS b # the builder\nFROM b", [("b", "a", "a", "", None, None), ("", "b", "b", "", None, 0)]),
    ("FROM \\\n\n  a AS b", [("b", "a", "a", "", None, None)]),
    ("RUN <<E\nFROM evil\nE\nONBUILD FROM c", []),
]


@pytest.mark.parametrize(("text", "expected"), STAGES)
def test_stages_are_read(text: str, expected: list[tuple[str, str, str | None, str, str | None, int | None]]) -> None:
    found = stages(text)
    assert [one.number for one in found] == list(range(len(found)))
    assert [
        (one.name, one.base, one.base_resolved, one.platform, one.platform_resolved, one.parent) for one in found
    ] == expected


def test_a_stage_holds_its_instructions_and_the_span_of_its_from() -> None:
    text = "ARG V\nFROM a AS b\nRUN x\n\nFROM c\nCMD y\n"
    first, second = stages(text)
    assert [one.keyword for one in first.instructions] == ["RUN"]
    assert [one.keyword for one in second.instructions] == ["CMD"]
    assert text[first.span.start : first.span.stop] == "FROM a AS b"


def test_global_arguments_have_their_defaults_and_places() -> None:
    text = 'ARG A=1 B\nARG C="x $A"\nARG D=$NOWHERE\nARG TARGETARCH\nFROM a\nARG E=2\n'
    found = read(Source("Dockerfile", text)).args
    assert [(one.name, one.default, one.value) for one in found] == [
        ("A", "1", "1"),
        ("B", None, None),
        ("C", '"x $A"', "x 1"),
        ("D", "$NOWHERE", None),
        ("TARGETARCH", None, None),
    ]
    assert [text[one.span.start : one.span.stop] for one in found[:3]] == ["A=1", "B", 'C="x $A"']


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (None, 2),
        ("", 2),
        ("build", 0),
        ("BUILD", 0),
        ("0", 0),
        ("2", 2),
        ("3", None),
        ("x", None),
        ("1", 1),
        ("²", None),
    ],
)
def test_a_target_is_found_by_name_by_number_or_is_the_last(name: str | None, number: int | None) -> None:
    found = read(Source("Dockerfile", "FROM a AS build\nFROM b AS dev\nFROM c\n")).target(name)
    assert (found.number if found else None) == number


def test_a_file_without_stages_has_no_target() -> None:
    assert read(Source("Dockerfile", "RUN x")).target(None) is None


# -- any text


TOKENS = [
    "RUN",
    "FROM ",
    "COPY ",
    "ARG A=",
    "ENV ",
    "ONBUILD ",
    "SHELL ",
    "HEALTHCHECK CMD ",
    "\\\n",
    "\n",
    "\r\n",
    " ",
]
TOKENS += [
    "<<EOF",
    "<<-E",
    "\nE\n",
    "\nEOF\n",
    '["',
    '"]',
    "'",
    '"',
    "$",
    "${A",
    "${A:-",
    "${A//",
    "}",
    "#",
    "# escape=`\n",
]
TOKENS += ["--platform=", "$A", " AS x", "\ufeff", "\udcff", "\x00", "\x85", "\ue000", "é", "*", "?", "/"]


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(TOKENS), max_size=25).map("".join)))
def test_any_text_is_read_with_spans_in_order_inside_it(text: str) -> None:
    found = read(Source("Dockerfile", text))
    at = 0
    for one in found.instructions:
        assert at <= one.span.start < one.span.stop <= len(text)
        at = one.span.stop
        inner = one.fragment.span(0, len(one.fragment.text))
        assert one.span.start <= inner.start <= inner.stop <= one.span.stop
        for heredoc in one.heredocs:
            body = heredoc.body.span(0, len(heredoc.body.text))
            assert inner.stop <= body.start <= body.stop <= one.span.stop
        for fragment in (one.fragment, *(heredoc.body for heredoc in one.heredocs)):
            for piece in fragment.pieces:
                assert text[piece.start : piece.stop] == piece.text
        for flag in one.flags:
            assert one.span.start < flag.span.start < flag.span.stop <= one.span.stop


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN " + "[" * 100_000,
        "ARG A=" + "${A:-" * 600 + "\nFROM $A",
        "ARG A=xx\n"
        + "".join(f"ARG A{n}=$A{n - 1 if n else ''}$A{n - 1 if n else ''}\n" for n in range(60))
        + "FROM $A59",
        "ARG X=" + "a" * 250 + "\n" + ("ARG Y=${X//" + "*a" * 30 + "b/q}\n") * 200 + "FROM $Y",
        "FROM a\nRUN " + "<<E " * 20_000,
        "FROM a\nRUN <<E " + '"${A:-' * 20_000,
        "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(3_000)),
    ],
    ids=["brackets", "nested braces", "doubling", "glob", "many heredocs", "open braces", "chain"],
)
def test_hostile_text_is_read_in_a_moment(text: str) -> None:
    # What matters is that it ends at all: each of these would overflow a stack or take minutes if read naively.
    assert read(Source("Dockerfile", text)).instructions
