"""A Docker of our own for the proofs: daemon, builder and registry, in a folder that goes away with the tests.

They come from the folder that PRELAUNCH_DOCKER names (see fetch.py), or from PATH. Where something is missing the tests
skip, and say what.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("dockerd", "docker", "containerd", "runc", "docker-registry")
HOST = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "")
FOREIGN = "arm64" if HOST == "amd64" else "amd64"
_SECONDS = 60


class Docker:
    """A running daemon. `registry` is the address of the registry beside it, `base` an image there for two platforms.

    `host` is the architecture of this machine, `foreign` one that it cannot run.
    """

    host, foreign = HOST, FOREIGN

    def __init__(self, folder: str, programs: str, port: int) -> None:
        self.folder = folder
        self.registry = f"127.0.0.1:{port}"
        self.base = f"{self.registry}/base:1"
        self.environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": folder,
            "DOCKER_HOST": f"unix://{folder}/socket",
            "DOCKER_CONFIG": f"{folder}/config",
            "DOCKER_BUILDKIT": "1",
            "DOCKER_CLI_EXPERIMENTAL": "enabled",
        }

    def __call__(self, *arguments: str, cwd: Path | None = None, **environment: str) -> str:
        """The output of a docker command, errors too; raises where it fails."""
        return self.shell(["docker", *arguments], cwd, **environment)

    def shell(self, command: list[str], cwd: Path | None = None, **environment: str) -> str:
        """The output of any command that may use docker; raises where it fails."""
        done = self.tried(command, cwd, **environment)
        assert done.returncode == 0, f"{command}: {done.stdout}"
        return done.stdout

    def tried(
        self, command: list[str], cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """The outcome of a command, its errors among its output."""
        return subprocess.run(
            command,
            cwd=cwd or self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    @staticmethod
    def busybox(architecture: str) -> bytes:
        """A program of the architecture, linked statically."""
        return Path(str(_busybox(architecture))).read_bytes()

    def run(self, image: str) -> subprocess.CompletedProcess[str]:
        """Start a container of the image, without a network."""
        return self.tried(["docker", "run", "--rm", "--network", "none", image])


def _programs() -> str:
    """The folders that hold the programs."""
    named = os.environ.get("PRELAUNCH_DOCKER", "")
    return os.pathsep.join(f"{named}/root/usr/{part}" for part in ("bin", "sbin")) if named else os.environ["PATH"]


def _busybox(architecture: str) -> str | None:
    named = os.environ.get("PRELAUNCH_DOCKER", "")
    path = f"{named}/busybox-{architecture}" if named else shutil.which(f"busybox-{architecture}") or ""
    return path if os.path.isfile(path) and Path(path).read_bytes()[:4] == b"\x7fELF" else None


def _missing() -> str:
    """What is missing for the proofs, "" for nothing. Looks at names only."""
    if sys.platform != "linux" or not HOST:
        return "needs Linux on amd64 or arm64"
    if os.geteuid() != 0:
        return "needs root, to start a Docker daemon"
    path = f"{_programs()}{os.pathsep}{os.environ['PATH']}"
    absent = [name for name in PROGRAMS if shutil.which(name, path=path) is None]
    absent += [f"busybox-{name}" for name in (HOST, FOREIGN) if _busybox(name) is None]
    return f"needs {', '.join(absent)}: see tests/docker/fetch.py" if absent else ""


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    """The daemon, with a base image for both platforms in its registry."""
    reason = _missing()
    if reason:
        pytest.skip(reason)
    folder = tempfile.mkdtemp(prefix="pl")  # short: a socket's path may have a hundred characters
    docker = Docker(folder, _programs(), 5000 + os.getpid() % 1000)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.append(_start_registry(docker))
        running.append(_start_daemon(docker))
        _push_base(docker)
        yield docker
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(_SECONDS)
        subprocess.run(["umount", f"{folder}/data"], capture_output=True, check=False)  # dockerd leaves it mounted
        shutil.rmtree(folder, ignore_errors=True)


def _start(docker: Docker, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    with open(f"{docker.folder}/{name}.log", "wb") as log:
        return subprocess.Popen(
            [name, *arguments], cwd=docker.folder, env=docker.environment, stdout=log, stderr=subprocess.STDOUT
        )


def _start_daemon(docker: Docker) -> subprocess.Popen[bytes]:
    folder = docker.folder
    Path(folder, "daemon.json").write_text("{}")
    process = _start(
        docker,
        "dockerd",
        *("--config-file", f"{folder}/daemon.json", "--pidfile", f"{folder}/pid", "--host", f"unix://{folder}/socket"),
        *("--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--storage-driver", "vfs"),
        *("--iptables=false", "--ip-masq=false", "--ip-forward=false", "--bridge=none"),
    )
    end = time.monotonic() + _SECONDS
    while docker.tried(["docker", "version"]).returncode:
        if process.poll() is not None or time.monotonic() > end:
            said = Path(folder, "dockerd.log").read_text(errors="replace")
            process.kill()
            pytest.skip(f"dockerd does not start here: {said[-500:]}")
        time.sleep(0.2)
    return process


def _start_registry(docker: Docker) -> subprocess.Popen[bytes]:
    config = Path(docker.folder, "registry.yml")
    config.write_text(
        f"version: 0.1\nhttp:\n  addr: {docker.registry}\n"
        f"storage:\n  filesystem:\n    rootdirectory: {docker.folder}/registry\n"
    )
    return _start(docker, "docker-registry", "serve", str(config))


def _push_base(docker: Docker) -> None:
    """A base image with a shell for each of the two architectures, under one tag."""
    parts = []
    for architecture in (HOST, FOREIGN):
        context = Path(docker.folder, f"base-{architecture}")
        context.mkdir()
        (context / "busybox").write_bytes(docker.busybox(architecture))
        (context / "busybox").chmod(0o755)
        (context / "Dockerfile").write_text(
            "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nCOPY busybox /bin/cat\n"
        )
        parts.append(f"{docker.registry}/base:{architecture}")
        docker("build", "--platform", f"linux/{architecture}", "-t", parts[-1], str(context))
        docker("push", parts[-1])
    docker("manifest", "create", "--insecure", docker.base, *parts)
    docker("manifest", "push", "--insecure", docker.base)
