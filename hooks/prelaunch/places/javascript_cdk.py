"""Images of AWS CDK in JavaScript and TypeScript: assets, which are built where `cdk deploy` runs and pushed to ECR.

An asset takes `platform: Platform.LINUX_AMD64` (aws-cdk aws-ecr-assets/lib/image-asset.ts) and is built for the machine
at hand otherwise. `DockerImageCode.fromImageAsset` takes the platform of its function's `architecture` where one is
named (aws-lambda/lib/image-function.ts). What CDK builds only to bundle code (`DockerImage.fromBuild`) runs nowhere.
"""

from __future__ import annotations

from prelaunch.model import Span
from prelaunch.places.cdk_functions import ELSEWHERE, Function
from prelaunch.places.javascript_slots import argument_slot, property_slot
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Build, Slot
    from prelaunch.places.javascript_call import Call
    from prelaunch.places.javascript_values import Program

_CDK = ("aws-cdk-lib", "@aws-cdk/", "monocdk")
_ECR_ASSETS = ("aws-cdk-lib/aws-ecr-assets", "aws-cdk-lib.aws_ecr_assets", "@aws-cdk/aws-ecr-assets")


class _Asset(NamedTuple):
    """A call that builds an image: which argument are its properties and its folder (None: a property)."""

    properties: int
    folder: int | None = 0
    new: bool = False


_ASSETS = {
    "DockerImageAsset": _Asset(2, None, new=True),
    "AssetImage": _Asset(1, new=True),
    "AssetImageCode": _Asset(1, new=True),
    "ContainerImage.fromAsset": _Asset(1),
    "DockerImageCode.fromImageAsset": _Asset(1),
    "Code.fromAssetImage": _Asset(1),
    "AgentRuntimeArtifact.fromAsset": _Asset(1),
    "LinuxBuildImage.fromAsset": _Asset(2, None),
}
"""By the end of the name."""

_OF_FUNCTIONS = ("DockerImageCode.fromImageAsset", ".Code.fromAssetImage")
LAST = frozenset(name.rpartition(".")[2] for name in _ASSETS)
"""The last words of the names of calls that build."""


def image(call: Call) -> Build | None:
    """The image that a call builds; None where it is no such call."""
    if not call.name.startswith(_CDK):
        return None
    asset = next((asset for end, asset in _ASSETS.items() if call.name.endswith(f".{end}")), None)
    if asset is None or asset.new != call.new:
        return None
    value = call.argument(asset.properties)
    settings = call.object(value)
    said = call.said(settings, value, "platform")
    function = _function(call) if call.name.endswith(_OF_FUNCTIONS) else None
    if said.state == "missing" and call.name.endswith("DockerImageCode.fromImageAsset"):
        elsewhere = "architecture" in call.program.source.text
        said = function.said if function is not None else ELSEWHERE if elsewhere else said
    values = settings.values if settings is not None else {}
    folder = call.argument(asset.folder) if asset.folder is not None else values.get("directory")
    inputs = call.inputs(settings, folder, values.get("file"), "target buildArgs")
    slot = _slot(call, asset) if said.state == "missing" else None
    return call.build("aws-cdk", said, inputs)._replace(
        published=True, slot=slot, runs=function.runs if function is not None else ()
    )


def _function(call: Call) -> Function | None:
    """The function whose `code` the image is."""
    program = call.program
    around = program.brackets.parent[call.number]
    settings = program.object_at(around) if program.mark(around, "{") else None
    if settings is None or "code" not in settings.values:
        return None
    value = settings.values.get("architecture")
    found = Function(program.source, call.span, open=bool(settings.spreads or settings.open))
    if value is None:
        return found
    names = program.chain(value)
    first, stop = program.trimmed(value)
    place = Span(program.tokens[first].start, program.tokens[max(first, stop - 1)].stop)
    return found._replace(name=names[-1] if len(names) > 1 else "", place=place)


def _slot(call: Call, asset: _Asset) -> Slot | None:
    """Where the call can name a platform, which takes that CDK's `Platform` is at hand."""
    constants = _platform_class(call.program)
    if "AgentRuntimeArtifact" in call.name:
        return None  # runs on arm64 only, whatever the rest of the project runs on
    value = call.argument(asset.properties)
    settings = call.object(value)
    if not constants or len(call.arguments) < asset.properties:
        return None
    if value is None:
        return argument_slot(call.program, call.number, call.arguments[-1], "platform", constants)
    return property_slot(call.program, settings, "platform", constants=constants) if settings is not None else None


def _platform_class(program: Program) -> str:
    """How the file can name CDK's `Platform`; "" where nothing that it imports holds it."""
    own = [program.imported_as(f"{module}.Platform") for module in _ECR_ASSETS]
    modules = [f"{name}.Platform" for module in _ECR_ASSETS if (name := program.imported_as(module))]
    whole = program.imported_as("aws-cdk-lib")
    known = (*own, *modules, f"{whole}.aws_ecr_assets.Platform" if whole else "")
    return next((name for name in known if name), "")
