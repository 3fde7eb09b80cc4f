"""What a deploy file says of the machines' architecture, in the words of the OCI image index."""

from __future__ import annotations

from prelaunch.platforms import KNOWN_ARCHITECTURES, normalise
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prelaunch.model import Span


class Requirement(NamedTuple):
    """The architectures that may be (any where empty) and may not be, the text that says so, and where it stands."""

    allowed: tuple[str, ...]
    refused: tuple[str, ...]
    said: str
    place: Span
    default: bool = False


def both(first: Requirement | None, second: Requirement | None) -> Requirement | None:
    """What holds where both do; the narrower one speaks for the two."""
    if first is None or second is None:
        return first or second
    allowed = first.allowed or second.allowed
    if first.allowed and second.allowed:
        allowed = tuple(name for name in first.allowed if name in second.allowed)
        if not allowed:
            return None  # nothing runs there at all: a fault of another kind
    voice = first if first.allowed or not second.allowed else second
    refused = tuple(dict.fromkeys((*first.refused, *second.refused)))
    return Requirement(allowed, refused, voice.said, voice.place)


def either(several: Iterable[Requirement | None]) -> Requirement | None:
    """What holds where one of several does: nothing as soon as one of them requires nothing."""
    found = list(several)
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    if len(known) == 1:
        return known[0]
    if not all(each.allowed for each in known):
        return None
    allowed = tuple(dict.fromkeys(name for each in known for name in each.allowed))
    return Requirement(allowed, (), known[0].said, known[0].place)


def architecture(text: str) -> str | None:
    """The architecture that `amd64`, `x86_64`, `X86_64`, `ARM64` name; None where it is none that is known."""
    name = normalise("linux", text.strip()).architecture
    return name if name in KNOWN_ARCHITECTURES else None
