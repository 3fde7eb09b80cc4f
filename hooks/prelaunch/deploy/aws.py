"""Amazon ECS task definitions, AWS Lambda by CloudFormation, SAM and Serverless: the image and the architecture.

ECS: `runtimePlatform.cpuArchitecture`, X86_64 where a Fargate task names none (on other launch types the instance
decides). Lambda: `Architectures`, x86_64 where none is named (aws/aws-sam-cli samcli/lib/providers/provider.py).
"""

from __future__ import annotations

from prelaunch.deploy.names import literal, serverless_image
from prelaunch.deploy.requirement import Requirement, architecture
from prelaunch.model import Deployment, Span
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.readers.yaml import Node

_MAX_ITEMS = 500
_FUNCTIONS = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})


def read_task_definition(task: Node, source: Source, *, capital: bool = False) -> Iterator[Deployment]:
    """The containers of a task definition; CloudFormation (`capital`) writes its keys with a capital letter."""

    def spell(key: str) -> str:
        return key[0].upper() + key[1:] if capital else key

    required = _task_requirement(task, spell("runtimePlatform"), spell("cpuArchitecture"))
    if required is None and _lists(task.get(spell("requiresCompatibilities")), "FARGATE"):
        said = "Fargate runs X86_64 where no `runtimePlatform` is named"
        required = Requirement(("amd64",), (), said, Span(0, 0), default=True)
    containers = task.get(spell("containerDefinitions"))
    if required is None or containers is None:
        return
    for container in containers.items[:_MAX_ITEMS]:
        image = container.get(spell("image")) if container.kind == "mapping" else None
        yield from _deployed(image, source, "Amazon ECS", required)


def _task_requirement(task: Node, platform: str, key: str) -> Requirement | None:
    runtime = task.get(platform)
    pair = runtime.pair(key) if runtime is not None and runtime.kind == "mapping" else None
    if pair is None or pair[1].kind != "scalar" or pair[1].tag:
        # what cannot be read is not the default
        return Requirement((), (), "", Span(0, 0)) if runtime is not None else None
    name = architecture(pair[1].value)
    if name is None:
        return Requirement((), (), "", Span(0, 0))
    return Requirement((name,), (), f"`{key}` {pair[1].value}", pair[0].span)


def read_template(template: Node, source: Source) -> Iterator[Deployment]:
    """The resources of a CloudFormation or SAM template."""
    resources = template.get("Resources")
    shared = template.get("Globals")
    shared = shared.get("Function") if shared is not None and shared.kind == "mapping" else None
    for _, resource in resources.all_pairs()[:_MAX_ITEMS] if resources is not None else ():
        kind = resource.get("Type") if resource.kind == "mapping" else None
        properties = resource.get("Properties") if kind is not None else None
        if kind is None or properties is None or properties.kind != "mapping":
            continue
        if kind.value == "AWS::ECS::TaskDefinition":
            yield from read_task_definition(properties, source, capital=True)
        elif kind.value in _FUNCTIONS:
            yield from _function(properties, shared, source)


def _function(properties: Node, shared: Node | None, source: Source) -> Iterator[Deployment]:
    code = properties.get("Code")
    holder = code if code is not None and code.kind == "mapping" else properties
    image = holder.get("ImageUri")
    pair = properties.pair("Architectures") or (shared.pair("Architectures") if shared is not None else None)
    yield from _deployed(image, source, "AWS Lambda", _lambda_requirement(pair))


def _lambda_requirement(pair: tuple[Node, Node] | None) -> Requirement:
    """What `Architectures: [arm64]`, or Serverless' `architecture: arm64`, asks for."""
    if pair is None:
        said = "AWS Lambda runs x86_64 where no architecture is named"
        return Requirement(("amd64",), (), said, Span(0, 0), default=True)
    key, value = pair
    items = value.items if value.kind == "sequence" else (value,)
    names = [architecture(item.value) if item.kind == "scalar" and not item.tag else None for item in items]
    if len(names) != 1 or names[0] is None:
        return Requirement((), (), "", key.span)
    return Requirement((names[0],), (), f"`{key.value}` {items[0].value}", key.span)


def read_serverless(service: Node, source: Source) -> Iterator[Deployment]:
    """The functions of a `serverless.yml` that run an image, of a registry or one that the framework builds."""
    provider, functions = service.get("provider"), service.get("functions")
    named = provider.get("name") if provider is not None and provider.kind == "mapping" else None
    if provider is None or functions is None or named is None or named.value != "aws":
        return
    for _, function in functions.all_pairs()[:_MAX_ITEMS]:
        if function.kind != "mapping":
            continue
        image = function.get("image")
        if image is not None and image.kind == "mapping":
            image = image.get("uri")
        if image is None or image.kind != "scalar":
            continue
        pair = function.pair("architecture") or provider.pair("architecture")
        found = _deployed(image, source, "AWS Lambda", _lambda_requirement(pair))
        if "/" in image.value:
            yield from found
        elif _built(provider, image.value):
            # the framework builds it itself, from a folder, and hands docker no more than its own `platform`
            named = service.get("service")
            named = named.get("name") if named is not None and named.kind == "mapping" else named
            name = serverless_image(named.value if named is not None else "", image.value)
            yield from (each._replace(image=name) for each in found)


def _built(provider: Node, name: str) -> bool:
    """Whether `provider.ecr.images` builds an image of that name."""
    registry = provider.get("ecr")
    images = registry.get("images") if registry is not None and registry.kind == "mapping" else None
    image = images.get(name) if images is not None and images.kind == "mapping" else None
    return image is not None and image.kind == "mapping" and image.get("path") is not None and image.get("uri") is None


def _deployed(image: Node | None, source: Source, system: str, required: Requirement) -> Iterator[Deployment]:
    if image is None or image.kind != "scalar" or image.tag not in {"", "!Sub"} or not required.allowed:
        return
    name = literal(image.value)
    if name:
        place = image.span if required.default else required.place
        yield Deployment(source, image.span, system, name, required.allowed, (), required.said, place, required.default)


def _lists(node: Node | None, text: str) -> bool:
    return node is not None and any(item.value == text for item in node.items)
