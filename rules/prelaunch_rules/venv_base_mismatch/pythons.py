"""Which Python a base image has, and for which one a stage installs packages.

Commonly known, not checked image by image: the official image `python` builds its own in /usr/local; Debian's and
Ubuntu's is /usr/bin/python3 of the version that the release has; uv takes the Python of the system where there is one
that fits, else it downloads one to /root/.local/share/uv/python.
"""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.architectures import bottom, chain
from prelaunch_rules.compiled import workdir
from prelaunch_rules.libc import GLIBC, libc_of, official

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, ShellCommand, Stage

_DISTROLESS = {
    "gcr.io/distroless/python3": "",
    "gcr.io/distroless/python3-debian11": "3.9",
    "gcr.io/distroless/python3-debian12": "3.11",
    "gcr.io/distroless/python3-debian13": "3.13",
}
_UV = "ghcr.io/astral-sh/uv:python"
_INSTALLS = ("apt-get install", "apt install", "apk add", "yum install", "dnf install", "pyenv", "conda", "deadsnakes")
_MANAGED = ("uv python install", "UV_PYTHON", "UV_MANAGED", "managed-python", "--python", " -p ", "only-managed")
_SYSTEM_ONLY = ("UV_PYTHON_DOWNLOADS=never", "UV_PYTHON_DOWNLOADS=0", "UV_PYTHON_PREFERENCE=only-system")
"""Settings that name a Python of uv's own only to forbid it."""
_COPIES = ("--copies", "--always-copy", "--relocatable")


class Python(NamedTuple):
    """A Python: the folder of its program, its version as `3.13` ("" where not known), its C library."""

    program: str
    version: str
    libc: str

    def __str__(self) -> str:
        name = f"Python {self.version}" if self.version else "Python"
        return f"{name} in `{self.program}`"


class Installed(NamedTuple):
    """Packages that a stage installs: a virtual environment ("venv"), or a folder of `--user` or `--prefix`."""

    kind: str
    path: str
    python: Python

    def reaches(self, copied: str) -> bool:
        """Whether a `COPY` of that path takes them over."""
        return copied == self.path or self.path.startswith(f"{copied.rstrip('/')}/")


def python_of(image: Image, stage: Stage) -> Python | None:
    """The Python of a stage's base, where nothing installs another; None where it is not known."""
    name = bottom(image, stage).base_resolved
    if not name:
        return None
    short = name.partition("@")[0]
    for base, version in _DISTROLESS.items():
        if short.partition(":")[0] == base:
            return Python("/usr/bin", version, GLIBC)
    repository, tag = official(name)
    if short.startswith(_UV):
        repository, tag = "python", short[len(_UV) :]
    if repository != "python" or _installs_python(image, stage):
        return None
    first, _, rest = tag.partition("-")
    parts = first.split(".")
    version = ".".join(parts[:2]) if len(parts) > 1 and all(part.isdecimal() for part in parts[:2]) else ""
    libc = "musl" if "alpine" in rest or "alpine" in first else GLIBC
    return Python("/usr/local/bin", version, libc if short.startswith(_UV) else libc_of(name))


def _installs_python(image: Image, stage: Stage) -> bool:
    """Whether the stage gets another Python beside that of its base."""
    for one in chain(image, stage):
        for each in one.instructions:
            text = each.fragment.text
            if each.keyword == "RUN" and "python" in text and any(mark in text for mark in _INSTALLS):
                return True
            if each.keyword == "COPY":
                words = [word.text.rstrip("/") for word in image.words(each)]
                if words[:-1] and any(word.endswith(("/python", "/usr/local", "/cpython")) for word in words[:-1]):
                    return True
    return False


def libraries_for(path: str) -> str:
    """The version in a folder of packages (`/usr/local/lib/python3.13/site-packages`); "" for another path."""
    start = "/usr/local/lib/python"
    rest = path[len(start) :] if path.startswith(start) else ""
    version = rest.partition("/")[0]
    return version if version.replace(".", "").isdecimal() and version.count(".") == 1 else ""


def installed(image: Image, stage: Stage) -> Iterator[Installed]:
    """What a stage installs for its base's Python."""
    python = python_of(image, stage)
    if python is None:
        return
    for one in chain(image, stage):
        for instruction in one.instructions:
            script = None if instruction.onbuild else image.script(instruction)
            for command in script.commands if script is not None else ():
                found = _installed(command, image, one, instruction)
                if found is not None:
                    yield Installed(*found, python)


def _installed(command: ShellCommand, image: Image, stage: Stage, instruction: Instruction) -> tuple[str, str] | None:
    words = [word.text or "?" for word in command.words]
    if not words or any(mark in words for mark in _COPIES):
        return None
    program = posixpath.basename(words[0])
    folder = workdir(image, stage, instruction)
    if program in {"python", "python3"} and words[1:3] == ["-m", "venv"] and not words[0].startswith("/usr/bin"):
        return _in(folder, words[3:])
    if program == "virtualenv":
        return _in(folder, words[1:])
    if program == "uv" and words[1:2] in (["venv"], ["sync"]):
        return _of_uv(image, stage, instruction, folder, words)
    if program in {"pip", "pip3"} or words[1:3] == ["-m", "pip"]:
        if "--user" in words:
            return "packages", "/root/.local"
        for number, word in enumerate(words):
            name, equals, value = word.partition("=")
            if name == "--prefix":
                value = value if equals else "".join(words[number + 1 : number + 2])
                return ("packages", posixpath.join(folder, value)) if value and "?" not in value else None
    return None


def _in(folder: str, words: list[str]) -> tuple[str, str] | None:
    """The environment that the last word names, where the options before it choose no other Python."""
    if not words or any(word.startswith(("-p", "--python", "?")) for word in words):
        return None
    return ("venv", posixpath.normpath(posixpath.join(folder, words[-1]))) if "?" not in words[-1] else None


def _of_uv(
    image: Image, stage: Stage, instruction: Instruction, folder: str, words: list[str]
) -> tuple[str, str] | None:
    """The environment of uv, where it surely is one of the base's Python."""
    text = image.source.text[stage.span.start : instruction.span.stop].replace('"', "").replace("'", "")
    for setting in _SYSTEM_ONLY:
        text = text.replace(setting, "")
    if any(mark in text for mark in _MANAGED) or "?" in folder:
        return None
    named = image.scope(instruction).variables.get("UV_PROJECT_ENVIRONMENT")
    if named is not None and not named.text:
        return None
    if words[1] == "venv" and len(words) > 2:
        return _in(folder, words[2:])
    place = named.text if named is not None and named.text and words[1] == "sync" else ".venv"
    return "venv", posixpath.normpath(posixpath.join(folder, place))
