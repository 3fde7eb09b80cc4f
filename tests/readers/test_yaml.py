"""The YAML node map: every node where it stands, every scalar with the place of its characters."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import MAX_DEPTH, Node, read, walk


def source_of(text: str) -> Source:
    return Source("a.yml", text)


def document(text: str) -> Node:
    (node,) = read(source_of(text))
    return node


def value(text: str, key: str = "a") -> Node:
    node = document(text).get(key)
    assert node is not None
    return node


def at(text: str, node: Node) -> str:
    return text[node.span.start : node.span.stop]


SCALARS = [
    ("plain", "a: foo bar # c\n", "foo bar", "foo bar"),
    ("plain", "a: foo\n  bar\n\n  baz\n", "foo bar\nbaz", "foo\n  bar\n\n  baz"),
    ("plain", "a: &z foo\n", "foo", "foo"),
    ("plain", "a: !!str 3.10\n", "3.10", "3.10"),
    ("plain", "a: !!str &z\n  foo\n", "foo", "foo"),
    ("plain", "\ufeffa: foo\r\n", "foo", "foo"),
    ("plain", "{a: foo, b: c}", "foo", "foo"),
    ("single", "a: 'it''s'\n", "it's", "'it''s'"),
    ("single", "a: 'x\n  y'\n", "x y", "'x\n  y'"),
    ("single", "a: ''\n", "", "''"),
    ("double", 'a: "x\\ty\\u00e9\\"z"\n', 'x\ty\u00e9"z', '"x\\ty\\u00e9\\"z"'),
    ("double", 'a: "one \\\n  two\n\n  three"\n', "one two\nthree", '"one \\\n  two\n\n  three"'),
    ("double", 'a: "one\\\r\n  two"\r\n', "onetwo", '"one\\\r\n  two"'),
    ("literal", "a: |\n  one\n    two\n\n  three\n", "one\n  two\n\nthree\n", "|\n  one\n    two\n\n  three"),
    ("literal", "a: |-\r\n  one\r\n  two\r\nb: c\r\n", "one\ntwo", "|-\r\n  one\r\n  two"),
    ("literal", "a: |+ # c\n  one\n\n\nb: c\n", "one\n\n\n", "|+ # c\n  one\n\n"),
    ("literal", "a: |2\n    one\n   two\n", "  one\n two\n", "|2\n    one\n   two"),
    ("literal", "a: |\n  one", "one", "|\n  one"),
    ("literal", "a: &z |\n  one\n", "one\n", "|\n  one"),
    ("folded", "a: >\n  one\n  two\n\n  three\n    four\n  five\n", "one two\nthree\n  four\nfive\n", None),
    ("folded", "a: >-\n\n  one\n\n\n  two\n\n", "\none\n\ntwo", ">-\n\n  one\n\n\n  two"),
]


@pytest.mark.parametrize(("style", "text", "wanted", "raw"), SCALARS)
def test_a_scalar_of_any_style_has_its_value_and_place(style: str, text: str, wanted: str, raw: str | None) -> None:
    node = value(text)
    assert (node.style, node.value, node.exact) == (style, wanted, True)
    assert node.fragment is not None
    assert node.fragment.text == wanted
    assert raw is None or at(text, node) == raw


def test_a_character_of_a_block_scalar_maps_to_its_place_in_the_file() -> None:
    text = "steps:\r\n  - run: |\r\n      echo one\r\n      docker build .\r\n"
    node = next(node for node in walk(read(source_of(text))) if node.style == "literal")
    assert node.fragment is not None
    start = node.fragment.text.index("docker")
    span = node.fragment.span(start, start + 12)
    assert text[span.start : span.stop] == "docker build"
    assert node.fragment.literal(start, start + 12)


def test_the_map_of_a_folded_scalar_goes_over_the_fold() -> None:
    text = "run: >-\n  docker build\n  --push .\n"
    fragment = value(text, "run").fragment
    assert fragment is not None
    assert fragment.text == "docker build --push ."
    start = fragment.text.index("--push")
    assert fragment.start(start) == text.index("--push")
    assert not fragment.literal(start - 1, start)


def test_an_escape_is_not_literal_and_the_text_around_it_is() -> None:
    text = 'a: "x\\ty"'
    fragment = value(text).fragment
    assert fragment is not None
    assert [fragment.literal(index, index + 1) for index in range(3)] == [True, False, True]
    assert fragment.start(2) == text.index("y")


@pytest.mark.parametrize(
    ("text", "char", "raw"),
    [
        ("a: 'it''s'", "'", "''"),
        ('a: "x\\u00e9y"', "\u00e9", "\\u00e9"),
        ('a: "x\\\n  y z"', "y", "y"),
        ("a: x \n\n  y", "\n", " \n\n  "),
        ("a: |-\r\n  x\r\n  y", "\n", "\r\n"),
    ],
)
def test_a_character_that_is_spelled_otherwise_spans_its_spelling(text: str, char: str, raw: str) -> None:
    fragment = value(text).fragment
    assert fragment is not None
    index = fragment.text.index(char)
    span = fragment.span(index, index + 1)
    assert text[span.start : span.stop] == raw


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a:\nb: 1\n", 2),
        ("a: # c\nb: 1\n", 2),
        ("a: &x\nb: 1\n", 5),
        ("{a: , b: 1}", 3),
        ("{a, b: 1}", 2),
        ('"a":', 4),
    ],
)
def test_an_empty_value_stands_behind_its_colon(text: str, offset: int) -> None:
    node = value(text)
    assert (node.kind, node.value, node.span.start, node.span.stop) == ("scalar", "", offset, offset)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("a:\n  b: 1\n  # c\n\nd: 2\n", "b: 1"),
        ("a: &x\n  # c\n  b: [1, 2]\nd: 2\n", "b: [1, 2]"),
        ("a:\n- 1\n- x: y\n# end\n", "- 1\n- x: y"),
        ("a: { b: 1 } # c\n", "{ b: 1 }"),
        ("a: &x [1,\n 2]\n", "[1,\n 2]"),
        ("a:\n  b: |\n    one\n\n\nd: 2\n", "b: |\n    one"),
        ("a: {}\n", "{}"),
    ],
)
def test_a_collection_ends_with_its_last_value(text: str, raw: str) -> None:
    assert at(text, value(text)) == raw


def test_no_value_is_made_of_a_scalar() -> None:
    node = document("on: push\nno: yes\nv: 3.10\nm: 0755\nn: null\nt: ~\n")
    assert [(key.value, item.value) for key, item in node.pairs] == [
        ("on", "push"),
        ("no", "yes"),
        ("v", "3.10"),
        ("m", "0755"),
        ("n", "null"),
        ("t", "~"),
    ]


def test_of_duplicate_keys_all_are_kept_and_the_last_counts() -> None:
    node = document("a: 1\na: 2\n")
    assert len(node.pairs) == 2
    assert node.get("a") is node.pairs[1][1]
    assert node.key("a") is node.pairs[1][0]


def test_own_keys_come_before_merged_ones_and_earlier_merges_before_later() -> None:
    text = "x: &x {p: 1, q: 1}\ny: &y {q: 2, r: 2}\nz: &z {<<: *y, r: 3}\na:\n  <<: [*x, *z]\n  p: 0\n"
    node = value(text)
    got = {key: found.value for key in "pqr" if (found := node.get(key))}
    assert got == {"p": "0", "q": "1", "r": "3"}
    assert [(key.value, item.value) for key, item in node.all_pairs()] == [("p", "0"), ("q", "1"), ("r", "3")]
    assert [key.value for key, _item in node.pairs] == ["p"]
    assert node.get("<<") is None


def test_what_an_earlier_merge_merges_comes_before_a_later_merge() -> None:
    text = "x: &x {k: x}\na: &a {<<: *x}\nb: &b {k: b}\nm: {<<: [*a, *b, *x]}\n"
    found = value(text, "m").get("k")
    assert found is not None
    assert found.value == "x"


def test_a_quoted_merge_sign_is_a_key() -> None:
    assert value('a: {"<<": {b: 1}}').get("b") is None


def test_an_alias_is_the_anchored_node_itself() -> None:
    node = document("a: &x {b: 1}\nc: *x\n")
    assert node.get("a") is node.get("c")


def test_an_alias_is_counted_once_by_walk() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 5)]
    assert len(list(walk(read(source_of("\n".join(lines)))))) == 1 + 5 * 2 + 1


@pytest.mark.parametrize(
    "lines",
    [
        ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)],
        ["a0: &a0 {x: 1}"] + [f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 60)],
        ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 5000)],
    ],
)
def test_an_alias_bomb_is_refused(lines: list[str]) -> None:
    with pytest.raises(UnreadableError, match="through aliases"):
        read(source_of("\n".join(lines)))


def test_what_is_merged_twice_is_looked_through_once() -> None:
    lines = ["a0: &a0 {x: 1}"] + [f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 12)]
    node = value("\n".join(lines), "a11")
    assert len(list(node.layers())) == 12
    assert [(key.value, item.value) for key, item in node.all_pairs()] == [("x", "1")]


def test_a_tag_of_the_file_is_kept_and_one_of_yaml_is_not() -> None:
    assert value("a: !reference [.x, script]").tag == "!reference"
    assert value("a: !reset null").tag == "!reset"
    assert value("a: !!map {b: 1}").tag == ""
    assert value("a: ! b").tag == ""


def test_documents_are_told_apart() -> None:
    assert [node.kind for node in read(source_of("a: 1\n---\n- 2\n---\n...\n"))] == ["mapping", "sequence", "scalar"]
    assert read(source_of("# nothing\n")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "a: {{- if }}",
        "a:\t- 1",
        "a: [",
        "\x00",
        "a: *nobody",
        "a: &x [*x]",
        '"\\UFFFFFFFF"',
        "%YAML x\n---\na",
        "a: \udcff",
        "a: b: c",
        "[" * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(3000)),
    ],
)
def test_what_is_no_yaml_is_unreadable_and_says_so(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(source_of(text))
    assert str(caught.value).startswith("invalid YAML: ")
    assert "\n" not in str(caught.value)
    assert 0 <= caught.value.offset <= len(text)


def test_the_offset_of_a_fault_is_where_it_is() -> None:
    text = "a: 1\nb: [1\nc: 2\n"
    with pytest.raises(UnreadableError) as caught:
        read(source_of(text))
    assert caught.value.offset == text.index(": 2")


def test_nesting_is_read_up_to_the_limit() -> None:
    assert read(source_of("[" * MAX_DEPTH + "]" * MAX_DEPTH))
    with pytest.raises(UnreadableError):
        read(source_of("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)))


ATOMS = (
    "a|x y|: |- |\n|\n  |\n\n    | |\t|\"|'|>|-| # c|&a |*a|!t |!!str |{|}|[|]|, |\\|\\n|\\\n|\r\n|\r|---\n|? |<<: |1"
    "|\ufeff|\u00e9|\U0001f600|\x85|\u2028|\x00|\udc80|\\UFFFFFFFF"
)
PARTS = st.lists(st.sampled_from([*ATOMS.split("|"), "|", "|-", "|2", ">+"]), max_size=16)
OPENINGS = st.sampled_from(["", "a: |\n ", "a: >\n ", "a: >-\n  ", "a: |+\n   ", 'a: "', "a: '", "a: "])


@settings(max_examples=500, deadline=None)
@given(OPENINGS, PARTS, st.sampled_from(["", '"', "'", "\n"]))
@example("a: |+\n  ", ["x", "\n\n    "], "\n")
def test_any_text_is_read_or_refused_and_every_piece_is_where_it_says(head: str, parts: list[str], tail: str) -> None:
    text = head + "".join(parts) + tail
    fault = 0
    documents: tuple[Node, ...] = ()
    try:
        documents = read(source_of(text))
    except UnreadableError as error:
        fault = error.offset
    assert 0 <= fault <= len(text)
    odd = any(char in text for char in "\x85\u2028\u2029")
    for node in walk(documents):
        assert 0 <= node.span.start <= node.span.stop <= len(text)
        node.all_pairs()
        if node.fragment is not None:
            assert node.fragment.text == node.value
            assert node.exact or odd
            for piece in node.fragment.pieces:
                assert 0 <= piece.start <= piece.stop <= len(text)
                assert not piece.literal or text[piece.start : piece.stop] == piece.text


WORDS = st.text(st.sampled_from("ab \t\n'\"\\:#-é😀$%"), max_size=30)


def _double(text: str) -> str:
    return '"' + "".join(f"\\u{ord(char):04x}" if char in '"\\\n\t' else char for char in text) + '"'


def _block(text: str, mark: str, end: str) -> str:
    return f"{mark}2+{end}" + "".join(f"  {line}{end}" for line in text.split("\n")[:-1])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), WORDS, min_size=1), st.sampled_from(["\n", "\r\n"]), st.data())
def test_a_written_value_is_read_back_with_its_map(wanted: dict[str, str], end: str, data: st.DataObject) -> None:
    lines = []
    for key, text in wanted.items():
        style = data.draw(st.sampled_from(["double", "single", "literal"]))
        if style == "single" and not set(text) & set("\n\t"):
            lines.append(f"{key}: '" + text.replace("'", "''") + f"'{end}")
        elif style == "literal" and text.endswith("\n"):
            lines.append(f"{key}: " + _block(text, "|", end))
        else:
            lines.append(f"{key}: {_double(text)}{end}")
    node = document("".join(lines))
    for key, text in wanted.items():
        found = node.get(key)
        assert found is not None
        assert found.fragment is not None
        assert (found.fragment.text, found.exact) == (text, True)
