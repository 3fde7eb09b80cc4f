"""Which releases of a distribution, and which versions of Python, a file's project may get."""

from __future__ import annotations

from functools import cache

from prelaunch.index.lookup import PYTHON, around
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prelaunch.dependencies import Requirement
    from prelaunch.index.store import Index, Package
    from prelaunch.model import Certainty
    from prelaunch.project import Project

_DEPTH = 3
"""How far the requirements of requirements are followed: what a project imports it nearly always names itself."""

_FAR = 10
"""Patches of one minor version in a row that are not indexed. Most have fewer; GitPython 3.1 and boto3 have more."""


class Said(NamedTuple):
    """The numbers of the releases that the project may get, and how that is known.

    `every`: nothing narrows them. `version` is what a pin says, `where` the place that narrows (`uv.lock:12`).
    `certainty` is less than certain where a release that the index does not know may be installed, or where the place
    does not decide alone. `likely` is the newest release that is known, where the pin is a later patch of its minor
    version: what the one lacks the other lacks, but for the rare patch that adds a name. `between`: what is installed
    is no release that is known, and lies between two; `far`: so much of its own minor version is unseen around it that
    a name may have come and gone there.
    """

    releases: tuple[int, ...]
    every: bool = False
    version: str = ""
    where: str = ""
    certainty: Certainty = "certain"
    likely: tuple[int, ...] = ()
    between: bool = False
    far: bool = False


def uses(project: Project, path: str, distribution: str, index: Index | None) -> bool:
    """Whether the project of a file may have a distribution: it names it, or nothing, or something that requires it.

    Not where what it names is no release (a repository, a path), which may hold anything.
    """
    from prelaunch.dependencies import requirements

    named = requirements(project, path)
    if any(each.unknown for each in named.get(distribution, ())):
        return False
    names = [name for name, group in named.items() if not all(each.constraint for each in group)]
    return not names or distribution in names or (index is not None and _needed(distribution, names, index))


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


def said(project: Project, path: str, package: Package) -> Said | None:
    """What the project of the file at `path` says of a distribution that it uses; None where no release is known.

    A project that says nothing of it may have every release.
    """
    if package.distribution == PYTHON:
        return _python(project, path, package)
    from prelaunch.dependencies import allowed, pinned, requirements

    own = requirements(project, path).get(package.distribution, ())
    everything = tuple(range(len(package.releases)))
    if not any(each.specifier for each in own):
        return _held_back(Said(everything, every=True), project, path, package)
    place = next(f"{each.path}:{each.line}" for each in own if each.specifier)
    version = pinned(own)
    if version is not None:
        return _pinned(package.releases, version, place)
    found = allowed(own, package.releases)
    if not found.numbers:
        return None
    certainty: Certainty = "likely" if found.newer else "certain"
    ranged = Said(found.numbers, where=place, certainty=certainty)
    if len(found.numbers) == len(everything):
        ranged = Said(everything, every=True)
    if not found.unseen:
        return _held_back(ranged, project, path, package)
    releases = package.releases
    far = any(_is_far(releases[above - 1], version, releases[above]) for version, above in found.unseen)
    return ranged._replace(between=True, far=far)


def _held_back(said: Said, project: Project, path: str, package: Package) -> Said | None:
    """What is said; `far` where a Python of the project may get an unseen release, None where it gets no other one."""
    from prelaunch.dependencies import python_versions

    found = python_versions(project, path)
    for python in found.versions if found is not None else ():
        newest = next((number for number in reversed(said.releases) if _runs(package.pythons[number], python)), None)
        if newest is None:
            return None
        if newest != said.releases[-1]:
            above = package.releases[newest + 1]
            if _is_far(package.releases[newest], above, above):
                return said._replace(between=True, far=True)
    return said


def _runs(requires_python: str, python: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires_python).contains(f"{python}.99")
    except InvalidSpecifier:
        return True


def _pinned(releases: Sequence[str], version: str, place: str) -> Said | None:
    below, above = around(releases, version)
    if below is None:
        return None  # older than what is known
    if above is not None:
        between = below != above
        far = between and _is_far(releases[below], version, releases[above])
        return Said(tuple(sorted({below, above})), version=version, where=place, between=between, far=far)
    likely = (below,) if _minor(releases[below]) == _minor(version) else ()
    everything = tuple(range(len(releases)))
    return Said(everything, every=True, version=version, where=place, certainty="likely", likely=likely)


def _is_far(below: str, version: str, above: str) -> bool:
    """Whether many patches of a version's minor version, or all of them, lie unseen between its two neighbours."""
    own = [_micro(each) for each in (below, above) if _minor(each) == _minor(version)]
    if not own:
        return True
    start = _micro(below) if _minor(below) == _minor(version) else 0
    return max(*own, _micro(version)) - start > _FAR


@cache
def leaves_out_many(package: Package) -> bool:
    """Whether more patches of a distribution lie unseen in long rows than are known, as where only last ones are."""
    unseen, before = 0, ""
    for release in package.releases:
        start = _micro(before) + 1 if before and _minor(before) == _minor(release) else 0
        row = _micro(release) - start
        unseen += row if row > _FAR else 0
        before = release
    return unseen > len(package.releases)


def _minor(version: str) -> tuple[int, ...]:
    from packaging.version import Version

    parsed = Version(version)
    return parsed.epoch, *(*parsed.release, 0)[:2]


def _micro(version: str) -> int:
    from packaging.version import Version

    return Version(version).micro


def _python(project: Project, path: str, package: Package) -> Said | None:
    from prelaunch.dependencies import python_versions

    found = python_versions(project, path)
    if found is None or not found.versions:
        return None  # code for Python 2 parses too, now and then
    if any(version not in package.releases for version in found.versions):
        return None
    numbers = tuple(package.releases.index(version) for version in found.versions)
    version = found.versions[0] if len(found.versions) == 1 else ""
    return Said(numbers, version=version, where=found.source, certainty=found.certainty)


def brings(project: Project, path: str, module: str) -> bool:
    """Whether the project names a distribution that brings back a module of the standard library (`legacy-cgi`)."""
    from prelaunch.dependencies import requirements

    named: Mapping[str, tuple[Requirement, ...]] = requirements(project, path)
    wanted = module.lower().replace("_", "-")
    return any(wanted in name for name in named)


def knows_all(project: Project, path: str) -> bool:
    """Whether the project's files list everything that it gets, so that what they do not list is not there."""
    from prelaunch.dependencies import lists_all, requirements

    named = requirements(project, path)
    return bool(named) and lists_all(named)
