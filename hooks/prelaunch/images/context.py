"""The build context of an image: which folder it is, and which of its files a build gets.

Facts: `.dockerignore` is read from beside the Dockerfile under the Dockerfile's own name first, else from the context.
"""

from __future__ import annotations

import posixpath

from prelaunch.images.copies import read_copy
from prelaunch.images.patterns import is_excluded, read_ignore_file
from prelaunch.images.stages import effective
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.image import Image, Stage
    from prelaunch.images.patterns import Pattern
    from prelaunch.model import Source
    from prelaunch.project import Project


_MAX_SOURCES = 100


class FolderContext:
    """The build context on the disk, with what `.dockerignore` leaves out taken away."""

    def __init__(self, project: Project, folder: str, patterns: tuple[Pattern, ...]) -> None:
        self.project = project
        self.folder = folder
        self.patterns = patterns

    def holds(self, folder: str, ending: str) -> bool:
        """See `copies.Context`."""
        within = f"{self.repository_path(folder)}/" if self.repository_path(folder) != "." else ""
        start = len(f"{self.folder}/") if self.folder else 0
        return any(
            path.startswith(within) and not is_excluded(path[start:], self.patterns)
            for path in self.project.paths(ending)
        )

    def repository_path(self, path: str) -> str:
        """See `copies.Context`."""
        return posixpath.normpath(posixpath.join(self.folder, path))

    def is_file(self, path: str) -> bool:
        """See `copies.Context`."""
        return bool(path) and not is_excluded(path, self.patterns) and self.project.exists(self.repository_path(path))

    def is_folder(self, path: str) -> bool:
        """See `copies.Context`."""
        return self.project.is_folder(self.repository_path(path))

    def names(self, path: str) -> tuple[str, ...]:
        """See `copies.Context`."""
        return tuple(
            name
            for name in self.project.names(self.repository_path(path))
            if not is_excluded(posixpath.join(path, name), self.patterns) or any(one.keep for one in self.patterns)
        )

    def may_appear(self, path: str) -> bool:
        """See `copies.Context`."""
        from prelaunch.repository import ignored, in_submodule

        full = self.repository_path(path)
        left_out = is_excluded(path, self.patterns)
        return not left_out and (ignored(self.project, full) or in_submodule(self.project, full))

    def exists(self, path: str) -> bool:
        """See `copies.Context`."""
        full = self.repository_path(path)
        return self.project.exists(full) or self.project.is_folder(full)


def open_context(project: Project, image: Image) -> FolderContext | None:
    """The build context of an image; None where it is not known which folder that is."""
    folder = image.context
    if folder is None and image.builds is None:
        folder = _guessed(project, image)  # enough for a suspicion; the builds are asked where there is one
    if folder is None:
        contexts = {build.context for build in project.builds_of(image.source.path)}
        if len(contexts) == 1:
            folder = contexts.pop()
        elif not contexts:
            folder = _guessed(project, image)
    if folder is None:
        return None
    ignore = _ignore_file(project, image, folder)
    return FolderContext(project, folder, read_ignore_file(ignore.text) if ignore is not None else ())


def _ignore_file(project: Project, image: Image, folder: str) -> Source | None:
    own = project.read(f"{image.source.path}.dockerignore")
    return own or project.read(posixpath.join(folder, ".dockerignore"))


def ignore_file(project: Project, image: Image) -> Source | None:
    """See `Project.ignore_file`."""
    context = open_context(project, image)
    return None if context is None else _ignore_file(project, image, context.folder)


def left_out(project: Project, image: Image, path: str) -> bool | None:
    """See `Project.left_out`."""
    context = open_context(project, image)
    return None if context is None else is_excluded(path, context.patterns)


def _guessed(project: Project, image: Image) -> str | None:
    """The folder in which most sources of the Dockerfile stand: its own or one above; None where that is not clear."""
    folder = posixpath.dirname(image.source.path)
    candidates = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        candidates.append(folder)
    if len(candidates) == 1:
        return candidates[0]
    named = [path for stage in image.stages for path in _named_sources(image, stage)][:_MAX_SOURCES]
    there = (project.exists, project.is_folder)
    counts = [sum(any(ask(posixpath.join(one, path)) for ask in there) for path in named) for one in candidates]
    best = max(counts)
    return candidates[counts.index(best)] if best and counts.count(best) == 1 else None


def _named_sources(image: Image, stage: Stage) -> list[str]:
    """The sources in the context that a stage names without a wildcard."""
    instructions = (one for one in effective(image.dockerfile, stage) if one.keyword in {"COPY", "ADD"})
    copies = (read_copy(image, one, "/", frozenset()) for one in instructions)
    sources = (source for copy in copies if copy is not None for source in copy.sources if source.kind == "context")
    return [source.path for source in sources if source.path and not any(sign in source.path for sign in "*?[")]
