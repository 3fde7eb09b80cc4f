"""What image registries say of base images: for which platforms there is one. Asked only by `audit --registry`.

Facts: the OCI distribution specification (a manifest or an index by tag, blobs by digest; a token where the answer to
a request without one names who gives it) and the OCI image index (platforms of its manifests; "unknown" for
attestations). A digest never changes its meaning, so what one stands for is kept for ever.
"""

from __future__ import annotations

import base64
import json
import os
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prelaunch.audit.record import BaseRow

TIMEOUT = 20.0
_MAX_ANSWER = 4_000_000
_PATIENCE = 30.0
"""Seconds that are waited at most where a registry says that it is asked too often."""
_HUB, _HUB_HOST = "docker.io", "registry-1.docker.io"
_INDEXES = "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"
_MANIFESTS = "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class RegistryError(Exception):
    """A registry did not answer the question; the message says why."""


class Reference(NamedTuple):
    """An image by its registry's host, its repository there, and a tag or digest."""

    host: str
    repository: str
    name: str


def reference(image: str) -> Reference:
    """The parts of an image's name, as Docker reads it: without a host it is Docker Hub's, without a tag `latest`."""
    rest, _, digest = image.partition("@")
    head, slash, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    host, _, path = head.partition("/") if slash else ("", "", "")
    if "." not in host and ":" not in host and host != "localhost":
        host, path = _HUB, head
    repository = f"{path}/{last}" if path else last
    if host in {_HUB, "index.docker.io"}:
        host, repository = _HUB_HOST, repository if "/" in repository else f"library/{repository}"
    return Reference(host, repository, digest or tag or "latest")


class Registries:
    """Answers of registries. `folder` keeps what digests stand for; None for no longer than this."""

    def __init__(self, folder: str | None = None) -> None:
        self._path = os.path.join(folder, "digests.json") if folder else None
        self._digests: dict[str, list[str]] = self._load()
        self._known: dict[Reference, tuple[str, ...] | str] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def complete(self, bases: Iterable[BaseRow]) -> tuple[BaseRow, ...]:
        """The rows, each with the platforms that its image has and those that it lacks, or why that is not known."""
        found = tuple(self._completed(row) for row in bases)
        self._save()
        return found

    def _completed(self, row: BaseRow) -> BaseRow:
        try:
            has = self.platforms(reference(row.name))
        except RegistryError as error:
            return row._replace(why=str(error))
        return row._replace(has=has, lacks=tuple(each for each in row.needed if not among(each, has)))

    def platforms(self, image: Reference) -> tuple[str, ...]:
        """The platforms that an image has; `RegistryError` where the registry does not say."""
        if image not in self._known:
            try:
                self._known[image] = self._ask(image)
            except RegistryError as error:
                self._known[image] = str(error)
        answer = self._known[image]
        if isinstance(answer, str):
            raise RegistryError(answer)
        return answer

    def _ask(self, image: Reference) -> tuple[str, ...]:
        path = f"manifests/{quote(image.name, safe=':')}"
        # a question for the head alone does not count against the limits of Docker Hub
        headers, _ = self._get(image, path, "HEAD")
        digest = headers.get("Docker-Content-Digest") or (image.name if ":" in image.name else "")
        if digest not in self._digests:
            found = self._read(image, path)
            if not digest:
                return found
            self._digests[digest] = list(found)
        return tuple(self._digests[digest])

    def _read(self, image: Reference, path: str) -> tuple[str, ...]:
        data = self._json(image, path)
        if isinstance(data.get("manifests"), list):
            platforms = [each.get("platform") for each in data["manifests"] if isinstance(each, dict)]
        else:
            config = data.get("config")
            digest = config.get("digest") if isinstance(config, dict) else None
            if not isinstance(digest, str):
                raise RegistryError("its answer is no manifest")
            platforms = [self._json(image, f"blobs/{quote(digest, safe=':')}")]
        spelled = [_spelled(each) for each in platforms if isinstance(each, dict)]
        return tuple(sorted({each for each in spelled if each}))

    def _json(self, image: Reference, path: str) -> dict[str, Any]:
        try:
            data = json.loads(self._get(image, path)[1])
        except (ValueError, RecursionError):
            raise RegistryError("its answer is no JSON") from None
        if not isinstance(data, dict):
            raise RegistryError("its answer is no manifest")
        return data

    def _get(self, image: Reference, path: str, method: str = "GET") -> tuple[Any, bytes]:
        scheme = "http" if _is_local(f"http://{image.host}") else "https"
        address = f"{scheme}://{image.host}/v2/{quote(image.repository)}/{path}"
        start = time.monotonic()
        while True:
            token = self._tokens.get((image.host, image.repository), "")
            try:
                return _answer(address, token, method, ", ".join((*_INDEXES, *_MANIFESTS)))
            except HTTPError as error:
                if error.code == 401 and not token:
                    self._tokens[image.host, image.repository] = _token(
                        image, error.headers.get("WWW-Authenticate", "")
                    )
                    continue
                wait = _wait(error.headers.get("Retry-After", "")) if error.code == 429 else None
                if wait is None or time.monotonic() - start + wait > _PATIENCE:
                    raise RegistryError(_SAID.get(error.code, f"{image.host} answers {error.code}")) from None
                time.sleep(wait)

    def _load(self) -> dict[str, list[str]]:
        try:
            with open(self._path or "", "rb") as file:
                data = json.load(file)
        except (OSError, ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) and all(isinstance(each, list) for each in data.values()) else {}

    def _save(self) -> None:
        if self._path is None or not self._digests:
            return
        from prelaunch import CannotRunError
        from prelaunch.audit.output import opened

        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            with opened(self._path) as file:
                json.dump(self._digests, file)
        except (OSError, CannotRunError):
            return  # it is asked again next time


