"""A Python module by its dotted name among the files of an image, and the names that its text binds."""

from __future__ import annotations

import ast
import posixpath

from prelaunch.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prelaunch.image import Files, Origin
    from prelaunch.model import Source


class Lookup:
    """The search for a module. `sure` is False once an answer rests on a file that a later RUN may have touched."""

    def __init__(self, files: Files, roots: Sequence[str], read: Callable[[str], Source | None]) -> None:
        self.files = files
        self.read = read
        self.roots = roots
        self.sure = True

    def find(self, module: str) -> Origin | None:
        """The file of the module; None where there is none that is known."""
        for path in self._paths(module):
            found = self.files.lookup(path)
            if found.kind not in {"absent", "unknown"}:
                return found
        return None

    def first_missing(self, module: str) -> str:
        """The part of a dotted name that surely is in none of the roots; "" where it may be."""
        parts = module.split(".")
        for number in range(1, len(parts) + 1):
            part = ".".join(parts[:number])
            found = self.find(part)
            if found is not None:
                if number < len(parts) and not self._is_closed(found):
                    return ""
                continue
            if number < len(parts) and self._is_namespace(part):
                continue
            return part if self._is_absent(part) else ""
        return ""

    def _paths(self, module: str) -> Iterator[str]:
        for root in self.roots:
            path = posixpath.join(root, module.replace(".", "/"))
            yield f"{path}.py"
            yield f"{path}/__init__.py"

    def _is_namespace(self, module: str) -> bool:
        """Whether it is a folder with modules and without an `__init__.py`, and no package that is installed."""
        folders = [posixpath.join(root, module.replace(".", "/")) for root in self.roots]
        return any(self.files.complete(one) and self.files.holds(one, ".py") for one in folders)

    def _is_closed(self, package: Origin) -> bool:
        """Whether the modules of a package are those of its folder alone."""
        source = self.read(package.path) if package.kind == "repository" else None
        return source is not None and "__path__" not in source.text

    def _is_absent(self, module: str) -> bool:
        for path in self._paths(module):
            found = self.files.lookup(path)
            if found.kind != "absent" or found.touched:
                return False
            self.sure = self.sure and found.sure
        # a compiled module has other endings, and only a folder that is known as a whole says that there is none
        folders = {posixpath.dirname(posixpath.join(root, module.replace(".", "/"))) for root in self.roots}
        return all(self.files.complete(folder) for folder in folders)


def attribute(source: Source, name: str) -> Literal["present", "absent", "unknown"]:
    """Whether the text of a module binds a name at its top level, in whatever branch."""
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "unknown"
    bound = set()
    for node in _at_the_top(tree.body):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return "unknown"
        bound |= set(_bound(node))
    for other in ast.walk(tree):
        if isinstance(other, ast.Global):
            bound |= set(other.names)
        elif isinstance(other, ast.Call) and isinstance(other.func, ast.Name):
            if other.func.id in {"exec", "globals", "setattr", "vars", "locals"}:
                return "unknown"
        elif isinstance(other, ast.Attribute) and other.attr in {"modules", "__dict__"}:
            return "unknown"
    return "present" if {name, "__getattr__"} & bound else "absent"


def _at_the_top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those inside its branches and loops too."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            for inner in getattr(node, part, ()):
                yield from _at_the_top([inner])


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    else:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id
            elif isinstance(inner, ast.alias):
                yield inner.asname or inner.name.partition(".")[0]
