from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import HANDED, UNKNOWN, Fragment, Piece, Source, Step
from prelaunch.readers.ci.exports import written
from prelaunch.readers.ci.expressions import MAX_OUTCOMES, Context, Outcome, evaluate
from prelaunch.readers.ci.functions import text_of
from prelaunch.readers.ci.templates import places, render, value_of

SET = Step("set here", "ci.yml", 3)
CONTEXTS: dict[str, Outcome | Context] = {
    "env": Context(
        {
            "PLATFORMS": Outcome(("linux/amd64,linux/arm64",), (SET,)),
            "EITHER": Outcome(("a", "b")),
            "EMPTY": Outcome(("",)),
        }
    ),
    "matrix": Context({"os": Outcome(("linux",)), "cfg": Outcome(({"arch": "arm64", "tags": ["x", "y"]},))}, None),
    "inputs": Context({"handed": Outcome((HANDED,)), "on": Outcome((True,)), "n": Outcome((3.0,))}),
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("'it''s'", ("it's",)),
        ("1.50", (1.5,)),
        ("0xff", (255.0,)),
        ("-2e3", (-2000.0,)),
        ("true && null", (None,)),
        ("'' || 'x'", ("x",)),
        ("'a' && 'b' || 'c'", ("b",)),
        ("'' && 'b' || 'c'", ("c",)),
        ("'a' || 'b' && 'c'", ("a",)),
        ("!'a'", (False,)),
        ("!!'a'", (True,)),
        ("!(1 == 2)", (True,)),
        ("'ABC' == 'abc'", (True,)),
        ("'1' == 1", (True,)),
        ("'' == 0", (True,)),
        ("'x' == 0", (False,)),
        ("null == ''", (True,)),
        ("true == 1", (True,)),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2", (True,)),
        ("3 < 2 || 2 > 3 || 3 <= 2 || 1 >= 2", (False,)),
        ("'a' != 'A'", (False,)),
        ("env.PLATFORMS", ("linux/amd64,linux/arm64",)),
        ("env['PLATFORMS']", ("linux/amd64,linux/arm64",)),
        ("env.EITHER", ("a", "b")),
        ("env.EMPTY || 'linux/amd64'", ("linux/amd64",)),
        ("env.NOWHERE", (UNKNOWN,)),
        ("MATRIX.OS", ("linux",)),
        ("matrix.absent", (None,)),
        ("matrix.cfg.arch", ("arm64",)),
        ("matrix.cfg['ARCH']", ("arm64",)),
        ("matrix.cfg.tags[1]", ("y",)),
        ("matrix.cfg.tags[9]", (None,)),
        ("matrix.cfg.arch.deeper", (None,)),
        ("github.ref", (UNKNOWN,)),
        ("steps.x.outputs.y", (UNKNOWN,)),
        ("inputs.handed", (HANDED,)),
        ("format('{0}/{1} {{x}}', 'linux', matrix.cfg.arch)", ("linux/arm64 {x}",)),
        ("format('{0}/{1}', 'a')", (UNKNOWN,)),
        ("format('linux/{0}', inputs.handed)", (f"linux/{HANDED}",)),
        ("join(matrix.cfg.tags, ', ')", ("x, y",)),
        ("join(matrix.cfg.tags)", ("x,y",)),
        ("contains('Hello', 'ELL')", (True,)),
        ("contains(matrix.cfg.tags, 'x')", (True,)),
        ("contains(matrix.cfg.tags, 'z')", (False,)),
        ("contains(github.ref, 'z')", (True, False)),
        ("startsWith('linux/arm', 'LINUX/') && endsWith('linux/arm', '/arm')", (True,)),
        ("startsWith(format('windows/{0}', github.x), 'linux')", (False,)),
        ('fromJSON(\'["a","b"]\')[0]', ("a",)),
        ('fromJson(\'{"k":{"v":2}}\').k.v', (2.0,)),
        ("join(fromJSON('[\"linux/amd64\",\"linux/arm64\"]'), ',')", ("linux/amd64,linux/arm64",)),
        ("fromJSON('not json')", (UNKNOWN,)),
        ("fromJSON(inputs.handed)", (HANDED,)),
        ("toJSON('a')", ('"a"',)),
        ("case(false, 'a', true, 'b', 'c')", ("b",)),
        ("case(github.x == 1, 'a', 'c')", ("a", "c")),
        ("hashFiles('**/go.sum')", (UNKNOWN,)),
        ("always()", (True,)),
        ("success()", (True, False)),
        ("github.ref == 'refs/heads/main' && 'a' || 'b'", ("a", "b")),
        ("github.ref != 'x' && '' || 'b'", ("", "b")[1:]),
        ("github.head_ref || 'main'", (UNKNOWN, "main")),
        ("github.head_ref && 'main'", ("", "main")),
        ("inputs.handed || 'linux/amd64'", (HANDED, "linux/amd64")),
        ("inputs.on && 'a' || 'b'", ("a",)),
        ("inputs.n", (3.0,)),
        ("github.event.*.name", (UNKNOWN,)),
        ("fromJSON('[1]')[*]", (UNKNOWN,)),
    ],
)
def test_an_expression_has_these_outcomes(text: str, values: tuple[Any, ...]) -> None:
    assert evaluate(text, CONTEXTS).values == values


