"""TOML texts with their places, held against `tomllib`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.project import UnreadableError
from prelaunch.readers.toml import texts

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = (
    "# a file\n"
    'title = "plain" # behind\n'
    "'quoted key' = 'literal \\ text'\n"
    "[a.b]\n"
    'c.d = "x\\ty \\u00e9 \\"q\\""\n'
    '"e f".g = """\nlong \\\n   joined\n"two" quotes""""\n'
    "[[list]]\n"
    'x = ["one", \'two\', ["three", {k = "four", "z" = 5}],\n  # between\n  "five", ]\n'
    "[list.inner]\n"
    "y = '''\n'raw' \\n '''\n"
    "[[list]]\n"
    'x = { a = "six", b.c = ["seven"] }\n'
    "n = 1979-05-27T07:32:00Z\n"
    "f = [1.5, true, nan]\n"
)


def flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ANN401
    if isinstance(value, dict):
        for key, each in value.items():
            yield from flat(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from flat(each, (*path, str(number)))
    elif isinstance(value, str):
        yield path, value


def read(text: str) -> list[tuple[tuple[str, ...], str]]:
    source = Source("pyproject.toml", text)
    found = texts(source)
    for each in found:
        for piece in each.fragment.pieces:
            assert 0 <= piece.start <= piece.stop <= len(text)
            assert not piece.literal or text[piece.start : piece.stop] == piece.text
    return sorted((each.path, each.fragment.text) for each in found)


def test_the_texts_and_their_paths_are_those_of_tomllib() -> None:
    assert read(SAMPLE) == sorted(flat(tomllib.loads(SAMPLE)))
    assert len(read(SAMPLE)) == 12


@pytest.mark.parametrize("text", ["a = ", "[a", 'a = "x', "a = 1\na = 2", "[" * 5000, "a = " + "[" * 3000])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        texts(Source("pyproject.toml", text))


@given(st.text(alphabet="ab.[]{}=,'\"\\\n #1u-_", max_size=60))
def test_any_text_is_refused_or_read_as_tomllib_does(text: str) -> None:
    try:
        wanted = sorted(flat(tomllib.loads(text)))
    except ValueError:
        wanted = None
    try:
        found = read(text)
    except UnreadableError:
        found = None
    assert found == wanted


_VALUE = st.recursive(
    st.text(max_size=8) | st.integers(0, 9) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="abc.é '\"", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def spell(value: Any, style: int) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ",\n ".join(spell(each, style) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{basic(key)} = {spell(each, style)}" for key, each in value.items()) + "}"
    return basic(value) if style else f'"""\n{basic(value)[1:-1]}"""'


def basic(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'


@given(st.dictionaries(st.text(alphabet="abc.é '", max_size=4), _VALUE, max_size=4), st.integers(0, 1))
def test_any_value_is_found_with_its_path(data: dict[str, Any], style: int) -> None:
    text = "".join(f"{basic(key)} = {spell(value, style)}\n" for key, value in data.items())
    assert read(text) == sorted(flat(tomllib.loads(text)))
