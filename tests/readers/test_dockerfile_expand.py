"""Variables in Dockerfile words: a table, and bash as the oracle for the forms that the reference took from it."""

from __future__ import annotations

import shutil
import subprocess
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import HANDED, UNKNOWN
from prelaunch.readers.dockerfile.expand import MAX_LENGTH, Effort, expand

VALUES = {"A": "foobarbaz", "E": "", "U": UNKNOWN, "P": f"x{UNKNOWN}", "H": HANDED, "S": "a*b/c"}

TABLE = [
    ("plain", "plain"),
    ("$A-${A}", "foobarbaz-foobarbaz"),
    ("'$A'\"$A\"", "$Afoobarbaz"),
    ("\\$A", "$A"),
    ('"\\$A \\x"', "$A \\x"),
    ("a$", "a$"),
    ("$B", UNKNOWN),
    ("x${B}y", f"x{UNKNOWN}y"),
    ("$1", UNKNOWN),
    ("${B:-${C:-d}}", "d"),
    ('${B:-"}"}', "}"),
    ("${B:-a\\}b}", "a}b"),
    ("${A--}", "foobarbaz"),
    ("${B--}", "-"),
    ("${U:-x}", UNKNOWN),
    ("${U:+x}", UNKNOWN),
    ("${P:-y}", f"x{UNKNOWN}"),
    ("${P:+y}", "y"),
    ("${P#x}", UNKNOWN),
    ("${H:-x}", UNKNOWN),
    ("${B:?must be set}", UNKNOWN),
    ("${A?}", "foobarbaz"),
    ("${A", UNKNOWN),
    ('"x', UNKNOWN),
    ("'x", UNKNOWN),
    ("${}", UNKNOWN),
    ("${A^^}", UNKNOWN),
    ("${A[0]}", UNKNOWN),
    ("${A:1:2}", UNKNOWN),
    ("${A::-x}", UNKNOWN),
    ("${A/ba/[$E$A]}", "foo[foobarbaz]rbaz"),
]


@pytest.mark.parametrize(("word", "expected"), TABLE)
def test_a_word_is_expanded(word: str, expected: str) -> None:
    assert expand(word, VALUES.get) == expected


def test_the_escape_character_of_the_file_escapes() -> None:
    assert expand("c:\\`$A`b", VALUES.get, "`") == "c:\\$Ab"


OPERATORS = ("-", ":-", "+", ":+", "?", ":?", "#", "##", "%", "%%", "/", "//")
BASH_WORDS = [
    f"${{{name}{operator}{word}}}"
    for name, operator, word in product("AES", OPERATORS, ("x", "b*", "*b", "?", "'*'", "["))
    if (name, operator) != ("E", ":?")  # bash ends there
]
BASH_WORDS += ["$A", "${A}", "${A#f*b}", "${A##f*b}", "${A%b*}", "${A%%b*}", "${A/ba/X}", "${A//ba/X}", "${A/ba}"]
BASH_WORDS += ["${A//b?/-}", "${S/\\*/x}", "${S//\\//_}", "${S%/*}", "${S#*/}", "${S##a\\*}", "${A/*/x}", "${E/*/x}"]
BASH_WORDS += ["${A//?/x}", "${A/b*a/x}", "${B-a}", "${B:-a}", "${B+a}", "${B:+a}", "${B-$A}", '${B:-"$A"}']
BASH_WORDS += ["${B:-'$A'}", "${A:+${E:-e}}", "a${E}b$A'c'"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is the oracle")
def test_words_are_expanded_as_bash_expands_them() -> None:
    given_ = "".join(f"{name}='{value}'\n" for name, value in VALUES.items() if name in "AES")
    script = "set -f\n" + given_ + "".join(f"x={word}; printf '%s\\0' \"$x\"\n" for word in BASH_WORDS)
    run = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    expected = dict(zip(BASH_WORDS, run.stdout.split("\0"), strict=False))
    assert len(expected) == len(set(BASH_WORDS))
    assert {word: expand(word, VALUES.get) for word in BASH_WORDS} == expected


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from([*"$AEUB{}:-+#%/?*'\"\\x ", "${A", "${", ":-", "//", "é", UNKNOWN]), max_size=20).map(
        "".join
    )
)
def test_any_word_is_expanded_within_bounds(word: str) -> None:
    assert len(expand(word, VALUES.get)) <= MAX_LENGTH + len(word)


def test_values_that_double_each_other_end_as_unknown() -> None:
    assert expand("$A" * 1000, VALUES.get) == UNKNOWN


def test_patterns_are_not_tried_without_end() -> None:
    effort = Effort(100)
    assert expand("${A%b*}", VALUES.get, effort=effort) == "foobar"
    assert expand("${A//*a*b*z/}", VALUES.get, effort=effort) == UNKNOWN
