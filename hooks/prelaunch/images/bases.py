"""What is known of base images without asking a registry: those that hold no program of their own to start.

Commonly known of the Docker Official Images and of the others named, not checked image by image. Such an image has no
ENTRYPOINT, so that what the Dockerfile says as CMD is what runs; its own CMD is a shell or an interpreter.
"""

from __future__ import annotations

from prelaunch.typed import NamedTuple


class KnownBase(NamedTuple):
    """A base image. `plain`: it has no ENTRYPOINT. `workdir` is its WORKDIR; it says no USER."""

    plain: bool = True
    workdir: str = "/"


_PLAIN = frozenset(
    "alpine almalinux amazonlinux archlinux buildpack-deps busybox centos dart debian elixir erlang fedora gcc haskell "
    "mono openjdk oraclelinux perl pypy python rockylinux ruby rust swift ubuntu opensuse/leap opensuse/tumbleweed "
    "bitnami/minideb mcr.microsoft.com/dotnet/aspnet mcr.microsoft.com/dotnet/runtime "
    "mcr.microsoft.com/dotnet/runtime-deps mcr.microsoft.com/dotnet/sdk".split()
) | {
    f"gcr.io/distroless/{name}{release}"
    for name in ("static", "base", "base-nossl", "cc")
    for release in ("", "-debian11", "-debian12", "-debian13")
}
_DOCKER_HUB = frozenset({"docker.io", "index.docker.io", "registry.hub.docker.com"})
_ARCHITECTURES = frozenset("amd64 arm32v5 arm32v6 arm32v7 arm64v8 i386 mips64le ppc64le riscv64 s390x".split())


def split_name(image: str) -> tuple[str, str, str]:
    """An image's host ("" for Docker Hub), repository (`library/` taken off) and tag ("" where it names none)."""
    name, _, _ = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    host, _, rest = head.partition("/") if slash else ("", "", "")
    if "." not in host and ":" not in host and host != "localhost":
        host, rest = "", head
    if host in _DOCKER_HUB:
        host = ""
    if host == "public.ecr.aws" and rest.startswith("docker/library"):
        host, rest = "", "library"
    if not host and rest == "library":
        rest = ""
    return host, f"{rest}/{last}" if rest else last, tag


def known_base(image: str) -> KnownBase | None:
    """What is known of a base image by its name; None where nothing is."""
    host, repository, tag = split_name(image)
    if "onbuild" in tag:
        return None
    if host:
        repository = f"{host}/{repository}"
    elif repository.partition("/")[0] in _ARCHITECTURES:
        repository = repository.partition("/")[2]  # arm64v8/python: the official image of one architecture
    if repository == "golang":
        return KnownBase(workdir="/go")
    if repository == "ghcr.io/astral-sh/uv" and "python" in tag:
        return KnownBase()
    return KnownBase() if repository in _PLAIN else None
