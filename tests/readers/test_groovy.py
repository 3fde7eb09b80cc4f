"""Groovy tokens: strings with their escapes and references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.readers.groovy import Brackets, scan


def strings(text: str) -> list[str]:
    return [
        "".join(f"<{p.text}>" if p.reference else p.text for p in t.parts) for t in scan(text) if t.kind == "string"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a'", ["a"]),
        ("'a\\'b\\\\c\\n'", ["a'b\\c\n"]),
        ("'a$b ${c}'", ["a$b ${c}"]),
        ('"a$b.c-${d.e(1)}."', ["a<b.c>-<d.e(1)>."]),
        ("\"${ [a: '}'] }\"", ["<[a: '}']>"]),
        ('"\\$a \\u0041"', ["$a A"]),
        ('"$5 $"', ["$5 $"]),
        ("'''a'b\n''c'''", ["a'b\n''c"]),
        ('"""a "b" $c"""', ['a "b" <c>']),
        ("'a \\\nb'", ["a b"]),
        ("'a \\\r\nb'", ["a b"]),
        ("x = /a\\/b $c/", ["a/b <c>"]),
        ("x = a / b / c", []),
        ("f(1) / 2 / 3", []),
        ("x = $/a/b$$ $c/$", ["a/b$ <c>"]),
        ("// 'a'\n/* 'b' */ 'c'", ["c"]),
        ("#!/usr/bin/env 'groovy'\n'a'", ["a"]),
        ("'a\n'b'", ["a", "b"]),
        ("'a", ["a"]),
        ("'https://x' // 'y'", ["https://x"]),
    ],
)
def test_strings_are_what_groovy_makes_of_them(text: str, expected: list[str]) -> None:
    assert strings(text) == expected


@given(st.text(alphabet="ab'\"\\$/{}()[]\n* .,+=u0"))
def test_tokens_stand_in_order_and_literal_parts_are_the_source_s_own(text: str) -> None:
    tokens = scan(text)
    at = 0
    for token in tokens:
        assert at <= token.start < token.stop <= len(text)
        at = token.stop
        for part in token.parts:
            assert token.start <= part.start <= part.stop <= token.stop
            assert not part.literal or part.text == text[part.start : part.stop]
    brackets = Brackets.of(tokens)
    assert len(brackets.parent) == len(tokens)
    assert all(parent < number for number, parent in enumerate(brackets.parent))
    assert all(number < close <= len(tokens) for number, close in brackets.close.items())
