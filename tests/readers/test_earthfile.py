from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.earthfile import BASE, Statement, read


def statements(text: str) -> dict[str, list[Statement]]:
    recipes = read(Source("Earthfile", text))
    for each in recipes.values():
        for one in each:
            assert 0 <= one.span.start <= one.span.stop <= len(text)
            assert one.span.start <= one.body.start <= one.body.stop <= len(text)
            assert text[one.span.start :].startswith(one.keyword.partition(" ")[0])
    return recipes


def test_a_recipe_is_what_is_indented_below_its_name() -> None:
    text = (
        "VERSION 0.8\nFROM alpine\n\nbuild-all:\n    BUILD --platform=linux/amd64 +build\n\n"
        "build: # the image\n\tFROM --platform linux/arm64 golang\n"
        "\tSAVE IMAGE --push a/b:1 c\n\nDO_IT:\n    FUNCTION\n"
    )
    found = statements(text)
    assert {name: [one.keyword for one in each] for name, each in found.items()} == {
        BASE: ["VERSION", "FROM"],
        "build-all": ["BUILD"],
        "build": ["FROM", "SAVE IMAGE"],
        "DO_IT": ["FUNCTION"],
    }
    assert found["build-all"][0].flags("--platform") == ["linux/amd64"]
    assert found["build"][0].flags("--platform") == ["linux/arm64"]
    assert found["build"][1].plain() == ["a/b:1", "c"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("    BUILD \\\n        --platform=a \\\n        # note\n        +b", ["--platform=a", "+b"]),
        ("    BUILD \\  \r\n  +b\r\n", ["+b"]),
        ("    BUILD --x=\"a b\" '+c d' e\\ f", ["--x=a b", "+c d", "e f"]),
        ("    BUILD --x=$(cat /a b) +c", ["--x=$(cat /a b)", "+c"]),
        ("    BUILD ( +a --b=c ) d", ["( +a --b=c )", "d"]),
        ("    BUILD", []),
        ("    BUILD +a # why", ["+a"]),
        ("    BUILD +a#b", ["+a#b"]),
    ],
)
def test_the_words_of_a_statement(text: str, words: list[str]) -> None:
    [statement] = statements(f"a:\n{text}\n")["a"]
    assert [word.text for word in statement.words] == words


@given(st.text(alphabet="aB+:=-#\\\n\r \t'\"$(){}\x00é", max_size=80) | st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    statements(text)
    statements(f"FROM a\nx:\n    BUILD {text}\n    SAVE IMAGE {text}\n")
