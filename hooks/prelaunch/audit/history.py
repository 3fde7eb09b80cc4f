"""How the number of findings moved over the last commits, from git's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch import CannotRunError
from prelaunch.audit.record import Count
from prelaunch.gitdir.run import GitError, git
from prelaunch.writers.place import decodable

if TYPE_CHECKING:
    from argparse import Namespace


def history(repository: str, options: Namespace) -> tuple[Count, ...]:
    """The counts of the last commits of HEAD's main line, the newest first. Each is read with its own settings."""
    from prelaunch.audit.one import survey_commit

    found = []
    try:
        for commit, when, subject in commits(repository, options.history):
            counts = survey_commit(repository, commit, options, imports=False).counts()
            found.append(Count(commit, when, subject, **counts))
    except GitError as error:
        raise CannotRunError(f"--history: {error}") from None
    return tuple(found)


def commits(repository: str, number: int) -> list[tuple[str, str, str]]:
    """The last commits of HEAD's main line: name, date (ISO 8601) and subject."""
    wanted = ("--first-parent", f"--max-count={number}", "--format=%H%x00%cI%x00%s")
    said = git("--git-dir", repository, "log", *wanted, "HEAD", "--")
    lines = decodable(said.decode("utf-8", "surrogateescape")).splitlines()
    return [(parts[0], parts[1], parts[2]) for line in lines if len(parts := line.split("\0")) == 3]
