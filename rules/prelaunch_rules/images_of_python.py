"""From a Python file to the images of the repository that hold it, and whether it runs when they start."""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prelaunch.image import Image
    from prelaunch.project import Project

_MOST = 20
"""How many Dockerfiles of a folder are asked."""


def images_in(project: Project, folder: str) -> tuple[Image, ...]:
    """The images that are built of the Dockerfiles in a folder."""
    key = ("images of python", folder)
    if key not in project.memo:
        project.memo[key] = tuple(_images(project, folder))
    found: tuple[Image, ...] = project.memo[key]
    return found


def _images(project: Project, folder: str) -> Iterator[Image]:
    from prelaunch.dependencies.docker import is_dockerfile

    names = [name for name in project.names(folder or ".") if is_dockerfile(name)]
    for name in names[:_MOST]:
        yield from project.images_of(posixpath.join(folder, name))


def holding(project: Project, path: str, folder: str) -> tuple[Image, ...]:
    """Of the images of a folder's Dockerfiles, those that surely hold the file of the repository at `path`."""
    key = ("images of python", folder, path)
    if key not in project.memo:
        project.memo[key] = tuple(one for one in images_in(project, folder) if _holds(project, one, path))
    found: tuple[Image, ...] = project.memo[key]
    return found


def _holds(project: Project, image: Image, path: str) -> bool:
    if path in reached_in(project, image):
        return True
    files = project.files_of(image)
    parts = path.split("/")
    for target in _targets(image):
        for number in range(len(parts)):
            found = files.lookup(posixpath.join(target, *parts[number:]))
            if found.kind == "repository" and found.path == path and not found.touched:
                return True
    return False


def _targets(image: Image) -> Iterator[str]:
    """The folders that the target's `COPY`s name, as written where that is a plain path; else they are passed over."""
    for stage in image.chain:
        for one in stage.instructions:
            words = one.fragment.text.split() if one.keyword in {"COPY", "ADD"} and one.form != "exec" else ()
            if len(words) >= 2 and "$" not in words[-1]:
                yield words[-1]


def reached_in(project: Project, image: Image) -> Collection[str]:
    """The files of the repository that run when a container of the image starts, see `started_python`."""
    from prelaunch_rules.started_python import reached

    return reached(image, project)
