"""The images that the deploy files of a project name: Kubernetes manifests, read line by line.

A build whose image such a file names leaves the machine that made it, whoever pushes it. Templates are read too, since
only whole `image:` lines count. The search stays in the folders where such files usually lie, and is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

_FOLDERS = ("", "deploy", "deployment", "deployments", "k8s", "kubernetes", "kube", "manifests", "kustomize", "config")
_MAX_FILES = 300
_MAX_DEPTH = 3


def repository(image: str) -> str:
    """The name of an image without tag and digest: `host:5000/team/api` of `host:5000/team/api:1.2@sha256:...`."""
    image = image.partition("@")[0]
    head, slash, last = image.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def deployed_images(project: Project) -> frozenset[str]:
    """The repositories of the images that the project's manifests name."""
    key = ("deploy", "images")
    if key not in project.memo:
        project.memo[key] = frozenset(_images(project))
    images: frozenset[str] = project.memo[key]
    return images


def _images(project: Project) -> Iterator[str]:
    for path in _manifests(project):
        source = project.read(path)
        if source is None or "kind:" not in source.text or "image:" not in source.text:
            continue
        for line in source.text.splitlines():
            key, colon, value = line.strip().removeprefix("- ").partition(":")
            name = value.partition(" #")[0].strip().strip("\"'")
            if key == "image" and colon and name and not any(mark in name for mark in "{}$ "):
                yield repository(name)


def _manifests(project: Project) -> Iterator[str]:
    left = _MAX_FILES
    queue = [(folder, 0 if folder else _MAX_DEPTH) for folder in _FOLDERS]
    while queue and left > 0:
        folder, depth = queue.pop(0)
        for name in project.names(folder or "."):
            path = f"{folder}/{name}" if folder else name
            if name.endswith((".yml", ".yaml")):
                left -= 1
                yield path
            elif "." not in name and depth < _MAX_DEPTH:
                queue.append((path, depth + 1))
            if left <= 0:
                return
