"""`prelaunch lsp`: the language server on standard input and output."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from prelaunch import CannotRunError

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> int:  # noqa: ARG001 (every command takes its options)
    """Serve one editor until it says goodbye."""
    try:
        from prelaunch.lsp.server import make
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise CannotRunError(f"the language server needs {error.name}: pip install 'prelaunch[lsp]'") from None
    # The library closes the streams that it is given; and whatever else may print must not speak into the protocol.
    with os.fdopen(os.dup(0), "rb") as taken, os.fdopen(os.dup(1), "wb") as given, redirect_stdout(sys.stderr):
        make().start_io(taken, given)
    return 0
