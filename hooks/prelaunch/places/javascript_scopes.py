"""The scopes of a JavaScript or TypeScript file: what is around a token, and which names are declared there.

A scope is known by the number of its bracket, or of the `=>` of a function whose body is an expression; -1 is the file.
"""

from __future__ import annotations

from itertools import islice

from prelaunch.places.javascript_tokens import Expressions
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.places.javascript_tokens import Range

_CONTROL = frozenset({"if", "for", "while", "switch", "with", "case"})
_MODIFIERS = frozenset({"public", "private", "protected", "readonly", "override"})
_MAX_SCOPES = 200
_MAX_TYPE = 50
_MAX_PATTERNS = 8


class Declared(NamedTuple):
    """What a name stands for: its value, None where that is not known; `given`: it is what a caller hands in."""

    value: Range | None
    given: bool = False


class Scopes(Expressions):
    """The tokens of a file, and the names that are declared around them. Offsets are those of the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.imports: dict[str, str] = {}
        """Local names by where they come from: a module, and behind a dot what of it (`aws-cdk-lib.aws_ecs`)."""
        self.bindings: set[int] = set()
        """The tokens of names that are parameters or stand in a pattern: a `=` behind one gives a default."""
        self._declared: dict[str, dict[int, list[Declared]]] = {}
        self._changed: set[str] = set()
        self._arrows = self._find_arrows()

    def _find_arrows(self) -> list[int]:
        """For each token, the `=>` between the same brackets whose body it stands in; -1 for none."""
        found: list[int] = []
        latest: dict[int, int] = {}
        parents = self.brackets.parent
        for number, token in enumerate(self.tokens):
            parent = parents[number]
            found.append(latest.get(parent, -1))
            if token.kind == "line":
                in_block = parent < 0 or self.tokens[parent].text == "{"
                if parent in latest and in_block and self.ends_statement(number):
                    del latest[parent]
            elif token.kind == "mark" and token.text in ",;":
                latest.pop(parent, None)
            elif self.is_arrow(number):
                latest[parent] = number
        return found

    def is_arrow(self, number: int) -> bool:
        """Whether `=>` stands there."""
        return self.mark(number, "=") and self.mark(number + 1, ">")

    def around(self, number: int) -> Iterator[int]:
        """The scopes around a token, the innermost first; what is nested too deep has no outer ones."""
        return islice(self._around(number), _MAX_SCOPES)

    def _around(self, number: int) -> Iterator[int]:
        while 0 <= number < len(self.tokens):
            arrow = self._arrows[number]
            while arrow >= 0:
                yield arrow
                arrow = self._arrows[arrow]
            number = self.brackets.parent[number]
            if number >= 0:
                yield number
        yield -1

    # -- declarations

    def declare(self, name: str, scope: int, declared: Declared) -> None:
        """Say what a name stands for in a scope."""
        self._declared.setdefault(name, {}).setdefault(scope, []).append(declared)

    def scope_of(self, number: int) -> int:
        """The scope of what is declared at a token: around it, or of the body of the `for` that it stands in."""
        scope = self.brackets.parent[number]
        if self.mark(scope, "(") and self.text(self.before(scope)) in {"for", "await"}:
            body = self.after(self.brackets.close[scope])
            return body if self.mark(body, "{") else self.brackets.parent[scope]
        return scope

    def read_parameters(self, opening: int) -> None:
        """Declare what stands in the parentheses from `opening` on, if these are the parameters of a function."""
        close = self.brackets.close[opening]
        body = self.after(close)
        if self.mark(body, ":"):
            body = self._behind_type(body)
        if self.is_arrow(body) or (self.mark(body, "{") and self.text(self.before(opening)) not in _CONTROL):
            for item in self.items(opening + 1, close):
                for name in self.bound(item):
                    self.declare(name, body, Declared(None, given=True))

    def read_parameter(self, arrow: int) -> None:
        """Declare the parameter of `name => body`."""
        before = self.before(arrow)
        if self.is_kind(before, "name"):
            self.declare(self.text(before), arrow, Declared(None, given=True))

    def _behind_type(self, colon: int) -> int:
        """The number of the `{` or `=>` behind the type of what a function returns; -1 for none."""
        at = self.after(colon)
        for _ in range(_MAX_TYPE):
            if self.is_arrow(at) or (self.mark(at, "{") and self.text(self.before(at)) not in set(":|&<,")):
                return at
            if at >= len(self.tokens) or (self.is_kind(at, "mark") and self.text(at) in ";=)]}"):
                return -1
            if self.is_kind(at, "line") and self.ends_statement(at):
                return -1
            at = self.behind(at)
        return -1

    def bound(self, pattern: Range, depth: int = 0) -> Iterator[str]:
        """The names that a parameter or a pattern binds: `a`, `...a`, `{ a, b: c = d }`, `[a, b]`."""
        first, stop = self.trimmed(pattern)
        while self.mark(first, "."):
            first = self.after(first)
        while self.mark(first, "@"):
            first = self._behind_decorator(first)
        while self.text(first) in _MODIFIERS and self.is_kind(self.after(first), "name"):
            first = self.after(first)
        if self.is_kind(first, "name"):
            self.bindings.add(first)
            yield self.text(first)
        elif depth < _MAX_PATTERNS and (self.mark(first, "{") or self.mark(first, "[")):
            in_object = self.mark(first, "{")
            for start, end in self.items(first + 1, min(self.brackets.close[first], stop)):
                value = self.after(self.behind(start) - 1)
                named = in_object and value < end and self.mark(value, ":")
                yield from self.bound((value + 1, end) if named else (start, end), depth + 1)

    def _behind_decorator(self, at: int) -> int:
        """The number of the token behind `@a.b(c)`."""
        at = self.after(self.after(at))
        while self.mark(at, "."):
            at = self.after(self.after(at))
        return self.after(self.brackets.close[at]) if self.mark(at, "(") else at

    # -- what names stand for

    def lookup(self, name: str, at: int) -> tuple[bool, Range | None]:
        """Whether the file says what a name is at the token `at`, and the value that it has there if that is known.

        What a caller hands in is not said by the file.
        """
        scopes = self._declared.get(name)
        for scope in self.around(at) if scopes is not None else ():
            found = scopes.get(scope, ()) if scopes is not None else ()
            if found:
                value = found[0].value
                own = value is not None and value[0] <= at < value[1]
                known = len(found) == 1 and name not in self._changed and not own
                return not any(one.given for one in found), value if known else None
        return scopes is not None or name in self.imports, None

    def is_imported(self, name: str) -> bool:
        """Whether a name comes from another file as it is."""
        return name in self.imports and name not in self._declared
