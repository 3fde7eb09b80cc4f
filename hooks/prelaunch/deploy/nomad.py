"""Nomad jobs: a task's image, and the constraints on `${attr.cpu.arch}` of the task, its group and its job."""

from __future__ import annotations

from prelaunch.deploy.names import literal
from prelaunch.deploy.requirement import Requirement, architecture, both
from prelaunch.model import Deployment
from prelaunch.readers.hcl import read
from prelaunch.readers.hcl.syntax import Literal
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.readers.hcl import Block, Expression

_MAX_BLOCKS = 2_000


def read_nomad(source: Source) -> Iterator[Deployment]:
    """The tasks of a job file that must run on one architecture; raises `UnreadableError` where it is no HCL."""
    for job in read(source).blocks[:_MAX_BLOCKS]:
        if job.kind == "job":
            yield from _below(job, source, None)


def _below(block: Block, source: Source, above: Requirement | None) -> Iterator[Deployment]:
    required = above
    for inner in block.blocks[:_MAX_BLOCKS]:
        if inner.kind == "constraint":
            required = both(required, _constraint(inner, source))
    for inner in block.blocks[:_MAX_BLOCKS]:
        if inner.kind in {"group", "task"}:
            yield from _below(inner, source, required)
        image = inner.get("image") if inner.kind == "config" else None
        name = literal(raw_text(image.value, source)) if image is not None else ""
        if image is not None and name and required is not None:
            yield Deployment(
                source, image.span, "Nomad", name, required.allowed, required.refused, required.said, required.place
            )


def _constraint(block: Block, source: Source) -> Requirement | None:
    texts = {each.name: raw_text(each.value, source) for each in block.attributes}
    if texts.get("attribute", "").strip("${} ") != "attr.cpu.arch":
        return None
    name, operator = architecture(texts.get("value", "")), texts.get("operator", "=")
    if name is None or operator not in {"=", "==", "is", "!=", "not"}:
        return None
    said = f"`constraint` attr.cpu.arch {operator} {texts['value']}"
    if operator in {"!=", "not"}:
        return Requirement((), (name,), said, block.span)
    return Requirement((name,), (), said, block.span)


def raw_text(expression: Expression, source: Source) -> str:
    """A quoted text as it is written, with its `${...}`; "" for anything else."""
    if isinstance(expression, Literal):
        return expression.value if isinstance(expression.value, str) else ""
    raw = source.text[expression.span.start : expression.span.stop].strip()
    return raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] == '"' else ""
