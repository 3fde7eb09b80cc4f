"""Which versions of Python a file's project runs under."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.dependencies.requirement import poetry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

KNOWN = tuple(f"3.{minor}" for minor in range(8, 15))
"""The versions that a range is held against."""


class PythonVersions(NamedTuple):
    """The versions ("3.12"), the place that says so (`Dockerfile:1`), and whether it alone decides.

    An image runs what it holds; a range only says what is meant to work.
    """

    versions: tuple[str, ...]
    source: str
    certain: bool


def python_versions(project: Project, near: str) -> PythonVersions | None:
    """What is said for the Python file at path `near`; None where nothing is."""
    folder = near
    while True:
        folder = folder.rpartition("/")[0]
        key = ("dependencies", "python", folder)
        if key not in project.memo:
            project.memo[key] = _of_folder(project, folder)
        found: PythonVersions | None = project.memo[key]
        if found is not None or not folder:
            return found


def _of_folder(project: Project, folder: str) -> PythonVersions | None:
    names = project.names(folder or ".")
    texts = {name: _text(project, f"{folder}/{name}" if folder else name) for name in names if _may_say(name)}
    prefix = f"{folder}/" if folder else ""
    return _of_images(texts, prefix) or _of_files(texts, prefix)


def _may_say(name: str) -> bool:
    plain = name in {".python-version", "runtime.txt", "Pipfile", "pyproject.toml", "uv.lock", "setup.cfg"}
    return plain or name.lower().startswith(("dockerfile", "containerfile"))


def _text(project: Project, path: str) -> str:
    source = project.read(path)
    return source.text if source is not None else ""


def _of_images(texts: dict[str, str], prefix: str) -> PythonVersions | None:
    from prelaunch.dependencies.docker import base_pythons

    places: dict[str, str] = {}
    certain = True
    for name, text in texts.items():
        if name.lower().startswith(("dockerfile", "containerfile")):
            found, whole = base_pythons(text)
            certain = certain and whole
            for version, line in found:
                places.setdefault(version, f"{prefix}{name}:{line}")
    if not places:
        return None
    versions = tuple(sorted(places, key=lambda version: int(version.partition(".")[2])))
    return PythonVersions(versions, places[versions[0]], certain and len(versions) == 1)


def _of_files(texts: dict[str, str], prefix: str) -> PythonVersions | None:
    for name, said in _plain(texts):
        parts = said.split(".")
        if len(parts) >= 2 and parts[0] == "3" and parts[1].isdigit():
            return PythonVersions((".".join(parts[:2]),), f"{prefix}{name}:1", certain=False)
    for name, specifier in _ranges(texts):
        versions = _admitted(specifier)
        if versions:
            return PythonVersions(versions, f"{prefix}{name}", certain=False)
    return None


def _plain(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    first = texts.get(".python-version", "").strip().split("\n")[0].strip()
    yield ".python-version", first.removeprefix("cpython-").removeprefix("python-")
    yield "runtime.txt", texts.get("runtime.txt", "").strip().removeprefix("python-")
    for line in texts.get("Pipfile", "").splitlines():
        key, _, value = line.partition("=")
        if key.strip() in {"python_version", "python_full_version"}:
            yield "Pipfile", value.strip().strip("\"'")


def _ranges(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        if name not in {"pyproject.toml", "uv.lock", "setup.cfg"}:
            continue
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            said = value.strip().strip("\"'")
            if equals and key.strip() in {"requires-python", "python_requires"}:
                yield name, said
            elif equals and key.strip() == "python" and name == "pyproject.toml" and value.strip()[:1] in {'"', "'"}:
                yield name, poetry(said.partition("#")[0].strip().strip("\"'"))


def _admitted(specifier: str) -> tuple[str, ...]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        admitted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return ()
    return tuple(
        version for version in KNOWN if admitted.contains(f"{version}.99") or admitted.contains(f"{version}.0")
    )
