"""Bake files (HCL, HCL's JSON, compose) to the targets that `docker buildx bake` would build.

Variables hold their defaults, functions and matrices are evaluated, several files merge. What cannot be known without
running bake is unknown, and only where it matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from prelaunch.model import UNKNOWN, Source, Span, Step, Value
from prelaunch.readers import hcl
from prelaunch.readers.bake import json_syntax
from prelaunch.readers.bake import overrides as sets
from prelaunch.readers.bake.expressions import Evaluator
from prelaunch.readers.bake.scope import Definitions, Trace
from prelaunch.readers.bake.targets import (
    METADATA_TARGETS,
    Given,
    Layer,
    Resolver,
    layers_of,
    linked,
    one_text,
    platforms,
    texts,
)
from prelaunch.readers.bake.values import settled, text
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BakeFile", "Target", "evaluate", "parse"]

_MAX_GROUPS = 100


@dataclass(frozen=True)
class Target:
    """One target, as it would be built.

    `name` is that after matrix expansion (`UNKNOWN` in it where it cannot be known), `span` the block
    `target "x" { ... }` and `opening` the offset behind its `{`. `platforms` is None where none are given, empty for
    an empty list; `known` is False where they cannot be known; `steps` say how they came about. `own` says that the
    block itself has a `platforms` attribute, `open` names the variables that it uses and that hold nothing by default.
    `inherited_only`: the target is there for others to inherit from. `output_open`: the output is left to a variable
    that holds nothing by default. `target` is the stage of the Dockerfile (`UNKNOWN` where it cannot be known),
    `arguments` the build arguments (None: a value that cannot be known).
    """

    name: str
    source: Source = field(repr=False)
    span: Span
    platforms: tuple[str, ...] | None
    known: bool
    steps: tuple[Step, ...]
    tags: tuple[str, ...]
    output: tuple[str, ...]
    context: str | None
    dockerfile: str | None
    target: str | None
    arguments: tuple[tuple[str, str | None], ...]
    inherited_only: bool
    opening: int = 0
    own: bool = False
    open: tuple[str, ...] = ()
    call: str | None = None
    links: tuple[str, ...] = ()
    output_open: bool = False


@dataclass(frozen=True)
class BakeFile:
    """What a set of files says: its targets, its groups (each down to its targets) and what is built by default."""

    targets: tuple[Target, ...]
    groups: Mapping[str, tuple[str, ...]]
    default: tuple[str, ...] = ()

    def select(self, names: Sequence[str]) -> tuple[Target, ...]:
        """The targets that a command line names (none: the default), by name, group or pattern, with linked ones."""
        from fnmatch import fnmatchcase

        wanted: dict[str, None] = {}
        every = [*self.groups, *(target.name for target in self.targets)]
        for name in names or ("default",):
            plain = name.replace(".", "_")
            matching = [plain]
            if any(each in plain for each in "*?["):
                matching = [each for each in every if fnmatchcase(each, plain)]
            for each in matching:
                wanted.update(dict.fromkeys(self.groups.get(each, (each,))))
        known = {target.name: target for target in self.targets}
        waiting = list(wanted)
        while waiting:
            found = known.get(waiting.pop())
            for link in found.links if found else ():
                if link not in wanted:
                    wanted[link] = None
                    waiting.append(link)
        return tuple(target for target in self.targets if target.name in wanted)


def parse(source: Source) -> hcl.Block:
    """The blocks of one bake file, by its name (`.json`, `.hcl`) or, for another name, its first character.

    Raises `UnreadableError`.
    """
    path = source.path.lower()
    is_json = path.endswith(".json") or (not path.endswith(".hcl") and source.text.lstrip("\ufeff \t\r\n")[:1] == "{")
    return json_syntax.read(source) if is_json else hcl.read(source)


def evaluate(
    sources: Sequence[Source],
    environment: Mapping[str, Value] | None = None,
    overrides: Sequence[str] = (),
    compose: Sequence[Layer] = (),
) -> BakeFile:
    """The targets of `sources`, merged in order: a later file wins attribute by attribute, lists are replaced.

    `overrides` are the values of `--set`. `compose` are the layers of compose files, which come first. Raises
    `UnreadableError` where a file cannot be read.
    """
    files = [(source, parse(source)) for source in sources]
    blocks = [(source, block) for source, file in files for block in file.blocks]
    targets: dict[str, list[hcl.Block]] = {}
    for _, block in blocks:
        if block.kind == "target" and block.labels:
            targets.setdefault(block.labels[0], []).append(block)
    evaluator = Evaluator(
        Definitions(
            variables=_named(blocks, "variable"),
            attributes={each.name: (source, each) for source, file in files for each in file.attributes},
            functions=_named(blocks, "function"),
            environment=environment or {},
            targets=targets,
        )
    )
    layers = list(compose)
    labels: dict[str, dict[str, None]] = {}
    for source, block in blocks:
        if block.kind == "target" and block.labels:
            made = list(layers_of(source, block, evaluator))
            layers.extend(made)
            if block.get("matrix"):
                labels.setdefault(block.labels[0], {}).update(dict.fromkeys(layer.name for layer in made))
    groups = {"default": tuple(layer.name for layer in compose)} if compose else {}
    for _, block in blocks:
        if block.kind == "group" and block.labels:
            given = block.get("targets")
            value = evaluator.value(given.value, {}, Trace()) if given else ()
            groups[block.labels[0]] = texts(value) if isinstance(value, tuple) else (UNKNOWN,)
    written = {each for name in groups for each in _flat(name, groups)}
    # A matrix makes a group of its block's label.
    for label, names in labels.items():
        written.update(names if label in written else ())
        groups.setdefault(label, tuple(names))
    return _file(Resolver(layers, evaluator), groups, written, sets.parse(overrides))


def _named(blocks: Sequence[tuple[Source, hcl.Block]], kind: str) -> dict[str, tuple[Source, hcl.Block]]:
    return {block.labels[0]: (source, block) for source, block in blocks if block.kind == kind and block.labels}


def _file(
    resolver: Resolver,
    groups: Mapping[str, tuple[str, ...]],
    written: set[str],
    overrides: Sequence[sets.Override],
) -> BakeFile:
    """`written` are the targets that the groups of the files name."""
    inherited = {each for name in resolver.layers for each in resolver.inherits(name) or () if each != name}
    found = [(name, resolver.resolve(name)) for name in resolver.layers]
    links = {each for _, given in found if "contexts" in given for each in linked(given["contexts"].value)}
    targets = []
    for name, given in found:
        base = name.startswith("_") or name in inherited or _label(resolver, name) in inherited
        only = base and not (name in written or name in links) and name != "default"
        targets.append(_target(resolver, name, given, overrides, only or name in METADATA_TARGETS))
    flat = {name: _flat(name, groups) for name in groups}
    default = flat.get("default", ("default",) if "default" in resolver.layers else ())
    return BakeFile(tuple(targets), flat, default)


def _label(resolver: Resolver, name: str) -> str:
    block = resolver.layers[name][0].block
    return block.labels[0] if block else name


def _flat(name: str, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The targets of a group and of the groups in it; cycles are harmless, so are hundreds of groups."""
    out: dict[str, None] = {}
    seen = {name}
    waiting = list(reversed(groups[name]))
    while waiting:
        each = waiting.pop()
        if each in groups and each not in seen and len(seen) < _MAX_GROUPS:
            seen.add(each)
            waiting.extend(reversed(groups[each]))
        elif each not in groups:
            out[each] = None
    return tuple(out)


