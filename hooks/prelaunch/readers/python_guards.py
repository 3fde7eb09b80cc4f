"""Python: where a failing import is expected, or where the text cannot say whether the line ever runs.

Every guard errs on the side of silence: a reason is given where the import might be meant to fail.
"""

from __future__ import annotations

import ast

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Import

_CATCH_IMPORT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_RAISES = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"})
_PROBES = frozenset({"find_spec", "find_loader", "find_module", "hasattr", "getattr", "import_module", "__import__"})
_NAME_MESSAGES = ("no-name-in-module", "import-error", "e0611", "e0401", "no-member", "e1101", "=all", ",all")
"""Messages of pylint that speak of a missing module or name."""

MAX_TEST = 300
"""Nodes of a test that are looked at: nested tests would otherwise take quadratic time."""

_LAYOUT_CODES = ("E1", "E2", "E3", "E4", "E5", "E7", "W", "I0", "F401", "F403", "N8", "D", "PLC0415")
"""Codes of `# noqa` that speak of the layout of an import, not of its success (pycodestyle, isort, pyflakes, ruff)."""


class Guard(NamedTuple):
    """Why an import, or an attribute, at this place may fail or may not run; "" where nothing guards it."""

    imports: str = ""
    attributes: str = ""

    def under(self, imports: str, attributes: str | None = None) -> Guard:
        """This guard, with an inner reason where none was known."""
        return Guard(self.imports or imports, self.attributes or (imports if attributes is None else attributes))


def guarded_nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, Guard]]:
    """Every node of the tree with its guard; of a chain `a.b.c` only the outermost attribute. Without recursion."""
    stack: list[tuple[ast.AST, Guard]] = [(tree, Guard())]
    while stack:
        node, guard = stack.pop()
        yield node, guard
        if isinstance(node, ast.Attribute):
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute):
                inner = inner.value
            stack.append((inner, guard))
        else:
            stack.extend(_children(node, guard))


def _children(node: ast.AST, guard: Guard) -> Iterator[tuple[ast.AST, Guard]]:
    special = _special_fields(node)
    for name, value in ast.iter_fields(node):
        inner = guard.under(*special[name]) if name in special else guard
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST):
                yield child, inner


def _special_fields(node: ast.AST) -> dict[str, tuple[str, str]]:
    """The fields of a node whose content is guarded, with the reasons (for imports, for attributes)."""
    if isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
        return {"body": _handlers_reason(node.handlers)}  # type: ignore[attr-defined]
    if isinstance(node, ast.ExceptHandler):
        return {"body": _both("the fallback of an import") if _catches(node.type, _CATCH_IMPORT) else ("", "")}
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return {"body": _with_reason(node)}
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        return _branches(node)
    if isinstance(node, ast.Match):
        return {"cases": _both(_test_reason(node.subject))}
    if isinstance(node, ast.BoolOp):
        return {"values": ("", _test_reason(node))}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return {"body": _both(_decorator_reason(node)), "returns": _both("an annotation")}
    if isinstance(node, ast.ClassDef):
        return {"body": _both(_decorator_reason(node))}
    if isinstance(node, (ast.arg, ast.AnnAssign)):
        return {"annotation": _both("an annotation")}
    if type(node).__name__ == "TypeAlias":
        return {"value": _both("an annotation")}
    return {}


def _both(reason: str) -> tuple[str, str]:
    return reason, reason


def _last_name(node: ast.AST | None) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _catches(kind: ast.expr | None, names: frozenset[str]) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    for one in kinds:
        name = _last_name(one.value if isinstance(one, ast.Starred) else one)
        # a constant or a name of imports (`except IMPORT_ERRORS`) holds exceptions that are not seen here
        if name in names or name.isupper() or "import" in name.lower() or not name:
            return True
    return False


def _handlers_reason(handlers: list[ast.ExceptHandler]) -> tuple[str, str]:
    imports = attributes = ""
    for handler in handlers:
        if _catches(handler.type, _CATCH_IMPORT):
            imports = attributes = "an except clause"
        elif _catches(handler.type, frozenset({"AttributeError"})):
            attributes = "an except clause"
    return imports, attributes


def _with_reason(node: ast.With | ast.AsyncWith) -> tuple[str, str]:
    imports = attributes = ""
    for item in node.items:
        call = item.context_expr
        name = _last_name(call)
        if isinstance(call, ast.Call) and name in _RAISES:
            # `raises()` may name its exception by keyword, or in a tuple
            kinds = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(_catches(kind, _CATCH_IMPORT) for kind in kinds if not isinstance(kind, ast.Constant)):
                imports = attributes = f"{name}(ImportError)"
            elif any(_catches(kind, frozenset({"AttributeError"})) for kind in kinds):
                attributes = f"{name}(AttributeError)"
    return imports, attributes


