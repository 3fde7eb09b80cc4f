"""Which releases of a distribution go into the index, and which of their wheels are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.version import Version

    from prelaunch.index.registry import File

SINCE = "2021-01-01"
"""From this day on the first and the last release of each minor version are taken; of older majors the last one.

A patch between two that lack a name lacks it too. The last one alone says too little of the others: in an environment
of an older day, 27 names that worked were held against the last patch of their minor, which no longer had them.
"""

MOST = 400
"""Of a distribution with more releases to take the newest half and a spread of the others are taken.

No distribution among the popular ones has so many: with a spread alone, a name that lived for a few minors would look
as if it had never been there.
"""

LARGEST = 150_000_000
"""A larger wheel (a compiler, a whole graphics library) is left out, and its release with it."""


class Release(NamedTuple):
    """One release and the wheels of it that are read."""

    version: str
    wheels: tuple[File, ...]

    @property
    def uploaded(self) -> str:
        """When the first of its wheels came, an ISO date."""
        return min(wheel.uploaded for wheel in self.wheels)[:10]

    @property
    def requires_python(self) -> str:
        """What it says of Python, "" where nothing."""
        return self.wheels[0].requires_python


def choose(files: Iterable[File]) -> list[Release]:
    """The releases to be indexed, ascending: final, not yanked, with wheels of a bearable size.

    Of a distribution that only ever had pre-releases these are taken, as an installer takes them.
    """
    from packaging.version import InvalidVersion, Version

    by_version: dict[Version, list[File]] = {}
    for file in files:
        try:
            version = Version(file.version)
        except InvalidVersion:
            continue
        if not file.yanked:
            by_version.setdefault(version, []).append(file)
    by_version = {version: by_version[version] for version in _final(by_version)}
    firsts: dict[tuple[int, ...], Version] = {}
    lasts: dict[tuple[int, ...], Version] = {}
    majors: dict[tuple[int, int], Version] = {}
    for version in sorted(by_version):
        if max(file.uploaded for file in by_version[version]) >= SINCE:
            minor = version.epoch, version.major, version.minor
            firsts.setdefault(minor, version)
            lasts[minor] = version
        majors[version.epoch, version.major] = version
    wanted = sorted({*firsts.values(), *lasts.values(), *majors.values()})
    found = [Release(str(version), _wheels(by_version[version])) for version in _thinned(wanted)]
    return [release for release in found if release.wheels]


def _final(versions: Iterable[Version]) -> list[Version]:
    every = list(versions)
    return [version for version in every if not version.is_prerelease] or every


def _thinned(versions: Sequence[Version]) -> list[Version]:
    if len(versions) <= MOST:
        return list(versions)
    firsts = {version.major: version for version in reversed(versions)}
    lasts = {version.major: version for version in versions}
    newest = versions[-(MOST // 2) :]
    older = versions[: -(MOST // 2)]
    room = MOST - len(newest)
    spread = (older[round(at * (len(older) - 1) / (room - 1))] for at in range(room))
    return sorted({*firsts.values(), *lasts.values(), *spread, *newest})


def _wheels(files: list[File]) -> tuple[File, ...]:
    """One wheel that fits everywhere, and one for each system: each may have modules that the others lack."""
    usable = [file for file in files if file.size <= LARGEST]
    found = [file for file in usable if file.tags.endswith("-none-any") and "py3" in file.tags][:1]
    for system in (("manylinux", "x86_64"), ("win_amd64",), ("macosx",)):
        of_system = [file for file in usable if all(part in file.tags for part in system)]
        if of_system:
            found.append(max(of_system, key=_newest_python))
    return tuple(found)


def _newest_python(file: File) -> tuple[int, int]:
    """The CPython that a wheel is for; one newer than 3.13, or free-threaded, comes last."""
    tag = file.tags.split("-")[0].split(".")[0]
    digits = tag[2:] if tag.startswith("cp") and tag[2:].isdecimal() else "30"
    version = (int(digits[:1]), int(digits[1:] or 0))
    return version if version <= (3, 13) and "t-" not in file.tags else (0, 0)
