"""One Python module's text to the names that running it may bind, and whether those can be all.

Facts: the Python language reference (naming and binding), PEP 484 (`TYPE_CHECKING`). A name that any branch which can
run binds counts as bound: the index must never say that a name is lacking where it could be there.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index.surface import DEFINED, IMPORTED
from prelaunch.index.tricks import find_tricks, last_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_TRIES: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))
"""`try`, and `try` with `except*` (Python 3.11)."""


class Bindings(NamedTuple):
    """What a module binds.

    `names` with flags (`surface.py`), dunders left out; `stars` are the modules whose names it takes over; `exported`
    is its `__all__`, None where there is none, or none that can be read (`hidden`); `open` says why the names cannot be
    all, "" where they are.
    """

    names: Mapping[str, str]
    stars: tuple[str, ...] = ()
    exported: tuple[str, ...] | None = None
    open: str = ""
    hidden: bool = False


UNPARSABLE = Bindings({}, open="unparsable")


def bindings(text: str, module: str, *, package: bool) -> Bindings:
    """What the text of `module` (dotted; `package`: it is an `__init__`) binds; Python 2 is `UNPARSABLE`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that is none in somebody's string
            tree = ast.parse(text)
        reader = _Reader(module, package, walrus=":=" in text)
        reader.read(tree, text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNPARSABLE
    names = {name: flag for name, flag in reader.names.items() if not (name.startswith("__") and name.endswith("__"))}
    exported = None if reader.exported is None else tuple(reader.exported)
    return Bindings(names, tuple(dict.fromkeys(reader.stars)), exported, reader.open, hidden=not reader.whole)


class _Reader:
    def __init__(self, module: str, package: bool, *, walrus: bool) -> None:
        self.module = module
        self.walrus = walrus
        self.home = module if package else module.rpartition(".")[0]
        self.names: dict[str, str] = {}
        self.stars: list[str] = []
        self.exported: list[str] | None = None
        self.open = ""
        self.whole = True  # whether `__all__` could be read

    def read(self, tree: ast.Module, text: str) -> None:
        """Read what runs on import, then take in what reaches further from anywhere."""
        self._block(tree.body, conditional=False)
        found = find_tricks(tree, text)
        for name in found.names:
            self._bind(name, DEFINED)
        for value in found.exported:
            self._all(value, add=True)
        self._opened(found.open)

    # -- statements

    def _block(self, body: list[ast.stmt], *, conditional: bool) -> None:
        # an explicit stack: generated modules nest deeper than Python recurses
        stack: list[tuple[ast.stmt, bool]] = [(node, conditional) for node in reversed(body)]
        while stack:
            node, inner = stack.pop()
            blocks = self._statement(node, conditional=inner)
            for block in reversed(blocks):
                stack += [(each, True) for each in reversed(block)]

    def _statement(self, node: ast.stmt, *, conditional: bool) -> list[list[ast.stmt]]:
        """Take in one statement; its inner blocks that may run are given back."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._bind(node.name, DEFINED)
            for each in _evaluated(node):
                self._walrus(each)
            if node.name == "__getattr__" and not isinstance(node, ast.ClassDef):
                self._opened("getattr")
            return []
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._bind(alias.asname or alias.name.partition(".")[0], IMPORTED)
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            self._assign(node)
        elif isinstance(node, ast.Delete):
            if not conditional:
                for target in node.targets:
                    self._unbind(target)
        elif type(node).__name__ == "TypeAlias" and isinstance(name := getattr(node, "name", None), ast.Name):
            self._targets(name)  # Python 3.12
        self._walrus(node)
        return self._blocks(node)

    def _blocks(self, node: ast.stmt) -> list[list[ast.stmt]]:
        if isinstance(node, ast.If):
            taken = _known(node.test)
            return [
                block for block, runs in ((node.body, taken is not False), (node.orelse, taken is not True)) if runs
            ]
        if isinstance(node, (ast.For, ast.AsyncFor)):
            self._targets(node.target)
            return [node.body, node.orelse]
        if isinstance(node, ast.While):
            return [node.body, node.orelse]
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    self._targets(item.optional_vars)
            return [node.body]
        if isinstance(node, _TRIES):
            return [node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody]
        if isinstance(node, ast.Match):
            for case in node.cases:
                for pattern in ast.walk(case.pattern):
                    name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                    if isinstance(name, str):
                        self._bind(name, DEFINED)
            return [case.body for case in node.cases]
        return []

    def _assign(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
        if isinstance(node, ast.AnnAssign) and node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id == "__all__":
                self._all(node.value, add=isinstance(node, ast.AugAssign))
            elif isinstance(target, ast.Name) and target.id == "__getattr__":
                self._opened("getattr")
            self._targets(target)

    def _import_from(self, node: ast.ImportFrom) -> None:
        source = self._source(node)
        for alias in node.names:
            if alias.name == "*":
                if source is None:
                    self._opened("star")
                else:
                    self.stars.append(source)
            else:
                self._bind(alias.asname or alias.name, IMPORTED)
                if (alias.asname or alias.name) == "__getattr__":
                    self._opened("getattr")

    def _source(self, node: ast.ImportFrom) -> str | None:
        """The absolute name of the module that is imported from."""
        if not node.level:
            return node.module
        parts = self.home.split(".") if self.home else []
        if node.level - 1 >= len(parts):
            return None
        parts = parts[: len(parts) - (node.level - 1)]
        return ".".join([*parts, node.module] if node.module else parts)

    # -- names

    def _bind(self, name: str, flag: str) -> None:
        if self.names.get(name) != DEFINED:
            self.names[name] = flag

    def _targets(self, target: ast.AST) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._bind(node.id, DEFINED)

    def _unbind(self, target: ast.AST) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
                self.names.pop(node.id, None)

    def _walrus(self, node: ast.AST) -> None:
        """Names that an expression of this statement binds, its inner blocks left out."""
        if not self.walrus:
            return
        stack: list[ast.AST] = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        if isinstance(node, ast.expr):
            stack.append(node)
        while stack:
            each = stack.pop()
            if isinstance(each, ast.NamedExpr):
                self._targets(each.target)
            if not isinstance(each, ast.Lambda):
                stack.extend(ast.iter_child_nodes(each))

    def _all(self, value: ast.expr | None, *, add: bool) -> None:
        names: list[str] = []
        for part in _parts(value):
            if isinstance(part, (ast.List, ast.Tuple)) and all(
                isinstance(each, ast.Constant) and isinstance(each.value, str) for each in part.elts
            ):
                names += [str(each.value) for each in part.elts if isinstance(each, ast.Constant)]
            else:
                self.exported, self.whole = None, False
                return
        if self.whole:
            self.exported = [*(self.exported or ()), *names] if add else names

    def _opened(self, why: str) -> None:
        self.open = self.open or why


def _evaluated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[ast.expr]:
    """The expressions of a definition that run where it stands."""
    yield from node.decorator_list
    if isinstance(node, ast.ClassDef):
        yield from node.bases
        yield from (keyword.value for keyword in node.keywords)
    else:
        yield from node.args.defaults
        yield from (each for each in node.args.kw_defaults if each is not None)


def _parts(value: ast.expr | None) -> Iterator[ast.expr | None]:
    """The operands of a chain of `+`."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield value.right
        value = value.left
    yield value


def _known(test: ast.expr) -> bool | None:
    """What a test surely comes to on import; None where it may be either."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _known(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if last_part(test) == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.BoolOp):
        values = [_known(value) for value in test.values]
        if isinstance(test.op, ast.And):
            return False if False in values else True if all(values) else None
        return True if True in values else False if all(value is False for value in values) else None
    return None
