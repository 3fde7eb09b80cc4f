"""The pages: whole without their script, escaped, asking nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from prelaunch.audit.page.chart import bars, trend
from prelaunch.audit.page.markup import Html, html, link, page, tag
from prelaunch.audit.page.repository import render
from prelaunch.audit.record import (
    Audit,
    BaseRow,
    BuildRow,
    Count,
    DeployRow,
    FindingRow,
    GapRow,
    ImageRow,
    ImportRow,
    Spot,
)

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x00\x1b[31m\udcff"


class Parsed(HTMLParser):
    """A page as a list of elements, and whether each that must be closed was."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def _audit(text: str = "a", home: str = "https://github.com/team/api") -> Audit:
    spot = Spot(f"ci/{text}.yml", 3, 4)
    return Audit(
        name=f"team/{text}",
        commit="0123456789abcdef0123456789abcdef01234567",
        home=home,
        files=7,
        findings=(
            FindingRow("some-rule", "hint", spot, 1, text, fixable=False),
            FindingRow("other-rule", "certain", Spot("b.py", 1, 1), 1, text, fixable=True),
        ),
        builds=(BuildRow(spot, "docker", "shell", "missing", (text,), (text, "b"), True, (text,), text, text),),
        images=(
            ImageRow(
                text,
                (spot, spot),
                ("missing",),
                (text,),
                (text,),
                (text,),
                True,
                False,
                (DeployRow(spot, text, text, False),),
                text,
            ),
        ),
        bases=(BaseRow(text, spot, (text,), (text,), (text,), text),),
        imports=(ImportRow("yaml", text, text, 12, spot, "fails"),),
        gaps=(GapRow(spot, text, text),),
        history=(
            Count("1" * 40, "2026-11-02T01:02:03Z", text, 1, 2, 3),
            Count("2" * 40, "2026-11-01T01:02:03Z", text, 2, 2, 0),
        ),
        dirty=frozenset({"b.py"}),
    )


REQUESTS = {"img", "iframe", "object", "embed", "link", "audio", "video", "source", "base", "form", "use", "image"}
LOADING = {"src", "srcset", "background", "poster", "data", "action", "formaction", "xlink:href", "style"}


def assert_closed(text: str, blocks: int = 0) -> Parsed:
    """Nothing in a page makes a browser ask anybody for anything, and only the page's own script may run."""
    parsed = Parsed(text)
    for name, attributes in parsed.elements:
        assert name not in REQUESTS, name
        assert not LOADING & attributes.keys(), (name, attributes)
        assert not [key for key in attributes if key.startswith("on")], (name, attributes)
        href = attributes.get("href")
        assert href is None or (name == "a" and href.startswith(("https://", "#"))), href
    assert "@import" not in text
    assert "url(" not in text
    scripts = [attributes.get("type") for attributes in parsed.all("script")]
    assert scripts == ["application/json"] * blocks + [None]
    assert len(parsed.all("style")) == 1
    return parsed


def test_a_page_asks_nobody_for_anything() -> None:
    assert_closed(render(_audit()))


def test_what_a_repository_says_stays_text() -> None:
    parsed = assert_closed(render(_audit(EVIL, home="javascript:alert(1)")))
    shown = "".join(parsed.text)
    assert "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&" in shown
    assert "\x00" not in shown
    assert "\x1b" not in shown
    render(_audit(EVIL)).encode("utf-8")


def test_the_policy_of_a_page_lets_its_own_script_run_and_nothing_else() -> None:
    text = render(_audit())
    (policy,) = (meta["content"] for meta in Parsed(text).all("meta") if "http-equiv" in meta)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for name, kind in (("style", "style-src"), ("script", "script-src")):
        (body,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy


def test_every_section_is_there_with_its_rows_and_can_be_reached() -> None:
    parsed = assert_closed(render(_audit()))
    anchors = {attributes.get("id") for _, attributes in parsed.elements}
    for menu in parsed.all("a"):
        if (menu["href"] or "").startswith("#"):
            assert (menu["href"] or "")[1:] in anchors
    assert len(parsed.all("table")) == 6
    assert len(parsed.all("tr")) == 6 + 7
    assert all(attributes.get("scope") == "col" for attributes in parsed.all("th"))
    for name, attributes in parsed.elements:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in anchors, name


def test_a_long_table_holds_the_first_rows_and_all_of_them_as_data() -> None:
    spot = Spot("a", 1, 1)
    rows = tuple(FindingRow("some-rule", "hint", spot, 1, f"{EVIL}{number}", fixable=False) for number in range(1_000))
    text = render(Audit("long", findings=rows))
    parsed = assert_closed(text, blocks=1)
    assert len(parsed.all("tr")) == 301
    (block,) = re.findall(r'<script type="application/json">(.*?)</script>', text)
    data = json.loads(block)
    assert len(data) == 1_000
    assert data[999][3][0].endswith("&amp;\ufffd\ufffd[31m\ufffd999")
    assert "<img" not in data[999][3][0]


def test_a_section_without_rows_says_so() -> None:
    parsed = assert_closed(render(Audit("empty")))
    assert parsed.all("table") == []
    assert "".join(parsed.text).count("none") >= 6


def test_places_lead_to_the_forge_unless_the_file_has_changed_since() -> None:
    links = [attributes["href"] or "" for attributes in Parsed(render(_audit())).all("a")]
    commit = _audit().commit
    assert f"https://github.com/team/api/blob/{commit}/ci/a.yml#L3-L4" in links
    assert not [each for each in links if "b.py" in each]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://example.com", "//example.com", "", "data:text/html,x"]
)
def test_only_an_address_of_the_secure_web_becomes_a_link(address: str) -> None:
    assert link(address, "a<b") == "a&lt;b"


def test_charts_say_their_numbers_in_words() -> None:
    drawn = bars("Findings", [("a-rule", {"certain": 3, "likely": 0}), ("b", {"certain": 0, "likely": 1})])
    parsed = Parsed(drawn)
    assert parsed.all("svg")[0]["role"] == "img"
    assert len(parsed.all("rect")) == 2
    assert any("a-rule 3 certain, 0 likely; b 0 certain, 1 likely" in text for text in parsed.text)
    assert bars("Nothing", []) == bars("Nothing", [("a", {"certain": 0})]) == ""
    moved = Parsed(trend("Moved", ["one", "two"], {"certain": [5, 3], "likely": [5, 3]}))
    assert len(moved.all("circle")) == 4
    assert any("certain: 5, 3; likely: 5, 3" in text for text in moved.text)
    heights = [float(each["y"] or 0) for each in moved.all("text")[2:4]]
    assert abs(heights[0] - heights[1]) >= 13
    assert trend("One commit is no trend", ["one"], {"certain": [5]}) == ""


def test_markup_is_escaped_once() -> None:
    assert (
        tag("p", "a<b", Html("<br>"), class_="x", data_key='"', hidden=None)
        == '<p class="x" data-key="&quot;">a&lt;b<br></p>'
    )
    assert html(html("<")) == "&lt;"
    assert page("t", tag("main", "é")).startswith('<!DOCTYPE html>\n<html lang="en">')
