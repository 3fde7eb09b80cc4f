"""Which releases of a distribution, and which Python, a project says that it uses. Read from its files, nothing is run.

What governs a Python file stands in the nearest folder upwards that holds such files; a lock file may lie further up.
Where a lock file and a range speak of the same distribution, the lock file has it. Import this late: `packaging` takes
longer than most of a run.
"""

from __future__ import annotations

from prelaunch.dependencies.python import PythonVersions, python_versions
from prelaunch.dependencies.ranges import Allowed, allowed
from prelaunch.dependencies.requirement import Requirement, readable
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prelaunch.project import Project

_MAIN = frozenset(
    {"requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg", "setup.py", "environment.yml", "environment.yaml"}
)

__all__ = [
    "Allowed",
    "PythonVersions",
    "Requirement",
    "allowed",
    "lists_all",
    "pinned",
    "python_versions",
    "requirements",
]


def requirements(project: Project, near: str) -> Mapping[str, tuple[Requirement, ...]]:
    """By distribution (normalised, PEP 503), what is said of it for the Python file at path `near`.

    Empty where the project says nothing of any distribution. A file that says itself what it needs is asked alone.
    """
    own = _of_file(project, near)
    if own is not None:
        return own
    folders = tuple(_folders(near))
    for at, folder in enumerate(folders):
        found = _of_folder(project, folder)
        if found:
            return _with_locks(project, folder, folders[at + 1 :], found)
    return {}


def _of_file(project: Project, path: str) -> Mapping[str, tuple[Requirement, ...]] | None:
    key = ("dependencies", "own", path)
    if key not in project.memo:
        from prelaunch.dependencies.own import own_requirements

        source = project.read(path)
        found = own_requirements(source) if source is not None else None
        project.memo[key] = None if found is None else _by_name(found)
    own: Mapping[str, tuple[Requirement, ...]] | None = project.memo[key]
    return own


def _by_name(found: Iterable[Requirement]) -> Mapping[str, tuple[Requirement, ...]]:
    by_name: dict[str, list[Requirement]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(readable(each))
    return {name: _strongest(group) for name, group in by_name.items()}


def _folders(path: str) -> Iterator[str]:
    """The folder of a file and each above it, the root last, as the empty text."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield ""


def _of_folder(project: Project, folder: str) -> tuple[Requirement, ...]:
    key = ("dependencies", folder)
    if key not in project.memo:
        from prelaunch.dependencies.files import read_folder

        project.memo[key] = tuple(read_folder(project, folder))
    found: tuple[Requirement, ...] = project.memo[key]
    return found


def _with_locks(
    project: Project, folder: str, above: Sequence[str], found: tuple[Requirement, ...]
) -> Mapping[str, tuple[Requirement, ...]]:
    key = ("dependencies", "by name", folder)
    if key not in project.memo:
        locks: tuple[Requirement, ...] = ()
        if not any(each.lock for each in found):
            # a workspace has one lock file, at its top
            locks = next((kept for each in above if (kept := _locks(project, each))), ())
        project.memo[key] = _by_name((*found, *locks))
    answer: Mapping[str, tuple[Requirement, ...]] = project.memo[key]
    return answer


def _locks(project: Project, folder: str) -> tuple[Requirement, ...]:
    return tuple(each for each in _of_folder(project, folder) if each.lock)


def _strongest(group: list[Requirement]) -> tuple[Requirement, ...]:
    """What decides among several: a lock file, else the pins of what is surely installed, else everything.

    A pin in a file for some other purpose (`requirements-old.txt`) says nothing of an environment that a range makes,
    unless the range admits it: then the two speak of one release, as `setup.py` and `requirements.txt` do.
    """
    locks = [each for each in group if each.lock]
    if locks:
        return tuple(dict.fromkeys(locks))
    pins = [each for each in group if each.locked]
    if not any(_is_main(each) for each in pins):
        return tuple(dict.fromkeys(group))
    others = [each for each in group if not each.locked and (each.unknown or not _admits_any(each, pins))]
    return tuple(dict.fromkeys((*pins, *others)))


def _is_main(requirement: Requirement) -> bool:
    """Whether a pin is surely about what is installed: by its file, or because it is a constraint."""
    from prelaunch.dependencies.docker import is_dockerfile

    name = requirement.path.rpartition("/")[2]
    return requirement.constraint or name in _MAIN or is_dockerfile(name)


def _admits_any(requirement: Requirement, pins: Sequence[Requirement]) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        admitted = SpecifierSet(requirement.specifier)
    except InvalidSpecifier:
        return False
    return any(admitted.contains(_version(each), prereleases=True) for each in pins)


def _version(pin: Requirement) -> str:
    return pin.specifier.lstrip("= ")


def pinned(requirements: Sequence[Requirement]) -> str | None:
    """The one version that all of them pin; None where there is a range, or two pins."""
    versions = {_version(each) for each in requirements if each.locked}
    if len(versions) != 1 or not all(each.locked for each in requirements):
        return None
    return versions.pop()


def lists_all(named: Mapping[str, tuple[Requirement, ...]]) -> bool:
    """Whether every distribution that is named stands in a file that lists everything, so that nothing else is there.

    True where none is named.
    """
    return all(any(each.complete for each in group) for group in named.values())
