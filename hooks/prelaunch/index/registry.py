"""The package registry: which files a distribution has there, and their bytes (PEP 503, PEP 691, PEP 700).

The address is never written here: it is given, or what pip is configured to use.
"""

from __future__ import annotations

import hashlib
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from typing import NamedTuple

from prelaunch.index.extract import normalised

_JSON = "application/vnd.pypi.simple.v1+json"
_TRIES = 5
_LONGEST_WAIT = 60.0
_TIMEOUT = 120


class RegistryError(Exception):
    """A file or a listing that cannot be had; the message is one line."""


class File(NamedTuple):
    """A wheel of the registry. `uploaded` is an ISO date and time, "" where it is not said; `size` is in bytes."""

    name: str
    version: str
    tags: str
    url: str
    sha256: str
    uploaded: str
    size: int
    requires_python: str
    yanked: bool


class Registry:
    """A registry that speaks the JSON form of the simple API."""

    def __init__(self, address: str | None = None) -> None:
        self.address = (address or configured_address()).rstrip("/")
        certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
        self.fetched = 0
        """Bytes that came so far."""
        self._context = ssl.create_default_context(cafile=certificates)

    def wheels(self, distribution: str) -> list[File]:
        """The wheels of a distribution; `RegistryError` where there is no listing."""
        body = self._get(f"{self.address}/{normalised(distribution)}/", {"Accept": _JSON})
        try:
            files = json.loads(body)["files"]
            return [wheel for each in files if (wheel := _wheel(each, f"{self.address}/")) is not None]
        except (ValueError, KeyError, TypeError):
            raise RegistryError(f"the listing of {distribution} is no simple API in JSON") from None

    def fetch(self, file: File) -> bytes:
        """The bytes of a wheel; `RegistryError` where they are not those that the listing promised."""
        body = self._get(file.url, {})
        if file.sha256 and hashlib.sha256(body).hexdigest() != file.sha256:
            raise RegistryError(f"{file.name} has another SHA-256 than its listing says")
        return body

    def _get(self, url: str, headers: dict[str, str]) -> bytes:
        reason = ""
        for attempt in range(_TRIES):
            request = urllib.request.Request(url, headers={"User-Agent": "prelaunch-index", **headers})  # noqa: S310
            try:
                context = self._context if url.startswith("https:") else None
                with urllib.request.urlopen(request, timeout=_TIMEOUT, context=context) as answer:  # noqa: S310
                    body: bytes = answer.read()
                    self.fetched += len(body)
                    return body
            except urllib.error.HTTPError as error:
                reason = f"status {error.code}"
                if error.code < 500 and error.code not in {408, 429}:
                    break
                wait = _seconds(error.headers.get("Retry-After")) or 2.0**attempt
            except (OSError, ValueError) as error:
                reason, wait = str(error) or type(error).__name__, 2.0**attempt
            if attempt + 1 < _TRIES:
                time.sleep(min(wait, _LONGEST_WAIT))
        raise RegistryError(f"{url.rsplit('/', 2)[-2 if url.endswith('/') else -1]} cannot be had: {reason}")


def configured_address() -> str:
    """The index that pip uses: its environment variable, its configuration, else its own default."""
    from pip._internal.configuration import Configuration
    from pip._internal.models.index import PyPI

    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    configuration = Configuration(isolated=False)
    configuration.load()
    settings = {key: value for key, value in configuration.items() if key.endswith(".index-url")}
    return str(next(iter(settings.values()), PyPI.simple_url))


def _seconds(value: str | None) -> float:
    return float(value) if value and value.isdecimal() else 0.0


def _wheel(entry: dict[str, object], base: str) -> File | None:
    from urllib.parse import urljoin

    name = str(entry["filename"])
    parts = name.removesuffix(".whl").split("-")
    if not name.endswith(".whl") or len(parts) not in {5, 6}:
        return None
    hashes = entry.get("hashes")
    return File(
        name=name,
        version=parts[1].replace("_", "-"),
        tags="-".join(parts[-3:]),
        url=urljoin(base, str(entry["url"])),
        sha256=str(hashes.get("sha256", "")) if isinstance(hashes, dict) else "",
        uploaded=str(entry.get("upload-time") or ""),
        size=int(str(entry.get("size") or 0)),
        requires_python=str(entry.get("requires-python") or ""),
        yanked=bool(entry.get("yanked")),
    )
