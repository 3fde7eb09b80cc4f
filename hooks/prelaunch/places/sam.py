"""AWS SAM templates: the functions that are packaged as images (`PackageType: Image` with a Dockerfile in `Metadata`).

SAM hands `--platform` to docker itself: `Architectures` of the function, else of `Globals`, else x86_64, whichever
machine builds (aws/aws-sam-cli samcli/local/docker/utils.py, samcli/lib/providers/provider.py).
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Build, Step
from prelaunch.places.files import inside
from prelaunch.places.pipelines import items, text_at
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.model import Source, State
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
_TYPES = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})
_NAMES = ("template.yaml", "template.yml")
_MAX_RESOURCES = 2_000


def builds(source: Source, project: Project) -> list[Build]:
    """The images of a template, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        shared = document.get("Globals")
        function = shared.get("Function") if shared is not None else None
        resources = document.get("Resources")
        for key, resource in resources.all_pairs()[:_MAX_RESOURCES] if resources is not None else ():
            properties = resource.get("Properties") if resource.kind == "mapping" else None
            if text_at(resource, "Type") not in _TYPES or not _dockerfile_named(resource):
                continue
            if "Image" in {text_at(properties, "PackageType"), text_at(function, "PackageType")}:
                found.append(_build(key, resource, properties, function, source, project))
    return sorted(found, key=lambda build: build.span)


def _dockerfile_named(resource: Node) -> bool:
    return bool(text_at(resource, "Metadata", "Dockerfile") or text_at(resource, "Metadata", "DockerContext"))


def _build(
    key: Node, resource: Node, properties: Node | None, function: Node | None, source: Source, project: Project
) -> Build:
    listed = properties.get("Architectures") if properties is not None else None
    if listed is None and function is not None:
        listed = function.get("Architectures")
    names = [item.value for item in items(listed) if item.kind == "scalar" and not item.tag]
    known = tuple(dict.fromkeys(_PLATFORMS[name] for name in names if name in _PLATFORMS))
    state: State = "explicit" if listed is not None else "default"
    steps = () if listed is not None else (Step("SAM builds for x86_64 by default, whichever machine builds"),)
    folder = posixpath.dirname(source.path)
    context = text_at(resource, "Metadata", "DockerContext") or "."
    path = posixpath.join(folder, context, text_at(resource, "Metadata", "Dockerfile") or "Dockerfile")
    path = posixpath.normpath(path)
    return Build(
        source=source,
        span=key.span,
        tool="aws-sam",
        form="sam",
        state=state,
        platforms=known if listed is not None else ("linux/amd64",),
        via=steps,
        published=True,
        whole=listed is None or (bool(known) and all(name in _PLATFORMS for name in names)),
        dockerfile=path if not path.startswith("..") and project.exists(path) else None,
        context=inside(posixpath.join(folder, context)),
    )


def template_of(given: Sequence[str], folders: Sequence[str], project: Project) -> bool:
    """Whether `sam build` finds a template that packages a function as an image: the one named, or the usual ones."""
    for folder in folders:
        for name in given or _NAMES:
            source = project.read(posixpath.normpath(posixpath.join(folder, name)))
            if source is not None:
                return "PackageType" in source.text and "Image" in source.text
    return False
