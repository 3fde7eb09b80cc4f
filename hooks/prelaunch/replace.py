"""A file replaced at once or not at all: what is written is whole before it takes the old one's place."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class Replacement:
    """A file to be written inside a `with`, which takes the place of the one at `path` (no symbolic link) at its end.

    Raises OSError, and then, or where the `with` ends with an exception, nothing has changed.
    """

    def __init__(self, path: str, like: os.stat_result | None) -> None:
        """`like` gives the mode and, where allowed, the owner; None leaves them to the system, as for a new file."""
        self._path, self._like = path, like
        self._new = os.path.join(os.path.dirname(path), f".prelaunch-{os.getpid()}")

    def __enter__(self) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(self._new, flags, 0o666 if self._like is None else 0o600), "wb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        done = False
        try:
            with self._file:
                if kind is None:
                    self._file.flush()
                    os.fsync(self._file.fileno())
            if kind is None:
                if self._like is not None:
                    _give(self._new, self._like)
                    os.chmod(self._new, self._like.st_mode & 0o7777)
                os.replace(self._new, self._path)
                done = True
        finally:
            if not done:
                os.unlink(self._new)


def replace(path: str, data: bytes, like: os.stat_result | None) -> None:
    """Put `data` in place of the file at `path`. See `Replacement`."""
    with Replacement(path, like) as file:
        file.write(data)


def _give(path: str, like: os.stat_result) -> None:
    own = os.stat(path)
    if not hasattr(os, "chown") or (own.st_uid, own.st_gid) == (like.st_uid, like.st_gid):
        return
    try:
        os.chown(path, like.st_uid, like.st_gid)
    except PermissionError:
        return  # only root may give a file away; the content and the mode are still right
