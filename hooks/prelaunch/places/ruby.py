"""Rakefiles and Vagrantfiles: the commands that they run, where these are literal.

A command is what is handed to `sh`, `system` and their like or stands between back quotes, and the script of a machine
that Vagrant makes (`inline:`). What Ruby puts into a text (`#{...}`, `+ name`) is not known.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Fragment, Piece, Step
from prelaunch.places.arguments import runs_in_shell
from prelaunch.places.embedded import read_embedded
from prelaunch.places.script import ScriptFacts, Setting, of_unit, unite
from prelaunch.places.tokens import MAX_ARGUMENTS, Tokens
from prelaunch.readers.ruby import scan
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.places.tokens import Argument
    from prelaunch.project import Project
    from prelaunch.readers.groovy import Token

_RUNNING = frozenset({"sh", "system", "exec", "run", "execute", "spawn", "popen", "capture2", "capture2e", "capture3"})
_SCRIPTS = ("SHELL", "SCRIPT", "BASH", "SH")
_PLAIN_METHODS = frozenset({"strip", "lstrip", "rstrip", "chomp", "strip_heredoc", "freeze", "dup", "to_s"})
_BEHIND = frozenset({"if", "unless", "while", "until", "rescue", "and", "or", "do", "then", "end"})
_WORDS = ("%w", "%W")
_OTHERS = ("%x", "%r", "%i", "%I", "%s")
"""Percent literals that are no texts."""
_SPECIAL = frozenset(' \t\n|&;<>()$`\\"*?[]{}!#~')
_VARIABLE = "DOCKER_DEFAULT_PLATFORM"
_MAX_READ = 4_000_000
_CHANGED = (Step("what Ruby makes of the text is not known"),)


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file, in its order; spans are offsets into its text. Never raises."""
    facts: list[ScriptFacts] = []
    left = _MAX_READ
    for command in _Program(source).commands():
        fragment = Fragment(source, tuple(command.pieces))
        if not fragment.pieces or not runs_in_shell(fragment.text.lstrip()):
            continue
        left -= len(fragment.text) + 200
        if left < 0:
            project.cut_short(source)
            break
        found = read_embedded(fragment, Setting("ruby"), project)
        facts.append(found._replace(builds=tuple(_as_known(build, command) for build in found.builds)))
    return sorted(unite(of_unit(facts)), key=lambda build: build.span)


def _as_known(build: Build, command: _Command) -> Build:
    if not command.sure and build.state in {"missing", "default"}:
        return build._replace(state="unknown", via=_CHANGED, slot=None, whole=False)
    return build._replace(slot=None) if command.words else build  # a flag would have to be a word of its own


class _Command(NamedTuple):
    """A text that is run, in pieces; or the words of one, given one by one, with blanks between them.

    `sure` is False where Ruby may change the text before it is run.
    """

    pieces: list[Piece]
    sure: bool = True
    words: bool = False


class _Text(NamedTuple):
    """What an expression comes to; `last` says that no argument can follow it."""

    pieces: list[Piece]
    sure: bool
    last: bool
    words: bool


