"""The answers to questions, as digests, and whether those of last time still hold."""

from __future__ import annotations

import os
import time
from hashlib import blake2b

from prelaunch.cache.log import CANDIDATES, COMMITTED, EXISTS, FOLDER, IGNORED, NAMES, PATHS, READ
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.cache.log import Ask
    from prelaunch.project import Project

Stamp = list[int]
"""What the file system says of a file that changes whenever its content does."""

_RACE = 2_000_000_000
"""Nanoseconds. A file that changed so shortly before may change again without a trace: clocks of file systems tick."""


def stamp(path: str) -> Stamp | None:
    """The stamp of a file, links followed; None where there is none, or it is too new to be relied on."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def settled(of: Stamp) -> bool:
    """Whether a file with this stamp was at rest for long enough that a change would show."""
    return max(of[1], of[2]) < time.time_ns() - _RACE


def digest(data: bytes) -> str:
    """A short name for a content."""
    return blake2b(data, digest_size=12).hexdigest()


def _digest_text(text: str) -> str:
    return digest(text.encode("utf-8", "surrogateescape"))


class Answers:
    """The present answers of a project on the disk, each worked out once."""

    def __init__(self, project: Project, root: str, candidates: Sequence[str], kept: dict[str, list[Any]]) -> None:
        """`candidates` are all of the project's; `kept` maps paths to stamp and digest, and is brought up to date."""
        self._project, self._root, self._kept = project, root, kept
        self._known: dict[Ask, str] = {}
        self._candidates = _digest_text("\0".join(candidates))
        self.changed = False

    def of(self, ask: Ask) -> str:
        """The answer to one question that is not a group."""
        if ask not in self._known:
            kind, about = ask
            ways: dict[str, Callable[[str], str]] = {
                READ: self._content,
                EXISTS: lambda path: str(int(self._project.files.exists(path))),
                FOLDER: lambda path: str(int(self._project.files.is_folder(path))),
                NAMES: lambda path: digest(
                    "\0".join(self._project.files.names(path)).encode("utf-8", "surrogateescape")
                ),
                COMMITTED: lambda path: digest(repr(self._project.committed(path)).encode("utf-8", "surrogateescape")),
                IGNORED: self._ignored,
                PATHS: lambda endings: _digest_text("\0".join(sorted(self._project.paths(*endings.split("|"))))),
                CANDIDATES: lambda _: self._candidates,
            }
            self._known[ask] = ways[kind](about)
        return self._known[ask]

    def prepare(self, asks: Iterable[Ask]) -> None:
        """Ask git about many paths at once, before they are asked for one by one."""
        paths = [about for kind, about in asks if kind == COMMITTED]
        if paths:
            self._project.committed(*paths)

    def _content(self, path: str) -> str:
        full = os.path.join(self._root, path)
        now = stamp(full)
        kept = self._kept.get(path)
        if now is not None and kept is not None and kept[0] == now:
            return str(kept[1])
        source = self._project.read(path)
        found = digest(source.encode(source.text)) if source is not None else ""
        if now is not None and settled(now):
            self._kept[path] = [now, found]
            self.changed = True
        return found

    def _ignored(self, path: str) -> str:
        from prelaunch.repository import ignored

        return str(int(ignored(self._project, path)))


class Checker:
    """Whether the answers of last time are still the present ones."""

    def __init__(self, answers: Answers, asks: Sequence[Sequence[str]], groups: Sequence[Sequence[int]]) -> None:
        """`asks` are question and answer (kind, about, digest); a group's numbers are theirs, or below 0 a group's."""
        self._answers, self._asks, self._groups = answers, asks, groups
        self._known: dict[int, bool] = {}

    def holds(self, numbers: Iterable[int]) -> bool:
        """Whether all of these answers hold."""
        return all(self._one(number) for number in numbers)

    def _one(self, number: int) -> bool:
        if number not in self._known:
            if number < 0:
                self._known[number] = True  # a group that leads to itself rests on the rest of it
                self._known[number] = self.holds(self._groups[-1 - number])
            else:
                kind, about, answer = self._asks[number]
                self._known[number] = self._answers.of((kind, about)) == answer
        return self._known[number]
