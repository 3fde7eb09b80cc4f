from __future__ import annotations

import ast
import textwrap

import libcst as cst
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from prelaunch.model import HANDED, UNKNOWN, Fragment, Import, Piece, Source
from prelaunch.project import UnreadableError
from prelaunch.readers.python import decode, imports


def read(text: str) -> tuple[Import, ...]:
    return imports(Source("a.py", text).whole())


def plain(text: str) -> list[tuple[str, str | None, str | None]]:
    return [(fact.module, fact.name, fact.alias) for fact in read(text) if not fact.attribute]


def attributes(text: str) -> list[tuple[str, str | None, str]]:
    return [(fact.module, fact.name, fact.guarded) for fact in read(text) if fact.attribute]


def spelled(text: str) -> list[str]:
    return [text[fact.span.start : fact.span.stop] for fact in read(text)]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("import a.b.c\n", [("a.b.c", None, None)]),
        ("import a.b as c, d\n", [("a.b", None, "c"), ("d", None, None)]),
        ("from m.n import (\n    x,\n    y as z,\n)\n", [("m.n", "x", None), ("m.n", "y", "z")]),
        ("from m import *\n", [("m", "*", None)]),
        ("from . import a\nfrom .b import c\nfrom ..d.e import f\n", []),
        ("def f():\n    class A:\n        from m import x\n", [("m", "x", None)]),
        ("if x:\n    pass\nelse:\n    async def f():\n        import m\n", [("m", None, None)]),
        ("text = '''\nfrom m import x\n'''\n# import y\n", []),
        ("", []),
    ],
)
def test_every_import_statement_is_a_fact(text: str, facts: list[tuple[str, str | None, str | None]]) -> None:
    assert plain(text) == facts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a . b as c\n", ["a . b"]),
        ("import a \\\n  .b\n", ["a \\\n  .b"]),
        ("from m import x as y, z\n", ["x", "z"]),
        ("é = 'ü'; from m import naïve as b, c\n", ["naïve", "c"]),
        ("x = '😀'; import b\r\nimport c\r\n", ["b", "c"]),
        ("import a\rimport b\r\nimport c\n", ["a", "b", "c"]),
        ("\ufeffimport a\nfrom b import c\n", ["a", "c"]),
        ("\ufeffx = 'é'; import a\n", ["a"]),
        ("x = 'a\x0cb\u2028c\x85d'; import e\n\x0cimport f\n", ["e", "f"]),
        ("from m import *\n", ["*"]),
        ("from m import ﬁle as x\n", ["ﬁle"]),
        ("import m\nx = m.é.b\n", ["m", "é", "b"]),
    ],
)
def test_a_span_covers_the_name_as_it_is_written(text: str, names: list[str]) -> None:
    assert spelled(text) == names


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("import a.b\na.b.C()\n", [("a", "b", ""), ("a.b", "C", "")]),
        ("import a.b as m\nm.C\n", [("a.b", "C", "")]),
        ("from a import b\nb.C\n", [("a.b", "C", "")]),
        ("from a import b as m\ndef f():\n    return m.C.d\n", [("a.b", "C", ""), ("a.b.C", "d", "")]),
        ("import a\ntry:\n    pass\nexcept a.E:\n    pass\n", [("a", "E", "")]),
        ("import a\nfrom b import *\na.C\n", []),
        ("import a\na = 1\na.C\n", []),
        ("import a\ndef f(a):\n    return a.C\n", []),
        ("import a\nfor a in b:\n    a.C\n", []),
        ("import a\ndef f():\n    global a\na.C\n", []),
        ("import a\nmatch x:\n    case {**a}:\n        a.C\n", []),
        ("import a\ntry:\n    pass\nexcept E as a:\n    a.C\n", []),
        ("import a\nimport b as a\na.C\n", []),
        ("from . import a\na.C\n", []),
        ("import a\na.C = 1\n", []),
        ("import a\nf().a.C\n", []),
        ("import a\nx = 'a.C'\n", []),
        ("import a\na.C = 1\na.C()\n", [("a", "C", "an assignment to the module's attribute")]),
        ("import a\nsetattr(a, 'C', 1)\na.C()\n", [("a", "C", "an assignment to the module's attribute")]),
        ("import a\ndef f(x: a.C) -> a.D: ...\n", [("a", "C", "an annotation"), ("a", "D", "an annotation")]),
        ("import a\ntry:\n    a.C\nexcept AttributeError:\n    pass\n", [("a", "C", "an except clause")]),
        ("import a\nx = hasattr(a, 'C') and a.C\n", [("a", "C", "a test of what is installed")]),
        ("import a\nx = a.C  # type: ignore\n", [("a", "C", "# type: ignore")]),
        ("if TYPE_CHECKING:\n    import a\nx = a.C\n", [("a", "C", "TYPE_CHECKING")]),
    ],
)
def test_an_attribute_counts_only_where_the_module_is_sure(text: str, facts: list[tuple[str, str | None, str]]) -> None:
    assert attributes(text) == facts


