"""JavaScript and TypeScript to tokens."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.readers.javascript import scan


def shown(text: str) -> list[str]:
    """Each token's text; a string as `'text'` with `{expression}` for what it refers to."""
    found = []
    for token in scan(text):
        if token.kind == "string":
            found.append("'" + "".join(f"{{{p.text}}}" if p.reference else p.text for p in token.parts) + "'")
        elif token.kind != "line":
            found.append(token.text)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("const a = 'b';", ["const", "a", "=", "'b'", ";"]),
        ("a // b\n/* c\n d */ e", ["a", "e"]),
        ("#!/usr/bin/env node\na", ["a"]),
        ("\ufeffa", ["a"]),
        (r"'it\'s' 'a\x41\u0042\u{43}\n'", ["'it's'", "'aABC\n'"]),
        ("'a\\\nb'", ["'ab'"]),
        ("'never closed\nb", ["'never closed'", "b"]),
        ("`a${b}c`", ["'a{b}c'"]),
        ("`a\nb`", ["'a\nb'"]),
        ("`${ x ? `y${'}'}` : {} /* ` */ }` z", ["'{x ? `y${'}'}` : {} /* ` */}'", "z"]),
        (r"`${a.replace(/`/g, '')}` b", [r"'{a.replace(/`/g, '')}'", "b"]),
        (r"`${a.replace(/[{'\"]}/, /\}/)}/${b / c}/'` d", [r"""'{a.replace(/[{'\"]}/, /\}/)}/{b / c}/''""", "d"]),
        ("`${(a) / b + c[0] / 'd' / `e` / 2}` / 3", ["'{(a) / b + c[0] / 'd' / `e` / 2}'", "/", "3"]),
        ("`${a.map(b => { return /`/.test(b) })}` c", ["'{a.map(b => { return /`/.test(b) })}'", "c"]),
        ("`never closed ${ a", ["'never closed {a}'"]),
        ("a = /'/g.test(b)", ["a", "=", "'{}'", ".", "test", "(", "b", ")"]),
        ("f(/[/']/, 'x')", ["f", "(", "'{}'", ",", "'x'", ")"]),
        ("return /`/", ["return", "'{}'"]),
        ("a / b / c", ["a", "/", "b", "/", "c"]),
        ("(a) / 'b' / 2", ["(", "a", ")", "/", "'b'", "/", "2"]),
        ("x = a\n/ 'b'", ["x", "=", "a", "/", "'b'"]),
        ("}\n/'/.test(x)", ["}", "'{}'", ".", "test", "(", "x", ")"]),
        ("a = / b", ["a", "=", "/", "b"]),
        ("this.#é$_1", ["this", ".", "#", "é$_1"]),
        ("a?.b ?? c!", ["a", "?", ".", "b", "?", "?", "c", "!"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


_PIECES = st.sampled_from(
    ["`", "${", "}", "{", "'", '"', "\\", "/", "*", "//", "/*", "*/", "\n", "\r\n", "a", " ", "\\u{"]
)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_text_gives_tokens_in_order(text: str) -> None:
    at = 0
    for token in scan(text):
        assert at <= token.start < token.stop <= len(text)
        inside = token.start
        for part in token.parts:
            assert inside <= part.start <= part.stop <= token.stop
            assert not part.literal or part.text == text[part.start : part.stop]
            inside = part.stop
        at = token.stop
    if "\ud800" not in text:
        scan(text.encode().decode("latin-1"))


@pytest.mark.parametrize(
    "part", ["`${", "=/[", "= /a", "{", "'", "`", "${`", "\\", "/*", "}\n/", "`${'", "'\\u{", "/ ", "`${/a", "(/ "]
)
def test_what_nothing_closes_takes_little_time(part: str) -> None:
    started = process_time()
    scan(part * (300_000 // len(part)))
    assert process_time() - started < 8
