"""Python that builds images by a library: Docker's SDKs, AWS CDK, Pulumi.

`client.images.build(...)` and `APIClient.build(...)` take `platform=` (docker-py, `docker/models/images.py`),
python-on-whales' `docker.build(...)` takes `platforms=`. CDK's image assets take `platform=Platform.LINUX_AMD64`,
Pulumi's docker provider `build=DockerBuildArgs(platform=...)` and its docker-build provider `platforms=[...]`; each
builds for the machine that it runs on otherwise, and pushes.
"""

from __future__ import annotations

import ast

from prelaunch.builders import CDK_ARCHITECTURES, FILE_EXPORTS
from prelaunch.model import UNKNOWN, Build, Slot, State, Step
from prelaunch.places.files import Inputs, inputs_of_program, with_inputs
from prelaunch.places.python_paths import place
from prelaunch.places.python_slots import keyword_slot
from prelaunch.places.script import ScriptFacts
from prelaunch.places.verdicts import bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.places.python_tree import Call
    from prelaunch.places.python_values import Module
    from prelaunch.project import Project

_Said = tuple[State, tuple[str, ...], tuple[Step, ...]]
_ASSETS = frozenset(
    {
        "DockerImageAsset", "AssetImage", "AssetImageCode", "DockerImageCode.from_image_asset",
        "ContainerImage.from_asset", "Code.from_asset_image", "AgentRuntimeArtifact.from_asset",
        "LinuxBuildImage.from_asset",
    }
)  # fmt: skip
_MAX_PLATFORMS = 50
_MAX_CALLS = 2_000


