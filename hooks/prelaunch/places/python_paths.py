"""Paths in Python: `"./app"`, `os.path.join(os.path.dirname(__file__), "app")`, `Path(__file__).parent / "app"`."""

from __future__ import annotations

import ast
import posixpath

from prelaunch.places.program_paths import Place, joined
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.places.python_tree import Scope
    from prelaunch.places.python_values import Module

_SAME = frozenset(
    {"Path", "PurePath", "PosixPath", "str", "abspath", "realpath", "normpath", "resolve", "absolute", "fspath"}
    | {"as_posix", "expanduser"}
)
_MAX_PARENTS = 12


def place(module: Module, node: ast.expr | None, scope: Scope | None, depth: int = 0) -> Place | None:
    """The path that an expression comes to; None where it is not known."""
    if node is None or module.spent(depth):
        return None

    def read(one: ast.expr) -> Place | None:
        return place(module, one, scope, depth + 1)

    if isinstance(node, ast.Constant):
        return Place(beside=False, path=node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        if node.id == "__file__":
            return Place(beside=True, path=posixpath.basename(module.source.path))
        found = module.lookup(node.id, scope)
        values = [change.value for change in found[1]] if found is not None else []
        owner = found[0] if found is not None else scope
        return place(module, values[0], owner, depth + 1) if len(values) == 1 else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)):
        return joined([read(node.left), read(node.right)], glue="/" if isinstance(node.op, ast.Div) else "")
    if isinstance(node, ast.JoinedStr):
        return joined([read(one.value if isinstance(one, ast.FormattedValue) else one) for one in node.values])
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        above = read(node.value)
        return above.above() if above is not None else None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        above, number = read(node.value.value), node.slice
        steps = number.value if isinstance(number, ast.Constant) and isinstance(number.value, int) else -1
        return above.above(steps + 1) if above is not None and 0 <= steps < _MAX_PARENTS else None
    return _called(node, read) if isinstance(node, ast.Call) else None


def _called(node: ast.Call, read: Callable[[ast.expr], Place | None]) -> Place | None:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if node.keywords:
        return None
    if name == "getcwd" and not node.args:
        return Place(beside=False, path=".")
    if name == "dirname" and len(node.args) == 1:
        above = read(node.args[0])
        return above.above() if above is not None else None
    if name == "join" and node.args:
        return joined([read(one) for one in node.args], glue="/")
    if name == "joinpath" and isinstance(function, ast.Attribute):
        return joined([read(one) for one in (function.value, *node.args)], glue="/")
    if name in _SAME and len(node.args) == 1:
        return read(node.args[0])
    return read(function.value) if name in _SAME and isinstance(function, ast.Attribute) and not node.args else None
