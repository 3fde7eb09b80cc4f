"""HTML out of Python calls, escaped unless it is HTML already; and the frame of a page."""

from __future__ import annotations

import base64
import hashlib
import os
from html import escape
from typing import TYPE_CHECKING

from prelaunch import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDLESS = frozenset({"meta", "input", "br"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(content: object) -> Html:
    """`content` as HTML: escaped, unless it is HTML already. What no XML may hold becomes U+FFFD."""
    if isinstance(content, Html):
        return content
    text = str(content)
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char in "\n\t" or char.isspace() else "\ufffd" for char in text)
    return Html(escape(text, quote=True))


def tag(name: str, /, *content: object, **attributes: object) -> Html:
    """An element. `class_` and `for_` are `class` and `for`, `_` in a name is `-`; None leaves an attribute out."""
    spelled = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _ENDLESS:
        return Html(f"<{name}{spelled}>")
    return Html(f"<{name}{spelled}>{''.join(html(each) for each in content)}</{name}>")


def join(parts: Iterable[object], between: str = "") -> Html:
    """Several pieces as one."""
    return Html(html(between).join(html(part) for part in parts))


def link(address: str, content: object) -> Html:
    """A link where there is an address of the web, else the bare content."""
    if not address.startswith("https://"):
        return html(content)
    return tag("a", content, href=address, rel="noreferrer")


def page(title: str, *content: object) -> str:
    """A whole page. Its policy allows its own style and script by their hashes, and no request at all."""
    style, script = _asset("page.css"), _asset("page.js")
    own = f"style-src {_hash(style)}; script-src {_hash(script)}"
    policy = f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(style)),
    )
    foot = tag("footer", f"prelaunch {__version__}")
    body = tag("body", *content, foot, tag("script", Html(script)))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _asset(name: str) -> str:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