def dotted(node: ast.expr) -> str:
    """`a.b.c`; the head is `?` where it is no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((one.value for one in node.keywords if one.arg == name), None)


def said(module: Module, call: Call, value: ast.expr | None) -> tuple[State, tuple[str, ...], tuple[Step, ...]]:
    """The state, the platforms and the steps of a `platform=` argument (None where it is not given)."""
    opened = [one.value for one in call.node.keywords if one.arg is None]
    if value is None and opened:
        return "delegated", (), (Step("more arguments are handed in"),)
    if value is None or (isinstance(value, ast.Constant) and not value.value):
        return "missing", (), ()
    found = module.texts(value, call)
    steps = tuple(dict.fromkeys(step for pieces in found for piece in pieces for step in piece.steps))
    texts = ["".join(piece.text for piece in pieces) for pieces in found]
    if isinstance(value, ast.Name):
        known = module.lookup(value.id, call.scope)
        if known is not None and not known[1]:
            default = known[0].arguments.get(value.id)
            if not (isinstance(default, ast.Constant) and isinstance(default.value, str) and default.value):
                return "delegated", (), (Step(f"`{value.id}` is handed in by the caller"),)
    platforms = [one.strip() for text in texts if not any(m in text for m in MARKERS) for one in text.split(",")]
    return "explicit", tuple(dict.fromkeys(one for one in platforms if one)), steps


def built(module: Module, call: Call, path: str, project: Project) -> ScriptFacts | None:
    """What a call of a library builds; None where it is no such call. `path` is its dotted name."""
    head, _, rest = path.partition(".")
    origin = module.imports.get(head, "")
    if origin.startswith("aws_cdk"):
        name = f"{origin}.{rest}" if rest else origin
        if not any(name.endswith(f".{asset}") for asset in _ASSETS):
            return None
        of_lambda, for_arm = name.endswith("from_image_asset"), "AgentRuntimeArtifact" in name
        return _asset(module, call, project, of_lambda=of_lambda, for_arm=for_arm)
    if origin.startswith("pulumi_docker"):
        return _resource(module, call, origin, project) if rest == "Image" or origin.endswith(".Image") else None
    if not path.endswith(".build"):
        return None
    if origin.startswith("python_on_whales"):
        return _sdk(module, call, "docker-buildx-build", "platforms")
    if path.endswith(".images.build") or (path.count(".") <= 2 and _is_client(module, call)):
        return _sdk(module, call, "docker-sdk", "platform")
    return None


def _is_client(module: Module, call: Call) -> bool:
    """`client` of `client = docker.APIClient(...)`, and such a call itself."""
    function = call.node.func
    value = function.value if isinstance(function, ast.Attribute) else None
    if isinstance(value, ast.Name):
        found = module.lookup(value.id, call.scope)
        value = found[1][-1].value if found is not None and found[1] else None
    return isinstance(value, ast.Call) and dotted(value.func).endswith("APIClient")


def _true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _sdk(module: Module, call: Call, tool: str, name: str) -> ScriptFacts:
    node = call.node
    value = keyword(node, name)
    state, known, steps = _listed(module, call, value)
    slot = keyword_slot(module, node, name, many=name == "platforms") if state == "missing" and value is None else None
    tags = [keyword(node, "tag"), keyword(node, "tags")]
    build = _build(module, call, tool, (state, known, steps), tags)
    return ScriptFacts((build._replace(slot=slot, published=_true(keyword(node, "push"))),))


def _listed(module: Module, call: Call, value: ast.expr | None) -> _Said:
    """What a list of platforms says, or one platform."""
    if not isinstance(value, (ast.List, ast.Tuple)):
        return said(module, call, value)
    if not value.elts:
        return said(module, call, None)
    cases = [_constant(module, call, one) for one in value.elts[:_MAX_PLATFORMS]]
    return "explicit", tuple(dict.fromkeys(name for case in cases for name in case[1])), ()


def _constant(module: Module, call: Call, value: ast.expr | None) -> _Said:
    """As `said`, of a text, of `Platform.LINUX_AMD64`, or of `Platform.custom(text)`."""
    if isinstance(value, ast.Call) and dotted(value.func).endswith("Platform.custom") and value.args:
        return said(module, call, value.args[0])
    last = dotted(value).rpartition(".") if isinstance(value, ast.Attribute) else ("", "", "")
    if last[0].endswith("Platform") and last[2].isupper():
        return "explicit", (last[2].lower().replace("_", "/"),), ()
    return said(module, call, value)


def _build(module: Module, call: Call, tool: str, verdict: _Said, tags: list[ast.expr | None]) -> Build:
    lists = [tag for tag in tags if isinstance(tag, (ast.List, ast.Tuple))]
    every = [tag for tag in tags if tag not in lists] + [one for tag in lists for one in tag.elts[:_MAX_PLATFORMS]]
    texts = ["".join(piece.text for piece in pieces) for tag in every for pieces in module.texts(tag, call)]
    images = (bare(text) for text in texts if text.strip(MARKERS))
    return Build(
        source=module.source,
        span=module.span(call.node),
        tool=tool,
        form="python-code",
        state=verdict[0],
        platforms=verdict[1],
        via=verdict[2],
        images=tuple(dict.fromkeys(images)),
    )


# -- AWS CDK


def _asset(module: Module, call: Call, project: Project, *, of_lambda: bool, for_arm: bool) -> ScriptFacts:
    """An image asset: built where `cdk deploy` runs, then pushed to ECR."""
    verdict = _constant(module, call, keyword(call.node, "platform"))
    if verdict[0] == "missing" and of_lambda:
        verdict = _of_function(module, call)
    build = _build(module, call, "aws-cdk", verdict, [])
    folder = keyword(call.node, "directory") or (call.node.args[0] if len(call.node.args) == 1 else None)
    inputs = _inputs(module, call, project, folder, keyword(call.node, "file"), "target build_args")
    slot = None
    if verdict[0] == "missing" and keyword(call.node, "platform") is None and not for_arm:
        slot = _constant_slot(module, call)
    return ScriptFacts((with_inputs(build._replace(published=True, slot=slot), inputs),))


def _constant_slot(module: Module, call: Call) -> Slot | None:
    """Where an asset can name a platform, which takes that CDK's `Platform` is at hand."""
    imports = module.imports.items()
    own = [name for name, origin in imports if origin == "aws_cdk.aws_ecr_assets.Platform"]
    modules = [f"{name}.Platform" for name, origin in imports if origin == "aws_cdk.aws_ecr_assets"]
    constants = next(iter((*own, *modules)), "")
    slot = keyword_slot(module, call.node, "platform") if constants else None
    return slot._replace(before=", platform=", after="", many=False, constants=constants) if slot is not None else None


def _of_function(module: Module, call: Call) -> _Said:
    """What the function says whose `code` the image is, by its `architecture` (aws-lambda/lib/image-function.ts)."""
    for other in module.calls[:_MAX_CALLS]:
        if keyword(other.node, "code") is call.node:
            value = keyword(other.node, "architecture")
            if value is None:
                opened = any(one.arg is None for one in other.node.keywords)
                return ("unknown", (), (Step("more is handed to the function"),)) if opened else ("missing", (), ())
            known = CDK_ARCHITECTURES.get(dotted(value).rpartition(".")[2])
            return "explicit", (known,) if known else (), (Step("the function's `architecture`"),)
    elsewhere = "architecture" in module.source.text
    return ("unknown", (), (Step("a function may name an `architecture`"),)) if elsewhere else ("missing", (), ())


