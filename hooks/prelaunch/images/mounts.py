"""What is laid over an image's files when the repository runs it: by Compose, by a development container, by a script.

A script counts that builds the image, or stands beside its Dockerfile. A `VOLUME` of the Dockerfile is the image's own
(`Image.config.volumes`), and counts here too.
"""

from __future__ import annotations

import posixpath
import re

from prelaunch.image import Mount
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image
    from prelaunch.model import Build
    from prelaunch.project import Project

_MAX_TEXT = 1_000_000
_MAX_SCRIPTS = 20
_SCRIPTS = (".sh", ".bash", ".mk", "makefile", "justfile")
_FLAG = re.compile(
    r"(?<![\w-])(?:-v|--volume|--mount)(?:=|[ \t]+)((?:\"[^\"\n]*\"|'[^'\n]*'|\$\([^()\n]*\)|[^\s\"'])+)"
)
_INNER = re.compile(r"\$\{[^{}]*\}|\$\([^()]*\)|[\"']")


def mounts_of(project: Project, image: Image) -> tuple[Mount, ...]:
    """See `Project.mounts_of`."""
    key = ("mounts", image.source.path, image.target.number)
    if key not in project.memo:
        found = [mount for build in project.builds_of(image.source.path) for mount in _of(build, project)]
        found += _beside(posixpath.dirname(image.source.path), project)
        volumes = (Mount(posixpath.normpath(word.text), "volume") for word in image.config.volumes)
        project.memo[key] = tuple(dict.fromkeys([*(one for one in volumes if one.target.startswith("/")), *found]))
    mounts: tuple[Mount, ...] = project.memo[key]
    return mounts


def _of(build: Build, project: Project) -> Iterator[Mount]:
    if build.form == "compose":
        from prelaunch.places.compose_mounts import mounts

        yield from mounts(build, project)
    elif build.form == "devcontainer":
        from prelaunch.places import devcontainer

        yield from devcontainer.mounts(build.source)
    else:
        yield from _of_commands(build.source.text[:_MAX_TEXT])


def overridden(project: Project, image: Image) -> frozenset[str]:
    """See `Project.overridden`."""
    builds = image.builds or ()
    if not builds or any(build.form != "compose" for build in builds):
        return frozenset()
    from prelaunch.places.compose_start import overridden

    key = ("overridden", image.source.path, image.target.number, builds)
    if key not in project.memo:
        project.memo[key] = frozenset.intersection(*(overridden(build, project) for build in builds))
    found: frozenset[str] = project.memo[key]
    return found


def _beside(folder: str, project: Project) -> Iterator[Mount]:
    """What the scripts that stand beside a Dockerfile mount: they may run its image, however they name it."""
    names = [name for name in project.names(folder or ".") if name.lower().endswith(_SCRIPTS)]
    for name in names[:_MAX_SCRIPTS]:
        source = project.read(posixpath.join(folder, name))
        if source is not None:
            yield from _of_commands(source.text[:_MAX_TEXT])


def _of_commands(text: str) -> Iterator[Mount]:
    """The `docker run -v SOURCE:TARGET` and `--mount type=bind,target=...` of a script, wherever they stand.

    What the commands run is not looked at: it is enough that they may run the image.
    """
    for found in _FLAG.finditer(text):
        said = _INNER.sub(lambda part: "$" if part[0][0] == "$" else "", found[1])
        named = dict(part.partition("=")[::2] for part in said.split(","))
        target = next((named[key] for key in ("target", "destination", "dst") if key in named), "")
        target = target or next((part for part in said.split(":")[1:2]), "")
        if target.startswith("/") and "$" not in target and posixpath.normpath(target) != "/":
            yield Mount(posixpath.normpath(target), "bind")
