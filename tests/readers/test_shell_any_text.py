"""The shell reader on any text: it never fails, its positions hold, and it takes time in proportion."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.shell import Word, parse, unquote

TOKENS = [
    *"abx1 \t\n;&|<>(){}[]'\"`$\\#!=+*?@%~:-",
    *["$(", "${", "$((", "))", "((", "<<E\n", "\nE\n", "<<-'F'\n", "\r\n", "\\\n", "\\`", "$'", ";;", "&&", "||", "<("],
    *[
        "if ",
        "then ",
        "elif ",
        "else ",
        "fi",
        "for x in ",
        "do ",
        "done",
        "case x in ",
        "esac",
        "while ",
        "function f ",
    ],
    *[
        "[[ ",
        " ]]",
        "f() ",
        "A=(",
        "A+=",
        "export ",
        "a[",
        "${x:-",
        "${#",
        "${!",
        "${{",
        "}}",
        "coproc ",
        "time ",
        "@(",
    ],
    *["\ue000", "\udcff", "é", "\x00", "\u2028"],
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(TOKENS), max_size=60).map("".join))


def check(word: Word, text: str, low: int, high: int) -> None:
    assert low <= word.start <= word.stop <= high
    at = word.start
    for part in word.parts:
        # Parts stand in order; a backslash that backticks took belongs to what follows it.
        assert at <= part.start <= part.stop <= word.stop
        at = part.stop
        if part.kind == "literal":
            if len(part.text) == part.stop - part.start:
                assert text[part.start : part.stop] == part.text
            else:
                assert "\\" in text[part.start : part.stop]
        elif part.argument:
            check(part.argument, text, part.start, part.stop)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_any_text_is_read_and_every_position_holds(text: str) -> None:
    starts = []
    for command in parse(text):
        assert 0 <= command.start < command.stop <= len(text)
        assert command.words or command.assignments or command.redirects
        starts.append(command.start)
        at = command.start
        for word in command.words:
            assert word.start >= at
            check(word, text, command.start, command.stop)
            at = word.stop
        for made in command.assignments:
            assert (made.value is None) != (made.items is None)
            for word in (*([made.value] if made.value else []), *(made.items or ())):
                check(word, text, made.start, made.stop)
        for redirect in command.redirects:
            if redirect.target:
                check(redirect.target, text, command.start, command.stop)
            if redirect.body:
                assert 0 <= redirect.body[0] <= redirect.body[1] <= len(text)
        for block in command.blocks:
            for word in block.words:
                check(word, text, 0, len(text))
        assert len({block.number for block in command.blocks}) == len(command.blocks)
    assert starts == sorted(starts)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_quoted_text_comes_back_from_unquote(inner: str) -> None:
    inner = inner.replace("'", "")
    fragment = Source("a.sh", f"sh -c '{inner}'").whole()
    value = unquote(parse(fragment.text)[0].words[2], fragment)
    assert value is not None
    assert value.text == inner
    assert [value.start(index) for index in range(len(inner))] == list(range(7, 7 + len(inner)))


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_single_quoted_text_is_never_a_command(inner: str) -> None:
    inner = inner.replace("'", "")
    assert len(parse(f"echo '{inner}'")) == 1


@settings(max_examples=100, deadline=None)
@given(TEXTS.filter(lambda text: "\nE" not in text and not text.startswith("E")))
def test_a_quoted_heredoc_hides_any_body(body: str) -> None:
    text = f"a <<'E'\n{body}\nE\nb"
    first, second = parse(text)
    assert first.redirects[0].body == (8, 9 + len(body))
    assert second.start == len(text) - 1


HOSTILE = [
    *["$(", '"', "'", "`", "((", "${", "$((", "{ ", "if ", "f() ", "[[ ", "case x in ", "x=(", "a[", "export a[", "@("],
    *[
        "<<A ",
        "<<A\n",
        "cat <<A\n$(",
        '"$(',
        "${x:-",
        "${a[",
        "<(",
        "(( '",
        '(( "',
        "((a)$((",
        "\\`",
        "`\\\\",
        "$'\\",
        "()",
    ],
    *[
        "a ",
        "aaaa",
        "a;",
        "&&",
        "a|",
        "a&&b||",
        ")",
        "}",
        "fi ",
        "esac ",
        "!(",
        "a=([b]=",
        "#",
        "\n",
        "\\\n",
        "${{",
        "1>",
    ],
    *["time ", "coproc a ", "cat <<-''\n\t", "$[", "cat <<E\nx\nE\n", "$((1))", "for x in a ", "$( (", "while a;do "],
]


@pytest.mark.parametrize("unit", HOSTILE, ids=repr)
def test_a_long_hostile_text_takes_time_in_proportion(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    start = time.process_time()
    parse(text)
    # Linear is 0.01 to 0.3 s; anything quadratic takes minutes.
    assert time.process_time() - start < 4


@pytest.mark.parametrize("depth", [10, 39, 41, 3_000])
@pytest.mark.parametrize(("before", "after"), [("$(a ", ")"), ("( a; ", ")"), ("if a; then ", "; fi"), ('"$(a ', ')"')])
def test_depth_is_bounded_and_what_follows_is_read(before: str, after: str, depth: int) -> None:
    found = parse(before * depth + "b" + after * depth + "\nlast")
    assert len(found) <= 2 * depth + 2
    if depth < 40:
        assert len(found) in {depth + 1, depth + 2}
        assert found[-1].words[0].text == "last"
    elif before.startswith("("):
        assert found[-1].words[0].text == "last"


def test_600_frames_are_enough() -> None:
    limit = sys.getrecursionlimit()
    frames = 0
    frame = sys._getframe()  # noqa: SLF001
    while frame.f_back:
        frame, frames = frame.f_back, frames + 1
    sys.setrecursionlimit(frames + 600)
    try:
        for unit in (
            '"$(',
            "${x:-",
            "if ",
            "f() ",
            "( ",
            "`",
            "$(( $(",
            "a <<E\n$(",
            "case $(",
            "for x in $(",
            "x=($(",
            'x=("$(',
            "x=(`",
            '"${x:-"$(',
        ):
            parse(unit * 200)
    finally:
        sys.setrecursionlimit(limit)
