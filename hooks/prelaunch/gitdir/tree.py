"""The files of one commit, as a tree that a project can be made of. See `prelaunch.files`."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from prelaunch import discover
from prelaunch.file_names import kind_by_name
from prelaunch.files import TOO_LARGE, UnreadableError
from prelaunch.gitdir.attributes import Attributes
from prelaunch.gitdir.clone import fetch_blobs, lacking
from prelaunch.gitdir.objects import LARGE, Blob, Objects
from prelaunch.gitdir.run import GitError, records
from prelaunch.kinds import shebang_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from prelaunch.image import Committed
    from prelaunch.kinds import Words

MAX_ENTRIES = 1_000_000
"""A tree whose folders are all the same one can hold more files than there are atoms."""
_MAX_LINKS = 40
"""How many symbolic links one path may lead through, as in Linux."""
_LINK, _SUBMODULE = "120000", "160000"
_AT_ONCE = 200


class Entry(NamedTuple):
    """A file of a commit: its mode as git spells it, and the name of its blob."""

    mode: str
    blob: str


class GitTree:
    """The files of a commit. Close it (`contextlib.closing`): it keeps a process that reads objects."""

    def __init__(self, repository: str, commit: str) -> None:
        """`repository` is a git directory. Raises `GitError` where the commit cannot be listed."""
        self.repository, self.commit = repository, commit
        self.entries = entries(repository, commit)
        self.missing: set[str] = set()
        self._absent = lacking(repository, commit)
        self._objects = Objects(repository)
        self._attributes = Attributes(self._regular)
        self._links = {path for path, entry in self.entries.items() if entry.mode == _LINK}
        self._submodules = {path for path, entry in self.entries.items() if entry.mode == _SUBMODULE}
        self._folders: dict[str, tuple[str, ...]] | None = None

    def close(self) -> None:
        """End the process."""
        self._objects.close()

    @property
    def complete(self) -> bool:
        """Whether the repository holds every object that was asked for, and none was left out by a clone."""
        return not self._absent and not self.missing

    def read(self, path: str) -> bytes:
        """As `Files` says. What an object lacks that is not in the repository is noted in `missing`."""
        found = self._resolve(path)
        if found is None:
            outside = path.startswith(("../", "/")) or path == ".."
            raise UnreadableError("lies outside the project" if outside else "no such file or directory")
        entry = self.entries.get(found)
        if entry is None or entry.mode == _SUBMODULE:
            raise UnreadableError("is not a regular file")
        return self._content(entry)

    def exists(self, path: str) -> bool:
        """As `Files` says."""
        found = self._resolve(path)
        entry = self.entries.get(found) if found is not None else None
        return entry is not None and entry.mode != _SUBMODULE

    def is_folder(self, path: str) -> bool:
        """As `Files` says."""
        found = self._resolve(path)
        return found is not None and (found in self._listing() or found in self._submodules)

    def committed(self, path: str) -> Committed | None:
        """As `Files` says."""
        from prelaunch.image import Committed

        entry = self.entries.get(path)
        if entry is None or entry.mode == _SUBMODULE:
            return None
        blob = self._blob(entry)
        data = blob if isinstance(blob, bytes) else None
        said = self._attributes.of(path)
        link, executable = entry.mode == _LINK, entry.mode == "100755"
        return Committed(True, executable, link, data, said.get("text", ""), said.get("eol", ""))

    def _regular(self, path: str) -> bytes | None:
        """The content of a file that is no link; git follows none to its attributes."""
        entry = self.entries.get(path)
        if entry is None or entry.mode in {_LINK, _SUBMODULE}:
            return None
        blob = self._blob(entry)
        if blob is None:
            self.missing.add(entry.blob)  # a second look may fetch it
        return blob if isinstance(blob, bytes) else None

    def names(self, folder: str) -> tuple[str, ...]:
        """As `Files` says."""
        found = self._resolve(folder)
        return self._listing().get(found, ()) if found is not None else ()

    def paths(self) -> Iterator[str]:
        """As `Files` says."""
        for path, entry in self.entries.items():
            if entry.mode not in {_LINK, _SUBMODULE} and not discover.is_foreign(path):
                yield path

    def names_no_image(self, path: str) -> bool:  # noqa: ARG002 (the protocol's)
        """As `Files` says: nothing is known, and nothing has to be: the objects are read once."""
        return False

    def candidates(
        self, folder: str, words: Words, exclude: Sequence[str] = (), without: Collection[str] = ()
    ) -> Iterator[discover.File]:
        """As `Files` says."""
        from prelaunch.globs import matches_any

        chosen = sorted(
            path
            for path in self._chosen(folder)
            if not (exclude and matches_any(path, exclude)) and kind_by_name(path) not in without
        )
        for at in range(0, len(chosen), _AT_ONCE):
            part = chosen[at : at + _AT_ONCE]
            names = [self.entries[path].blob for path in part]
            blobs = self._objects.blobs([name for name in names if name not in self._absent])
            for path, name in zip(part, names, strict=True):
                file = self._classify(path, None if name in self._absent else next(blobs), words)
                if file is not None:
                    yield file

    def fetch(self) -> bool:
        """Fetch what a clone left out: the first time what `candidates` reads, then what was `missing`; whether any."""
        wanted = (self.missing or {self.entries[path].blob for path in self._chosen(".")}) & self._absent
        fetch_blobs(self.repository, wanted)
        self._absent -= wanted
        self.missing.clear()
        return bool(wanted)

    def _chosen(self, folder: str) -> set[str]:
        """The files below a folder whose names say that they may matter; of a link the file that it leads to."""
        prefix = "" if folder == "." else f"{folder}/"
        found = set()
        for path, entry in self.entries.items():
            if entry.mode == _SUBMODULE or not path.startswith(prefix) or not kind_by_name(path):
                continue
            if discover.is_foreign(path):
                continue
            if entry.mode == _LINK:
                target = self._resolve(path)
                if target in self.entries and self.entries[target].mode != _SUBMODULE:
                    found.add(target)
            else:
                found.add(path)
        return found

    def _classify(self, path: str, blob: Blob, words: Words) -> discover.File | None:
        kind = kind_by_name(path)
        if not isinstance(blob, bytes):
            if blob is None:
                self.missing.add(self.entries[path].blob)
            return discover.unseen(path)
        if not kind or (kind == "script" and not shebang_kind(blob)):
            return None
        return discover.classify(path, kind, blob, words)

    def _content(self, entry: Entry) -> bytes:
        blob = self._blob(entry)
        if blob is None:
            self.missing.add(entry.blob)
            raise UnreadableError("is not in the repository: its object is missing or damaged")
        if blob == LARGE or not isinstance(blob, bytes):
            raise UnreadableError(TOO_LARGE)
        return blob

    def _blob(self, entry: Entry) -> Blob:
        return None if entry.blob in self._absent else self._objects.blob(entry.blob)

    def _resolve(self, path: str) -> str | None:
        """The path of a file or folder without links on the way; None where it leads nowhere or out of the tree."""
        if not self._links:
            return path if path in self.entries or path in self._listing() else None
        if path in self.entries and path not in self._links and not self._leads_through(path):
            return path
        left, found = path.split("/"), ""
        for _ in range(_MAX_LINKS * 100):
            if not left:
                return found or "."
            part, left = left[0], left[1:]
            if part in {"", "."}:
                continue
            if part == "..":
                if not found:
                    return None
                found = posixpath.dirname(found)
                continue
            found = f"{found}/{part}" if found else part
            if found in self._links:
                target = self._target(found)
                if target is None or target.startswith("/"):
                    return None
                found, left = posixpath.dirname(found), [*target.split("/"), *left]
            elif found not in self.entries and found not in self._listing():
                return None
        return None

    def _leads_through(self, path: str) -> bool:
        """Whether a folder on the way is a link: git allows no file below a link, but a made-up tree may hold one."""
        folder = posixpath.dirname(path)
        while folder:
            if folder in self._links:
                return True
            folder = posixpath.dirname(folder)
        return False

    def _target(self, link: str) -> str | None:
        blob = self._blob(self.entries[link])
        return os.fsdecode(blob) if isinstance(blob, bytes) and len(blob) < 4096 else None

    def _listing(self) -> dict[str, tuple[str, ...]]:
        if self._folders is None:
            folders: dict[str, set[str]] = {".": set()}
            for path in self.entries:
                folder, _, name = path.rpartition("/")
                while folder not in folders and folder:
                    folders[folder] = {name}
                    folder, _, name = folder.rpartition("/")
                folders[folder or "."].add(name)
            self._folders = {folder: tuple(sorted(names)) for folder, names in folders.items()}
        return self._folders


def entries(repository: str, commit: str) -> dict[str, Entry]:
    """Every file of a commit by its path, links and submodules too."""
    found: dict[str, Entry] = {}
    for line in records("--git-dir", repository, "ls-tree", "-r", "-z", "--full-tree", commit):
        if len(found) >= MAX_ENTRIES:
            raise GitError(f"holds more than {MAX_ENTRIES:,} files")
        facts, _, path = os.fsdecode(line).partition("\t")
        mode, _, blob = facts.split(" ")
        found[path] = Entry(mode, blob)
    return found