def guards(text: str) -> list[str]:
    return [fact.guarded for fact in read(textwrap.dedent(text)) if not fact.attribute and fact.module == "m"]


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("try:\n    from m import x\nexcept ImportError:\n    pass\n", "an except clause"),
        ("try:\n    if y:\n        from m import x\nexcept (A, ModuleNotFoundError):\n    pass\n", "an except clause"),
        ("try:\n    from m import x\nexcept Exception:\n    pass\n", "an except clause"),
        ("try:\n    from m import x\nexcept BaseException as e:\n    raise\n", "an except clause"),
        ("try:\n    from m import x\nexcept:\n    pass\n", "an except clause"),
        ("try:\n    from m import x\nexcept builtins.ImportError:\n    pass\n", "an except clause"),
        ("try:\n    from m import x\nexcept IMPORT_FAULTS:\n    pass\n", "an except clause"),
        (
            "try:\n    try:\n        from m import x\n    finally:\n        pass\nexcept ImportError:\n    pass\n",
            "an except clause",
        ),
        ("try:\n    import y\nexcept ImportError:\n    from m import x\n", "the fallback of an import"),
        ("with contextlib.suppress(ImportError):\n    from m import x\n", "suppress(ImportError)"),
        ("with suppress(KeyError, ImportError):\n    from m import x\n", "suppress(ImportError)"),
        ("with pytest.raises(ImportError, match='x'):\n    from m import x\n", "raises(ImportError)"),
        ("with self.assertRaises(ModuleNotFoundError):\n    import m\n", "assertRaises(ImportError)"),
        ("if TYPE_CHECKING:\n    from m import x\n", "TYPE_CHECKING"),
        ("if typing.TYPE_CHECKING:\n    from m import x\n", "TYPE_CHECKING"),
        ("if not TYPE_CHECKING:\n    pass\nelse:\n    from m import x\n", "TYPE_CHECKING"),
        ("if sys.version_info >= (3, 8):\n    from m import x\n", "a version test"),
        ("if sys.version_info >= (3, 8):\n    pass\nelse:\n    from m import x\n", "a version test"),
        ("if y:\n    pass\nelif django.VERSION < (2,):\n    from m import x\n", "a version test"),
        ("if six.PY2:\n    from m import x\n", "a version test"),
        ("if sys.platform == 'win32':\n    from m import x\n", "a platform test"),
        ("if os.name == 'nt':\n    from m import x\n", "a platform test"),
        ("if importlib.util.find_spec('m'):\n    from m import x\n", "a test of what is installed"),
        ("if hasattr(y, 'x'):\n    from m import x\n", "a test of what is installed"),
        ("if HAS_M:\n    from m import x\n", "a test of what is installed"),
        ("if 'm' in sys.modules:\n    from m import x\n", "a test of what is installed"),
        ("match sys.platform:\n    case 'linux':\n        from m import x\n", "a platform test"),
        ("if False:\n    from m import x\n", "a branch that never runs"),
        ("@pytest.mark.skipif(True, reason='')\ndef f():\n    from m import x\n", "a skipped test"),
        ("from m import x  # type: ignore\n", "# type: ignore"),
        ("from m import x  # type: ignore[attr-defined]\n", "# type: ignore"),
        ("from m import (\n    x,  # noqa\n)\n", "# noqa"),
        ("from m import x  # noqa: F821\n", "# noqa"),
        ("from m import x  # pyright: ignore\n", "# pyright: ignore"),
        ("from m import x  # pylint: disable=no-name-in-module\n", "# pylint: disable"),
        ("sys.modules['m'] = Fake()\nfrom m import x\n", "sys.modules"),
        ("sys.modules.setdefault('m', Fake())\nimport m.n\nfrom m import x\n", "sys.modules"),
        ("sys.modules[name] = Fake()\nfrom m import x\n", "sys.modules"),
        ("with patch.dict('sys.modules', {'m': None}):\n    from m import x\n", "sys.modules"),
        ("sys.meta_path.insert(0, Finder())\nfrom m import x\n", "an import hook"),
        ("sys.path.insert(0, 'third_party')\nfrom m import x\n", "sys.path"),
        ("pkg.x = 1\nfrom m import x\n", "an assignment to the module's attribute"),
    ],
)
def test_a_guard_says_why_a_failure_may_be_expected(text: str, guard: str) -> None:
    assert guards(text)[-1] == guard


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    from m import x\nexcept KeyError:\n    pass\n",
        "try:\n    from m import x\nfinally:\n    pass\n",
        "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    from m import x\n",
        "try:\n    pass\nexcept ImportError:\n    pass\nfrom m import x\n",
        "try:\n    pass\nexcept KeyError:\n    from m import x\n",
        "with open('x') as f:\n    from m import x\n",
        "with suppress(KeyError):\n    from m import x\n",
        "if __name__ == '__main__':\n    from m import x\n",
        "if not TYPE_CHECKING:\n    from m import x\n",
        "if TYPE_CHECKING:\n    pass\nelse:\n    from m import x\n",
        "if True:\n    from m import x\n",
        "from m import x  # noqa: E402\n",
        "from m import x  # noqa: F401, I001\n",
        "from m import x  # pylint: disable=wrong-import-position\n",
        "from m import x  # see type: ignore\n",
        "sys.modules[__name__] = Fake()\nfrom m import x\n",
        "sys.modules['other'] = Fake()\nfrom m import x\n",
        "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'src'))\nfrom m import x\n",
        "self.x = 1\nfrom m import x\n",
        "def f(y):\n    from m import x\n",
    ],
)
def test_what_is_no_guard_leaves_the_import_plain(text: str) -> None:
    assert guards(text) == [""]


