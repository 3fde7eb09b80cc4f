"""What a call speaks of: the paths of the command line to a project, its settings and the files worth reading."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from prelaunch import CannotRunError, discover, kinds, registry
from prelaunch.config import find_config, load_config
from prelaunch.globs import matches_any
from prelaunch.model import Source
from prelaunch.project import Project, Settings

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

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
        self.project = Project(self.root, self.settings)
        self.words = registry.import_words()
        self.words[""] = (*(self.words[""] or ()), *(name.encode() for name in self.settings.wrappers))
        found: dict[str, discover.File] = {}
        for path in self.paths:
            for file in self._files(path, options):
                found.setdefault(file.path, file)
        self.files = list(found.values())

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

    def _files(self, path: str, options: Namespace) -> list[discover.File]:
        if path == STDIN:
            return self._stdin(_stdin_name(options))
        full = os.path.realpath(path)
        if os.path.isdir(full):
            inside = discover.walk(self.root, discover.relative(self.root, full))
            if self.settings.exclude:
                inside = (name for name in inside if not matches_any(name, self.settings.exclude))
            looked = [self._look(name) for name in discover.sift(self.root, inside, self.words)]
            return sorted((file for file in looked if file is not None), key=lambda file: file.path)
        name = discover.relative(self.root, full)
        if options.force_exclude and matches_any(name, self.settings.exclude):
            return []
        file = self._look(name) if discover.within(self.root, full) else _unseen(name)
        return [] if file is None else [file]

    def _look(self, name: str) -> discover.File | None:
        try:
            return discover.look(self.root, name, self.words)
        except FileNotFoundError:
            return None  # git lists what is gone from the disk
        except (OSError, ValueError):
            return _unseen(name)

    def _stdin(self, path: str) -> list[discover.File]:
        data = sys.stdin.buffer.read()
        name = discover.relative(self.root, os.path.realpath(path))
        kind = kinds.kind_by_content(kinds.kind_by_name(name), data)
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


def _unseen(name: str) -> discover.File | None:
    """A file of ours that cannot be looked at: the engine meets the same fault again, and makes a finding of it."""
    kind = kinds.kind_by_name(name)
    facts = kinds.possible_facts(kind)
    return discover.File(name, kind, facts, False) if facts else None


def _decode(name: str, kind: str, data: bytes) -> Source:
    if kind == "python":
        from prelaunch.readers import python

        return python.decode(name, data)
    return Source.decode(name, data)


def _stdin_name(options: Namespace) -> str:
    if not options.stdin_filename:
        raise CannotRunError("standard input needs --stdin-filename, which says how to read it")
    return str(options.stdin_filename)
