"""What a repository is called, where it lives on its forge, and the address of a line there."""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple
from urllib.parse import quote

from prelaunch.gitdir.run import GitError, git

_LINES = {
    "github": "{home}/blob/{commit}/{path}#L{first}-L{last}",
    "gitlab": "{home}/-/blob/{commit}/{path}#L{first}-{last}",
    "bitbucket": "{home}/src/{commit}/{path}#lines-{first}:{last}",
    "gitea": "{home}/src/commit/{commit}/{path}#L{first}-L{last}",
}
_FORGES = {"github": "github", "gitlab": "gitlab", "bitbucket": "bitbucket", "gitea": "gitea", "forgejo": "gitea"}
_HOSTS = {"codeberg.org": "gitea"}


class Identity(NamedTuple):
    """A repository: its name, the commit that is checked out ("" for none), the address of its home ("" for none)."""

    name: str
    commit: str = ""
    home: str = ""


def identify(repository: str, fallback: str, revision: str = "HEAD") -> Identity:
    """Who the repository of a git directory is; `fallback` is its name where no remote says one."""
    home = home_of(_said(repository, "config", "--get", "remote.origin.url"))
    commit = _said(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return Identity(home.partition("://")[2].partition("/")[2] or fallback, commit, home)


def _said(repository: str, *arguments: str) -> str:
    try:
        return git("--git-dir", repository, *arguments).decode("utf-8", "replace").strip()
    except GitError:
        return ""


def home_of(remote: str) -> str:
    """The address of a remote's page, without credentials and `.git`; "" for a path, or what is no address at all."""
    if "://" in remote:
        scheme, _, rest = remote.partition("://")
        if scheme not in {"https", "http", "ssh", "git", "git+ssh"}:
            return ""
        host, _, path = rest.partition("/")
        host = host.rpartition("@")[2]
        if scheme not in {"https", "http"}:
            host = host.partition(":")[0]
    else:  # git@host:owner/name
        host, colon, path = remote.partition(":")
        host = host.rpartition("@")[2]
        if not colon or "/" in host or len(host) < 2 or path.startswith(":"):
            return ""
    path = path.strip("/").removesuffix(".git")
    if not host or not path or not all(char.isalnum() or char in "._-:" for char in host):
        return ""
    return f"https://{host}/{quote(path, safe='/~')}"


def line_address(home: str, commit: str, path: str, first: int, last: int) -> str:
    """The address of lines on the forge; "" where the forge's way to spell one is not known."""
    host = home.partition("://")[2].partition("/")[0].lower()
    forge = _HOSTS.get(host) or next((forge for word, forge in _FORGES.items() if word in host), "")
    if not forge or not commit:
        return ""
    return _LINES[forge].format(home=home, commit=commit, path=quote(os.fsencode(path)), first=first, last=last)


def git_directory(folder: str) -> str | None:
    """The git directory of a bare clone, or of a work tree whose top `folder` is; None where it is neither."""
    for place in (folder, os.path.join(folder, ".git")):
        if os.path.isfile(os.path.join(place, "HEAD")) and os.path.isdir(os.path.join(place, "objects")):
            return place
    link = os.path.join(folder, ".git")  # a worktree, a submodule: a file that names the place
    if os.path.isfile(link):
        found = _said(link, "rev-parse", "--absolute-git-dir")
        return found or None
    return None


def blob_name(data: bytes, like: str) -> str:
    """The name that git gives to a content, by the same hash as the name `like`."""
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()
