"""Repositories from elsewhere: a clone without blobs, then the few that are needed, all at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prelaunch.git.run import GitError, git

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

TIMEOUT = 600.0
"""Seconds for one exchange with a server."""
_FETCH = ("-c", "fetch.negotiationAlgorithm=noop", "-c", "gc.auto=0", "-c", "maintenance.auto=false")


def clone(address: str, folder: str, depth: int = 1) -> None:
    """Clone the newest `depth` commits of an address into a bare repository at `folder`, without a single blob."""
    if address.startswith("-"):
        raise GitError(f"{address}: is not an address")
    blobless = ("--filter=blob:none", f"--depth={depth}", "--no-tags", "--single-branch")
    git("clone", "--quiet", "--bare", *blobless, "--", _with_scheme(address), folder, network=True, timeout=TIMEOUT)


def fetch_blobs(repository: str, names: Iterable[str]) -> bool:
    """Fetch these blobs in one go, as far as they are not here yet; whether there was anything to fetch."""
    wanted = lacking(repository, dict.fromkeys(names))
    if wanted:
        given = "".join(f"{name}\n" for name in wanted).encode()
        fetch = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin")
        git(*_FETCH, "--git-dir", repository, *fetch, stdin=given, network=True, timeout=TIMEOUT)
    return bool(wanted)


def lacking(repository: str, names: Collection[str]) -> list[str]:
    """Those of the objects that are not in the repository."""
    given = "".join(f"{name}\n" for name in names).encode()
    said = git("--git-dir", repository, "cat-file", "--batch-check", stdin=given).decode("ascii", "replace")
    return [line.split(" ")[0] for line in said.splitlines() if line.endswith(" missing")]


def _with_scheme(address: str) -> str:
    """A path as an address: git clones a path by copying its files, and leaves no blob out."""
    return f"file://{os.path.realpath(address)}" if os.path.isdir(address) else address
