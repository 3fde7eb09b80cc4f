"""The patches of a run: a file a repository, called by its name."""

from __future__ import annotations

import os

from prelaunch import CannotRunError
from prelaunch.cache.digest import digest
from prelaunch.output import write_bytes

_LONGEST = 150
"""Bytes of a file's name before its ending; file systems take 255."""


class Patches:
    """Patches in a folder. Two repositories of one name get files of their own, however the rows come."""

    def __init__(self, folder: str) -> None:
        """Make the folder where it is not there; `CannotRunError` where that is not possible."""
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            said = (error.strerror or "unknown reason").lower()
            raise CannotRunError(f"--patches {folder}: cannot be made: {said}") from None
        self._folder = folder
        self._same: dict[str, list[tuple[str, str]]] = {}

    def write(self, name: str, place: str, patch: bytes) -> None:
        """Write the patch of the repository `name` at `place`; `CannotRunError` where that is not possible."""
        short = _file_name(name)
        same = self._same.setdefault(short.casefold(), [])  # file systems may not tell one case from the other
        same.append((short, place))
        if len(same) == 1:
            write_bytes(self._path(short), patch)
            return
        if len(same) == 2:
            os.replace(self._path(same[0][0]), self._path(_with_place(*same[0])))
        write_bytes(self._path(_with_place(short, place)), patch)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, f"{name}.patch")


def _file_name(name: str) -> str:
    """A repository's name as that of a file: `team__api`."""
    safe = "".join(char if char.isalnum() or char in "-_." else "_" for char in name.replace("/", "__"))
    short = safe.lstrip(".") or "repository"
    if len(short.encode()) <= _LONGEST:
        return short
    return _with_place(short.encode()[:_LONGEST].decode("utf-8", "ignore"), name)


def _with_place(name: str, place: str) -> str:
    return f"{name}-{digest(place.encode('utf-8', 'surrogateescape'))[:8]}"
