"""Who may know whom: readers know syntax, rules know right from wrong, writers know formats; none knows another."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

import pytest

import prelaunch
import prelaunch_rules
from prelaunch.registry import rule_names

if TYPE_CHECKING:
    from collections.abc import Iterator

HOOKS = os.path.dirname(prelaunch.__file__)
RULES = os.path.dirname(prelaunch_rules.__file__)


def _modules(folder: str, package: str) -> Iterator[tuple[str, str]]:
    for root, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            if name.endswith(".py"):
                path = os.path.join(root, name)
                dotted = os.path.relpath(path, folder)[:-3].replace(os.sep, ".")
                yield f"{package}.{dotted}".removesuffix(".__init__"), path


def _imports(path: str) -> set[str]:
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


PROGRAM = list(_modules(HOOKS, "prelaunch"))
KNOWLEDGE = list(_modules(RULES, "prelaunch_rules"))


def _may_not(module: str) -> tuple[str, ...]:
    if module.startswith("prelaunch.readers"):
        return ("prelaunch.places", "prelaunch.writers", "prelaunch.engine", "prelaunch.cli", "prelaunch_rules")
    if module.startswith("prelaunch.places"):
        return ("prelaunch.writers", "prelaunch.engine", "prelaunch.cli", "prelaunch_rules")
    if module.startswith("prelaunch.writers"):
        return ("prelaunch.readers", "prelaunch.places", "prelaunch.cli", "prelaunch_rules")
    if module == "prelaunch.image":
        return ("prelaunch.places", "prelaunch.writers", "prelaunch.engine", "prelaunch.project", "prelaunch_rules")
    if module == "prelaunch.model":
        return ("prelaunch.readers", "prelaunch.places", "prelaunch.writers", "prelaunch.engine", "prelaunch_rules")
    return ("prelaunch_rules",)


@pytest.mark.parametrize(("module", "path"), PROGRAM, ids=lambda value: value if "." in value else None)
def test_a_part_of_the_program_knows_only_the_parts_below_it(module: str, path: str) -> None:
    for name in _imports(path):
        assert not name.startswith(_may_not(module)), f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), KNOWLEDGE, ids=[module for module, _ in KNOWLEDGE])
def test_a_rule_knows_the_data_types_and_its_own_folder(module: str, path: str) -> None:
    own = ".".join(module.split(".")[:2])
    others = tuple(f"prelaunch_rules.{name.replace('-', '_')}" for name in rule_names())
    for name in _imports(path):
        if name.startswith(("prelaunch.", "prelaunch_rules")):
            typing_only = name == "prelaunch.project.Project"
            shared = name.startswith("prelaunch_rules.") and not name.startswith(others)
            known = ("model.", "typed.", "platforms.", "image.", "index.", "dependencies.", "DOCS")
            allowed = (own, *(f"prelaunch.{part}" for part in known))
            assert name.startswith(allowed) or typing_only or shared, f"{module} imports {name}"


def test_the_program_names_no_rule() -> None:
    rules = rule_names()
    for module, path in PROGRAM:
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
                assert node.value not in rules, f"{module} names {node.value}"


def test_no_module_swallows_every_exception() -> None:
    for module, path in PROGRAM + KNOWLEDGE:
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                assert "everything" not in caught, module
                assert caught != "Exception", module


def test_only_commands_that_are_named_for_it_know_a_network() -> None:
    network = ("urllib.request", "urllib.error", "http.", "socket", "ssl", "ftplib", "smtplib")
    for module, path in PROGRAM + KNOWLEDGE:
        found = [name for name in _imports(path) if name.startswith(network)]
        allowed = module.startswith(("prelaunch.transport", "prelaunch.index.", "prelaunch.audit.registry"))
        assert not found or allowed, f"{module}: {found}"
        if not module.startswith("prelaunch.review."):
            assert not [name for name in _imports(path) if name.startswith("prelaunch.review")], module
        if not module.startswith(("prelaunch.review.", "prelaunch.fleet.forge")):
            assert not [name for name in _imports(path) if name.startswith("prelaunch.transport")], module
