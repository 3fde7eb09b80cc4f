"""What expressions of a Python or Starlark file come to: texts and lists of words, with the map to the file.

Nothing is run. A name is what the function that it stands in, or the module, sets it to; an argument is handed in,
unless its default is known. Branches whose condition is not known give several answers.
"""

from __future__ import annotations

import ast
from itertools import takewhile

from prelaunch.model import HANDED, UNKNOWN, Fragment, Piece, Span, Step
from prelaunch.places.python_tree import Call, Item, Tree
from prelaunch.readers.python_strings import string_pieces
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.model import Source
    from prelaunch.places.python_tree import Change, Pieces, Scope, Test

_MAX_DEPTH = 30
_MAX_OPTIONS, _MAX_LISTS = 8, 32
_MAX_HEAD = 4
_MAX_ITEMS = 2_000
_MAX_TEXT = 20_000
_MAX_STEPS = 2_000
_MAX_TOTAL = 500_000


class Module(Tree):
    """A file's calls and values. Raises `UnreadableError` for what is no Python."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._left, self._total = _MAX_STEPS, _MAX_TOTAL

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
        for change in changes[:200]:
            if owner is call.scope and change.start >= call.start:
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

    def spent(self, depth: int) -> bool:
        """Whether no more is to be looked at for one question, or for the file: names can lead back to each other."""
        if depth == 0:
            self._left = _MAX_STEPS
        self._left -= 1
        self._total -= 1
        return depth > _MAX_DEPTH or self._left < 0 or self._total < 0

    def texts(self, node: ast.expr | None, call: Call, depth: int = 0) -> list[Pieces]:
        """What an expression may be as a text."""
        if node is None or self.spent(depth):
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
            inner = Call(call.node, scope, call.tests, change.start)
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
        if node is None or self.spent(depth):
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
            inner = Call(call.node, scope, call.tests, change.start)
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
            if len(lists) > _MAX_LISTS or any(len(one) > _MAX_ITEMS for one in lists):
                open_end = Item(self._unknown(node), loose=True, name="@")
                heads = dict.fromkeys(_head(one) for one in lists)
                lists = [(*head, open_end) for head in list(heads)[:_MAX_OPTIONS]]
        return lists

    def fragment(self, pieces: Pieces) -> Fragment:
        """Pieces as a text of its own."""
        return Fragment(self.source, pieces)


def _head(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The words of a command that tell what it is: those in front of its first flag."""
    return tuple(takewhile(lambda item: not item.text.startswith("-"), items[:_MAX_HEAD]))


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
