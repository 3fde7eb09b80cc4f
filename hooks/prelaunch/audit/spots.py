"""Places and texts of a source as the records of an audit have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.record import Spot
from prelaunch.model import HANDED, UNKNOWN, UNSET
from prelaunch.writers.place import decodable, place

if TYPE_CHECKING:
    from prelaunch.model import Source, Span

_UNKNOWNS = str.maketrans(dict.fromkeys((UNKNOWN, HANDED, UNSET), "?"))


def clean(text: str) -> str:
    """Text without the marks for what is not known, and as every reader of JSON can decode it."""
    return decodable(text.translate(_UNKNOWNS))


def spot(source: Source, span: Span) -> Spot:
    """Where a span stands; the last line is that of its last character."""
    last = source.position(max(span.start, span.stop - 1))[0]
    return Spot(decodable(source.path), place(source, span).line, last)
