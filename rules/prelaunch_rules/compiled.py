"""What the rules about copied programs share: what a stage compiles, and which `COPY` takes it over."""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.architectures import chain, instruction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, ShellCommand, Stage

C_COMPILERS = frozenset({"cc", "c++", "clang", "clang++", "g++", "gcc"})
_BEFORE = frozenset({"env", "exec", "command", "time", "nice", "sudo"})
_CROSS = ("GOARCH", "TARGET", "--target", "xx-", "/xx", "cross", "CROSS", "zig", "-m32", "-gnu", "goreleaser")
"""What a stage says that compiles for another machine than its own, or may."""


class Compiled(NamedTuple):
    """A program that a `RUN` of a stage compiles.

    `language` is "go", "rust" or "c", `output` the absolute path where it comes to stand, or a folder ("/" at its end).
    `words` are the command's words without what sets variables, `environment` these variables ("" where not literal),
    `command` all of it; its positions are indexes into the text of the instruction's script.
    """

    language: str
    output: str
    words: tuple[str, ...]
    environment: dict[str, str]
    instruction: Instruction
    stage: Stage
    command: ShellCommand


class Taken(NamedTuple):
    """A `COPY --from` of the image's own stages, the stage that it copies from, and one of its sources."""

    instruction: Instruction
    stage: Stage
    path: str


def taken(image: Image) -> Iterator[Taken]:
    """What the image's own stages copy from other stages of the file."""
    for own in image.chain:
        for instruction in own.instructions:
            if instruction.keyword != "COPY" or instruction.onbuild or instruction.heredocs:
                continue
            stage = image.copied_from(instruction)
            if stage is None or isinstance(stage, str):
                continue
            for word in image.words(instruction)[:-1]:
                path = image.scope(instruction).expand(word.text)
                if path:
                    yield Taken(instruction, stage, posixpath.normpath(f"/{path}").replace("//", "/"))


def compiled(image: Image, stage: Stage) -> Iterator[Compiled]:
    """Every program that a stage, or one that it is built on, compiles by a command that is known."""
    for one in chain(image, stage):
        for instruction in one.instructions:
            script = None if instruction.onbuild else image.script(instruction)
            for command in script.commands if script is not None else ():
                made = _compiled(command, image, one, instruction)
                if made is not None:
                    yield made


def takes(copied: Taken, made: Compiled) -> bool:
    """Whether a `COPY` takes over what was compiled, or the folder that it stands in."""
    path, output = copied.path, made.output
    if output.endswith("/"):
        return path.startswith(output) or f"{path}/" == output or (path != "/" and output.startswith(f"{path}/"))
    return path == output or output.startswith(f"{path.rstrip('/')}/")


def is_cross(image: Image, stage: Stage) -> bool:
    """Whether a stage speaks of another machine than its own, so that it may compile for that one."""
    for one in chain(image, stage):
        start = instruction_of(image, one).span.start
        stop = max([one.span.stop, *(each.span.stop for each in one.instructions)])
        text = image.source.text[start:stop]
        if any(mark in text.replace("TARGETSTAGE", "") for mark in _CROSS):
            return True
    return False


def _compiled(command: ShellCommand, image: Image, stage: Stage, instruction: Instruction) -> Compiled | None:
    words = [word.text or "" for word in command.words]
    environment = {
        one.name: (one.value.text or "") if one.value is not None and one.value.parts else ""
        for one in command.assignments
    }
    while words and (words[0] in _BEFORE or ("=" in words[0] and words[0][:1].isalpha())):
        name, _, value = words.pop(0).partition("=")
        environment.setdefault(name, value)
    if len(words) < 2 or any(block.kind in {"function", "if", "case"} for block in command.blocks):
        return None
    program, verb = posixpath.basename(words[0]), words[1]
    found = _output(program, verb, words)
    if found is None:
        return None
    language, output = found
    folder = workdir(image, stage, instruction)
    is_folder = output.endswith("/")
    output = posixpath.normpath(posixpath.join(folder, output))
    output = f"{output}/" if is_folder else output
    return Compiled(language, output, tuple(words), environment, instruction, stage, command)


def _output(program: str, verb: str, words: list[str]) -> tuple[str, str] | None:
    """The language and where the program goes, as written."""
    if program == "go" and verb == "build":
        output = _option(words, "-o")
        return ("go", output) if output else None
    if program == "go" and verb == "install":
        return "go", "/go/bin/"
    if program == "cargo" and verb == "build":
        return "rust", "target/"
    if program == "cargo" and verb == "install":
        root = _option(words, "--root")
        return "rust", f"{root}/bin/" if root else "/usr/local/cargo/bin/"
    if program in C_COMPILERS and "-c" not in words:
        output = _option(words, "-o")
        return ("c", output) if output else None
    return None


def _option(words: list[str], name: str) -> str:
    for number, word in enumerate(words):
        if word == name:
            return words[number + 1] if number + 1 < len(words) else ""
        if word.startswith(f"{name}="):
            return word[len(name) + 1 :]
    return ""


def workdir(image: Image, stage: Stage, instruction: Instruction) -> str:
    """The working directory of an instruction, as far as the file says it."""
    folder = "/"
    for one in reversed(tuple(chain(image, stage))):
        for each in one.instructions:
            if each.span.start >= instruction.span.start:
                break
            if each.keyword == "WORKDIR" and not each.onbuild:
                folder = posixpath.join(folder, image.scope(each).expand(each.fragment.text.strip()) or "?")
    return folder
