"""What a shell script of the repository certainly starts: the usual `entrypoint.sh` that ends in `exec "$@"`.

Certain is what stands at its top level, in front of anything that may end it under a condition. A check that ends it
with an error (`exit 1`) is expected to pass.
"""

from __future__ import annotations

import posixpath

from prelaunch.image import Program, Word
from prelaunch.images.start import BUILTINS, MAX_PROGRAMS, SHELLS, program_name, programs
from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.image import Image
    from prelaunch.project import Project
    from prelaunch.readers.shell import Command
    from prelaunch.readers.shell import Word as ShellWord

MAX_CHARACTERS = 50_000
"""A longer script is not looked at."""

_PLAIN = frozenset({"and", "group", "background"})
_INNER = frozenset({"subshell", "substitution", "pipe"})
"""What has a working folder of its own."""
_MOVES = frozenset({"cd", "popd", "pushd"})
_ENDS = frozenset({"exec", "exit", "return"})


def started_by(project: Project, image: Image, program: Program) -> tuple[Program, ...]:
    """See `Project.started_by`."""
    text = _text(project, image, program)
    if text is None:
        return ()
    from prelaunch.readers.shell import parse

    found = []
    for number, one in enumerate(_commands(parse(text), program)):
        if number >= MAX_PROGRAMS:
            break
        found.append(one)
    return tuple(found)


def _text(project: Project, image: Image, program: Program) -> str | None:
    """The text of the program's file, where that is a shell script of the repository."""
    name = program.words[0].text
    if UNKNOWN in name or program.folder is None:
        return None
    files = project.files_of(image)
    if "/" in name or program.run == "reader":
        origin = files.lookup(posixpath.join(program.folder, name))
    else:
        origin = files.which(name)
    source = project.read(origin.path) if origin.kind == "repository" and not origin.touched else None
    if source is None or len(source.text) > MAX_CHARACTERS:
        return None
    words = source.text.partition("\n")[0].removeprefix("#!").split() if source.text.startswith("#!") else []
    if program.run == "reader":
        words = [program.through[-1] if program.through else ""]
    elif not words and program.run == "shell":
        words = ["sh"]  # a shell reads itself what has no first line for the kernel
    interpreters = [program_name(word) for word in words if not word.startswith("-")]
    if interpreters[:1] == ["env"]:
        interpreters.pop(0)
    return source.text if interpreters and interpreters[0] in SHELLS else None


def _commands(commands: Sequence[Command], program: Program) -> Iterator[Program]:
    through, folder = (*program.through, program_name(program.words[0].text)), program.folder
    arguments: tuple[Word, ...] | None = tuple(program.words[1:])
    ending = _ending_functions(commands)
    for command in commands:
        blocks = {block.kind for block in command.blocks}
        if "function" in blocks or not command.words:
            continue
        name = command.words[0].text or ""
        if name == "shift" or (name == "set" and any(word.text == "--" for word in command.words)):
            arguments = None
        if not blocks <= _PLAIN:
            if (name in _ENDS and not _is_error(command)) or name in ending:
                return
            folder = None if name in _MOVES and blocks.isdisjoint(_INNER) else folder
            continue
        if name in {"exit", "return"}:
            return
        words = [word for one in command.words for word in _filled(one, arguments)]
        if name in _MOVES and name != "cd":
            folder = None
        elif name == "cd":
            target = words[1].text if len(words) > 1 else UNKNOWN
            folder = None if folder is None or UNKNOWN in target else posixpath.join(folder, target)
        elif name in {".", "source"}:
            if len(words) > 1:
                yield Program("reader", tuple(words[1:]), (*through, "sh"), folder)
        elif name not in BUILTINS and name not in ending and words:
            yield from programs("shell", words, through, folder, None, 1)
        if name == "exec" or name in ending:
            return


def _filled(word: ShellWord, arguments: tuple[Word, ...] | None) -> tuple[Word, ...]:
    """A word as the script's arguments make it: `"$@"` is all of them."""
    parts = word.parts
    if arguments is not None and len(parts) == 1 and parts[0].kind == "parameter" and not parts[0].operator:
        if parts[0].text == "@" or (parts[0].text == "*" and not parts[0].quoted):
            return tuple(Word(one.text) for one in arguments)
        if parts[0].text.isdecimal() and 0 < int(parts[0].text) <= len(arguments):
            return (Word(arguments[int(parts[0].text) - 1].text),)
    return (Word(UNKNOWN if word.text is None else word.text),)


def _is_error(command: Command) -> bool:
    """Whether a command ends the script with an error."""
    words = [word.text or "" for word in command.words]
    return words[0] in {"exit", "return"} and len(words) == 2 and words[1].isdecimal() and int(words[1]) > 0


def _ending_functions(commands: Sequence[Command]) -> frozenset[str]:
    """The functions of a script that may end it, so that nothing behind their calls is certain."""
    return frozenset(
        block.name
        for command in commands
        for block in command.blocks
        if block.kind == "function"
        and command.words
        and command.words[0].text in {"exec", "exit"}
        and not _is_error(command)
    )
