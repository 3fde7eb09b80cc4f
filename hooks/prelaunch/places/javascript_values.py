"""What names in a JavaScript or TypeScript file stand for: imports, constants, the properties of object literals.

Nothing is run. A constant counts where it is declared once around its use and nothing is assigned to it again.
"""

from __future__ import annotations

from prelaunch.places.javascript_scopes import Declared, Scopes
from prelaunch.places.javascript_tokens import MAX_STEPS
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.places.javascript_tokens import Range
    from prelaunch.readers.groovy import Token

MAX_DEPTH = 8
_DECLARING = frozenset({"const", "let", "var"})
_BEHIND_A_NAME = frozenset({";", ",", ")", "}", "]", "of", "in"}) | _DECLARING
_CHANGING = frozenset({"push", "unshift", "splice", "pop", "shift", "fill", "reverse", "sort"})
_MAX_KEY = 3


class Object(NamedTuple):
    """An object literal: the values of its keys, what is spread into it (`...x`), the number of its brace.

    `open` are where keys stand that are not known (`[key]: x`): each may be any key.
    """

    values: dict[str, Range]
    spreads: tuple[Range, ...]
    opening: int
    open: tuple[int, ...] = ()

    def is_certain(self, key: str) -> bool:
        """Whether nothing behind a key can say something else."""
        at = self.values[key][0] if key in self.values else -1
        return not any(more > at for more in (*self.open, *(spread[0] for spread in self.spreads)))


