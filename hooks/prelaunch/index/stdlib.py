"""The standard library as one more distribution, `python`, whose releases are the versions of Python.

Its modules are really imported under each interpreter at hand. What other systems have besides (`os.startfile`,
`winreg`), and versions without an interpreter at hand, come from typeshed's stubs and its `VERSIONS`: a name is lacking
in such a version only where its predecessor's stub has it and its own has not.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING

from prelaunch.index.bindings import bindings
from prelaunch.index.extract import MAX_FILE
from prelaunch.index.probe import Environment, Python
from prelaunch.index.surface import DEFINED, ONLY_STUB, ModuleSurface, Probe, Surface

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DISTRIBUTION = "python"
VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")

_LEFT_OUT = frozenset({"test", "tests", "idlelib", "turtledemo", "site-packages", "antigravity", "this", "__main__"})
_LEFT_OUT_PARTS = frozenset({"_bundled", "__phello__", "__hello__", "__pycache__", "pydoc_data", "lib2to3.tests"})
_SECONDS = 240.0

_LISTING = """
import json, os, sys, sysconfig
folder = sysconfig.get_path("stdlib")
dynamic = os.path.join(folder, "lib-dynload")
print(json.dumps([folder, dynamic, list(sys.builtin_module_names)]))
"""


def read(pythons: Sequence[Python], typeshed: str) -> tuple[list[Surface], list[Probe]]:
    """The surface of every version of `VERSIONS`, ascending, and the probes of those with an interpreter at hand.

    `typeshed` is the folder of the standard library's stubs. A version that neither an interpreter nor a
    predecessor's surface can speak for is left out.
    """
    surfaces: list[Surface] = []
    probes: list[Probe] = []
    at_hand = {python.version: python for python in pythons}
    for version in VERSIONS:
        if version in at_hand:
            surface, probe = _real(at_hand[version], typeshed)
            surfaces.append(surface)
            probes.append(probe)
        elif surfaces:
            surfaces.append(_told(surfaces[-1], version, typeshed))
            # what was confirmed of the version before holds where nothing says otherwise
            names = {dotted: tuple(module.names) for dotted, module in surfaces[-1].modules.items() if not module.open}
            probes.append(Probe(DISTRIBUTION, version, version, names, {}, {}))
    return surfaces, probes


def find_typeshed() -> str:
    """The folder of the standard library's stubs that mypy brings; `OSError` where mypy is not installed."""
    for folder in sys.path:
        found = os.path.join(folder, "mypy", "typeshed", "stdlib")
        if folder and os.path.isfile(os.path.join(found, "VERSIONS")):
            return found
    raise FileNotFoundError("mypy, whose typeshed is wanted, is not installed")


def _real(python: Python, typeshed: str) -> tuple[Surface, Probe]:
    texts, binaries = _files(python)
    names = sorted({*texts, *binaries}, key=lambda name: (name.count("."), name))
    with Environment(python, "") as environment:
        probe = environment.probe(DISTRIBUTION, python.version, names, {}, _SECONDS)
    modules: dict[str, ModuleSurface] = {}
    for dotted in names:
        package = dotted in texts and texts[dotted][1]
        own = bindings(texts[dotted][0], dotted, package=package) if dotted in texts else None
        seen = probe.modules.get(dotted)
        found = dict.fromkeys(seen or (), DEFINED)
        found.update(own.names if own is not None else {})
        found.update(dict.fromkeys(_elsewhere(typeshed, dotted, python.version), ONLY_STUB))
        # a real import has shown every name: only those that are served on demand may be missing
        served = own is not None and own.open == "getattr"
        why = "getattr" if served else "" if seen is not None else "platform"
        modules[dotted] = ModuleSurface(found, why, package)
    for dotted in _listed(typeshed, python.version):
        modules.setdefault(dotted, ModuleSurface({}, "platform"))
    return _surface(python.version, modules), probe


