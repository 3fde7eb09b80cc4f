"""The variables that an instruction sees, and what a word of it becomes.

Facts: the Dockerfile reference ("ARG", "Scope", "Automatic platform ARGs in the global scope") and BuildKit's frontend:
a value is taken from `--build-arg`, else from the default of the stage's `ARG`, else from the global scope (the default
of a global `ARG`, else the automatic value). What a stage has set its child stages have too. `ARG` and `ENV` set one
environment, of which the later one wins in a stage, and `ENV` in those built on it (`readers.dockerfile.environment`).
The words of an instruction are expanded before any of it takes effect.
"""

from __future__ import annotations

from prelaunch.image import Reference, Scope, Variable
from prelaunch.images.stages import base_of, chain_of, effective
from prelaunch.model import UNKNOWN
from prelaunch.readers.dockerfile.environment import assignments
from prelaunch.readers.dockerfile.expand import Effort, expand, is_known
from prelaunch.readers.dockerfile.stages import AUTOMATIC
from prelaunch.readers.dockerfile.words import split_words
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.image import Dockerfile, Image, Instruction, Stage
    from prelaunch.model import Fragment, Span

PREDEFINED = frozenset(
    {name for one in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY") for name in (one, one.lower())}
)
"""The arguments that may be given without an `ARG`, to `RUN` alone."""

MAX_NAMES = 500
"""More variables than any image has; each stage copies its parent's, so that the number must be bounded."""


def scope(image: Image, instruction: Instruction) -> Scope:
    """See `Image.scope`."""
    return _walk(image).scopes[instruction.span.start]


def declared(image: Image, instruction: Instruction) -> tuple[Variable, ...]:
    """See `Image.declared`."""
    return tuple(_walk(image).declared.get(instruction.span.start, ()))


def _walk(image: Image) -> _Walk:
    walk: _Walk | None = image.__dict__.get("_walk")
    if walk is None:
        walk = image.__dict__["_walk"] = _Walk(image.dockerfile, image.arguments)
    return walk


class _Walk:
    """All instructions of a file, in order, each with its variables (by the start of its span)."""

    def __init__(self, dockerfile: Dockerfile, arguments: Mapping[str, str | None]) -> None:
        self.dockerfile = dockerfile
        self.escape = dockerfile.escape
        self.arguments = arguments
        self.effort = Effort()
        self.scopes: dict[int, Scope] = {}
        self.declared: dict[int, list[Variable]] = {}
        self.globals: dict[str, Variable] = {name: _automatic(name) for name in AUTOMATIC}
        self._global()
        finals: list[dict[str, Variable]] = []
        self.configured: list[dict[str, Variable]] = []
        for stage in dockerfile.stages:
            finals.append(self._stage(stage, finals[stage.parent] if stage.parent is not None else {}))

    def _global(self) -> None:
        scope = Scope(self.globals, self.escape)
        for instruction in self.dockerfile.instructions:
            if instruction.keyword == "FROM" and not instruction.onbuild:
                break
            self.scopes[instruction.span.start] = scope
            if instruction.keyword != "ARG" or instruction.onbuild:
                continue
            for name, default, span, assigned in self._words(instruction):
                # unlike in a stage, each word sees what those before it have set
                if name in self.arguments:
                    variable = Variable(name, "build-arg", self.arguments[name], span, assigned=assigned)
                elif default is not None:
                    value = self._expand(scope, default)
                    variable = Variable(name, "global", value, span, depends(scope, default), assigned)
                else:
                    variable = self.globals.get(name, Variable(name, "nowhere", None))._replace(span=span)
                self.declared.setdefault(instruction.span.start, []).append(variable)
                if len(self.globals) < MAX_NAMES:
                    self.globals = {**self.globals, name: variable}
                    scope = Scope(self.globals, self.escape)

    def _words(self, instruction: Instruction) -> Iterator[tuple[str, str | None, Span, Span | None]]:
        """The words of an `ARG`: name, default, their place, and the place of the default with its `=`."""
        fragment = instruction.fragment
        for start, stop in split_words(fragment.text, 0, self.escape) or ():
            name, equals, default = fragment.text[start:stop].partition("=")
            span = fragment.span(start, stop)
            if equals and name[:1] in {'"', "'"} and default[-1:] == name[:1]:
                yield name[1:], name[0] + default, span, None  # ARG "NAME=value": the quotes belong to both halves
            else:
                assigned = fragment.span(start + len(name), stop) if equals else None
                yield name.strip("\"'"), default if equals else None, span, assigned

    def _stage(self, stage: Stage, inherited: dict[str, Variable]) -> dict[str, Variable]:
        self.scopes[stage.span.start] = Scope(self.globals, self.escape)
        bare = base_of(chain_of(self.dockerfile, stage)[-1]).scratch
        # what the parent has set by ENV is in its image, and so set again here
        config = dict(self.configured[stage.parent]) if stage.parent is not None else {}
        variables = {**inherited, **config}
        scope = Scope(variables, self.escape, bare)
        for instruction in effective(self.dockerfile, stage):
            # an ONBUILD of the parent sees what it sees in the first stage that it runs in
            self.scopes.setdefault(instruction.span.start, scope)
            if instruction.keyword in {"ARG", "ENV"}:
                new = list((self._env if instruction.keyword == "ENV" else self._arg)(instruction, scope))
                self.declared.setdefault(instruction.span.start, new)
                variables = {**variables, **{one.name: one for one in new}}
                if instruction.keyword == "ENV" and len(config) < MAX_NAMES:
                    config.update((one.name, one) for one in new)
                if len(variables) > MAX_NAMES:
                    variables = dict(list(variables.items())[:MAX_NAMES])
                scope = Scope(variables, self.escape, bare)
        for instruction in stage.instructions:
            self.scopes.setdefault(instruction.span.start, scope)
        self.configured.append(config)
        return variables

    def _env(self, instruction: Instruction, scope: Scope) -> Iterator[Variable]:
        fragment = instruction.fragment
        for name, text, start in assignments(fragment.text, self.escape):
            if text is not None:
                span = fragment.span(start, start + len(name))
                yield Variable(name, "env", self._expand(scope, text), span, depends(scope, text))

    def _arg(self, instruction: Instruction, scope: Scope) -> Iterator[Variable]:
        for name, default, span, assigned in self._words(instruction):
            if name in self.arguments:
                yield Variable(name, "build-arg", self.arguments[name], span, assigned=assigned)
            elif default is not None:
                value = self._expand(scope, default)
                yield Variable(name, "stage", value, span, depends(scope, default), assigned)
            elif name in self.globals and self.globals[name].given != "nowhere":
                yield self.globals[name]._replace(span=span, assigned=None)
            elif name in PREDEFINED:
                yield Variable(name, "predefined", None, span)
            elif name not in scope.variables:
                yield Variable(name, "nowhere", None, span)

    def _expand(self, scope: Scope, word: str) -> str | None:
        return expanded(scope, word, self.effort)


def _automatic(name: str) -> Variable:
    return Variable(name, "automatic", None, None, frozenset({name}))


def expanded(scope: Scope, word: str, effort: Effort | None = None) -> str | None:
    """See `Scope.expand`."""
    text = expand(word, lambda name: _text(scope, name), scope.escape, effort)
    return text if is_known(text) else None


def _text(scope: Scope, name: str) -> str | None:
    variable = scope.variables.get(name)
    if variable is None:
        # nothing but the base image could set it, and no base image sets an automatic argument
        return "" if scope.bare or name in AUTOMATIC else UNKNOWN
    if variable.given == "nowhere":
        return None
    return UNKNOWN if variable.text is None else variable.text


def depends(scope: Scope, word: str) -> frozenset[str]:
    """See `Scope.depends`."""
    if "$" not in word:
        return frozenset()
    found: set[str] = set()
    for name, _, _, _ in _names(word, scope.escape):
        if name in scope.variables:
            found |= scope.variables[name].automatic
    return frozenset(found)


def undeclared(scope: Scope, word: str) -> frozenset[str]:
    """See `Scope.undeclared`."""
    return frozenset(
        name
        for name, operator, _, _ in _names(word, scope.escape)
        if name in AUTOMATIC and name not in scope.variables and operator.lstrip(":")[:1] not in {"-", "+", "?", "="}
    )


def references(word: Fragment, escape: str) -> tuple[Reference, ...]:
    """See `Scope.references`."""
    return tuple(
        Reference(name, operator, word.span(start, stop)) for name, operator, start, stop in _names(word.text, escape)
    )


def _names(text: str, escape: str) -> Iterator[tuple[str, str, int, int]]:
    """The variables of a text as (name, operator and what follows, start, stop); none in single quotes."""
    at, quote = 0, ""
    end = len(text)
    while at < end:
        char = text[at]
        if char == escape and quote != "'":
            at += 2
            continue
        if char == "'" and quote != '"':
            quote = "" if quote else "'"
        elif char == '"' and quote != "'":
            quote = "" if quote else '"'
        elif char == "$" and quote != "'":
            braced = text.startswith("{", at + 1)
            start = at + 1 + braced
            stop = start
            while stop < end and (text[stop] == "_" or (text[stop].isascii() and text[stop].isalnum())):
                stop += 1
            if stop > start and not text[start].isdigit():
                close = text.find("}", stop) if braced else stop
                operator = text[stop:close] if braced and close >= 0 else ""
                yield text[start:stop], operator, at, max(stop, close + 1 if braced else stop)
                at = stop
                continue
        at += 1
