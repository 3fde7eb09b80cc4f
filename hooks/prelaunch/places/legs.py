"""The legs of a job's matrix that push one tag for different platforms: the last one to finish wins.

A registry holds one image under a tag. Legs that push by digest, or under tags of their own, are put together by a
later `imagetools create`; legs that push the same tag replace each other's image.
"""

from __future__ import annotations

from prelaunch.places.publishing import ANY
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prelaunch.model import Build, Span


class Legs:
    """What each leg of a job builds, as it is read."""

    def __init__(self) -> None:
        self._builds: dict[Span, dict[int, set[Build]]] = {}

    def add(self, leg: int, builds: Iterable[Build]) -> None:
        """The builds of one step in one leg; several at one place are alternatives, and say nothing for sure."""
        for build in builds:
            self._builds.setdefault(build.span, {}).setdefault(leg, set()).add(build)

    def mark(self, builds: Iterable[Build]) -> list[Build]:
        """The builds of the job, with the tags that its legs take from each other."""
        lost = {span: tags for span, legs in self._builds.items() if (tags := _lost(legs))}
        return [
            build._replace(overwritten=lost[build.span]) if build.published and build.span in lost else build
            for build in builds
        ]


def _lost(legs: Mapping[int, set[Build]]) -> tuple[str, ...]:
    """The tags that every leg pushes where they build for different platforms; none where a leg is in doubt."""
    if len(legs) < 2 or any(len(builds) != 1 for builds in legs.values()):
        return ()
    found = [next(iter(builds)) for builds in legs.values()]
    platforms = {_platform(build) for build in found}
    if len(platforms) < 2 or "" in platforms:
        return ()
    shared = set(found[0].images).intersection(*(build.images for build in found))
    return tuple(tag for tag in found[0].images if tag in shared and ANY not in tag)


def _platform(build: Build) -> str:
    """The one platform that a leg builds for, "" where it is not known or there are several."""
    if build.state == "explicit":
        return build.platforms[0] if len(build.platforms) == 1 and ANY not in build.platforms[0] else ""
    return str(build.host) if build.state == "missing" and build.host is not None else ""
