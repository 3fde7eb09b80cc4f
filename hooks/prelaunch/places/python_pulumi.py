"""Images of Pulumi in Python: of the docker provider, which are built where they have a `build`, and of docker-build.

Each is built for the machine that `pulumi up` runs on, unless `build=DockerBuildArgs(platform=...)` or the list
`platforms=[...]` says otherwise. What a resource is given stands in the call itself, or in an object `ImageArgs(...)`
that is its second argument or its `args` (pulumi/pulumi sdk/python/lib/pulumi, `get_resource_args_opts`).
"""

from __future__ import annotations

import ast

from prelaunch.builders import without_image
from prelaunch.model import Step
from prelaunch.places.files import with_inputs
from prelaunch.places.python_call import (
    MISSING,
    build_of,
    dotted,
    inputs_of,
    is_true,
    keyword,
    listed,
    literal,
    said,
    value_of,
)
from prelaunch.places.python_slots import keyword_slot
from prelaunch.places.verdicts import Verdict
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build
    from prelaunch.places.python_tree import Call
    from prelaunch.places.python_values import Module
    from prelaunch.project import Project

_NO_PROPERTIES = frozenset({"resource_name", "opts"})
_BUILD_ARGUMENTS = ("DockerBuildArgs", "DockerBuild")
"""The classes of what `build` holds; the second one is the docker provider's before version 4."""


def image(module: Module, call: Call, origin: str, project: Project) -> Build | None:
    """The image that a resource `Image` builds; None where it builds none. `origin` is where it comes from."""
    given = _given(call.node)
    if origin.startswith("pulumi_docker_build"):
        return _docker_build(module, call, given, project)
    return _docker(module, call, given, project) if given is not None else None


def _given(node: ast.Call) -> ast.Call | None:
    """The call that holds what a resource is given: the resource itself, or its `ImageArgs(...)`; None: not known."""
    value = keyword(node, "args")
    if value is None and len(node.args) > 1:
        value = node.args[1]
        options = isinstance(value, ast.Call) and dotted(value.func).endswith("ResourceOptions")
        if options or any(one.arg not in _NO_PROPERTIES for one in node.keywords):
            return node  # the second one is the resource's options
    if value is None:
        return node
    return value if isinstance(value, ast.Call) and dotted(value.func).endswith("ImageArgs") else None


def _docker_build(module: Module, call: Call, given: ast.Call | None, project: Project) -> Build:
    tool = "pulumi-docker-build"
    if given is None:
        return build_of(module, call, tool, Verdict("unknown", (), (Step("what it is given is not known"),)), [])
    value = keyword(given, "platforms")
    build = build_of(module, call, tool, listed(module, call._replace(node=given), value), [keyword(given, "tags")])
    folder, file = (_location(keyword(given, name)) for name in ("context", "dockerfile"))
    inputs = inputs_of(module, call, project, folder, file, "target build_args", beside=True, given=given)
    files = without_image(_exports(keyword(given, "exports")))
    slot = keyword_slot(module, given, "platforms", many=True) if build.state == "missing" and value is None else None
    return with_inputs(build._replace(published=is_true(keyword(given, "push")), image=not files, slot=slot), inputs)


def _docker(module: Module, call: Call, given: ast.Call, project: Project) -> Build | None:
    inner = keyword(given, "build")
    if inner is None or (isinstance(inner, ast.Constant) and inner.value is None):
        return None
    value = value_of(inner, "platform")
    if isinstance(inner, ast.Call) and dotted(inner.func).endswith(_BUILD_ARGUMENTS):
        verdict = said(module, call._replace(node=inner), value)
    elif isinstance(inner, ast.Dict):
        opened = None in inner.keys and value is None
        verdict = _spread() if opened else said(module, call, value)
    elif isinstance(inner, ast.Constant):
        verdict = MISSING
    else:
        verdict = Verdict("unknown", (), (Step("what `build` holds is not known"),))
    build = build_of(module, call, "pulumi-docker", verdict, [keyword(given, "image_name")])
    folder = inner if literal(inner) else value_of(inner, "context")
    inputs = inputs_of(
        module, call, project, folder, value_of(inner, "dockerfile"), "target args", beside=True, given=inner
    )
    if build.state == "missing" and isinstance(inner, ast.Call) and value is None:
        build = build._replace(slot=keyword_slot(module, inner, "platform"))
    return with_inputs(build._replace(published=not is_true(keyword(given, "skip_push"))), inputs)


def _spread() -> Verdict:
    return Verdict("unknown", (), (Step("more is spread into what it is given"),))


def _exports(value: ast.expr | None) -> list[set[str | None]]:
    exports = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
    return [{one.arg for one in each.keywords} if isinstance(each, ast.Call) else _keys(each) for each in exports]


def _keys(value: ast.expr) -> set[str | None]:
    return {literal(key) for key in value.keys} if isinstance(value, ast.Dict) else set()


def _location(value: ast.expr | None) -> ast.expr | None:
    """`location` of `context=BuildContextArgs(location=...)`, and what else says where something is."""
    args = isinstance(value, ast.Dict) or (isinstance(value, ast.Call) and dotted(value.func).endswith("Args"))
    return value_of(value, "location") if value is not None and args else value
