"""Which versions of Python a file's project runs under."""

from __future__ import annotations

from prelaunch.dependencies.docker import is_dockerfile
from prelaunch.dependencies.requirement import LONGEST, poetry
from prelaunch.dependencies.text import join, read
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project

KNOWN = tuple(f"3.{minor}" for minor in range(4, 15))
"""The versions that a range is held against: a range of old projects admits more than the index knows."""

_FILES = frozenset(
    {".python-version", ".tool-versions", "runtime.txt", "Pipfile", "pyproject.toml", "uv.lock", "setup.cfg"}
    | {"setup.py", "environment.yml", "environment.yaml"}
)


class PythonVersions(NamedTuple):
    """The versions ("3.12"), the place that says so (`Dockerfile:1`), and how sure it is that the program runs there.

    An image runs what it holds (`certain`); a version file, a range or a CI job says what is meant to work (`likely`);
    a list of what was tested is a `hint`.
    """

    versions: tuple[str, ...]
    source: str
    certainty: Certainty


def python_versions(project: Project, near: str) -> PythonVersions | None:
    """What the Python file at path `near` says itself, else the nearest folder that says anything; None for neither."""
    key = ("dependencies", "own python", near)
    if key not in project.memo:
        project.memo[key] = _of_script(project, near)
    own: PythonVersions | None = project.memo[key]
    if own is not None:
        return own
    folder = near
    while True:
        folder = folder.rpartition("/")[0]
        key = ("dependencies", "python", folder)
        if key not in project.memo:
            project.memo[key] = _of_folder(project, folder)
        found: PythonVersions | None = project.memo[key]
        if found is not None or not folder:
            return found


def _of_script(project: Project, path: str) -> PythonVersions | None:
    """What the header of a script says of the Python that it is run by."""
    from prelaunch.dependencies.own import own_python

    source = project.read(path)
    said = own_python(source) if source is not None else None
    versions = _admitted(said[0]) if said is not None else ()
    return PythonVersions(versions, f"{path}:{said[1]}", "likely") if said is not None and versions else None


def _of_folder(project: Project, folder: str) -> PythonVersions | None:
    from prelaunch.dependencies.tested import versions_tested

    names = project.names(folder or ".")
    images = [join(folder, name) for name in names if is_dockerfile(name)]
    found = _of_images(project, images) if images else None
    if found is not None:
        return found if found.versions else None
    texts = {name: read(project, join(folder, name)) for name in names if name in _FILES}
    return _of_files(texts, folder) or versions_tested(project, folder, names)


def _of_images(project: Project, paths: list[str]) -> PythonVersions | None:
    """What the images run: no versions where one of them runs a Python that cannot be told; None where none is seen."""
    from prelaunch.dependencies.docker import base_pythons
    from prelaunch.readers.dockerfile import read as read_dockerfile

    places: dict[str, str] = {}
    whole = True
    for path in paths:
        source = project.read(path)
        if source is None:
            continue
        found, every = base_pythons(read_dockerfile(source))
        whole = whole and every
        for version, line in found:
            places.setdefault(version, f"{path}:{line}")
    if not places or not whole:
        return None if whole or not places else PythonVersions((), "", "hint")
    versions = tuple(sorted(places, key=lambda version: int(version.partition(".")[2])))
    return PythonVersions(versions, places[versions[0]], "certain")


def _of_files(texts: dict[str, str], folder: str) -> PythonVersions | None:
    for name, said in _plain(texts):
        parts = said.split(".")
        if len(parts) >= 2 and parts[0] == "3" and parts[1].isascii() and parts[1].isdigit():
            return PythonVersions((".".join(parts[:2]),), join(folder, name), "likely")
    for name, specifier in _ranges(texts):
        versions = _admitted(specifier)
        if versions:
            return PythonVersions(versions, join(folder, name), "likely")
    return None


def _plain(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The files that name one version."""
    first = texts.get(".python-version", "").strip().split("\n")[0].strip()
    yield ".python-version", first.removeprefix("cpython-").removeprefix("python-")
    for line in texts.get(".tool-versions", "").splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == "python":
            yield ".tool-versions", words[1]
    yield "runtime.txt", texts.get("runtime.txt", "").strip().removeprefix("python-")
    for line in texts.get("Pipfile", "").splitlines():
        key, _, value = line.partition("=")
        if key.strip() in {"python_version", "python_full_version"}:
            yield "Pipfile", value.strip().strip("\"'")
    for name in ("environment.yml", "environment.yaml"):
        for line in texts.get(name, "").splitlines():
            entry = line.strip().removeprefix("- ").strip("\"'").replace(" ", "")
            if entry.startswith("python="):
                yield name, entry.removeprefix("python=").lstrip("=").removesuffix(".*")


def _ranges(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        if name not in {"pyproject.toml", "uv.lock", "setup.cfg", "setup.py"}:
            continue
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            said = _quoted(value)
            if equals and key.strip() in {"requires-python", "python_requires"}:
                yield name, said
            elif equals and key.strip() == "python" and name == "pyproject.toml" and value.strip()[:1] in {'"', "'"}:
                yield name, poetry(said) or "no version"


def _quoted(value: str) -> str:
    """What stands behind an `=`: the text in quotes, or all of it."""
    value = value.strip()
    quote = value[:1]
    return value[1:].partition(quote)[0] if quote and quote in "\"'" else value


def _admitted(specifier: str) -> tuple[str, ...]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if len(specifier) > LONGEST:
        return ()
    try:
        admitted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return ()
    return tuple(
        version for version in KNOWN if admitted.contains(f"{version}.99") or admitted.contains(f"{version}.0")
    )