@pytest.mark.parametrize(
    "text",
    ["", "'open", "a b", "(1", "1)", "a..b", "a.1", "&& 1", "1 &&", "format(", "a[", "a[0", "$x", '"double"', "1 = 2"],
)
def test_what_is_no_expression_is_unknown(text: str) -> None:
    assert evaluate(text, CONTEXTS).values == (UNKNOWN,)


def test_deep_nesting_is_unknown_and_does_not_overflow() -> None:
    assert evaluate("(" * 5_000 + "1" + ")" * 5_000, {}).values == (UNKNOWN,)
    assert evaluate("!" * 5_001 + "true", {}).values == (False,)
    assert evaluate("!" * 5_000 + "true", {}).values == (True,)
    assert evaluate("fromJSON('" + "[" * 100_000 + "')", {}).values == (UNKNOWN,)
    assert evaluate(" || ".join(["''"] * 3_000), {}).values == ("",)


def test_too_many_outcomes_become_unknown() -> None:
    many = " || ".join(f"(github.x == {n} && 'v{n}')" for n in range(MAX_OUTCOMES + 5))
    values = evaluate(many, {}).values
    assert UNKNOWN in values
    assert len(values) <= MAX_OUTCOMES


def test_the_steps_of_a_value_come_along() -> None:
    assert evaluate("github.x == 1 && env.PLATFORMS || 'b'", CONTEXTS).steps == (SET,)
    assert evaluate("'a' || env.PLATFORMS", CONTEXTS).steps == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (1.0, "1"), (3.10, "3.1"), (1e21, "1e+21"), (float("nan"), "NaN"), ([1.0], "Array")],
)
def test_a_value_is_written_like_this(value: Any, text: str) -> None:  # noqa: ANN401
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a ${{ b }} c", ["${{ b }}"]),
        ("${{ format('}}') }}x}}", ["${{ format('}}') }}"]),
        ("${{ 'a''}}' }}", ["${{ 'a''}}' }}"]),
        ("${{a}}${{ b }}", ["${{a}}", "${{ b }}"]),
        ("${{ open", []),
        ("${{ 'open }}", []),
        ("$${{ x }}", ["${{ x }}"]),
        ("${ { x } }", []),
    ],
)
def test_expressions_stand_here(text: str, found: list[str]) -> None:
    assert [text[start:stop] for start, stop in places(text)] == found


def test_a_lone_expression_keeps_its_type() -> None:
    assert value_of(" ${{ fromJSON('[1]') }} ", {}).values == ([1.0],)
    assert value_of("x${{ 1 }}", {}).values == ("x1",)
    assert value_of("${{ env.EITHER }}-${{ env.EITHER }}", CONTEXTS).values == ("a-a", "a-b", "b-a", "b-b")


def test_a_substituted_piece_stands_for_the_whole_expression() -> None:
    text = "docker build ${{ env.EITHER }} -t ${{ github.sha }} ."
    source = Source("ci.yml", "run: " + text)
    found = render(Fragment.of(source, 5, len(source.text)), CONTEXTS)
    assert [one.text for one in found] == [f"docker build {x} -t {UNKNOWN} ." for x in "ab"]
    start = found[0].text.index("a ")
    span = found[0].span(start, start + 1)
    assert source.text[span.start : span.stop] == "${{ env.EITHER }}"
    assert not found[0].literal(start, start + 1)
    assert source.text[found[0].start(found[0].text.index("-t")) :].startswith("-t ${{ github")


def test_past_the_limit_an_expression_is_unknown() -> None:
    source = Source("ci.yml", "${{ env.EITHER }}${{ env.EITHER }}")
    assert [one.text for one in render(source.whole(), CONTEXTS, 2)] == ["a" + UNKNOWN, "b" + UNKNOWN]


