"""What expressions of a Python or Starlark file come to: texts and lists of words, with the map to the file.

Nothing is run. A name is what the function that it stands in, or the module, sets it to; an argument is handed in,
unless its default is known. Branches whose condition is not known give several answers.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prelaunch.model import HANDED, UNKNOWN, Fragment, Piece, Span, Step
from prelaunch.readers.python import Lines, parse
from prelaunch.readers.python_strings import string_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.model import Source

_MAX_DEPTH = 30
_MAX_OPTIONS = 8
_MAX_ITEMS = 2_000
_MAX_TEXT = 20_000
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

Pieces = tuple[Piece, ...]
Test = tuple[ast.expr | None, bool]
"""A condition, and whether it held; None for what cannot be known (a loop, an `except`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """An assignment to a name, or what makes its list grow (`more`), and the conditions that it stands under."""

    value: ast.expr | None
    more: bool
    item: bool
    tests: tuple[Test, ...]
    start: int


@dataclass(eq=False)
class Scope:
    """A function or the module: its arguments with their defaults, and what its names are set to."""

    parent: Scope | None = None
    arguments: dict[str, ast.expr | None] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A call, the scope that it stands in and the conditions around it."""

    node: ast.Call
    scope: Scope
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Item:
    """One word of a list: its pieces, and the node where it is a literal of its own. `loose`: any number of words."""

    pieces: Pieces
    node: ast.expr | None = None
    loose: bool = False
    name: str = ""

    @property
    def text(self) -> str:
        """The word."""
        return "".join(piece.text for piece in self.pieces)


class Module:
    """A file's calls and values. Raises `UnreadableError` for what is no Python."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = parse(source.whole())
        self.positions = Lines(source.text)
        self.top = Scope()
        self.calls: list[Call] = []
        self.imports: dict[str, str] = {}
        self._walk()
        self.calls.sort(key=lambda call: (call.node.lineno, call.node.col_offset))

    def span(self, node: ast.expr) -> Span:
        """Where an expression stands in the source."""
        start = self.positions.index(node.lineno, node.col_offset)
        stop = self.positions.index(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return Span(start, max(start, stop))

    # -- the walk

    def _walk(self) -> None:
        stack: list[tuple[ast.AST, Scope, tuple[Test, ...]]] = [(self.tree, self.top, ())]
        while stack:
            node, scope, tests = stack.pop()
            inner, within = scope, tests
            if isinstance(node, _FUNCTIONS):
                inner, within = Scope(scope, _arguments(node.args)), ()
            elif isinstance(node, ast.Call):
                self.calls.append(Call(node, scope, tests))
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

    # -- values

    def lookup(self, name: str, scope: Scope | None) -> tuple[Scope, list[Change]] | None:
        """The scope that sets `name` for code in `scope`, and all that it does to it."""
        for _ in range(_MAX_DEPTH):
            if scope is None:
                return None
            if name in scope.changes or name in scope.arguments:
                return scope, scope.changes.get(name, [])
            scope = scope.parent
        return None

    def truth(self, test: ast.expr | None, scope: Scope, at: int, depth: int) -> bool | None:
        """The outcome of `x`, `not x`, `x is None`, `x is not None` and of constants, where it is known."""
        if depth > _MAX_DEPTH or test is None:
            return None
        if isinstance(test, ast.Constant):
            return bool(test.value)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.truth(test.operand, scope, at, depth + 1)
            return None if inner is None else not inner
        if isinstance(test, ast.Name):
            found = self.lookup(test.id, scope)
            if found is None:
                return None
            owner, changes = found
            values = [change.value for change in changes] or [owner.arguments.get(test.id)]
            return self.truth(values[0], owner, at, depth + 1) if len(values) == 1 else None
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name):
            right, operator = test.comparators[0], test.ops[0]
            if isinstance(right, ast.Constant) and right.value is None and isinstance(operator, (ast.Is, ast.IsNot)):
                # an argument whose default is None is None by default
                known = self.truth(test.left, scope, at, depth + 1)
                return None if known is None else known == isinstance(operator, ast.IsNot)
        return None

    def _live(self, name: str, call: Call, depth: int) -> Iterator[tuple[Change, Scope, bool]]:
        """What happens to a name before the call: each change, and whether it is certain."""
        found = self.lookup(name, call.scope)
        if found is None:
            return
        owner, changes = found
        here = self.positions.index(call.node.lineno, call.node.col_offset)
        for change in changes[:200]:
            if owner is call.scope and change.start >= here:
                continue
            open_tests = [test for test in change.tests if test not in call.tests]
            outcomes = [self._outcome(test, owner, change.start, depth) for test in open_tests]
            if False not in outcomes:
                yield change, owner, None not in outcomes

    def settled(self, name: str, call: Call) -> bool:
        """Whether no condition decides what a name holds: where one does, it may well add the platform."""
        found = self.lookup(name, call.scope)
        return found is not None and all(test in call.tests for change in found[1] for test in change.tests)

    def _outcome(self, test: Test, scope: Scope, at: int, depth: int) -> bool | None:
        known = self.truth(test[0], scope, at, depth + 1)
        return None if known is None else known == test[1]

    def texts(self, node: ast.expr | None, call: Call, depth: int = 0) -> list[Pieces]:
        """What an expression may be as a text."""
        if node is None or depth > _MAX_DEPTH:
            return [self._unknown(node)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [self._literal(node, node.value, call, depth)]
        if isinstance(node, ast.JoinedStr):
            return [self._literal(node, None, call, depth)]
        if isinstance(node, ast.Name):
            return self._named(node, call, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.texts(node.left, call, depth + 1), self.texts(node.right, call, depth + 1)
            return _bounded([one + two for one in left for two in right], self._unknown(node))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return [_holed(pieces, "%") for pieces in self.texts(node.left, call, depth + 1)]
        if isinstance(node, ast.IfExp):
            known = self.truth(node.test, call.scope, 0, depth)
            chosen = [node.body, node.orelse] if known is None else [node.body if known else node.orelse]
            found = [pieces for each in chosen for pieces in self.texts(each, call, depth + 1)]
            return _bounded(found, self._unknown(node))
        if isinstance(node, ast.Call):
            return self._called(node, call, depth)
        return [self._unknown(node)]

    def _called(self, node: ast.Call, call: Call, depth: int) -> list[Pieces]:
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr == "format":
                return [_holed(pieces, "{") for pieces in self.texts(function.value, call, depth + 1)]
            if function.attr in {"strip", "lower"}:
                return self.texts(function.value, call, depth + 1)
            if function.attr == "join" and len(node.args) == 1:
                return [self._joined(items, node) for items in self.items(node.args[0], call, depth + 1)]
            if function.attr in {"get", "getenv"} and len(node.args) == 2:
                return self.texts(node.args[1], call, depth + 1)  # `os.environ.get(name, default)`
        if isinstance(function, ast.Name) and function.id in {"dedent", "str"} and len(node.args) == 1:
            return self.texts(node.args[0], call, depth + 1)
        return [self._unknown(node)]

    def _joined(self, items: Sequence[Item], node: ast.expr) -> Pieces:
        span = self.span(node)
        blank = Piece(" ", span.stop, span.stop, literal=False)
        pieces: list[Piece] = []
        for item in items:
            pieces += [blank, *item.pieces] if pieces else item.pieces
        return tuple(pieces)

    def _unknown(self, node: ast.expr | None, text: str = UNKNOWN, steps: tuple[Step, ...] = ()) -> Pieces:
        span = self.span(node) if node is not None else Span(0, 0)
        return (Piece(text, span.start, span.stop, literal=False, steps=steps),)

    def _literal(self, node: ast.expr, value: str | None, call: Call, depth: int) -> Pieces:
        span = self.span(node)

        def refer(expression: str) -> tuple[str, tuple[Step, ...]]:
            if not expression.isidentifier():
                return UNKNOWN, ()
            name = ast.copy_location(ast.Name(expression), node)
            found = self.texts(name, call, depth + 1)
            text = "".join(piece.text for piece in found[0])
            steps = tuple(dict.fromkeys(step for pieces in found for piece in pieces for step in piece.steps))
            return (text if len(found) == 1 and len(text) < _MAX_TEXT else UNKNOWN), steps

        pieces = string_pieces(self.source.text, span.start, span.stop, refer)
        if pieces is None or (value is not None and "".join(piece.text for piece in pieces) != value):
            return self._unknown(node, UNKNOWN if value is None else value)
        return pieces

    def _named(self, node: ast.Name, call: Call, depth: int) -> list[Pieces]:
        found = self.lookup(node.id, call.scope)
        if found is None:
            return [self._unknown(node)]
        owner, changes = found
        if not changes:
            default = owner.arguments[node.id]
            if isinstance(default, ast.Constant) and isinstance(default.value, str):
                return [self._unknown(node, default.value, self._step(node.id, default))]
            return [self._unknown(node, HANDED, (Step(f"`{node.id}` is handed in"),))]
        options: list[Pieces] = []
        for change, scope, certain in self._live(node.id, call, depth):
            inner = Call(call.node, scope, call.tests)
            values = [self._unknown(node)] if change.more else self.texts(change.value, inner, depth + 1)
            steps = self._step(node.id, change.value)
            made = [self._unknown(node, "".join(p.text for p in one), steps) for one in values]
            options = made if certain else [*options, *made]
        return _bounded(options or [self._unknown(node)], self._unknown(node))

    def _step(self, name: str, node: ast.expr | None) -> tuple[Step, ...]:
        if node is None:
            return ()
        span = self.span(node)
        shown = self.source.text[span.start : span.stop]
        text = f"`{name}` is {shown}" if len(shown) <= 60 and "\n" not in shown else f"`{name}` is set"
        return (Step(text, self.source.path, node.lineno),)

    def items(self, node: ast.expr | None, call: Call, depth: int = 0) -> list[tuple[Item, ...]]:
        """What an expression may be as a list of words; nothing where it is none."""
        if node is None or depth > _MAX_DEPTH:
            return []
        if isinstance(node, (ast.List, ast.Tuple)):
            lists: list[tuple[Item, ...]] = [()]
            for element in node.elts[:_MAX_ITEMS]:
                options = self._element(element, call, depth)
                lists = [one + option for one in lists for option in options]
                if len(lists) > _MAX_OPTIONS:
                    lists = [(*lists[0][: -len(options[0]) or None], Item(self._unknown(element), loose=True))]
            return lists
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.items(node.left, call, depth + 1), self.items(node.right, call, depth + 1)
            if not left and not right:
                return []
            loose = [(Item(self._unknown(node), loose=True),)]
            return [one + two for one in left or loose for two in right or loose][:_MAX_OPTIONS]
        if isinstance(node, ast.Name):
            return self._list(node, call, depth)
        if isinstance(node, ast.IfExp):
            known = self.truth(node.test, call.scope, 0, depth)
            chosen = [node.body, node.orelse] if known is None else [node.body if known else node.orelse]
            return [items for each in chosen for items in self.items(each, call, depth + 1)][:_MAX_OPTIONS]
        return []

    def _element(self, element: ast.expr, call: Call, depth: int) -> list[tuple[Item, ...]]:
        if isinstance(element, ast.Starred):
            found = self.items(element.value, call, depth + 1)
            text = UNKNOWN
            if not found and isinstance(element.value, ast.Name):
                owner = self.lookup(element.value.id, call.scope)
                text = HANDED if owner is not None and not owner[1] else UNKNOWN
            return found or [(Item(self._unknown(element, text), loose=True, name="@"),)]
        name = (
            element.id if isinstance(element, ast.Name) else element.attr if isinstance(element, ast.Attribute) else ""
        )
        literal = element if isinstance(element, ast.Constant) else None
        return [(Item(pieces, literal, name=name),) for pieces in self.texts(element, call, depth + 1)]

    def _list(self, node: ast.Name, call: Call, depth: int) -> list[tuple[Item, ...]]:
        lists: list[tuple[Item, ...]] = []
        for change, scope, certain in self._live(node.id, call, depth):
            inner = Call(call.node, scope, call.tests)
            if change.item:
                more = self._element(change.value, inner, depth + 1) if change.value is not None else []
            else:
                more = self.items(change.value, inner, depth + 1)
            if change.more:
                more = more or [(Item(self._unknown(change.value or node), loose=True, name="@"),)]
                grown = [one + two for one in lists for two in more]
                lists = grown if certain else [*lists, *grown]
            else:
                lists = more if certain else [*lists, *more]
            if len(lists) > _MAX_OPTIONS or any(len(one) > _MAX_ITEMS for one in lists):
                lists = [(*lists[0][:50], Item(self._unknown(node), loose=True, name="@"))]
        return lists

    def fragment(self, pieces: Pieces) -> Fragment:
        """Pieces as a text of its own."""
        return Fragment(self.source, pieces)


def _arguments(given: ast.arguments) -> dict[str, ast.expr | None]:
    names = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [*[None] * (len(names) - len(given.defaults)), *given.defaults]
    found = {one.arg: default for one, default in zip(names, defaults, strict=True)}
    found.update({one.arg: default for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)})
    found.update({one.arg: None for one in (given.vararg, given.kwarg) if one is not None})
    return found


def _bounded(options: list[Pieces], unknown: Pieces) -> list[Pieces]:
    distinct = list(dict.fromkeys(options))
    long = any(sum(len(piece.text) for piece in one) > _MAX_TEXT for one in distinct)
    return [unknown] if len(distinct) > _MAX_OPTIONS or long else distinct


def _holed(pieces: Pieces, mark: str) -> Pieces:
    """A text with the places that `%` or `format` fill: unknown."""
    out: list[Piece] = []
    for piece in pieces:
        at = 0
        text = piece.text
        while (hole := text.find(mark, at)) >= 0:
            end = text.find("}", hole) + 1 if mark == "{" else hole + 2
            if mark == "%" and text.startswith("(", hole + 1):
                end = text.find(")", hole) + 2
            if end <= hole:
                break
            low, high = (piece.start + at, piece.start + hole) if piece.literal else (piece.start, piece.stop)
            if hole > at:
                out.append(Piece(text[at:hole], low, high, literal=piece.literal, steps=piece.steps))
            last = piece.start + end if piece.literal else piece.stop
            out.append(Piece(UNKNOWN, high if piece.literal else piece.start, min(last, piece.stop), literal=False))
            at = min(end, len(text))
        if at < len(text):
            low = piece.start + at if piece.literal else piece.start
            out.append(Piece(text[at:], low, piece.stop, literal=piece.literal, steps=piece.steps))
    return tuple(out)
