"""Whether the module that an import names may be another one than the package's: a local one, a fork, a namesake."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.import_names.data import NEED_A_NAME, OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

_SOURCE_FOLDERS = ("", "src", "lib", "libs", "python", "app", "vendor")
_REQUIREMENT_FILES = frozenset(
    {"pyproject.toml", "Pipfile", "Pipfile.lock", "setup.cfg", "setup.py", "environment.yml", "environment.yaml"}
    | {"conda.yml", "conda.yaml", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"}
)
_OWN_NAME_FILES = ("pyproject.toml", "setup.cfg", "setup.py")


def may_be_another(distribution: str, top: str, path: str, project: Project) -> bool:
    """Whether the module `top`, in the file at `path`, may be something else than what `distribution` installs."""
    folders = tuple(_folders(path))
    return (
        _is_local(project, top, folders)
        or _is_own_project(project, distribution, folders)
        or _is_namesake(project, distribution, top, folders)
    )


def _folders(path: str) -> Iterator[str]:
    """The folder of a file and each above it, the root last, as the empty text."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield ""


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _is_local(project: Project, top: str, folders: tuple[str, ...]) -> bool:
    for folder in folders:
        key = ("nonexistent-import", "local", folder, top)
        if key not in project.memo:
            project.memo[key] = any(_holds_module(project, _join(folder, source), top) for source in _SOURCE_FOLDERS)
        if project.memo[key]:
            return True
    return False


def _holds_module(project: Project, folder: str, top: str) -> bool:
    base = _join(folder, top)
    if any(project.exists(f"{base}{end}") for end in (".py", ".pyi", "/__init__.py", "/__init__.pyi")):
        return True
    # A folder without `__init__.py` is a namespace package; one without any Python (`redis/redis.conf`) is none.
    names = project.names(base)
    inner = (name for part in names[:100] if part.isidentifier() for name in project.names(f"{base}/{part}"))
    return any(name.endswith((".py", ".so", ".pyd")) for name in (*names, *inner))


def _is_own_project(project: Project, package: str, folders: tuple[str, ...]) -> bool:
    """Whether the file belongs to the package itself, or to a fork of it that has kept its name."""
    return any(package in _own_names(project, _join(folder, name)) for folder in folders for name in _OWN_NAME_FILES)


def _own_names(project: Project, path: str) -> frozenset[str]:
    """What stands as `name = ...` in a project file, normalised (PEP 503)."""
    key = ("nonexistent-import", "own names", path)
    if key not in project.memo:
        source = project.read(path) if project.exists(path) else None
        found = set()
        for line in (source.text if source else "").splitlines():
            at = line.find("name")
            while at >= 0:
                value = line[at + 4 :].lstrip()
                if value.startswith("=") and not line[at - 1 : at].isidentifier():
                    found.add(_normalised(value[1:].strip(" \t\"'").replace('"', "'").split("'")[0].split(",")[0]))
                at = line.find("name", at + 4)
        project.memo[key] = frozenset(found)
    names: frozenset[str] = project.memo[key]
    return names


def _is_namesake(project: Project, package: str, top: str, folders: tuple[str, ...]) -> bool:
    """Whether another distribution that installs the same top-level name may be the one that is installed."""
    if top not in OTHERS:
        return False
    words = frozenset().union(*(_requirement_words(project, folder) for folder in folders))
    return any(other in words for other in OTHERS[top]) or (top in NEED_A_NAME and package not in words)


def _requirement_words(project: Project, folder: str) -> frozenset[str]:
    """Every word of a folder's requirement files, normalised as a distribution's name (PEP 503)."""
    key = ("nonexistent-import", "requirements", folder)
    if key not in project.memo:
        found: set[str] = set()
        for name in project.names(folder):
            if name in _REQUIREMENT_FILES or (name.endswith((".txt", ".in")) and "requirements" in name):
                found |= _words(project, _join(folder, name))
        inner = _join(folder, "requirements")
        for name in project.names(inner):
            if name.endswith((".txt", ".in")):
                found |= _words(project, _join(inner, name))
        project.memo[key] = frozenset(found)
    words: frozenset[str] = project.memo[key]
    return words


def _words(project: Project, path: str) -> set[str]:
    source = project.read(path)
    found: set[str] = set()
    for line in (source.text if source else "").splitlines():
        code = line.partition("#")[0]
        separated = "".join(
            character if character.isalnum() or character in "-_." else " " for character in code.lower()
        )
        found.update(_normalised(word) for word in separated.split())
    return found


def _normalised(name: str) -> str:
    for character in "_.":
        name = name.replace(character, "-")
    return "-".join(part for part in name.strip().lower().split("-") if part)
