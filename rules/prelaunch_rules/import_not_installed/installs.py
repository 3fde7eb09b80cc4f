"""How the commands of an image install the Python distributions of the program; only where all of them are understood.

Facts: the help and the documentation of `uv sync`, `poetry install`, `pipenv sync` and `pip install`.
"""

from __future__ import annotations

import posixpath
import re

from prelaunch.dependencies.docker import commands
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.image import Image, Instruction
    from prelaunch.project import Project

_BASE = re.compile(r"(docker\.io/)?(library/)?python|ghcr\.io/astral-sh/uv")
_FOREIGN = re.compile(r"ghcr\.io/astral-sh/uv\b")

_HARMLESS = frozenset(
    "addgroup adduser apk apt apt-get cat cd chgrp chmod chown cp curl date echo export false find getent grep "
    "groupadd head id install ldconfig ln locale-gen ls mkdir mv node npm printf pwd rm sed set sleep sort tail tar "
    "tee test touch true umask unzip update-ca-certificates useradd usermod wc wget which whoami yarn [ : exit".split()
)
"""Programs that install nothing for the Python of the base."""

_TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "poetry", "pipenv"})
_QUIET = {
    "pip": frozenset({"--version", "cache", "check", "config", "list", "show", "-V"}),
    "uv": frozenset({"--version", "cache", "venv", "python", "version"}),
    "poetry": frozenset({"--version", "about", "cache", "check", "config", "env", "show", "version"}),
    "pipenv": frozenset({"--version", "--clear", "check", "graph", "verify"}),
}
"""Subcommands that install nothing."""

_INSTALLERS = {
    "python": "//install.python-poetry.org",
    "python3": "//install.python-poetry.org",
    "sh": "//astral.sh/uv/",
}
"""Scripts that are piped into a program, and install a tool in an environment of its own."""


class Install(NamedTuple):
    """What installs the program's distributions.

    `tool` is uv, poetry, pipenv or pip. `folder` is the folder of the repository whose files it reads. `lists` are the
    requirements files of pip. `without` are the groups that are left out for certain ("*": all but the main one).
    `tools` are the programs that pip installs beside them, with all that these need.
    """

    tool: str
    instruction: Instruction
    command: str
    folder: str
    lists: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()


def installation(image: Image, project: Project) -> Install | None:
    """The installation of an image on a Python base; None where a part of it is not understood."""
    name = image.base.name.partition("@")[0].partition(":")[0]
    if image.base.state != "known" or not _BASE.fullmatch(name) or _runs_an_installer(image):
        return None
    if any("UV_PYTHON" in one.fragment.text or "UV_PROJECT" in one.fragment.text for one in _all(image)):
        return None
    found: list[Install] = []
    tools: set[str] = set()
    for one in _all(image):
        if one.keyword in {"COPY", "ADD"} and not _is_own(image, one):
            return None
        if one.onbuild or ("site-packages" in one.fragment.text and not _has_from(one)):
            return None
        for words in commands(one) if one.keyword == "RUN" else ():
            kind, install = _understood(words, one, image, project)
            if kind == "unknown":
                return None
            tools |= set(kind.split()) - {"nothing"}
            found += [install] if install is not None else []
    if len({each.tool for each in found}) != 1 or len({each.folder for each in found}) != 1:
        return None
    # what one of several calls installs is there
    without = frozenset.intersection(*(each.without for each in found))
    lists = tuple(dict.fromkeys(path for each in found for path in each.lists))
    return found[-1]._replace(without=without, lists=lists, tools=frozenset(tools))


def _all(image: Image) -> tuple[Instruction, ...]:
    return tuple(one for stage in image.stages for one in stage.instructions)


def _runs_an_installer(image: Image) -> bool:
    """Whether the start itself may install: `uv run` brings the environment up to date, with the group `dev`."""
    words = [posixpath.basename(word) for each in image.start.argv for word in each.text.split()]
    return image.start.state != "known" or not {"uv", "uvx", "pip", "poetry", "pipenv", "pdm"}.isdisjoint(words)


def _is_own(image: Image, instruction: Instruction) -> bool:
    """Whether what a COPY or ADD brings is of the repository, of another stage, or uv itself."""
    source = image.copied_from(instruction)
    if isinstance(source, str):
        return bool(_FOREIGN.match(source))
    return source is not None or not (_has_from(instruction) or "://" in instruction.fragment.text)


def _has_from(instruction: Instruction) -> bool:
    return any(flag.name == "from" for flag in instruction.flags)


_Understood = tuple[str, "Install | None"]
_NOTHING: _Understood = ("nothing", None)
_UNKNOWN: _Understood = ("unknown", None)


def _understood(words: list[str], one: Instruction, image: Image, project: Project) -> _Understood:
    """What a command does: "nothing", "unknown", or the names of the tools that it installs; and its installation."""
    names = [posixpath.basename(word) for word in words]
    if not names or names[0] in _HARMLESS:
        # `cd` changes which project the next command installs
        return _UNKNOWN if names and (names[0] == "cd" or not _QUIET.keys().isdisjoint(names)) else _NOTHING
    script = _INSTALLERS.get(names[0])
    if script is not None and names[1:] in ([], ["-"]) and script in one.fragment.text:
        return _NOTHING
    if re.fullmatch(r"python3?(\.\d+)?", names[0]):
        if names[1:3] in (["-m", "venv"], ["-m", "compileall"]) or "manage.py" in names:
            return _NOTHING
        names, words = (names[2:], words[2:]) if names[1:3] == ["-m", "pip"] else ([], [])
    name, rest = (re.sub(r"^pip3(\.\d+)?$", "pip", names[0]), words[1:]) if names else ("", [])
    if name not in _QUIET or any("$" in word for word in rest):
        return _UNKNOWN
    while rest and rest[0] in {"--no-cache-dir", "-q", "--quiet", "--no-cache", "-n", "--no-interaction"}:
        rest = rest[1:]
    if not rest or rest[0] in _QUIET[name]:
        return _NOTHING
    return _READERS[name](rest, Install(name, one, " ".join([name, *rest]), ""), image, project)


