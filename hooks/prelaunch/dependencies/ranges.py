"""Which releases the requirements of a project admit, of those that are known and of those that lie unseen between."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from prelaunch.dependencies.requirement import Requirement


class Unseen(NamedTuple):
    """A version that is admitted, of which no release is known, and the number of the known release above it."""

    version: str
    above: int


class Allowed(NamedTuple):
    """The numbers of the releases that are admitted, and whether a release newer than all of them would be, too.

    `unseen`: where the newest version that some requirement admits lies between two that are known; `numbers` then has
    both of these, since what is installed may have what either has. No `numbers` where an older version than all that
    are known may be installed, or a newer one alone.
    """

    numbers: tuple[int, ...]
    newer: bool
    unseen: tuple[Unseen, ...] = ()


def allowed(requirements: Sequence[Requirement], releases: Sequence[str]) -> Allowed:
    """Which of `releases` (ascending) some of the requirements admits.

    A release that one of two contradicting requirements admits counts: silence is better than a false alarm. Several
    ranges from one installation would narrow each other, which is left out for the same reason.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import Version

    versions = [Version(each) for each in releases]
    numbers: set[int] = set()
    newer = False
    unseen: list[Unseen] = []
    future = _following(versions[-1])
    for each in requirements:
        try:
            admitted = SpecifierSet(each.specifier)
        except InvalidSpecifier:
            return Allowed(tuple(range(len(releases))), newer=True)
        known = [number for number, version in enumerate(versions) if admitted.contains(version, prereleases=True)]
        newer = newer or any(admitted.contains(version) for version in future)
        top = None if known[-1:] == [len(versions) - 1] else _unseen(admitted, versions, (known or [-1])[-1] + 1)
        if top is not None:
            unseen.append(top)
            known += [top.above - 1, top.above]
        elif not known:
            return Allowed((), newer)
        numbers.update(known)
    return Allowed(tuple(sorted(numbers)), newer, tuple(unseen))


def _following(newest: Version) -> tuple[str, ...]:
    """Versions that may follow the newest one that is known: a patch, a minor and a major release."""
    release = (*newest.release, 0, 0)[:3]
    return tuple(".".join(map(str, (*release[:at], release[at] + 1, *((0,) * (2 - at))))) for at in range(len(release)))


def _unseen(admitted: SpecifierSet, versions: Sequence[Version], first: int) -> Unseen | None:
    """The last gap from the one below the release `first` on in which a version is admitted, with such a version."""
    bounds = _bounds(admitted)
    for above in range(len(versions) - 1, max(first, 1) - 1, -1):
        low, high = versions[above - 1], versions[above]
        start = _start(low, high)
        # a bound that no release can have (`<=2.4` behind the last 2.3) is none; a pin says that there is one
        inside = [version for version, exact in bounds if low < version < high and (exact or version >= start)]
        for version in (*inside, start):
            if version < high and admitted.contains(version, prereleases=True):
                return Unseen(str(version), above)
    return None


def _bounds(admitted: SpecifierSet) -> list[tuple[Version, bool]]:
    """The versions at which what is admitted may begin, descending, and whether it is one that there is."""
    from packaging.version import InvalidVersion, Version

    found = []
    for specifier in admitted:
        try:
            version = Version(specifier.version.removesuffix(".*"))
        except InvalidVersion:
            continue
        found.append((version, specifier.operator == "==" and not specifier.version.endswith(".*")))
        if specifier.operator == ">":
            found.append((_next(version, 2), False))
    return sorted(found, reverse=True)


def _start(low: Version, high: Version) -> Version:
    """The first version between two that are known of which a release may be unseen.

    The last patch of a minor version is known, and the last release of a major one; what lies before them may not be.
    """
    one, other = ((each.epoch, *(*each.release, 0, 0)[:3]) for each in (low, high))
    return _next(low, next((at for at in range(4) if one[at] != other[at]), 4) - 1)


def _next(version: Version, depth: int) -> Version:
    """The version that follows with the first number (0), the second, the third or a fourth one raised."""
    from packaging.version import Version

    if depth < 0:
        return Version(f"{version.epoch + 1}!0")
    release = (*version.release, 0, 0, 0)[: depth + 1]
    return Version(f"{version.epoch}!{'.'.join(map(str, (*release[:-1], release[-1] + 1)))}")
