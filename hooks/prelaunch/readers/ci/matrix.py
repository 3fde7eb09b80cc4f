"""A job's `strategy.matrix`: the combinations that it runs, as far as the file tells them.

The rules are those of GitHub's workflow syntax: the product of the lists, less `exclude`, and every `include` row added
to each combination of which it changes no original value, else a combination of its own.
"""

from __future__ import annotations

from itertools import product

from prelaunch.model import HANDED, UNKNOWN, Step
from prelaunch.readers.ci.expressions import Context, Outcome
from prelaunch.readers.ci.functions import equal, is_unknown
from prelaunch.readers.ci.templates import value_of
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prelaunch.model import Source
    from prelaunch.readers.ci.functions import Data
    from prelaunch.readers.yaml import Node

MAX_JOBS = 256
"""GitHub runs no more jobs of one matrix."""

MAX_COMBINATIONS = 32
"""More combinations than these are not told apart: what differs between them is unknown."""

_MAX_NODES = 4_000
_MAX_DEPTH = 8


class _Row:
    """One combination. `fixed` are the names of the original matrix values; `open` says that it may hold more."""

    __slots__ = ("fixed", "open", "values")

    def __init__(self, values: dict[str, Data], fixed: frozenset[str] = frozenset(), open: bool = False) -> None:  # noqa: A002 - an attribute
        self.values = values
        self.fixed = fixed
        self.open = open


class _Reader:
    """Turns nodes into data, within a budget: an alias bomb is small as nodes and endless as data."""

    __slots__ = ("contexts", "left", "lines")

    def __init__(
        self, contexts: Mapping[str, Outcome | Context], left: int = _MAX_NODES, lines: dict[str, int] | None = None
    ) -> None:
        self.contexts = contexts
        self.left = left
        self.lines: dict[str, int] = {} if lines is None else lines

    def values(self, node: Node) -> tuple[Data, ...]:
        """What a node may be: a list of outcomes for a scalar, one for anything else."""
        if node.kind == "scalar":
            self.left -= 1
            return scalar(node, self.contexts).values if self.left > 0 else (UNKNOWN,)
        return (self.data(node, 0),)

    def data(self, node: Node, depth: int) -> Data:
        self.left -= 1
        if depth > _MAX_DEPTH or self.left <= 0:
            return UNKNOWN
        if node.kind == "scalar":
            values = scalar(node, self.contexts).values
            return values[0] if len(values) == 1 else UNKNOWN
        if node.kind == "sequence":
            return [self.data(item, depth + 1) for item in node.items]
        return {key.value: self.data(value, depth + 1) for key, value in reversed(node.all_pairs())}


def scalar(node: Node, contexts: Mapping[str, Outcome | Context]) -> Outcome:
    """The value of a scalar node by YAML 1.2's core schema, its expressions evaluated."""
    if "${{" in node.value:
        return value_of(node.value, contexts)
    return Outcome((plain(node),))


def plain(node: Node) -> Data:
    """The value of a scalar node without expressions."""
    text = node.value
    if node.style != "plain":
        return text
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if len(text) < 40 and text.strip("+-.0123456789eE") == "" and any(char.isdigit() for char in text):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def combinations(node: Node | None, source: Source, contexts: Mapping[str, Outcome | Context]) -> list[Context]:
    """The `matrix` context of every job that `strategy.matrix` makes; one without values where there is no matrix."""
    if node is None:
        return [Context({})]
    reader = _Reader(contexts)
    rows = _rows(node, reader, source)
    return [_context(row, reader, source) for row in rows] or [Context({})]


def narrowed(rows: list[Context], names: Iterable[str] | None) -> list[Context]:
    """The distinct combinations of what is asked for (None: everything), few enough to be told apart."""
    if len(rows) == 1:
        return rows
    wanted = None if names is None else frozenset(names)
    distinct: dict[str, Context] = {}
    for row in rows:
        values = {name: value for name, value in row.values.items() if wanted is None or name in wanted}
        kept = row if wanted is None else Context(values, row.otherwise)
        spelled = sorted((name, repr(value.values)) for name, value in values.items() if isinstance(value, Outcome))
        distinct.setdefault(f"{row.otherwise!r} {spelled}", kept)
    if len(distinct) <= MAX_COMBINATIONS:
        return list(distinct.values())
    few: dict[str, Outcome | Context] = {}
    for name in dict.fromkeys(name for row in distinct.values() for name in row.values):
        found = [row.values[name] for row in distinct.values() if name in row.values]
        outcomes = [value for value in found if isinstance(value, Outcome)]
        same = len(outcomes) == len(distinct) and len({repr(value.values) for value in outcomes}) == 1
        few[name] = outcomes[0] if same else Outcome((UNKNOWN,), outcomes[0].steps if outcomes else ())
    return [Context(few, UNKNOWN)]


