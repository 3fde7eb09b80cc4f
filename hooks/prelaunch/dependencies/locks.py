"""Lock files: the one version of everything that a project installs."""

from __future__ import annotations

from prelaunch.dependencies.requirement import MOST, Requirement, is_pin, normalised
from prelaunch.dependencies.text import Lines
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FROM_ELSEWHERE = ("git = ", "path = ", "url = ", "vcs = ", "directory = ", "archive = ", "hg = ", "svn = ")
"""Keys of a package that no registry gives: PDM's, and those of PEP 751."""

_ELSEWHERE_TABLES = (".vcs]", ".directory]", ".archive]")
_REGISTRIES = ("registry", "default", "legacy")
"""Kinds of source that give what the index knows: uv's and Poetry's words for a registry, or a mirror of one."""


def head(name: str) -> str:
    """The line that begins a package in a lock file in TOML of this name; "" where it is none."""
    if name in {"uv.lock", "poetry.lock", "pdm.lock"}:
        return "[[package]]"
    return "[[packages]]" if name == "pylock.toml" or (name.startswith("pylock.") and name.endswith(".toml")) else ""


def locked(text: str, path: str, head: str) -> Iterator[Requirement]:
    """The packages of a lock file in TOML: read line by line, since a whole one may take a second to parse.

    Its writers give every package a table `head` with `name` and `version` on lines of their own.
    """
    name = version = ""
    at, unknown, inside = 0, False, ""
    tables = f"[{head[2:-2]}.", f"[[{head[2:-2]}."
    for number, raw in enumerate((*text.split("\n"), head), 1):
        line = raw.strip()
        if line == head:
            if name and version:
                yield _locked(name, version, path, at, unknown=unknown)
            name = version = ""
            unknown, inside = False, head
        elif line.startswith("["):
            inside = line if line.startswith(tables) else ""
            unknown = unknown or (bool(inside) and line.endswith(_ELSEWHERE_TABLES))
        elif inside == head:
            if line.startswith("name = ") and not name:
                name, at = _quoted(line), number
            elif line.startswith("version = ") and not version:
                version = _quoted(line)
            elif line.startswith("source = "):
                unknown = unknown or not any(kind in line for kind in _REGISTRIES)
            elif line.startswith(_FROM_ELSEWHERE):
                unknown = True
        elif inside.endswith(".source]") and line.startswith("type = "):
            unknown = unknown or _quoted(line) not in _REGISTRIES


def _locked(name: str, version: str, path: str, line: int, *, unknown: bool) -> Requirement:
    specifier = "" if unknown else f"=={version}"
    return Requirement(
        normalised(name), specifier, path, line, locked=not unknown, lock=True, unknown=unknown, complete=True
    )


def _quoted(line: str) -> str:
    return line.partition("=")[2].partition("#")[0].strip().strip("\"'")


def pipfile_lock(text: str, path: str) -> Iterator[Requirement]:
    """`default` and `develop` of a Pipfile.lock."""
    import json

    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    lines = Lines(text)
    for group in ("default", "develop"):
        packages = data.get(group) if isinstance(data, dict) else None
        for name, entry in list(packages.items())[:MOST] if isinstance(packages, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            specifier = version if isinstance(version, str) else ""
            pin = is_pin(specifier)
            yield Requirement(
                normalised(name), specifier, path, lines.of(name), pin, lock=True, unknown=not pin, complete=True
            )
