"""HCL to the syntax tree: names and spans in characters, HCL's own nesting, and no text that overflows or raises."""

from __future__ import annotations

import hcl2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prelaunch.model import Source, Span
from prelaunch.project import UnreadableError
from prelaunch.readers.hcl import Block, Expression, read, read_template
from prelaunch.readers.hcl.syntax import (
    Access,
    Binary,
    Broken,
    Call,
    Choice,
    Items,
    Literal,
    Loop,
    Name,
    Object,
    Splat,
    Template,
    Unary,
)


def file(text: str) -> Block:
    return read(Source("a.hcl", text))


def expression(text: str) -> Expression:
    return file(f"a = {text}\n").attributes[0].value


def plain(node: Expression) -> object:
    """The expression as nested lists, which are short to write."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Name):
        return f"<{node.name}>"
    if isinstance(node, Template):
        return ["text", *map(plain, node.parts)]
    if isinstance(node, Access):
        return [".", plain(node.of), plain(node.key)]
    if isinstance(node, Splat):
        return ["*", plain(node.of), *map(plain, node.keys)]
    if isinstance(node, Call):
        return [node.name + ("..." if node.expand else ""), *map(plain, node.arguments)]
    if isinstance(node, Unary):
        return [node.operator, plain(node.operand)]
    if isinstance(node, Binary):
        return [node.operator, plain(node.left), plain(node.right)]
    if isinstance(node, Choice):
        return ["?", plain(node.test), plain(node.yes), plain(node.no)]
    if isinstance(node, Items):
        return ["[]", *map(plain, node.items)]
    if isinstance(node, Object):
        return {str(plain(key)): plain(value) for key, value in node.items}
    if isinstance(node, Loop):
        return ["for", node.key, node.value, plain(node.over), plain(node.result)]
    return "broken"


EXPRESSIONS = {
    "1": 1,
    "-2.5e1": ["-", 25.0],
    "true": True,
    "null": None,
    '""': "",
    '"a b  c"': "a b  c",
    r'"a\nb\t\"\\\u00e9\U0001F40B"': 'a\nb\t"\\é🐋',
    # An escape that HCL does not have spoils the expression.
    r'"\q"': "broken",
    '"$${a} %%{b} $x %"': "${a} %{b} $x %",
    '"${x}"': ["text", "<x>"],
    '" ${x} ${y}  "': ["text", " ", "<x>", " ", "<y>", "  "],
    '"a ${~ x ~} b"': ["text", "a", "<x>", "b"],
    '"é${"ü"}ß"': ["text", "é", "ü", "ß"],
    '"%{ if x }a %{ else }b%{ endif }c"': ["text", ["?", "<x>", ["text", "a "], ["text", "b"]], "c"],
    '"%{ for k, v in x ~} ${v}, %{ endfor }"': ["text", ["for", "k", "v", "<x>", ["text", "<v>", ", "]]],
    "<<E\n a ${x}\n\n b\nE": ["text", " a ", "<x>", "\n\n b\n"],
    "<<-E\n    a\n      ${x}\n    E": ["text", "a\n  ", "<x>", "\n"],
    "<<E\nE": "",
    "x ? 1 : 2": ["?", "<x>", 1, 2],
    # tree-sitter nests these to the left.
    "x ? 1 : y ? 2 : 3": ["?", "<x>", 1, ["?", "<y>", 2, 3]],
    "x ? 1 : y ? 2 : z ? 3 : 4": ["?", "<x>", 1, ["?", "<y>", 2, ["?", "<z>", 3, 4]]],
    "(x ? y : z) ? 1 : 2": ["?", ["?", "<x>", "<y>", "<z>"], 1, 2],
    "x ? y ? 1 : 2 : 3": ["?", "<x>", ["?", "<y>", 1, 2], 3],
    "x == 1 ? a : b || c ? d : e": ["?", ["==", "<x>", 1], "<a>", ["?", ["||", "<b>", "<c>"], "<d>", "<e>"]],
    "!x.y == z[0] && -a + 3 > 1": [
        "&&",
        ["==", ["!", [".", "<x>", "y"]], [".", "<z>", 0]],
        [">", ["+", ["-", "<a>"], 3], 1],
    ],
    "a - b - c * d / e": ["-", ["-", "<a>", "<b>"], ["/", ["*", "<c>", "<d>"], "<e>"]],
    "a-b": "<a-b>",
    "(a.b).c[d].0": [".", [".", [".", [".", "<a>", "b"], "c"], "<d>"], 0],
    "a[*].b[0]": ["*", "<a>", "b", 0],
    "a.*.b[0]": [".", ["*", "<a>", "b"], 0],
    "f()": ["f"],
    "f(a, [b, c]...)": ["f...", "<a>", ["[]", "<b>", "<c>"]],
    "[\n  1, # one\n  2, // two\n  /* three */ 3,\n]": ["[]", 1, 2, 3],
    '{ a = 1, "b" : 2\n c = x }': {"a": 1, "b": 2, "c": "<x>"},
    "{ (a) = 1 }": {"<a>": 1},
    "{ 21 = x }": {"21": "<x>"},
    "[for a, b in c : b]": ["for", "a", "b", "<c>", "<b>"],
}


@pytest.mark.parametrize("text", EXPRESSIONS, ids=repr)
def test_an_expression_is_read_as_hcl_nests_it(text: str) -> None:
    assert plain(expression(text)) == EXPRESSIONS[text]


def test_a_loop_knows_its_label_its_test_and_its_grouping() -> None:
    loop = expression("{for v in x : v.k => v.w... if v.z}")
    assert isinstance(loop, Loop)
    assert loop.label is not None
    assert loop.test is not None
    assert (plain(loop.label), plain(loop.result), plain(loop.test)) == (
        [".", "<v>", "k"],
        [".", "<v>", "w"],
        [".", "<v>", "z"],
    )
    assert (loop.grouped, loop.joined, loop.key) == (True, False, None)


def test_spans_count_characters_not_bytes() -> None:
    text = '\ufeff# é 🐋\r\ntarget "ü" {\r\n  tags = ["é🐋", x]\r\n}\r\n'
    (block,) = file(text).blocks
    assert text[block.span.start : block.span.stop] == text[8:-2]
    assert text[: block.opening].endswith('target "ü" {')
    assert block.labels == ("ü",)
    attribute = block.get("tags")
    assert attribute is not None
    assert text[attribute.span.start : attribute.span.stop] == 'tags = ["é🐋", x]'
    assert isinstance(attribute.value, Items)
    spans = [each.span for each in attribute.value.items]
    assert [text[span.start : span.stop] for span in spans] == ['"é🐋"', "x"]


def test_blocks_nest_and_labels_may_be_bare() -> None:
    (block,) = file('a b "c" {\n  x = 1\n  d {\n    y = 2\n  }\n}\n').blocks
    assert (block.kind, block.labels) == ("a", ("b", "c"))
    assert [each.name for each in block.attributes] == ["x"]
    assert [each.name for each in block.blocks[0].attributes] == ["y"]


def test_a_broken_expression_leaves_the_rest_of_the_file_standing() -> None:
    (block,) = file('target "a" {\n  x = [1, 2\n  y = ["b"]\n}\n').blocks
    found = {each.name: each.value for each in block.attributes}
    assert isinstance(found["x"], Broken)
    assert plain(found["y"]) == ["[]", "b"]
    assert not block.sound


@pytest.mark.parametrize(
    ("text", "offset"),
    [('target "a" {\n', 13), ("a = 1\n}\n", 6), ('target "a {\n}\n', 0), ("a = 1\n??\n", 6)],
)
def test_a_broken_file_is_refused_with_its_place(text: str, offset: int) -> None:
    with pytest.raises(UnreadableError, match="invalid HCL") as caught:
        file(text)
    assert caught.value.offset == offset


@pytest.mark.parametrize("text", ["[", "(", '"${', "!", "x ? 1 : ", "[for a in b: "])
@pytest.mark.parametrize("count", [100, 20_000])
def test_deep_nesting_is_refused_or_broken_but_overflows_nothing(text: str, count: int) -> None:
    closing = {"[": "]", "(": ")", '"${': '}"', "[for a in b: ": "]"}.get(text, "")
    try:
        value = expression(text * count + "1" + closing * count)
    except UnreadableError as error:
        assert "invalid HCL" in str(error)  # noqa: PT017 (the other way out is tested too)
    else:
        assert isinstance(value, Broken)


def test_long_chains_are_nesting_too() -> None:
    for text in ("a" + ".b" * 5000, "a" + "[0]" * 5000, "1" + "+1" * 5000, "a" + ".*.b" * 500):
        with pytest.raises(UnreadableError, match="nested too deeply"):
            expression(text)


TEMPLATES = {
    "plain": "plain",
    'with "quotes" and \\n': 'with "quotes" and \\n',
    "${a}": ["text", "<a>"],
    "x-${a}\n": ["text", "x-", "<a>", "\n"],
    '${lookup(a, "b")}': ["text", ["lookup", "<a>", "b"]],
    "E ${a} EE": ["text", "E ", "<a>", " EE"],
    "$${a}": "${a}",
}


@pytest.mark.parametrize("text", TEMPLATES, ids=repr)
def test_a_json_text_is_a_template_without_escapes(text: str) -> None:
    assert plain(read_template(text, Span(5, 9))) == TEMPLATES[text]


# python-hcl2 as the oracle: which attributes and blocks a file has.

_names = st.from_regex(r"[a-z_][a-z0-9_-]{0,6}", fullmatch=True).filter(
    lambda name: name not in {"true", "false", "null", "for", "in", "if"}
)
_values = st.sampled_from(
    [
        '"linux/amd64"',
        "1",
        "true",
        "null",
        '["a", "b"]',
        "{ a = 1 }",
        '"${x}-y"',
        "x ? 1 : 2",
        "f(x, 1)",
        "[]",
        "x.y[0]",
    ]
)
_bodies = st.dictionaries(_names, _values, max_size=4)
_blocks = st.lists(st.tuples(_names, _names, _bodies), max_size=4)


@settings(max_examples=60, deadline=None)
@given(_bodies, _blocks, st.sampled_from(["\n", "\r\n"]))
def test_names_and_blocks_are_those_of_python_hcl2(
    attributes: dict[str, str], blocks: list[tuple[str, str, dict[str, str]]], end: str
) -> None:
    blocks = [block for block in blocks if block[0] not in attributes]
    lines = [f"{name} = {value}" for name, value in attributes.items()]
    for kind, label, body in blocks:
        lines += [f'{kind} "{label}" {{', *(f"  {name} = {value}" for name, value in body.items()), "}"]
    text = end.join([*lines, ""])
    ours = file(text)
    theirs = hcl2.loads(text.replace("\r\n", "\n"))
    assert {each.name for each in ours.attributes} == {key for key, value in theirs.items() if not _is_block(value)}
    expected = [
        (kind, label.strip('"'), {name for name in body if name != "__is_block__"})
        for kind, found in theirs.items()
        if _is_block(found)
        for each in found
        for label, body in each.items()
    ]
    mine = [(block.kind, block.labels[0], {each.name for each in block.attributes}) for block in ours.blocks]
    assert sorted(mine, key=str) == sorted(expected, key=str)


def _is_block(value: object) -> bool:
    return isinstance(value, list) and any("__is_block__" in str(each) for each in value)


_pieces = st.sampled_from(
    [
        "target",
        '"a"',
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "=",
        "\n",
        "\r\n",
        "x",
        " ",
        '"',
        "${",
        "%{",
        "~",
        "if",
        "for",
        "in",
        ":",
        "?",
        "<<E",
        "\nE\n",
        "\\",
        "#",
        "/*",
        "*/",
        "//",
        "1",
        ".",
        ".*",
        "[*]",
        "...",
        "=>",
        ",",
        "é",
        "\x00",
        "�",
        "�",
        "\ufeff",
        "$${",
        "endif",
        "else",
        "endfor",
        "null",
        "-",
        "!",
        "&&",
        "<<-E",
    ]
)


def every(block: Block) -> list[Span]:
    spans = [block.span, *(attribute.span for attribute in block.attributes)]
    waiting = [attribute.value for attribute in block.attributes]
    spans += [value.span for value in waiting]
    return spans + [span for inner in block.blocks for span in every(inner)]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(_pieces, max_size=40).map("".join), st.text(max_size=60)))
@example('a "\ud800" {\n}')
@example("a = <<")
@example('a = "%{if}"')
@example("a = {for}")
@example("a = -")
def test_any_text_gives_a_tree_inside_the_text_or_is_refused_inside_it(text: str) -> None:
    try:
        found = file(text)
    except UnreadableError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017 (the other way out is tested too)
        return
    for span in every(found):
        assert 0 <= span.start <= span.stop <= len(text)
