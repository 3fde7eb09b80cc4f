"""Blocks to targets: matrices expanded, files merged, `inherits` followed (docker/buildx bake/bake.go)."""

from __future__ import annotations

from dataclasses import dataclass, field

from prelaunch.model import UNKNOWN, Source, Span, Step
from prelaunch.readers.bake.scope import Trace
from prelaunch.readers.bake.values import NOT_KNOWN, Data, Unknown, settled, text
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prelaunch.readers.bake.expressions import Evaluator
    from prelaunch.readers.hcl import Block

MAX_MATRIX = 256
"""Combinations of one matrix that are looked at."""

_MAX_INHERITS = 40

METADATA_TARGETS = frozenset({"docker-metadata-action", "ghaction-docker-meta"})
"""Targets that docker/metadata-action writes: tags, labels and annotations, never platforms."""

ATTRIBUTES = (
    "platforms",
    "tags",
    "output",
    "context",
    "contexts",
    "dockerfile",
    "dockerfile-inline",
    "call",
    "target",
    "args",
)


@dataclass(frozen=True)
class Given:
    """One attribute as it is in force, and how it came about."""

    value: Data
    trace: Trace = field(default_factory=Trace)


@dataclass(frozen=True)
class Layer:
    """What one block says of one target. `constants` hold the attributes where the block is no HCL (compose)."""

    name: str
    source: Source
    span: Span
    opening: int
    block: Block | None = None
    scope: Mapping[str, Data] = field(default_factory=dict)
    constants: Mapping[str, Data] = field(default_factory=dict)

    def attribute(self, name: str, evaluator: Evaluator) -> Given | None:
        """The attribute `name`; None where it is absent or null."""
        if self.block is None:
            return Given(self.constants[name]) if self.constants.get(name) is not None else None
        found = self.block.get(name)
        if found is None:
            # Where the block is broken the attribute may be there all the same.
            return None if self.block.sound else Given(NOT_KNOWN)
        trace = Trace()
        value = evaluator.value(found.value, self.scope, trace)
        return None if value is None else Given(value, trace)


def layers_of(source: Source, block: Block, evaluator: Evaluator) -> Iterator[Layer]:
    """The targets that one `target` block makes: one, or one for each combination of its matrix."""
    label = block.labels[0] if block.labels else ""
    matrix, name = block.get("matrix"), block.get("name")
    if matrix is None:
        yield Layer(label, source, block.span, block.opening, block)
        return
    axes = evaluator.value(matrix.value, {}, Trace())
    for number, scope in enumerate(_combinations(axes) if evaluator.left > 0 else [{}]):
        evaluator.left -= 10
        called: Data = NOT_KNOWN if name is None else evaluator.value(name.value, scope, Trace())
        plain = UNKNOWN if called is None or isinstance(called, (Unknown, tuple, dict)) else text(called)
        # Names of which a part is unknown differ all the same, else the combinations would merge into one.
        plain += UNKNOWN * number if UNKNOWN in plain else ""
        yield Layer(plain, source, block.span, block.opening, block, scope)


