"""Where a report goes: standard output, or a file that is replaced at once or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prelaunch import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@contextmanager
def opened(output: str | None) -> Iterator[TextIO]:
    """A stream to write a report to; a file stands there only once all of it is written."""
    if not output:
        yield sys.stdout
        return
    folder = os.path.dirname(os.path.abspath(output))
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=folder)
        with open(handle, "w", encoding="utf-8") as file:
            yield file
        os.chmod(name, 0o644)
        os.replace(name, output)
        name = ""
    except OSError as error:
        raise CannotRunError(f"{output}: cannot be written: {(error.strerror or 'unknown reason').lower()}") from None
    finally:
        if name:
            os.unlink(name)
