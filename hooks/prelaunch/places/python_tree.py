"""A Python or Starlark file's calls, and what its names are set to, with the conditions that each stands under."""

from __future__ import annotations

import ast

from prelaunch.model import Piece, Span
from prelaunch.readers.python import Lines, parse
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Source

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_MAX_DEPTH = 30

Pieces = tuple[Piece, ...]
Test = tuple[ast.expr | None, bool]
"""A condition, and whether it held; None for what cannot be known (a loop, an `except`)."""


class Change(NamedTuple):
    """An assignment to a name, or what makes its list grow (`more`), and the conditions that it stands under."""

    value: ast.expr | None
    more: bool
    item: bool
    tests: tuple[Test, ...]
    start: int


class Scope:
    """A function or the module: its arguments with their defaults, and what its names are set to."""

    __slots__ = ("arguments", "changes", "parent")

    def __init__(
        self,
        parent: Scope | None = None,
        arguments: dict[str, ast.expr | None] | None = None,
        changes: dict[str, list[Change]] | None = None,
    ) -> None:
        self.parent = parent
        self.arguments: dict[str, ast.expr | None] = {} if arguments is None else arguments
        self.changes: dict[str, list[Change]] = {} if changes is None else changes


class Call(NamedTuple):
    """A call, the scope that it stands in and the conditions around it."""

    node: ast.Call
    scope: Scope
    tests: tuple[Test, ...]
    start: int
    """What happens from here on is not yet done."""


class Item(NamedTuple):
    """One word of a list: its pieces, and the node where it is a literal of its own. `loose`: any number of words."""

    pieces: Pieces
    node: ast.expr | None = None
    loose: bool = False
    name: str = ""

    @property
    def text(self) -> str:
        """The word."""
        return "".join(piece.text for piece in self.pieces)


class Tree:
    """A file's calls and assignments. Raises `UnreadableError` for what is no Python."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = parse(source.whole())
        self.positions = Lines(source.text)
        self.top = Scope()
        self.calls: list[Call] = []
        self.imports: dict[str, str] = {}
        self._origins: dict[str, str] = {}
        self._walk()
        self.calls.sort(key=lambda call: (call.node.lineno, call.node.col_offset))

    def imported_as(self, origin: str) -> str:
        """The first local name of what is imported, "" where it is not."""
        if not self._origins:
            self._origins = {origin: name for name, origin in reversed(self.imports.items())}
        return self._origins.get(origin, "")

    def span(self, node: ast.expr) -> Span:
        """Where an expression stands in the source."""
        start = self.positions.index(node.lineno, node.col_offset)
        stop = self.positions.index(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return Span(start, max(start, stop))

    def _walk(self) -> None:
        stack: list[tuple[ast.AST, Scope, tuple[Test, ...]]] = [(self.tree, self.top, ())]
        while stack:
            node, scope, tests = stack.pop()
            inner, within = scope, tests
            if isinstance(node, _FUNCTIONS):
                inner, within = Scope(scope, _arguments(node.args)), ()
            elif isinstance(node, ast.Call):
                start = self.positions.index(node.lineno, node.col_offset)
                self.calls.append(Call(node, scope, tests, start))
                self._grown(node, scope, tests)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
                self._assigned(node, scope, tests)
            elif isinstance(node, ast.Import):
                self.imports.update((one.asname or one.name.split(".")[0], one.name) for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                self.imports.update((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)
            elif isinstance(node, (ast.For, ast.AsyncFor)):
                for name in ast.walk(node.target):
                    if isinstance(name, ast.Name):
                        self._change(scope, name.id, Change(None, False, False, tests, self.span(name).start))
            if isinstance(node, ast.If):
                stack.append((node.test, scope, tests))
                stack += [(child, scope, (*tests, (node.test, True))) for child in node.body]
                stack += [(child, scope, (*tests, (node.test, False))) for child in node.orelse]
                continue
            if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)):
                within = (*tests, (None, True))
            stack += [(child, inner, within) for child in ast.iter_child_nodes(node)]
        for scope_changes in self._all_changes:
            scope_changes.sort(key=lambda change: change.start)

    @property
    def _all_changes(self) -> list[list[Change]]:
        found: list[list[Change]] = self.__dict__.setdefault("_changes", [])
        return found

    def _change(self, scope: Scope, name: str, change: Change) -> None:
        if name not in scope.changes:
            self._all_changes.append(scope.changes.setdefault(name, []))
        scope.changes[name].append(change)

    def _assigned(
        self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr, scope: Scope, tests: tuple[Test, ...]
    ) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            start = self.positions.index(node.lineno, node.col_offset)
            if isinstance(target, ast.Name) and node.value is not None:
                more = isinstance(node, ast.AugAssign)
                self._change(scope, target.id, Change(node.value, more, False, tests, start))
            elif isinstance(target, (ast.Tuple, ast.List)):
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        self._change(scope, name.id, Change(None, False, False, tests, start))

    def _grown(self, node: ast.Call, scope: Scope, tests: tuple[Test, ...]) -> None:
        """`cmd.append(x)`, `cmd.extend(xs)`; what else changes a list makes its words unknown."""
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            start = self.positions.index(node.lineno, node.col_offset)
            if function.attr in {"append", "extend"} and len(node.args) == 1:
                change = Change(node.args[0], True, function.attr == "append", tests, start)
                self._change(scope, function.value.id, change)
            elif function.attr in {"insert", "remove", "pop", "clear"} and function.value.id in scope.changes:
                self._change(scope, function.value.id, Change(None, True, False, tests, start))

    def lookup(self, name: str, scope: Scope | None) -> tuple[Scope, list[Change]] | None:
        """The scope that sets `name` for code in `scope`, and all that it does to it."""
        for _ in range(_MAX_DEPTH):
            if scope is None:
                return None
            if name in scope.changes or name in scope.arguments:
                return scope, scope.changes.get(name, [])
            scope = scope.parent
        return None


def _arguments(given: ast.arguments) -> dict[str, ast.expr | None]:
    names = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [*[None] * (len(names) - len(given.defaults)), *given.defaults]
    found = {one.arg: default for one, default in zip(names, defaults, strict=True)}
    found.update({one.arg: default for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)})
    found.update({one.arg: None for one in (given.vararg, given.kwarg) if one is not None})
    return found
