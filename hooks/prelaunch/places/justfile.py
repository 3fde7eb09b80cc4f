"""Justfiles: the image builds that their recipes run.

Every line of a recipe is a script of its own; a recipe whose first line is `#!...` (or with `[script]`) is one script.
"""

from __future__ import annotations

from itertools import product

from prelaunch.model import UNKNOWN, Fragment, Piece, Value
from prelaunch.places.arguments import runs_in_shell
from prelaunch.places.publishing import NO_PUSHES, published, published_elsewhere, united
from prelaunch.places.script import ScriptFacts, Setting, merge, read_script, unite
from prelaunch.readers.just import Justfile, Recipe
from prelaunch.readers.just_expressions import string_stop
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.places.script import Dialect
    from prelaunch.project import Project

_MAX_READINGS = 8
_MAX_READ = 4_000_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a justfile's recipes, in its order; spans are offsets into its text. Never raises."""
    file = Justfile(source, project)
    facts: dict[str, list[ScriptFacts]] = {}
    left = _MAX_READ
    for recipe in file.recipes:
        setting = _setting(file, recipe)
        found = facts.setdefault(recipe.name, [])
        for start, stop in _scripts(source, recipe):
            left -= stop - start
            if left < 0:
                project.cut_short(source)
                break
            readings = [read_script(each, setting, project) for each in _fragments(file, recipe, start, stop)]
            if readings:
                found.append(merge(readings))
    pushed = _pushed(file, facts)
    pushes = united(each.pushes for several in facts.values() for each in several)
    every = [
        build
        for name, several in facts.items()
        for each in several
        for build in published(each.builds, pushes if name in pushed else NO_PUSHES)
    ]
    return sorted(published_elsewhere(unite(every), pushes), key=lambda build: build.span)


def _setting(file: Justfile, recipe: Recipe) -> Setting:
    environment: dict[str, Value] = {}
    everything = file.settings.get("export") == "true"
    for name, assignment in file.assignments.items():
        if assignment.exported or everything:
            environment[name] = file.value(name)
    for parameter in recipe.parameters:
        if parameter.exported or everything:
            environment[parameter.name] = file.value(parameter.name, recipe)
    shell = file.settings.get("shell", "").lower()
    dialect: Dialect = "sh"
    if "powershell" in shell or "pwsh" in shell:
        dialect = "powershell"
    elif "cmd" in shell:
        dialect = "cmd"
    folder = file.source.path.rpartition("/")[0] or "."
    return Setting("just", environment, folder, dialect)


def _scripts(source: Source, recipe: Recipe) -> Iterator[tuple[int, int]]:
    """The scripts of a recipe as ranges of the source: its logical lines, or its whole body."""
    text = source.text
    lines = recipe.lines
    while lines and lines[0][0] >= lines[0][1]:
        lines = lines[1:]
    if not lines:
        return
    first = text[lines[0][0] : lines[0][1]]
    if first.startswith("#!") or "[script" in recipe.attributes:
        named = recipe.attributes.partition("[script(")[2].partition(")")[0]
        if runs_in_shell(first) and (not named or any(shell in named for shell in ("'sh", "bash", "zsh", '"sh'))):
            yield lines[0][0], lines[-1][1]
        return
    start = -1
    for low, stop in lines:
        start = low if start < 0 else start
        if not text[low:stop].endswith("\\"):
            while text[start : start + 1] in {"@", "-"}:
                start += 1
            yield start, stop
            start = -1
    if start >= 0:
        yield start, lines[-1][1]


def _fragments(file: Justfile, recipe: Recipe, start: int, stop: int) -> list[Fragment]:
    """A range of the source with its `{{ }}` put in, once for each combination of what they may be."""
    text = file.source.text
    parts: list[tuple[int, int, Value | None]] = []
    at = low = start
    while at < stop:
        if text.startswith("{{{{", at):
            parts += [(low, at, None), (at, at + 4, Value(("{{",)))]
            at = low = at + 4
        elif text.startswith("{{", at):
            end = _closing(text, at + 2, stop)
            if end < 0:
                break
            parts += [(low, at, None), (at, end + 2, file.evaluate(text[at + 2 : end].strip(), recipe))]
            at = low = end + 2
        else:
            at = text.find("{{", at + 1, stop)
            at = stop if at < 0 else at
    parts.append((low, stop, None))
    several = [number for number, part in enumerate(parts) if part[2] is not None and len(part[2].texts) > 1]
    options = [parts[number][2] for number in several]
    choices = list(product(*(value.texts for value in options if value is not None))) if len(several) < 4 else []
    found = []
    for chosen in choices[:_MAX_READINGS] or [()]:
        pick = dict(zip(several, chosen, strict=False))
        pieces = []
        for number, (first, last, value) in enumerate(parts):
            if value is None:
                pieces.append(Piece(text[first:last], first, last))
            else:
                known = pick.get(number) or (value.texts[0] if len(value.texts) == 1 else UNKNOWN)
                pieces.append(Piece(known, first, last, literal=False, steps=value.steps))
        found.append(Fragment(file.source, tuple(pieces)))
    return found


def _closing(text: str, at: int, stop: int) -> int:
    while at < stop:
        if text.startswith("}}", at):
            return at
        at = string_stop(text, at) if text[at] in "'\"`" else at + 1
    return -1


def _pushed(file: Justfile, facts: dict[str, list[ScriptFacts]]) -> set[str]:
    """The recipes whose images are pushed: with what they need, or with what needs them."""
    pushing = {name for name, several in facts.items() if any(each.pushes for each in several)}
    found = set(pushing)
    for recipe in file.recipes:
        group = {recipe.name, *recipe.needs}
        if group & pushing:
            found |= group
    return found