class Program(Scopes):
    """The tokens of a file, and what its names stand for. Offsets are those of the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._objects: dict[int, Object] = {}
        self._origins: dict[str, str] = {}
        self._modules: dict[str, bool] = {}
        self.read: dict[tuple[str, Range, int], Any] = {}
        """What has been read of expressions so far, by what was asked, the expression and how deep it stands."""
        for number, token in enumerate(self.tokens):
            if token.kind == "name":
                self._read_name(number, token.text)
            elif token.kind == "mark" and token.text == "(":
                self.read_parameters(number)
            elif self.is_arrow(number):
                self.read_parameter(number)
            elif token.kind == "mark" and token.text == "=":
                self._assignment(number)

    def _read_name(self, number: int, text: str) -> None:
        if text == "import" and not self.mark(self.before(number), "."):
            self._import(number + 1)
        elif text in _DECLARING:
            self._declaration(self.after(number))
        elif text == "assign" and self.mark(number + 1, "("):
            self._changed.add(self.text(self.after(number + 1)))  # `Object.assign(a, b)`
        elif text in _CHANGING and self.mark(number + 1, "("):
            _, names = self.chain_to(number)
            self._changed.add(names[0])

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
            for first, stop in self.split((at + 1, min(self.brackets.close[at], module)), ","):
                names = [self.text(n) for n in range(first, stop) if self.is_kind(n, "name")]
                if names and (names[0] != "type" or names[1:2] in ([], ["as"])):
                    self.imports[names[-1]] = f"{origin}.{names[0]}"

    def _is_name(self, number: int) -> bool:
        """Whether a name stands there that an import may hold, or a line ends."""
        return self.is_kind(number, "line") or (self.is_kind(number, "name") and self.text(number) != "import")

    def _declaration(self, at: int) -> None:
        for _ in range(MAX_STEPS):
            pattern = self.mark(at, "{") or self.mark(at, "[")
            if not pattern and not self.is_kind(at, "name"):
                return
            behind = self.behind(at)
            equals = self._equals(behind)
            value = (equals + 1, self._end(equals + 1)) if equals >= 0 else None
            scope = self.scope_of(at)
            if not pattern:
                self.declare(self.text(at), scope, Declared(value))
                if value is not None:
                    self._named(self.text(at), value)
            elif value is None or not self._destructured(at, value):
                given = value is not None and self._is_given(value)
                for name in self.bound((at, behind)):
                    self.declare(name, scope, Declared(None, given))
            if value is None or not self.mark(value[1], ","):
                return
            at = self.after(value[1])

    def _is_given(self, value: Range) -> bool:
        """Whether a value is what a caller hands in, or of it."""
        names = self.chain(value)
        return bool(names) and names[0] not in {"this", "process"} and not self.lookup(names[0], value[0])[0]

    def _equals(self, at: int) -> int:
        """The number of the `=` of a declaration, behind its type if it has one; -1 where there is none."""
        for _ in range(MAX_STEPS):
            if self.mark(at, "=") and not self.mark(at + 1, ">"):
                return at
            if at >= len(self.tokens) or self.text(at) in _BEHIND_A_NAME:
                return -1
            if self.is_kind(at, "line") and self.ends_statement(at):
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
            if token.kind == "line" and at > first and self.ends_statement(at):
                return at
            if token.kind == "name" and token.text in _DECLARING and self.text(self.before(at)) not in {"as", "."}:
                return at
            at = self.behind(at)
        return min(at, len(self.tokens))

    def _named(self, name: str, value: Range) -> None:
        """`const name = require('m')`, `const name = a.b`."""
        origin = self._origin_of(value)
        if origin:
            self.imports.setdefault(name, origin)

    def _destructured(self, opening: int, value: Range) -> bool:
        """`const { a, b: c } = require('m')`; False where the value is of no other file."""
        origin = self._origin_of(value)
        for key, (first, stop) in self.object_at(opening).values.items() if origin else ():
            if stop == first + 1:
                self.imports.setdefault(self.text(first), f"{origin}.{key}")
        return bool(origin)

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
        if self.is_kind(before, "name") and before not in self.bindings:
            first, names = self.chain_to(before)
            if len(names) > 1 or self.text(self.before(first)) not in {*_DECLARING, ","}:
                self._changed.add(names[0])

    # -- what names stand for

    def origin(self, names: list[str]) -> str:
        """Where `a.b.c` comes from: the module that `a` is imported from, and the rest; "" where that is not known."""
        start = self.imports.get(names[0])
        return ".".join((start, *names[1:])) if start is not None else ""

    def imported_as(self, origin: str) -> str:
        """The first local name of what comes from a module, "" where nothing does."""
        if not self._origins:
            self._origins = {origin: name for name, origin in reversed(self.imports.items())}
        return self._origins.get(origin, "")

    def imports_of(self, start: str) -> bool:
        """Whether anything comes from a module whose name begins so."""
        if start not in self._modules:
            self._modules[start] = any(origin.startswith(start) for origin in self.imports.values())
        return self._modules[start]

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
        unknown: list[int] = []
        for start, end in self.items(opening + 1, min(self.brackets.close[opening], len(self.tokens))):
            if self.mark(start, "."):
                spreads.append((start + 3, end))
                continue
            key, behind = self._key(start, end)
            if not key:
                unknown.append(start)
            elif self.mark(behind, ":"):
                values[key] = (behind + 1, end)
            elif behind >= end or self.mark(behind, "="):
                values[key] = (start, start + 1)
            else:
                values[key] = (start, end)  # a method, or a getter: not known
        return Object(values, tuple(spreads), opening, tuple(unknown))

    def _key(self, start: int, end: int) -> tuple[str, int]:
        """The key of an object's item, "" where it is not known, and the number of the token behind it."""
        for _ in range(_MAX_KEY):  # `get key() {}`, `async *key() {}`
            following = self.after(start)
            if self.text(start) not in {"get", "set", "async", "*"} or following >= end:
                break
            if self.is_kind(following, "mark") and self.text(following) not in "[*#":
                break
            start = following
        if self.mark(start, "["):
            close = self.brackets.close[start]
            return (literal(self.tokens[start + 1]) if close == start + 2 else ""), self.after(close)
        token = self.tokens[start]
        return (token.text if token.kind == "name" else literal(token)), self.after(start)


def literal(token: Token) -> str:
    """The text of a string without references, "" for any other token."""
    if token.kind != "string" or any(part.reference for part in token.parts):
        return ""
    return "".join(part.text for part in token.parts)
