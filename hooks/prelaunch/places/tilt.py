"""Tiltfiles: `docker_build(...)` and its like, and the commands that `custom_build` and `local_resource` run.

A Tiltfile is Starlark, whose syntax is part of Python's. Without `platform=`, Tilt builds for the platform of the
Docker daemon that it is connected to (tilt-dev/tilt internal/tiltfile/docker.go); its argument takes one platform.
"""

from __future__ import annotations

import ast
import posixpath

from prelaunch.model import UNKNOWN, Build, Value
from prelaunch.places.embedded import read_embedded
from prelaunch.places.files import Inputs, inputs_in, with_inputs
from prelaunch.places.python_call import dotted, keyword, said
from prelaunch.places.python_code import read_words
from prelaunch.places.python_slots import keyword_slot
from prelaunch.places.python_values import Module
from prelaunch.places.script import Setting, unite
from prelaunch.places.verdicts import bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.places.python_tree import Call
    from prelaunch.project import Project

_BUILDERS = frozenset({"docker_build", "docker_build_with_restart", "docker_build_sub"})
_COMMANDS = {
    # the function, the number and the name of the argument that is a command
    "custom_build": (1, "command"),
    "custom_build_with_restart": (1, "command"),
    "local_resource": (1, "cmd"),
    "local": (0, "command"),
}
_OF_TILT = ("EXPECTED_REF", "EXPECTED_IMAGE", "EXPECTED_TAG", "EXPECTED_REGISTRY", "REGISTRY_HOST")
_MAX_CALLS = 20_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a Tiltfile, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no Starlark.
    """
    module = Module(source)
    found: list[Build] = []
    for call in module.calls[:_MAX_CALLS]:
        name = dotted(call.node.func)
        if name in _BUILDERS:
            found.append(with_inputs(_build(module, call), _inputs(module, call, project)))
        elif name in _COMMANDS:
            found += _command(module, call, *_COMMANDS[name], project)
    return sorted(unite(found), key=lambda build: build.span)


def _build(module: Module, call: Call) -> Build:
    node = call.node
    value = keyword(node, "platform")
    verdict = said(module, call, value)
    slotted = verdict.state == "missing" and value is None
    reference = node.args[0] if node.args else keyword(node, "ref")
    texts = ["".join(piece.text for piece in pieces) for pieces in module.texts(reference, call)]
    return Build(
        source=module.source,
        span=module.span(node),
        tool="tilt",
        form="other",
        state=verdict.state,
        platforms=verdict.platforms,
        via=verdict.steps,
        slot=keyword_slot(module, node, "platform", quote="'") if slotted else None,
        images=tuple(bare(text) for text in texts if text.strip(MARKERS)),
        whole=verdict.whole,
    )


def _inputs(module: Module, call: Call, project: Project) -> Inputs:
    """What `docker_build(ref, context, dockerfile=...)` builds; both paths are relative to the Tiltfile."""
    node = call.node

    def text(value: ast.expr | None) -> str:
        found = module.texts(value, call) if value is not None else []
        return "".join(piece.text for piece in found[0]) if len(found) == 1 else UNKNOWN if found else ""

    context = text(node.args[1] if len(node.args) > 1 else keyword(node, "context"))
    folder = posixpath.dirname(module.source.path)
    target = text(keyword(node, "target")) or None
    return inputs_in([folder], context or ".", text(keyword(node, "dockerfile")), project, target=target, beside=True)


def _command(module: Module, call: Call, at: int, name: str, project: Project) -> list[Build]:
    """The builds of a command: a text for a shell. A list of words is read as such a text, word by word."""
    node = call.node
    value = node.args[at] if len(node.args) > at else keyword(node, name)
    if value is None:
        return []
    # what Tilt sets for the command (docs.tilt.dev, `custom_build`)
    setting = Setting("other", {variable: Value((UNKNOWN,)) for variable in _OF_TILT})
    found: list[Build] = []
    for items in module.items(value, call):
        found += read_words(module, items, setting, project, module.span(node)).builds
    if not isinstance(value, (ast.List, ast.Tuple)):
        for pieces in module.texts(value, call):
            found += read_embedded(module.fragment(pieces), setting, project).builds
    return found
