"""The shell text of a `RUN`, for the rules that look at what it runs."""

from __future__ import annotations

from prelaunch.image import Script
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.image import Image, Instruction

MAX_CHARACTERS = 50_000
"""A longer script is not looked at."""


def script(image: Image, instruction: Instruction) -> Script | None:
    """See `Image.script`. What was read is kept with the image."""
    if instruction.keyword != "RUN" or image.dockerfile.escape == "`":
        return None
    known: dict[int, Script | None] = image.__dict__.setdefault("_scripts", {})
    if instruction.span.start not in known:
        known[instruction.span.start] = _read(instruction)
    return known[instruction.span.start]


def _read(instruction: Instruction) -> Script | None:
    from prelaunch.places.dockerfile_text import script as text_of
    from prelaunch.readers.shell import parse

    text = text_of(instruction)
    if text is None or len(text.text) > MAX_CHARACTERS:
        return None
    return Script(text, parse(text.text))
