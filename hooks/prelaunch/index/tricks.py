"""What a module does that reaches further than the names that its statements bind, found anywhere in its tree."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAZY = frozenset({"_LazyModule", "LazyModule", "LazyLoader", "lazy_attach", "attach", "attach_stub", "create_module"})
"""Helpers that put something in a module's place which serves names on demand."""

_READING = frozenset({"get", "keys", "items", "values", "copy", "__contains__"})
"""What may be done with `globals()` without binding a name."""

_ADDING = frozenset({"append", "insert", "extend"})

_FAR = re.compile(
    r"global|[sg]etattr|delattr|__dict__|modules|__class__|vars|__path__|meta_path|extend_path|declare_namespace"
    r"|__all__\s*\.|[Ll]azy|attach|create_module"
)
"""Words without which no statement deep inside reaches further: the walk through all nodes takes most of the time."""

_HERE = re.compile(r"exec|locals")


class Tricks(NamedTuple):
    """`names` that a function makes global, lists that are added to `__all__`, and why the module is open ("" not)."""

    names: tuple[str, ...]
    exported: tuple[ast.expr, ...]
    open: str


def find_tricks(tree: ast.Module, text: str) -> Tricks:
    """The tricks of a module; `text` is what it was parsed from."""
    finder = _Finder()
    for node in ast.walk(tree) if _FAR.search(text) else ():
        finder.look(node)
    for node in _at_module_level(tree) if _HERE.search(text) else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"exec", "locals"}:
            finder.opened(node.func.id)
    return Tricks(tuple(finder.names), tuple(finder.exported), finder.open)


class _Finder:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.exported: list[ast.expr] = []
        self.open = ""
        self._harmless: set[ast.AST] = set()

    def look(self, node: ast.AST) -> None:
        """Take in one node; it comes before what is inside it."""
        if isinstance(node, (ast.Subscript, ast.Attribute)):
            if isinstance(node.ctx, ast.Load) and (isinstance(node, ast.Subscript) or node.attr in _READING):
                self._harmless.add(node.value)
            fills = isinstance(node, ast.Attribute) and node.attr == "__dict__" and node not in self._harmless
            if fills and _of_module(node.value):
                self.opened("dict")
        elif isinstance(node, ast.Name) and node.id == "__path__" and isinstance(node.ctx, ast.Store):
            self.opened("namespace")
        elif isinstance(node, ast.Compare):
            self._harmless.update(node.comparators)
        elif isinstance(node, ast.Global):
            self.names += node.names
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Delete)):
            targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
            for target in targets:
                if isinstance(target, ast.Subscript) and last_part(target.value) == "modules":
                    self.opened("sys.modules")
                elif isinstance(target, ast.Subscript) and last_part(target.value) == "__path__":
                    self.opened("namespace")
                elif isinstance(target, ast.Attribute) and target.attr == "__class__":
                    self.opened("class")

    def _call(self, node: ast.Call) -> None:
        name = last_part(node.func)
        owner = last_part(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Name) and name == "globals":
            if node not in self._harmless:
                self.opened(name)
        elif isinstance(node.func, ast.Name) and name == "vars" and (not node.args or _of_module(node.args[0])):
            self.opened("vars")
        elif name in {"setattr", "delattr"} and node.args and _of_module(node.args[0]):
            self.opened("setattr")
        elif owner == "modules" and name in {"setdefault", "update", "pop", "__setitem__"}:
            self.opened("sys.modules")
        elif name in _LAZY:
            self.opened("lazy")
        elif owner == "__all__" and name in {"extend", "append"} and node.args:
            added = node.args[0] if name == "extend" else ast.List(elts=[node.args[0]], ctx=ast.Load())
            self.exported.append(added)
        elif name in {"extend_path", "declare_namespace"} or (owner == "__path__" and name in _ADDING):
            self.opened("namespace")
        elif owner == "meta_path" and name in _ADDING:
            self.opened("import hook")

    def opened(self, why: str) -> None:
        """Note a reason; the first one stands."""
        self.open = self.open or why


def _at_module_level(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that is run on import as part of the module itself."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(node))


def last_part(node: ast.AST) -> str:
    """The name, or the last part of the chain, that a node is; "" where it is neither."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _of_module(node: ast.AST) -> bool:
    """Whether an expression may be a module object: `sys.modules[...]`, or what was got from there or by import."""
    return any(
        last_part(each) in {"modules", "import_module", "__import__", "module", "mod", "this", "self_module", "_module"}
        for each in ast.walk(node)
    )
