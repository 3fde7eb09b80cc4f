"""The contents of blobs, by one `git cat-file --batch` that stays."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from threading import Timer
from typing import TYPE_CHECKING

from prelaunch.files import MAX_BYTES
from prelaunch.gitdir.run import GitError, command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CHUNK = 1 << 16
_AT_ONCE = 64
"""Questions that are written before an answer is read: all of them fit into a pipe, so that git never waits for us."""
_PATIENCE = 60.0
"""Seconds for so many answers."""
_SKIPPED = 100_000_000
"""A larger blob is not read to its end: the process is ended, and another one started for the next question."""
_DEATHS = 20
"""Damaged objects end git; a repository that holds more of them is not worth reading."""
LARGE = -1
"""In place of the content of a blob of more than `MAX_BYTES`."""

Blob = bytes | int | None
"""A blob's content; `LARGE`; or None where the object is missing or damaged."""


class Objects:
    """A repository's blobs. Close it (`contextlib.closing`) to end the process."""

    def __init__(self, repository: str) -> None:
        """`repository` is a git directory: a bare clone, or the `.git` of a work tree."""
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0

    def close(self) -> None:
        """End the process. It can be used again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def blob(self, name: str) -> Blob:
        """The content of one blob, by its object name."""
        return next(iter(self.blobs((name,))))

    def blobs(self, names: Sequence[str]) -> Iterator[Blob]:
        """The contents of several, in their order. One that breaks git is missing, and the others still come."""
        at = 0
        while at < len(names):
            found = self._batch(names[at : at + _AT_ONCE])
            yield from found
            at += len(found)

    def _batch(self, names: Sequence[str]) -> list[Blob]:
        """The first of the contents, at least one: as far as git came, what stopped it included."""
        found: list[Blob] = []
        process = self._ask(names)
        # a blob that is shorter than it says makes git write less than it promised, and wait
        watch = Timer(_PATIENCE, process.kill)
        watch.daemon = True
        watch.start()
        try:
            while len(found) < len(names):
                found.append(_read(process))
                if found[-1] == LARGE and process.poll() is not None:
                    self.close()
                    break
        except (EOFError, OSError):
            self.close()
            self._deaths += 1
            if self._deaths > _DEATHS:
                raise GitError("too many of its objects are damaged") from None
            found.append(None)
        finally:
            watch.cancel()
        return found

    def _ask(self, names: Sequence[str]) -> subprocess.Popen[bytes]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    command("--git-dir", self._repository, "cat-file", "--batch"),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment(network=False),
                )
            except OSError as error:
                raise GitError(f"git cannot be run: {(error.strerror or 'unknown reason').lower()}") from None
        assert self._process.stdin is not None
        with suppress(OSError):  # it has ended: reading says so
            self._process.stdin.write("".join(f"{name}\n" for name in names).encode())
            self._process.stdin.flush()
        return self._process


def _read(process: subprocess.Popen[bytes]) -> Blob:
    """One answer: `NAME TYPE SIZE`, the content, a line end; or `NAME missing`. EOFError where git has ended."""
    out = process.stdout
    assert out is not None
    head = out.readline().split()
    if len(head) != 3:
        if not head:
            raise EOFError
        return None
    size = int(head[2])
    if size > _SKIPPED:
        process.kill()
        process.wait()
        return LARGE
    if size > MAX_BYTES:
        left = size + 1
        while left:
            chunk = out.read(min(left, _CHUNK))
            if not chunk:
                raise EOFError
            left -= len(chunk)
        return LARGE
    data = out.read(size + 1)
    if len(data) <= size or data[size:] != b"\n":
        raise EOFError
    return data[:size] if head[1] == b"blob" else None