def _target(
    resolver: Resolver, name: str, given: Mapping[str, Given], overrides: Sequence[sets.Override], only: bool
) -> Target:
    layer = resolver.layers[name][0]
    named: tuple[str, ...] | None = None
    known = True
    trace = Trace()
    if "platforms" in given:
        named, known = platforms(given["platforms"].value)
        trace = given["platforms"].trace
    steps = tuple(trace.steps)
    forced = sets.listed(overrides, name, "platform", named or ())
    if forced is not None:
        known = known or not sets.joins(overrides, name, "platform")
        known = known and not any(UNKNOWN in each for each in forced)
        named, steps = forced, (Step("--set names the platform"),)
    tags = texts(given["tags"].value) if "tags" in given else ()
    output = given["output"].value if "output" in given else ()
    context, dockerfile = (one_text(given[key].value) if key in given else None for key in ("context", "dockerfile"))
    if any(key in given and not settled(given[key].value) for key in ("context", "dockerfile")):
        context = dockerfile = None
    return Target(
        name=name,
        source=layer.source,
        span=layer.span,
        platforms=named if known else None,
        known=known,
        steps=steps,
        tags=sets.listed(overrides, name, "tags", tags) or tags,
        output=sets.listed(overrides, name, "output", texts(output)) or texts(output),
        context=context,
        dockerfile=None if "dockerfile-inline" in given else dockerfile if "dockerfile" in given else "Dockerfile",
        target=_stage(given),
        arguments=_arguments(given),
        inherited_only=only,
        opening=layer.opening,
        own=any(_has_own(each) for each in resolver.layers[name]),
        open=tuple(trace.empty),
        call=one_text(given["call"].value) if "call" in given else None,
        links=linked(given["contexts"].value) if "contexts" in given else (),
        output_open="output" in given and not texts(output) and bool(given["output"].trace.empty),
    )


def _stage(given: Mapping[str, Given]) -> str | None:
    if "target" not in given:
        return None
    return one_text(given["target"].value) or UNKNOWN


def _arguments(given: Mapping[str, Given]) -> tuple[tuple[str, str | None], ...]:
    value = given["args"].value if "args" in given else None
    if not isinstance(value, dict):
        return ()
    # null leaves an argument out (bake.go); numbers and booleans are spelled as HCL converts them
    known = ((name, one) for name, one in value.items() if one is not None)
    return tuple((name, text(one) if isinstance(one, (str, int, float)) else None) for name, one in known)


def _has_own(layer: Layer) -> bool:
    """Whether a block says something of its platforms, or is compose's, where they are spelled elsewhere."""
    return layer.block is None or not layer.block.sound or layer.block.get("platforms") is not None
