"""What names in a JavaScript or TypeScript file stand for: imports, constants, the properties of object literals.

Nothing is run. A constant counts where it is declared once around its use and nothing is assigned to it again.
"""

from __future__ import annotations

from prelaunch.places.javascript_tokens import CASTS, MAX_STEPS, Expressions
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.places.javascript_tokens import Range
    from prelaunch.readers.groovy import Token

MAX_DEPTH = 8
_DECLARING = frozenset({"const", "let", "var"})
_GOES_ON = frozenset(".?:+-*/%&|<>=")


class Object(NamedTuple):
    """An object literal: the values of its keys, what is spread into it (`...x`), the number of its brace."""

    values: dict[str, Range]
    spreads: tuple[Range, ...]
    opening: int


class Program(Expressions):
    """The tokens of a file, and what its names stand for. Offsets are those of the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.imports: dict[str, str] = {}
        """Local names by where they come from: a module, and behind a dot what of it (`aws-cdk-lib.aws_ecs`)."""
        self._declared: dict[str, list[tuple[int, Range]]] = {}
        self._changed: set[str] = set()
        self._objects: dict[int, Object] = {}
        for number, token in enumerate(self.tokens):
            if token.kind == "name" and token.text == "import" and not self.mark(self.before(number), "."):
                self._import(number + 1)
            elif token.kind == "name" and token.text in _DECLARING:
                self._declaration(number + 1)
            elif token.kind == "mark" and token.text == "=":
                self._assignment(number)

    # -- imports, declarations

    def _import(self, at: int) -> None:
        if self.text(at) == "type" and (self.mark(at + 1, "{") or self.text(at + 1) != "from"):
            return  # a type is nothing that could be called
        if self.is_kind(at, "name") and self.mark(at + 1, "="):
            self._named(self.text(at), (at + 2, self._end(at + 2)))
            return
        module = at
        while module < len(self.tokens) and (self.tokens[module].text in {"{", "}", ",", "*"} or self._is_name(module)):
            module += 1
        if not self.is_kind(module, "string") or self.text(self.before(module)) != "from":
            return
        origin = literal(self.tokens[module])
        if self.is_kind(at, "name"):
            self.imports[self.text(at)] = origin
            at = self.after(at + 1) if self.mark(at + 1, ",") else at + 1
        if self.mark(at, "*") and self.text(at + 1) == "as":
            self.imports[self.text(at + 2)] = origin
        elif self.mark(at, "{"):
            for first, stop in self.split((at + 1, self.brackets.close[at]), ","):
                names = [self.text(n) for n in range(first, stop) if self.is_kind(n, "name")]
                if names and (names[0] != "type" or names[1:2] in ([], ["as"])):
                    self.imports[names[-1]] = f"{origin}.{names[0]}"

    def _is_name(self, number: int) -> bool:
        """Whether a name stands there that an import may hold, or a line ends."""
        return self.is_kind(number, "line") or (self.is_kind(number, "name") and self.text(number) != "import")

    def _declaration(self, at: int) -> None:
        for _ in range(MAX_STEPS):
            pattern = self.mark(at, "{")
            if not pattern and not self.is_kind(at, "name"):
                return
            equals = self._equals(self.behind(at))
            if equals < 0:
                return
            value = (equals + 1, self._end(equals + 1))
            if pattern:
                self._destructured(at, value)
            else:
                self._named(self.text(at), value)
                self._declared.setdefault(self.text(at), []).append((self.brackets.parent[at], value))
            if not self.mark(value[1], ","):
                return
            at = self.after(value[1])

    def _equals(self, at: int) -> int:
        """The number of the `=` of a declaration, behind its type if it has one; -1 where there is none."""
        for _ in range(MAX_STEPS):
            if self.mark(at, "=") and not self.mark(at + 1, ">"):
                return at
            if at >= len(self.tokens) or self.text(at) in {";", ",", ")", "}", "]", "of", "in"}:
                return -1
            at = self.behind(at)
        return -1

    def _end(self, at: int) -> int:
        """The number of the token behind the expression that begins at `at`: a statement may end with its line."""
        first = at
        for _ in range(MAX_STEPS):
            if at >= len(self.tokens):
                break
            token = self.tokens[at]
            if token.kind == "mark" and token.text in ";,)}]":
                return at
            if token.kind == "line" and at > first:
                last, following = self.tokens[self.before(at)], self.text(self.after(at))
                open_ended = last.kind == "mark" and last.text not in ")]}!"
                if not open_ended and following[:1] not in _GOES_ON and following not in CASTS:
                    return at
            at = self.behind(at)
        return min(at, len(self.tokens))

    def _named(self, name: str, value: Range) -> None:
        """`const name = require('m')`, `const name = a.b`."""
        origin = self._origin_of(value)
        if origin:
            self.imports.setdefault(name, origin)

    def _destructured(self, opening: int, value: Range) -> None:
        """`const { a, b: c } = require('m')`."""
        origin = self._origin_of(value)
        for key, (first, stop) in self.object_at(opening).values.items() if origin else ():
            if stop == first + 1:
                self.imports.setdefault(self.text(first), f"{origin}.{key}")

    def _origin_of(self, value: Range) -> str:
        first, stop = self.trimmed(value)
        if self.text(first) == "require" and self.mark(first + 1, "(") and self.is_kind(first + 2, "string"):
            rest = self.chain((first + 5, stop)) if self.mark(first + 4, ".") else []
            return ".".join((literal(self.tokens[first + 2]), *rest))
        names = self.chain((first, stop))
        return self.origin(names) if names else ""

    def _assignment(self, number: int) -> None:
        before = self.before(number)
        if self.mark(number + 1, "=") or self.mark(number + 1, ">"):
            return
        if self.is_kind(before, "mark") and self.text(before) in "+|&?":
            before = self.before(before)
            before = self.before(before) if self.is_kind(before, "mark") else before
        if self.mark(before, "]"):
            before = self.before(self.opening.get(before, 0))  # `a['b'] = c`
        if self.is_kind(before, "name"):
            first, names = self.chain_to(before)
            if len(names) > 1 or self.text(self.before(first)) not in {*_DECLARING, ","}:
                self._changed.add(names[0])

    # -- what names stand for

    def origin(self, names: list[str]) -> str:
        """Where `a.b.c` comes from: the module that `a` is imported from, and the rest; "" where that is not known."""
        start = self.imports.get(names[0])
        return ".".join((start, *names[1:])) if start is not None else ""

    def lookup(self, name: str, at: int) -> tuple[bool, Range | None]:
        """Whether a name is declared around the token `at`, and the value that it has there if that is known."""
        declared = self._declared.get(name, ())
        for scope in reversed(self.scopes(at)) if declared else ():
            values = [value for holder, value in declared if holder == scope]
            if values:
                known = len(values) == 1 and name not in self._changed and not values[0][0] <= at < values[0][1]
                return True, values[0] if known else None
        return name in self.imports or name in self._declared, None

    def is_imported(self, name: str) -> bool:
        """Whether a name comes from another file as it is."""
        return name in self.imports and name not in self._declared

    def object(self, value: Range, at: int, depth: int = 0) -> Object | None:
        """The object literal that an expression is, by the name of a constant too; None where it is none."""
        first, stop = self.trimmed(value)
        if self.mark(first, "{") and self.brackets.close[first] + 1 >= stop:
            return self.object_at(first)
        if stop == first + 1 and self.is_kind(first, "name") and depth < MAX_DEPTH:
            _, found = self.lookup(self.text(first), at)
            return self.object(found, found[0] - 1, depth + 1) if found is not None else None
        return None

    def object_at(self, opening: int) -> Object:
        """The object literal, or the pattern, whose brace is the token `opening`."""
        if opening not in self._objects:
            self._objects[opening] = self._read_object(opening)
        return self._objects[opening]

    def _read_object(self, opening: int) -> Object:
        values: dict[str, Range] = {}
        spreads: list[Range] = []
        for start, end in self.items(opening + 1, self.brackets.close[opening]):
            if self.mark(start, "."):
                spreads.append((start + 3, end))
                continue
            token = self.tokens[start]
            key = token.text if token.kind == "name" else literal(token) if token.kind == "string" else ""
            following = self.after(start)
            if key and self.mark(following, ":"):
                values[key] = (following + 1, end)
            elif key and (following >= end or self.mark(following, "=")):
                values[key] = (start, start + 1)
        return Object(values, tuple(spreads), opening)


def literal(token: Token) -> str:
    """The text of a string without references, "" for any other token."""
    if token.kind != "string" or any(part.reference for part in token.parts):
        return ""
    return "".join(part.text for part in token.parts)
