"""One import statement in its module, and the uses of the name that it binds; by libcst, in indices into the text."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, cast

import libcst as cst
from libcst.metadata import (
    BuiltinAssignment,
    ByteSpanPositionProvider,
    ClassScope,
    ImportAssignment,
    MetadataWrapper,
    ParentNodeProvider,
    ScopeProvider,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from libcst.metadata import BaseAssignment, Scope

    from prelaunch.model import Fragment, Span

_READ_NAMES = frozenset({"eval", "exec", "globals", "locals", "vars"})
"""Built-in functions that may reach a name by its text."""


MAX_DEPTH = 100
"""How deeply nested a text libcst is given; it visits by recursion, with several calls a level."""


class Statement(NamedTuple):
    """The statement `from module import ...` of one imported name; places are `(start, stop)` in the text.

    `names` is how many names it imports, `beside` are the others that keep their name, `dropped` is what would have to
    go to take the name out of the list (None where a comment would go with it).
    """

    tree: _Tree
    node: cst.ImportFrom
    wrong: str
    name: tuple[int, int]
    module: tuple[int, int]
    aliased: bool
    names: int
    beside: frozenset[str]
    dropped: tuple[int, int] | None

    def uses(self, right: str, right_module: str) -> list[tuple[int, int]] | None:
        """Where the imported name is used; None where a use may be out of sight, or `right` means something else."""
        tree = self.tree
        scope = tree.scopes.get(self.node)
        if not isinstance(scope, cst.metadata.Scope) or isinstance(scope, ClassScope):
            return None  # in a class the name is an attribute, which is used from anywhere
        bound = [one for one in scope[self.wrong] if isinstance(one, ImportAssignment) and one.node is self.node]
        if len(bound) != 1 or len(scope[self.wrong]) != 1 or tree.reaches_by_text(self.wrong):
            return None
        taken = [one for one in scope[right] if not isinstance(one, BuiltinAssignment)]
        if not tree.imports(taken, right_module, right):
            return None
        found = []
        for node, value in tree.names():
            meant = tree.meant.get(node, [])
            if value == right and not (meant and tree.imports(meant, right_module, right)):
                return None
            if value != self.wrong:
                continue
            if isinstance(tree.parents[node], (cst.MatchAs, cst.MatchStar, cst.MatchMapping)):
                return None  # a pattern binds the name, which libcst counts as a use
            if meant == bound:
                found.append(tree.place(node))
            elif not meant or not all(isinstance(one, ImportAssignment) and one not in bound for one in meant):
                return None  # bound a second time, or a name that the scopes do not account for
        if any(isinstance(access.node, cst.BaseString) for access in bound[0].references):
            return None  # an annotation in quotes
        return sorted(found) if all(tree.text[a:b] == self.wrong for a, b in found) else None


class _Tree:
    """A parsed module with its scopes and places."""

    def __init__(self, text: str) -> None:
        self.text = text
        mark = text.startswith("\ufeff")
        module = cst.parse_module(text[mark:])
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        resolved = wrapper.resolve_many([ScopeProvider, ByteSpanPositionProvider, ParentNodeProvider])
        self.scopes = cast("Mapping[cst.CSTNode, Scope | None]", resolved[ScopeProvider])
        self.parents = cast("Mapping[cst.CSTNode, cst.CSTNode]", resolved[ParentNodeProvider])
        self._spans = cast("Mapping[cst.CSTNode, Any]", resolved[ByteSpanPositionProvider])
        # byte spans count UTF-8, whatever the file's encoding is, and leave out the byte order mark
        self._widths = None if text.isascii() else [0, *accumulate(len(character.encode()) for character in text)]
        self._mark = 3 if mark else 0
        self.meant: dict[cst.CSTNode, list[BaseAssignment]] = {}
        for scope in {scope for scope in self.scopes.values() if scope is not None}:
            for assignment in scope.assignments:
                for access in assignment.references:
                    self.meant.setdefault(access.node, []).append(assignment)

    def place(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where a node stands, without what surrounds it."""
        span = self._spans[node]
        return self._index(span.start), self._index(span.start + span.length)

    def _index(self, byte: int) -> int:
        return byte if self._widths is None else bisect_left(self._widths, byte + self._mark)

    def names(self) -> Iterator[tuple[cst.Name, str]]:
        """Every name that is or may be a variable: not an attribute, a keyword or a part of an import."""
        for node, parent in self.parents.items():
            if not isinstance(node, cst.Name) or isinstance(parent, (cst.ImportAlias, cst.ImportFrom)):
                continue
            if isinstance(parent, cst.Attribute) and parent.attr is node:
                continue
            if isinstance(parent, cst.Arg) and parent.keyword is node:
                continue
            if isinstance(parent, cst.AsName) and isinstance(self.parents.get(parent), cst.ImportAlias):
                continue
            yield node, node.value

    def reaches_by_text(self, name: str) -> bool:
        """Whether the module may read or bind the name in a way that scopes do not see."""
        for node, parent in self.parents.items():
            if isinstance(node, cst.ImportStar):
                return True
            if isinstance(node, cst.SimpleString) and (node.raw_value == name or node.raw_value.endswith(f".{name}")):
                return True
            if isinstance(parent, cst.Call) and isinstance(node, cst.Name) and _reads_names(node.value, parent):
                return True
        return False

    def imports(self, meant: list[BaseAssignment], module: str, name: str) -> bool:
        """Whether all that a name may mean is an import of `name` from `module`; True where it means nothing."""
        return all(
            isinstance(one, ImportAssignment)
            and isinstance(one.node, cst.ImportFrom)
            and not one.node.relative
            and one.node.module is not None
            and dotted(one.node.module) == module
            and not isinstance(one.node.names, cst.ImportStar)
            and any(alias.evaluated_name == name and alias.asname is None for alias in one.node.names)
            for one in meant
        )


