"""AWS CodeBuild: the images that the commands of a buildspec build.

All commands of a buildspec run one after the other in one shell (since `version: 0.2`), so they are read as one script
("Build specification reference for CodeBuild").
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Step, Value
from prelaunch.places.script import Setting, read_script
from prelaunch.places.substitution import joined
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Fragment, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

PHASES = ("install", "pre_build", "build", "post_build")
"""The phases in the order that they run in."""

_ALWAYS_SET = (
    "AWS_DEFAULT_REGION AWS_REGION CODEBUILD_BUILD_ARN CODEBUILD_BUILD_ID CODEBUILD_BUILD_IMAGE CODEBUILD_BUILD_NUMBER "
    "CODEBUILD_BUILD_SUCCEEDING CODEBUILD_INITIATOR CODEBUILD_RESOLVED_SOURCE_VERSION CODEBUILD_SOURCE_REPO_URL "
    "CODEBUILD_SOURCE_VERSION CODEBUILD_START_TIME CODEBUILD_WEBHOOK_HEAD_REF CODEBUILD_WEBHOOK_TRIGGER"
)
_MAX_ITEMS = 2_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a buildspec, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        fragment = joined(source, list(_commands(document)))
        if fragment is None:
            continue
        environment = {name: Value((UNKNOWN,)) for name in _ALWAYS_SET.split()}
        environment["CODEBUILD_SRC_DIR"] = Value((".",))
        shell = _below(document, "env", "shell")
        environment.update(_variables(document, source))
        windows = shell is not None and shell.value.startswith("powershell")
        setting = Setting("codebuild", environment, dialect="powershell" if windows else "sh")
        found += read_script(fragment, setting, project).builds
    return sorted(found, key=lambda build: build.span)


def _below(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if node is not None and node.kind == "mapping" else None
    return node


def _commands(document: Node) -> Iterator[Fragment]:
    for phase in PHASES:
        for key in ("commands", "finally"):
            node = _below(document, "phases", phase, key)
            items = () if node is None else node.items[:_MAX_ITEMS] if node.kind == "sequence" else (node,)
            for item in items:
                if item.fragment is not None and item.value.strip():
                    yield item.fragment


def _variables(document: Node, source: Source) -> Iterator[tuple[str, Value]]:
    """The variables of `env`: plain ones, and those of parameter store and secrets manager, which are unknown."""
    for key in ("variables", "parameter-store", "secrets-manager"):
        node = _below(document, "env", key)
        for name, value in (node.all_pairs() if node is not None else [])[:_MAX_ITEMS]:
            line = source.position(name.span.start)[0]
            text = value.value if key == "variables" and value.kind == "scalar" else UNKNOWN
            yield name.value, Value((text,), (Step(f"`{name.value}` is set in `env`", source.path, line),))
