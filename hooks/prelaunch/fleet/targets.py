"""Which repositories: the lines of a file, the git directories below a folder, or all of an owner on a forge."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from prelaunch import CannotRunError
from prelaunch.gitdir.describe import git_directory
from prelaunch.writers.place import decodable

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH = 3


class Target(NamedTuple):
    """One repository: what it is called where no remote says its name, and its git directory or its address."""

    name: str
    place: str
    remote: bool


def targets(place: str) -> list[Target]:
    """The repositories of a file or folder, each once, in order."""
    if os.path.isdir(place):
        found = list(_below(os.path.realpath(place), os.path.realpath(place), 0))
    elif os.path.isfile(place):
        found = list(_of_file(place))
    else:
        from prelaunch.fleet.forge import FORGES, names_forge, repositories

        if not names_forge(place):
            forges = ", ".join(f"{forge}:OWNER" for forge in FORGES)
            raise CannotRunError(f"--repos {place}: no such file or folder, and none of {forges}")
        found = [Target(name, address, remote=True) for name, address in repositories(place)]
    if not found:
        raise CannotRunError(f"--repos {place}: names no repository")
    return list({each.place: each._replace(name=decodable(each.name)) for each in _shortened(found)}.values())


def _shortened(found: list[Target]) -> Iterator[Target]:
    """The targets, those that are called by an absolute path without what all of these have in common."""
    paths = [os.path.dirname(target.name) for target in found if os.path.isabs(target.name)]
    common = os.path.commonpath(paths) if paths else ""
    for target in found:
        short = os.path.relpath(target.name, common).replace(os.sep, "/") if os.path.isabs(target.name) else target.name
        yield target._replace(name=short)


def _below(top: str, folder: str, depth: int) -> Iterator[Target]:
    repository = git_directory(folder)
    if repository is not None:
        name = os.path.relpath(folder, top).replace(os.sep, "/")
        yield Target(os.path.basename(folder) if name == "." else name, repository, remote=False)
        return
    if depth >= _DEPTH:
        return
    try:
        with os.scandir(folder) as entries:
            inner = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for path in inner:
        yield from _below(top, path, depth + 1)


def _of_file(place: str) -> Iterator[Target]:
    """A repository a line: a path (relative to the file) or an address; `#` starts a comment."""
    try:
        with open(place, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.split("#", 1)[0].strip() for line in file]
    except OSError as error:
        raise CannotRunError(f"--repos {place}: {(error.strerror or 'cannot be read').lower()}") from None
    home = os.path.dirname(os.path.abspath(place))
    for line in filter(None, lines):
        path = os.path.join(home, line)
        if os.path.isdir(path):
            # a folder that is no repository becomes a row that says so
            yield Target(line, git_directory(path) or path, remote=False)
        elif ":" in line:
            yield Target(_name(line), line, remote=True)
        else:
            yield Target(line, path, remote=False)


def _name(address: str) -> str:
    """`team/api` of `https://example.com/team/api.git` and of `git@example.com:team/api.git`."""
    rest = address.rstrip("/").removesuffix(".git")
    rest = rest.partition("://")[2].partition("/")[2] if "://" in rest else rest.partition(":")[2]
    return rest.strip("/") or address
