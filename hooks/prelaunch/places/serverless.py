"""Serverless Framework: the images of `provider.ecr.images` that it builds from a folder and pushes to ECR.

Without `platform` it hands none to docker, whatever `provider.architecture` says (serverless/serverless
packages/serverless/lib/plugins/aws/provider.js). An image that is a text, or has a `uri`, is built elsewhere.
"""

from __future__ import annotations

import posixpath

from prelaunch.deploy.names import serverless_image
from prelaunch.model import Build, Step
from prelaunch.places.files import inside
from prelaunch.places.pipelines import below, text_at
from prelaunch.readers.yaml import key_slot, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Source, State
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MAX_IMAGES = 1_000


def builds(source: Source, project: Project) -> list[Build]:
    """The images of a service, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        images = below(document, "provider", "ecr", "images")
        if images is None or images.kind != "mapping":
            continue
        for key, image in images.all_pairs()[:_MAX_IMAGES]:
            if image.kind == "mapping" and image.get("path") is not None and image.get("uri") is None:
                found.append(_build(key, image, document, source, project))
    return sorted(found, key=lambda build: build.span)


def _build(key: Node, image: Node, document: Node, source: Source, project: Project) -> Build:
    platform = image.get("platform")
    text = text_at(image, "platform")
    state: State = "explicit" if text else "missing" if platform is None or platform.kind == "scalar" else "unknown"
    variable = "${" in text
    if variable and text.startswith(("${env:", "${opt:", "${param:")) and "," not in text:
        state = "delegated"
    steps = (Step("`provider.architecture` does not reach docker"),) if state == "missing" else ()
    folder = posixpath.dirname(source.path)
    name = text_at(image, "file") or "Dockerfile"
    path = posixpath.normpath(posixpath.join(folder, text_at(image, "path"), name))
    own = key.span.stop <= image.span.start
    return Build(
        source=source,
        span=key.span._replace(stop=image.span.stop) if own else key.span,
        tool="serverless-framework",
        form="serverless",
        state=state,
        platforms=(text,) if text and not variable else (),
        via=steps,
        slot=key_slot(source, image, "platform", many=False) if platform is None and own else None,
        published=True,
        images=(serverless_image(text_at(document, "service") or text_at(document, "service", "name"), key.value),),
        whole=bool(text) and not variable,
        dockerfile=path if not path.startswith("..") and project.exists(path) else None,
        context=inside(posixpath.join(folder, text_at(image, "path"))),
    )
