"""The cheap look at a text: what it answers for the standard library, and what it opens for that."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.index import quick, shipped

NAMES = frozenset({"known.place.Wrong"})
MODULES = frozenset({"known.missing"})


def asked(text: str) -> set[tuple[str, str | None, bool]]:
    return {(each.module, each.name, each.attribute) for each in quick.suspects(text.encode(), NAMES, MODULES)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import os, sys\nfrom pathlib import Path\nPath.home().nothing\n", set()),
        ("import own.thing\nfrom own import whatever\nown.thing.x\n", set()),
        ("from known.place import Wrong, right\n", {("known.place", "Wrong", False)}),
        ("import known.place as p\np.Wrong, p.right\n", {("known.place", "Wrong", True)}),
        ("import known.missing.deep\n", {("known.missing.deep", None, False), ("known.missing", None, False)}),
        ("import imp\n", {("imp", None, False)}),
        ("from collections import Mapping, OrderedDict\n", {("collections", "Mapping", False)}),
        ("import asyncio\nasyncio.coroutine, asyncio.nothing, asyncio.run\n", {("asyncio", "coroutine", True)}),
        ("from os import nothing, __name__\n", {("os", "nothing", False)}),
        ("imp = 1\n", set()),
    ],
)
def test_what_a_text_asks_that_some_release_lacks(text: str, expected: set[tuple[str, str | None, bool]]) -> None:
    found = asked(text)
    assert expected <= found
    # `import a.b` also asks whether `a` has a `b`
    assert {each for each in found - expected if each[1] != "missing"} == set()


def test_the_same_text_is_answered_by_what_is_known_to_be_nowhere() -> None:
    text = b"import known.place as p\nfrom known.place import Wrong\nimport known.missing\np.Wrong\n"
    other = frozenset({"known.place.other"})
    counts = [
        len(quick.suspects(text, *known))
        for known in ((NAMES, MODULES), (NAMES, other), (other, MODULES), (other, other))
    ]
    assert counts == [3, 2, 1, 0]


def test_every_module_of_the_standard_library_is_found_and_nothing_else() -> None:
    text = shipped._texts.get("") or _text()  # noqa: SLF001
    lines = text.splitlines()
    assert lines == sorted(lines, key=lambda line: line.split(b" ")[0])
    for line in lines:
        assert shipped._line_of(text, line.split(b" ")[0]) == line  # noqa: SLF001
    for name in (b"", b"a", b"o", b"oss", b"os.", b"zzz", b"~"):
        assert shipped._line_of(text, name) == b""  # noqa: SLF001


def _text() -> bytes:
    shipped.python_names("os")
    return shipped._texts[""]  # noqa: SLF001


@given(st.lists(st.text("abc", min_size=1, max_size=4), unique=True), st.text("abcd", max_size=4))
def test_a_line_is_found_by_its_first_word(names: list[str], wanted: str) -> None:
    text = "".join(f"{name} x / y\n" for name in sorted(names)).encode()
    found = shipped._line_of(text, wanted.encode())  # noqa: SLF001
    assert found == (f"{wanted} x / y".encode() if wanted in names else b"")


def test_a_program_of_its_own_modules_opens_no_index() -> None:
    code = (
        "import sys\nfrom prelaunch_rules import suspects\n"
        "suspects(b'import os, sys, logging\\nfrom mycompanysthing.tools import other\\n')\n"
        "print('prelaunch.index.store' in sys.modules)\n"
        "suspects(b'import requests')\nprint('prelaunch.index.store' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["False", "True"]
