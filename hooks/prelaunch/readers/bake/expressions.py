"""What an expression of a bake file comes to, with the way it went."""

from __future__ import annotations

from prelaunch.model import UNKNOWN
from prelaunch.readers.bake import functions
from prelaunch.readers.bake.scope import Definitions, Names, Trace
from prelaunch.readers.bake.values import (
    FAILED,
    NOT_KNOWN,
    Data,
    MismatchError,
    Unknown,
    bounded,
    examined,
    failure,
    items,
    numeral,
    pairs,
    same,
    text,
    truth,
)
from prelaunch.readers.hcl.syntax import (
    Access,
    Binary,
    Call,
    Choice,
    Expression,
    Items,
    Literal,
    Loop,
    Name,
    Object,
    Splat,
    Template,
    Unary,
)
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MAX_DEPTH = 110
"""Expressions inside expressions, over variables and functions: deeper is unknown (each level is three frames)."""

_BUDGET = 100_000
"""Expressions that are evaluated for one set of files (a third of a second); what comes after is unknown."""


class Evaluator(Names):
    """Evaluates expressions. Names are looked up in the scope first (a matrix, a function's parameters)."""

    def __init__(self, definitions: Definitions) -> None:
        super().__init__(definitions)
        self.left = _BUDGET

    def value(self, node: Expression, scope: Mapping[str, Data], trace: Trace, depth: int = 0) -> Data:
        """The value of `node`; unknown where it, or what it needs, cannot be known. Never raises."""
        self.left -= 1
        if self.left < 0 or depth > _MAX_DEPTH:
            return NOT_KNOWN
        if isinstance(node, Literal):
            return node.value
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return NOT_KNOWN
        try:
            found = bounded(handler(self, node, scope, trace, depth + 1))
        except MismatchError:
            return FAILED
        if isinstance(found, (tuple, dict)):
            self.left -= len(found) // 8
        return found

    def settled(self, value: Data) -> bool:
        """Whether nothing in `value` is unknown; to look through a large one is work like any other."""
        known, visits = examined(value)
        self.left -= visits // 8
        return known

    def template(self, node: Template, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """Text with parts put in."""
        values = [self.value(part, scope, trace, depth) for part in node.parts]
        if len(values) == 1 and not _is_text(node.parts[0]):
            return values[0]
        if any(isinstance(value, Unknown) and value.failed for value in values):
            return FAILED
        return "".join(UNKNOWN if isinstance(value, Unknown) else text(value) for value in values)

    def access(self, node: Access, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """An attribute or element."""
        inner = node.of
        if isinstance(inner, Access) and isinstance(inner.of, Name) and inner.of.name == "target":
            return self.of_target(inner.key, node.key, trace, depth)
        of, key = self.value(inner, scope, trace, depth), self.value(node.key, scope, trace, depth)
        if isinstance(of, Unknown) or isinstance(key, Unknown):
            return failure(of, key)
        return functions.access(of, key)

    def splat(self, node: Splat, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """The same of every element."""
        of = self.value(node.of, scope, trace, depth)
        if isinstance(of, Unknown):
            return failure(of)
        keys = [self.value(key, scope, trace, depth) for key in node.keys]
        out: list[Data] = []
        for each in of if isinstance(of, tuple) else () if of is None else (of,):
            found = each
            for key in keys:
                if isinstance(found, Unknown) or isinstance(key, Unknown):
                    found = failure(found, key)
                else:
                    found = functions.access(found, key)
            out.append(found)
        return tuple(out)

    def call(self, node: Call, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """A function: of the language, of the files or of the standard library."""
        if node.name in {"try", "can"}:
            return self._attempt(node, scope, trace, depth)
        values = [self.value(argument, scope, trace, depth) for argument in node.arguments]
        if node.expand and values:
            last = values.pop()
            if isinstance(last, Unknown):
                return failure(last)
            values.extend(items(last))
        if not functions.is_known(node.name) and node.name in self.known.functions:
            return self.user_function(node.name, values, trace, depth)
        return functions.call(node.name, values, known=all(self.settled(each) for each in values))

    def _attempt(self, node: Call, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """`try(a, b)`: the first that does not fail; `can(a)`: whether it does not."""
        for argument in node.arguments:
            found = self.value(argument, scope, trace, depth)
            if not isinstance(found, Unknown):
                return found if node.name == "try" else True
            if not found.failed:
                return NOT_KNOWN
        return FAILED if node.name == "try" else False

    def unary(self, node: Unary, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """A sign or a negation."""
        value = self.value(node.operand, scope, trace, depth)
        if not self.settled(value):
            return failure(value)
        return not truth(value) if node.operator == "!" else -numeral(value)

    def binary(self, node: Binary, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """An operation; `&&` and `||` need only one side where it decides."""
        left, right = self.value(node.left, scope, trace, depth), self.value(node.right, scope, trace, depth)
        if node.operator in {"&&", "||"}:
            deciding = node.operator == "||"
            for each in (left, right):
                if self.settled(each) and truth(each) is deciding:
                    return deciding
        if not self.settled(left) or not self.settled(right):
            return failure(left, right)
        operation = _OPERATORS.get(node.operator)
        if operation:
            return functions.call(operation, (left, right), known=True)
        return functions.compare(node.operator, left, right)

    def choice(self, node: Choice, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """A test that cannot be known leaves either branch as an option."""
        test = self.value(node.test, scope, trace, depth)
        if self.settled(test):
            return self.value(node.yes if truth(test) else node.no, scope, trace, depth)
        if isinstance(test, Unknown) and test.failed:
            return FAILED
        yes, no = self.value(node.yes, scope, trace, depth), self.value(node.no, scope, trace, depth)
        if self.settled(yes) and self.settled(no) and same(yes, no):
            return yes
        return Unknown(options=(yes, no))

    def list(self, node: Items, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """A list."""
        return tuple(self.value(each, scope, trace, depth) for each in node.items)

    def object(self, node: Object, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """An object."""
        out: dict[str, Data] = {}
        for key, value in node.items:
            name = self.value(key, scope, trace, depth)
            if isinstance(name, Unknown):
                return failure(name)
            out[text(name)] = self.value(value, scope, trace, depth)
        return out

    def loop(self, node: Loop, scope: Mapping[str, Data], trace: Trace, depth: int) -> Data:
        """A `for` over a collection."""
        over = self.value(node.over, scope, trace, depth)
        if isinstance(over, Unknown):
            return failure(over)
        out: list[Data] = []
        labelled: dict[str, Data] = {}
        for key, each in pairs(over):
            inside = {**scope, node.value: each}
            if node.key:
                inside[node.key] = key
            if node.test is not None:
                test = self.value(node.test, inside, trace, depth)
                if not self.settled(test):
                    return failure(test)
                if not truth(test):
                    continue
            result = self.value(node.result, inside, trace, depth)
            if node.label is None:
                out.append(result)
                continue
            label = self.value(node.label, inside, trace, depth)
            if isinstance(label, Unknown):
                return failure(label)
            former = labelled.get(text(label), ())
            labelled[text(label)] = (*items(former), result) if node.grouped else result
        if node.joined:
            return "".join(UNKNOWN if isinstance(each, Unknown) else text(each) for each in out)
        return labelled if node.label is not None else tuple(out)


_HANDLERS: dict[type, Callable[..., Data]] = {
    Name: Evaluator.name,
    Template: Evaluator.template,
    Access: Evaluator.access,
    Splat: Evaluator.splat,
    Call: Evaluator.call,
    Unary: Evaluator.unary,
    Binary: Evaluator.binary,
    Choice: Evaluator.choice,
    Items: Evaluator.list,
    Object: Evaluator.object,
    Loop: Evaluator.loop,
}

_OPERATORS = {
    "&&": "and",
    "||": "or",
    "==": "equal",
    "!=": "notequal",
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "%": "modulo",
}


def _is_text(part: Expression) -> bool:
    """Whether a part of a template is text by itself: a run of text, or a directive (whose branches are templates)."""
    if isinstance(part, Choice):
        return isinstance(part.yes, Template)
    return isinstance(part, Literal) or (isinstance(part, Loop) and part.joined)
