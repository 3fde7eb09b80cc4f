"""The repositories of an organisation, as its forge lists them. Asked only for `audit --repos FORGE:OWNER`.

Facts: GitHub REST `GET /orgs/{org}/repos` (`/users/{user}/repos` for an account that is no organisation), GitLab
`GET /groups/{path}/projects`, Gitea and Forgejo `GET /orgs/{org}/repos`. Each names the next page in a `Link` header.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from prelaunch import CannotRunError
from prelaunch.transport import Client, RefusedError, token_in, token_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORGES = {"github": "api.github.com", "gitlab": "gitlab.com", "gitea": "codeberg.org"}
"""The forges, each with the host that is asked where a call names none."""

_PATHS = {
    "github": ("/orgs/{}/repos?per_page=100", "/users/{}/repos?per_page=100"),
    "gitlab": ("/groups/{}/projects?per_page=100&include_subgroups=true", "/users/{}/projects?per_page=100"),
    "gitea": ("/orgs/{}/repos?limit=50", "/users/{}/repos?limit=50"),
}
_BASES = {"github": "/api/v3", "gitlab": "/api/v4", "gitea": "/api/v1"}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def names_forge(place: str) -> bool:
    """Whether `place` is `FORGE:OWNER` or `FORGE:HOST/OWNER`, not a path or an address."""
    forge, colon, rest = place.partition(":")
    return bool(colon) and forge in FORGES and not rest.startswith("/") and not os.path.exists(place)


def repositories(place: str, environment: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
    """Name and address of every repository of `FORGE:[HOST/]OWNER` that is not archived, as the forge lists them."""
    forge, _, rest = place.partition(":")
    host, owner = _parts(forge, rest)
    base = _base(forge, host)
    tokens = token_names(environment, forge, base)
    client = Client(base, _headers(forge, token_in(environment, tokens)))
    refused: RefusedError | None = None
    for path in _PATHS[forge]:
        try:
            return list(_listed(client.pages(path.format(quote(owner, safe="")))))
        except RefusedError as error:  # noqa: PERF203 (two paths at most)
            refused = error
            if error.status != 404:
                break
    cure = f"; it may be private: set a token in {' or '.join(tokens)}" if refused and refused.forbidden else ""
    raise CannotRunError(f"--repos {place}: {refused}{cure}")


def _parts(forge: str, rest: str) -> tuple[str, str]:
    """Host ("" for the usual one) and owner; a group of GitLab's may have a path."""
    first, slash, owner = rest.partition("/")
    host = first if slash and ("." in first or ":" in first or first in _LOCAL) else ""
    owner = owner if host else rest
    good = owner and all(char.isalnum() or char in "._-/" for char in owner) and owner.isascii()
    if not good or ("/" in owner and forge != "gitlab") or owner.endswith("/"):
        raise CannotRunError(f"--repos {forge}:{rest}: write {forge}:OWNER or {forge}:HOST/OWNER")
    return host, owner


def _base(forge: str, host: str) -> str:
    if not host:
        return f"https://{FORGES[forge]}" + ("" if forge == "github" else _BASES[forge])
    name = urlsplit(f"//{host}").hostname
    return f"{'http' if name in _LOCAL else 'https'}://{host}{_BASES[forge]}"


def _headers(forge: str, token: str) -> dict[str, str]:
    if forge == "github":
        own = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        return {**own, "Authorization": f"Bearer {token}"} if token else own
    if not token:
        return {}
    return {"PRIVATE-TOKEN": token} if forge == "gitlab" else {"Authorization": f"token {token}"}


def _listed(items: Iterator[Any]) -> Iterator[tuple[str, str]]:
    for item in items:
        if not isinstance(item, dict) or item.get("archived") or item.get("disabled") or item.get("empty"):
            continue
        name = item.get("full_name") or item.get("path_with_namespace")
        address = item.get("clone_url") or item.get("http_url_to_repo")
        if isinstance(name, str) and isinstance(address, str) and address.startswith(("https://", "http://")):
            yield name, address
