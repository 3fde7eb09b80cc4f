"""tree-sitter's nodes of HCL to our syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from prelaunch.project import UnreadableError
from prelaunch.readers.hcl.syntax import (
    Access,
    Attribute,
    Binary,
    Block,
    Broken,
    Call,
    Choice,
    Expression,
    Items,
    Literal,
    Loop,
    Name,
    Object,
    Splat,
    Unary,
)
from prelaunch.readers.hcl.template import TemplateReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

MAX_DEPTH = 80
"""Expressions and blocks nested deeper are refused: no bake file needs it, and every walk of the tree is recursive."""

_WRAPPERS = {"expression", "operation", "collection_value", "for_expr", "template_expr"}
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def number(text: str) -> int | float | None:
    """A decimal number; None where it is none or too long to be meant."""
    if len(text) > 40:
        return None
    try:
        value = int(text) if text.isdigit() else float(text)
    except ValueError:
        return None
    return value if value < 1e300 else None


class Reader(TemplateReader):
    """The walk. A broken expression is `Broken`; a broken block or file is an `UnreadableError`."""

    def refuse(self, node: Node) -> NoReturn:
        """Say that the file cannot be read, and where."""
        line = self.text[node.start_byte :].split("\n", 1)[0].strip()
        reason = f"`{line[:40]}` cannot stand here" if line else "something is missing here"
        raise UnreadableError(f"invalid HCL: {reason}", min(node.start_byte, len(self.text)))

    def deeper(self, node: Node, depth: int) -> int:
        """The next depth."""
        if depth >= MAX_DEPTH:
            raise UnreadableError("invalid HCL: nested too deeply", node.start_byte)
        return depth + 1

    def body(self, node: Node, heads: Sequence[str], opening: int, depth: int) -> Block:
        """The attributes and blocks of `node`, a block or the whole file."""
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        for child in (child for body in node.children if body.type == "body" for child in body.children):
            if child.type == "attribute":
                value = Broken(self.span(child)) if child.has_error else self.expression(child.children[-1], depth)
                attributes.append(Attribute(self.span(child), self.raw(child.children[0]), value))
            elif child.type == "block":
                blocks.append(self.block(child, self.deeper(child, depth)))
            elif child.is_error:
                self.refuse(child)
        return Block(
            self.span(node),
            heads[0] if heads else "",
            tuple(heads[1:]),
            opening,
            tuple(attributes),
            tuple(blocks),
            not node.has_error,
        )

    def block(self, node: Node, depth: int) -> Block:
        """One block with its labels."""
        heads: list[str] = []
        opening = node.start_byte
        for child in node.children:
            if child.is_error or (child.has_error and child.type != "body"):
                self.refuse(child)
            elif child.type == "identifier":
                heads.append(self.raw(child))
            elif child.type == "string_lit":
                label = self.template(child, depth)
                heads.append(label.value if isinstance(label, Literal) and isinstance(label.value, str) else "")
            elif child.type == "block_start":
                opening = child.end_byte
        return self.body(node, heads, opening, depth)

    def expression(self, node: Node, depth: int) -> Expression:
        """Any expression. Nodes that only wrap another cost no depth: three of them stand for each level of text."""
        children = _parts_of(node)
        while node.type in _WRAPPERS and len(children) == 1:
            node = children[0]
            children = _parts_of(node)
        depth = self.deeper(node, depth)
        kind = node.type
        if kind in _WRAPPERS:
            return self._chain(children, depth)
        if kind == "variable_expr":
            return Name(self.span(node), self.raw(node))
        if kind == "literal_value":
            return self._literal(node, depth)
        if kind in {"quoted_template", "heredoc_template", "string_lit"}:
            return self.template(node, depth)
        if kind == "tuple":
            items = [self.expression(child, depth) for child in children if child.type == "expression"]
            return Items(self.span(node), tuple(items))
        if kind == "object":
            return self._object(node, depth)
        if kind == "function_call":
            return self._call(node, depth)
        if kind == "unary_operation":
            return Unary(self.span(node), self.raw(children[0]), self._chain(children[1:], depth))
        if kind == "binary_operation":
            return self._binary(children, depth)
        if kind == "conditional":
            return self._conditional(node, depth)
        if kind in {"for_tuple_expr", "for_object_expr"}:
            return self._loop(node, children, depth)
        return Broken(self.span(node))

    def _chain(self, nodes: Sequence[Node], depth: int) -> Expression:
        """A value and what is applied to it: `(a).b[0].*.c`, whose parts stand side by side in the tree."""
        if nodes[0].type == "(" and len(nodes) > 2:
            found, rest = self.expression(nodes[1], depth), nodes[3:]
        else:
            found, rest = self.expression(nodes[0], depth), nodes[1:]
        for node in rest:
            depth = self.deeper(node, depth)
            if node.type == "splat":
                found = self._splat(found, node, nodes[0], depth)
            else:
                found = Access(self.span(nodes[0], node), found, self._key(node, depth))
        return found

    def _splat(self, of: Expression, node: Node, first: Node, depth: int) -> Expression:
        inner = node.children[0]
        keys: list[Node] = [key for key in _parts_of(inner) if key.is_named]
        rest: list[Node] = []
        self.deeper(node, depth + len(keys))
        if inner.type == "attr_splat":
            # `a.*.b[0]` is `(a.*.b)[0]`, other than `a[*].b[0]` (HCL specification, "Splat Operators").
            cut = next((at for at, key in enumerate(keys) if key.type != "get_attr"), len(keys))
            keys, rest = keys[:cut], keys[cut:]
        found: Expression = Splat(self.span(first, node), of, tuple(self._key(key, depth) for key in keys))
        for key in rest:
            found = Access(self.span(first, key), found, self._key(key, depth))
        return found

    def _key(self, node: Node, depth: int) -> Expression:
        if node.type == "get_attr":
            return Literal(self.span(node), self.raw(node.children[-1]))
        inner = node.children[0] if node.type == "index" else node
        if inner.type == "legacy_index":
            return Literal(self.span(inner), number(self.raw(inner)[1:].strip()))
        found = next((child for child in inner.children if child.type == "expression"), None)
        return self.expression(found, depth) if found else Broken(self.span(node))

    def _literal(self, node: Node, depth: int) -> Expression:
        inner = node.children[0]
        if inner.type == "string_lit":
            return self.template(inner, depth)
        word = self.raw(inner)
        if word in _CONSTANTS:
            return Literal(self.span(node), _CONSTANTS[word])
        value = number(word)
        return Broken(self.span(node)) if value is None else Literal(self.span(node), value)

    def _object(self, node: Node, depth: int) -> Expression:
        items = []
        for element in (child for child in node.children if child.type == "object_elem"):
            key, value = (child for child in element.children if child.type == "expression")
            name = self.expression(key, depth)
            if isinstance(name, Name) and "(" not in self.raw(key):
                name = Literal(name.span, name.name)
            items.append((name, self.expression(value, depth)))
        return Object(self.span(node), tuple(items))

    def _call(self, node: Node, depth: int) -> Expression:
        given = [part for child in node.children if child.type == "function_arguments" for part in child.children]
        arguments = tuple(self.expression(part, depth) for part in given if part.type == "expression")
        expand = any(part.type == "ellipsis" for part in given)
        return Call(self.span(node), self.raw(node.children[0]), arguments, expand)

    def _binary(self, children: Sequence[Node], depth: int) -> Expression:
        at = next(at for at, child in enumerate(children) if at and child.type in _OPERATORS)
        left, right = self._chain(children[:at], depth), self._chain(children[at + 1 :], depth)
        return Binary(self.span(children[0], children[-1]), self.raw(children[at]), left, right)

    def _conditional(self, node: Node, depth: int) -> Expression:
        """`a ? b : c ? d : e`: tree-sitter reads `(a ? b : c) ? d : e`, HCL `a ? b : (c ? d : e)`."""
        branches: list[tuple[Node, Expression]] = []
        last: Node | None = None
        while True:
            test, yes, no = (child for child in node.children if child.type == "expression")
            last = last or no
            if branches:
                # The test of the one before was `test ? yes : no` as a whole; in truth it is this `no`.
                branches[-1] = (no, branches[-1][1])
            branches.append((test, self.expression(yes, depth)))
            inner = _only(test)
            if inner.type != "conditional":
                break
            node = inner
        depth += len(branches)
        self.deeper(node, depth)
        found = self.expression(last, depth)
        for test, taken in branches:
            found = Choice(self.span(test, last), self.expression(test, depth), taken, found)
        return found

    def _loop(self, node: Node, children: Sequence[Node], depth: int) -> Expression:
        head = next(child for child in children if child.type == "for_intro")
        names = [self.raw(child) for child in head.children if child.type == "identifier"]
        over = next(child for child in head.children if child.type == "expression")
        results = [self.expression(child, depth) for child in children if child.type == "expression"]
        tests = [
            self.expression(inner, depth)
            for child in children
            if child.type == "for_cond"
            for inner in child.children
            if inner.type == "expression"
        ]
        return Loop(
            self.span(node),
            names[0] if len(names) > 1 else None,
            names[-1],
            self.expression(over, depth),
            results[-1],
            tests[0] if tests else None,
            results[0] if node.type == "for_object_expr" else None,
            any(child.type == "ellipsis" for child in children),
        )


_OPERATORS = {"||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"}


def _parts_of(node: Node) -> list[Node]:
    return [child for child in node.children if child.type != "comment"]


def _only(node: Node) -> Node:
    """What `node` wraps, as far as it wraps one thing."""
    children = _parts_of(node)
    while node.type in _WRAPPERS and len(children) == 1:
        node = children[0]
        children = _parts_of(node)
    return node
