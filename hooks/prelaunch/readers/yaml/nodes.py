"""The node of a YAML file: what it is, what it holds, and exactly where it stands."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.model import Fragment, Span


class Node:
    """One node; an anchored node is shared by all its aliases, so nodes are compared by identity.

    `span` is where the node's own text stands: without tag and anchor, quotes included, a block scalar from its `|`
    to the end of its last line, a block mapping or sequence from its first key or `-` to the end of its last value.
    An empty value has an empty span behind its `:`. `tag` is "" unless the file names one that is not YAML's own.
    """

    __slots__ = ("exact", "fragment", "items", "kind", "merges", "pairs", "span", "style", "tag", "value")

    def __init__(
        self,
        kind: Literal["mapping", "sequence", "scalar"],
        span: Span,
        fragment: Fragment | None = None,
        value: str = "",
        style: str = "",
        exact: bool = True,
        tag: str = "",
        pairs: tuple[tuple[Node, Node], ...] = (),
        items: tuple[Node, ...] = (),
        merges: tuple[Node, ...] = (),
    ) -> None:
        self.kind = kind
        self.span = span
        self.fragment = fragment
        self.value = value
        self.style = style
        self.exact = exact
        self.tag = tag
        self.pairs = pairs
        self.items = items
        self.merges = merges

    def get(self, key: str) -> Node | None:
        """The value of `key`: the last of the mapping's own, else of its `<<` merges, of which an earlier one wins."""
        found = self.pair(key)
        return found[1] if found else None

    def key(self, key: str) -> Node | None:
        """The node that spells the key of the value that `get` finds."""
        found = self.pair(key)
        return found[0] if found else None

    def own(self, key: str) -> tuple[Node, Node] | None:
        """The last pair whose key is `key` among the mapping's own."""
        for pair in reversed(self.pairs):
            if pair[0].kind == "scalar" and pair[0].value == key:
                return pair
        return None

    def pair(self, key: str) -> tuple[Node, Node] | None:
        """Key and value as `key` and `get` give them."""
        for layer in self.layers():
            found = layer.own(key)
            if found:
                return found
        return None

    def all_pairs(self) -> list[tuple[Node, Node]]:
        """The mapping's own pairs (duplicates kept), then the merged ones that none before them hides."""
        pairs: list[tuple[Node, Node]] = []
        seen: set[str] = set()
        for number, layer in enumerate(self.layers()):
            names = {key.value for key, _value in layer.pairs if key.kind == "scalar"}
            pairs += [pair for pair in layer.pairs if not number or pair[0].value not in seen]
            seen |= names
        return pairs

    def layers(self) -> Iterator[Node]:
        """This mapping and what it merges, in order of precedence, each once."""
        waiting: list[Node] = [self]
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                waiting += reversed(node.merges)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node below and including `nodes`, keys too, in the order of the file, a shared one once."""
    waiting = list(nodes)[::-1]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting += [part for pair in reversed(node.pairs) for part in reversed(pair)]
        waiting += reversed(node.items)
        waiting += [merged for merged in reversed(node.merges) if id(merged) not in seen]
