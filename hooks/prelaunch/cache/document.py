"""Where what is kept lies: a few files a project, each replaced at once or not at all, in the user's cache folder.

Whatever is wrong with it (damaged, of another version, not writable), a run without it gives the same output.
"""

from __future__ import annotations

import os

from prelaunch.cache.digest import digest
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.typed import Any

FOLDER = "PRELAUNCH_CACHE_DIR"
"""The environment variable that names another folder; empty, nothing is kept."""
_MAX_FILE = 64_000_000
_MAX_FOLDER = 256_000_000
_FORM = 2


class Document:
    """What is kept of one project.

    `looks`: by path what a file may hold; `digests`: by path the stamp and the digest of a content. `asks` and `groups`
    are questions with their answers (see `answers.Checker`). `results`: by path the numbers of the questions, the
    findings, and how many builds the file holds, and of these how many are unknown.
    """

    def __init__(self) -> None:
        self.looks: dict[str, list[Any]] = {}
        self.digests: dict[str, list[Any]] = {}
        self.asks: list[list[str]] = []
        self.groups: list[list[int]] = []
        self.results: dict[str, list[Any]] = {}


def folder() -> str | None:
    """The folder of the cache; None where there is to be none."""
    named = os.environ.get(FOLDER)
    if named is not None:
        return named or None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "prelaunch") if os.path.isabs(base) else None


def load(path: str, key: str) -> Document:
    """What is kept at `path` under `key` (all that the findings depend on beside the files); an empty one for none."""
    import json

    found = Document()
    try:
        vars(found).update(json.loads(read(path, key) or b"{}"))
    except ValueError:
        return Document()
    return found


def save(path: str, key: str, document: Document) -> None:
    """Keep it, if that is possible."""
    import json

    write(path, key, json.dumps(vars(document), separators=(",", ":")).encode())


def read(path: str, key: str) -> bytes | None:
    """What stands in the file at `path`, if it is whole, of this version and of this key."""
    try:
        with open(path, "rb") as file:
            head, _, body = file.read(_MAX_FILE).partition(b"\n")
    except OSError:
        return None
    return body if head == _head(key, body) else None


def _head(key: str, body: bytes) -> bytes:
    """The first line: it tells that the rest is whole, and of this version and key."""
    return f"prelaunch cache {_FORM} {key} {digest(body)}".encode()


def write(path: str, key: str, body: bytes) -> None:
    """Put `body` into the file at `path`, if that is possible. Of several runs at once the last one's stays, whole."""
    if len(body) > _MAX_FILE - 1000:
        return
    import tempfile
    from contextlib import suppress

    home = os.path.dirname(path)
    with suppress(OSError):
        os.makedirs(home, mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home, suffix=".new", delete=False) as file:
            name = file.name
            try:
                file.write(_head(key, body) + b"\n" + body)
            except OSError:
                os.unlink(name)
                raise
        os.replace(name, path)
        _shrink(home)


def _shrink(home: str) -> None:
    """Delete what was written longest ago, until the folder is small enough."""
    entries = sorted(
        (entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(home) if entry.is_file()
    )
    size = sum(entry[1] for entry in entries)
    for _, own, path in entries[:-1]:
        if size <= _MAX_FOLDER:
            break
        os.unlink(path)
        size -= own
