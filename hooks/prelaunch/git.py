"""git, asked about a repository; nothing is written and no program that the repository names is run."""

from __future__ import annotations

import os
import subprocess

from prelaunch import CannotRunError
from prelaunch.discover import git_environment

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
# All that a user's or a repository's configuration could change about the form of a diff.
_PLAIN = (
    "--no-color", "--no-ext-diff", "--no-textconv", "--text", "--no-relative", "--ignore-submodules", "--find-renames",
    "--src-prefix=a/", "--dst-prefix=b/", "--inter-hunk-context=0", "--diff-algorithm=myers",
)  # fmt: skip


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


def diff(root: str, *commits: str, context: int = 0) -> bytes:
    """The patch between two commits, or between one and the work tree; renames are found."""
    return ask(root, "diff", *_PLAIN, f"--unified={context}", *commits, "--")


def untracked(root: str) -> list[str]:
    """The files that git neither tracks nor ignores."""
    return os.fsdecode(ask(root, "ls-files", "--others", "--exclude-standard", "-z")).split("\0")[:-1]
