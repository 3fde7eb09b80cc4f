"""Python that builds images by a library: Docker's SDKs, AWS CDK, Pulumi.

`client.images.build(...)` and `APIClient.build(...)` take `platform=` (docker-py, `docker/models/images.py`);
python-on-whales' `docker.build(...)`, which is `docker.buildx.build` and `docker.image.build`, takes `platforms=`. Each
builds for the machine that it runs on otherwise.
"""

from __future__ import annotations

import ast

from prelaunch.places import python_cdk, python_pulumi
from prelaunch.places.python_call import build_of, dotted, is_true, keyword, listed, literal, value_of
from prelaunch.places.python_slots import keyword_slot
from prelaunch.places.script import ScriptFacts
from prelaunch.places.verdicts import IMAGE_EXPORTERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build
    from prelaunch.places.python_tree import Call
    from prelaunch.places.python_values import Module
    from prelaunch.project import Project

_WHALES = "python_on_whales"


def built(module: Module, call: Call, path: str, project: Project) -> ScriptFacts | None:
    """What a call of a library builds; None where it is no such call. `path` is its dotted name."""
    build = _build(module, call, path, project)
    return ScriptFacts((build,)) if build is not None else None


def _build(module: Module, call: Call, path: str, project: Project) -> Build | None:
    head, _, rest = path.partition(".")
    origin = module.imports.get(head, "")
    if origin.startswith("aws_cdk"):
        return python_cdk.image(module, call, f"{origin}.{rest}" if rest else origin, project)
    if origin.startswith("pulumi_docker"):
        is_image = rest == "Image" or origin.endswith(".Image")
        return python_pulumi.image(module, call, origin, project) if is_image else None
    if not path.endswith(".build"):
        return None
    if path.endswith(".images.build"):
        return _sdk(module, call, "docker-sdk", "platform")
    made = _client(module, call)
    if made.startswith(_WHALES):
        return _exported(call, _sdk(module, call, "docker-buildx-build", "platforms"))
    return _sdk(module, call, "docker-sdk", "platform") if made.endswith("APIClient") else None


def _client(module: Module, call: Call) -> str:
    """Where the client comes from whose `build` is called: `python_on_whales.docker`, or the class that made it."""
    function = call.node.func
    value = function.value if isinstance(function, ast.Attribute) else None
    whales = isinstance(value, ast.Attribute) and value.attr in {"buildx", "image"}
    value = value.value if whales and isinstance(value, ast.Attribute) else value
    if isinstance(value, ast.Name):
        found = module.lookup(value.id, call.scope)
        if found is not None:
            value = found[1][-1].value if found[1] else None
    if value is None:
        return ""
    name = _origin(module, value.func if isinstance(value, ast.Call) else value)
    if isinstance(value, ast.Call):
        of_whales = name.startswith(_WHALES) and name.endswith(".DockerClient")
        return name if of_whales or (name.endswith("APIClient") and not whales) else ""
    return name if name == f"{_WHALES}.docker" else ""


def _origin(module: Module, node: ast.expr) -> str:
    """The dotted name, with where its head comes from if that is imported."""
    head, dot, rest = dotted(node).partition(".")
    return f"{module.imports.get(head, head)}{dot}{rest}"


def _sdk(module: Module, call: Call, tool: str, name: str) -> Build:
    node = call.node
    value = keyword(node, name)
    verdict = listed(module, call, value)
    missing = verdict.state == "missing" and value is None
    slot = keyword_slot(module, node, name, many=name == "platforms") if missing else None
    build = build_of(module, call, tool, verdict, [keyword(node, "tag"), keyword(node, "tags")])
    return build._replace(slot=slot, published=is_true(keyword(node, "push")))


def _exported(call: Call, build: Build) -> Build:
    """What `output={"type": "local"}` makes of a build: BuildKit's exporter."""
    output = keyword(call.node, "output")
    kind = literal(value_of(output, "type")) if output is not None else ""
    if not kind:
        return build
    return build._replace(image=kind in IMAGE_EXPORTERS, published=build.published or kind == "registry")
