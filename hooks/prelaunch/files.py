"""Where files come from: a folder on the disk, or anything else that answers the same few questions.

Paths are relative to the tree's root, normal (no `.`, no `//`) and with `/`; "." is the root itself. What lies outside
the tree is not there: not by `..`, not through a symbolic link.
"""

from __future__ import annotations

import os
import stat

from prelaunch import discover
from prelaunch.file_names import kind_by_name
from prelaunch.listing import Listing
from prelaunch.typed import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from prelaunch.cache.looks import Looks
    from prelaunch.image import Committed
    from prelaunch.kinds import Words

MAX_BYTES = 2_000_000
"""Larger files are not build files; reading them would let one file stall a commit."""
TOO_LARGE = f"is larger than {MAX_BYTES // 1_000_000} MB, which no build file is"


class UnreadableError(Exception):
    """A file that cannot be read for what it is; the message says why, in lower case, `offset` where (0 if unknown)."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.offset = offset


class Files(Protocol):
    """A tree of files, to be read only."""

    def read(self, path: str) -> bytes:
        """The content of a regular file, links followed; `UnreadableError` if there is none or it is too large."""

    def exists(self, path: str) -> bool:
        """Whether a regular file stands at `path`, links followed."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at `path`, links followed."""

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted; none where it cannot be listed."""

    def committed(self, path: str) -> Committed | None:
        """The file as git has it, where the tree is git's own; None where it is not, or has no such file."""

    def paths(self) -> Iterator[str]:
        """Every file that is the project's own, of whatever name: no link, nothing below `vendor` and the like."""

    def names_no_image(self, path: str) -> bool:
        """Whether it is known of a file, from looking for candidates, that it names no image to deploy."""

    def candidates(
        self, folder: str, words: Words, exclude: Sequence[str] = (), without: Collection[str] = ()
    ) -> Iterator[discover.File]:
        """The files below a folder that may hold a fact, sorted; without those that a glob of `exclude` matches.

        `words` are those of `registry.import_words`. `without` are kinds, as the name alone says, to leave out.
        """


class Disk:
    """The files below a folder of the disk."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.looks: Looks | None = None
        self._listings: dict[str, Listing] = {}
        self._homes: dict[str, str] = {}
        self._imageless: set[str] = set()

    def listing(self, folder: str = ".") -> Listing:
        """What lies below a folder; git is asked once."""
        if folder not in self._listings:
            self._listings[folder] = Listing(self.root, folder)
        return self._listings[folder]

    def read(self, path: str) -> bytes:
        """As `Files` says."""
        try:
            real = self._real(path)
            if not self.holds(real):
                raise UnreadableError("lies outside the project")
            status = os.stat(real)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("is not a regular file")
            if status.st_size > MAX_BYTES:
                raise UnreadableError(TOO_LARGE)
            with open(real, "rb") as file:
                return file.read()
        except OSError as error:
            raise UnreadableError((error.strerror or "cannot be read").lower()) from None
        except ValueError:
            raise UnreadableError("has a name that cannot be opened") from None

    def exists(self, path: str) -> bool:
        """As `Files` says."""
        full = os.path.join(self.root, path)
        # in this order because most files that are asked for are not there, and the way to a real path is long
        return os.path.isfile(full) and self.holds(self._real(path))

    def is_folder(self, path: str) -> bool:
        """As `Files` says."""
        full = os.path.join(self.root, path)
        return os.path.isdir(full) and self.holds(os.path.realpath(full))

    def names(self, folder: str) -> tuple[str, ...]:
        """As `Files` says."""
        try:
            full = os.path.realpath(os.path.join(self.root, folder))
            return tuple(sorted(os.listdir(full))) if self.holds(full) else ()
        except (OSError, ValueError):
            return ()

    def committed(self, path: str) -> Committed | None:  # noqa: ARG002 (the protocol's)
        """None: of a work tree git is asked, for many paths at once (`prelaunch.repository`)."""
        return None

    def paths(self) -> Iterator[str]:
        """As `Files` says; in a git work tree without the files that git ignores."""
        return self.listing().own_files()

    def candidates(
        self, folder: str, words: Words, exclude: Sequence[str] = (), without: Collection[str] = ()
    ) -> Iterator[discover.File]:
        """As `Files` says; in a git work tree without the files that git ignores."""
        from prelaunch.globs import matches_any

        inside: Iterable[str] = self.listing(folder).chosen()
        if exclude:
            inside = (path for path in inside if not matches_any(path, exclude))
        if without:
            inside = (path for path in inside if kind_by_name(path) not in without)
        if self.looks is None or without:
            worth = discover.sift(self.root, inside, words, self._imageless)
            looked = [self.look(path, words) for path in worth]
        else:
            looked = self.looks.files(inside, lambda paths: self._look_at(paths, words))
        yield from sorted((file for file in looked if file is not None), key=lambda file: file.path)

    def names_no_image(self, path: str) -> bool:
        """As `Files` says."""
        return path in self._imageless

    def _look_at(self, paths: Sequence[str], words: Words) -> dict[str, discover.File | None]:
        """What each of several files may hold."""
        found: dict[str, discover.File | None] = dict.fromkeys(paths)
        found.update((path, self.look(path, words)) for path in discover.sift(self.root, paths, words))
        return found

    def look(self, path: str, words: Words) -> discover.File | None:
        """What one file may hold; None where it need not be read, or is gone."""
        try:
            return discover.look(self.root, path, words)
        except FileNotFoundError:
            return None  # git lists what is gone from the disk
        except (OSError, ValueError):
            return discover.unseen(path)

    def _real(self, path: str) -> str:
        """The real path of a file. That of its folder is found once: it is a look at each part of the way."""
        folder, _, name = path.rpartition("/")
        if folder not in self._homes:
            self._homes[folder] = os.path.realpath(os.path.join(self.root, folder))
        full = os.path.join(self._homes[folder], name)
        return os.path.realpath(full) if name in {"", ".", ".."} or os.path.islink(full) else full

    def holds(self, real: str) -> bool:
        """Whether a real path is the root or lies below it."""
        return real == self.root or real.startswith(self.root.rstrip(os.sep) + os.sep)
