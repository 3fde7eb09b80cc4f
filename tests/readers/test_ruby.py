"""Ruby to its literal texts."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.readers.ruby import scan


def shown(text: str) -> list[tuple[str, str, str]]:
    return [
        (one.kind, one.before, "".join(f"{{{part.text}}}" if part.reference else part.text for part in one.parts))
        for one in scan(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sh 'a'", [("string", "sh", "a")]),
        ('sh("a #{b} c\\n")', [("string", "sh", "a {b} c\n")]),
        ("sh 'a #{b}\\n\\''", [("string", "sh", "a #{b}\\n'")]),
        ("x = `a`", [("command", "=", "a")]),
        ("%x(a #{b}) + %q[c] + %Q{d}", [("command", "", "a {b}"), ("string", "+", "c"), ("string", "+", "d")]),
        ('sh "a",\n  "b"', [("string", "sh", "a"), ("string", ",", "b")]),
        ("# sh 'a'\nputs 'b' # 'c'", [("string", "puts", "b")]),
        ("=begin\nsh 'a'\n=end\nsh 'b'", [("string", "sh", "b")]),
        ("inline: <<-SHELL\n  a\n  SHELL\nsh 'b'", [("heredoc", "inline", "  a\n"), ("string", "sh", "b")]),
        ("f(<<~A, <<~'B')\n  #{a}\n  A\n  #{b}\n  B\n", [("heredoc", "f", "  {a}\n"), ("heredoc", ",", "  #{b}\n")]),
        ("a << b; c <<d", []),
        ("<<-A\nnever closed", [("heredoc", "", "never closed")]),
        ('sh "never closed', [("string", "sh", "never closed")]),
        ('sh "a #{b', [("string", "sh", "a {}b")]),
        ("a % b", []),
    ],
)
def test_texts(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert shown(text) == expected


_PIECES = st.sampled_from(
    ["'", '"', "`", "#{", "}", "\\", "%x(", "%q", ")", "<<-A", "<<~'B'", "\n", "A\n", "  A\n", "sh", ",", "=begin", "a"]
)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map("".join)))
def test_any_text_is_read(text: str) -> None:
    for one in scan(text):
        assert 0 <= one.start <= one.stop <= len(text)
        at = one.start
        for part in one.parts:
            assert at <= part.start <= part.stop <= one.stop
            assert not part.literal or part.text == text[part.start : part.stop]
            at = part.stop


@pytest.mark.parametrize("part", ["'", '"#{', "`#{'", "%x(", "<<-A\n", "<<-A, ", "\\", "#{", "=begin\n", "<<A\nA\n"])
def test_what_nothing_closes_takes_little_time(part: str) -> None:
    started = process_time()
    list(scan(part * (100_000 // len(part))))
    assert process_time() - started < 5