def _context(row: _Row, reader: _Reader, source: Source) -> Context:
    values = {
        name: Outcome((value,), (Step(f"`matrix.{name}`", source.path, reader.lines.get(name)),))
        for name, value in row.values.items()
    }
    return Context(values, UNKNOWN if row.open else None)


def _rows(node: Node, reader: _Reader, source: Source) -> list[_Row]:
    if node.kind != "mapping":
        found: list[_Row] = []
        for value in reader.values(node):
            if isinstance(value, dict):
                told: dict[str, list[Data]] = {}
                for name, each in value.items():
                    told[name] = each if isinstance(each, list) else [each]
                found += _expand(told, told.pop("include", []), told.pop("exclude", []), opened=False)
            else:
                found.append(_Row({}, open=True))
        return found
    lists: dict[str, list[Data]] = {}
    included: list[Data] = []
    excluded: list[Data] = []
    opened = False
    for key, below in reversed(node.all_pairs()):
        name = key.value
        reader.lines.setdefault(name, source.position(key.span.start)[0])
        items, known = _items(below, reader)
        if name == "include":
            included, opened = items, not known
            _note_lines(below, reader, source)
        elif name == "exclude":
            excluded = items
        else:
            lists[name] = items
    return _expand(dict(reversed(list(lists.items()))), included, excluded, opened=opened)


def _note_lines(node: Node, reader: _Reader, source: Source) -> None:
    for row in node.items[:MAX_JOBS]:
        for key, _ in row.all_pairs()[:MAX_JOBS]:
            reader.lines.setdefault(key.value, source.position(key.span.start)[0])


def _items(node: Node, reader: _Reader) -> tuple[list[Data], bool]:
    """The items of a list, and whether all of them are told: an expression may give any."""
    if node.kind == "sequence":
        return [value for item in node.items[: MAX_JOBS * 4] for value in reader.values(item)], True
    found: list[Data] = []
    known = True
    for value in reader.values(node):
        if isinstance(value, list):
            found += value
        else:
            found.append(value)
            known = known and not is_unknown(value)
    return found, known


def _expand(lists: dict[str, list[Data]], included: list[Data], excluded: list[Data], *, opened: bool) -> list[_Row]:
    count = 1
    for values in lists.values():
        count *= len(values)
        if count > MAX_JOBS * 4:
            lists = {name: values if len(values) == 1 else [UNKNOWN] for name, values in lists.items()}
            break
    original = frozenset(lists)
    rows = [_Row(dict(zip(lists, values, strict=True)), original) for values in product(*lists.values()) if lists]
    for extra in excluded[:MAX_JOBS]:
        if isinstance(extra, dict):
            rows = [row for row in rows if not all(_same(row.values.get(k), v) for k, v in extra.items())]
    added: list[_Row] = []
    for extra in included[:MAX_JOBS]:
        if not isinstance(extra, dict):
            opened = opened or is_unknown(extra)
            continue
        fits = [row for row in rows if _fits(row, extra)]
        for row in fits:
            row.values.update(extra)
        for row in rows:  # an unknown value may turn out to be the one that this row adds to
            row.open = row.open or any(is_unknown(row.values[name]) for name in extra if name in original)
        if not fits:
            added.append(_Row(dict(extra)))
    rows += added
    if opened:
        for row in rows:
            row.open = True
        if not rows:
            rows = [_Row({}, open=True)]
    return rows[:MAX_JOBS]


def _fits(row: _Row, extra: dict[str, Data]) -> bool:
    return all(_same(row.values[name], value) for name, value in extra.items() if name in row.fixed)


def _same(left: Data, right: Data) -> bool:
    """Whether two values are surely equal; lists and objects are compared whole."""
    if isinstance(left, (list, dict)) or isinstance(right, (list, dict)):
        return repr(left) == repr(right) and UNKNOWN not in repr(left) and HANDED not in repr(left)
    return equal(left, right) == (True,)
