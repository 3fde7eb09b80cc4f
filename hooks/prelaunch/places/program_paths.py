"""Paths in the text of a program, of whatever language: what they are relative to, and how they are put together."""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_LENGTH = 4_096
"""Characters of a path: a system takes no longer one, and what doubles again and again stays small."""


class Place(NamedTuple):
    """A path: relative to the file's folder (`beside`), or to where the program is started."""

    beside: bool
    path: str

    def above(self, steps: int = 1) -> Place:
        """The folder that holds it, or one further up."""
        return self._replace(path=posixpath.normpath(posixpath.join(self.path, *[".."] * steps)))


def joined(parts: Sequence[Place | None], glue: str = "") -> Place | None:
    """The path that parts come to, with `glue` between them; None where one is not known or it is too long."""
    known = [part for part in parts if part is not None]
    if not known or len(known) != len(parts) or any(part.beside for part in known[1:]):
        return None
    if sum(len(part.path) + len(glue) for part in known) > _MAX_LENGTH:
        return None
    path = glue.join(part.path for part in known if part.path)
    return Place(known[0].beside, path.lstrip("/") if known[0].beside else path)
