"""The stubs of the standard library that mypy brings (typeshed): what they say of a version, and of other systems."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from typing import TYPE_CHECKING

from prelaunch.index.bindings import bindings
from prelaunch.index.surface import DEFINED

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_typeshed() -> str:
    """The folder of the standard library's stubs that mypy brings; `OSError` where mypy is not installed."""
    for folder in sys.path:
        found = os.path.join(folder, "mypy", "typeshed", "stdlib")
        if folder and os.path.isfile(os.path.join(found, "VERSIONS")):
            return found
    raise FileNotFoundError("mypy, whose typeshed is wanted, is not installed")


def listed(typeshed: str, version: str) -> list[str]:
    """The modules of `VERSIONS` that a version has."""
    wanted = _number(version)
    found: list[str] = []
    named: set[str] = set()
    with open(os.path.join(typeshed, "VERSIONS"), encoding="utf-8") as file:
        for line in file:
            module, colon, span = line.partition("#")[0].strip().partition(":")
            first, _, last = span.strip().partition("-")
            if colon:
                named.add(module)
            if colon and _number(first) <= wanted and (not last or wanted <= _number(last)):
                found.append(module)
    inner = [f"{top}.{name}" for top in found for name in _inside(typeshed, top)]
    return [*found, *(module for module in inner if module not in named)]


def _inside(typeshed: str, module: str) -> Iterator[str]:
    """The stubs directly inside a package: `VERSIONS` names only those with a history of their own."""
    folder = os.path.join(typeshed, *module.split("."))
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        stem, _, ending = name.rpartition(".")
        if ending == "pyi" and stem != "__init__":
            yield stem
        elif os.path.isfile(os.path.join(folder, name, "__init__.pyi")):
            yield name


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.strip().split(".")))


def stub(typeshed: str, dotted: str) -> str | None:
    """The text of a module's stub; None where it has none."""
    path = os.path.join(typeshed, *dotted.split("."))
    for each in (f"{path}.pyi", os.path.join(path, "__init__.pyi")):
        if os.path.isfile(each):
            with open(each, encoding="utf-8") as file:
                return file.read()
    return None


def elsewhere(typeshed: str, dotted: str, version: str) -> set[str]:
    """The names that a module has only on another system than this."""
    text = stub(typeshed, dotted)
    if text is None or "sys.platform" not in text:
        return set()
    return set(names_in(text, dotted, version)) - set(names_in(text, dotted, version, platform=sys.platform))


def names_in(text: str, dotted: str, version: str, platform: str = "") -> list[str]:
    """The names of a stub for a version, on one platform or (the empty text) on any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    settled = ast.fix_missing_locations(_Settle(_number(version), platform).visit(tree))
    read = bindings(ast.unparse(settled), dotted, package=False)
    # an import in a stub exports its name only by `as` or by `__all__` (PEP 484)
    return [*(name for name, flag in read.names.items() if flag == DEFINED), *_exported(settled)]


def _exported(tree: ast.Module) -> Iterator[str]:
    """Names that a stub exports without binding them: declarations, `import x as x`, `__all__`."""
    stack: list[ast.stmt] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname for alias in node.names if alias.asname is not None)
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                yield from (
                    each.value
                    for each in ast.walk(node.value)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                )
        elif isinstance(node, ast.If):
            known = node.test.value if isinstance(node.test, ast.Constant) else None
            stack += [*([] if known is False else node.body), *([] if known is True else node.orelse)]


class _Settle(ast.NodeTransformer):
    """Puts the answers to tests of the version, and of the platform if one is given, in their place."""

    def __init__(self, version: tuple[int, ...], platform: str) -> None:
        self.version = version
        self.platform = platform

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`sys.version_info >= (3, 9)`, `sys.platform == "win32"`."""
        left = ast.unparse(node.left)
        right = node.comparators[0]
        if left == "sys.version_info" and isinstance(right, ast.Tuple):
            wanted = tuple(each.value for each in right.elts if isinstance(each, ast.Constant))
            later = self.version >= wanted[:2]
            return ast.Constant(later if isinstance(node.ops[0], ast.GtE) else not later)
        if left == "sys.platform" and self.platform and isinstance(right, ast.Constant):
            same = self.platform == right.value
            return ast.Constant(same if isinstance(node.ops[0], ast.Eq) else not same)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """What is inside a function binds nothing outside."""
        node.body = [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """What is inside a class binds nothing outside."""
        node.body = [ast.Pass()]
        return node
