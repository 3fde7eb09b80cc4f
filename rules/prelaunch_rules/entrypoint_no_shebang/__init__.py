"""entrypoint-no-shebang: the kernel is to execute a text that does not say what reads it."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.started import started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project

_MARK = b"\xef\xbb\xbf"


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding where the first program is a text without `#!`."""
    for one in started(image, project):
        # what a wrapper or a shell starts may be given to a shell after all: execvp of glibc does that
        if one.program.run != "kernel" or one.program.through or one.data is None:
            continue
        fault = _fault(one.data)
        if fault:
            message = (
                f"`{one.path}` {fault}, so the kernel refuses it with `exec format error`, the same words as for a"
                " wrong platform; begin the file with `#!/bin/sh` or what else reads it"
            )
            certainty: Certainty = "certain" if one.certain else "likely"
            yield Finding("entrypoint-no-shebang", certainty, image.source, one.span, message)


def _fault(data: bytes) -> str:
    """Why the kernel takes the bytes for no program; "" where it takes them, or where they are no text."""
    if data.startswith(b"#!") or b"\0" in data:
        return ""
    if not data.strip():
        return "is empty"
    if data.startswith(_MARK) and data[3:].startswith(b"#!"):
        return "has a byte order mark before its `#!`"
    if data.lstrip().startswith(b"#!"):
        return "has its `#!` not at its very beginning"
    if any(line.startswith(b"#!/") for line in data.split(b"\n", 5)[:5]):
        return "has its `#!` not on its first line"
    return "is a text that does not begin with `#!`"


RULE = Rule(
    "entrypoint-no-shebang",
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("exec ... exec format error",),
)
