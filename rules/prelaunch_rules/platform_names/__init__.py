"""What a platform's text means and what was meant by it, for the rules about platforms."""

from __future__ import annotations

from prelaunch.model import Edit, Fix
from prelaunch.platforms import KNOWN_ARCHITECTURES, KNOWN_OS, normalise
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build

_MEANT = {
    "arm64v8": "arm64",
    "armv8": "arm64",
    "arm64e": "arm64",
    "arm32v5": "arm/v5",
    "arm32v6": "arm/v6",
    "arm32v7": "arm/v7",
    "armv5": "arm/v5",
    "armv6": "arm/v6",
    "armv6l": "arm/v6",
    "armv7": "arm/v7",
    "armv7l": "arm/v7",
    "arm7": "arm/v7",
    "x64": "amd64",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "amd": "amd64",
    "i386": "386",
    "x86": "386",
    "mips64el": "mips64le",
    "mipsel": "mipsle",
    "ppc64el": "ppc64le",
}
"""The names that other systems have for an architecture (Debian, `uname -m`, Docker Hub's prefixes), as OCI has it."""

_UNSURE = frozenset({"amd", "x86", "armv8", "arm64e"})
"""Names that were probably meant so: offered, not written."""

_OTHER_SYSTEMS = frozenset({"wasi", "wasip1", "wasip2", "unknown"})
_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-./")
_LOCAL = frozenset({"local", "all"})

OTHER_SYNTAX = frozenset({"ko", "az-acr-build", "jib", "heroku-container", "fly", "goreleaser-kos"})
"""Tools whose platforms are written in another way than containerd's, or that take other words too."""


def readable(text: str) -> bool:
    """Whether a platform's text is one that can be judged: no template, no word of a tool's own."""
    return bool(text) and set(text.lower()) <= _CHARACTERS and text.lower() not in _LOCAL


def known(architecture: str) -> bool:
    """Whether images may be of this architecture, in any spelling that containerd normalises."""
    return normalise("linux", architecture).architecture in KNOWN_ARCHITECTURES


def meant(text: str) -> tuple[str, bool] | None:
    """The platform that an invalid text meant, and whether that is sure; None where it cannot be told."""
    parts = text.lower().strip("/").split("/")
    if len(parts) == 1:
        for separator in ("-", "_"):
            os, found, rest = parts[0].partition(separator)
            if found and os in KNOWN_OS:
                parts = [os, rest]
    if parts[0] not in KNOWN_OS:
        parts = ["linux", *parts]
    if len(parts) not in {2, 3} or not all(parts):
        return None
    os, architecture, *variant = parts
    sure = architecture not in _UNSURE
    architecture = _MEANT.get(architecture, architecture)
    if not known(architecture) and "/" not in architecture:
        return None
    if variant and "/" in architecture:
        return None
    if architecture == "arm64" and variant in (["v8"], ["8"]):
        variant = []
    return "/".join((os, architecture, *variant)), sure


def replacement(build: Build, text: str, new: str, *, safe: bool) -> Fix | None:
    """Put `new` in place of a platform, wherever the build's own file spells it out; None where it does not."""
    spans = [span for span in build.written if build.source.text[span.start : span.stop] == text]
    if not spans:
        return None
    return Fix(tuple(Edit(span, new) for span in spans), f"write `{new}`", safe=safe)


def known_systems() -> frozenset[str]:
    """The operating systems that a platform may name."""
    return KNOWN_OS | _OTHER_SYSTEMS | {"macos"}
