"""malformed-exec-form: a CMD or ENTRYPOINT that was meant as a JSON array and is none, so that a shell gets it."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Edit, Finding, Fix, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.malformed_exec_form.array import read_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Instruction
    from prelaunch.project import Project
    from prelaunch_rules.malformed_exec_form.array import Array


def check(image: Image, _: Project) -> Iterator[Finding]:
    """A finding for the ENTRYPOINT, and for the CMD that reaches it, where the text is nearly a JSON array."""
    entrypoint, cmd = image.config.entrypoint, image.config.cmd
    found = [entrypoint.instruction, None if entrypoint.form == "shell" else cmd.instruction]
    for instruction in found:
        array = read_array(instruction.fragment.text) if instruction is not None and _is_text(instruction) else None
        if instruction is not None and array is not None:
            # the ENTRYPOINT of `node` and its like has no instruction, and starts the CMD as it is
            launcher = entrypoint.state == "known" and entrypoint.instruction is None
            behind = instruction.keyword == "CMD" and entrypoint.state != "absent" and not launcher
            yield _finding(instruction, array, image, behind=behind)


def _is_text(instruction: Instruction) -> bool:
    return instruction.form == "shell" and instruction.keyword in {"CMD", "ENTRYPOINT"}


def _finding(instruction: Instruction, array: Array, image: Image, *, behind: bool) -> Finding:
    keyword, text = instruction.keyword, instruction.fragment.text.strip()
    shell = " ".join(image.config.shell)
    if behind:
        ends = f"so the entrypoint gets `{shell}` and this text as its arguments"
    elif not array.program:
        ends = f"so `{shell}` cannot read it and the container dies with a syntax error"
    else:
        ends = f"so `{shell}` runs it as a command named `{array.program}` and the container dies with `not found`"
    cure = f"; write `{keyword} {array.json}`" if array.json else ""
    first = text.splitlines()[0]
    shown = first if len(first) <= 60 else f"{first[:60]}..."
    return Finding(
        "malformed-exec-form",
        "certain",
        image.source,
        instruction.span,
        f"`{keyword} {shown}` is no JSON array ({array.fault}), {ends}{cure}",
        _fix(instruction, array),
    )


def _fix(instruction: Instruction, array: Array) -> Fix | None:
    fragment = instruction.fragment
    if not array.changes or not all(fragment.literal(*change.at) for change in array.changes if any(change.at)):
        return None
    edits = tuple(Edit(fragment.span(*change.at), change.text) for change in array.changes)
    # what stands behind `$` was never replaced here, and will not be in the exec form either: someone must look
    return Fix(edits, "write it as a JSON array", safe="$" not in fragment.text)


RULE = Rule(
    "malformed-exec-form",
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=(
        "/bin/sh: ... [ ... not found",
        "exec: ... stat /bin/sh: no such file or directory",
    ),
)