_ATOMS = st.sampled_from(["true", "false", "null", "0", "1", "'a'", "''", "'A'"])
_WORTH = {"true": True, "false": False, "null": None, "0": 0.0, "1": 1.0, "'a'": "a", "''": "", "'A'": "A"}


@st.composite
def _known(draw: st.DrawFn, depth: int = 3) -> tuple[str, Any]:
    """An expression, and its value by Python's own `and`, `or` and `not`, whose truth of these values is the same."""
    kind = draw(st.sampled_from(["atom", "and", "or", "not", "group"])) if depth else "atom"
    if kind == "atom":
        text = draw(_ATOMS)
        return text, _WORTH[text]
    left, left_value = draw(_known(depth - 1))
    if kind == "not":
        return f"!({left})", not left_value
    if kind == "group":
        return f"( {left} )", left_value
    right, right_value = draw(_known(depth - 1))
    sign = "&&" if kind == "and" else "||"
    return f"({left}) {sign} ({right})", (left_value and right_value) if kind == "and" else (left_value or right_value)


@given(_known())
def test_logic_is_that_of_python(pair: tuple[str, Any]) -> None:
    text, value = pair
    found = evaluate(text, {}).values
    assert found == (value,)
    assert type(found[0]) is type(value)


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "env",
                ".",
                "PLATFORMS",
                "[",
                "]",
                "(",
                ")",
                "'",
                "&&",
                "||",
                "!",
                "==",
                "1",
                "format",
                ",",
                "fromJSON",
                "'[1]'",
                "*",
            ]
        ),
        max_size=25,
    ).map(" ".join)
)
@settings(max_examples=300)
def test_any_text_has_an_outcome(text: str) -> None:
    outcome = evaluate(text, CONTEXTS)
    assert 1 <= len(outcome.values) <= MAX_OUTCOMES


@given(st.lists(st.sampled_from(["${{", "}}", " env.EITHER ", "'", "a", "\n", "é", " x "]), max_size=30), st.data())
@settings(max_examples=200)
def test_rendering_keeps_every_other_character_in_its_place(parts: list[str], data: st.DataObject) -> None:
    source = Source("ci.yml", "".join(parts))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(source.text)), max_size=5)) | {0, len(source.text)})
    pieces = tuple(Piece(source.text[a:b], a, b) for a, b in pairwise(cuts)) or (Piece("", 0, 0),)
    spots = places(source.text)
    rest = source.text
    for start, stop in reversed(spots):
        rest = rest[:start] + rest[stop:]
    for one in render(Fragment(source, pieces), CONTEXTS):
        literal = [piece for piece in one.pieces if piece.literal]
        assert "".join(piece.text for piece in literal) == rest
        assert all(source.text[piece.start : piece.stop] == piece.text for piece in literal)
        assert [(p.start, p.stop) for p in one.pieces if not p.literal] == spots


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('echo "P=linux/amd64" >> $GITHUB_ENV', {"P": ("linux/amd64",)}),
        ('echo P=linux/amd64 >> "$GITHUB_ENV"', {"P": ("linux/amd64",)}),
        ("echo 'P=a,b' >>${GITHUB_ENV}", {"P": ("a,b",)}),
        ('echo "P=$(uname -m)" >> $GITHUB_ENV', {"P": (UNKNOWN,)}),
        ('echo "P=${X}" >> $GITHUB_ENV', {"P": (UNKNOWN,)}),
        ("if x; then\n  echo P=a >> $GITHUB_ENV\nelse\n  echo P=b >> $GITHUB_ENV\nfi", {"P": ("a", "b")}),
        ("if x; then\n  echo P=a >> $GITHUB_ENV\nfi", {"P": (UNKNOWN,)}),
        ("{\n echo P=a\n echo Q=b\n} >> $GITHUB_ENV", {"P": (UNKNOWN,), "Q": (UNKNOWN,)}),
        ("echo 'P<<EOF' >> $GITHUB_ENV\ncat x >> $GITHUB_ENV", {"P": (UNKNOWN,)}),
        ('"P=a" >> $env:GITHUB_ENV', {"P": ("a",)}),
        ('"P=a" | Out-File -FilePath $env:GITHUB_ENV -Append', {"P": ("a",)}),
        ("P=a make", {}),
        ("echo P=a >> $GITHUB_OUTPUT", {}),
    ],
)
def test_a_step_leaves_these_variables(script: str, found: dict[str, tuple[str, ...]]) -> None:
    assert written(script) == found
