"""How the number of findings moved over the last commits, from git's objects."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from prelaunch import CannotRunError
from prelaunch.audit.record import Count
from prelaunch.gitdir.run import GitError, git
from prelaunch.gitdir.tree import GitTree
from prelaunch.writers.place import decodable

if TYPE_CHECKING:
    from argparse import Namespace


def history(repository: str, options: Namespace) -> tuple[Count, ...]:
    """The counts of the last commits of HEAD's main line, the newest first. Each is read with its own settings."""
    from prelaunch.audit.kept import Commits
    from prelaunch.audit.one import named_settings, settings_for, survey_tree

    def counted(commit: str) -> tuple[dict[str, int], bool]:
        with closing(GitTree(repository, commit)) as tree:
            counts = survey_tree(tree, settings_for(tree, options), imports=False).counts()
            return counts, tree.complete

    found = []
    known = Commits(repository, named_settings(options), "counts", cached=not options.no_cache)
    try:
        for commit, when, subject in commits(repository, options.history):
            counts = known.of(commit, partial(counted, commit))
            found.append(Count(commit, when, subject, **counts))
    except GitError as error:
        raise CannotRunError(f"--history: {error}") from None
    finally:
        known.save()  # what was counted before an end by force counts
    return tuple(found)


def commits(repository: str, number: int) -> list[tuple[str, str, str]]:
    """The last commits of HEAD's main line: name, date (ISO 8601) and subject."""
    wanted = ("--first-parent", f"--max-count={number}", "--format=%H%x00%cI%x00%s")
    said = git("--git-dir", repository, "log", *wanted, "HEAD", "--")
    lines = decodable(said.decode("utf-8", "surrogateescape")).splitlines()
    return [(parts[0], parts[1], parts[2]) for line in lines if len(parts := line.split("\0")) == 3]
