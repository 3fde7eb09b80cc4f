"""The Python that a Dockerfile holds in here-documents."""

from __future__ import annotations

from prelaunch.places.dockerfile_text import body_as_script, interpreter, program, script
from prelaunch.readers.dockerfile.words import heredoc_words, split_words
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Fragment
    from prelaunch.readers.dockerfile import Dockerfile, Instruction
    from prelaunch.readers.shell import Command

_WRAPPERS = frozenset(
    {"command", "conda", "env", "exec", "hatch", "mamba", "micromamba", "nice", "pdm", "pipenv", "poetry", "rye"}
    | {"sudo", "time", "uv"}
)


def python_fragments(dockerfile: Dockerfile) -> tuple[Fragment, ...]:
    """The Python texts of here-documents: run (`RUN python3 <<EOF`, `#!/usr/bin/env python`) or written to a file.

    Each has its exact map to the file. A Python text in another place (`python -c`, a copied file) is not here.
    """
    found: list[Fragment] = []
    for instruction in dockerfile.instructions:
        if instruction.heredocs:
            found.extend(_run(instruction) if instruction.keyword == "RUN" else _copied(instruction))
    return tuple(found)


def _run(instruction: Instruction) -> Iterator[Fragment]:
    body = body_as_script(instruction)
    if body is not None and any(_is_python(program(word)) for word in interpreter(body.text)):
        yield body
        return
    text = script(instruction)
    if text is None or "py" not in text.text:
        return
    from prelaunch.readers.shell import parse

    commands = parse(text.text)
    for command in commands:
        body_span = next((one.body for one in reversed(command.redirects) if one.body is not None), None)
        if body_span is not None and (
            _reads_python(_words(command)) or _writes_python(command) or _feeds_python(command, commands)
        ):
            yield text.slice(*body_span)


def _copied(instruction: Instruction) -> Iterator[Fragment]:
    """The here-documents of `COPY <<EOF /app/x.py`, or of `COPY <<a.py <<b.py /app/`: the name is the file's then."""
    text = instruction.fragment.text
    operators = {word.start for word in heredoc_words(text, 0)}
    others = [text[start:stop] for start, stop in split_words(text, 0, "\\") or () if start not in operators]
    target = others[-1].strip("\"'") if others else ""
    for heredoc in instruction.heredocs:
        if (heredoc.name if target.endswith("/") else target).endswith(".py"):
            yield heredoc.body


def _words(command: Command) -> list[str]:
    """A command's words, "" for one that is not literal."""
    return [word.text or "" for word in command.words]


def _is_python(name: str) -> bool:
    version = name.removeprefix("python").removeprefix("pypy")
    return version != name and (not version or version[0] == "3") and not version.strip("0123456789.")


def _reads_python(words: list[str]) -> bool:
    """Whether a command line runs a Python that takes its program from standard input."""
    at = next((at for at, word in enumerate(words) if _is_python(program(word))), None)
    if at is None or (at > 0 and program(words[0]) not in _WRAPPERS):
        return False
    arguments = iter(words[at + 1 :])
    for word in arguments:
        if word in {"-", "/dev/stdin"}:
            return True
        if not word.startswith("-") or word.startswith("--"):
            return False
        letters = word[1:]
        while letters:
            if letters[0] in "cm":
                return False
            if letters[0] in "WX":
                if len(letters) == 1:
                    next(arguments, None)
                break
            letters = letters[1:]
    return True


def _writes_python(command: Command) -> bool:
    """Whether a here-document ends up in a `.py` file: `cat <<EOF > x.py`, `tee x.py <<EOF`."""
    words = _words(command)
    if words[:1] == ["cat"] and len(words) == 1:
        targets = [one.target.text or "" for one in command.redirects if one.operator[:1] == ">" and one.target]
    else:
        targets = words[1:] if words[:1] == ["tee"] else words[2:] if words[:2] == ["sudo", "tee"] else []
    return any(target.endswith(".py") for target in targets)


def _feeds_python(command: Command, commands: tuple[Command, ...]) -> bool:
    """Whether the next command of a pipe is a Python that reads what `cat` gives it."""
    if _words(command) != ["cat"] or not command.blocks or command.blocks[-1].kind != "pipe":
        return False
    pipe = command.blocks[-1]
    return any(
        other.blocks
        and other.blocks[-1].kind == "pipe"
        and (other.blocks[-1].number, other.blocks[-1].arm) == (pipe.number, pipe.arm + 1)
        and _reads_python(_words(other))
        for other in commands
    )
