"""XML to elements."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.readers.xml import Element, read


def shown(element: Element) -> str:
    inside = "".join(shown(child) for child in element.children)
    return f"{element.name}[{element.text}{inside}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a>b</a>", "[a[b]]"),
        ("<?xml version='1.0'?>\n<!DOCTYPE a>\n<a x='>' y=\"/>\"> b </a>\n", "[a[b]]"),
        ("<a><b/><c>d</c></a>", "[a[b[]c[d]]]"),
        ("<a><!-- <b>c</b> --><![CDATA[<d>]]></a>", "[a[<d>]]"),
        ("<m:a xmlns:m='x'><m:b>c</m:b></m:a>", "[a[b[c]]]"),
        ("<a><b>c</a><d>", "[a[b[c]]d[]]"),
        ("</a>x<b", "[xb[]]"),
        ("<a>&lt;&b;</a>", "[a[&lt;&b;]]"),
        ("<!ENTITY a '<b>'><c>&a;</c>", "[c[&a;]]"),
        ("<a><!-- never closed", "[a[]]"),
        ("<a x='never closed><b>", "[a[]]"),
    ],
)
def test_elements(text: str, expected: str) -> None:
    assert shown(read(text)) == expected


def test_an_element_says_where_it_stands() -> None:
    text = "<a>\n <b c='d'>e</b>\n</a>"
    found = read(text).at("a", "b")
    assert found is not None
    assert text[found.start : found.stop] == "<b c='d'>e</b>"
    assert read(text).at("a", "c", "b") is None


_PIECES = st.sampled_from(["<", ">", "/", "a", "<a>", "</a>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "'", '"'])


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map("".join)))
def test_any_text_is_read(text: str) -> None:
    for element in read(text).walk():
        assert 0 <= element.start <= element.stop <= len(text)


@pytest.mark.parametrize("part", ["<a>", "<", "<a b='", "<!--", "<![CDATA[", "</a>", "<a/>", "<a><b></a>"])
def test_what_nothing_closes_takes_little_time(part: str) -> None:
    started = process_time()
    list(read(part * (300_000 // len(part))).walk())
    assert process_time() - started < 5
