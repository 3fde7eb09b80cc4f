"""Paths to the files worth reading: by name, then by `in` on bytes, before anything is parsed.

This module runs in every call of the hook, also where nothing is to be done: it imports `os` only (`typing`, `re` or
`dataclasses` would cost more than the work itself).
"""

from __future__ import annotations

import os

from prelaunch.file_names import kind_by_name
from prelaunch.kinds import (
    BUILD_KINDS,
    BUILD_WORDS,
    IMAGE_WORDS,
    IMPORT_KINDS,
    MARK,
    YAML_WORDS,
    any_of,
    facts_in,
    kind_by_content,
    possible_facts,
    shebang_kind,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prelaunch.kinds import Word, Words


_FOREIGN = ("vendor/", "node_modules/")
"""Other people's code, kept in the repository: what it builds is not this project's to mend."""

MAX_BYTES = 2_000_000  # as prelaunch.project, which costs an import too many here


_BATCH = 48
_LARGE = 100_000
_GIT_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
_UTF16 = frozenset({b"\xff\xfe", b"\xfe\xff"})
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class File:
    """A file to be read: its path relative to the root, its kind, and which facts it may hold (`BUILD` ...)."""

    __slots__ = ("facts", "kind", "marked", "path")

    def __init__(self, path: str, kind: str, facts: frozenset[str], marked: bool) -> None:
        self.path, self.kind, self.facts, self.marked = path, kind, facts, marked

    def __repr__(self) -> str:
        return f"File({self.path!r}, {self.kind!r}, {sorted(self.facts)}, marked={self.marked})"


def sift(root: str, paths: Iterable[str], words: Words, imageless: set[str] | None = None) -> Iterator[str]:
    """`paths` without the files of the commonest kinds (Python, JavaScript, YAML) that hold no word that `look` wants.

    Small files are searched many at a time, because in most trees nearly all are plain, and one search through all of
    them costs a fraction of one through each. What cannot be read is kept, for `look` to say. YAML files in which no
    image is named are added to `imageless`, so that who looks for deploy files need not read them again.
    """
    extra = words.get("") or ()
    javascript = (*BUILD_WORDS["javascript"], *extra, MARK, *_UTF16)
    wanted: dict[str, tuple[Word, ...]] = {"yaml": (*YAML_WORDS, *extra, MARK, *_UTF16), "javascript": javascript}
    python = words.get("python", ())
    if python is not None:
        wanted["python"] = (*BUILD_WORDS["python"], *extra, *python, MARK, *_UTF16)
    # a test is asked of each file by itself: of many together nearly every test holds
    tests = {kind: [word for word in of_kind if callable(word)] for kind, of_kind in wanted.items()}
    wanted = {kind: tuple(word for word in of_kind if not callable(word)) for kind, of_kind in wanted.items()}
    held: dict[str, list[str]] = {kind: [] for kind in wanted}
    texts: dict[str, list[bytes]] = {kind: [] for kind in wanted}
    for path in paths:
        kind = "python" if path.endswith(".py") else kind_by_name(path)
        if kind not in wanted:
            yield path
            continue
        try:
            data = read_regular(f"{root}/{path}", script=False)
        except (OSError, ValueError):
            yield path
            continue
        if data is None:
            continue
        if tests[kind] and any(test(data) for test in tests[kind]):
            yield path
            continue
        held[kind].append(path)
        texts[kind].append(data)
        if len(held[kind]) >= _BATCH or len(data) > _LARGE:
            together = b"\n".join(texts[kind])
            if any_of(wanted[kind], together):
                yield from held[kind]
            if imageless is not None and kind == "yaml" and not any_of(IMAGE_WORDS, together):
                imageless.update(held[kind])
            held[kind], texts[kind] = [], []
    for kind, rest in held.items():
        if any_of(wanted[kind], b"\n".join(texts[kind])):
            yield from rest


def look(root: str, path: str, words: Words) -> File | None:
    """What the file at `path` (relative to `root`) may hold; None where it need not be read.

    A file that cannot be opened raises OSError (ValueError for an impossible name) where its name says that it matters.
    """
    kind = kind_by_name(path)
    if not kind:
        return None
    try:
        data = read_regular(f"{root}/{path}" if root else path, script=kind == "script")
    except (OSError, ValueError):
        if kind in BUILD_KINDS or kind in IMPORT_KINDS:
            raise
        return None  # some YAML, some file without an ending: nothing says that it is ours
    return None if data is None else classify(path, kind, data, words)


def classify(path: str, kind: str, data: bytes, words: Words) -> File | None:
    """What a file of this content may hold, whose name gave `kind`; None where it need not be read."""
    marked = MARK in data
    if kind == "yaml" and not marked and not words.get("") and not any_of(YAML_WORDS, data):
        return None
    kind = kind_by_content(kind, data)
    if not kind:
        return None
    facts = facts_in(kind, data, words)
    if data[:2] in _UTF16 and (kind in BUILD_KINDS or kind in IMPORT_KINDS) and kind != "windows":
        facts = possible_facts(kind)  # no word can be seen in it; the engine says that it is not text
    return File(path, kind, facts, marked) if facts or marked else None


def unseen(path: str) -> File | None:
    """A file of ours that cannot be looked at: the engine meets the same fault again, and makes a finding of it."""
    kind = kind_by_name(path)
    facts = possible_facts(kind)
    return File(path, kind, facts, marked=False) if facts else None


def read_regular(full: str, *, script: bool) -> bytes | None:
    """The bytes of a regular file, None for anything else; of a script whose first line is no shebang only that."""
    descriptor = os.open(full, _OPEN)
    try:
        status = os.fstat(descriptor)
        if status.st_mode & 0o170000 != 0o100000:
            return None  # a submodule, a pipe (which would block)
        if not script:
            return os.read(descriptor, min(status.st_size, MAX_BYTES))
        head = os.read(descriptor, 200)
        return head + os.read(descriptor, MAX_BYTES) if shebang_kind(head) else None
    finally:
        os.close(descriptor)


def find_root(paths: Sequence[str]) -> str:
    """The project's root: the git top level above the first path, else the folder that holds all the paths."""
    folders = _folders(paths)
    top = git_top(folders[0])
    if top and all(within(top, folder) for folder in folders):
        return top
    return os.path.commonpath(folders)


def common_folder(paths: Sequence[str]) -> str:
    """The deepest folder that holds all the paths."""
    return os.path.commonpath(_folders(paths))


def _folders(paths: Sequence[str]) -> list[str]:
    return [os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths]


def git_top(folder: str) -> str | None:
    """The nearest folder upwards (this one included) that holds `.git`."""
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def within(root: str, path: str) -> bool:
    """Whether the absolute `path` is `root` or lies below it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def relative(root: str, path: str) -> str:
    """`path` (absolute, inside `root`) as everyone names it: relative to `root`, with `/`."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def is_foreign(path: str) -> bool:
    """Whether a path lies in a folder of other people's code."""
    # the first test is for speed: next to no path holds the names at all
    return ("vendor/" in path or "node_modules/" in path) and any(f"/{name}" in f"/{path}" for name in _FOREIGN)


def git_environment() -> dict[str, str]:
    """The environment for a git command that reads: it writes no index and fetches nothing.

    GIT_DIR and the like, which git sets for a hook, would speak of another repository than the one at hand.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _GIT_PLACES}
    return {**environment, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
