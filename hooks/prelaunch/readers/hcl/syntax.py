"""The syntax tree of HCL: what an expression, an attribute and a block are.

Spans are offsets (in characters) into the source's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a truth value, null, or text without anything to put in."""

    span: Span
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Template:
    """Text with parts to put in: `"${a}-b"`. A template of one part that is no text is that part's value."""

    span: Span
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Access:
    """`of.key` or `of[key]`."""

    span: Span
    of: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Splat:
    """`of[*].a[0]` or `of.*.a`: `keys` are applied to every element in turn."""

    span: Span
    of: Expression
    keys: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`; `expand` says that the last argument ends in `...`."""

    span: Span
    name: str
    arguments: tuple[Expression, ...]
    expand: bool


@dataclass(frozen=True, slots=True)
class Unary:
    """`-operand` or `!operand`."""

    span: Span
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    span: Span
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """`test ? yes : no`, or the directive `%{ if test }yes%{ else }no%{ endif }`."""

    span: Span
    test: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Items:
    """`[a, b]`."""

    span: Span
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """`{ key = value }`; a bare key is a `Literal`."""

    span: Span
    items: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """`[for key, value in over : result if test]`.

    `label` is the key's expression in `{for ... : label => result}`, None for a list; `grouped` is its `...`.
    `joined` marks the directive `%{ for value in over }result%{ endfor }`, whose results are one text.
    """

    span: Span
    key: str | None
    value: str
    over: Expression
    result: Expression
    test: Expression | None = None
    label: Expression | None = None
    grouped: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """An expression that cannot be read: its value is unknown, the rest of the file stands."""

    span: Span


Expression = (
    Literal | Template | Name | Access | Splat | Call | Unary | Binary | Choice | Items | Object | Loop | Broken
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = value`."""

    span: Span
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Block:
    """`kind "label" { ... }`; `opening` is the offset just behind its `{`.

    `sound` is False where something inside is broken, so that what seems absent may be there all the same.
    """

    span: Span
    kind: str
    labels: tuple[str, ...]
    opening: int
    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...]
    sound: bool = True

    def get(self, name: str) -> Attribute | None:
        """The attribute `name`."""
        return next((each for each in self.attributes if each.name == name), None)
