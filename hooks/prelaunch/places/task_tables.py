"""Tables of commands in TOML: the scripts of `pyproject.toml` and `pixi.toml`, the tasks of mise and cargo-make.

Poe the Poet (`tool.poe.tasks`: `cmd`, `shell`), PDM (`tool.pdm.scripts`: `cmd`, `shell`), Hatch
(`tool.hatch.envs.*.scripts`), taskipy (`tool.taskipy.tasks`: `cmd`), Rye (`tool.rye.scripts`: `cmd`, `chain`), pixi
(`tasks`: `cmd`), mise (`tasks`: `run`) and cargo-make (`tasks`: `script`, or `command` with `args`), as each tool's
reference says.
"""

from __future__ import annotations

import re

from prelaunch.model import HANDED, UNKNOWN, Fragment, Piece
from prelaunch.places.arguments import runs_in_shell
from prelaunch.places.embedded import read_embedded
from prelaunch.places.publishing import published, published_elsewhere, united
from prelaunch.places.script import ScriptFacts, Setting, unite
from prelaunch.places.substitution import Spot, put
from prelaunch.readers.toml import texts
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.toml import Path, Text

_MAX_TEXTS = 20_000
_REFERENCE = re.compile(r"\{\{[^{}\n]{0,200}\}\}|\$?\{[@A-Za-z_][A-Za-z0-9_.:]{0,60}(?: [^{}\n]{0,100})?\}")
_ARGUMENTS = ("args", "posargs", "@")


class _Table(NamedTuple):
    """Where the tasks of a tool stand (`*` for any name), and the keys of a task that hold commands.

    `words` are keys whose list is one command, word by word.
    """

    path: Path
    keys: frozenset[str]
    words: frozenset[str] = frozenset()


def _table(path: str, keys: str, words: str = "") -> _Table:
    return _Table(tuple(path.split(".")), frozenset(keys.split()), frozenset(words.split()))


_TABLES = {
    "pyproject.toml": (
        _table("tool.poe.tasks", "cmd shell sequence"),
        _table("tool.pdm.scripts", "cmd shell composite", "cmd"),
        _table("tool.hatch.envs.*.scripts", ""),
        _table("tool.taskipy.tasks", "cmd"),
        _table("tool.rye.scripts", "cmd chain", "cmd"),
        _table("tool.pixi.tasks", "cmd", "cmd"),
        _table("tool.pixi.feature.*.tasks", "cmd", "cmd"),
    ),
    "hatch.toml": (_table("envs.*.scripts", ""),),
    "pixi.toml": (_table("tasks", "cmd", "cmd"), _table("feature.*.tasks", "cmd", "cmd")),
    "makefile.toml": (_table("tasks", "script command args", "command args"),),
    "mise.toml": (_table("tasks", "run"),),
}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file's tasks, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no TOML.
    """
    name = source.path.rpartition("/")[2].lower().removeprefix(".")
    tables = _TABLES.get(name, _TABLES["mise.toml"])
    setting = Setting("tasks", directory=source.path.rpartition("/")[0] or ".")
    tasks: dict[Path, list[ScriptFacts]] = {}
    for task, command in _commands(texts(source)[:_MAX_TEXTS], tables):
        if runs_in_shell(command.text):
            tasks.setdefault(task, []).append(read_embedded(_filled(command), setting, project))
    found = [
        build
        for several in tasks.values()
        for build in published([b for each in several for b in each.builds], united(each.pushes for each in several))
    ]
    pushes = united(each.pushes for several in tasks.values() for each in several)
    return sorted(published_elsewhere(unite(found), pushes), key=lambda build: build.span)


def _commands(found: Sequence[Text], tables: Sequence[_Table]) -> Iterator[tuple[Path, Fragment]]:
    """The commands of all tasks, each with the path of its task."""
    words: dict[Path, list[Fragment]] = {}
    for text in found:
        for table in tables:
            rest = _below(text.path, table.path)
            if not rest:
                continue
            task = text.path[: len(text.path) - len(rest) + 1]
            keys = [key for key in rest[1:] if not key.isdigit()]
            if any(key not in table.keys for key in keys):
                break
            listed = text.path[-1].isdigit()
            if table.words.intersection(keys) and (listed or keys[-1] in {"command", "args"}):
                place = text.path[:-1] if listed else text.path
                words.setdefault(place[:-1] if keys[-1] in {"command", "args"} else place, []).append(text.fragment)
            else:
                yield task, text.fragment
            break
    for path, parts in words.items():
        yield path, _in_a_row(parts)


def _below(path: Path, table: Path) -> Path:
    """What stands in `path` behind `table`; nothing where that is not its start."""
    fits = len(path) > len(table) and all(want in {"*", have} for want, have in zip(table, path, strict=False))
    return path[len(table) :] if fits else ()


def _in_a_row(parts: Sequence[Fragment]) -> Fragment:
    """Words as one command line."""
    pieces: list[Piece] = []
    for part in parts:
        if pieces:
            pieces.append(Piece(" ", pieces[-1].stop, pieces[-1].stop, literal=False))
        pieces += part.pieces
    return Fragment(parts[0].source, tuple(pieces))


def _filled(command: Fragment) -> Fragment:
    """The command with what the task runner puts in: arguments that are handed to the task, its own variables."""
    if "{" not in command.text:
        return command
    spots = []
    for found in _REFERENCE.finditer(command.text):
        if found.group().startswith("${") and "@" not in found.group():
            continue  # a variable of the shell
        inner = found.group().strip("${}").strip().lower()
        handed = inner.startswith(_ARGUMENTS) or "arg(" in inner
        spots.append(Spot(found.start(), found.end(), HANDED if handed else UNKNOWN))
    return put(command, spots)
