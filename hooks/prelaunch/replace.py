"""A file replaced at once or not at all: what is written is whole before it takes the old one's place."""

from __future__ import annotations

import os


def replace(path: str, data: bytes, like: os.stat_result | None) -> None:
    """Put `data` in place of the file at `path`, which is no symbolic link; raises OSError, and then nothing changed.

    `like` gives the mode and, where allowed, the owner; None leaves them to the system, as for a new file.
    """
    temporary = os.path.join(os.path.dirname(path), f".prelaunch-{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(temporary, flags, 0o666 if like is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if like is not None:
            _give(temporary, like)
            os.chmod(temporary, like.st_mode & 0o7777)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _give(path: str, like: os.stat_result) -> None:
    own = os.stat(path)
    if not hasattr(os, "chown") or (own.st_uid, own.st_gid) == (like.st_uid, like.st_gid):
        return
    try:
        os.chown(path, like.st_uid, like.st_gid)
    except PermissionError:
        return  # only root may give a file away; the content and the mode are still right