def _told(before: Surface, version: str, typeshed: str) -> Surface:
    """The surface of a version, from that of the version before and from what typeshed says of both."""
    listed = set(_listed(typeshed, version))
    gone = set(_listed(typeshed, before.version)) - listed
    modules: dict[str, ModuleSurface] = {}
    for dotted, module in before.modules.items():
        if any(dotted == each or dotted.startswith(f"{each}.") for each in gone):
            continue
        text = _stub(typeshed, dotted)
        if text is None:
            modules[dotted] = module
            continue
        lost = set(_names(text, dotted, before.version)) - set(_names(text, dotted, version))
        kept = {name: flag for name, flag in module.names.items() if name not in lost}
        kept.update({name: DEFINED for name in _names(text, dotted, version) if name not in kept})
        modules[dotted] = module._replace(names=kept)
    for dotted in listed:
        text = _stub(typeshed, dotted)
        if dotted not in modules:
            modules[dotted] = ModuleSurface(dict.fromkeys(_names(text or "", dotted, version), DEFINED), "platform")
    return _surface(version, modules)


def _surface(version: str, modules: Mapping[str, ModuleSurface]) -> Surface:
    return Surface(DISTRIBUTION, version, "", "", (), modules)


def _files(python: Python) -> tuple[dict[str, tuple[str, bool]], set[str]]:
    """The texts of the library's modules (with whether they are an `__init__`), and the names of its other modules."""
    done = subprocess.run([python.path, "-I", "-c", _LISTING], capture_output=True, text=True, check=True)
    folder, dynamic, builtin = json.loads(done.stdout)
    texts: dict[str, tuple[str, bool]] = {}
    for path, dotted in _walk(folder):
        with open(path, "rb") as file:
            text = file.read(MAX_FILE).decode("utf-8", "surrogateescape")
        texts[dotted] = text, path.endswith("__init__.py")
    extensions = {name.partition(".")[0] for name in os.listdir(dynamic)} if os.path.isdir(dynamic) else set()
    return texts, {name for name in {*extensions, *builtin} if name.isidentifier() and "test" not in name}


def _walk(folder: str) -> Iterator[tuple[str, str]]:
    for here, folders, files in os.walk(folder):
        inner = os.path.relpath(here, folder).replace(os.sep, "/")
        parts = [] if inner == "." else inner.split("/")
        folders[:] = [name for name in folders if name.isidentifier() and name not in _LEFT_OUT | _LEFT_OUT_PARTS]
        for name in files:
            stem, _, ending = name.rpartition(".")
            dotted = ".".join([*parts, *(() if stem == "__init__" else (stem,))])
            if ending == "py" and dotted and stem.isidentifier() and not _LEFT_OUT & set(dotted.split(".")):
                yield os.path.join(here, name), dotted


def _listed(typeshed: str, version: str) -> list[str]:
    """The modules of `VERSIONS` that a version has."""
    wanted = _number(version)
    found = []
    with open(os.path.join(typeshed, "VERSIONS"), encoding="utf-8") as file:
        for line in file:
            module, colon, span = line.partition("#")[0].strip().partition(":")
            first, _, last = span.strip().partition("-")
            if colon and _number(first) <= wanted and (not last or wanted <= _number(last)):
                found.append(module)
    return found


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.strip().split(".")))


def _stub(typeshed: str, dotted: str) -> str | None:
    path = os.path.join(typeshed, *dotted.split("."))
    for each in (f"{path}.pyi", os.path.join(path, "__init__.pyi")):
        if os.path.isfile(each):
            with open(each, encoding="utf-8") as file:
                return file.read()
    return None


def _elsewhere(typeshed: str, dotted: str, version: str) -> set[str]:
    """The names that a module has only on another system than this."""
    text = _stub(typeshed, dotted)
    if text is None or "sys.platform" not in text:
        return set()
    return set(_names(text, dotted, version)) - set(_names(text, dotted, version, platform=sys.platform))


def _names(text: str, dotted: str, version: str, platform: str = "") -> list[str]:
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
