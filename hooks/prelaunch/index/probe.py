"""What a real import of a release shows: its modules imported in a throw-away environment, in a process of its own.

The process has no network where the system lets a user take it away (`unshare`), an empty environment, an empty home,
limits on memory and time, and nothing that it prints is read but its own report.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index.surface import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

PROBE_VERSION = 3
"""Goes up with any change of what is asked: kept probes of another version are made again."""

SECONDS = 150.0
"""For all modules of a release; what was not reached by then says nothing."""

SILENCE = 40.0
"""A process that has not come on for so long hangs in the module that it is at."""

MEMORY = 6_000_000_000
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
        environment = {**os.environ, "UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1"}
        if self.address:
            environment["UV_DEFAULT_INDEX"] = self.address
        if os.environ.get("PIP_CERT"):
            environment["SSL_CERT_FILE"] = os.environ["PIP_CERT"]
        made = [_uv(), "venv", "--quiet", "--python", self.python.path, os.path.join(self.folder, "env")]
        install = [_uv(), "pip", "install", "--quiet", "--python", self.interpreter, "--only-binary", ":all:"]
        if self.before:
            install += ["--exclude-newer", self.before]
        for command in (made, [*install, self.requirement]):
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
        home = os.path.join(self.folder, "home")
        os.makedirs(home, exist_ok=True)
        report = os.path.join(self.folder, "report")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(report)
        task = os.path.join(self.folder, "task.json")
        with open(task, "w", encoding="utf-8") as file:
            told = {"modules": list(modules), "candidates": candidates, "out": report, "seconds": seconds * 0.7}
            json.dump(told, file)
        child = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe_child.py")
        environment = {"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8", "MPLBACKEND": "agg"}
        with subprocess.Popen(
            [*_without_network(), self.interpreter, "-I", "-B", child, task],
            env=environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_limit,  # noqa: PLW1509 - one thread
        ) as process:
            try:
                _wait(process, report, max(seconds, 1))
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
        return _read(report, found, asked)


def _wait(process: subprocess.Popen[bytes], report: str, seconds: float) -> None:
    """Until the process ends, its time is over, or it has not written to its report for a while."""
    end = time.monotonic() + seconds
    silent_until = time.monotonic() + SILENCE
    size = 0
    while process.poll() is None and time.monotonic() < min(end, silent_until):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        with contextlib.suppress(OSError):
            if os.path.getsize(report) != size:
                size = os.path.getsize(report)
                silent_until = time.monotonic() + SILENCE


def _read(
    report: str, found: dict[str, tuple[str, ...] | None], asked: dict[str, list[tuple[str, bool | None]]]
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
        elif kind == "names":
            found[rest[0]] = None if rest[1] is None else tuple(rest[1])
        elif kind == "asked":
            asked[rest[0]] = [(name, works) for name, works in rest[1]]
        elif kind == "done":
            return None, True
    return current, False


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000_000, 200_000_000))


_unshare: list[list[str]] = []


def _without_network() -> list[str]:
    """The words before a command that take the network, and processes that outlive it, away from it.

    None where the system does not let us.
    """
    if not _unshare:
        user = [] if os.name == "posix" and os.geteuid() == 0 else ["--map-root-user"]
        for words in (["--net", "--pid", "--fork", "--kill-child", "--mount-proc"], ["--net"]):
            command = ["unshare", *words, *user]
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                if subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False).returncode == 0:
                    _unshare.append(command)
                    break
        else:
            _unshare.append([])
    return _unshare[0]


def _uv() -> str:
    from uv import find_uv_bin

    return str(find_uv_bin())
