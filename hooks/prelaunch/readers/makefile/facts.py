"""What a makefile says, line by line: facts with exact offsets, nothing evaluated.

Offsets are 0-based positions in `Source.text`. Texts are as make hands them on: comments gone, continuations joined,
references (`$(X)`) still in place.
"""

from __future__ import annotations

from bisect import bisect_right

from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from prelaunch.model import Source, Span

Guard: TypeAlias = tuple[tuple[int, bool], ...]
"""Which tests (indices into `Makefile.tests`) must come out how, for a line to be read by make."""


class Mapped(NamedTuple):
    """Text taken from the source in runs: the run that begins at `starts[n]` of `text` stands at `offsets[n]`."""

    text: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    @staticmethod
    def of(runs: list[tuple[str, int]]) -> Mapped:
        """Join runs of `(text, source offset)`."""
        starts, at = [], 0
        for text, _ in runs:
            starts.append(at)
            at += len(text)
        return Mapped("".join(text for text, _ in runs), tuple(starts), tuple(offset for _, offset in runs))

    def offset(self, index: int) -> int:
        """The source offset of the character at `index`."""
        number = max(bisect_right(self.starts, index) - 1, 0)
        return self.offsets[number] + index - self.starts[number] if self.offsets else 0

    def after(self, index: int) -> int:
        """The source offset just behind the character before `index`."""
        return self.offset(index - 1) + 1 if index > 0 else self.offset(0)

    def runs(self, low: int, high: int) -> list[tuple[int, int]]:
        """The index ranges of `low` to `high` that stand together in the source."""
        first = max(bisect_right(self.starts, low) - 1, 0)
        cuts = [low]
        for start in self.starts[first + 1 :]:
            if start >= high:
                break
            if start > cuts[-1]:
                cuts.append(start)
        return [(a, b) for a, b in zip(cuts, [*cuts[1:], high], strict=True) if a < b]

    def cut(self, low: int, high: int | None = None) -> Mapped:
        """The part from `low` to `high`."""
        high = len(self.text) if high is None else high
        return Mapped.of(
            [(self.text[a:b], self.offset(a)) for a, b in self.runs(low, high)] or [("", self.offset(low))]
        )


class Test(NamedTuple):
    """A condition: `ifeq` is "equal" with both texts, `ifdef` is "defined" with the name in `left`.

    `ifneq` and `ifndef` are the same tests, wanted False by the guards of what follows them.
    """

    span: Span
    kind: Literal["equal", "defined"]
    left: str
    right: str = ""


class Assignment(NamedTuple):
    """`NAME op value`, or `define`. `targets` is the text before the colon where it is target- or pattern-specific.

    `operator` is `=`, `:=` (also for `::=` and `:::=`), `?=`, `+=`, `!=` or `undefine`.
    """

    span: Span
    guard: Guard
    name: str
    operator: str
    value: str
    modifiers: frozenset[str] = frozenset()
    targets: str | None = None
    body: Mapped | None = None


class Rule(NamedTuple):
    """`targets: prerequisites`, `targets: pattern: prerequisites` (static pattern), with `::` or `&:`."""

    span: Span
    guard: Guard
    number: int
    targets: str
    prerequisites: str
    pattern: str | None = None
    double: bool = False
    grouped: bool = False


class RecipeLine(NamedTuple):
    r"""One logical line of a recipe, without the prefix character at its beginning and after its `\`-newlines.

    `rules` are the numbers of the rules it may belong to: several where branches each open one.
    """

    span: Span
    guard: Guard
    rules: tuple[int, ...]
    text: Mapped


class Include(NamedTuple):
    """`include`, or `-include` and `sinclude` (`optional`)."""

    span: Span
    guard: Guard
    paths: str
    optional: bool


class Export(NamedTuple):
    """`export` and `unexport` without a value; no names means every variable."""

    span: Span
    guard: Guard
    names: str
    on: bool


class Bare(NamedTuple):
    """A line of references only, such as `$(eval ...)` or `$(error ...)`."""

    span: Span
    guard: Guard
    text: Mapped


Statement: TypeAlias = "Assignment | Rule | RecipeLine | Include | Export | Bare"


class Makefile(NamedTuple):
    """All statements in the order of the file, of every branch; `tests` are what their guards speak of."""

    source: Source
    statements: tuple[Statement, ...]
    tests: tuple[Test, ...]
