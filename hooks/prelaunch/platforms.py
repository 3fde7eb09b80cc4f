"""Platform specifiers, parsed and normalised as containerd's platforms package does (read at 09756f5)."""

from __future__ import annotations

from prelaunch.model import Platform

KNOWN_OS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows "
    "zos".split()
)
KNOWN_ARCHITECTURES = frozenset(
    "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 "
    "mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm".split()
)
_ALIASES = {
    "i386": ("386", ""),
    "x86_64": ("amd64", None),
    "x86-64": ("amd64", None),
    "amd64": ("amd64", None),
    "aarch64": ("arm64", None),
    "arm64": ("arm64", None),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
    "arm": ("arm", None),
}
_VARIANTS = {
    "amd64": {"v1": ""},
    "arm64": {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"},
    "arm": {"": "v7", "7": "v7", "5": "v5", "6": "v6", "8": "v8"},
}


def normalise(os: str, architecture: str, variant: str = "") -> Platform:
    """The canonical platform of the three parts, in lower case."""
    os, architecture, variant = os.lower(), architecture.lower(), variant.lower()
    if os == "macos":
        os = "darwin"
    if architecture in _ALIASES:
        architecture, fixed = _ALIASES[architecture]
        variant = variant if fixed is None else fixed
    return Platform(os, architecture, _VARIANTS.get(architecture, {}).get(variant, variant))


def parse(text: str, host: Platform | None = None) -> Platform:
    """Parse `<os>/<architecture>[/<variant>]`, or one part of it, which the platform of `host` completes.

    Raises ValueError, with the reason in lower case, where containerd refuses the text, or where a single part leaves
    the rest to a host that is not given.
    """
    parts = text.split("/")
    if "*" in text:
        raise ValueError(f"{text!r} has a wildcard")
    if len(parts) > 3:
        raise ValueError(f"{text!r} has more than three parts")
    for part in parts:
        if not part or not all(char.isascii() and (char.isalnum() or char in "._-") for char in part):
            raise ValueError(f"{text!r} has a bad part {part!r}")
    if len(parts) > 1:
        return normalise(*parts)
    name = parts[0].lower()
    architecture = _ALIASES.get(name, (name, None))[0]
    if name in KNOWN_OS or name == "macos":
        if host is None:
            raise ValueError(f"{text!r} names no architecture")
        return normalise(name, host.architecture, host.variant)
    if architecture in KNOWN_ARCHITECTURES:
        if host is None:
            raise ValueError(f"{text!r} names no operating system")
        return normalise(host.os, name)
    raise ValueError(f"{text!r} is no known operating system or architecture")
