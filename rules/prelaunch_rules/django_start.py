"""What Django imports when it starts because its settings name it: applications, middleware, URLs.

Facts (docs.djangoproject.com): `django.setup` imports every entry of INSTALLED_APPS and its `apps` and `models`, with
`django.contrib.admin` each `admin` too; the handler of WSGI or ASGI imports MIDDLEWARE; the checks of `migrate` and
`runserver` import ROOT_URLCONF. Only what the settings say in plain lists of strings counts, and only settings that
nothing else in the project may replace.
"""

from __future__ import annotations

import ast
import re

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.image import Image
    from prelaunch.model import Source
    from prelaunch.project import Project

VARIABLE = "DJANGO_SETTINGS_MODULE"
_VALUE = re.compile(VARIABLE + r"""["']?\s*[:=,]\s*["']?([A-Za-z_][\w.]*)""")
_PLACES = re.compile(
    r"\.(ya?ml|sh|conf|env)$|(^|/)(manage|[aw]sgi|celery\w*)\.py$|dockerfile|makefile|procfile|\benv\b", re.IGNORECASE
)
"""The files that may set the variable for what is deployed."""

_STARTS = ("execute_from_command_line", "get_wsgi_application", "get_asgi_application", "django.setup(")
_TESTS = ("/.github/", "/test", "/.circleci/", "/docs/", "conftest", "/pyproject.toml", "tox")
_CHANGES = frozenset({"clear", "insert", "pop", "remove", "reverse", "sort", "__delitem__"})
_MAX_FILES, _MAX_DEPTH = 3_000, 5


class Named(NamedTuple):
    """A module that the settings name, and where: the file of the repository and its line."""

    dotted: str
    path: str
    line: int


def settings_module(source: Source, image: Image, project: Project) -> str:
    """The settings that a `manage.py`, `wsgi.py` or `asgi.py` starts with; "" where these are not known for sure."""
    if VARIABLE not in source.text or not any(mark in source.text for mark in _STARTS):
        return ""
    setting = image.config.env.get(VARIABLE)
    if setting is not None:
        return setting.text if setting.state == "known" else ""
    found = set(_VALUE.findall(source.text))
    if len(found) != 1 or source.text.count(VARIABLE) != len(_VALUE.findall(source.text)):
        return ""
    (name,) = found
    return name if _everywhere(project) <= {name} else ""


def _everywhere(project: Project) -> frozenset[str]:
    """Every value that files of the project, its tests aside, give the variable; "" among them for one not known."""
    key = ("django", VARIABLE)
    if key not in project.memo:
        values: set[str] = set()
        for number, path in enumerate(each for each in project.paths("") if _PLACES.search(each)):
            if number >= _MAX_FILES:
                values.add("")
                break
            if any(mark in f"/{path}".lower() for mark in _TESTS):
                continue
            source = project.read(path)
            if source is not None and VARIABLE in source.text:
                named = _VALUE.findall(source.text)
                values.update(named or [""])
        project.memo[key] = frozenset(values)
    known: frozenset[str] = project.memo[key]
    return known


def named_by(source: Source, entry: Source, command: str, find: Callable[[str], Source | None]) -> Iterator[Named]:
    """What the settings in `source` name that is imported when `entry` starts (with the command of a `manage.py`).

    `find` gives the file of the repository that a dotted module is, relative imports made absolute by the caller.
    """
    values = _Settings(find).read(source, 0)
    applications = values.get("INSTALLED_APPS", [])
    admin = any(one.dotted.startswith("django.contrib.admin") for one in applications)
    for one in applications:
        package = one.dotted.rpartition(".apps.")[0] or one.dotted
        yield one._replace(dotted=package)
        for part in ("apps", "models", *(("admin",) if admin else ())):
            yield one._replace(dotted=f"{package}.{part}")
    if "get_wsgi_application" in entry.text or "get_asgi_application" in entry.text or command == "runserver":
        for one in values.get("MIDDLEWARE", []):
            yield one._replace(dotted=one.dotted.rpartition(".")[0])
    if command in {"migrate", "runserver", "check"}:
        for one in values.get("ROOT_URLCONF", []):
            yield one
            yield from _included(one, find, 0)


def _included(urls: Named, find: Callable[[str], Source | None], depth: int) -> Iterator[Named]:
    """The URLs that others take in by name: `include("shop.urls")` at the top level of a module."""
    source = find(urls.dotted)
    tree = _parse(source) if source is not None and depth < _MAX_DEPTH else None
    if tree is None or source is None:
        return
    for statement in tree.body:
        if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "include":
                for one in _texts(node.args[0], {}, source.path) if node.args else ():
                    if one.dotted.endswith("urls"):
                        yield one
                        yield from _included(one, find, depth + 1)


def _parse(source: Source) -> ast.Module | None:
    try:
        return ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


Values = dict[str, list[Named]]


class _Settings:
    """The lists of strings, and the strings, that a settings module has at its end for certain."""

    def __init__(self, find: Callable[[str], Source | None]) -> None:
        self.find = find

    def read(self, source: Source, depth: int) -> Values:
        tree = _parse(source)
        values: Values = {}
        for statement in tree.body if tree is not None else ():
            if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
                base = self.find("." * statement.level + (statement.module or "")) if depth < _MAX_DEPTH else None
                values.update(self.read(base, depth + 1) if base is not None else {})
            else:
                _run(statement, values, source.path)
        return values


def _run(statement: ast.stmt, values: Values, path: str) -> None:
    """One statement at the top level of the settings, as far as it is plain; what it changes otherwise is not known."""
    target = _target(statement)
    value = getattr(statement, "value", None)
    if target and value is not None:
        texts = _texts(value, values, path)
        values[target] = [*values.get(target, []), *texts] if isinstance(statement, ast.AugAssign) else list(texts)
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and statement.value.args:
            name, texts = called.value.id, _texts(statement.value.args[0], values, path)
            if called.attr in {"append", "extend"}:
                values.setdefault(name, []).extend(texts)
                return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)) and not _adds(statement, node.id):
            values.pop(node.id, None)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _CHANGES:
            values.pop(node.value.id, None)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and not isinstance(node.ctx, ast.Load):
            values.pop(node.value.id, None)


def _adds(statement: ast.stmt, name: str) -> bool:
    """Whether a statement in branches only ever adds to a name."""
    stores = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == name]
    added = [
        node.target for node in ast.walk(statement) if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add)
    ]
    return all(node in added for node in stores if isinstance(node.ctx, (ast.Store, ast.Del)))


def _target(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) or (
        isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add)
    ):
        target = statement.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _texts(node: ast.expr, values: Values, path: str) -> list[Named]:
    """The texts that are surely in an expression: of a list, of lists put together, of a name for one."""
    if isinstance(node, ast.Constant):
        return [Named(node.value, path, node.lineno)] if isinstance(node.value, str) else []
    if isinstance(node, (ast.List, ast.Tuple)):
        return [one for element in node.elts for one in _texts(element, values, path)]
    if isinstance(node, ast.Starred):
        return _texts(node.value, values, path)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_texts(node.left, values, path), *_texts(node.right, values, path)]
    return list(values.get(node.id, [])) if isinstance(node, ast.Name) else []
