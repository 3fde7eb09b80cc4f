"""What a call speaks of: the paths of the command line to a project, its settings and the files worth reading."""

from __future__ import annotations

import os
import sys
from functools import cached_property

from prelaunch import CannotRunError, discover, file_names, kinds
from prelaunch.config import find_config, load_config
from prelaunch.files import Disk
from prelaunch.globs import matches_any
from prelaunch.model import Source
from prelaunch.project import Project, Settings
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

STDIN = "-"


class Call:
    """What a call speaks of: the project, its settings, the files to be read, and the paths that are not there."""

    def __init__(self, options: Namespace) -> None:
        self.missing = [path for path in options.paths if path != STDIN and not os.path.exists(path)]
        for path in self.missing:
            reason = "is a broken symbolic link" if os.path.islink(path) else "no such file or folder"
            print(f"prelaunch: {path}: {reason}", file=sys.stderr)
        self.paths = [path for path in options.paths if path not in self.missing]
        if STDIN in options.paths and len(options.paths) > 1:
            raise CannotRunError("standard input is checked by itself: leave out the other paths")
        named = [path if path != STDIN else _stdin_name(options) for path in self.paths] or ["."]
        self.root = discover.find_root(named)
        self.settings = self._settings(options, named)
        self.disk = Disk(self.root)
        if self.whole:
            self.disk.listing().start()  # git lists the files while the rules are loaded
        self.project = Project(self.disk, self.settings)
        self.words = self.project.words
        self._options = options

    @cached_property
    def files(self) -> list[discover.File]:
        """The files that are worth reading, each once."""
        found: dict[str, discover.File] = {}
        for path in self.paths:
            for file in self._files(path, self._options):
                found.setdefault(file.path, file)
        return list(found.values())

    @property
    def whole(self) -> bool:
        """Whether the call is about the whole project, and nothing else."""
        alone = len(self.paths) == 1 and not self.missing and self.paths != [STDIN]
        return alone and os.path.realpath(self.paths[0]) == self.root

    def _settings(self, options: Namespace, paths: Sequence[str]) -> Settings:
        if options.no_config:
            return Settings()
        folder = discover.common_folder(paths)
        top = discover.git_top(folder)
        path = options.config or find_config(folder, top)
        if path is None:
            return Settings()
        home = os.path.dirname(os.path.realpath(path))
        if options.config is None and top is None and discover.within(home, self.root):
            self.root = home
        return load_config(path, self.root)

    def _files(self, path: str, options: Namespace) -> Iterable[discover.File]:
        if path == STDIN:
            return self._stdin(_stdin_name(options))
        full = os.path.realpath(path)
        if os.path.isdir(full):
            return self.disk.candidates(discover.relative(self.root, full), self.words, self.settings.exclude)
        name = discover.relative(self.root, full)
        if options.force_exclude and matches_any(name, self.settings.exclude):
            return []
        file = self.disk.look(name, self.words) if discover.within(self.root, full) else discover.unseen(name)
        return [] if file is None else [file]

    def _stdin(self, path: str) -> list[discover.File]:
        data = sys.stdin.buffer.read()
        name = discover.relative(self.root, os.path.realpath(path))
        kind = kinds.kind_by_content(file_names.kind_by_name(name), data)
        self.project.add(_decode(name, kind, data))
        facts = kinds.facts_in(kind, data, self.words)
        return [discover.File(name, kind, facts, kinds.MARK in data)] if facts or kinds.MARK in data else []

    def covers(self, path: str) -> bool:
        """Whether the call speaks of a path of the project, be there a file or not."""
        for named in self.paths:
            full = os.path.realpath(named)
            inside = discover.relative(self.root, full)
            if inside == path or (os.path.isdir(full) and (inside == "." or path.startswith(f"{inside}/"))):
                return True
        return False

    def shown(self, path: str) -> str:
        """A path of the project as it is printed: relative to the current folder."""
        full = os.path.join(self.root, path)
        try:
            return os.path.relpath(full).replace(os.sep, "/")
        except ValueError:  # another drive
            return full


def _decode(name: str, kind: str, data: bytes) -> Source:
    if kind == "python":
        from prelaunch.readers import python

        return python.decode(name, data)
    return Source.decode(name, data)


def _stdin_name(options: Namespace) -> str:
    if not options.stdin_filename:
        raise CannotRunError("standard input needs --stdin-filename, which says how to read it")
    return str(options.stdin_filename)
