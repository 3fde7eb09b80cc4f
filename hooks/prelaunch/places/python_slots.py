"""Where a call or a list of a Python or Starlark file can say a platform: exact, or not at all."""

from __future__ import annotations

import ast

from prelaunch.model import Slot, Span
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.places.python_values import Module


def keyword_slot(module: Module, node: ast.Call, name: str, *, quote: str = '"', many: bool = False) -> Slot | None:
    """Behind the last argument of a call, where nothing but a comma stands between it and the closing bracket."""
    if any(keyword.arg is None for keyword in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
        return None
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not values:
        return None
    stop = max(module.span(value).stop for value in values)
    end = module.span(node).stop
    rest = module.source.text[stop : end - 1]
    if rest.replace(",", "", 1).strip() or not module.source.text.startswith(")", end - 1):
        return None
    before, after = (f"[{quote}", f"{quote}]") if many else (quote, quote)
    joint = f"{quote}, {quote}" if many else ","
    return Slot(Span(stop, stop), f", {name}={before}", after, joint=joint, many=many)


def item_slot(module: Module, node: ast.expr, flag: str, *, many: bool) -> Slot | None:
    """Behind an item of a list of words: a plain literal that a comma or the list's end follows."""
    span = module.span(node)
    text = module.source.text
    quote = text[span.start : span.start + 1]
    inside = text[span.start + 1 : span.stop - 1]
    if quote not in {"'", '"'} or not text.startswith(quote, span.stop - 1) or not inside.replace("-", "").isalnum():
        return None
    at = span.stop
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    if text[at : at + 1] not in {",", "]"}:
        return None
    return Slot(Span(span.stop, span.stop), f", {quote}{flag}=", quote, many=many)
