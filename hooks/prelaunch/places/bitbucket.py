"""Bitbucket Pipelines: the images that the steps of a pipeline build.

A step's `script` is one script; an item that is a `pipe` runs somebody's container instead of a command
(support.atlassian.com, "Bitbucket Pipelines configuration reference").
"""

from __future__ import annotations

from prelaunch.model import Platform, Value
from prelaunch.places.pipelines import Scripts, always_set, below, documents, finish, items, lines, text_at
from prelaunch.places.publishing import ANY_PUSH
from prelaunch.places.script import ScriptFacts, of_unit
from prelaunch.readers.yaml import walk
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_PUSHING_PIPES = ("aws-ecr-push-image", "azure-acr-push-image", "google-gcr-push-image", "docker-push")


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every step, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    read_from, roots = documents(source)
    scripts = Scripts(read_from, project, "bitbucket")
    environment = {**always_set(source.text, "BITBUCKET_"), "BITBUCKET_CLONE_DIR": Value((".",))}
    for document in roots:
        if document.kind == "mapping":
            shared = Host.of(document)
            for node in walk([document]):
                if node.kind == "mapping" and node.get("script") is not None:
                    found += of_unit(_step(node, scripts, environment, Host.of(node, shared)))
    return finish(found, source, read_from)


class Host:
    """The platform of the machine that runs a step."""

    @staticmethod
    def of(node: Node, default: Platform | None = Platform("linux", "amd64")) -> Platform | None:  # noqa: B008 - frozen
        """By `runs-on` labels or the architecture of the cloud's `runtime`, else `default`."""
        labels = {item.value for item in items(node.get("runs-on"))}
        if labels:
            arm = any("arm64" in label or label == "linux.arm" for label in labels)
            return Platform("linux", "arm64") if arm else None
        architecture = text_at(below(node, "runtime", "cloud"), "arch")
        if architecture:
            return Platform("linux", "arm64" if "arm" in architecture else "amd64")
        return default


def _step(step: Node, scripts: Scripts, environment: dict[str, Value], host: Platform | None) -> Iterator[ScriptFacts]:
    setting = scripts.setting(environment, host=host)
    for key in ("script", "after-script"):
        node = step.get(key)
        yield scripts.run(lines(node), setting)
        pipes = [text_at(item, "pipe") for item in items(node) if item.kind == "mapping"]
        if any(name in pipe for pipe in pipes for name in _PUSHING_PIPES):
            yield ScriptFacts((), ANY_PUSH)
