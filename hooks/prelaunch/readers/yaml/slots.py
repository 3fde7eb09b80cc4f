"""Places where a new key can be written into a YAML mapping without touching any other byte."""

from __future__ import annotations

from prelaunch.model import Slot, Source, Span
from prelaunch.readers.yaml.scalars import BREAKS
from prelaunch.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from prelaunch.readers.yaml.nodes import Node

Form = Literal["text", "list"]


def indent_of(source: Source, offset: int) -> str:
    """The white space that starts the line of `offset` (a byte order mark left out)."""
    line = source.text[_line_start(source.text, offset) : offset].lstrip("\ufeff")
    return line[: len(line) - len(line.lstrip(" \t"))]


def line_break_of(source: Source, offset: int) -> str:
    r"""The line break that ends the line of `offset`, or that the file uses: `\n` or `\r\n`."""
    at = source.text.find("\n", offset)
    if at < 0:
        at = source.text.rfind("\n")
    return "\r\n" if at > 0 and source.text[at - 1] == "\r" else "\n"


def key_slot(
    source: Source,
    mapping: Node,
    key: str | tuple[str, ...],
    *,
    before: Node | None = None,
    after: Node | None = None,
    many: bool = True,
    form: Form = "text",
) -> Slot | None:
    """Where and how `key: <platforms>` can be added to `mapping`; None where no exact place is found.

    It goes in front of the key node `before`, or behind the pair of the key node `after` (block mappings only, and
    only behind a value of one line; a comment behind it stays there), else in front of the first key. Both must be
    own keys of the mapping. A tuple of keys is nested: `("with", "platforms")` adds a mapping `with`. `many` as in
    `Slot`; form "text" joins several platforms by a comma into one text, "list" writes a flow sequence.
    """
    keys = (key,) if isinstance(key, str) else key
    if mapping.kind != "mapping":
        return None
    if mapping.style == "flow":
        return (
            None
            if after is not None or len(keys) > 1
            else _flow(source, mapping, keys[0], before, many=many, form=form)
        )
    pair = _pair_of(mapping, after if after is not None else before)
    if pair is None:
        return None
    prefix = _prefix(source, pair[0])
    if prefix is None:
        return None
    end = line_break_of(source, pair[0].span.start)
    head = "".join(f"{name}:{end}{prefix}{'  ' * depth}" for depth, name in enumerate(keys[:-1], 1)) + f"{keys[-1]}: "
    opening, joint, closing = ("[", ", ", "]") if form == "list" else ("", ",", "")
    if after is None:
        here = pair[0].span.start
        return Slot(Span(here, here), head + opening, closing + end + prefix, joint, many=many)
    stop = _end_of_pair(source, *pair)
    if stop is None:
        return None
    return Slot(Span(stop, stop), end + prefix + head + opening, closing, joint, many=many)


def _pair_of(mapping: Node, wanted: Node | None) -> tuple[Node, Node] | None:
    if wanted is None:
        return mapping.pairs[0] if mapping.pairs else None
    return next((pair for pair in mapping.pairs if pair[0] is wanted), None)


def _prefix(source: Source, key: Node) -> str | None:
    """The indentation of a further key beside `key`; None where the line starts with more than spaces and dashes."""
    before = source.text[_line_start(source.text, key.span.start) : key.span.start].lstrip("\ufeff")
    return " " * len(before) if not before.strip(" -") else None


def _end_of_pair(source: Source, key: Node, value: Node) -> int | None:
    """The end of the line that `key` and the scalar `value` stand on, if only a comment follows them there."""
    text, at = source.text, value.span.stop
    if value.span.start < key.span.stop or any(char in BREAKS for char in text[key.span.start : at]):
        return None
    if value.kind != "scalar" or value.style in {"literal", "folded"} or not value.value:
        return None
    stop = text.find("\n", at)
    stop = len(text) if stop < 0 else stop
    rest = text[at:stop].rstrip("\r")
    bare = rest.lstrip(" \t")
    if any(char in BREAKS for char in rest) or (bare and not (bare[0] == "#" and bare != rest)):
        return None
    return at + len(rest)


def _flow(source: Source, mapping: Node, key: str, before: Node | None, *, many: bool, form: Form) -> Slot | None:
    """In front of a key of a flow mapping, or between the braces of an empty one; quoted where JSON is written."""
    text, span = source.text, mapping.span
    if mapping.merges and before is None:
        return None
    if not mapping.pairs:
        if before is not None or text[span.start + 1 : span.stop - 1].strip():
            return None
        here, json, after = span.start + 1, True, ""
    else:
        pair = _pair_of(mapping, before)
        if pair is None or not span.start < pair[0].span.start < span.stop:
            return None
        here, json = pair[0].span.start, pair[0].style == "double"
        alone = text[_line_start(text, here) : here].lstrip("\ufeff")
        after = ", " if alone.strip(" \t") else f",{line_break_of(source, here)}{alone}"
        # A tag, an anchor or a `?` in front of the key would come to belong to the new one.
        if text[span.start : here].rstrip()[-1:] not in {"{", ","}:
            return None
    name = f'"{key}": ' if json else f"{key}: "
    if form == "list":
        return Slot(Span(here, here), f"{name}[", f"]{after}", ", ", '"' if json else "", many=many)
    quote = '"' if json or many else ""
    return Slot(Span(here, here), name + quote, quote + after, many=many)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1
