"""What names in a Jenkins pipeline stand for: `environment`, `withEnv`, `parameters`, `def`, arguments of methods."""

from __future__ import annotations

from itertools import product

from prelaunch.model import HANDED, UNKNOWN, Fragment, Piece, Step, Value
from prelaunch.places.tokens import MAX_ARGUMENTS, Tokens
from prelaunch.readers.groovy import scan
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Source
    from prelaunch.readers.groovy import Token

MAX_FRAGMENTS = 16
_MAX_STEPS = 12
_MAX_TEXT = 20_000
"""Characters that references may put into one text."""

_TYPES = frozenset({"def", "var", "final", "String", "GString", "Object"})
_PARAMETERS = frozenset({"string", "text", "choice", "booleanParam"})
_PLAIN_METHODS = frozenset({"stripIndent", "trim", "toString", "stripMargin"})


class Pipeline(Tokens):
    """A pipeline's tokens, and the values of its names. Offsets are those of the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, scan(source.text))
        self.environment: dict[int, dict[str, Value]] = {}
        """What `environment`, `withEnv` and a matrix set, by the number of the bracket that they hold in (-1: all)."""
        self.folders: dict[int, str] = {}
        self.given: dict[int, dict[str, Value]] = {}
        """The arguments of methods, by the bracket of the body."""
        self.parameters: dict[str, Value] = {}
        self.variables: dict[str, Value] = {}
        self._shells: dict[int, dict[str, Value]] = {}
        for number, token in enumerate(self.tokens):
            if token.kind == "name":
                self._collect(number, token.text)
                self._assignment(number, token)

    # -- what names stand for

    def _step(self, name: str, text: str, number: int) -> tuple[Step, ...]:
        line = self.source.position(self.tokens[number].start)[0]
        shown = f"`{name}` is `{text}`" if len(text) <= 80 else f"`{name}` is set"
        return (Step(shown.replace(UNKNOWN, "…").replace(HANDED, "…"), self.source.path, line),)

    def _set(self, table: dict[str, Value], name: str, texts: tuple[str, ...], number: int) -> None:
        before = table[name].texts if name in table else ()
        steps = table[name].steps if name in table else ()
        every = tuple(dict.fromkeys((*before, *texts)))
        steps = (*steps, *self._step(name, " or ".join(texts), number))[:_MAX_STEPS]
        table[name] = Value(every if len(every) <= MAX_FRAGMENTS else (UNKNOWN,), steps)

    def _collect(self, number: int, name: str) -> None:
        if name == "environment" and self.mark(number + 1, "{"):
            scope = self.brackets.parent[number]
            at = number + 2
            while at < self.end(number + 1):
                if self.is_kind(at, "name") and self.mark(at + 1, "="):
                    self._set(self._environment(scope), self.tokens[at].text, self._texts(at + 2), at)
                at = self.behind(at)
        elif name == "withEnv":
            self._with(number)
        elif name == "dir":
            body = self._body(number)
            arguments = self.arguments(number)
            if body is not None and len(arguments) == 1:
                self.folders[body] = self._texts(arguments[0][1])[0]
        elif name in _PARAMETERS and self.mark(number + 1, "("):
            self._parameter(number)
        elif name == "axis" and self.mark(number + 1, "{"):
            self._axis(number + 1)
        elif name in _TYPES or name in {"void", "boolean", "int"}:
            self._method(number + 1)

    def _environment(self, scope: int) -> dict[str, Value]:
        return self.environment.setdefault(scope, {})

    def _body(self, number: int) -> int | None:
        """The `{` of the closure behind a call's parentheses."""
        at = self.behind(number + 1)
        return at if self.mark(number + 1, "(") and self.mark(at, "{") else None

    def _with(self, number: int) -> None:
        body = self._body(number)
        if body is None:
            return
        at = number + 2
        while at < self.end(number + 1):
            if self.is_kind(at, "string"):
                name, equals, value = self._texts(at)[0].partition("=")
                if equals:
                    self._set(self._environment(body), name, (value,), at)
            at += 1

    def _parameter(self, number: int) -> None:
        named = {name: first for name, first, _ in self.arguments(number) if name}
        if "name" not in named:
            return
        default = named.get("defaultValue", named.get("choices"))
        texts: tuple[str, ...] = (HANDED,)
        if default is not None and self.mark(default, "["):
            default += 1
        if default is not None and self.is_kind(default, "string"):
            texts = (self._texts(default)[0].split("\n", 1)[0],)
        self._set(self.parameters, self._texts(named["name"])[0], texts, number)

    def _axis(self, opening: int) -> None:
        """`axis { name 'A'; values 'x', 'y' }` of a `matrix { axes { ... } }`: holds in the whole matrix."""
        scope = opening
        for _ in range(2):
            scope = self.brackets.parent[scope] if scope >= 0 else -1
        inside = range(opening + 1, self.end(opening))
        calls = {self.tokens[at].text: at for at in inside if self.is_kind(at, "name")}
        if "name" in calls and "values" in calls and scope >= 0:
            name = [self._texts(first)[0] for _, first, _ in self.arguments(calls["name"])]
            values = [self._texts(first)[0] for _, first, _ in self.arguments(calls["values"])]
            if name and values:
                self._set(self._environment(scope), name[0], tuple(values), calls["name"])

    def _method(self, number: int) -> None:
        """The arguments of `def name(String a, b = 'c') {`: handed in, unless a default is literal."""
        if not self.is_kind(number, "name"):
            return
        body = self._body(number)
        if body is None:
            return
        given = self.given.setdefault(body, {})
        at = number + 2
        while at < self.end(number + 1):
            ends = self.mark(at + 1, ",") or self.mark(at + 1, ")") or self.mark(at + 1, "=")
            if self.is_kind(at, "name") and ends:
                default = self._texts(at + 2) if self.mark(at + 1, "=") else (HANDED,)
                self._set(given, self.tokens[at].text, default, at)
            at = self.behind(at)

    def _assignment(self, number: int, token: Token) -> None:
        """`x = ...`, `def x = ...`, `env.X = ...`, `x += ...`; what several places set may be any of them."""
        grown = self.mark(number + 1, "+") and self.mark(number + 2, "=")
        if not grown and (not self.mark(number + 1, "=") or self.mark(number + 2, "=") or self.mark(number + 2, "~")):
            return
        if self.mark(number - 1, "."):
            if self.is_kind(number - 2, "name") and self.tokens[number - 2].text == "env":
                texts = (UNKNOWN,) if grown else self._texts(number + 2)
                self._set(self._environment(-1), token.text, texts, number)
            return
        before = self.tokens[number - 1] if number else None
        plain = before is None or before.kind == "line" or before.text in {"{", "}", ";", ">"} or before.text in _TYPES
        inside = self.brackets.parent[number]
        declared = inside >= 1 and self.mark(inside, "{") and self.tokens[inside - 1].text == "environment"
        if plain and not declared and not (inside >= 0 and self.mark(inside, "(")):
            self._set(self.variables, token.text, (UNKNOWN,) if grown else self._texts(number + 2), number)

    def lookup(self, expression: str, number: int) -> Value:
        """The value of `x`, `env.X` or `params.X` at the token `number`."""
        head, dot, name = expression.partition(".")
        scopes = self.scopes(number)
        if not dot:
            name = head
            for scope in reversed(scopes):
                if name in self.given.get(scope, {}):
                    return self.given[scope][name]
            if name in self.variables:
                return self.variables[name]
        elif head not in {"env", "params"}:
            handed = any(head in self.given.get(scope, {}) for scope in scopes)
            return Value((HANDED if handed else UNKNOWN,))
        if head != "params":
            for scope in reversed(scopes):
                if name in self.environment.get(scope, {}):
                    return self.environment[scope][name]
        if name in self.parameters:
            return self.parameters[name]
        return Value((UNKNOWN,))

    def variables_of_shell(self, number: int) -> Mapping[str, Value]:
        """What a `sh` step at the token `number` sees in its environment."""
        inside = self.brackets.parent[number]
        if inside not in self._shells:
            found = self._shells[inside] = dict(self.parameters)
            for scope in self.scopes(number):
                found.update(self.environment.get(scope, {}))
        return self._shells[inside]

    def folder(self, number: int) -> str:
        """The folder that `dir('...')` puts a step into, relative to the root."""
        parts = [self.folders[scope] for scope in self.scopes(number) if scope in self.folders]
        return "/".join(parts) or "."

    # -- expressions

    def _texts(self, first: int) -> tuple[str, ...]:
        """What the expression that starts at a token comes to, up to the end of its line."""
        stop = first
        while stop < min(len(self.tokens), first + MAX_ARGUMENTS) and self.tokens[stop].kind != "line":
            if self.tokens[stop].kind == "mark" and self.tokens[stop].text in ",;)]}":
                break
            stop = self.behind(stop)
        found = [fragment.text for fragment in self.fragments(first, stop)]
        return tuple(dict.fromkeys(found)) or (UNKNOWN,)

    def fragments(self, first: int, stop: int) -> list[Fragment]:
        """The texts that the expression of the tokens `first` to `stop` may come to, mapped to the source."""
        terms = list(self._terms(first, stop))
        options: dict[str, Value] = {}
        for _, start, end, expression in terms:
            if expression:
                options[expression] = self.lookup(expression, first) if end > start else Value((UNKNOWN,))
        several = [name for name, value in options.items() if len(value.texts) > 1]
        size = 1
        for name in several:
            size *= len(options[name].texts)
        if size > MAX_FRAGMENTS:
            options.update({name: Value((UNKNOWN,), options[name].steps) for name in several})
            several = []
        found = []
        for chosen in product(*(options[name].texts for name in several)):
            pick = dict(zip(several, chosen, strict=True))
            pieces = []
            left = _MAX_TEXT
            for text, start, end, expression in terms:
                if expression:
                    value = options[expression]
                    text = pick.get(expression, value.texts[0])  # noqa: PLW2901
                    left -= len(text)
                    text = text if left >= 0 else UNKNOWN  # noqa: PLW2901
                    pieces.append(Piece(text, start, end, literal=False, steps=value.steps))
                else:
                    pieces.append(Piece(text, start, end, literal=text == self.source.text[start:end]))
            found.append(Fragment(self.source, tuple(pieces)))
        return found

    def _terms(self, first: int, stop: int) -> Iterator[tuple[str, int, int, str]]:
        """Text, place and, for a reference, expression of each run of a sum of strings and names."""
        at = first
        stop = min(stop, len(self.tokens))
        wanted = True
        while at < stop:
            token = self.tokens[at]
            behind = self.behind(at)
            if token.kind == "line":
                pass
            elif wanted and token.kind == "string":
                for part in token.parts:
                    plain = part.reference and part.text.replace(".", "").replace("_", "a").isalnum()
                    if part.reference and not plain:
                        yield UNKNOWN, part.start, part.stop, ""
                    else:
                        yield part.text, part.start, part.stop, part.text if part.reference else ""
                behind = self.behind_methods(at + 1, _PLAIN_METHODS)
                wanted = False
            elif wanted and token.kind == "name":
                last = at
                while self.mark(last + 1, ".") and self.is_kind(last + 2, "name"):
                    last += 2
                name = self.source.text[token.start : self.tokens[last].stop]
                behind = last + 1
                called = behind < stop and self.tokens[behind].text in {"(", "[", "?"}
                if called:
                    behind = stop if self.mark(behind, "?") else self.behind(behind)
                known = name.isascii() and name.replace(".", "").replace("_", "a").isalnum() and not called
                yield (name if known else UNKNOWN), token.start, self.tokens[last].stop, name if known else ""
                wanted = False
            elif not wanted and token.text == "+" and token.kind == "mark":
                wanted = True
            else:
                yield UNKNOWN, token.start, token.stop, ""
                return
            at = behind