@pytest.mark.parametrize(
    ("text", "reason", "offset"),
    [
        ("x = 1\nprint 'hello'\n", "invalid Python: missing parentheses", 6),
        ("x = (\n", "invalid Python: '(' was never closed", 4),
        ("é = 1; b = = 2\n", "invalid Python: invalid syntax", 11),
        ("x = '\udc80'\n", "invalid Python: a character that its encoding does not have", 5),
        ("-" * 200_000 + "1", "invalid Python: ", 0),
        ("(" * 5_000, "invalid Python: too many nested parentheses", 200),
    ],
)
def test_a_text_that_is_no_python_is_unreadable(text: str, reason: str, offset: int) -> None:
    with pytest.raises(UnreadableError) as error:
        read(text)
    assert str(error.value).startswith(reason)
    assert "\n" not in str(error.value)
    assert error.value.offset == offset


def test_a_null_byte_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="invalid Python: a null byte") as error:
        read("import a\n\0\n")
    assert error.value.offset == 9


def test_an_invalid_escape_warns_nobody() -> None:
    assert plain("x = '\\d'\nimport a\n") == [("a", None, None)]


@pytest.mark.parametrize("mark", [UNKNOWN, HANDED])
def test_an_unknown_part_makes_a_text_unjudgeable_not_unreadable(mark: str) -> None:
    assert read(f"import a\n{mark} = (\n") == ()
    assert plain(f"import a\nx = '{mark}'\n") == [("a", None, None)]


def test_a_span_of_a_fragment_is_an_offset_of_its_file() -> None:
    source = Source("Dockerfile", 'RUN python -c "import a;\\\n from b import c"')
    start = source.text.index("import")
    cut = source.text.index("\\\n")
    fragment = Fragment(
        source,
        (
            Piece(source.text[start:cut], start, cut),
            Piece(" ", cut, cut + 3, literal=False),
            Piece("from b import c", cut + 3, cut + 18),
        ),
    )
    facts = imports(fragment)
    assert [source.text[fact.span.start : fact.span.stop] for fact in facts] == ["a", "c"]
    assert all(fact.fragment is fragment for fact in facts)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"x = 1\n", "utf-8", "x = 1\n"),
        (
            "# -*- coding: latin-1 -*-\nx = 'é'\r\n".encode("latin-1"),
            "latin-1",
            "# -*- coding: latin-1 -*-\nx = 'é'\r\n",
        ),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n€".encode("cp1252"), "cp1252", None),
        ("x = 1\n# coding: latin-1\né".encode("latin-1"), "utf-8", "x = 1\n# coding: latin-1\n\udce9"),
        ("\n\n# coding: latin-1\né".encode("latin-1"), "utf-8", "\n\n# coding: latin-1\n\udce9"),
        (b"\xef\xbb\xbf# coding: latin-1\nx\n", "utf-8", "\ufeff# coding: latin-1\nx\n"),
        (b"# coding: nonsense\nx\n", "utf-8", "# coding: nonsense\nx\n"),
        (b"# coding: utf-7\n+AGE-\n", "utf-8", "# coding: utf-7\n+AGE-\n"),
        (b"# coding: unicode_escape\n'\\d'\n", "utf-8", "# coding: unicode_escape\n'\\d'\n"),
        (b"# coding: utf_8_sig\nx\n", "utf-8", "# coding: utf_8_sig\nx\n"),
    ],
)
def test_a_file_is_decoded_by_its_coding_line(data: bytes, encoding: str, text: str | None) -> None:
    source = decode("a.py", data)
    assert source.encoding == encoding
    assert text is None or source.text == text
    assert source.encode(source.text) == data


