"""Fetch what the proofs need from Debian, and unpack it into a folder: nothing is installed, nothing else is touched.

    python tests/docker/fetch.py FOLDER
    PRELAUNCH_DOCKER=FOLDER python -m pytest tests/docker

Needs apt-get and dpkg (Debian or Ubuntu), and the network for some 70 MB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NATIVE = ("docker.io", "containerd", "runc", "docker-registry")
BOTH = "busybox-static"
ARCHITECTURES = ("amd64", "arm64")


def fetch(folder: Path) -> None:
    """Put the packages into `folder/root`, and one busybox an architecture into `folder/busybox-ARCHITECTURE`."""
    native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    state, packages = folder / "apt", folder / "packages"
    for part in (state / "lists/partial", state / "archives/partial", packages, folder / "root"):
        part.mkdir(parents=True, exist_ok=True)
    options = [f"APT::Architectures::={name}" for name in ARCHITECTURES]
    options += [f"Dir::State::lists={state}/lists", f"Dir::Cache={state}", "APT::Sandbox::User=root"]
    apt = ["apt-get", "-q", *(word for option in options for word in ("-o", option))]
    subprocess.run([*apt, "update"], check=True)
    names = [f"{name}:{native}" for name in NATIVE] + [f"{BOTH}:{name}" for name in ARCHITECTURES]
    subprocess.run([*apt, "download", *names], cwd=packages, check=True)
    for package in sorted(packages.glob("*.deb")):
        name, _, rest = package.name.partition("_")
        if name != BOTH:
            subprocess.run(["dpkg", "-x", str(package), str(folder / "root")], check=True)
            continue
        architecture = rest.rpartition("_")[2].removesuffix(".deb")
        unpacked = folder / f"unpacked-{architecture}"
        subprocess.run(["dpkg", "-x", str(package), str(unpacked)], check=True)
        os.replace(next(unpacked.glob("**/bin/busybox")), folder / f"busybox-{architecture}")


if __name__ == "__main__":
    fetch(Path(sys.argv[1]).resolve())
