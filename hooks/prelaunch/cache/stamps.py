"""What the file system says of a file that changes whenever its content does."""

from __future__ import annotations

import os
import time
from array import array

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Stamp = list[int]
"""Size, times of the last change to content and to anything, inode."""

_RACE = 2_000_000_000
"""Nanoseconds. A file that changed so shortly before may change again without a trace: clocks of file systems tick."""
_MASK = (1 << 63) - 1
_NONE = (-1, -1, -1, -1)


class Stamps:
    """The stamps of a project's files, as they are when they are first asked for."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._known: dict[str, Stamp | None] = {}
        self._rest = time.time_ns() - _RACE

    def of(self, path: str) -> Stamp | None:
        """The stamp of a file, links followed; None where there is none."""
        if path not in self._known:
            self.unlike((path,), b"")
        return self._known[path]

    def settled(self, of: Stamp) -> bool:
        """Whether a file with this stamp was at rest when the run began, so that it speaks of all that was read since.

        Long enough at rest, too, that a change would show.
        """
        return max(of[1], of[2]) < self._rest

    def packed(self, paths: Iterable[str]) -> bytes:
        """The stamps of many files, to be compared at once."""
        of = self.of
        return array("q", [number for path in paths for number in of(path) or _NONE]).tobytes()

    def unlike(self, paths: Sequence[str], packed: bytes) -> bool:
        """Look at many files at once; whether their stamps are not those that were `packed`."""
        flat: list[int] = []
        root, stat = self.root, os.stat
        for path in paths:
            try:
                found = stat(f"{root}/{path}")
            except (OSError, ValueError):  # noqa: PERF203 (each for itself)
                flat += _NONE
            else:
                flat += (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & _MASK)
        if array("q", flat).tobytes() == packed:
            return False
        for at, path in enumerate(paths):
            stamp = flat[4 * at : 4 * at + 4]
            self._known[path] = None if stamp[0] < 0 else stamp
        return True

    def all_settled(self, paths: Iterable[str]) -> bool:
        """Whether all of these were at rest; one that is not there is."""
        return all(stamp is None or self.settled(stamp) for stamp in map(self.of, paths))
