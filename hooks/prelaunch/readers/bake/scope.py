"""What a name means in bake files: a variable, an attribute, a user's function, an attribute of another target."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from prelaunch.model import HANDED, UNKNOWN, Source, Step, Value
from prelaunch.readers.bake.values import (
    FAILED,
    NOT_KNOWN,
    Data,
    MismatchError,
    Unknown,
    numeral,
    shown,
    truth,
)
from prelaunch.readers.hcl.syntax import Attribute, Block, Expression, Items, Literal, Name
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILT_IN = ("BAKE_LOCAL_PLATFORM", "BAKE_CMD_CONTEXT")
"""Variables that bake itself sets (commands/bake.go); they depend on the machine."""

_MAX_STEPS = 12


@dataclass
class Trace:
    """What an evaluation met: the steps in order, and the variables that hold nothing by default."""

    steps: dict[Step, None] = field(default_factory=dict)
    empty: dict[str, None] = field(default_factory=dict)

    def add(self, other: Trace) -> None:
        """Everything of `other`, behind what is there; no more than a reader would want to follow."""
        self.steps.update(islice(other.steps.items(), max(_MAX_STEPS - len(self.steps), 0)))
        self.empty.update(islice(other.empty.items(), max(_MAX_STEPS - len(self.empty), 0)))


@dataclass(frozen=True)
class Definitions:
    """The names of a set of files; of two definitions of one name the later stands.

    `block_attribute` gives what `target.NAME.ATTRIBUTE` names: its expression, None where the attribute is not there.
    """

    variables: Mapping[str, tuple[Source, Block]]
    attributes: Mapping[str, tuple[Source, Attribute]]
    functions: Mapping[str, tuple[Source, Block]]
    environment: Mapping[str, Value]
    targets: Mapping[str, Sequence[Block]]


class Names:
    """Looks names up; `Evaluator` adds the expressions."""

    def __init__(self, definitions: Definitions) -> None:
        self.known = definitions
        self._globals: dict[str, tuple[Data, Trace] | None] = {}

    def value(self, node: Expression, scope: Mapping[str, Data], trace: Trace, depth: int = 0) -> Data:
        """The value of an expression (given by the subclass)."""
        raise NotImplementedError

    def name(self, node: Name, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """A variable: the scope's own first (a matrix, a function's parameters), then the files'."""
        if node.name in scope:
            return scope[node.name]
        if node.name not in self._globals:
            self._globals[node.name] = None  # a cycle, which bake refuses, meets this
            inner = Trace()
            found = self._global(node.name, inner, depth)
            if found in (None, "") and node.name in self.known.variables:
                inner.empty[node.name] = None
            self._globals[node.name] = (found, inner)
        known = self._globals[node.name]
        if known is None:
            return NOT_KNOWN
        trace.add(known[1])
        return known[0]

    def _global(self, name: str, trace: Trace, depth: int) -> Data:
        if name in BUILT_IN:
            trace.steps[Step(f"{name} is set by the machine that runs bake")] = None
            return NOT_KNOWN
        if name in self.known.attributes:
            source, attribute = self.known.attributes[name]
            return self.value(attribute.value, {}, trace, depth)
        if name not in self.known.variables:
            # Another file of the same command line may define it.
            return NOT_KNOWN
        source, block = self.known.variables[name]
        line = source.position(block.span.start)[0]
        default, kind = block.get("default"), block.get("type")
        value: Data = None if kind else ""
        if default:
            value = self.value(default.value, {}, trace, depth)
        given = self.known.environment.get(name)
        if given:
            trace.steps[Step(f"variable {name} is set in the environment", source.path, line)] = None
            trace.steps.update(dict.fromkeys(given.steps))
            return _from_environment(given, value, typed=kind is not None)
        what = f"defaults to {shown(value)}" if default else "has no default"
        step = Step(f"variable {name} {what} and may be overridden from the environment", source.path, line)
        trace.steps[step] = None
        return value

    def of_target(self, label: Expression, name: Expression, trace: Trace, depth: int) -> Data:
        """`target.app.tags`: the block's own attribute (before `inherits`); a matrix has several, so is unknown."""
        if not isinstance(label, Literal) or not isinstance(name, Literal):
            return NOT_KNOWN
        blocks = self.known.targets.get(str(label.value), ())
        if len(blocks) != 1 or blocks[0].get("matrix") or not blocks[0].sound:
            return NOT_KNOWN
        attribute = blocks[0].get(str(name.value))
        return self.value(attribute.value, {}, trace, depth) if attribute else None

    def user_function(self, name: str, values: Sequence[Data], trace: Trace, depth: int) -> Data:
        """A call of a function of the files; it sees its parameters and the global names."""
        source, block = self.known.functions[name]
        result, given = block.get("result"), block.get("params")
        if result is None or not block.sound:
            return NOT_KNOWN
        variadic = block.get("variadic_params")
        names = _names(given.value) if given else []
        rest = _names(variadic.value)[:1] if variadic else []
        if len(values) < len(names) or (len(values) > len(names) and not rest):
            return FAILED
        inside: dict[str, Data] = dict(zip(names, values, strict=False))
        for each in rest:
            inside[each] = tuple(values[len(names) :])
        trace.steps[Step(f"function {name}", source.path, source.position(block.span.start)[0])] = None
        return self.value(result.value, inside, trace, depth)


def _names(node: Expression) -> list[str]:
    """The parameters' names: `[a, b]` in HCL, `["a", "b"]` in JSON."""
    listed = node.items if isinstance(node, Items) else (node,)
    named = [
        each.name if isinstance(each, Name) else each.value for each in listed if isinstance(each, (Name, Literal))
    ]
    return [name for name in named if isinstance(name, str)]


def _from_environment(given: Value, default: Data, *, typed: bool) -> Data:
    """The environment's text as the type that the default has (hclparser.go, `resolveValue`)."""
    options: list[Data] = []
    for each in given.texts:
        if UNKNOWN in each or HANDED in each or (typed and not isinstance(default, (str, int, float))):
            return NOT_KNOWN
        if default is None or isinstance(default, str):
            options.append(each)
        elif isinstance(default, (bool, int, float)):
            try:
                options.append(truth(each) if isinstance(default, bool) else numeral(each))
            except MismatchError:
                return FAILED
        else:
            return NOT_KNOWN
    return options[0] if len(options) == 1 else Unknown(options=tuple(options))
