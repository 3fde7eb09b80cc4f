"""Which releases of a distribution, and which versions of Python, a file's project may get."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index.lookup import PYTHON, around

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prelaunch.dependencies import Requirement
    from prelaunch.index.store import Index, Package
    from prelaunch.project import Project

_DEPTH = 3
"""How far the requirements of requirements are followed: what a project imports it nearly always names itself."""


_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml")


class Said(NamedTuple):
    """The numbers of the releases that the project may get, and how that is known.

    `every`: nothing narrows them. `version` is what a pin says, `where` the place that narrows (`uv.lock:12`), `sure`
    whether that place alone decides.
    """

    releases: tuple[int, ...]
    every: bool = False
    version: str = ""
    where: str = ""
    sure: bool = True


def said(project: Project, path: str, package: Package, index: Index) -> Said | None:
    """What the project of the file at `path` says of a distribution; None where it is not one of its own.

    A project that says nothing of any distribution may have every one.
    """
    if package.distribution == PYTHON:
        return _python(project, path, package)
    from prelaunch.dependencies import allowed, pinned, requirements

    named = requirements(project, path)
    everything = tuple(range(len(package.releases)))
    if not named:
        return Said(everything, every=True)
    own = named.get(package.distribution)
    if own is None:
        return Said(everything, every=True) if _needed(package.distribution, named, index) else None
    place = next((f"{each.path}:{each.line}" for each in own if each.specifier), "")
    versions = {each.specifier for each in own if each.locked}
    if len(versions) == 1 and (version := pinned(own)) is not None:
        if version in package.releases:
            return Said((package.releases.index(version),), version=version, where=place)
        near = around(package.releases, version)
        return Said(everything, every=True) if near is None else Said(near, version=version, where=place)
    numbers = allowed(own, package.releases)
    if not numbers or len(numbers) == len(everything):
        return Said(everything, every=True)
    return Said(numbers, where=place)


def _needed(distribution: str, named: Iterable[str], index: Index) -> bool:
    """Whether something that the project names needs the distribution, as far as the index knows."""
    seen: set[str] = set(named)
    level = set(seen)
    for _ in range(_DEPTH):
        found: set[str] = set()
        for name in level:
            package = index.package(name)
            found |= set(package.requires) if package is not None else set()
        if distribution in found:
            return True
        level = found - seen
        seen |= level
    return False


def _python(project: Project, path: str, package: Package) -> Said | None:
    from prelaunch.dependencies import python_versions

    found = python_versions(project, path)
    if found is None or not found.versions:
        return None  # code for Python 2 parses too, now and then
    if any(version not in package.releases for version in found.versions):
        return None
    numbers = tuple(package.releases.index(version) for version in found.versions)
    version = found.versions[0] if len(found.versions) == 1 else ""
    return Said(numbers, version=version, where=found.source, sure=found.certain)


def brings(project: Project, path: str, module: str) -> bool:
    """Whether the project names a distribution that brings back a module of the standard library (`legacy-cgi`)."""
    from prelaunch.dependencies import requirements

    named: Mapping[str, tuple[Requirement, ...]] = requirements(project, path)
    wanted = module.lower().replace("_", "-")
    return any(wanted in name for name in named)


def knows_all(project: Project, path: str) -> bool:
    """Whether a lock file lists what the project gets, so that what it does not list is not there."""
    from prelaunch.dependencies import requirements

    named = requirements(project, path)
    return any(each.path.endswith(_LOCKS) for group in named.values() for each in group)
