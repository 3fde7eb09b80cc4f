"""`.dockerignore` and its patterns, after Docker's documentation and what moby's pattern matcher does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.images.patterns import compile_pattern, is_excluded, matches, read_ignore_file

MATCHES = [
    ("a", "a", True), ("a", "ab", False), ("a", "b/a", False),
    ("*", "a", True), ("*", "a/b", False), ("*.py", "x.py", True), ("*.py", "x/y.py", False), ("a*", "a", True),
    ("a?c", "abc", True), ("a?c", "a/c", False), ("[a-c]x", "bx", True), ("[^a-c]x", "bx", False),
    ("[^a]x", "/x", False),
    ("a\\*", "a*", True), ("a\\*", "ab", False),
    ("**", "a/b", True), ("**/foo", "foo", True), ("**/foo", "a/b/foo", True), ("**/foo", "afoo", False),
    ("**/*.pyc", "a.pyc", True), ("**/*.pyc", "a/b/c.pyc", True),
    ("foo/**", "foo/a/b", True), ("foo/**", "foo", False),
    ("foo/**/bar", "foo/bar", True), ("foo/**/bar", "foo/x/y/bar", True), ("foo/**/bar", "foo/xbar", False),
    ("**/a/**/b", "a/b", True), ("**/a/**/b", "x/a/y/b", True), ("a**b", "ab", True), ("a**b", "axb", False),
    # at the very start with nothing else special, `**` also stands for a part of a name
    ("**foo", "xfoo", True), ("**.py", "x/y.py", True), ("**a**b", "xab", False),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "expected"), MATCHES)
def test_a_pattern_matches_whole_paths(pattern: str, path: str, expected: bool) -> None:
    compiled = compile_pattern(pattern)
    assert compiled is not None
    assert matches(compiled, path) is expected


IGNORED = [
    ("node_modules\n", "node_modules/x/y.js", True),
    ("node_modules\n", "sub/node_modules/y.js", False),
    ("/dist/\n", "dist/a", True),
    ("./dist\n", "dist/a", True),
    ("a/../b\n", "b", True),
    ("  a  \n", "a", True),
    ("# a\n", "a", False),
    ("*\n!src\n", "src/a.py", False),
    ("*\n!src\n", "lib/a.py", True),
    ("*\n!src\nsrc/x\n", "src/x/a.py", True),
    ("a\n!a/keep\n", "a/keep", False),
    ("a\n!a/keep\n", "a/other", True),
    ("!a\na\n", "a", True),
    ("*.md\n!README*.md\n", "README.md", False),
    ("\ufeff*.md\r\n", "x.md", True),
    ("[\n", "[", False),
    ("", "a", False),
]


@pytest.mark.parametrize(("text", "path", "expected"), IGNORED)
def test_the_last_pattern_that_matches_decides(text: str, path: str, expected: bool) -> None:
    assert is_excluded(path, read_ignore_file(text)) is expected


def _as_regex(pattern: str) -> re.Pattern[str]:
    """The documented meaning of a pattern without brackets, as a regular expression."""
    out, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            at += 2
            at += pattern.startswith("/", at)
            out += ".*" if at >= len(pattern) else "(.*/)?"
            continue
        out += {"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at]))
        at += 1
    return re.compile(out)


@given(st.text("ab/*?", min_size=1, max_size=8), st.text("ab/", min_size=1, max_size=8))
def test_the_matcher_agrees_with_a_regular_expression(pattern: str, path: str) -> None:
    compiled = compile_pattern(pattern)
    if compiled is not None and compiled.suffix is None:
        assert matches(compiled, path) == bool(_as_regex(pattern).fullmatch(path))


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_read(text: str, path: str) -> None:
    is_excluded(path, read_ignore_file(text))


def test_a_hostile_pattern_takes_no_longer_than_the_product_of_the_lengths() -> None:
    pattern = compile_pattern("**/*a" * 60)
    assert pattern is not None
    assert not matches(pattern, "a/" * 400 + "b")