def _decorator_reason(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    for decorator in node.decorator_list:
        name = _last_name(decorator).lower()
        if "skip" in name or name in {"xfail", "expectedfailure"}:
            return "a skipped test"
    return ""


def _branches(node: ast.If | ast.While | ast.IfExp) -> dict[str, tuple[str, str]]:
    test: ast.expr = node.test
    negated = False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, not negated
    taken, other = ("orelse", "body") if negated else ("body", "orelse")
    if _last_name(test) == "TYPE_CHECKING" and not isinstance(test, ast.Call):
        return {taken: _both("TYPE_CHECKING")}
    if isinstance(test, ast.Constant):
        return {(other if test.value else taken): _both("a branch that never runs")}
    reason = _test_reason(test)
    return {taken: _both(reason), other: _both(reason)} if reason else {}


def _test_reason(test: ast.AST) -> str:
    """Why a branch on this test may be taken only where the import succeeds."""
    for number, node in enumerate(ast.walk(test)):
        if number == MAX_TEST:
            return "a test too large to judge"
        if not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        name = _last_name(node)
        owner = _last_name(node.value) if isinstance(node, ast.Attribute) else ""
        low = name.lower()
        if name == "TYPE_CHECKING":
            return "TYPE_CHECKING"
        if "version" in low or low.strip("_is").startswith(("py2", "py3", "pypy")):
            return "a version test"
        if "platform" in (low, owner) or (owner, name) == ("os", "name") or _names_a_system(low):
            return "a platform test"
        if name in _PROBES or (owner, name) == ("sys", "modules") or _names_availability(low):
            return "a test of what is installed"
    return ""


def _names_a_system(low: str) -> bool:
    return any(word in low for word in ("windows", "linux", "darwin", "macos", "win32"))


def _names_availability(low: str) -> bool:
    return low.lstrip("_").startswith(("has_", "have_")) or "available" in low or "installed" in low


def comment_guard(text: str, start: int, stop: int) -> str:
    """The comment in `text[start:stop]` that silences checkers on those lines, "" where there is none."""
    at = text.find("#", start, stop)
    while at >= 0:
        words = "".join(text[at + 1 : min(stop, at + 200)].split("\n", 1)[0].lower().split())
        for silencer in ("type:ignore", "pyright:ignore", "pyrefly:ignore", "ty:ignore"):
            if words.startswith(silencer):
                return f"# {silencer.replace(':', ': ')}"
        if words.startswith("pylint:disable") and any(name in words for name in _NAME_MESSAGES):
            return "# pylint: disable"
        if words.startswith("noqa") and not _is_about_layout(words[4:]):
            return "# noqa"
        at = text.find("#", at + 1, stop)
    return ""


def _is_about_layout(codes: str) -> bool:
    if not codes.startswith(":"):
        return False
    named = [code for code in codes[1:].split("#", 1)[0].upper().split(",") if code]
    return bool(named) and all(code.startswith(_LAYOUT_CODES) for code in named)


class ModuleGuards:
    """What a text does to the import system as a whole."""

    __slots__ = ("assigned", "everything", "faked")

    def __init__(self, everything: str = "", faked: set[str] | None = None, assigned: set[str] | None = None) -> None:
        self.everything = everything
        self.faked: set[str] = set() if faked is None else faked
        self.assigned: set[str] = set() if assigned is None else assigned

    def apply(self, fact: Import) -> Import:
        """The fact, guarded by what the text does elsewhere."""
        if fact.guarded:
            return fact
        if self.everything:
            return fact._replace(guarded=self.everything)
        dotted = f"{fact.module}.{fact.name}" if fact.name else fact.module
        if self.faked and any(dotted == name or dotted.startswith(f"{name}.") for name in self.faked):
            return fact._replace(guarded="sys.modules")
        if fact.name in self.assigned:
            return fact._replace(guarded="an assignment to the module's attribute")
        return fact


def module_guards(tree: ast.Module) -> ModuleGuards:
    """Look for what changes later imports: `sys.modules`, import hooks, folders put on `sys.path`, patched names."""
    found = ModuleGuards()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            if _last_name(node.value) not in {"self", "cls"}:
                found.assigned.add(node.attr)
            if _is_sys(node, "modules", "meta_path", "path_hooks"):
                found.everything = f"sys.{node.attr}"
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if _is_sys(node.value, "modules") and _last_name(node.slice) != "__name__":
                _fake(found, node.slice)
        elif isinstance(node, ast.Call):
            _call(found, node)
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inner = [target.value if isinstance(target, ast.Subscript) else target for target in targets]
            if any(_is_sys(target, "path") for target in inner) and _names_a_folder(node.value):
                found.everything = "sys.path"
    return found


def _call(found: ModuleGuards, node: ast.Call) -> None:
    name = _last_name(node)
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if name == "setattr":
        found.assigned.update(_strings(node))
    elif _is_sys(owner, "meta_path", "path_hooks"):
        found.everything = "an import hook"
    elif name in {"insert", "append", "extend"} and _is_sys(owner, "path"):
        if _names_a_folder(node):
            found.everything = "sys.path"
    elif name == "addsitedir":
        found.everything = "sys.path"
    elif (name in {"setdefault", "update", "__setitem__"} and _is_sys(owner, "modules")) or _hands_modules(node):
        _fake(found, *node.args, *(keyword.value for keyword in node.keywords))


def _hands_modules(node: ast.Call) -> bool:
    """Whether a call is handed `sys.modules` to change it: `patch.dict(sys.modules, ...)`, or with `setitem`."""
    return _last_name(node) in {"dict", "setitem"} and any(
        _is_sys(argument, "modules") or (isinstance(argument, ast.Constant) and argument.value == "sys.modules")
        for argument in node.args
    )


def _fake(found: ModuleGuards, *nodes: ast.AST) -> None:
    names = {name for node in nodes for name in _strings(node)}
    if names:
        found.faked |= names
    else:
        found.everything = "sys.modules"


def _strings(node: ast.AST) -> set[str]:
    return {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)}


def _names_a_folder(node: ast.AST) -> bool:
    """Whether a folder is named that may hold modules unseen; `..` and the usual source folders are looked into."""
    parts = {part for text in _strings(node) for part in text.replace("\\", "/").split("/")}
    return any(any(character.isalnum() for character in part) for part in parts - {"src", "lib", "python"})


def _is_sys(node: ast.AST | None, *names: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in names and _last_name(node.value) == "sys"
