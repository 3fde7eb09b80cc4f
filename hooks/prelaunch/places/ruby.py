"""Rakefiles and Vagrantfiles: the commands that they run, where these are literal.

A command is what stands behind `sh`, `system` and their like or between back quotes, and the script of a machine that
Vagrant makes (`inline:`). What Ruby puts into a text (`#{...}`) is not known.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Fragment, Piece
from prelaunch.places.arguments import runs_in_shell
from prelaunch.places.embedded import read_embedded
from prelaunch.places.script import ScriptFacts, Setting, of_unit, unite
from prelaunch.readers.ruby import scan
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.ruby import Text

_RUNNING = frozenset({"sh", "system", "exec", "run", "execute", "spawn", "popen", "capture2", "capture2e", "capture3"})
_SCRIPTS = frozenset({"SHELL", "SCRIPT", "BASH", "SH"})
_MAX_READ = 4_000_000
_MAX_REST = 200
_MAX_OTHERS = 50


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file, in its order; spans are offsets into its text. Never raises."""
    facts: list[ScriptFacts] = []
    left = _MAX_READ
    for command in _commands(source):
        fragment = Fragment(source, tuple(command.pieces))
        if not fragment.pieces or not runs_in_shell(fragment.text.lstrip()):
            continue
        left -= len(fragment.text) + 200
        if left < 0:
            project.cut_short(source)
            break
        found = read_embedded(fragment, Setting("ruby"), project)
        if command.words > 1:  # a flag would have to be a word of its own
            found = found._replace(builds=tuple(build._replace(slot=None) for build in found.builds))
        facts.append(found)
    return sorted(unite(of_unit(facts)), key=lambda build: build.span)


class _Command(NamedTuple):
    """A text that is run, in pieces; or the words of one, given one by one, with blanks between them."""

    pieces: list[Piece]
    stop: int
    words: int = 1


def _commands(source: Source) -> list[_Command]:
    found: list[_Command] = []
    running = False
    for text in scan(source.text):
        more = text.kind == "string" and text.before == "," and running
        runs = text.kind == "command" or text.before in _RUNNING or text.before == "inline"
        if more:
            last = found[-1]
            between = source.text[last.stop : text.start]
            pieces = [*last.pieces, *_blank(text.start, between), *_pieces(text)]
            found[-1] = _Command(pieces, text.stop, last.words + 1)
        elif runs or (text.kind == "heredoc" and text.tag in _SCRIPTS):
            found.append(_Command(_pieces(text), text.stop))
        running = more or (runs and text.kind == "string")
    return [_with_rest(command, source.text) if command.words > 1 else command for command in found]


def _with_rest(command: _Command, text: str) -> _Command:
    """The words of a command with those that stand behind the last literal one, which are not known."""
    rest = text[command.stop : command.stop + _MAX_REST].lstrip()
    word = rest[1:].lstrip() if rest.startswith(",") else ""
    name = word[: len(word) - len(word.lstrip("abcdefghijklmnopqrstuvwxyz_"))]
    option = name and word.startswith(":", len(name)) and not word.startswith("::", len(name))
    if not word or option:
        return command
    return command._replace(pieces=[*command.pieces, *_blank(command.stop, rest.partition("\n")[0])])


def _blank(at: int, between: str) -> list[Piece]:
    """What separates two words: a blank, and a word for each other argument `between` them; two for `*several`."""
    others = [one.strip() for one in between.split(",") if one.strip()][:_MAX_OTHERS]
    unknown = "".join(f"{UNKNOWN} " * (1 + one.startswith("*")) for one in others)
    return [Piece(f" {unknown}", at, at, literal=False)]


def _pieces(text: Text) -> list[Piece]:
    return [
        Piece(UNKNOWN if part.reference else part.text, part.start, part.stop, literal=part.literal)
        for part in text.parts
    ]
