"""What an image says at the end of its target stage: environment, WORKDIR, USER, SHELL, ENTRYPOINT, CMD, VOLUME.

Facts: the Dockerfile reference and BuildKit's frontend. A stage takes over its parent's configuration. An `ENTRYPOINT`
takes away the `CMD` that was inherited, not one of its own stage, wherever that stands. A shell form is run by the
`SHELL` in force at its place.
"""

from __future__ import annotations

import posixpath

from prelaunch.image import Command, Config, Setting, Word
from prelaunch.images.bases import known_base
from prelaunch.images.scope import MAX_NAMES, scope
from prelaunch.images.stages import base_of, chain_of, effective
from prelaunch.readers.dockerfile.words import json_array, split_words
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, Stage
    from prelaunch.model import Span

_ABSENT, _UNKNOWN = Setting("absent"), Setting("unknown")
_SH = ("/bin/sh", "-c")
_CMD = ("cmd", "/S", "/C")
_WINDOWS = ("mcr.microsoft.com/windows", "nanoserver", "servercore")


def config(image: Image) -> Config:
    """See `Image.config`."""
    return config_of(image, image.target)


def config_of(image: Image, target: Stage) -> Config:
    """The configuration at the end of any stage of the image's file."""
    stages = chain_of(image.dockerfile, target)
    found = config_of_base(stages[-1])
    for stage in reversed(stages):
        own = False
        for instruction in effective(image.dockerfile, stage):
            if instruction.keyword == "CMD":
                own = True
            found = _after(found, image, stage, instruction, own_cmd=own)
    return _launched(found, stages[-1])


def _launched(found: Config, bottom: Stage) -> Config:
    """With the base's ENTRYPOINT where it is known to start the CMD."""
    base = base_of(bottom)
    known = known_base(base.name) if base.state == "known" else None
    if known is None or not known.launcher or found.entrypoint.state != "unknown" or found.cmd.state != "known":
        return found
    if known.names and found.cmd.form == "exec" and not _is_name(found.cmd.words[0].text):
        return found
    return found._replace(entrypoint=Command("known", "exec", (Word(known.launcher),)))


def _is_name(word: str) -> bool:
    """Whether a word is a plain name: no path, no option, no file by its suffix."""
    return not word.startswith("-") and word.replace("-", "").replace("_", "").isalnum()


def config_of_base(stage: Stage) -> Config:
    """What a stage without a parent starts with."""
    base = base_of(stage)
    shell = _CMD if any(word in base.name.lower() for word in _WINDOWS) else _SH
    if base.scratch:
        root = Setting("absent", "/")
        return Config({}, _ABSENT, root, _ABSENT, shell, Command("absent"), Command("absent"))
    known = known_base(base.name) if base.state == "known" else None
    if known is None:
        return Config({}, _UNKNOWN, _UNKNOWN, _UNKNOWN, shell, Command("unknown"), Command("unknown"))
    workdir = Setting("absent", known.workdir)
    entrypoint = Command("unknown" if known.launcher else "absent")
    return Config({}, _UNKNOWN, workdir, _ABSENT, shell, entrypoint, Command("unknown"))


def _after(found: Config, image: Image, stage: Stage, instruction: Instruction, *, own_cmd: bool) -> Config:
    match instruction.keyword:
        case "ENV" if len(found.env) < MAX_NAMES:
            return found._replace(env={**found.env, **dict(_environment(image, instruction))})
        case "WORKDIR":
            return found._replace(workdir=workdir_after(found.workdir, image, instruction))
        case "USER":
            return found._replace(user=_setting(image, instruction))
        case "SHELL" if instruction.exec_words:
            return found._replace(shell=instruction.exec_words)
        case "ENTRYPOINT":
            entrypoint = _command(found, stage, instruction)
            return found._replace(entrypoint=entrypoint, cmd=found.cmd if own_cmd else Command("absent"))
        case "CMD":
            return found._replace(cmd=_command(found, stage, instruction))
        case "VOLUME":
            return found._replace(volumes=(*found.volumes, *_volumes(image, instruction)))
        case _:
            return found


def _environment(image: Image, instruction: Instruction) -> Iterator[tuple[str, Setting]]:
    from prelaunch.readers.dockerfile.environment import assignments

    seen = scope(image, instruction)
    for name, text, _ in assignments(instruction.fragment.text, image.dockerfile.escape):
        value = seen.expand(text) if text is not None else None
        yield name, Setting("unknown" if value is None else "known", value or "", instruction)


def _setting(image: Image, instruction: Instruction) -> Setting:
    value = scope(image, instruction).expand(instruction.fragment.text.strip())
    return Setting("known" if value else "unknown", value or "", instruction)


def workdir_after(before: Setting, image: Image, instruction: Instruction) -> Setting:
    """The working folder behind a `WORKDIR`."""
    value = _setting(image, instruction)
    if value.state == "unknown" or value.text.startswith("/"):
        return value._replace(text=posixpath.normpath(value.text).replace("//", "/") if value.text else "")
    if before.state == "unknown" or ":" in value.text or "\\" in value.text:  # a drive's letter
        return Setting("unknown", "", instruction)
    return value._replace(text=posixpath.normpath(posixpath.join(before.text, value.text)))


def _command(found: Config, stage: Stage, instruction: Instruction) -> Command:
    fragment = instruction.fragment
    if instruction.form == "exec":
        words = tuple(Word(one.value, fragment.span(one.start, one.stop)) for one in json_array(fragment.text, 0) or ())
        return Command("known" if words else "absent", "exec", words, instruction, stage.number)
    text = fragment.text.strip()
    if not text:
        return Command("absent", "", (), instruction, stage.number)
    start = fragment.text.index(text)
    shell = tuple(Word(word) for word in found.shell)
    words = (*shell, Word(text, fragment.span(start, start + len(text))))
    return Command("known", "shell", words, instruction, stage.number)


def _volumes(image: Image, instruction: Instruction) -> Iterator[Word]:
    seen = scope(image, instruction)
    for text, span in arguments(instruction, image.dockerfile.escape):
        value = seen.expand(text)
        if value:
            yield Word(value, span)


def arguments(instruction: Instruction, escape: str) -> Iterator[tuple[str, Span]]:
    """The arguments of an instruction that takes words or a JSON array, not expanded yet, with their places."""
    fragment = instruction.fragment
    if instruction.form == "exec":
        for one in json_array(fragment.text, 0) or ():
            yield one.value, fragment.span(one.start, one.stop)
        return
    for start, stop in split_words(fragment.text, 0, escape) or ():
        yield fragment.text[start:stop], fragment.span(start, stop)