def _uv(rest: Sequence[str], found: Install, image: Image, project: Project) -> _Understood:
    if rest[0] != "sync":
        return _UNKNOWN
    without: set[str] = set()
    words = iter(rest[1:])
    for word in words:
        flag, equals, value = word.partition("=")
        if flag in {"--no-group", "--link-mode"}:
            value = value if equals else next(words, "")
            without |= {value} if flag == "--no-group" else set()
        elif flag == "--no-dev":
            without.add("dev")
        elif flag == "--no-default-groups":
            without.add("?default")
        elif flag not in {
            "--frozen", "--locked", "--no-cache", "--compile-bytecode", "--no-install-project", "--no-editable",
            "--no-install-workspace", "-q", "--quiet", "-v", "--verbose", "--no-progress", "-n", "--all-extras",
        }:  # fmt: skip
            return _UNKNOWN
    return _in_folder("uv.lock", found._replace(without=frozenset(without)), image, project)


def _poetry(rest: Sequence[str], found: Install, image: Image, project: Project) -> _Understood:
    if rest[0] != "install":
        return _UNKNOWN
    without: set[str] = set()
    words = iter(rest[1:])
    for word in words:
        flag, equals, value = word.partition("=")
        if flag in {"--only", "--without"}:
            value = value if equals else next(words, "")
            if flag == "--only" and value != "main":
                return _UNKNOWN
            without |= {"*"} if flag == "--only" else set(value.split(","))
        elif flag == "--no-dev":
            without.add("dev")
        elif flag not in {
            "--no-root", "--no-interaction", "-n", "--no-ansi", "--sync", "--no-cache", "--compile", "--all-extras",
            "-q", "-v", "-vv", "-vvv", "--no-directory",
        }:  # fmt: skip
            return _UNKNOWN
    return _in_folder("poetry.lock", found._replace(without=frozenset(without)), image, project)


def _pipenv(rest: Sequence[str], found: Install, image: Image, project: Project) -> _Understood:
    known = {"--deploy", "--system", "--ignore-pipfile", "--clear", "--verbose", "--dev", "-d", "--bare"}
    if rest[0] not in {"install", "sync"} or not set(rest[1:]) <= known:
        return _UNKNOWN
    without = frozenset() if {"--dev", "-d"} & set(rest) else frozenset({"develop"})
    return _in_folder("Pipfile.lock", found._replace(without=without), image, project)


def _pip(rest: Sequence[str], found: Install, image: Image, project: Project) -> _Understood:
    if rest[0] != "install":
        return _UNKNOWN
    tools: list[str] = []
    lists: list[str] = []
    words = iter(rest[1:])
    for word in words:
        flag, equals, value = word.partition("=")
        if flag in {"-r", "--requirement"}:
            lists.append(value if equals else next(words, ""))
        elif flag in {"--default-timeout", "--timeout", "--retries"}:
            value = value if equals else next(words, "")
        elif word.startswith("-"):
            if flag not in {
                "--no-cache-dir", "--upgrade", "-U", "--no-deps", "--user", "-q", "--quiet", "--require-hashes",
                "--root-user-action", "--disable-pip-version-check", "--no-compile", "--no-input", "--prefer-binary",
            }:  # fmt: skip
                return _UNKNOWN
        else:
            tool = re.split(r"[=<>~!\[]", word, maxsplit=1)[0].lower()
            if tool not in _TOOLS:
                return _UNKNOWN
            tools.append(tool)
    if not lists:
        return " ".join(tools) or "nothing", None
    folders = {_folder_of(path, image, project) for path in lists}
    folder = folders.pop() if len(folders) == 1 else None
    if folder is None:
        return _UNKNOWN
    paths = tuple(posixpath.join(folder, posixpath.basename(path)) for path in lists)
    return " ".join(tools) or "nothing", found._replace(folder=folder, lists=paths)


def _folder_of(path: str, image: Image, project: Project) -> str | None:
    """The folder of the repository from which the image has a requirements file."""
    files = project.files_of(image)
    origin = files.lookup(path)
    if origin.kind == "repository" and not origin.touched:
        return posixpath.dirname(origin.path) if posixpath.basename(origin.path) == posixpath.basename(path) else None
    return None


_READERS = {"uv": _uv, "poetry": _poetry, "pipenv": _pipenv, "pip": _pip}


def _in_folder(lock: str, found: Install, image: Image, project: Project) -> _Understood:
    """The installation with the one folder that holds the lock file: the Dockerfile's own, or the build context's."""
    folders = {posixpath.dirname(image.source.path), *([image.context] if image.context is not None else [])}
    places = [folder for folder in folders if project.exists(posixpath.join(folder, lock))]
    return ("nothing", found._replace(folder=places[0])) if len(places) == 1 else _UNKNOWN
