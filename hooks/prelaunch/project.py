"""The project: what a reader or a rule may ask beyond the text at hand."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

from prelaunch.model import EMPTY, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.image import Committed, Files, Image, Platforms
    from prelaunch.model import Build

MAX_BYTES = 2_000_000
"""Larger files are not build files; reading them would let one file stall a commit."""


class UnreadableError(Exception):
    """A file that cannot be read for what it is; the message says why, in lower case, `offset` where (0 if unknown)."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.offset = offset


class Settings(NamedTuple):
    """The configuration (see `config.py`); the defaults are those of a project that configures nothing."""

    platforms: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, tuple[str, ...]] = EMPTY
    wrappers: Mapping[str, str] = EMPTY


class Project:
    """A folder of files, read only inside itself and each file once."""

    def __init__(self, root: str, settings: Settings | None = None) -> None:
        """`root` is a folder; nothing outside it is ever read, not through a symbolic link either."""
        self.root = os.path.realpath(root)
        self.settings = settings or Settings()
        self._sources: dict[str, Source | None] = {}
        self.given: dict[str, Source] = {}
        self.memo: dict[Any, Any] = {}
        self.cut: set[str] = set()

    def read(self, path: str) -> Source | None:
        """The file at `path` (relative to the root, `/` or the system's separator); None where it cannot be read."""
        try:
            return self.open(path)
        except UnreadableError:
            return None

    def open(self, path: str) -> Source:
        """As `read`, but raises `UnreadableError` with the reason."""
        path = os.path.normpath(path).replace(os.sep, "/")
        if path not in self._sources:
            self._sources[path] = None
            self._sources[path] = Source.decode(path, self._bytes(path))
        source = self._sources[path]
        if source is None:
            raise UnreadableError("cannot be read")
        return source

    def cut_short(self, source: Source) -> None:
        """Note that reading a file has come to its bounds, so that what follows in it is not known."""
        self.cut.add(source.path)

    def add(self, source: Source) -> None:
        """Let `source` stand for the file of its path (standard input, a fixed text)."""
        self._sources[source.path] = source
        self.given[source.path] = source

    def exists(self, path: str) -> bool:
        """Whether a regular file stands at `path` inside the root."""
        path = os.path.normpath(path).replace(os.sep, "/")
        return self._sources.get(path) is not None or os.path.isfile(os.path.join(self.root, path))

    def deploys(self, image: str) -> bool:
        """Whether a deploy file of the project names an image of this repository (the tag does not matter)."""
        from prelaunch.deploy import deployed_images, repository

        return repository(image) in deployed_images(self)

    def pinned_platform(self, dockerfile: str, target: str | None = None) -> str | None:
        """The constant platform that a Dockerfile's last (or target) stage is pinned to, None where it is not."""
        from prelaunch.places.dockerfile import pinned

        return pinned(self, dockerfile, target)

    def builds_of(self, dockerfile: str) -> tuple[Build, ...]:
        """The builds of the repository that use the Dockerfile at this path. The first question reads all of them."""
        from prelaunch.images.link import builds_of

        return builds_of(self, dockerfile)

    def files_of(self, image: Image) -> Files:
        """Which file of the repository stands where in an image."""
        from prelaunch.images.files import files_of

        return files_of(self, image)

    def platforms_of(self, image: Image) -> Platforms:
        """The platforms that an image is built for."""
        from prelaunch.images.link import platforms_of

        return platforms_of(self, image)

    def committed(self, *paths: str) -> Committed | None:
        """The file at the first path as git has it, or the disk where git has it not; None for no such file.

        Further paths are looked up in the same breath, for the questions that follow.
        """
        from prelaunch.repository import committed

        return committed(self, paths)[paths[0]]

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder inside the root, sorted; none where it cannot be listed."""
        full = os.path.realpath(os.path.join(self.root, folder))
        if not self.within(full):
            return ()
        try:
            return tuple(sorted(os.listdir(full)))
        except OSError:
            return ()

    def within(self, real: str) -> bool:
        """Whether a real path is the root or lies below it."""
        return real == self.root or real.startswith(self.root.rstrip(os.sep) + os.sep)

    def _bytes(self, path: str) -> bytes:
        full = os.path.join(self.root, path)
        try:
            real = os.path.realpath(full)
            if not self.within(real):
                raise UnreadableError("lies outside the project")
            status = os.stat(real)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("is not a regular file")
            if status.st_size > MAX_BYTES:
                raise UnreadableError(f"is larger than {MAX_BYTES // 1_000_000} MB, which no build file is")
            with open(real, "rb") as file:
                return file.read()
        except OSError as error:
            raise UnreadableError((error.strerror or "cannot be read").lower()) from None
        except ValueError:
            raise UnreadableError("has a name that cannot be opened") from None
