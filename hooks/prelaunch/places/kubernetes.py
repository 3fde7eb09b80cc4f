"""Kubernetes manifests: the images that containers build in a cluster (kaniko, buildah, docker in docker).

Tekton's and Argo's own kinds stand in the same files and are read by their own modules.
"""

from __future__ import annotations

from prelaunch.places import argo, tekton
from prelaunch.places.containers import Surroundings, host_of, read_container
from prelaunch.places.script import of_unit, unite
from prelaunch.readers.yaml import read, walk
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_LISTS = ("initContainers", "containers", "ephemeralContainers")
_MAX_DOCUMENTS = 2_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file of manifests, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for manifest in _manifests(read(source)):
        version = manifest.get("apiVersion")
        group = version.value if version is not None and version.kind == "scalar" else ""
        if group.startswith("tekton.dev/"):
            found += tekton.builds_of(manifest, source, project)
        elif group.startswith("argoproj.io/"):
            found += argo.builds_of(manifest, source, project)
        else:
            found += _pods(manifest, source, project)
    return sorted(unite(found), key=lambda build: build.span)


def _manifests(documents: tuple[Node, ...]) -> Iterator[Node]:
    """The objects of a file: its documents, and the items of its lists."""
    for document in documents[:_MAX_DOCUMENTS]:
        if document.kind != "mapping" or document.get("apiVersion") is None or document.get("kind") is None:
            continue
        items = document.get("items")
        if items is not None and items.kind == "sequence":
            yield from (item for item in items.items[:_MAX_DOCUMENTS] if item.kind == "mapping")
        else:
            yield document


def _pods(manifest: Node, source: Source, project: Project) -> Iterator[Build]:
    """Every mapping with containers is a pod's specification: in a Job, a CronJob, a Deployment, a kind of its own."""
    for node in walk((manifest,)):
        if node.kind != "mapping":
            continue
        lists = [value for key in _LISTS if (value := node.get(key)) is not None and value.kind == "sequence"]
        if lists:
            around = Surroundings(source, project, "kubernetes", host_of(node))
            yield from of_unit([read_container(item, around) for each in lists for item in each.items])
