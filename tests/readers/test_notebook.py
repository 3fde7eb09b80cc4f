from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Fragment, Source
from prelaunch.project import UnreadableError
from prelaunch.readers.notebook import python_cells
from prelaunch.readers.python import imports


def notebook(*cells: object, language: str | None = "python", **more: object) -> str:
    metadata = {"language_info": {"name": language}} if language else {}
    made = [cell if isinstance(cell, dict) else {"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **more}, indent=1)


def cells(text: str) -> list[str]:
    return [fragment.text for fragment in python_cells(Source("a.ipynb", text))]


def shown(fragment: Fragment, start: int, stop: int) -> str:
    span = fragment.span(start, stop)
    return fragment.source.text[span.start : span.stop]


def test_the_code_cells_are_read_in_order() -> None:
    text = notebook(["import a\n", "b"], {"cell_type": "markdown", "source": "import c"}, "import d\n")
    assert cells(text) == ["import a\nb", "import d\n"]


def test_a_notebook_of_format_three_is_read() -> None:
    sheets = [{"cells": [{"cell_type": "code", "language": "python", "input": ["import a\n"]}]}]
    assert cells(json.dumps({"worksheets": sheets, "metadata": {"name": ""}, "nbformat": 3})) == ["import a\n"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"language_info": {"name": "julia"}},
        {"kernelspec": {"language": "R", "name": "ir"}},
        {"kernelspec": {"name": "ir"}},
    ],
)
def test_a_notebook_of_another_language_has_no_python(metadata: dict[str, object]) -> None:
    assert cells(json.dumps({"cells": [{"cell_type": "code", "source": "x"}], "metadata": metadata})) == []


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {"name": "python3"}}, {"kernelspec": {"language": "python"}}])
def test_a_notebook_of_python_is_read(metadata: dict[str, object]) -> None:
    assert cells(json.dumps({"cells": [{"cell_type": "code", "source": "x"}], "metadata": metadata})) == ["x"]


def test_a_cell_of_another_language_is_left_out() -> None:
    other = {"cell_type": "code", "metadata": {"vscode": {"languageId": "sql"}}, "source": "select 1"}
    assert cells(notebook(other, "x")) == ["x"]


def test_each_character_maps_to_its_place_in_the_json() -> None:
    text = r'{"cells": [{"cell_type": "code", "source": ["x = \"\\n\u00e9\ud83d\ude00\"\n", "from m import n"]}]}'
    (fragment,) = python_cells(Source("a.ipynb", text))
    assert fragment.text == 'x = "\\né😀"\nfrom m import n'
    assert [shown(fragment, at, at + 1) for at in range(4, 10)] == [
        *[r"\"", r"\\", "n", r"\u00e9", r"\ud83d\ude00", r"\""],
    ]
    (fact,) = imports(fragment)
    assert text[fact.span.start : fact.span.stop] == "n"
    start = fragment.text.index("from")
    assert fragment.literal(start, len(fragment.text))
    assert not fragment.literal(0, 5)


def test_a_byte_order_mark_is_counted() -> None:
    text = "\ufeff" + notebook("import a")
    (fragment,) = python_cells(Source("a.ipynb", text))
    assert shown(fragment, 7, 8) == "a"


def test_source_elsewhere_in_the_json_is_no_cell() -> None:
    cell = {"cell_type": "code", "source": ["a"], "metadata": {"source": ["b"]}, "outputs": [{"source": "c"}]}
    assert cells(notebook(cell, source="d", worksheets=[])) == ["a"]


