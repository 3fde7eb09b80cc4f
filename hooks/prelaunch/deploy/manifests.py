"""A YAML or JSON file to the deployments that its documents are, whatever system they are of."""

from __future__ import annotations

from prelaunch.deploy import aws, kubernetes
from prelaunch.deploy.names import literal
from prelaunch.deploy.requirement import architecture
from prelaunch.model import Deployment
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.readers.yaml import Node

_MAX_DOCUMENTS = 500


def read_manifests(source: Source) -> Iterator[Deployment]:
    """The deployments of a file; raises `UnreadableError` where it is no YAML."""
    name = source.path.rsplit("/", 1)[-1].lower()
    for document in read(source)[:_MAX_DOCUMENTS]:
        if document.kind == "mapping":
            yield from _read_one(document, source, name)


def _read_one(document: Node, source: Source, name: str) -> Iterator[Deployment]:
    if document.get("kind") is not None:
        if kubernetes.is_cloud_run(document):
            yield from kubernetes.read_cloud_run(document, source)
        else:
            yield from kubernetes.read_objects(document, source)
    elif document.get("containerDefinitions") is not None:
        yield from aws.read_task_definition(document, source)
    elif document.get("Resources") is not None:
        yield from aws.read_template(document, source)
    elif name.startswith("serverless"):
        yield from aws.read_serverless(document, source)
    elif name.startswith("values"):
        yield from kubernetes.read_values(document, source)
    elif document.get("services") is not None:
        yield from _compose(document, source)


def _compose(document: Node, source: Source) -> Iterator[Deployment]:
    """Services that only run an image, on the platform that they name; one that is built is a build of its own."""
    services = document.get("services")
    for _, service in services.all_pairs() if services is not None else ():
        image, pair = service.get("image"), service.pair("platform")
        if image is None or pair is None or service.get("build") is not None or service.get("extends") is not None:
            continue
        name, parts = literal(image.value), pair[1].value.split("/")
        required = architecture(parts[1]) if len(parts) > 1 else None
        if name and required is not None:
            said = f"`platform` {pair[1].value}"
            yield Deployment(source, image.span, "compose", name, (required,), (), said, pair[0].span)