class _Program(Tokens):
    """A file's tokens. Offsets are those of the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, scan(source.text))
        self._read: set[int] = set()
        """The numbers of the literals that a command has been read from."""
        keys = ("".join(part.text for part in token.parts) for token in self.tokens if token.kind == "string")
        self._sure = _VARIABLE not in keys  # `ENV["..."] = ...`, `sh({"..." => ...}, ...)`

    def commands(self) -> Iterator[_Command]:
        """What is run, in the order of the file."""
        for number, token in enumerate(self.tokens):
            command = self._called(number, token) if token.kind == "name" else None
            if token.kind == "string" and _runs(token) and number not in self._read:
                command = _Command(_pieces(token))
            if command is not None:
                yield command._replace(sure=command.sure and self._sure)

    def _called(self, number: int, token: Token) -> _Command | None:
        """The command of `sh ...`, `inline: ...`, `:inline => ...` or `inline = ...` at a name."""
        pair = self.mark(number + 1, ":") and not self.mark(number + 2, ":")
        set_to = self.mark(number + 1, "=") and not self.mark(number + 2, "=")
        if token.text == "inline" and (pair or set_to):
            first = number + 2 + self.mark(number + 2, ">")
            text = self._text(first, min(len(self.tokens), first + MAX_ARGUMENTS))
            return _Command(text.pieces, text.sure) if text is not None else None
        defined = number > 0 and self.tokens[number - 1].text == "def"
        if token.text not in _RUNNING or pair or set_to or defined:
            return None
        return self._command(self.arguments(number), number, only=token.text == "popen")

    def _command(self, arguments: list[Argument], number: int, *, only: bool) -> _Command | None:
        """The command of a call's arguments: the first alone is a command line, several are its words."""
        sure = not arguments or arguments[-1][2] - number <= MAX_ARGUMENTS
        if arguments and self.mark(arguments[0][1], "{"):  # the environment
            arguments = arguments[1:]
        first = self._text(*arguments[0][1:]) if arguments and not arguments[0][0] else None
        if first is None:
            return None
        found = [first]
        for name, low, stop in arguments[1:] if not (first.last or only) else ():
            if not name and not self._is_option(low, stop):
                found.append(self._text(low, stop) or self._unknown(low, stop))
                if found[-1].last:
                    break
        sure = sure and all(text.sure for text in found)
        if len(found) == 1:
            return _Command(first.pieces, sure, first.words)
        pieces: list[Piece] = []
        for text in found:
            at = text.pieces[0].start if text.pieces else first.pieces[0].start if first.pieces else 0
            pieces += [*([_own(" ", at)] if pieces else []), *(text.pieces if text.words else _word(text.pieces))]
        return _Command(pieces, sure, words=True)

    def _is_option(self, low: int, stop: int) -> bool:
        """`:verbose => false`, `"A" => "b"`, `**options`, `&block`."""
        if self.mark(low, "&") or (self.mark(low, "*") and self.mark(low + 1, "*")):
            return True
        return any(self.mark(at, "=") and self.mark(at + 1, ">") for at in range(low, min(stop, low + 3)))

    def _unknown(self, low: int, stop: int) -> _Text:
        """An argument that is not literal: a word, or several of `*several`."""
        start, end = self.tokens[low].start, self.tokens[stop - 1].stop
        text = f"{UNKNOWN} {UNKNOWN}" if self.mark(low, "*") else UNKNOWN
        return _Text([Piece(text, start, end, literal=False)], sure=True, last=False, words=True)

    def _text(self, first: int, stop: int) -> _Text | None:
        """The text of literals side by side or in a sum, which begins with one; None for anything else."""
        at = first + (self.mark(first, "*") and self._is_text(first + 1))
        if not self._is_text(at):
            return None
        words = self.tokens[at].text.startswith(_WORDS)
        pieces: list[Piece] = []
        while at < stop:
            start = at
            if self._is_text(at):
                pieces += _pieces(self.tokens[at])
                self._read.add(at)
                at = self.behind_methods(at + 1, _PLAIN_METHODS | {"join"} if words else _PLAIN_METHODS)
            elif (at := self._behind_operand(at, stop)) > start:
                pieces.append(self._operand(start, at))
            if self.mark(at, "+"):
                at += 1
            elif at >= stop or not self._is_text(at):
                break
        behind = self.tokens[at] if at < stop else None
        last = behind is not None and (behind.text in _BEHIND or behind.kind == "line" or behind.text == "|")
        sure = last or behind is None or behind.text in {",", ")", "]", "}", ";"}
        return _Text(pieces, sure, last, words)

    def _is_text(self, number: int) -> bool:
        opening = self.tokens[number].text if self.is_kind(number, "string") else ""
        return opening.startswith(("'", '"', "%", "<<")) and not opening.startswith(_OTHERS) and "`" not in opening

    def _operand(self, first: int, stop: int) -> Piece:
        """What an operand that is no literal comes to: words of its own, where a literal with blanks is in it."""
        inside = (part.text for token in self.tokens[first:stop] for part in token.parts)
        text = f" {UNKNOWN} " if any(" " in one for one in inside) else UNKNOWN
        return Piece(text, self.tokens[first].start, self.tokens[stop - 1].stop, literal=False)

    def _behind_operand(self, at: int, stop: int) -> int:
        """The number of the token behind an operand that is no literal."""
        while at < stop and not (self.tokens[at].kind == "mark" and self.tokens[at].text in "+,;)]}"):
            if self.tokens[at].kind == "line" or self.tokens[at].text in _BEHIND:
                break
            at = self.behind(at)
        return min(at, stop)


def _runs(token: Token) -> bool:
    """Whether a literal is run wherever it stands: by its quotes, or as a script by its name."""
    heredoc = token.text.startswith("<<")
    return token.text.startswith(("`", "%x")) or (
        heredoc and ("`" in token.text or token.text.strip("<~-'\"") in _SCRIPTS)
    )


def _pieces(token: Token) -> list[Piece]:
    return [
        Piece(UNKNOWN if part.reference else part.text, part.start, part.stop, literal=part.literal)
        for part in token.parts
    ]


def _own(text: str, at: int) -> Piece:
    return Piece(text, at, at, literal=False)


def _word(pieces: list[Piece]) -> list[Piece]:
    """A word of its own, in quotes where the shell would make something else of it."""
    text = "".join(piece.text for piece in pieces)
    if "'" in text or UNKNOWN in text or _SPECIAL.isdisjoint(text):
        return pieces
    return [_own("'", pieces[0].start), *pieces, _own("'", pieces[-1].stop)]
