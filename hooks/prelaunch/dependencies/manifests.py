"""The files in which a project says by itself what it needs: pyproject.toml, Pipfile, setup.cfg, setup.py."""

from __future__ import annotations

import sys
from itertools import islice

from prelaunch.dependencies.requirement import MOST, Requirement, is_pin, normalised, parse, poetry
from prelaunch.dependencies.text import Lines
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator


def toml(text: str) -> dict[str, Any]:
    """The tables of a text; none where it is no TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _at(data: object, *keys: str) -> Any:  # noqa: ANN401 (TOML)
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _items(table: object) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, dict) else []


def _texts(value: object) -> Iterator[str]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, str))


def pyproject(text: str, path: str) -> Iterator[Requirement]:
    """PEP 621, PEP 735, Poetry, PDM, Hatch, Flit and uv; every group and extra counts."""
    data, lines = toml(text), Lines(text)
    own = normalised(str(_at(data, "project", "name") or ""))
    elsewhere = {normalised(name) for name, entry in _items(_at(data, "tool", "uv", "sources")) if _is_elsewhere(entry)}
    for entry in islice(_listed_in(data), MOST):
        found = parse(entry, path, lines.of(entry))
        if found is None or found.name == own:
            continue  # `own[extra]` is how one extra includes another
        yield found._replace(specifier="", locked=False, unknown=True) if found.name in elsewhere else found
    narrowed = (_at(data, "tool", "uv", key) for key in ("constraint-dependencies", "override-dependencies"))
    for entry in islice((each for entries in narrowed for each in _texts(entries)), MOST):
        found = parse(entry, path, lines.of(entry))
        if found is not None:
            yield found._replace(constraint=True)
    tables = [_at(data, "tool", "poetry", "dependencies"), _at(data, "tool", "poetry", "dev-dependencies")]
    tables += [_at(entry, "dependencies") for _, entry in _items(_at(data, "tool", "poetry", "group"))]
    for table in tables:
        for name, entry in _items(table)[:MOST]:
            if name != "python":
                yield _of_poetry(name, entry, path, lines)


def listed(text: str, path: str, key: str) -> Iterator[Requirement]:
    """The requirements in the list under a top-level key of TOML."""
    lines = Lines(text)
    for entry in islice(_texts(_at(toml(text), key)), MOST):
        found = parse(entry, path, lines.of(entry))
        if found is not None:
            yield found


def _listed_in(data: dict[str, Any]) -> Iterator[str]:
    """Every requirement that stands in a list; a list that includes another one (`include-group`) need not be asked."""
    tool = _at(data, "tool")
    lists = [_at(data, "project", "dependencies"), _at(tool, "uv", "dev-dependencies")]
    for table in (
        _at(data, "project", "optional-dependencies"),
        _at(data, "dependency-groups"),
        _at(tool, "pdm", "dev-dependencies"),
        _at(tool, "flit", "metadata"),
        _at(tool, "flit", "metadata", "requires-extra"),
    ):
        lists += [value for name, value in _items(table) if name != "classifiers"]
    for _, entry in _items(_at(tool, "hatch", "envs")):
        lists += [_at(entry, "dependencies"), _at(entry, "extra-dependencies")]
    for each in lists:
        yield from _texts(each)


def dynamic(text: str) -> Iterator[str]:
    """The requirements files from which setuptools takes the `dynamic` dependencies, as pyproject.toml names them."""
    if "dynamic" not in text:
        return
    table = _at(toml(text), "tool", "setuptools", "dynamic")
    entries = [_at(table, "dependencies"), *(entry for _, entry in _items(_at(table, "optional-dependencies")))]
    for entry in entries:
        file = _at(entry, "file")
        yield from [file] if isinstance(file, str) else _texts(file)


def _is_elsewhere(entry: object) -> bool:
    """Whether an entry of uv, Poetry or Pipenv names another place than a registry."""
    return any(
        isinstance(each, dict) and {"git", "path", "url", "file", "workspace"} & each.keys() for each in _several(entry)
    )


def _several(entry: object) -> list[object]:
    return entry if isinstance(entry, list) else [entry]


def _of_poetry(name: str, entry: object, path: str, lines: Lines) -> Requirement:
    constraints = [_at(each, "version") if isinstance(each, dict) else each for each in _several(entry)]
    specifier = None
    if len(constraints) == 1 and isinstance(constraints[0], str) and not _is_elsewhere(entry):
        specifier = poetry(constraints[0])
    pin = specifier is not None and is_pin(specifier)
    return Requirement(normalised(name), specifier or "", path, lines.of(name), pin, unknown=specifier is None)


def pipfile(text: str, path: str) -> Iterator[Requirement]:
    """`packages` and `dev-packages` of a Pipfile."""
    data, lines = toml(text), Lines(text)
    for group in ("packages", "dev-packages"):
        for name, entry in _items(_at(data, group))[:MOST]:
            value = _at(entry, "version") if isinstance(entry, dict) else entry
            elsewhere = _is_elsewhere(entry)
            specifier = "" if value == "*" or elsewhere or not isinstance(value, str) else value
            yield Requirement(normalised(name), specifier, path, lines.of(name), is_pin(specifier), unknown=elsewhere)


def setup_cfg(text: str, path: str) -> Iterator[Requirement]:
    """`install_requires` and `extras_require` of setuptools."""
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except (Error, ValueError):
        return
    values = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        values += [value for _, value in parser.items("options.extras_require")]
    lines = Lines(text)
    for line in "\n".join(value for value in values if value).splitlines()[:MOST]:
        entry = line.strip()
        if entry.startswith(("#", "file:")):
            continue
        found = parse(entry, path, lines.of(entry)) if entry else None
        if found is not None:
            yield found


def setup_py(text: str, path: str) -> Iterator[Requirement]:
    """Literal lists that are handed to `setup(install_requires=...)`, there or by name; a computed one says nothing."""
    import ast
    import warnings

    if "install_requires" not in text and "extras_require" not in text:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    named = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"install_requires", "extras_require"}:
            for each in islice(_literal(node.value, named), MOST):
                found = parse(each.value, path, each.lineno) if isinstance(each.value, str) else None
                if found is not None:
                    yield found


def _literal(node: ast.expr, named: dict[str, ast.expr]) -> Iterable[ast.Constant]:
    """The texts of a literal list, of a table of such lists, or of a name that is bound to one of them."""
    import ast

    if isinstance(node, ast.Name):
        node = named.get(node.id, node)
    lists = [named.get(each.id, each) if isinstance(each, ast.Name) else each for each in _values(node)]
    for each in lists:
        if isinstance(each, (ast.List, ast.Tuple, ast.Set)):
            yield from (element for element in each.elts if isinstance(element, ast.Constant))


def _values(node: ast.expr) -> list[ast.expr]:
    import ast

    return node.values if isinstance(node, ast.Dict) else [node]