def _reads_names(function: str, call: cst.Call) -> bool:
    return function in _READ_NAMES and not (function == "vars" and call.args)


def dotted(node: cst.BaseExpression) -> str:
    """A dotted name without the white space that may stand around its dots."""
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value if isinstance(node, cst.Name) else "", *reversed(parts)])


def statement(fragment: Fragment, span: Span) -> Statement | None:
    """The statement that imports the name at `span` of the source; None where it cannot be taken apart."""
    if _depth(fragment.text) > MAX_DEPTH:
        return None
    try:
        tree = _Tree(fragment.text)
    except (cst.ParserSyntaxError, RecursionError):
        return None
    for node in tree.parents:
        if isinstance(node, cst.ImportFrom) and node.module is not None and not isinstance(node.names, cst.ImportStar):
            for number, alias in enumerate(node.names):
                start, stop = tree.place(alias.name)
                if fragment.span(start, stop) == span:
                    return _statement(tree, node, number)
    return None


def _depth(text: str) -> int:
    """How deeply the syntax is nested, 0 for text that does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is not this program's concern
        try:
            level: list[ast.AST] = [ast.parse(text.removeprefix("\ufeff"))]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return 0
    depth = 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


def _statement(tree: _Tree, node: cst.ImportFrom, number: int) -> Statement | None:
    aliases = [] if isinstance(node.names, cst.ImportStar) else list(node.names)
    alias = aliases[number]
    if node.module is None or not isinstance(alias.name, cst.Name):
        return None
    beside = frozenset(one.evaluated_name for one in aliases if one is not alias and one.asname is None)
    dropped = None
    if len(aliases) > 1:
        if number + 1 < len(aliases):
            dropped = tree.place(alias)[0], tree.place(aliases[number + 1])[0]
        else:
            dropped = tree.place(aliases[number - 1])[1], tree.place(alias)[1]
        if "#" in tree.text[slice(*dropped)]:
            dropped = None
    return Statement(
        tree,
        node,
        alias.name.value,
        tree.place(alias.name),
        tree.place(node.module),
        alias.asname is not None,
        len(aliases),
        beside,
        dropped,
    )