@given(st.binary(max_size=200))
@example(b"# coding: idna\n\xff")
@example(b"# coding:\x00\n")
def test_decoding_any_bytes_gives_them_back(data: bytes) -> None:
    source = decode("a.py", data)
    assert source.encode(source.text) == data


_ATOMS = st.sampled_from(
    [
        "import a",
        "from b.c import d as e",
        "from é import ü",
        "(d,\n e)",
        "try:",
        "except ImportError:",
        "if x:",
        "\n",
        "    ",
        "\r\n",
        "\r",
        "\x0c",
        "\u2028",
        "# noqa",
        "'é😀'",
        ";",
        "a.b.c",
        "def f(a=a.b):",
        "\\\n",
        "\ufeff",
        "*",
        "sys.modules[x] = 1",
        "lambda: a.x",
        "match a.b:",
        "\ue000",
        "\x00",
        "�",
        "%",
        "x = ",
    ]
)


@settings(max_examples=400)
@given(st.one_of(st.text(), st.lists(_ATOMS).map("".join)))
def test_any_text_gives_facts_inside_it_or_is_unreadable(text: str) -> None:
    facts: tuple[Import, ...] = ()
    offset = 0
    try:
        facts = read(text)
    except UnreadableError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)
    for fact in facts:
        assert 0 <= fact.span.start < fact.span.stop <= len(text)
        assert fact.name != ""
        assert fact.module


_NAMES = st.sampled_from(["a", "é", "名前", "snake_case", "B2"])
_DOTTED = st.lists(_NAMES, min_size=1, max_size=3).map(".".join)
_GAPS = st.sampled_from(["", "x = '😀é'; ", "y = 'a\x0cb\u2028'; "])
_AS = st.one_of(st.just(""), _NAMES.map(" as {}".format))
_STATEMENTS = st.one_of(
    st.builds("{}import {}{}".format, _GAPS, _DOTTED, _AS),
    st.builds("{}from {} import {}{}, {}".format, _GAPS, _DOTTED, _NAMES, _AS, _NAMES),
    st.builds("from {} import (\n  {}{},  # é\n  {}\n)".format, _DOTTED, _NAMES, _AS, _NAMES),
)


@settings(max_examples=100)
@given(st.lists(_STATEMENTS, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_names_and_places_agree_with_libcst(statements: list[str], end: str, mark: str) -> None:
    text = mark + "\n".join(statements).replace("\n", end) + end
    wrapper = MetadataWrapper(cst.parse_module(text[len(mark) :]), unsafe_skip_copy=True)
    expected = [
        (place.start.line, place.start.column, place.end.column)
        for node, place in wrapper.resolve(PositionProvider).items()
        if isinstance(node, cst.ImportAlias)
        for place in [wrapper.resolve(PositionProvider)[node.name]]
    ]
    source = Source("a.py", text)
    found = []
    for fact in imports(source.whole()):
        if not fact.attribute:
            line, column = source.position(fact.span.start)
            column -= 1 + (len(mark) if line == 1 else 0)
            found.append((line, column, column + fact.span.stop - fact.span.start))
    assert found == sorted(expected)


def test_the_reader_agrees_with_a_plain_walk_over_its_own_standard_library_modules() -> None:
    for module in (ast, textwrap, cst):
        with open(str(module.__file__), encoding="utf-8") as file:
            text = file.read()
        expected = sorted(
            (node.module, alias.name)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and not node.level
            for alias in node.names
        )
        facts = [fact for fact in read(text) if fact.name is not None and not fact.attribute]
        assert sorted((fact.module, fact.name) for fact in facts) == expected
        assert all(fact.name == text[fact.span.start : fact.span.stop] for fact in facts)


def test_many_names_on_one_long_line_are_read_in_good_time() -> None:
    text = "import m\nx = ['é', " + "m.a, # '\\\n"[:5] * 20_000 + "]\n"
    assert len(attributes(text)) == 20_000
