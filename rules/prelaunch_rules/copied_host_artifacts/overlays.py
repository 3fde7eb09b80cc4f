"""Which `COPY .` puts a whole folder on top of what a package manager installed there."""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.architectures import chain
from prelaunch_rules.compiled import workdir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, ShellCommand, Stage

_NODE = {
    "npm": frozenset({"ci", "i", "install"}),
    "yarn": frozenset({"install", ""}),
    "pnpm": frozenset({"i", "install"}),
    "bun": frozenset({"i", "install"}),
}
_OF_UV = "UV_PROJECT_ENVIRONMENT"
_ELSEWHERE = frozenset({"-g", "--global", "--prefix", "-C", "--cwd", "--dir"})


def overlays(image: Image) -> Iterator[tuple[Instruction, str, str]]:
    """Such an instruction, the folder that it copies over, and the command that made that folder."""
    for stage in image.stages:
        installed: dict[tuple[str, str], str] = {}
        own = {one.span.start for one in stage.instructions}
        for one in reversed(tuple(chain(image, stage))):
            for instruction in one.instructions:
                if instruction.onbuild:
                    continue
                if instruction.keyword == "RUN":
                    installed.update(_installed(image, one, instruction))
                elif instruction.span.start in own:
                    target = _whole_context(image, one, instruction)
                    for (place, folder), command in installed.items():
                        if place == target:
                            yield instruction, folder, command


def _installed(image: Image, stage: Stage, instruction: Instruction) -> dict[tuple[str, str], str]:
    """The folders of packages that a `RUN` makes in its working directory, with the command."""
    script = image.script(instruction)
    place = workdir(image, stage, instruction)
    if script is None or "?" in place:
        return {}
    found: dict[tuple[str, str], str] = {}
    for command in script.commands:
        words = [word.text or "" for word in command.words]
        if words[:1] == ["cd"]:
            return found  # what follows runs elsewhere
        folder = _folder(words)
        if folder == ".venv" and (_OF_UV in script.text.text or _OF_UV in image.scope(instruction).variables):
            continue  # uv makes it elsewhere
        if folder:
            found[place, folder] = _shown(command, script.text.text)
    return found


def _folder(words: list[str]) -> str:
    """The folder that a command fills with packages; "" for another command."""
    if not words or not _ELSEWHERE.isdisjoint(words):
        return ""
    program, rest = posixpath.basename(words[0]), words[1:]
    if program in _NODE:
        verb = next((word for word in rest if not word.startswith("-")), "")
        return "node_modules" if verb in _NODE[program] else ""
    if program == "uv" and rest[:1] == ["sync"]:
        return ".venv"
    if rest[:2] == ["-m", "venv"] and program.startswith("python"):
        return rest[-1] if rest[-1] in {".venv", "venv"} else ""
    return ""


def _shown(command: ShellCommand, text: str) -> str:
    return " ".join(text[command.words[0].start : command.words[-1].stop].split()[:2])


def _whole_context(image: Image, stage: Stage, instruction: Instruction) -> str:
    """Where a `COPY . there` puts the whole build context; "" for another instruction."""
    if instruction.keyword not in {"COPY", "ADD"} or any(one.name in {"from", "exclude"} for one in instruction.flags):
        return ""
    words = [word.text for word in image.words(instruction)]
    if len(words) != 2 or words[0] not in {".", "./", "/"}:
        return ""
    target = image.scope(instruction).expand(words[1])
    return posixpath.normpath(posixpath.join(workdir(image, stage, instruction), target)) if target else ""
