"""The files in which a folder says which distributions it needs."""

from __future__ import annotations

from prelaunch.dependencies import conda, locks
from prelaunch.dependencies.docker import is_dockerfile
from prelaunch.dependencies.listed import requirements_file
from prelaunch.dependencies.text import beside, join, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.dependencies.requirement import Requirement
    from prelaunch.project import Project

_LIST_ENDS = (".txt", ".in", ".pip")


def read_folder(project: Project, folder: str) -> Iterator[Requirement]:
    """Everything that the files of a folder say, the folders below it left out (but for `requirements/`)."""
    names = project.names(folder or ".")
    seen: set[str] = set()
    for name in names:
        if is_list(name) and not _is_compiled(name, names):
            yield from requirements_file(project, join(folder, name), seen)
        else:
            yield from _read_file(project, join(folder, name), name, seen)
    inner = project.names(join(folder, "requirements")) if "requirements" in names else ()
    for name in inner:
        if name.endswith(_LIST_ENDS) and "constraint" not in name and not _is_compiled(name, inner):
            yield from requirements_file(project, join(folder, "requirements", name), seen)


def is_list(name: str) -> bool:
    """Whether a file of this name is a requirements file of pip; constraints count where they are referred to."""
    return name.endswith(_LIST_ENDS) and ("require" in name or name.startswith("reqs")) and "constraint" not in name


def _is_compiled(name: str, names: tuple[str, ...]) -> bool:
    """Whether a file is the source of another one, which pip-compile or uv wrote and which is installed."""
    return name.endswith(".in") and f"{name[:-3]}.txt" in names


def _read_file(project: Project, path: str, name: str, seen: set[str]) -> Iterable[Requirement]:
    head = locks.head(name)
    if head:
        return locks.locked(read(project, path), path, head)
    if name == "Pipfile.lock":
        return locks.pipfile_lock(read(project, path), path)
    if name in {"pyproject.toml", "Pipfile", "setup.cfg", "setup.py"}:
        return _manifest(project, path, name, seen)
    if name in conda.NAMES:
        return conda.environment(read(project, path), path)
    return _image(project, path, seen) if is_dockerfile(name) else ()


def _manifest(project: Project, path: str, name: str, seen: set[str]) -> Iterator[Requirement]:
    from prelaunch.dependencies import manifests

    text = read(project, path)
    if name == "Pipfile":
        yield from manifests.pipfile(text, path)
    elif name == "setup.cfg":
        yield from manifests.setup_cfg(text, path)
    elif name == "setup.py":
        yield from manifests.setup_py(text, path)
    else:
        yield from manifests.pyproject(text, path)
        for other in manifests.dynamic(text):
            yield from requirements_file(project, beside(path, other), seen)


def _image(project: Project, path: str, seen: set[str]) -> Iterator[Requirement]:
    from prelaunch.dependencies.docker import installed

    source = project.read(path)
    if source is None:
        return
    said = installed(source)
    yield from said.requirements
    for names, constraint in ((said.files, False), (said.constraints, True)):
        for name in names:
            # the build may have copied it from anywhere: beside the Dockerfile, or from the top of the context
            places = (beside(path, name), beside(path, name.rpartition("/")[2]), name.lstrip("/"))
            found = next((place for place in places if project.exists(place)), "")
            if found:
                yield from requirements_file(project, found, seen, constraint=constraint)
