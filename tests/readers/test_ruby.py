"""Ruby to its tokens."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.readers.ruby import scan

if TYPE_CHECKING:
    from prelaunch.readers.groovy import Token


def said(token: Token) -> str:
    return "".join(f"{{{part.text}}}" if part.reference else part.text for part in token.parts)


def shown(text: str) -> list[tuple[str, str]]:
    """What opens each literal, and what it says."""
    return [(token.text, said(token)) for token in scan(text) if token.kind == "string"]


def words(text: str) -> str:
    """All tokens: literals as `<...>`, line ends as `;`."""
    shapes = {"string": "<>", "line": ";"}
    return " ".join(shapes.get(token.kind, token.text) for token in scan(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sh 'a'", [("'", "a")]),
        ('sh("a #{b} c\\n")', [('"', "a {b} c\n")]),
        ("sh 'a #{b}\\n\\''", [("'", "a #{b}\\n'")]),
        ("x = `a`", [("`", "a")]),
        ('"a\\\nb"', [('"', "ab")]),
        ('"#@a #@@b #$c #d" + "\\u0041"', [('"', "{@a} {@@b} {$c} #d"), ('"', "{\\u}0041")]),
        ("%x(a #{b}) + %q[c\\]] + %Q{d}", [("%x(", "a {b}"), ("%q[", "c]"), ("%Q{", "d")]),
        ("sh %(a $(b (c)) d)", [("%(", "a $(b (c)) d")]),
        ("%w[a b] + %I<c #{d}>", [("%w[", "a b"), ("%I<", "c {d}")]),
        ("sh %|a|, %!b!", [("%|", "a"), ("%!", "b")]),
        ("puts %w(a)\nx.y %w(b)", [("%w(", "a"), ("%w(", "b")]),
        ("=begin\nsh 'a'\n=end\nsh 'b'\n=begin\n'c'", [("'", "b")]),
        ("sh 'a'\n__END__\nsh 'b", [("'", "a")]),
        ("#!/bin/x 'y\nsh 'a' # 'b'", [("'", "a")]),
        ('sh "a #{b["c"]} #{d { |e| "}" }} f"', [('"', 'a {b["c"]} {d { |e| "}" }} f')]),
        ('sh "a #{b /x"/}"', [('"', 'a {b /x"/}')]),
        # what could be an operator
        ("if a =~ /it's/\n  sh 'b'\nend", [("/", "{}"), ("'", "b")]),
        ("a.gsub(/'/, '').split(/\"/x)", [("/", "{}"), ("'", ""), ("/", "{}")]),
        ("b = a / c; sh 'd' / e", [("'", "d")]),
        ("a = 1 / 2; b(3) / c['d']", [("'", "d")]),
        ("a.sub(/#{b.sub(/c/, '')}/, 'd'); e '/'", [("/", "{}"), ("'", "d"), ("'", "/")]),
        ("(//..//).a 'b'", [("/", "{}"), ("/", "{}"), ("'", "b")]),
        ("raise if /x\\/'/ =~ a", [("/", "{}")]),
        ("a.inject(:/); b ?'c':'d'", [("'", "c"), ("'", "d")]),
        ("[?', ?\"].each { sh 'a' }", [("?", "'"), ("?", '"'), ("'", "a")]),
        ("a = $' + $\" + $/; sh 'b'", [("'", "b")]),
        ("def `(a)\n  b 'c'\nend\ndef %(a) 'd' end", [("'", "c"), ("'", "d")]),
        ("a % b; c %(d); e % (f)", [("%(", "d")]),
        ("'a' % [b]; 'c' %[d]", [("'", "a"), ("'", "c")]),
        # heredocs
        ("inline: <<-SHELL\n  a\n  SHELL\nsh 'b'", [("<<-SHELL", "  a\n"), ("'", "b")]),
        ("f(<<~A, <<~'B')\n  #{a}\\t\n  A\n  #{b}\\t\n  B\n", [("<<~A", "  {a}\t\n"), ("<<~'B'", "  #{b}\\t\n")]),
        ("sh <<~eos.strip, 'a'\n  b's\n  eos\nsh 'c'", [("<<~eos", "  b's\n"), ("'", "a"), ("'", "c")]),
        ("sh <<A\n A\nA\nsh 'b'", [("<<A", " A\n"), ("'", "b")]),
        ("a << b; c <<d; class <<self; end", []),
        ("x = 1\nx <<-y\nz 'a'", [("'", "a")]),
        ("a <<-\"end;\" + 'b'\n  c's\nend;\nd 'e'", [('<<-"end;"', "  c's\n"), ("'", "b"), ("'", "e")]),
        ("<<-A\nnever closed", []),
        ("a = <<~`A`\n b\n A\n", [("<<~`A`", " b\n")]),
        ("a <<~A\r\n b\r\nA\r\nc 'd'", [("<<~A", " b\r\n"), ("'", "d")]),
        # what nothing closes
        ('sh "never closed', [('"', "never closed")]),
        ('sh "a #{b', [('"', "a {b}")]),
    ],
)
def test_literals(text: str, expected: list[tuple[str, str]]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sh 'a',\n  'b'\nc", "sh <> , <> ; c"),
        ("sh 'a' \\\n  'b'\nc", "sh <> <> ; c"),
        ("sh 'a' + # b\n\n  'c'", "sh <> + <>"),
        ("sh 'a'\n  .strip\n..b", "sh <> . strip ; . . b"),
        ("a.empty? && b! != c?", "a . empty? & & b! ! = c?"),
        ("@a = $b; @@c = $?", "@a = $b ; @@c = $?"),
    ],
)
def test_tokens_and_line_ends(text: str, expected: str) -> None:
    assert words(text) == expected


_PIECES = st.sampled_from(
    ["'", '"', "`", "#{", "}", "{", "\\", "%x(", "%q", "%w[", ")", "]", "<<-A", "<<~'B'", "\n", "A\n", "  A\n", "B\n",
     "sh ", ",", "=begin", "\n=end", "a", "/", "?", ":", "$", "__END__", "def ", "."]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_text_is_read(text: str) -> None:
    at = 0
    for token in scan(text):
        assert at <= token.start < token.stop <= len(text)
        at = token.stop
        inside = 0
        for part in token.parts:
            assert inside <= part.start <= part.stop <= len(text)
            assert token.start <= part.start
            assert not part.literal or part.text == text[part.start : part.stop]
            inside = part.stop
        assert token.text.startswith("<<") or not token.parts or inside <= token.stop


_REPEATED = [
    "'", '"#{', "`#{'", "%x(", "<<-A\n", "<<-A, ", "\\", "#{", "=begin\n", "<<A\nA\n", "(/", "(/#{\n",
    "(/#{'/", "a /b ", "?", "\n.", "%w[a", '"#{"', "<<~A\n#{\nA\n", " ", "\n ", "x=<<-A;\n  A\n",
]  # fmt: skip


@pytest.mark.parametrize("part", _REPEATED)
def test_four_times_the_text_takes_about_four_times_as_long(part: str) -> None:
    def taken(count: int) -> float:
        text = part * count
        times = []
        for _ in range(2):
            started = process_time()
            scan(text)
            times.append(process_time() - started)
        return min(times)

    small, large = taken(5_000), taken(20_000)
    assert large < 9 * small + 0.1  # sixteen times, if it grew with the square
