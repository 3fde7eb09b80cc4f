"""A new key goes in at an exact place: everything else stays, and the parser then finds it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Slot, Source
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import Node, indent_of, key_slot, line_break_of, read, walk


def mapping_of(text: str, key: str) -> tuple[Source, Node]:
    source = Source("a.yml", text)
    (node,) = read(source)
    found = node.get(key)
    assert found is not None
    return source, found.items[0] if found.kind == "sequence" else found


def written(text: str, slot: Slot | None, *platforms: str) -> str:
    assert slot is not None
    return text[: slot.span.start] + slot.spell(platforms or ("linux/amd64",)) + text[slot.span.stop :]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("w:\n  a: 1\n", "w:\n  platforms: linux/amd64\n  a: 1\n"),
        ("w:\r\n  a: 1\r\n", "w:\r\n  platforms: linux/amd64\r\n  a: 1\r\n"),
        ("w:\n  # c\n  a: 1 # d", "w:\n  # c\n  platforms: linux/amd64\n  a: 1 # d"),
        ("w:\n  - a: 1\n    b: 2\n", "w:\n  - platforms: linux/amd64\n    a: 1\n    b: 2\n"),
        ("w: { a: 1 }\n", 'w: { platforms: "linux/amd64", a: 1 }\n'),
        ('{"w": {"a": 1}}', '{"w": {"platforms": "linux/amd64", "a": 1}}'),
        ("w: {\n  a: 1\n}\n", 'w: {\n  platforms: "linux/amd64",\n  a: 1\n}\n'),
        ("w: {}\n", 'w: {"platforms": "linux/amd64"}\n'),
        ("w: &x\n  a: 1\n", "w: &x\n  platforms: linux/amd64\n  a: 1\n"),
    ],
)
def test_a_key_goes_in_front_of_the_first(text: str, wanted: str) -> None:
    source, mapping = mapping_of(text, "w")
    assert written(text, key_slot(source, mapping, "platforms")) == wanted


def test_several_platforms_are_one_text_or_a_list() -> None:
    source, mapping = mapping_of("w:\n  a: 1\n", "w")
    two = "linux/amd64", "linux/arm64"
    assert "platforms: linux/amd64,linux/arm64\n" in written(source.text, key_slot(source, mapping, "platforms"), *two)
    listed = key_slot(source, mapping, "platforms", form="list")
    assert "platforms: [linux/amd64, linux/arm64]\n" in written(source.text, listed, *two)
    source, mapping = mapping_of("w: {a: 1}", "w")
    assert 'platforms: "linux/amd64,linux/arm64", a' in written(
        source.text, key_slot(source, mapping, "platforms"), *two
    )


def test_a_key_goes_in_front_of_a_named_one() -> None:
    source, mapping = mapping_of("w:\n  a: 1\n  b: 2\n", "w")
    slot = key_slot(source, mapping, "platform", before=mapping.key("b"), many=False)
    assert written(source.text, slot) == "w:\n  a: 1\n  platform: linux/amd64\n  b: 2\n"
    assert slot is not None
    assert not slot.many


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("w:\n  - a: 1 # c\n    b: 2\n", "w:\n  - a: 1 # c\n    with:\n      platforms: linux/amd64\n    b: 2\n"),
        ("w:\r\n  - a: 'x'\r\n", "w:\r\n  - a: 'x'\r\n    with:\r\n      platforms: linux/amd64\r\n"),
        ("w:\n  a: 1", "w:\n  a: 1\n  with:\n    platforms: linux/amd64"),
    ],
)
def test_a_nested_key_goes_behind_a_value_of_one_line(text: str, wanted: str) -> None:
    source, mapping = mapping_of(text, "w")
    assert written(text, key_slot(source, mapping, ("with", "platforms"), after=mapping.key("a"))) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "w:\n  a: |\n    x\n  b: 1\n",
        "w:\n  a: x\n    y\n",
        "w:\n  a:\n    c: 1\n",
        "w:\n  a:\n  b: 1\n",
        "w: {a: 1}\n",
    ],
)
def test_behind_a_value_of_several_lines_there_is_no_place(text: str) -> None:
    source, mapping = mapping_of(text, "w")
    assert key_slot(source, mapping, "platforms", after=mapping.key("a")) is None


@pytest.mark.parametrize("text", ["w:\n  ? a\n  : 1\n", "w:\n  &x a: 1\n", "w: [1]\n", "w: {!t a: 1}", "w: {? a : 1}"])
def test_where_the_key_is_not_the_first_word_there_is_no_place(text: str) -> None:
    source = Source("a.yml", text)
    (node,) = read(source)
    found = node.get("w")
    assert found is not None
    assert key_slot(source, found, "platforms") is None


@pytest.mark.parametrize("text", ["w: {<<: *x, b: 1}", "w: {<<: *x}", "w: {# c\n}"])
def test_a_flow_mapping_that_merges_or_holds_a_comment_has_no_place(text: str) -> None:
    source, mapping = mapping_of("x: &x {a: 1}\n" + text, "w")
    assert key_slot(source, mapping, "platforms") is None
    assert key_slot(source, mapping, "platforms", before=mapping.key("a")) is None


def test_only_a_mapping_has_places() -> None:
    source = Source("a.yml", "w: [1]")
    assert key_slot(source, next(node for node in walk(read(source)) if node.items), "platforms") is None


def test_a_key_of_an_anchored_mapping_elsewhere_is_not_a_place_of_this_one() -> None:
    source, mapping = mapping_of("x: &x\n  a: 1\nw:\n  <<: *x\n  b: 2\n", "w")
    assert key_slot(source, mapping, "platforms", before=mapping.key("a")) is None


def test_the_indentation_is_the_white_space_of_the_line() -> None:
    source = Source("a.yml", "\ufeffa:\n  \t- b: c\r\n")
    assert indent_of(source, source.text.index("a")) == ""
    assert indent_of(source, source.text.index("c")) == "  \t"
    assert (line_break_of(source, 0), line_break_of(source, 9)) == ("\n", "\r\n")


PARTS = st.lists(
    st.sampled_from(
        [
            "a: 1",
            "b:",
            "c: |",
            "d: {x: 1}",
            "- e: f",
            "'g': h # c",
            "? i",
            "&z j: k",
            "\n",
            "\n  ",
            "\n    ",
            "\r\n",
            "{",
            "}",
            ", ",
        ]
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(PARTS)
def test_whatever_is_offered_can_be_read_back_from_the_changed_file(parts: list[str]) -> None:
    text = "".join(parts)
    source = Source("a.yml", text)
    try:
        documents = read(source)
    except UnreadableError:
        return
    for number, node in enumerate(walk(documents)):
        for key in [None, *(key for key, _value in node.pairs)]:
            for slot in (
                key_slot(source, node, "platforms", before=key),
                key_slot(source, node, "platforms", after=key),
            ):
                if slot is None or "platforms" in text:
                    continue
                after = list(walk(read(Source("a.yml", written(text, slot)))))
                found = after[number].get("platforms")
                assert found is not None
                assert found.value == "linux/amd64"
                assert len(after) == len(list(walk(documents))) + 2
