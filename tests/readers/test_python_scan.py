"""The cheap look at a Python file sees every import that the parser sees, and is allowed to see more."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.python import imports
from prelaunch.readers.python_scan import attributes, scan

SEEN = {
    "import a.b as c": {"a": {"b"}, "a.b": set()},
    "from a.b import c, d as e": {"a.b": {"c", "d"}},
    "from a import (\n    b,  # one (of two)\n    c,\n)": {"a": {"b", "c"}},
    "from a import b, \\\n    c": {"a": {"b", "c"}},
    "from a \\\n  import b": {"a": {"b"}},
    "if x: import a.b": {"a": {"b"}, "a.b": set()},
    "x = 1; from a import b; y = 2": {"a": {"b"}},
    "from a import *": {"a": {"*"}},
    "from . import a": {},
    "from .a import b": {},
    "importlib.import_module('a')": {},
    "# import": {},
    "\ufefffrom a import b": {"a": {"b"}},
    "from a import b\r\nfrom c import d\r\n": {"a": {"b"}, "c": {"d"}},
    "from a import(b)": {"a": {"b"}},
    "from\ta\timport\tb": {"a": {"b"}},
}


@pytest.mark.parametrize("text", SEEN)
def test_what_is_imported(text: str) -> None:
    assert scan(text.encode())[0] == SEEN[text]


def test_names_are_bound_to_modules() -> None:
    _, bound = scan(b"import numpy as np\nimport a.b\nfrom c import d as e\n")
    assert bound == {"np": "numpy", "a": "a", "e": "c.d"}


def test_attributes_of_bound_modules() -> None:
    data = b"import numpy as np\nnp.float(1)\nxnp.int\nnp.random.rand(2)\n"
    found = set(attributes(data, scan(data)[1]))
    assert found == {("numpy", "float"), ("numpy", "random"), ("numpy.random", "rand")}


_NAME = st.sampled_from(["a", "b_c", "d1", "Ex"])
_DOTTED = st.lists(_NAME, min_size=1, max_size=3).map(".".join)
_ITEM = st.tuples(_NAME, st.sampled_from(["", " as x", "  as  y"])).map("".join)
_STATEMENT = st.one_of(
    st.tuples(_DOTTED, st.sampled_from(["", " as z"])).map(lambda pair: f"import {pair[0]}{pair[1]}"),
    st.tuples(_DOTTED, st.lists(_ITEM, min_size=1, max_size=3), st.sampled_from([", ", ",", " , "])).map(
        lambda parts: f"from {parts[0]} import {parts[2].join(parts[1])}"
    ),
    st.tuples(_DOTTED, st.lists(_ITEM, min_size=1, max_size=3)).map(
        lambda pair: f"from {pair[0]} import (  # of (two\n  " + " ,  # and )\n  ".join(pair[1]) + "\n)"
    ),
    st.just("x = 'import a'"),
    st.just("# import b"),
    st.just("if x: pass"),
    st.just("a.Ex.d1"),
)
_LAYOUT = st.sampled_from(["\n", "\r\n", "\n\n", "; "])


@given(st.lists(st.tuples(_STATEMENT, _LAYOUT), max_size=6))
def test_every_import_that_the_parser_finds_is_seen(parts: list[tuple[str, str]]) -> None:
    text = "".join(statement + layout for statement, layout in parts)
    try:
        ast.parse(text)
    except SyntaxError:
        return
    names, bound = scan(text.encode())
    read = set(attributes(text.encode(), bound))
    for fact in imports(Source("a.py", text).whole()):
        if fact.attribute:
            assert (fact.module, fact.name) in read
        elif fact.name is not None:
            assert fact.name in names[fact.module]
        else:
            assert fact.module in names


@given(st.binary(max_size=200))
def test_any_bytes_can_be_scanned(data: bytes) -> None:
    names, bound = scan(b"import a as b\nfrom c import d" + data)
    list(attributes(data, bound))
    assert names


@given(st.text(alphabet="import from.,()as\\\n\r;:# ab*", max_size=80))
def test_any_text_made_of_import_marks_can_be_scanned(text: str) -> None:
    scan(text.encode())
