"""From the parser's events to nodes.

Events (`ruamel.yaml.YAML.parse`) are used and not its node tree: no value is constructed (`on` stays `on`, `3.10`
stays `3.10`), nothing recurses, so that deep nesting can be refused instead of overflowing the stack, and an alias
costs one reference, so that an alias bomb is harmless.
"""

from __future__ import annotations

from prelaunch.model import Fragment, Piece, Source, Span
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml.nodes import Node
from prelaunch.readers.yaml.scalars import BREAKS, block_pieces, flow_pieces
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class _Mark(Protocol):
        index: int

    class _Event(Protocol):
        """What of the parser's events is used; an event has only those that fit it."""

        start_mark: _Mark
        end_mark: _Mark
        anchor: str | None
        ctag: object
        value: str
        style: str | None
        flow_style: bool | None


MAX_DEPTH = 100
"""Deeper files are refused, aliases followed. Real ones stay below 20; a reader may recurse without fear."""

MAX_NODES = 1_000_000
"""Files of more nodes, each alias counted as what it stands for, are refused (an alias bomb), as go-yaml does."""

_STYLES = {"": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}


def read(source: Source) -> tuple[Node, ...]:
    """The documents of a YAML (or JSON) file; an empty document is an empty scalar.

    Raises `UnreadableError` for whatever the parser refuses, for an alias of an unknown anchor and for nesting deeper
    than `MAX_DEPTH`.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    builder = _Builder(source)
    try:
        # "safe" reads no comments and, pure, gives the same marks whether or not a C extension is installed.
        for event in YAML(typ="safe", pure=True).parse(source.text):
            builder.take(event)
    except YAMLError as error:
        raise UnreadableError(f"invalid YAML: {_reason(error)}", _offset(error, source)) from None
    except (ValueError, OverflowError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as error:
        # Faults of the parser itself on hostile text, such as `"\UFFFFFFFF"` or `%YAML x`.
        reason = f"invalid YAML: the parser fails ({type(error).__name__})"
        raise UnreadableError(reason, builder.stop) from None
    return tuple(builder.documents)


def _reason(error: object) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return " ".join(str(problem).split())


def _offset(error: object, source: Source) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = getattr(mark, "index", None) if mark is not None else getattr(error, "position", None)
    return min(offset, len(source.text)) if isinstance(offset, int) else 0


class _Open:
    """A collection whose end has not come yet (no dataclass: making one costs a millisecond at every start)."""

    __slots__ = ("anchor", "children", "flow", "mapping", "start", "stop", "tag")

    def __init__(self, event: _Event, start: int, *, mapping: bool) -> None:
        self.mapping = mapping
        self.flow = bool(event.flow_style)
        self.start = start
        self.stop = start + 1 if self.flow else start
        self.anchor = event.anchor
        self.tag = _tag(event)
        self.children: list[Node] = []


class _Builder:
    """Turns events into nodes, with its own stack."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.documents: list[Node] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.sizes: dict[int, tuple[int, int]] = {}
        self.stop = 0

    def take(self, event: _Event) -> None:
        match type(event).__name__:
            case "ScalarEvent":
                node = self._scalar(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = node
                self.stop = node.span.stop
                self._add(node)
            case "MappingStartEvent" | "SequenceStartEvent" as name:
                self._start(event, mapping=name == "MappingStartEvent")
            case "MappingEndEvent" | "SequenceEndEvent":
                self._end(event)
            case "AliasEvent":
                self._alias(event)
            case "DocumentStartEvent":
                self.anchors = {}
            case _:
                pass

    def _add(self, node: Node) -> None:
        if self.open:
            self.open[-1].children.append(node)
            self.open[-1].stop = self.stop
        else:
            self.documents.append(node)

    def _start(self, event: _Event, *, mapping: bool) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise UnreadableError(f"invalid YAML: nested deeper than {MAX_DEPTH} levels", event.start_mark.index)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.open.append(_Open(event, self._past_properties(event), mapping=mapping))
        self.stop = self.open[-1].stop

    def _end(self, event: _Event) -> None:
        done = self.open.pop()
        self.stop = event.end_mark.index if done.flow and event.end_mark.index > event.start_mark.index else done.stop
        span = Span(done.start, max(done.start, self.stop))
        style = "flow" if done.flow else "block"
        if done.mapping:
            own, merges = _split_merges(done.children)
            node = Node("mapping", span, style=style, tag=done.tag, pairs=own, merges=merges)
        else:
            node = Node("sequence", span, style=style, tag=done.tag, items=tuple(done.children))
        self._measure(node, done.children)
        if done.anchor is not None:
            self.anchors[done.anchor] = node
        self._add(node)

    def _measure(self, node: Node, children: list[Node]) -> None:
        """Note how deep and how large a collection is with its aliases followed (a scalar is 0 and 1)."""
        sizes = [self.sizes.get(id(child), (0, 1)) for child in children]
        depth = 1 + max((depth for depth, _size in sizes), default=0)
        size = 1 + sum(size for _depth, size in sizes)
        if depth > MAX_DEPTH:
            raise UnreadableError(
                f"invalid YAML: nested deeper than {MAX_DEPTH} levels through aliases", node.span.start
            )
        if size > MAX_NODES:
            raise UnreadableError(f"invalid YAML: more than {MAX_NODES} nodes through aliases", node.span.start)
        self.sizes[id(node)] = depth, size

    def _alias(self, event: _Event) -> None:
        at = event.start_mark.index
        if event.anchor not in self.anchors:
            raise UnreadableError(f"invalid YAML: alias of an unknown anchor {event.anchor!r}", at)
        node = self.anchors[event.anchor]
        if node is None:
            raise UnreadableError(f"invalid YAML: anchor {event.anchor!r} holds itself", at)
        self.stop = event.end_mark.index
        self._add(node)

    def _scalar(self, event: _Event) -> Node:
        text, value, quote = self.text, event.value, event.style or ""
        style = _STYLES.get(quote, "plain")
        start, stop = self._past_properties(event), event.end_mark.index
        if quote in {"|", ">"}:
            pieces = block_pieces(text, start, stop, value, folded=quote == ">")
            stop = _block_stop(text, start, stop, pieces)
        elif quote:
            pieces = flow_pieces(text, start + 1, stop - 1, quote)
        elif not value:
            start = stop = self._empty(event)
            pieces = []
        elif text[start:stop] == value:
            pieces = [Piece(value, start, stop)]
        else:
            pieces = flow_pieces(text, start, stop, "")
        span = Span(start, max(start, stop))
        if not pieces:
            inside = min(start + 1, span.stop) if quote in {"'", '"'} else start
            pieces = [Piece("", inside, inside)]
        fragment = Fragment(self.source, tuple(pieces))
        exact = fragment.text == value
        if not exact:
            fragment = Fragment(self.source, (Piece(value, span.start, span.stop, literal=False),))
        return Node("scalar", span, fragment, value, style, exact, _tag(event))

    def _empty(self, event: _Event) -> int:
        """Where an empty value would be written: behind its tag or anchor, else behind the `:` of its key."""
        if event.anchor is not None or event.ctag is not None:
            return event.end_mark.index
        if self.open and self.open[-1].mapping and len(self.open[-1].children) % 2:
            at = self.stop
            while self.text[at : at + 1] in {" ", "\t"}:
                at += 1
            return at + 1 if self.text[at : at + 1] == ":" else self.stop
        return event.start_mark.index

    def _past_properties(self, event: _Event) -> int:
        """Where the node's own text starts: the parser's mark stands at its tag or anchor if it has one."""
        at, text, end = event.start_mark.index, self.text, len(self.text)
        if event.anchor is None and event.ctag is None:
            return at
        while at < end:
            if text[at] in "&!":
                while at < end and text[at] not in " \t" + BREAKS:
                    at += 1
            elif text[at] == "#":
                while at < end and text[at] not in BREAKS:
                    at += 1
            elif text[at] in " \t" + BREAKS:
                at += 1
            else:
                break
        return at


def _block_stop(text: str, start: int, stop: int, pieces: list[Piece]) -> int:
    """The end of the last line that a block scalar's value holds, without its line break."""
    if pieces and stop >= pieces[-1].stop:
        stop = pieces[-1].stop
        stop -= text[start:stop].endswith(tuple(BREAKS))
        return stop - text.startswith("\r\n", stop - 1)
    while stop > start and text[stop - 1] in BREAKS:
        stop -= 1
    return stop


def _tag(event: _Event) -> str:
    """A tag as the file writes it, unless it is one of YAML's own (`!!str`) or the lone `!`."""
    ctag = event.ctag
    if ctag is None:
        return ""
    tag = str(ctag)
    if tag == "!" or tag.startswith("tag:yaml.org,2002:"):
        return ""
    return tag


def _split_merges(children: list[Node]) -> tuple[tuple[tuple[Node, Node], ...], tuple[Node, ...]]:
    """Separate the pairs from the `<<` merges (https://yaml.org/type/merge.html)."""
    own: list[tuple[Node, Node]] = []
    merges: list[Node] = []
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.value == "<<" and key.style == "plain":
            merges += [node for node in (value, *value.items) if node.kind == "mapping"]
        else:
            own.append((key, value))
    return tuple(own), tuple(merges)
