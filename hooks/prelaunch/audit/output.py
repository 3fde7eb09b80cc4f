"""Where an audit's report goes: standard output, or a file."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prelaunch.output import Writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@contextmanager
def opened(output: str | None) -> Iterator[TextIO]:
    """A stream to write a report to, as it comes: it may be too large to be held. See `prelaunch.output.Writing`."""
    if not output:
        yield sys.stdout
        return
    with Writing(output) as file:
        out = io.TextIOWrapper(file, "utf-8", "backslashreplace", newline="\n")
        try:
            yield out
            out.flush()
        finally:
            out.detach()
