"""The text that a `RUN` hands to its shell, with its map to the file."""

from __future__ import annotations

from prelaunch.model import Fragment, Piece
from prelaunch.readers.dockerfile.words import heredoc_words, json_array
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.readers.dockerfile import Instruction

SHELLS = frozenset({"ash", "bash", "dash", "ksh", "mksh", "sh", "zsh"})


def program(word: str) -> str:
    r"""The name of a program, lower case: of `/bin/bash`, `C:\Windows\System32\cmd.exe`."""
    return word.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")


def script(instruction: Instruction) -> Fragment | None:
    """The shell text of a `RUN`; None where it runs no shell text."""
    if instruction.form == "exec":
        return _quoted(instruction.fragment)
    if not instruction.heredocs:
        return instruction.fragment
    body = body_as_script(instruction)
    if body is None:
        return with_bodies(instruction)
    named = interpreter(body.text)
    return body if not named or any(program(word) in SHELLS for word in named) else None


def interpreter(text: str) -> list[str]:
    """The words of a script's `#!` line; none where it has none."""
    return text[2 : (text + "\n").index("\n")].split() if text.startswith("#!") else []


def body_as_script(instruction: Instruction) -> Fragment | None:
    """The here-document that is the script: nothing else stands there (`RUN <<EOF`), or only a shell that reads it."""
    if len(instruction.heredocs) != 1:
        return None
    text = instruction.fragment.text
    operators = heredoc_words(text, 0)
    if len(operators) != 1:
        return None
    words = (text[: operators[0].start] + " " + text[operators[0].stop :]).split()
    if not words or (program(words[0]) in SHELLS and all(_is_shell_option(word) for word in words[1:])):
        return instruction.heredocs[0].body
    return None


def _is_shell_option(word: str) -> bool:
    # Anything else is a script's name or, behind `-c`, the commands: the here-document is only their input then.
    return word in {"-", "pipefail"} or (word[0] in "-+" and word.strip("-+").isalnum())


def with_bodies(instruction: Instruction) -> Fragment:
    """The command and its here-documents as a shell would read them."""
    pieces = list(instruction.fragment.pieces)
    for heredoc in instruction.heredocs:
        start = heredoc.body.pieces[0].start
        stop = heredoc.body.pieces[-1].stop
        pieces += [Piece("\n", start, start, literal=False), *heredoc.body.pieces]
        broken = "" if not heredoc.body.text or heredoc.body.text.endswith("\n") else "\n"
        pieces.append(Piece(broken + heredoc.name, stop, stop, literal=False))
    return Fragment(instruction.fragment.source, tuple(pieces))


def _quoted(fragment: Fragment) -> Fragment:
    """An exec form as shell text. No piece is literal: what is written into a JSON string would need JSON's quotes."""
    from shlex import quote

    pieces: list[Piece] = []
    for word in json_array(fragment.text, 0) or ():
        span = fragment.span(word.start, word.stop)
        pieces += [Piece(" ", span.start, span.start, literal=False)] if pieces else []
        pieces.append(Piece(quote(word.value), span.start, span.stop, literal=False))
    return Fragment(fragment.source, tuple(pieces))