def _combinations(axes: Data) -> list[dict[str, Data]]:
    """Every combination of a matrix; where it cannot be known one without values, so that its names are unknown."""
    if not isinstance(axes, dict):
        return [{}]
    rows: list[dict[str, Data]] = [{}]
    for key, values in axes.items():
        if isinstance(values, dict):
            values = tuple(value for _, value in sorted(values.items()))  # noqa: PLW2901
        if not isinstance(values, tuple):
            values = (NOT_KNOWN,)  # noqa: PLW2901
        rows = [{**row, key: value} for row in rows[: MAX_MATRIX // max(len(values), 1) + 1] for value in values]
        rows = rows[:MAX_MATRIX]
    return rows


class Resolver:
    """Targets by name: layers merged (a later one wins, attribute by attribute), then what they inherit."""

    def __init__(self, layers: Iterable[Layer], evaluator: Evaluator) -> None:
        self.layers: dict[str, list[Layer]] = {}
        for layer in layers:
            self.layers.setdefault(layer.name, []).append(layer)
        self.evaluator = evaluator
        self._resolved: dict[str, dict[str, Given]] = {}

    def inherits(self, name: str) -> tuple[str, ...] | None:
        """The targets that `name` itself inherits from (its layers' lists, one behind the other); None: not known."""
        out: list[str] = []
        for layer in self.layers.get(name, ()):
            given = layer.attribute("inherits", self.evaluator)
            if given is None:
                continue
            if not isinstance(given.value, tuple) or not settled(given.value):
                return None
            out.extend(each for each in given.value if isinstance(each, str))
        return tuple(out)

    def resolve(self, name: str, above: tuple[str, ...] = ()) -> dict[str, Given]:
        """The attributes of `name` in force. A cycle gives nothing; too long a chain, or a stranger, unknown values."""
        if name in self._resolved:
            return self._resolved[name]
        if name in above:
            return {}
        layers = self.layers.get(name)
        if layers is None:
            # The target may be in another file of the same command line.
            return {} if name in METADATA_TARGETS else _unknown(Step(f"target {name} is in no file at hand"))
        self.evaluator.left -= 10
        if len(above) >= _MAX_INHERITS or self.evaluator.left < 0:
            return _unknown(Step("the file is too large to follow every inherits"))
        found: dict[str, Given] = {}
        parents = self.inherits(name)
        if parents is None:
            found = _unknown(Step("inherits cannot be known"))
        for parent in parents or ():
            traces: dict[int, Trace] = {}
            for attribute, given in self.resolve(parent, (*above, name)).items():
                trace = traces.setdefault(id(given.trace), Trace({self._step(name, parent): None}))
                if len(trace.steps) == 1:
                    trace.add(given.trace)
                found[attribute] = Given(_laid(found.get(attribute), given.value), trace)
        for layer in layers:
            for attribute in ATTRIBUTES:
                own = layer.attribute(attribute, self.evaluator)
                if own is not None:
                    found[attribute] = Given(_laid(found.get(attribute), own.value), own.trace)
        self._resolved[name] = found
        return found

    def _step(self, name: str, parent: str) -> Step:
        layer = self.layers[name][0]
        line = layer.source.position(layer.span.start)[0]
        shown = name.replace(UNKNOWN, "...")
        return Step(f"target {shown} inherits from {parent}", layer.source.path, line)


def _laid(below: Given | None, value: Data) -> Data:
    """A value over that of a parent or an earlier block: maps are put together, key by key."""
    if below is not None and isinstance(below.value, dict) and isinstance(value, dict):
        return {**below.value, **value}
    return value


def _unknown(step: Step) -> dict[str, Given]:
    trace = Trace()
    trace.steps[step] = None
    return {name: Given(NOT_KNOWN, trace) for name in ATTRIBUTES}


def platforms(value: Data) -> tuple[tuple[str, ...], bool]:
    """The platforms that a value of `platforms` names, and whether they can be known.

    Empty ones drop out (bake.go, `removeDupesStr`), commas separate (platformutil/parse.go).
    """
    if isinstance(value, Unknown) and value.options:
        # Either branch of a test that cannot be known names some: some are in force, whichever it is.
        found = [platforms(each) for each in value.options]
        if all(known and names for names, known in found):
            return tuple(dict.fromkeys(name for names, _ in found for name in names)), True
    if (
        not isinstance(value, tuple)
        or not settled(value)
        or any(isinstance(e, (tuple, dict, type(None))) for e in value)
    ):
        return (), False
    split = (part.strip() for each in value for part in text(each).split(","))
    return tuple(dict.fromkeys(part for part in split if part)), True


def texts(value: Data) -> tuple[str, ...]:
    """The texts of a list; an object (`{ type = "image", push = true }`) is spelled as bake spells it in one text."""
    out: list[str] = []
    for each in value if isinstance(value, tuple) else ():
        if isinstance(each, dict):
            out.append(",".join(f"{key}={_plain(inner)}" for key, inner in each.items()))
        else:
            out.append(_plain(each))
    return tuple(dict.fromkeys(each for each in out if each))


def _plain(value: Data) -> str:
    return UNKNOWN if isinstance(value, (Unknown, tuple, dict)) else "" if value is None else text(value)


def one_text(value: Data) -> str | None:
    """A text that is known, else None."""
    return value if isinstance(value, str) and UNKNOWN not in value else None


def linked(contexts: Data) -> tuple[str, ...]:
    """The targets that `contexts = { name = "target:other" }` links."""
    values = contexts.values() if isinstance(contexts, dict) else ()
    return tuple(each[7:] for each in values if isinstance(each, str) and each.startswith("target:"))
