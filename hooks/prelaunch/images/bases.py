"""What is known of base images without asking a registry: those that start what the Dockerfile says as CMD.

Commonly known of the Docker Official Images and of the others named, not checked image by image. Most have no
ENTRYPOINT. That of some is a script that ends in `exec "$@"`: it starts the CMD in its own place. Those of `node` and
`php` put an interpreter before it where it names no program, so only a plain name is surely started.
"""

from __future__ import annotations

from prelaunch.typed import NamedTuple


class KnownBase(NamedTuple):
    """A base image. `workdir` is its WORKDIR; it says no USER.

    `launcher` is its ENTRYPOINT, which starts the CMD ("" for none); `names`: only where that is a plain name.
    `own` are the folders that hold files of its own, of those which a plain system leaves empty.
    """

    workdir: str = "/"
    launcher: str = ""
    names: bool = False
    own: frozenset[str] = frozenset()


_PLAIN = frozenset(
    "alpine almalinux amazoncorretto amazonlinux archlinux buildpack-deps busybox centos debian elixir erlang "
    "fedora gcc haskell mono openjdk oraclelinux pypy python rockylinux ruby rust swift ubuntu opensuse/leap "
    "opensuse/tumbleweed bitnami/minideb mcr.microsoft.com/dotnet/aspnet mcr.microsoft.com/dotnet/runtime "
    "mcr.microsoft.com/dotnet/runtime-deps mcr.microsoft.com/dotnet/sdk".split()
) | {
    f"gcr.io/distroless/{name}{release}"
    for name in ("static", "base", "base-nossl", "cc")
    for release in ("", "-debian11", "-debian12", "-debian13")
}
_OTHERS = {
    "dart": KnownBase("/root"),
    "perl": KnownBase("/usr/src/app"),
    "golang": KnownBase("/go"),
    "httpd": KnownBase("/usr/local/apache2"),
    "nginx": KnownBase(launcher="/docker-entrypoint.sh", own=frozenset({"/"})),
    "nginxinc/nginx-unprivileged": KnownBase(launcher="/docker-entrypoint.sh", own=frozenset({"/"})),
    "node": KnownBase(launcher="docker-entrypoint.sh", names=True),
    "php": KnownBase("/var/www/html", launcher="docker-php-entrypoint", names=True),
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
    if repository in _OTHERS:
        return _OTHERS[repository]
    if repository == "ghcr.io/astral-sh/uv" and "python" in tag:
        return KnownBase()
    if repository.startswith("gcr.io/distroless/") and repository in _PLAIN:
        own = frozenset({"/busybox"}) if "debug" in tag else frozenset[str]()
        return KnownBase("/home/nonroot" if "nonroot" in tag else "/", own=own)
    return KnownBase() if repository in _PLAIN else None