_SAID = {
    401: "needs credentials: log in with `docker login`",
    403: "needs other credentials",
    404: "is not there",
    429: "is asked too often: try again later, or log in with `docker login`",
}


def _answer(address: str, authorization: str, method: str = "GET", accept: str = "*/*") -> tuple[Any, bytes]:
    try:
        request = Request(address, method=method, headers={"Accept": accept})  # noqa: S310 (http and https only)
        if authorization:
            request.add_unredirected_header("Authorization", authorization)  # not for whoever it sends us to
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 (http and https only)
            data = answer.read(_MAX_ANSWER + 1)
            if len(data) > _MAX_ANSWER:
                raise RegistryError("its answer is too large")
            return answer.headers, data
    except HTTPError:
        raise
    except URLError as error:
        raise RegistryError(f"cannot be asked: {error.reason}") from None
    except (OSError, ValueError, HTTPException) as error:
        raise RegistryError(f"cannot be asked: {error}") from None


def _token(image: Reference, challenge: str) -> str:
    """What to send as `Authorization`, by what the registry asks for: the user's name and password, or a token."""
    basic = _credentials(image.host)
    if challenge.lower().startswith("basic") and basic:
        return f"Basic {basic}"
    fields = _fields(challenge)
    realm = fields.pop("realm", "")
    if not challenge.lower().startswith("bearer") or not (realm.startswith("https://") or _is_local(realm)):
        raise RegistryError(_SAID[401])
    fields.setdefault("scope", f"repository:{image.repository}:pull")
    try:
        data = json.loads(_answer(f"{realm}?{urlencode(fields)}", f"Basic {basic}" if basic else "")[1])
    except HTTPError:
        raise RegistryError(_SAID[401]) from None
    except (ValueError, RecursionError):
        data = None
    token = (data.get("token") or data.get("access_token")) if isinstance(data, dict) else None
    if not isinstance(token, str):
        raise RegistryError("gives no token")
    return f"Bearer {token}"


def _is_local(address: str) -> bool:
    """Whether an address is one of this machine's, which may be asked without encryption."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _LOCAL


def _fields(challenge: str) -> dict[str, str]:
    """The fields of `Bearer realm="...",service="..."`."""
    fields = {}
    for part in challenge.partition(" ")[2].split('",'):
        name, _, value = part.strip().partition("=")
        fields[name] = value.strip('"')
    return fields


def _credentials(host: str) -> str:
    """The user's name and password for a host as Docker's configuration has them; no helper program is run."""
    folder = os.environ.get("DOCKER_CONFIG") or os.path.join(os.path.expanduser("~"), ".docker")
    try:
        with open(os.path.join(folder, "config.json"), "rb") as file:
            auths = json.load(file)["auths"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    names = (host, f"https://{host}", *(("https://index.docker.io/v1/",) if host == _HUB_HOST else ()))
    for name in names:
        entry = auths.get(name) if isinstance(auths, dict) else None
        if isinstance(entry, dict):
            if isinstance(entry.get("auth"), str):
                return str(entry["auth"])
            if "username" in entry:
                return base64.b64encode(f"{entry['username']}:{entry.get('password', '')}".encode()).decode()
    return ""


def _wait(said: str) -> float:
    return float(said) if said.isascii() and said.isdigit() else 1.0


def _spelled(platform: dict[str, Any]) -> str:
    """A platform as people write it; "" for what is none (an attestation)."""
    parts = [platform.get("os"), platform.get("architecture"), platform.get("variant")]
    if not all(isinstance(part, str) and part for part in parts[:2]) or "unknown" in parts:
        return ""
    return "/".join(str(part) for part in parts if part)


def among(needed: str, has: Iterable[str]) -> bool:
    """Whether one of the platforms serves where another is needed: the variant may be left out on either side."""
    from prelaunch.platforms import parse

    try:
        wanted = parse(needed)
        given = [parse(each) for each in has]
    except ValueError:
        return needed in has
    return any(
        (each.os, each.architecture) == (wanted.os, wanted.architecture)
        and (not wanted.variant or not each.variant or each.variant <= wanted.variant)
        for each in given
    )
