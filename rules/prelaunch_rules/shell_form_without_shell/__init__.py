"""shell-form-without-shell: a CMD, ENTRYPOINT or HEALTHCHECK for a shell, in an image that has none."""

from __future__ import annotations

import os
import re

from prelaunch.image import Image
from prelaunch.model import Edit, Finding, Fix, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.programs import lacks
from prelaunch_rules.started import is_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Instruction
    from prelaunch.project import Project

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each text that a shell should run at start, where the image surely has no such shell."""
    found = [one for one in _instructions(image) if one is not None and one.form == "shell"]
    if not found or is_windows(image):
        return
    shell = image.config.shell[0]
    if lacks(image, project, shell) != "certain":
        return
    base = "scratch" if image.base.scratch else image.base.name
    for instruction in found:
        ends = "the check never succeeds" if instruction.keyword == "HEALTHCHECK" else "the container dies"
        fix = _fix(instruction)
        cure = f"; write `{fix.title}`" if fix else "; write it as a JSON array that starts the program itself"
        message = (
            f"`{instruction.keyword}` in its shell form needs `{shell}`, which an image from `{base}` does not have, so"
            f' {ends} with `exec: "{shell}": stat {shell}: no such file or directory`{cure}'
        )
        title = fix._replace(title="write the exec form") if fix else None
        yield Finding("shell-form-without-shell", "certain", image.source, instruction.span, message, title)


def _instructions(image: Image) -> Iterator[Instruction | None]:
    entrypoint, cmd = image.config.entrypoint, image.config.cmd
    yield entrypoint.instruction
    if not entrypoint.words and entrypoint.state == "absent":  # behind an ENTRYPOINT a CMD is arguments
        yield cmd.instruction
    checks = [one for stage in reversed(image.chain) for one in stage.instructions if one.keyword == "HEALTHCHECK"]
    yield from checks[-1:]


def _fix(instruction: Instruction) -> Fix | None:
    """The exec form, with itself as the title; None where a shell would do more than to split the words."""
    fragment = instruction.fragment
    text = fragment.text.strip()
    start = fragment.text.index(text)
    keyword = instruction.keyword
    if keyword == "HEALTHCHECK":
        _, *behind = text.split(None, 1)
        rest = behind[0] if behind else ""
        start, text, keyword = start + len(text) - len(rest), rest, "HEALTHCHECK CMD"
    words = text.split()
    if words[:1] == ["exec"]:
        words = words[1:]
    one_line = text and fragment.literal(start, start + len(text)) and "\n" not in text
    if not words or not one_line or "=" in words[0] or not all(_PLAIN.fullmatch(word) for word in words):
        return None
    span = fragment.span(start, start + len(text))
    if span.stop - span.start != len(text):
        return None  # it goes over several lines
    array = "[" + ", ".join(f'"{word}"' for word in words) + "]"  # plain words: nothing to escape
    return Fix((Edit(span, array),), f"{keyword} {array}")


RULE = Rule(
    "shell-form-without-shell",
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=("exec: ... stat /bin/sh: no such file or directory", "executable file `/bin/sh` not found"),
)
