"""A command that runs foreign code: no network, nothing that outlives it, an empty environment and home, limits.

Network and left-over processes are taken away where the system lets a user do so (`unshare`); the rest holds anywhere.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SILENCE = 90.0
"""Seconds after which a process that has not written to its report is taken to hang."""

MEMORY = 6_000_000_000
_LARGEST_FILE = 200_000_000

_ALONE = ("--net", "--pid", "--fork", "--kill-child", "--mount-proc")
_unshare: list[list[str]] = []


def run(command: Sequence[str], home: str, seconds: float, report: str) -> None:
    """Run a command in the folder `home` until it ends, its time is over, or it hangs; then it is killed.

    It says what it found by writing to the file `report`; what it prints is lost.
    """
    os.makedirs(home, exist_ok=True)
    environment = {"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8", "MPLBACKEND": "agg"}
    with subprocess.Popen(
        [*apart(), *command],
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_limit,  # noqa: PLW1509 - it calls the system only
    ) as process:
        try:
            _wait(process, report, max(seconds, 1))
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], report: str, seconds: float) -> None:
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


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))


def apart() -> list[str]:
    """The words before a command that set it apart; fewer or none where the system does not let us."""
    if not _unshare:
        user = [] if os.name == "posix" and os.geteuid() == 0 else ["--map-root-user"]
        for words in (_ALONE, ("--net",)):
            command = ["unshare", *words, *user]
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                if subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False).returncode == 0:
                    _unshare.append(command)
                    break
        else:
            _unshare.append([])
    return _unshare[0]
