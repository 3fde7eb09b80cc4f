"""Images of AWS CDK in Python: assets, which are built where `cdk deploy` runs and pushed to ECR.

They take `platform=Platform.LINUX_AMD64` and are built for the machine at hand otherwise; see `javascript_cdk`.
"""

from __future__ import annotations

from prelaunch.places.cdk_functions import ELSEWHERE, Function
from prelaunch.places.files import with_inputs
from prelaunch.places.python_call import build_of, constant, dotted, inputs_of, keyword
from prelaunch.places.python_slots import keyword_slot
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Slot
    from prelaunch.places.python_tree import Call
    from prelaunch.places.python_values import Module
    from prelaunch.project import Project

_ASSETS = frozenset(
    {
        "DockerImageAsset", "AssetImage", "AssetImageCode", "DockerImageCode.from_image_asset",
        "ContainerImage.from_asset", "Code.from_asset_image", "AgentRuntimeArtifact.from_asset",
        "LinuxBuildImage.from_asset",
    }
)  # fmt: skip
_ECR_ASSETS = "aws_cdk.aws_ecr_assets"
_MAX_CALLS = 2_000


def image(module: Module, call: Call, name: str, project: Project) -> Build | None:
    """The image that a call of CDK builds; None where it builds none. `name` is where the called comes from."""
    if not any(name.endswith(f".{asset}") for asset in _ASSETS):
        return None
    given = keyword(call.node, "platform")
    verdict = constant(module, call, given)
    function = _function(module, call) if name.endswith(("from_image_asset", "Code.from_asset_image")) else None
    if verdict.state == "missing" and name.endswith("from_image_asset"):
        elsewhere = "architecture" in module.source.text
        verdict = function.said if function is not None else ELSEWHERE if elsewhere else verdict
    build = build_of(module, call, "aws-cdk", verdict, [])
    folder = keyword(call.node, "directory") or (call.node.args[0] if len(call.node.args) == 1 else None)
    inputs = inputs_of(module, call, project, folder, keyword(call.node, "file"), "target build_args")
    slot = None
    # an agent runs on arm64 only, whatever the rest of the project runs on
    if verdict.state == "missing" and given is None and "AgentRuntimeArtifact" not in name:
        slot = _slot(module, call)
    return with_inputs(
        build._replace(published=True, slot=slot, runs=function.runs if function is not None else ()), inputs
    )


def _slot(module: Module, call: Call) -> Slot | None:
    """Where an asset can name a platform, which takes that CDK's `Platform` is at hand."""
    own, assets = module.imported_as(f"{_ECR_ASSETS}.Platform"), module.imported_as(_ECR_ASSETS)
    constants = own or (f"{assets}.Platform" if assets else "")
    slot = keyword_slot(module, call.node, "platform") if constants else None
    return slot._replace(before=", platform=", after="", many=False, constants=constants) if slot is not None else None


def _function(module: Module, call: Call) -> Function | None:
    """The function whose `code` the image is."""
    for other in module.calls[:_MAX_CALLS]:
        if keyword(other.node, "code") is call.node:
            value = keyword(other.node, "architecture")
            found = Function(
                module.source, module.span(other.node), open=any(k.arg is None for k in other.node.keywords)
            )
            if value is None:
                return found
            return found._replace(name=dotted(value).rpartition(".")[2], place=module.span(value))
    return None
