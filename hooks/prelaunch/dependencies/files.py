"""The files in which a folder says which distributions it needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from prelaunch.dependencies.requirement import Requirement, is_pin, normalised, parse, poetry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.project import Project

_LOCKS = {
    "uv.lock": "[[package]]",
    "poetry.lock": "[[package]]",
    "pdm.lock": "[[package]]",
    "pylock.toml": "[[packages]]",
}
_ENVIRONMENTS = frozenset({"environment.yml", "environment.yaml", "conda.yml", "conda.yaml"})
_MAX_FILES = 60
_MAX_REQUIREMENTS = 20_000


def read_folder(project: Project, folder: str) -> Iterator[Requirement]:
    """Everything that the files of a folder say, the folders below it left out (but for `requirements/`)."""
    names = project.names(folder or ".")
    seen: set[str] = set()
    for name in names:
        yield from _read_file(project, _join(folder, name), name, seen)
    if "requirements" in names:
        for name in project.names(_join(folder, "requirements")):
            if name.endswith((".txt", ".in")):
                yield from _requirements_txt(project, _join(folder, "requirements", name), seen)


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _text(project: Project, path: str) -> str:
    source = project.read(path)
    return source.text if source is not None else ""


def _read_file(project: Project, path: str, name: str, seen: set[str]) -> Iterable[Requirement]:
    if name in _LOCKS:
        return locked(_text(project, path), path, _LOCKS[name])
    if name.endswith((".txt", ".in")) and ("requirements" in name or "constraints" in name):
        return _requirements_txt(project, path, seen)
    if name == "pyproject.toml":
        return pyproject(_text(project, path), path)
    if name == "Pipfile":
        return pipfile(_text(project, path), path)
    if name == "Pipfile.lock":
        return pipfile_lock(_text(project, path), path)
    if name == "setup.cfg":
        return setup_cfg(_text(project, path), path)
    if name == "setup.py":
        return setup_py(_text(project, path), path)
    if name in _ENVIRONMENTS:
        return environment(_text(project, path), path)
    if name.lower().startswith(("dockerfile", "containerfile")):
        from prelaunch.dependencies.docker import installed

        return installed(_text(project, path), path)
    return ()


# -- lock files


def locked(text: str, path: str, head: str) -> Iterator[Requirement]:
    """The packages of a lock file in TOML: read line by line, since a whole one may take a second to parse.

    Its writers give every package a table `head` with `name` and `version` on lines of their own.
    """
    name = version = ""
    at, foreign, own = 0, False, False
    tables = (f"{head[:-2]}.", f"{head[1:-2]}.")  # `[[package.files]]`, `[package.source]`
    for number, raw in enumerate((*text.split("\n"), head), 1):
        line = raw.strip()
        if line == head:
            if name and version:
                yield _locked(name, version, path, at, foreign=foreign)
            name = version = ""
            foreign, own = False, True
        elif line.startswith("["):
            foreign = foreign or (line.startswith(tables) and line.endswith(".source]"))
            own = False
        elif own and line.startswith("name = ") and not name:
            name, at = _quoted(line), number
        elif own and line.startswith("version = ") and not version:
            version = _quoted(line)
        elif own and line.startswith("source = ") and not any(kind in line for kind in ("registry", "default")):
            foreign = True


def _locked(name: str, version: str, path: str, line: int, *, foreign: bool) -> Requirement:
    specifier = "" if foreign else f"=={version}"
    return Requirement(normalised(name), specifier, path, line, locked=not foreign, lock=True)


def _quoted(line: str) -> str:
    return line.partition("=")[2].strip().strip("\"'")


def pipfile_lock(text: str, path: str) -> Iterator[Requirement]:
    """`default` and `develop` of a Pipfile.lock."""
    import json

    try:
        data = json.loads(text)
    except ValueError:
        return
    for group in ("default", "develop"):
        packages = data.get(group) if isinstance(data, dict) else None
        for name, entry in packages.items() if isinstance(packages, dict) else ():
            version = str(entry.get("version") or "") if isinstance(entry, dict) else ""
            line = text.count("\n", 0, max(text.find(f'"{name}"'), 0)) + 1
            yield Requirement(normalised(name), version, path, line, is_pin(version), lock=True)


# -- requirements files


def _requirements_txt(project: Project, path: str, seen: set[str]) -> Iterator[Requirement]:
    queue = [path]
    count = 0
    while queue and len(seen) < _MAX_FILES:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        for number, line in _logical_lines(_text(project, current)):
            if line.startswith("-"):
                other = _included(line)
                if other:
                    queue.append(_beside(current, other))
                continue
            found = parse(line.partition(" --")[0], current, number)
            count += 1
            if found is not None and count < _MAX_REQUIREMENTS:
                yield found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    kept, first = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        first = first or number
        line = kept + raw
        if line.endswith("\\"):
            kept = line[:-1]
            continue
        kept = ""
        at = 0 if line.lstrip().startswith("#") else line.find(" #")
        line = (line if at < 0 else line[:at]).strip()
        if line:
            yield first, line
        first = 0


def _included(line: str) -> str:
    for flag in ("-r", "--requirement", "-c", "--constraint"):
        if line.startswith(flag):
            rest = line[len(flag) :]
            if rest[:1] in {" ", "=", "\t"} or (len(flag) == 2 and rest):
                return rest.lstrip(" =\t").strip("\"'")
    return ""


def _beside(path: str, other: str) -> str:
    import posixpath

    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


# -- project files


def _toml(text: str) -> dict[str, Any]:
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


def pyproject(text: str, path: str) -> Iterator[Requirement]:
    """PEP 621, PEP 735, Poetry, PDM, Hatch and uv."""
    data = _toml(text)
    unknown = {normalised(name) for name, entry in _items(_at(data, "tool", "uv", "sources")) if _is_foreign(entry)}
    lists: list[tuple[str, object]] = [("", _at(data, "project", "dependencies"))]
    lists += _items(_at(data, "project", "optional-dependencies"))
    lists += _items(_at(data, "dependency-groups"))
    lists += _items(_at(data, "tool", "pdm", "dev-dependencies"))
    lists.append(("dev", _at(data, "tool", "uv", "dev-dependencies")))
    lists += [(name, _at(entry, "dependencies")) for name, entry in _items(_at(data, "tool", "hatch", "envs"))]
    for group, entries in lists:
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, str):
                found = parse(entry, path, _line(text, entry), group)
                if found is not None:
                    yield found._replace(specifier="", locked=False) if found.name in unknown else found
    tables = [
        ("", _at(data, "tool", "poetry", "dependencies")),
        ("dev", _at(data, "tool", "poetry", "dev-dependencies")),
    ]
    groups = _items(_at(data, "tool", "poetry", "group"))
    tables += [(name, _at(entry, "dependencies")) for name, entry in groups]
    for group, table in tables:
        for name, entry in _items(table):
            if name != "python":
                yield _of_poetry(name, entry, path, text, group)


def _items(table: object) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, dict) else []


def _is_foreign(entry: object) -> bool:
    return any(isinstance(each, dict) and {"git", "path", "url"} & each.keys() for each in _listed(entry))


def _listed(entry: object) -> list[object]:
    return entry if isinstance(entry, list) else [entry]


def _of_poetry(name: str, entry: object, path: str, text: str, group: str) -> Requirement:
    constraints = [
        each if isinstance(each, str) else str(each.get("version", "")) if isinstance(each, dict) else ""
        for each in _listed(entry)
    ]
    specifier = poetry(constraints[0]) if len(constraints) == 1 and not _is_foreign(entry) else ""
    return Requirement(normalised(name), specifier, path, _line(text, name), is_pin(specifier), group=group)


def _line(text: str, wanted: str) -> int:
    at = text.find(wanted)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def pipfile(text: str, path: str) -> Iterator[Requirement]:
    """`packages` and `dev-packages` of a Pipfile."""
    data = _toml(text)
    for group in ("packages", "dev-packages"):
        for name, entry in _items(_at(data, group)):
            value = entry if isinstance(entry, str) else str(_at(entry, "version") or "")
            specifier = "" if value == "*" or _is_foreign(entry) else value
            yield Requirement(normalised(name), specifier, path, _line(text, name), is_pin(specifier), group=group)


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
    for line in "\n".join(values).splitlines():
        found = parse(line, path, _line(text, line.strip())) if line.strip() else None
        if found is not None:
            yield found


def setup_py(text: str, path: str) -> Iterator[Requirement]:
    """Literal lists that are handed to `setup(install_requires=...)`; a computed one says nothing."""
    import ast
    import warnings

    if "install_requires" not in text:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"install_requires", "extras_require"}:
            for each in ast.walk(node.value):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    found = parse(each.value, path, each.lineno)
                    if found is not None:
                        yield found


def environment(text: str, path: str) -> Iterator[Requirement]:
    """The `dependencies` of a conda environment: its own, where the name is the same, and those of `pip`."""
    by_pip = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition(" #")[0].rstrip()
        entry = line.strip()
        if entry.startswith("- pip:"):
            by_pip = True
        elif entry.startswith("- "):
            indented = len(line) - len(line.lstrip())
            by_pip = by_pip and indented > 2
            found = parse(entry[2:].strip("\"'") if by_pip else _of_conda(entry[2:].strip("\"' ")), path, number)
            if found is not None:
                yield found


def _of_conda(entry: str) -> str:
    """`pkg=1.2=build` of conda as PEP 508 has it."""
    name, equals, version = entry.rpartition("::")[2].partition("=")
    if not equals or version.startswith("=") or name.endswith(("<", ">", "!", "~")):
        return entry.rpartition("::")[2].replace(" ", "")
    version = version.partition("=")[0]
    return f"{name}=={version}" if version.endswith("*") else f"{name}=={version}.*"
