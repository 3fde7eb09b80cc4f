"""tox.ini: the commands of the test environments.

tox runs each line of `commands` (and `_pre`, `_post`) by itself and without a shell; a line may start with `-` or `!`,
a backslash joins it with the next (tox documentation, `commands`, `set_env`). In braces stands what tox puts in.
"""

from __future__ import annotations

import re

from prelaunch.model import HANDED, UNKNOWN, Step, Value
from prelaunch.places.script import Setting, of_unit, read_script, unite
from prelaunch.places.substitution import Spot, put
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project

_COMMANDS = frozenset({"commands", "commands_pre", "commands_post"})
_ENVIRONMENT = frozenset({"setenv", "set_env"})
_REFERENCE = re.compile(r"\{[^{}\n]{0,200}\}")
_CONDITION = re.compile(r"[ \t]*!?[A-Za-z0-9_.{},!-]+:[ \t]+")
_MAX_LINES = 20_000


class _Line(NamedTuple):
    """A line of a setting's value: the section and the name of the setting, and where the line stands."""

    section: str
    name: str
    start: int
    stop: int


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a tox.ini, in its order; spans are offsets into its text. Never raises."""
    lines = list(_lines(source.text))
    shared = _environment(source, [line for line in lines if line.section == "testenv"])
    found: list[Build] = []
    for section in dict.fromkeys(line.section for line in lines):
        own = [line for line in lines if line.section == section]
        environment = {**shared, **_environment(source, own)}
        setting = Setting("tox", environment, source.path.rpartition("/")[0] or ".")
        facts = []
        for start, stop in _commands(source.text, own):
            command = source.whole().slice(start, stop)
            spots = [
                Spot(one.start(), one.end(), HANDED if "posargs" in one.group() else UNKNOWN)
                for one in _REFERENCE.finditer(command.text)
            ]
            facts.append(read_script(put(command, spots), setting, project))
        found += of_unit(facts)
    return sorted(unite(found), key=lambda build: build.span)


def _lines(text: str) -> Iterator[_Line]:
    section = name = ""
    at = 0
    for _ in range(_MAX_LINES):
        if at >= len(text):
            return
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r")
        bare = line.strip()
        start = at
        at = end + 1
        if not bare or bare[0] in "#;":
            continue
        if line[0] == "[":
            section, name = bare[1:].partition("]")[0].strip(), ""
        elif line[0] not in " \t\ufeff":
            key, _, value = line.partition("=")
            name = key.strip().lower()
            start += len(key) + 1 + len(value) - len(value.lstrip())
            if value.strip() and section.startswith("testenv"):
                yield _Line(section, name, start, end - (end > start and text[end - 1] == "\r"))
        elif section.startswith("testenv") and name:
            yield _Line(section, name, start + len(line) - len(line.lstrip()), start + len(line))


def _commands(text: str, lines: list[_Line]) -> Iterator[tuple[int, int]]:
    """The ranges of the commands of a section: its lines, joined where a backslash ends one."""
    start = -1
    for line in lines:
        if line.name not in _COMMANDS:
            continue
        if start < 0:
            condition = _CONDITION.match(text, line.start, line.stop)
            start = condition.end() if condition is not None else line.start
            while text[start : start + 1] in {"-", "!", " "}:
                start += 1
        if not text[start : line.stop].endswith("\\"):
            yield start, line.stop
            start = -1


def _environment(source: Source, lines: list[_Line]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for line in lines:
        if line.name in _ENVIRONMENT:
            name, _, value = source.text[line.start : line.stop].partition("=")
            text = value.strip()
            step = Step(f"`{name.strip()}` is set in `{line.name}`", source.path, source.position(line.start)[0])
            found[name.strip()] = Value((UNKNOWN if "{" in text else text,), (step,))
    return found
