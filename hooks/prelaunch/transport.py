"""HTTP to a forge: JSON in and out, retried as the forge asks, and never a word of the token."""

from __future__ import annotations

import json
import random
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from prelaunch import CannotRunError, __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from email.message import Message

TRIES, LONGEST_WAIT, TIMEOUT = 5, 60.0, 30.0
"""Tries of one request, the longest wait between two (seconds), and how long an answer may take (seconds)."""

PAGES, MAX_ANSWER = 100, 50_000_000
_PASSING = frozenset({429, 500, 502, 503, 504})

TOKENS = {
    "github": ("PRELAUNCH_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"),
    "gitlab": ("PRELAUNCH_TOKEN", "GITLAB_TOKEN"),
    "gitea": ("PRELAUNCH_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"),
    "bitbucket": ("PRELAUNCH_TOKEN", "BITBUCKET_TOKEN"),
}
"""The variables that may hold a token, the first that does wins. GitLab's CI_JOB_TOKEN may not write comments."""

_HUB = "github.com"
_ACTIONS = ("GITHUB_API_URL", "GITHUB_SERVER_URL")
_ISSUERS = {
    "GITHUB_TOKEN": _ACTIONS,
    "GH_TOKEN": _ACTIONS,
    "GITLAB_TOKEN": ("GITLAB_HOST", "CI_API_V4_URL"),
    "GITEA_TOKEN": ("GITEA_SERVER_URL",),
    "FORGEJO_TOKEN": ("FORGEJO_SERVER_URL",),
}
"""By the variable of a token those that may say which host issued it.

Where none does, GITHUB_TOKEN and GH_TOKEN are GitHub's own, as for `gh`, which has the two ENTERPRISE ones for every
other host. Gitea's and Forgejo's runners set GITHUB_TOKEN too, and the address of their server beside it.
"""


def token_names(environment: Mapping[str, str], forge: str, api: str) -> list[str]:
    """The variables whose token may be sent to the API at the address `api`: a token belongs to its issuer's host."""
    host = _host(api)
    return [name for name in TOKENS[forge] if _belongs(environment, name, host)]


def _belongs(environment: Mapping[str, str], name: str, host: str) -> bool:
    if "ENTERPRISE" in name:
        return host != _HUB
    said = next((environment[issuer] for issuer in _ISSUERS.get(name, ()) if environment.get(issuer)), "")
    home = said or (_HUB if name in {"GITHUB_TOKEN", "GH_TOKEN"} else "")
    return not home or _host(home) == host


def _host(address: str) -> str:
    """The host of an address, or of a name alone; that of an API at GitHub's is the site's."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("api.") if host.endswith((".github.com", ".ghe.com")) else host


def token_in(environment: Mapping[str, str], names: Iterable[str]) -> str:
    """The token that the first of these variables holds, "" for none."""
    token = next((environment[name] for name in names if environment.get(name)), "").strip()
    if not token.isascii() or not token.isprintable():
        raise CannotRunError("the token holds a character that no token has")
    return token


class RefusedError(Exception):
    """The forge said no, or nothing; `status` is 0 where it did not answer. The message is one line."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status

    @property
    def forbidden(self) -> bool:
        """Whether the token may not do this: a fork's is read-only, and a 404 hides what it may not see."""
        return self.status in {401, 403, 404}


class Answer(NamedTuple):
    """A body, and the address of the next page ("" for none)."""

    data: bytes
    following: str


class _NoRedirect(HTTPRedirectHandler):
    """urllib would take the token along to wherever a redirect leads."""

    def redirect_request(self, *_: object) -> None:
        return None


