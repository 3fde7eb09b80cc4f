"""Which files there are below a folder: git is asked once, whatever is made of its answer."""

from __future__ import annotations

import os

from prelaunch.discover import git_environment, git_top, is_foreign, relative, within
from prelaunch.file_names import kind_by_name
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Entry = tuple[str, bool | None]
"""A path, and whether git's index has it as a symbolic link; None where only a look at the disk tells."""

_FILES = frozenset({"100644 ", "100755 "})
"""How git's index begins what it says of a regular file; nearly every line does."""

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox"})


class Listing:
    """Every file below a folder that git does not ignore; outside a work tree all but those of `.git` and the like."""

    def __init__(self, root: str, folder: str = ".") -> None:
        """`folder` is relative to `root`. Git is asked at the first question, or by `start`."""
        self._root, self._folder = root, folder
        self._top = root if folder == "." else os.path.join(root, folder)
        self._git: _Git | None = None
        self._raw: bytes | None = None
        self._entries: list[Entry] | None = None
        self._chosen: list[str] | None = None
        self._relinked: list[str] = []

    def start(self) -> None:
        """Let git begin, so that it works while something else is done. The answer has to be asked for (`raw`)."""
        if self._git is None and self._raw is None and git_top(os.path.realpath(self._top)) is not None:
            try:
                self._git = _Git(self._top)
            except OSError:
                return  # no git on this machine

    @property
    def raw(self) -> bytes:
        """All of it as bytes, to tell one listing from another; of a tracked file with its mode and its blob."""
        if self._raw is None:
            self.start()
            said = self._git.answer() if self._git is not None else None
            if said is None:
                self._entries = [(path, None) for path in _all_files(self._top)]
                said = os.fsencode("\0".join(path for path, _ in self._entries))
            self._raw = said
        return self._raw

    @property
    def entries(self) -> list[Entry]:
        """The files, relative to the folder."""
        raw = self.raw
        if self._entries is None:
            self._entries = list(map(_entry, os.fsdecode(raw).split("\0")[:-1]))
        return self._entries

    def own_files(self) -> Iterator[str]:
        """The files of whatever name, relative to the folder; links and `vendor` not."""
        for path, link in self.entries:
            if not (os.path.islink(f"{self._top}/{path}") if link is None else link) and not is_foreign(path):
                yield path

    def chosen(self) -> list[str]:
        """The files whose names say that they may matter, relative to the root, sorted. See `walk`."""
        if self._chosen is None:
            found = set()
            links: dict[str, frozenset[str]] = {}
            for path, link in self.entries:
                if not kind_by_name(path) or is_foreign(path):
                    continue
                full = f"{self._top}/{path}"
                folder, _, name = full.rpartition("/")
                if folder not in links:
                    links[folder] = _links_in(folder)
                if link or name in links[folder]:  # the index may not know of it yet
                    if link is False:
                        self._relinked.append(path)
                    full = os.path.realpath(full)
                    if within(self._root, full) and os.path.isfile(full):  # not a loop, a folder, nothing at all
                        found.add(relative(self._root, full))
                else:
                    found.add(path if self._folder == "." else f"{self._folder}/{path}")
            self._chosen = sorted(found)
        return self._chosen

    def open_questions(self) -> list[str]:
        """The files of which the listing alone does not say what they are: links, and what git does not track.

        Of the tracked files that became links since only those whose names say that they may matter.
        """
        self.chosen()
        return [path for path, link in self.entries if link is not False] + self._relinked

    def leads_to(self, path: str) -> str:
        """Where one of these is, links followed, and what."""
        real = os.path.realpath(f"{self._top}/{path}")
        return f"{int(os.path.islink(f'{self._top}/{path}'))}{int(os.path.isfile(real))}{real}"


def walk(root: str, folder: str) -> list[str]:
    """Every file below `folder` (relative to `root`, "." for all), as paths relative to `root`, sorted.

    In a git work tree these are the tracked and the untracked files that git does not ignore; elsewhere all files but
    those of `.git`, virtual environments and the like. A symbolic link to a file inside the root gives that file's own
    path, once; other links are not followed. Folders that hold other people's code (`vendor`) are left out, unless
    `folder` lies in one.
    """
    return Listing(root, folder).chosen()


class _Git:
    """Git on its way to list what is below a folder. Runs no hook and writes no index; `OSError` where it is not there.

    Not a `subprocess` where the system can do without: to import that takes as long as git does.
    """

    def __init__(self, top: str) -> None:
        self._command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", top]
        self._command += ["ls-files", "-z", "--stage", "--cached", "--others", "--exclude-standard"]
        self._process = 0
        if not hasattr(os, "posix_spawnp"):
            return
        self._end, write = os.pipe()
        silent = (
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        )
        said = (os.POSIX_SPAWN_DUP2, write, 1)
        try:
            self._process = os.posix_spawnp("git", self._command, git_environment(), file_actions=[said, *silent])
        except OSError:
            os.close(self._end)
            raise
        finally:
            os.close(write)

    def answer(self) -> bytes | None:
        """What it says, in the end; None where it says no."""
        if not self._process:
            import subprocess

            try:
                done = subprocess.run(self._command, capture_output=True, env=git_environment(), check=False)
            except OSError:
                return None
            return None if done.returncode else done.stdout
        with open(self._end, "rb") as out:
            data = out.read()
        _, status = os.waitpid(self._process, 0)
        return None if status else data


def _links_in(folder: str) -> frozenset[str]:
    """The names of the symbolic links in a folder: one look, where a look at each file would take long."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_symlink())
    except OSError:
        return frozenset()


def _entry(entry: str) -> Entry:
    """A path and whether it is a link, of `MODE OBJECT STAGE<tab>PATH`, or of the bare path of an untracked file."""
    before, tab, path = entry.partition("\t")
    if before[:7] in _FILES and before[-2:] == " 0":
        return path, False
    if tab and before.count(" ") == 2 and before[:6].isdigit():
        return path, before.startswith("120000")
    return entry, None


def _all_files(top: str) -> Iterator[str]:
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
        prefix = relative(top, folder)
        for name in files:
            yield name if prefix == "." else f"{prefix}/{name}"
