"""Base images whose name or tag says that they are of one architecture, where the registry's convention is certain.

Facts: Docker Hub's organisations of the official images (`amd64`, `arm64v8` ...; docker-library/official-images); the
tags that the pages of distroless, .NET, AWS Lambda and LinuxServer document; the names of balena's and of Home
Assistant's base images. Official images of few architectures: docker-library/official-images at 37079fb, August 2026.
"""

from __future__ import annotations

ORGANISATIONS = {
    "amd64": "amd64",
    "i386": "386",
    "arm32v5": "arm",
    "arm32v6": "arm",
    "arm32v7": "arm",
    "arm64v8": "arm64",
    "mips64le": "mips64le",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}

ONLY_AMD64 = frozenset({"archlinux", "bonita", "clearlinux", "percona", "rocket.chat", "silverpeas", "teamspeak"})

_HUB = ("docker.io/", "index.docker.io/", "registry-1.docker.io/")

_TAG_ENDS = {
    "gcr.io/distroless/": {"amd64": "amd64", "arm64": "arm64", "arm": "arm", "ppc64le": "ppc64le", "s390x": "s390x"},
    "mcr.microsoft.com/dotnet/": {"amd64": "amd64", "arm64v8": "arm64", "arm32v7": "arm"},
    "public.ecr.aws/lambda/": {"x86_64": "amd64", "arm64": "arm64"},
    "amazon/aws-lambda-": {"x86_64": "amd64", "arm64": "arm64"},
}
"""By the beginning of a name, what a tag may end in behind a `-` (or be)."""

_TAG_STARTS = {
    prefix: {"amd64": "amd64", "arm64v8": "arm64", "arm32v7": "arm"}
    for prefix in ("linuxserver/", "lscr.io/linuxserver/", "ghcr.io/linuxserver/")
}

_NAME_STARTS = {
    "balenalib/": {"amd64": "amd64", "i386": "386", "aarch64": "arm64", "armv7hf": "arm", "rpi": "arm"},
    "ghcr.io/home-assistant/": {
        "amd64": "amd64",
        "i386": "386",
        "aarch64": "arm64",
        "armv7": "arm",
        "armhf": "arm",
    },
    "homeassistant/": {"amd64": "amd64", "i386": "386", "aarch64": "arm64", "armv7": "arm", "armhf": "arm"},
}
"""By the owner, what the last part of a name may begin with before a `-`."""


def architecture_of(image: str) -> str:
    """The architecture that an image's name says that it is of; "" where it says none."""
    name, tag = _split(image)
    first, slash, rest = name.partition("/")
    if slash and "/" not in rest and first in ORGANISATIONS:
        return ORGANISATIONS[first]
    for prefix, ends in _TAG_ENDS.items():
        if name.startswith(prefix):
            return next((ends[end] for end in ends if tag == end or tag.endswith(f"-{end}")), "")
    for prefix, starts in _TAG_STARTS.items():
        if name.startswith(prefix):
            return next((starts[start] for start in starts if tag.startswith(f"{start}-")), "")
    for prefix, starts in _NAME_STARTS.items():
        if name.startswith(prefix):
            last = name[len(prefix) :]
            return next((starts[start] for start in starts if last.startswith(f"{start}-")), "")
    return ""


def only_for(image: str) -> tuple[str, ...]:
    """The architectures that an official image has, where these are few; none where it has the usual ones."""
    name, _ = _split(image)
    name = name.removeprefix("library/")
    if name in ONLY_AMD64:
        return ("amd64",)
    return ("amd64", "ppc64le", "s390x") if name == "ibmjava" else ()


def _split(image: str) -> tuple[str, str]:
    """An image's name without Docker Hub's host, and its tag ("" where it names none)."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    name = f"{head}{slash}{last}"
    for host in _HUB:
        name = name.removeprefix(host)
    return name, tag
