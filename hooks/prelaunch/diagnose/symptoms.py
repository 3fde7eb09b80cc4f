"""The crashes that are known by their texts, what they mean, and what outside a repository can bring them about.

Which rules explain a text is not said here: each rule names its own symptoms (`Rule.symptoms`), a plug-in's too.
"""

from __future__ import annotations

from typing import NamedTuple


class Symptom(NamedTuple):
    """A crash: its name, the texts that show it (as in `Rule.symptoms`), its meaning, and what to check outside."""

    name: str
    texts: tuple[str, ...]
    meaning: str
    outside: tuple[str, ...]


_IMAGE = "docker image inspect --format '{{.Os}}/{{.Architecture}}' IMAGE"
_NODES = "kubectl get nodes -L kubernetes.io/arch"

SYMPTOMS = (
    Symptom(
        "exec format error",
        ("exec format error", "cannot execute binary file"),
        "the kernel cannot run the file: it is a binary for another architecture, or a script without `#!`",
        (
            f"the image's architecture: {_IMAGE}",
            f"the machine's: uname -m, or {_NODES}",
            "who pushed the tag last: a laptop of another architecture may have replaced what CI built",
            "an architecture in the label says nothing of the files: file $(command -v PROGRAM) inside the image",
        ),
    ),
    Symptom(
        "no image for the platform",
        ("no matching manifest for", "no match for platform in manifest", "does not match the specified platform"),
        "the registry holds no image for the platform that was asked for",
        (
            "the platforms under the tag: docker buildx imagetools inspect IMAGE",
            f"the machine's: {_NODES}",
        ),
    ),
    Symptom(
        "invalid platform",
        ("unknown operating system or architecture", "invalid platform", "does not support platform"),
        "a platform is misspelt, or two places name different ones",
        ("DOCKER_DEFAULT_PLATFORM in the environment of the command",),
    ),
    Symptom(
        "program not found",
        (
            "executable file not found in $path",
            "exec ... no such file or directory",
            "bad interpreter",
            "env: ... no such file or directory",
        ),
        "the program, or the interpreter that its first line or its ELF header names, is not in the image",
        (
            "what is in the image: docker run --rm --entrypoint ls IMAGE -l PATH (an image with a shell)",
            "a volume that hides the folder; `command` or `args` of the deploy file in place of the image's own",
            "a binary that needs another C library: ldd, or file, on the program",
        ),
    ),
    Symptom(
        "not executable",
        ("exec ... permission denied", "starting container ... permission denied"),
        "the file is there, but has no execute bit",
        (
            "the mode in the image: docker run --rm --entrypoint stat IMAGE PATH",
            "a volume mounted with `noexec`, a config map without `defaultMode: 0755`",
        ),
    ),
    Symptom(
        "import fails",
        ("importerror: cannot import name", "modulenotfounderror: no module named", "importerror: no module named"),
        "the Python code imports what the image's environment does not have",
        (
            "the versions in the image: docker run --rm --entrypoint pip IMAGE freeze",
            "a file of the project with the name of a package, PYTHONPATH, the working directory",
        ),
    ),
    Symptom(
        "application not found",
        (
            "error loading asgi app",
            "failed to find attribute",
            "can't open file",
            "cannot find module",
            "could not find or load main class",
            "invalid value: file does not exist",
        ),
        "the server is started with a module, an attribute or a file that is not there",
        ("the working directory of the container, and `command` or `args` of the deploy file",),
    ),
    Symptom(
        "wrong binary loaded",
        ("invalid elf header", "wrong elf class", "mach-o"),
        "a native module was built on another system and copied into the image",
        ("a volume or a bind mount that brings the host's node_modules or .venv into the container",),
    ),
    Symptom(
        "shared library missing",
        (
            "error while loading shared libraries",
            "error loading shared library",
            "cannot open shared object file",
            "ld-musl ... no such file",
            "ld-linux ... no such file",
            "version `glibc_ ... not found",
            "symbol not found",
        ),
        "a binary needs a library, or a C library, that the image does not have",
        ("what it needs: ldd PROGRAM inside the image", "the base image's release: cat /etc/os-release"),
    ),
    Symptom(
        "output of a multi-platform build",
        ("does not currently support exporting manifest lists",),
        "the image store of Docker cannot hold an image of several platforms",
        ("docker info --format '{{.DriverStatus}}': the containerd image store can",),
    ),
)
