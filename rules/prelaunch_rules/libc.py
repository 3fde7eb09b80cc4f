"""The C library of a base image, as far as its name tells it: for the rules about what is copied between images.

Commonly known: Docker Official Images without `alpine` in their tag are of Debian; what the distroless images describe
themselves as. Not checked image by image.
"""

from __future__ import annotations

_GLIBC = frozenset(
    "almalinux amazonlinux buildpack-deps centos debian erlang fedora gcc golang haskell node openjdk oraclelinux perl "
    "php pypy python rockylinux ruby rust swift ubuntu".split()
)
_WITHOUT = ("gcr.io/distroless/static", "cgr.dev/chainguard/static")
_WITH = ("gcr.io/distroless/base", "gcr.io/distroless/cc", "gcr.io/distroless/python3", "gcr.io/distroless/java")
NONE, GLIBC, MUSL = "no C library", "glibc", "musl"


def official(image: str) -> tuple[str, str]:
    """An official image's name and tag; ("", "") for any other image."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    name, _, tag = last.partition(":")
    return (name, tag) if head in {"", "library", "docker.io", "docker.io/library"} else ("", "")


def libc_of(image: str) -> str:
    """`NONE`, `GLIBC`, `MUSL`, or "" where the name does not tell."""
    if image == "scratch" or image.startswith(_WITHOUT):
        return NONE
    if image.startswith(_WITH):
        return GLIBC
    name, tag = official(image)
    if name == "alpine" or (name in _GLIBC and "alpine" in tag):
        return MUSL
    return GLIBC if name in _GLIBC else ""