class Client:
    """One forge's API. With `dry`, what would be written is handed to it instead of being sent."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        dry: Callable[[str, str, Any], None] | None = None,
        opener: OpenerDirector | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base, self.headers, self.dry, self.sleep = base, dict(headers), dry, sleep
        self.opener = opener or build_opener(_NoRedirect)

    def get(self, path: str) -> Any:  # noqa: ANN401 (JSON)
        """The body at `path`; `RefusedError` where there is none."""
        return _json(self._send("GET", self.base + path, None).data)

    def get_text(self, path: str) -> bytes:
        """The body at `path` as it is."""
        return self._send("GET", self.base + path, None).data

    def pages(self, path: str) -> Iterator[Any]:
        """The items of all pages at `path`, as the answers' `Link` headers lead on."""
        url = self.base + path
        for _ in range(PAGES):
            answer = self._send("GET", url, None)
            items = _json(answer.data)
            yield from items if isinstance(items, list) else ()
            url = answer.following
            if not url or urlsplit(url)[:2] != urlsplit(self.base)[:2]:  # the token goes to no other host
                return

    def write(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 (JSON)
        """Send a change; gives the answer's body, None for a dry run."""
        if self.dry is not None:
            self.dry(method, path, body)
            return None
        return _json(self._send(method, self.base + path, body).data)

    def _send(self, method: str, url: str, body: Any) -> Answer:  # noqa: ANN401 (JSON)
        data = None if body is None else json.dumps(body).encode()
        for attempt in range(TRIES):
            headers = {**self.headers, "User-Agent": f"prelaunch/{__version__}"}
            headers |= {} if data is None else {"Content-Type": "application/json"}
            request = Request(url, data, headers, method=method)  # noqa: S310 (whoever makes a client has looked at the scheme)
            last = attempt == TRIES - 1
            try:
                with self.opener.open(request, timeout=TIMEOUT) as answer:
                    return Answer(answer.read(MAX_ANSWER), _following(answer.headers))
            except HTTPError as error:
                with error:
                    wait = None if last else _wait(error, attempt)
                    if wait is None:
                        raise RefusedError(error.code, self._reason(method, url, error)) from None
            except (URLError, OSError, HTTPException) as error:
                # what was sent may have arrived: a second comment is worse than none
                if last or method == "POST":
                    raise RefusedError(0, f"{method} {urlsplit(url).path}: {_words(error)}") from None
                wait = _backoff(attempt)
            self.sleep(wait)
        raise AssertionError

    def _reason(self, method: str, url: str, error: HTTPError) -> str:
        try:
            body = _json(error.read(100_000))
        except (OSError, HTTPException):
            body = None
        message = body.get("message") if isinstance(body, dict) else None
        said = f": {' '.join(message.split())}" if isinstance(message, str) and message else ""
        reason = f"{method} {urlsplit(url).path}: {error.code} {error.reason}{said}"[:300]
        for value in self.headers.values():  # whatever a server sends back
            for secret in (value, value.partition(" ")[2]):
                reason = reason.replace(secret, "***") if len(secret) > 7 else reason
        return "".join(char if char.isprintable() else "?" for char in reason)


def _json(data: bytes) -> Any:  # noqa: ANN401 (JSON)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _following(headers: Message) -> str:
    """The address of the next page in a `Link` header (RFC 8288)."""
    for link in headers.get("Link", "").split(","):
        address, *parameters = link.split(";")
        if any(parameter.replace('"', "").strip() == "rel=next" for parameter in parameters):
            return address.strip().removeprefix("<").removesuffix(">")
    return ""


def _wait(error: HTTPError, attempt: int) -> float | None:
    """How long to wait before the next try; None where there is no use in one.

    A 403 is passing only where it says so: GitHub's secondary limits send Retry-After, its primary one how many
    requests are left.
    """
    asked = error.headers.get("Retry-After", "")
    limited = bool(asked) or error.headers.get("x-ratelimit-remaining") == "0"
    if error.code not in _PASSING and not (error.code == 403 and limited):
        return None
    reset = error.headers.get("x-ratelimit-reset", "")
    if _is_number(asked):
        wait = float(asked)
    elif limited and error.code in {403, 429} and _is_number(reset):
        wait = max(0.0, float(reset) - time.time())
    else:
        wait = _backoff(attempt)
    return wait if wait <= LONGEST_WAIT else None


def _is_number(said: str) -> bool:
    """Whether a header's value is a number of seconds; to `isdigit` alone `\u00b2` would be one."""
    return said.isascii() and said.isdigit()


def _backoff(attempt: int) -> float:
    return float(2**attempt) + random.random()  # noqa: S311 (so that many jobs do not come back at once)


def _words(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return " ".join((getattr(reason, "strerror", None) or str(reason) or type(reason).__name__).split())
