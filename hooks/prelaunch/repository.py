"""What git knows of a file: its mode and bytes in the index, its attributes, whether it is ignored.

Asked of git itself, for many paths in one process each, and only for the paths that somebody wants to know of. Nothing
of the repository runs: `ls-files`, `cat-file --batch` and `check-attr` start no hook, no filter and no text conversion,
and a monitor that its configuration names is switched off.
"""

from __future__ import annotations

import os
import stat

from prelaunch.discover import git_environment, git_top
from prelaunch.files import Disk
from prelaunch.globs import matches_any
from prelaunch.image import Committed
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prelaunch.project import Project

MAX_BYTES = 2_000_000
"""A larger file is not read; no script and no module that a container starts with is that long."""

MAX_LINES = 2_000
"""How many lines of a `.gitignore` are read."""

_AT_ONCE = 200

_SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")


class _Entry(NamedTuple):
    mode: str
    blob: str


def committed(project: Project, paths: Sequence[str]) -> dict[str, Committed | None]:
    """What git has of each path (relative to the project's root); the file system's word where it is not tracked."""
    known: dict[str, Committed | None] = project.memo.setdefault(("git", "committed"), {})
    wanted = [path for path in dict.fromkeys(paths) if path not in known]
    if wanted:
        known.update(dict.fromkeys(wanted))
        if project.root is None:
            known.update((path, project.files.committed(path)) for path in wanted)
            return {path: known[path] for path in paths}
        entries = _entries(project, wanted)
        blobs = _blobs(project, [entry.blob for entry in entries.values()])
        attributes = _attributes(project, list(entries))
        for path in wanted:
            entry = entries.get(path)
            if path in project.given:
                known[path] = _given(project, path, entry, attributes.get(path, {}))
            elif entry is None:
                known[path] = _from_disk(project, path)
            else:
                known[path] = _from_index(entry, blobs.get(entry.blob), attributes.get(path, {}))
    return {path: known[path] for path in paths}


def ignored(project: Project, path: str) -> bool:
    """Whether git ignores the path, so that a file which is not there may yet be made before a build."""
    project.ask("ignored", path)
    known: dict[str, bool] = project.memo.setdefault(("git", "ignored"), {})
    if path not in known and project.root is None:
        known[path] = _is_listed(project, path)
    if path not in known:
        out = _git(
            project, ["check-ignore", "--no-index", "-z", "--stdin"], f"{path}\0".encode("utf-8", "surrogateescape")
        )
        known[path] = bool(out)
    return known[path]


def _is_listed(project: Project, path: str) -> bool:
    """Whether a `.gitignore` on the way to the path names it or a folder above it, for a commit without a work tree.

    git itself answers for a work tree only. What a line with `!` takes back still counts, and `[a-c]` is any character:
    a file too many that may yet be made is no harm.
    """
    parts = path.split("/")
    for number in range(len(parts)):
        source = project.read("/".join([*parts[:number], ".gitignore"]))
        lines = source.text.splitlines() if source is not None else []
        globs = [line.strip() for line in lines[:MAX_LINES] if line.strip() and line[0] not in "#!"]
        if matches_any("/".join(parts[number:]), (_without_classes(glob) for glob in globs)):
            return True
    return False


def _without_classes(glob: str) -> str:
    """A line with a `?` in place of every `[...]`, which stands for one character."""
    head, bracket, rest = glob.partition("[")
    while bracket:
        head, (_, _, rest) = f"{head}?", rest.partition("]")
        before, bracket, rest = rest.partition("[")
        head += before
    return head


def in_submodule(project: Project, path: str) -> bool:
    """Whether the path lies in a submodule, whose files may not be there yet."""
    key = ("git", "submodules")
    if key not in project.memo:
        source = project.read(".gitmodules")
        lines = (line.strip().partition("=") for line in (source.text if source is not None else "").splitlines())
        project.memo[key] = tuple(value.strip() for name, _, value in lines if name.strip() == "path")
    return any(path == one or path.startswith(f"{one}/") for one in project.memo[key])


