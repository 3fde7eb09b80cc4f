"""entrypoint-crlf: what the container starts has the line ends of Windows."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Edit, Finding, Fix, Rule, Span
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.started import SHELLS, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project
    from prelaunch_rules.started import Started


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each script of the start whose first line ends in CRLF and is read as it is."""
    for one in started(image, project):
        if one.file is None or one.origin.unix or not one.data or b"\0" in one.data:
            continue
        committed = one.file.crlf
        if not committed and not _becomes_crlf(one):
            continue
        if one.program.run != "reader":
            if not one.data.startswith(b"#!"):
                continue
            interpreter = one.data[2:].partition(b"\n")[0].strip().decode("utf-8", "replace")
            ends = f"the kernel looks for `{interpreter}\\r` and the container dies with `no such file or directory`"
            certain = one.certain
        elif one.program.through[-1:] and one.program.through[-1] in SHELLS:
            ends = f"`{one.program.through[-1]}` takes each CR for a part of the last word of its line"
            certain = False
        else:
            continue
        how = "with CRLF line ends" if committed else "with `eol=crlf` in `.gitattributes`"
        fix = _fix(project.read(one.origin.path)) if committed else None
        message = (
            f"`{one.path}` is `{one.origin.path}`, which is committed {how}, so {ends};"
            " convert it to LF and write `*.sh text eol=lf` into `.gitattributes`"
        )
        yield Finding("entrypoint-crlf", "certain" if certain else "likely", image.source, one.span, message, fix)


def _becomes_crlf(one: Started) -> bool:
    """Whether git writes the file with CRLF wherever it is checked out."""
    return one.file is not None and one.file.tracked and one.file.eol == "crlf" and one.file.text != "unset"


def _fix(script: Source | None) -> Fix | None:
    if script is None or "\r\n" not in script.text:
        return None
    edits, at = [], script.text.find("\r\n")
    while at >= 0:
        edits.append(Edit(Span(at, at + 1), ""))
        at = script.text.find("\r\n", at + 2)
    return Fix(tuple(edits), f"convert {script.path} to LF", source=script)


RULE = Rule(
    "entrypoint-crlf",
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec ... no such file or directory",
        "env: ... no such file or directory",
    ),
)
