"""What a real import of a release shows: its modules imported in a throw-away environment, in a process set apart."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index import sandbox
from prelaunch.index.surface import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

PROBE_VERSION = 4
"""Goes up with any change of what is asked: kept probes of another version are made again."""

SECONDS = 600.0
"""For all modules of a release, also on a machine that does much else; what was not reached by then says nothing."""

_RESTARTS = 8
_INSTALLING = 240


class Python(NamedTuple):
    """An interpreter at hand: its version ("3.11") and its path."""

    version: str
    path: str


class ProbeError(Exception):
    """A release that cannot be installed here; the message is one line."""


def find_pythons(given: Sequence[str] = ()) -> list[Python]:
    """The interpreters at hand, ascending: those given, else every `python3.X` on the path and beside this one."""
    paths = list(given)
    if not paths:
        folders = [*os.environ.get("PATH", "").split(os.pathsep), *_pyenv()]
        names = [f"python3.{minor}" for minor in range(6, 20)]
        paths = [os.path.join(folder, name) for folder in folders for name in names]
    found: dict[str, Python] = {}
    for path in paths:
        if os.access(path, os.X_OK) and (version := _version(path)):
            found.setdefault(version, Python(version, path))
    return sorted(found.values(), key=lambda each: tuple(map(int, each.version.split("."))))


def _pyenv() -> list[str]:
    home = os.path.join(os.path.expanduser("~"), ".pyenv", "versions")
    return [os.path.join(home, name, "bin") for name in os.listdir(home)] if os.path.isdir(home) else []


def _version(path: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


class Environment:
    """A throw-away environment with one release in it; use it in a `with` statement.

    Without a requirement it is the interpreter itself, with nothing installed.
    """

    def __init__(self, python: Python, requirement: str, *, before: str = "", address: str = "") -> None:
        """`before` (ISO date) keeps out dependencies that are younger."""
        self.python = python
        self.requirement = requirement
        self.before = before
        self.address = address
        self.folder = ""
        self.lacked: set[str] = set()
        """Modules that an import failed for, as they are not installed."""

    def __enter__(self) -> Self:
        self.folder = tempfile.mkdtemp(prefix="prelaunch-probe-")
        try:
            if self.requirement:
                self._install()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def interpreter(self) -> str:
        """The environment's own Python."""
        if not self.requirement:
            return self.python.path
        return os.path.join(self.folder, "env", "bin", "python")

    def _install(self) -> None:
        command, environment = self._installer()
        made = [uv(), "venv", "--quiet", "--python", self.python.path, os.path.join(self.folder, "env")]
        self._call(made, environment)
        self._call([*command, self.requirement], environment)
        with contextlib.suppress(ProbeError):  # old packages take `pkg_resources` for given
            self._call([*command, "setuptools"], environment)

    def _installer(self) -> tuple[list[str], Mapping[str, str]]:
        """The command that installs, but for the names, and the environment that it needs."""
        environment = {**os.environ, "UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1"}
        if self.address:
            environment["UV_DEFAULT_INDEX"] = self.address
        if os.environ.get("PIP_CERT"):
            environment["SSL_CERT_FILE"] = os.environ["PIP_CERT"]
        install = [uv(), "pip", "install", "--quiet", "--python", self.interpreter, "--only-binary", ":all:"]
        return [*install, *(["--exclude-newer", self.before] if self.before else [])], environment

    def add(self, distributions: Sequence[str]) -> None:
        """Install more beside the release; `ProbeError` where they do not fit."""
        command, environment = self._installer()
        self._call([*command, self.requirement, *distributions], environment)

    def _call(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=_INSTALLING, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProbeError(f"{self.requirement}: {type(error).__name__}") from None
        if done.returncode:
            raise ProbeError(f"{self.requirement}: {' '.join(done.stderr.split())[:300]}")

    def probe(
        self,
        distribution: str,
        version: str,
        modules: Sequence[str],
        candidates: Mapping[str, Sequence[str]],
        seconds: float = SECONDS,
    ) -> Probe:
        """Import `modules` in order and ask for `candidates`; a module that kills the process is left out."""
        found: dict[str, tuple[str, ...] | None] = {}
        asked: dict[str, list[tuple[str, bool | None]]] = {}
        left = list(modules)
        wanted = {module: sorted(names) for module, names in candidates.items() if names}
        end = time.monotonic() + seconds
        for _ in range(_RESTARTS):
            if not left or end - time.monotonic() <= 1:
                break
            stuck, finished = self._run(left, wanted, end - time.monotonic(), found, asked)
            if finished or stuck is None:
                break
            found.setdefault(stuck, None)
            left = [module for module in left if module != stuck]
            wanted.pop(stuck, None)
        served = {module: tuple(n for n, works in answers if works) for module, answers in asked.items()}
        denied = {module: tuple(n for n, works in answers if works is False) for module, answers in asked.items()}
        return Probe(distribution, version, self.python.version, found, denied, served)

    def _run(
        self,
        modules: Sequence[str],
        candidates: Mapping[str, Sequence[str]],
        seconds: float,
        found: dict[str, tuple[str, ...] | None],
        asked: dict[str, list[tuple[str, bool | None]]],
    ) -> tuple[str | None, bool]:
        """One process: the module that it died of, and whether it came to its end."""
        report = os.path.join(self.folder, "report")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(report)
        task = os.path.join(self.folder, "task.json")
        with open(task, "w", encoding="utf-8") as file:
            told = {"modules": list(modules), "candidates": candidates, "out": report, "seconds": seconds * 0.7}
            json.dump(told, file)
        child = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe_child.py")
        command = [self.interpreter, "-I", "-B", child, task]
        sandbox.run(command, os.path.join(self.folder, "home"), seconds, report)
        return _read(report, found, asked, self.lacked)


def _read(
    report: str,
    found: dict[str, tuple[str, ...] | None],
    asked: dict[str, list[tuple[str, bool | None]]],
    lacked: set[str],
) -> tuple[str | None, bool]:
    current: str | None = None
    try:
        with open(report, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except FileNotFoundError:
        return None, False
    for line in lines:
        try:
            kind, *rest = json.loads(line)
        except ValueError:
            continue  # the last line of a process that was killed
        if kind in {"begin", "asking"}:
            current = rest[0]
        elif kind == "failed":
            found[rest[0]] = None
            lacked.update(rest[1:])
        elif kind == "names":
            found[rest[0]] = None if rest[1] is None else tuple(rest[1])
        elif kind == "asked":
            asked[rest[0]] = [(name, works) for name, works in rest[1]]
        elif kind == "done":
            return None, True
    return current, False


def uv() -> str:
    """The path of the program that makes environments; `ModuleNotFoundError` where it is not installed."""
    from uv import find_uv_bin

    return str(find_uv_bin())