def _from_index(entry: _Entry, data: bytes | None, attributes: dict[str, str]) -> Committed:
    return Committed(
        tracked=True,
        executable=entry.mode == "100755",
        link=entry.mode == "120000",
        data=data,
        text=attributes.get("text", ""),
        eol=attributes.get("eol", ""),
    )


def _given(project: Project, path: str, entry: _Entry | None, attributes: dict[str, str]) -> Committed | None:
    """A text that stands for a file (a fix that is tried, standard input), with the mode of what it stands for."""
    source = project.given[path]
    data = source.encode(source.text)
    if entry is not None:
        return _from_index(entry, data, attributes)
    found = _from_disk(project, path)
    return found._replace(data=data) if found is not None else Committed(False, None, False, data)


def _from_disk(project: Project, path: str) -> Committed | None:
    if not isinstance(project.files, Disk):
        return None
    full = os.path.join(project.files.root, path)
    try:
        link = os.path.islink(full)
        real = os.path.realpath(full)
        status = os.stat(real)
        if not stat.S_ISREG(status.st_mode) or not project.files.holds(real):
            return None
        data = None
        if status.st_size <= MAX_BYTES:
            with open(real, "rb") as file:
                data = file.read(MAX_BYTES)
    except (OSError, ValueError):
        return None
    executable = bool(status.st_mode & 0o111) if os.name == "posix" else None
    return Committed(False, executable, link, data)


def _git(project: Project, command: Sequence[str], data: bytes = b"") -> bytes | None:
    """What a git command prints; None where there is no repository or no git."""
    if project.root is None or git_top(project.root) is None:
        return None
    import subprocess

    try:
        done = subprocess.run(
            ["git", *_SAFE, "-C", project.root, *command],
            input=data,
            capture_output=True,
            env=git_environment(),
            check=False,
        )
    except (OSError, ValueError):
        return None
    return done.stdout if done.returncode == 0 else None


def _entries(project: Project, paths: Iterable[str]) -> dict[str, _Entry]:
    names = [path for path in paths if path and "\0" not in path]
    found = {}
    for first in range(0, len(names), _AT_ONCE):
        pathspecs = [f":(literal){name}" for name in names[first : first + _AT_ONCE]]
        out = _git(project, ["ls-files", "--stage", "-z", "--", *pathspecs])
        for line in os.fsdecode(out or b"").split("\0")[:-1]:
            head, _, path = line.partition("\t")
            mode, blob, stage = head.split(" ")
            if stage == "0" and mode in {"100644", "100755", "120000"}:
                found[path] = _Entry(mode, blob)
    return found


def _blobs(project: Project, names: Sequence[str]) -> dict[str, bytes]:
    """The bytes of blobs. One that is not here (a partial clone) is not fetched, a huge one not read: left out."""
    if not names:
        return {}
    sizes = _git(project, ["cat-file", "--batch-check", "--buffer"], "".join(f"{name}\n" for name in names).encode())
    small = [
        line.split(b" ")[0]
        for line in (sizes or b"").splitlines()
        if line.rpartition(b" ")[2].isdigit() and int(line.rpartition(b" ")[2]) <= MAX_BYTES
    ]
    out = _git(project, ["cat-file", "--batch", "--buffer"], b"".join(name + b"\n" for name in small)) or b""
    found, at = {}, 0
    while at < len(out):
        end = out.find(b"\n", at)
        head = out[at:end].split(b" ") if end >= 0 else []
        at = end + 1
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            found[head[0].decode()] = out[at : at + size]
            at += size + 1
        elif end < 0:
            break
    return found


def _attributes(project: Project, paths: Sequence[str]) -> dict[str, dict[str, str]]:
    if not paths:
        return {}
    data = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    out = _git(project, ["check-attr", "-z", "--stdin", "text", "eol"], data)
    fields = os.fsdecode(out or b"").split("\0")[:-1]
    found: dict[str, dict[str, str]] = {}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        if value != "unspecified":
            found.setdefault(path, {})[name] = value
    return found
