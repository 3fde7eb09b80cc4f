"""Environment files and interpolation, as Compose reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.compose import MAX_TEXT, Setting, Text, interpolate, read_environment

ENVIRONMENT = {"SET": Setting("v", 1), "EMPTY": Setting("", 2)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", Text("plain")),
        ("$SET/${SET}", Text("v/v", used=("SET",))),
        ("$$SET", Text("$SET")),
        ("$NO", Text("", open=("NO",))),
        ("${NO}", Text("", open=("NO",))),
        ("${NO:-}", Text("", open=("NO",))),
        ("${NO:-d}", Text("d")),
        ("${NO-d}", Text("d")),
        ("${EMPTY:-d}", Text("d", used=("EMPTY",))),
        ("${EMPTY-d}", Text("", used=("EMPTY",))),
        ("${EMPTY}", Text("", used=("EMPTY",))),
        ("${NO:?say so}", Text("", required=("NO",))),
        ("${SET:?say so}", Text("v", used=("SET",))),
        ("${SET:+other}", Text("other", used=("SET",))),
        ("${NO+other}", Text("", open=("NO",))),
        ("${NO:-${ALSO:-d}}/x", Text("d/x")),
        ("${NO:-$SET}", Text("v", used=("SET",))),
        ("${NO", Text("", valid=False)),
        ("${{ x }}", Text("", valid=False)),
        ("$1", Text("", valid=False)),
        ("${NO!d}", Text("", valid=False)),
        ("$", Text("", valid=False)),
    ],
)
def test_a_variable_is_replaced_as_compose_does(text: str, wanted: Text) -> None:
    assert interpolate(text, ENVIRONMENT) == wanted


def test_defaults_nested_without_end_are_refused() -> None:
    assert not interpolate("${A:-" * 500 + "}" * 500, {}).valid


def test_an_environment_file_is_read_line_by_line() -> None:
    text = (
        "\ufeff# c\n"
        "A=one # c\r\n"
        "B = two#three\n"
        "export C='$A'\n"
        'D="a\\tb $A"\n'
        "E: five\n"
        "F\n"
        "G=\n"
        'H="x\ny"\n'
        "I=$A-${Z:-z}\n"
        'L="a\\"b\\\\n$"\n'
        "A=last\n"
        "no name=x\n"
        "J='open\n"
        "K=after\n"
    )
    settings = read_environment(Source(".env", text))
    assert {name: setting.value for name, setting in settings.items()} == {
        "A": "last",
        "B": "two#three",
        "C": "$A",
        "D": "a\tb one",
        "E": "five",
        "G": "",
        "H": "x\ny",
        "I": "one-z",
        "J": "'open",
        "K": "after",
        "L": 'a"b\\n$',
    }
    assert settings["A"].line == 13
    assert settings["I"].line == 11


def test_values_that_double_with_every_line_stay_small() -> None:
    text = "A0=xxxxxxxx\n" + "".join(f"A{i}=$A{i - 1}$A{i - 1}\n" for i in range(1, 64))
    assert all(len(setting.value) <= 2 * MAX_TEXT for setting in read_environment(Source(".env", text)).values())


PARTS = st.lists(st.sampled_from(["A", "=", ":", "$", "{", "}", "'", '"', "\\", "\n", "#", " ", "-", "?", "+", "\r"]))


@settings(max_examples=300, deadline=None)
@given(PARTS)
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    for setting in read_environment(Source(".env", text)).values():
        assert 1 <= setting.line <= text.count("\n") + 1
    interpolate(text, ENVIRONMENT)