def test_of_two_keys_the_last_one_counts_as_for_json() -> None:
    assert cells('{"cells": [{"cell_type": "code", "source": ["a"], "source": ["b", "c"]}]}') == ["bc"]
    assert cells('{"cells": [{"cell_type": "code", "source": ["a"], "source": "b"}]}') == ["b"]
    assert cells(r'{"cells": [{"cell_type": "code", "sourc\u0065": ["a"]}]}') == ["a"]


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nimport a\n", "pass\nimport a\n"),
        ("!pip install x\nimport a", "pass\nimport a"),
        ("!pip install \\\n  x\nimport a", "pass\n\nimport a"),
        ("if x:\n    !ls\n    import a", "if x:\n    pass\n    import a"),
        ("files = !ls\nimport a", "files = None\nimport a"),
        ("t = %timeit -o f()\nimport a", "t = None\nimport a"),
        ("help?\n?help\nimport a", "pass\npass\nimport a"),
        ("%%time\nimport a", "\nimport a"),
        ("\n%%capture out\nimport a", "\n\nimport a"),
        ("x = (1\n % 2)\nimport a", "x = (1\n % 2)\nimport a"),
        ("x = '''\n%magic\n!ls\n'''\nimport a", "x = '''\n%magic\n!ls\n'''\nimport a"),
        ("x = 1 \\\n % 2\nimport a", "x = 1 \\\n % 2\nimport a"),
        ("x = 'a?'\ny = a != b  # what?\nimport a", "x = 'a?'\ny = a != b  # what?\nimport a"),
        ("x = {\n'}': 1}\n%magic", "x = {\n'}': 1}\npass"),
        ("import a", "import a"),
    ],
)
def test_what_ipython_takes_is_masked(cell: str, python: str) -> None:
    (fragment,) = python_cells(Source("a.ipynb", notebook(cell)))
    assert fragment.text == python
    imports(fragment)


@pytest.mark.parametrize("cell", ["%%bash\nls", "%%html\n<a>", "%%writefile x.py\nimport a", "%%python2\nprint 1"])
def test_a_cell_of_another_program_is_left_out(cell: str) -> None:
    assert cells(notebook(cell)) == []


def test_places_behind_a_mask_are_exact() -> None:
    text = notebook(["%matplotlib inline\n", "files = !ls\n", "from m import n\n"])
    (fragment,) = python_cells(Source("a.ipynb", text))
    (fact,) = imports(fragment)
    assert text[fact.span.start : fact.span.stop] == "n"
    assert text[fact.span.start - 14 : fact.span.stop] == "from m import n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "invalid notebook: "),
        ("[]", "invalid notebook: not an object"),
        ('{"cells": [' + "[" * 200_000, "invalid notebook: nested too deeply"),
        ("", "invalid notebook: "),
        ("1" * 5000, "invalid notebook: "),
    ],
)
def test_what_is_no_notebook_is_unreadable(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match="invalid notebook") as error:
        cells(text)
    assert str(error.value).startswith(reason)
    assert 0 <= error.value.offset <= len(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["code", "python"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["cells", "source", "cell_type", "metadata", "x"]), inner)
    ),
)


@settings(max_examples=200)
@given(_JSON, st.booleans())
def test_any_json_is_read_or_unreadable(value: object, escaped: bool) -> None:
    for document in (value, {"cells": value}, {"cells": [{"cell_type": "code", "source": value}]}):
        text = json.dumps(document, ensure_ascii=escaped)
        try:
            found = python_cells(Source("a.ipynb", text))
        except UnreadableError:
            continue
        for fragment in found:
            for at in range(len(fragment.text) + 1):
                span = fragment.span(at, at)
                assert 0 <= span.start <= span.stop <= len(text)


_CODE = st.text(st.sampled_from("ab %!?='\"\\\n([{é😀#\r\t"), max_size=60)


@settings(max_examples=300)
@given(st.lists(_CODE, max_size=4), st.booleans())
def test_the_text_of_a_cell_is_what_json_says_but_for_masks(lines: list[str], escaped: bool) -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": lines}]}, ensure_ascii=escaped)
    for fragment in python_cells(Source("a.ipynb", text)):
        value = "".join(lines)
        for piece in fragment.pieces:
            if piece.literal:
                assert text[piece.start : piece.stop] == piece.text
        if not any(mark in value for mark in "%!?"):
            assert fragment.text == value
        assert fragment.text.count("\n") == value.count("\n")


@given(st.text())
def test_any_text_is_a_notebook_or_unreadable(text: str) -> None:
    offset = 0
    try:
        cells(text)
    except UnreadableError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)
