"""Git as a subprocess: bounded in time, deaf to the caller's hooks, and off the network unless it is asked for."""

from __future__ import annotations

import os
import subprocess
import tempfile
from threading import Event, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"})
"""What git sets for a hook: it would speak of another repository than the one at hand."""
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never")
TIMEOUT = 120.0
"""Seconds, for what reads objects on the disk."""


class GitError(Exception):
    """Git could not do what it was asked to; the message is one line."""


def environment(*, network: bool) -> dict[str, str]:
    """The environment for git. Without `network` an object that is not there is missing, and is not fetched.

    A repository's own configuration can name a program that fetches (`core.sshCommand`, `remote.*.uploadpack`), and
    a repository with holes makes git run it. Reading one must run nothing.
    """
    kept = {name: value for name, value in os.environ.items() if name not in PLACES}
    kept |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
    if network:
        kept["GIT_TERMINAL_PROMPT"] = "0"
    else:
        kept |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return kept


def command(*arguments: str) -> list[str]:
    """The command line of git."""
    return ["git", *_SAFE, *arguments]


def git(*arguments: str, stdin: bytes = b"", network: bool = False, timeout: float = TIMEOUT) -> bytes:
    """What git prints; `GitError` where it fails, is not there or takes longer than `timeout` seconds."""
    try:
        done = subprocess.run(
            command(*arguments),
            input=stdin,
            capture_output=True,
            env=environment(network=network),
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git took longer than {timeout:.0f} s") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {(error.strerror or 'unknown reason').lower()}") from None
    except ValueError as error:  # a NUL in an argument
        raise GitError(f"git cannot be asked: {error}") from None
    if done.returncode:
        raise GitError(first_line(done.stderr) or f"git ended with {done.returncode}")
    return done.stdout


def records(*arguments: str) -> Iterator[bytes]:
    """What git prints, cut at its NULs, as it comes: whoever has enough stops asking. `GitError` as `git`.

    The seconds that git is given (`TIMEOUT`) are those until the last record is taken.
    """
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command(*arguments), stdout=subprocess.PIPE, stderr=errors, env=environment(network=False)
            )
        except OSError as error:
            raise GitError(f"git cannot be run: {(error.strerror or 'unknown reason').lower()}") from None
        except ValueError as error:  # a NUL in an argument
            raise GitError(f"git cannot be asked: {error}") from None
        assert process.stdout is not None
        late = Event()

        def stop() -> None:
            late.set()
            process.kill()

        watch = Timer(TIMEOUT, stop)
        watch.daemon = True
        watch.start()
        try:
            rest = b""
            while chunk := process.stdout.read(1 << 20):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole
        finally:
            process.stdout.close()  # where nobody wants the rest, git ends at its next word
            code = process.wait()
            watch.cancel()
            watch.join()  # no thread is left: a process with one is not copied (`ahead`)
        if late.is_set():
            raise GitError(f"git took longer than {TIMEOUT:.0f} s")
        if code:
            errors.seek(0)
            raise GitError(first_line(errors.read(10_000)) or f"git ended with {code}")


def first_line(stderr: bytes) -> str:
    """The line of git's words that says what is wrong."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
    return said.removeprefix("fatal:").removeprefix("error:").strip()
