"""Kubernetes: the nodes that a pod's `nodeSelector` and required node affinity ask for; Cloud Run's manifests too.

Labels: `kubernetes.io/arch`, and the older `beta.kubernetes.io/arch` (k8s.io/kubelet/pkg/apis, LabelArch). The terms of
an affinity are alternatives, the expressions of a term hold together (k8s.io/api, NodeSelector).
"""

from __future__ import annotations

from prelaunch.deploy.names import literal
from prelaunch.deploy.requirement import Requirement, architecture, both, either
from prelaunch.model import Deployment, Span
from prelaunch.readers.yaml import walk
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.readers.yaml import Node

_LABELS = frozenset({"kubernetes.io/arch", "beta.kubernetes.io/arch"})
_LISTS = ("initContainers", "containers")
_TERMS = ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
_MAX_ITEMS = 200


def read_objects(document: Node, source: Source) -> Iterator[Deployment]:
    """The containers of every pod below a document whose nodes' architecture is required."""
    for spec in walk((document,)):
        if spec.kind != "mapping" or not any(spec.get(key) is not None for key in _LISTS):
            continue
        required = required_of(spec)
        if required is not None:
            yield from _containers(spec, source, "Kubernetes", required)


def read_cloud_run(document: Node, source: Source) -> Iterator[Deployment]:
    """The containers of a Cloud Run service or job, which needs linux/amd64 (its container runtime contract)."""
    for spec in walk((document,)):
        if spec.kind == "mapping" and spec.get("containers") is not None:
            said = "Cloud Run needs linux/amd64"
            yield from _containers(spec, source, "Cloud Run", Requirement(("amd64",), (), said, Span(0, 0), True))


def is_cloud_run(document: Node) -> bool:
    """Whether an object is Cloud Run's: of its own group, or a Knative service with one of its annotations."""
    version = document.get("apiVersion")
    group = version.value if version is not None else ""
    if group.startswith("run.googleapis.com/"):
        return True
    if not group.startswith("serving.knative.dev/"):
        return False
    return any(node.kind == "scalar" and node.value.startswith("run.googleapis.com/") for node in walk((document,)))


def read_values(document: Node, source: Source) -> Iterator[Deployment]:
    """A chart's values: an `image` with a `repository` beside the `nodeSelector` or `affinity` of the same part."""
    for part in walk((document,)):
        image = part.get("image") if part.kind == "mapping" else None
        if image is None:
            continue
        required = required_of(part)
        name = _image_of(image)
        if required is not None and name:
            yield _deployment(source, image.span, "Kubernetes", name, required)


def _image_of(image: Node) -> str:
    if image.kind == "scalar":
        return literal(image.value)
    texts = {}
    for key in ("registry", "repository", "name", "tag"):
        node = image.get(key)
        texts[key] = node.value if node is not None and node.kind == "scalar" else ""
    name = texts["repository"] or texts["name"]
    if not name:
        return ""
    whole = f"{texts['registry']}/{name}" if texts["registry"] else name
    return literal(f"{whole}:{texts['tag']}" if texts["tag"] else whole + ":${appVersion}")


def _containers(spec: Node, source: Source, system: str, required: Requirement) -> Iterator[Deployment]:
    for key in _LISTS:
        containers = spec.get(key)
        for container in containers.items[:_MAX_ITEMS] if containers is not None else ():
            image = container.get("image") if container.kind == "mapping" else None
            name = literal(image.value) if image is not None and image.kind == "scalar" else ""
            if image is not None and name:
                yield _deployment(source, image.span, system, name, required)


def _deployment(source: Source, span: Span, system: str, name: str, required: Requirement) -> Deployment:
    place = span if required.default else required.place
    return Deployment(
        source, span, system, name, required.allowed, required.refused, required.said, place, required.default
    )


def required_of(spec: Node) -> Requirement | None:
    """What a pod's specification asks of its nodes' architecture; None for nothing, or nothing that can be known."""
    required = None
    selector = spec.get("nodeSelector")
    for key, value in selector.all_pairs() if selector is not None and selector.kind == "mapping" else ():
        if key.value in _LABELS and value.kind == "scalar":
            name = architecture(value.value)
            if name is None:
                return None
            said = f"`nodeSelector` {key.value}: {value.value}"
            required = both(required, Requirement((name,), (), said, key.span))
    terms = spec.get("affinity")
    for key_name in _TERMS:
        terms = terms.get(key_name) if terms is not None and terms.kind == "mapping" else None
    if terms is None or terms.kind != "sequence":
        return required
    return both(required, either(_term(term) for term in terms.items[:_MAX_ITEMS]))


def _term(term: Node) -> Requirement | None:
    required = None
    expressions = term.get("matchExpressions") if term.kind == "mapping" else None
    for one in expressions.items[:_MAX_ITEMS] if expressions is not None else ():
        if one.kind != "mapping":
            continue
        label, operator, values = one.get("key"), one.get("operator"), one.get("values")
        if label is None or operator is None or values is None or label.value not in _LABELS:
            continue
        names = [architecture(value.value) for value in values.items]
        known = tuple(name for name in names if name is not None)
        if not known or len(known) < len(names):
            continue
        said = f"node affinity {label.value} {operator.value} [{', '.join(value.value for value in values.items)}]"
        if operator.value == "In":
            required = both(required, Requirement(known, (), said, label.span))
        elif operator.value == "NotIn":
            required = both(required, Requirement((), known, said, label.span))
    return required
