"""Terraform: Lambda functions, ECS task definitions and Cloud Run services, with the architecture that they ask for."""

from __future__ import annotations

from prelaunch.deploy.names import literal
from prelaunch.deploy.requirement import Requirement, architecture
from prelaunch.model import UNKNOWN, Deployment, Span
from prelaunch.places.terraform import Module
from prelaunch.readers.hcl.syntax import Call, Items, Literal, Object
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project
    from prelaunch.readers.hcl import Block, Expression

_MAX_BLOCKS = 5_000
_MAX_DEPTH = 12


def read_terraform(source: Source, project: Project) -> Iterator[Deployment]:
    """The resources of a file that run an image; raises `UnreadableError` where it is no HCL."""
    module = Module(source, project)
    for block in module.whole.blocks[:_MAX_BLOCKS]:
        kind = block.labels[0] if block.kind == "resource" and block.labels else ""
        if kind == "aws_lambda_function":
            yield from _lambda(block, module)
        elif kind == "aws_ecs_task_definition":
            yield from _task(block, module)
        elif kind.startswith("google_cloud_run"):
            required = Requirement(("amd64",), (), "Cloud Run needs linux/amd64", Span(0, 0), default=True)
            for inner in _blocks(block, "containers"):
                yield from _deployed(inner.get("image"), module, "Cloud Run", required)


def _lambda(block: Block, module: Module) -> Iterator[Deployment]:
    written = block.get("architectures")
    if written is None:
        said = "AWS Lambda runs x86_64 where no architecture is named"
        required = Requirement(("amd64",), (), said, Span(0, 0), default=True)
    else:
        items = written.value.items if isinstance(written.value, Items) else ()
        texts = [_text(item, module) for item in items]
        name = architecture(texts[0]) if len(texts) == 1 else None
        if name is None:
            return
        required = Requirement((name,), (), f"`architectures` {texts[0]}", written.span)
    yield from _deployed(block.get("image_uri"), module, "AWS Lambda", required)


def _task(block: Block, module: Module) -> Iterator[Deployment]:
    required = None
    for inner in block.blocks:
        written = inner.get("cpu_architecture") if inner.kind == "runtime_platform" else None
        if inner.kind in {"runtime_platform", "dynamic"} and written is None:
            return
        if written is not None:
            text = _text(written.value, module)
            name = architecture(text)
            if name is None:
                return
            required = Requirement((name,), (), f"`cpu_architecture` {text}", written.span)
    if required is None:
        needs = block.get("requires_compatibilities")
        items = needs.value.items if needs is not None and isinstance(needs.value, Items) else ()
        if not any(isinstance(item, Literal) and item.value == "FARGATE" for item in items):
            return
        said = "Fargate runs X86_64 where no `runtime_platform` is named"
        required = Requirement(("amd64",), (), said, Span(0, 0), default=True)
    containers = block.get("container_definitions")
    value = containers.value if containers is not None else None
    if isinstance(value, Call) and value.name == "jsonencode" and value.arguments:
        value = value.arguments[0]
    for item in value.items if isinstance(value, Items) else ():
        for key, inside in item.items if isinstance(item, Object) else ():
            if isinstance(key, Literal) and key.value == "image":
                yield from _image(inside, module, "Amazon ECS", required)


def _blocks(block: Block, kind: str, depth: int = 0) -> Iterator[Block]:
    for inner in block.blocks if depth < _MAX_DEPTH else ():
        if inner.kind == kind:
            yield inner
        else:
            yield from _blocks(inner, kind, depth + 1)


def _deployed(attribute: object, module: Module, system: str, required: Requirement) -> Iterator[Deployment]:
    value = getattr(attribute, "value", None)
    if value is not None:
        yield from _image(value, module, system, required)


def _image(value: Expression, module: Module, system: str, required: Requirement) -> Iterator[Deployment]:
    for text in module.value(value).texts:
        cut = min((at for mark in MARKERS if (at := text.find(mark)) >= 0), default=-1)
        name = literal(text if cut < 0 else f"{text[:cut]}${{}}")
        if name:
            place = value.span if required.default else required.place
            yield Deployment(
                module.source, value.span, system, name, required.allowed, (), required.said, place, required.default
            )


def _text(expression: Expression, module: Module) -> str:
    texts = module.value(expression).texts
    return texts[0] if len(texts) == 1 else UNKNOWN
