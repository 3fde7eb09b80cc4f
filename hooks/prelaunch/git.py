"""git, asked about a repository; nothing is written and no program that the repository names is run."""

from __future__ import annotations

import os
import subprocess

from prelaunch import CannotRunError
from prelaunch.discover import MAX_BYTES, git_environment
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
# All that a user's or a repository's configuration could change about the form of a diff.
_PLAIN = (
    "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules", "--find-renames",
    "--src-prefix=a/", "--dst-prefix=b/", "--inter-hunk-context=0", "--diff-algorithm=myers",
)  # fmt: skip


_AT_ONCE = 200


class GitError(Exception):
    """git said no; the message is what it said, on one line."""


def ask(root: str, *arguments: str) -> bytes:
    """What git answers in the repository at `root`; `GitError` where it says no."""
    environment = {**git_environment(), "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *_SAFE, "-C", root, *arguments], capture_output=True, env=environment, check=False
        )
    except OSError as error:
        raise CannotRunError(f"git cannot be run: {(error.strerror or 'unknown reason').lower()}") from None
    if done.returncode:
        raise GitError(" ".join(done.stderr.decode("utf-8", "replace").split()))
    return done.stdout


def commit(root: str, ref: str) -> str | None:
    """The hash of the commit that `ref` names; None where it names none."""
    try:
        return ask(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").decode().strip()
    except GitError:
        return None


def merge_base(root: str, one: str, other: str) -> str | None:
    """The commit at which two commits parted; None where the clone holds none."""
    try:
        return ask(root, "merge-base", one, other).decode().split("\n", 1)[0] or None
    except GitError:
        return None


def diff(root: str, base: str) -> bytes:
    """The patch from a commit to the work tree, without context; renames are found.

    An attribute (`-diff`) that keeps a text out of diffs hides nothing from us; what is no text is left out.
    """
    patch = ask(root, "diff", *_PLAIN, "--unified=0", base, "--")
    hidden = [path for path in _not_shown(root, base) if _is_text(os.path.join(root, path[-1]))]
    for start in range(0, len(hidden), _AT_ONCE):
        paths = [name for names in hidden[start : start + _AT_ONCE] for name in names]
        patch += ask(root, "--literal-pathspecs", "diff", *_PLAIN, "--text", "--unified=0", base, "--", *paths)
    return patch


def _not_shown(root: str, base: str) -> Iterator[tuple[str, ...]]:
    """The changed files whose lines git does not show: the path, for a renamed one the old path and the new one."""
    words = iter(os.fsdecode(ask(root, "diff", *_PLAIN, "--numstat", "-z", base, "--")).split("\0"))
    for word in words:
        added, _, rest = word.partition("\t")
        path = rest.partition("\t")[2]
        paths = (path,) if path else (next(words, ""), next(words, ""))
        if added == "-":
            yield paths


def _is_text(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"\0" not in file.read(MAX_BYTES) and not file.read(1)
    except (OSError, ValueError):
        return False


def untracked(root: str) -> list[str]:
    """The files that git neither tracks nor ignores."""
    return os.fsdecode(ask(root, "ls-files", "--others", "--exclude-standard", "-z")).split("\0")[:-1]
