"""Repositories from elsewhere: a clone without blobs, then the few that are needed, all at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch.gitdir.run import GitError, git

if TYPE_CHECKING:
    from collections.abc import Iterable

TIMEOUT = 600.0
"""Seconds for one exchange with a server."""
_FETCH = ("-c", "fetch.negotiationAlgorithm=noop", "-c", "gc.auto=0", "-c", "maintenance.auto=false")


def clone(address: str, folder: str, depth: int = 1) -> None:
    """Clone the newest `depth` commits of an address into a bare repository at `folder`, without a single blob."""
    if address.startswith("-"):
        raise GitError(f"{address}: is not an address")
    blobless = ("--filter=blob:none", f"--depth={depth}", "--no-tags", "--single-branch")
    git("clone", "--quiet", "--bare", *blobless, "--", _with_scheme(address), folder, network=True, timeout=TIMEOUT)


def fetch_blobs(repository: str, names: Iterable[str]) -> None:
    """Fetch these blobs in one go."""
    given = "".join(f"{name}\n" for name in dict.fromkeys(names)).encode()
    if given:
        fetch = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin")
        git(*_FETCH, "--git-dir", repository, *fetch, stdin=given, network=True, timeout=TIMEOUT)


def lacking(repository: str, commit: str) -> set[str]:
    """The blobs of a commit that a clone has left out; none where the repository is whole.

    Asked beforehand, because git ends where it is asked for such a blob and may not fetch it.
    """
    try:
        with open(os.path.join(repository, "config"), "rb") as file:
            config = file.read(1_000_000).lower()
    except OSError:
        return set()
    if b"promisor" not in config and b"partialclone" not in config:
        return set()
    listed = git("--git-dir", repository, "rev-list", "--objects", "--missing=print", f"{commit}^{{tree}}", "--")
    return {line[1:] for line in listed.decode("utf-8", "replace").splitlines() if line.startswith("?")}


def _with_scheme(address: str) -> str:
    """A path as an address: git clones a path by copying its files, and leaves no blob out."""
    return f"file://{os.path.realpath(address)}" if os.path.isdir(address) else address
