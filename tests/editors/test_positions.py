"""Offsets and LSP positions: the specification's line ends and code units."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.lsp.positions import WIDTHS, Lines


@pytest.mark.parametrize(
    ("encoding", "column"),
    [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)],
)
def test_a_column_counts_the_units_of_the_encoding(encoding: str, column: int) -> None:
    lines = Lines("first\nb🐋ü$", encoding)
    dollar = len("first\nb🐋ü")
    assert lines.position(dollar) == (1, column)
    assert lines.offset(1, column) == dollar


def test_a_line_ends_as_the_specification_says_and_not_as_python_does() -> None:
    text = "a\r\nb\rc\nd\x0ce\u2028f\x85g"
    lines = Lines(text)
    assert [lines.position(text.index(char))[0] for char in "abcdefg"] == [0, 1, 2, 3, 3, 3, 3]


def test_a_position_behind_the_end_is_the_end() -> None:
    lines = Lines("ab\r\ncd")
    assert lines.offset(0, 99) == 2
    assert lines.offset(1, 99) == 6
    assert lines.offset(9, 0) == 6


@settings(deadline=None)
@given(st.text(st.sampled_from("a\n\r\x0c🐋ü\udc80")), st.sampled_from(sorted(WIDTHS)))
def test_an_offset_comes_back(text: str, encoding: str) -> None:
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert lines.offset(*lines.position(offset)) == offset