def _inputs(
    module: Module,
    call: Call,
    project: Project,
    folder: ast.expr | None,
    file: ast.expr | None,
    names: str,
    *,
    beside: bool = False,
    given: ast.expr | None = None,
) -> Inputs:
    """What is built: of a folder, a Dockerfile, and what the arguments of `names` say (the target's, the arguments').

    `given` holds these arguments, where it is not the call itself.
    """
    target_name, arguments_name = names.split()
    holder = given if given is not None else call.node
    target = _value(holder, target_name)
    pairs = _value(holder, arguments_name)
    arguments: dict[str, str | None] = {}
    for key, value in zip(pairs.keys, pairs.values, strict=True) if isinstance(pairs, ast.Dict) else ():
        if _literal(key):
            arguments[_literal(key)] = _literal(value) or None
    named = None if target is None else _literal(target) or UNKNOWN
    rest = Inputs(None, None, named, tuple(arguments.items()))
    where, what = place(module, folder, call.scope), place(module, file, call.scope)
    if file is not None and what is None:
        return rest
    return inputs_of_program(where, what, module.source.path, project, beside=beside, rest=rest)


def _value(holder: ast.expr, name: str) -> ast.expr | None:
    """The value of a keyword argument, or of a key."""
    if isinstance(holder, ast.Call):
        return keyword(holder, name)
    pairs = zip(holder.keys, holder.values, strict=True) if isinstance(holder, ast.Dict) else ()
    return next((value for key, value in pairs if _literal(key) == name), None)


def _literal(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# -- Pulumi


def _resource(module: Module, call: Call, origin: str, project: Project) -> ScriptFacts | None:
    """An image of Pulumi's docker provider (where it is given a `build`) or of its docker-build provider."""
    node = call.node
    if origin.startswith("pulumi_docker_build"):
        verdict = _listed(module, call, keyword(node, "platforms"))
        build = _build(module, call, "pulumi-docker-build", verdict, [keyword(node, "tags")])
        folder, file = (_location(keyword(node, name)) for name in ("context", "dockerfile"))
        inputs = _inputs(module, call, project, folder, file, "target build_args", beside=True)
        build = build._replace(published=_true(keyword(node, "push")), image=not _only_files(keyword(node, "exports")))
        if build.state == "missing" and keyword(node, "platforms") is None:
            build = build._replace(slot=keyword_slot(module, node, "platforms", many=True))
        return ScriptFacts((with_inputs(build, inputs),))
    inner = keyword(node, "build")
    if inner is None or (isinstance(inner, ast.Constant) and inner.value is None):
        return None
    if isinstance(inner, ast.Call):
        verdict = said(module, call._replace(node=inner), keyword(inner, "platform"))
    elif isinstance(inner, ast.Dict):
        pairs = zip(inner.keys, inner.values, strict=True)
        verdict = said(module, call, next((value for name, value in pairs if _literal(name) == "platform"), None))
    elif isinstance(inner, ast.Constant):
        verdict = said(module, call, None)
    else:
        verdict = "unknown", (), (Step("what `build` holds is not known"),)
    build = _build(module, call, "pulumi-docker", verdict, [keyword(node, "image_name")])
    folder = inner if _literal(inner) else _value(inner, "context")
    file = _value(inner, "dockerfile")
    inputs = _inputs(module, call, project, folder, file, "target args", beside=True, given=inner)
    if build.state == "missing" and isinstance(inner, ast.Call) and keyword(inner, "platform") is None:
        build = build._replace(slot=keyword_slot(module, inner, "platform"))
    return ScriptFacts((with_inputs(build._replace(published=not _true(keyword(node, "skip_push"))), inputs),))


def _only_files(value: ast.expr | None) -> bool:
    """Whether `exports` takes nothing but files out of what is built."""
    exports = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
    names = [{one.arg for one in each.keywords} if isinstance(each, ast.Call) else _keys(each) for each in exports]
    return bool(names) and all(each and each <= FILE_EXPORTS for each in names)


def _keys(value: ast.expr) -> set[str | None]:
    return {_literal(key) for key in value.keys} if isinstance(value, ast.Dict) else set()


def _location(value: ast.expr | None) -> ast.expr | None:
    """`location` of `context=BuildContextArgs(location=...)`."""
    return value if value is None or _literal(value) else _value(value, "location")
