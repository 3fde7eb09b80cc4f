"""What the whole project holds, for the few questions that one file cannot answer: found on demand, once a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.kinds import BUILD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.discover import File
    from prelaunch.model import Build
    from prelaunch.project import Project

_MAX_FILES = 5_000


def all_files(project: Project) -> Iterator[File]:
    """Every file of the project that may hold a fact, save the excluded ones; one that cannot be opened is left out."""
    from prelaunch import discover, registry
    from prelaunch.globs import matches_any

    words = registry.import_words()
    words[""] = (*(words[""] or ()), *(name.encode() for name in project.settings.wrappers))
    exclude = project.settings.exclude
    inside = (name for name in discover.walk(project.root, ".") if not (exclude and matches_any(name, exclude)))
    for name in discover.sift(project.root, inside, words):
        try:
            file = discover.look(project.root, name, words)
        except (OSError, ValueError):
            continue
        if file is not None:
            yield file


def all_builds(project: Project) -> tuple[Build, ...]:
    """Every build of the project."""
    key = ("whole", "builds")
    if key not in project.memo:
        from prelaunch.engine import read_facts

        found: list[Build] = []
        for number, file in enumerate(all_files(project)):
            if number >= _MAX_FILES:
                break
            if BUILD in file.facts:
                found += read_facts(project, file, {BUILD}).builds
        project.memo[key] = tuple(found)
    builds: tuple[Build, ...] = project.memo[key]
    return builds
