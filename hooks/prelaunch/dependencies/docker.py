"""What a Dockerfile says: the distributions that its `RUN pip install` lines name, and the Python of its base image."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from prelaunch.dependencies.requirement import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.dependencies.requirement import Requirement

_VALUED = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t"}
    | {"--target", "--prefix", "--root", "--platform", "--python", "-p", "--python-version", "--timeout", "--retries"}
    | {"--trusted-host", "--cache-dir", "--progress-bar", "-e", "--editable", "--src", "--no-binary", "--only-binary"}
)

_TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "poetry", "pipenv"})
"""What installs the others: an image that only brings these up to date says nothing of what it needs."""


def installed(text: str, path: str) -> Iterator[Requirement]:
    """The distributions that `pip install` (also uv's) is told on the command lines of a Dockerfile."""
    if "pip" not in text or "install" not in text:
        return
    for number, line in _instructions(text):
        if line[:4].upper() != "RUN ":
            continue
        for command in line[4:].replace("||", "&&").replace(";", "&&").split("&&"):
            words = _words(command)
            if "install" not in words:
                continue
            at = words.index("install")
            if not any(word.rpartition("/")[2].startswith("pip") for word in words[:at]):
                continue
            skip = False
            for word in words[at + 1 :]:
                if skip or word.startswith("-"):
                    skip = not skip and word in _VALUED
                    continue
                found = parse(word if "$" not in word else word.partition("=")[0], path, number)
                if found is not None and found.name not in _TOOLS and "/" not in word and not word.startswith("."):
                    yield found


def base_pythons(text: str) -> tuple[list[tuple[str, int]], bool]:
    """The Python versions ("3.12") of the base images with their lines, and whether every such tag could be read."""
    arguments: dict[str, str] = {}
    found: list[tuple[str, int]] = []
    whole = True
    for number, line in _instructions(text):
        words = line.split()
        kind = words[0].upper() if words else ""
        if kind == "ARG" and len(words) > 1 and "=" in words[1]:
            name, _, value = words[1].partition("=")
            arguments[name] = value.strip("\"'")
        elif kind == "FROM":
            image = next((word for word in words[1:] if not word.startswith("--")), "")
            image = _filled(image, arguments)
            version = _python_of(image)
            if version:
                found.append((version, number))
            elif "$" in image or "python" in image.rpartition("/")[2].partition(":")[0]:
                whole = False
    return found, whole


def _python_of(image: str) -> str:
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    if name == "uv" and tag.startswith("python"):
        return _minor(tag.removeprefix("python"))
    return _minor(tag) if name == "python" else ""


def _minor(tag: str) -> str:
    """`3.12` of `3.12.1-slim-bookworm`; "" for a tag that does not say a minor version."""
    parts = tag.partition("-")[0].split(".")
    return ".".join(parts[:2]) if len(parts) >= 2 and parts[0] == "3" and parts[1].isdigit() else ""


def _filled(text: str, arguments: dict[str, str]) -> str:
    for name, value in arguments.items():
        text = text.replace(f"${{{name}}}", value).replace(f"${name}", value)
        if f"${{{name}:-" in text:
            head, _, rest = text.partition(f"${{{name}:-")
            text = head + value + rest.partition("}")[2]
    return text


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """The instructions of a Dockerfile with the line each begins at; lines that go on are joined."""
    kept, first = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#") or not line:
            continue
        first = first or number
        if line.endswith("\\"):
            kept += f"{line[:-1]} "
            continue
        yield first, kept + line
        kept, first = "", 0
    if kept:
        yield first, kept


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return []
