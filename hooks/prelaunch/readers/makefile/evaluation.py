"""`$(eval ...)` as a line of a makefile: the text that make would read, mapped to where it was written.

The text of a `define` that is called keeps its places, so a recipe in a template is found where it stands.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Fragment, Piece, Source
from prelaunch.readers.makefile.expansion import MAX_ITERATIONS
from prelaunch.readers.makefile.pieces import Pieces, text_of
from prelaunch.readers.makefile.scanning import arguments, closer
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.readers.makefile.context import Context
    from prelaunch.readers.makefile.facts import Mapped
    from prelaunch.readers.makefile.variables import Variables

MAX_NESTED = 6


def evaluated(variables: Variables, text: Mapped, context: Context, source: Source | None) -> Iterator[Fragment]:
    """Each text that `$(eval)` in `text` hands to make; `$(foreach)`, `$(if)` and `$(call)` around it are followed.

    Without `source` (`text` is itself evaluated) only templates keep a place.
    """
    yield from _inside(variables, text, _Place(context, source, 0))


class _Place(NamedTuple):
    """Under which arguments a text is looked at, which file it stands in, and how deep in other references."""

    context: Context
    source: Source | None
    depth: int


def _inside(variables: Variables, text: Mapped, place: _Place) -> Iterator[Fragment]:
    if place.depth > MAX_NESTED:
        return
    raw, at = text.text, 0
    while True:
        at = raw.find("$", at)
        if at < 0 or at + 1 >= len(raw):
            return
        if raw[at + 1] not in "({":
            at += 2
            continue
        close = closer(raw, at + 1)
        if close < 0:
            return
        yield from _reference(variables, text, at + 2, close, place)
        at = close + 1


def _reference(variables: Variables, text: Mapped, low: int, high: int, place: _Place) -> Iterator[Fragment]:
    raw, context, deeper = text.text, place.context, place.depth + 1
    bracket = raw[low - 1]
    name = raw[low:high].split(None, 1)[0] if raw[low:high].strip() else ""
    start = low + len(name)
    while start < high and raw[start] in " \t\n\\":
        start += 1
    expand = variables.expander.plain
    if name == "eval":
        yield from _evaluated(variables, text.cut(start, high), context, place.source)
    elif name == "foreach":
        parts = arguments(raw, start, high, bracket, 3)
        if len(parts) < 3:
            return
        variable = text_of(expand(raw[slice(*parts[0])], context)).strip()
        words = text_of(expand(raw[slice(*parts[1])], context)).split()
        for word in words[:MAX_ITERATIONS]:
            bound = {**context.arguments, variable: [Piece(word, 0, 0, literal=False)]}
            inner = context._replace(arguments=bound)
            yield from _inside(variables, text.cut(*parts[2]), _Place(inner, place.source, deeper))
    elif name == "if":
        for part in arguments(raw, start, high, bracket, 3)[1:]:
            yield from _inside(variables, text.cut(*part), _Place(context, place.source, deeper))
    elif name == "call":
        parts = arguments(raw, start, high, bracket, 99)
        template = _template(variables, [raw[slice(*bounds)] for bounds in parts], context)
        if template is not None:
            body, inner, origin = template
            yield from _inside(variables, body, _Place(inner, origin, deeper))


def _template(variables: Variables, parts: list[str], context: Context) -> tuple[Mapped, Context, Source] | None:
    """The body, arguments and file of a `define`; `parts` are its name and arguments, not expanded yet."""
    name = text_of(variables.expander.plain(parts[0], context)).strip()
    segments = variables.segments(name, context)
    if not segments or len(segments) != 1 or segments[0].event.body is None:
        return None
    given: dict[str, Pieces] = {key: value for key, value in context.arguments.items() if not key.isdigit()}
    for number in range(max(10, len(parts))):
        value = variables.expander.plain(parts[number], context) if number < len(parts) else []
        given[str(number)] = value
    event = segments[0].event
    return (event.body, context._replace(arguments=given), event.source) if event.body is not None else None


def _evaluated(variables: Variables, text: Mapped, context: Context, source: Source | None) -> Iterator[Fragment]:
    raw = text.text.strip()
    if raw[:2] in {"$(", "${"} and closer(raw, 1) == len(raw) - 1:
        inner = raw[2:-1]
        name = inner.split(None, 1)[0] if inner.strip() else ""
        called = inner[len(name) :].lstrip() if name == "call" else inner
        parts = arguments(called, 0, len(called), raw[1], 99)
        template = _template(variables, [called[slice(*bounds)] for bounds in parts], context)
        if template is not None:
            body, arguments_given, origin = template
            pieces = variables.expander.placed(body, arguments_given)
            yield _fragment(origin, pieces)
            return
    if source is not None:
        yield _fragment(source, variables.expander.placed(text, context))


def _fragment(source: Source, pieces: Pieces) -> Fragment:
    # An unknown text in a makefile could be anything; as a word of a line it does no harm.
    return Fragment(source, tuple(pieces) or (Piece(UNKNOWN, 0, 0, literal=False),))
