"""Where a call or an object literal of a JavaScript or TypeScript file can say a platform: exact, or not at all."""

from __future__ import annotations

from prelaunch.model import Slot, Span
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.places.javascript_tokens import Range
    from prelaunch.places.javascript_values import Object, Program


def property_slot(
    program: Program, settings: Object, key: str, *, many: bool = False, constants: str = ""
) -> Slot | None:
    """A new property of an object literal: the last one, or the first where a comment stands behind the last.

    The platform is a text, a list of texts (`many`), or one of the `constants` of a class.
    """
    opening, close = settings.opening, program.brackets.close[settings.opening]
    if close >= len(program.tokens) or key in settings.values or settings.spreads or settings.open:
        return None
    whole, tokens = program.source.text, program.tokens
    first, last = program.after(opening), program.before(close)
    if first == close:
        inside = whole[tokens[opening].stop : tokens[close].start]
        spot = Span(tokens[opening].stop, tokens[opening].stop)
        return None if inside else _slot(program, spot, f" {key}: ", " ", many=many, constants=constants)
    last = program.before(last) if program.mark(last, ",") else last
    if whole[tokens[opening].stop : tokens[first].start].strip():
        indent = None  # a comment before the first one
    else:
        indent = whole[tokens[opening].stop : tokens[first].start] if tokens[opening + 1].kind == "line" else ""
    if not whole[tokens[last].stop : tokens[close].start].replace(",", "", 1).strip() and indent is not None:
        spot = Span(tokens[last].stop, tokens[last].stop)
        return _slot(program, spot, f",{indent or ' '}{key}: ", "", many=many, constants=constants)
    if indent is None:
        return None
    spot = Span(tokens[first].start, tokens[first].start)
    return _slot(program, spot, f"{key}: ", f",{indent or ' '}", many=many, constants=constants)


def argument_slot(program: Program, number: int, last: Range, key: str, constants: str) -> Slot | None:
    """One more argument, an object with the property alone, behind the last one of the call of the token `number`."""
    close = program.brackets.close[number + 1]
    if close >= len(program.tokens):
        return None
    end = program.tokens[program.before(last[1])].stop
    if program.source.text[end : program.tokens[close].start].replace(",", "", 1).strip():
        return None
    return _slot(program, Span(end, end), f", {{ {key}: ", " }", many=False, constants=constants)


def _slot(program: Program, spot: Span, before: str, after: str, *, many: bool, constants: str) -> Slot:
    if constants:
        return Slot(spot, before, after, many=False, constants=constants)
    quoted = next((program.source.text[token.start] for token in program.tokens if token.kind == "string"), '"')
    quote = quoted if quoted in {"'", '"'} else '"'
    opened, closed = ("[", "]") if many else ("", "")
    return Slot(spot, f"{before}{opened}", f"{closed}{after}", joint=", ", quote=quote, many=many)
