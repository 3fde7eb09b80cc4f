"""Makefiles: the image builds that their recipes run."""

from __future__ import annotations

import posixpath

from prelaunch.model import UNKNOWN
from prelaunch.places.makefile_guards import Guards
from prelaunch.places.publishing import NO_PUSHES, Pushes, published, published_elsewhere, united
from prelaunch.places.script import ScriptFacts, Setting, merge, read_script
from prelaunch.readers.makefile import Environment, Program, Unit, expand_recipe, named, runs_in_sh, units
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Piece, Source
    from prelaunch.places.makefile_guards import Guarded
    from prelaunch.project import Project
    from prelaunch.readers.makefile.program import LineAt
    from prelaunch.readers.makefile.worlds import Condition

PRIMARY = ("GNUmakefile", "makefile", "Makefile")
"""The names that make looks for by itself."""

MAX_READINGS = 8
"""Different readings of one line that are looked at (several rules from one template, several worlds)."""


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of all recipes that stand in `source`, in the order of the file; spans are offsets into its text.

    A file that another makefile includes is read as part of that one, so that its variables are known.
    """
    program = _program(source, project)
    facts: dict[tuple[int, int], list[ScriptFacts]] = {}
    seen: dict[tuple[int, int], set[tuple[Piece, ...]]] = {}
    members: list[tuple[Unit, list[tuple[int, int]]]] = []
    every = units(program)
    guards = Guards(every)
    for unit in every:
        keys: list[tuple[int, int]] = []
        for line in unit.lines:
            if _path(line) != source.path:
                continue
            key = (line.line.span.start, line.line.span.stop)
            if line.origin is not None:
                span = line.origin.span(*key)
                key = (span.start, span.stop)
            # With .ONESHELL, each line gives the whole recipe.
            key = keys[0] if program.one_shell and keys else key
            keys.append(key)
            groups = [] if program.one_shell else guards.of(unit, line)
            facts.setdefault(key, []).extend(_read_line(program, unit, line, groups, seen.setdefault(key, set())))
        members.append((unit, keys))
    merged = {key: merge(found) for key, found in facts.items() if found}
    pushed = _pushed(program, members, merged)
    out: dict[tuple[int, int], Build] = {}
    for key, found in sorted(merged.items()):
        for build in found.builds:
            place = (build.span.start, build.span.stop)
            out.setdefault(place, published([build], pushed.get(key, NO_PUSHES))[0])
    return published_elsewhere(out.values(), united(facts.pushes for facts in merged.values()))


def _program(source: Source, project: Project) -> Program:
    """`source` as make reads it: on its own, or in the course of the makefile here or above that includes it."""
    folder, name = posixpath.split(source.path)
    if name not in PRIMARY and project.read(source.path) is not None:
        while True:
            for primary in PRIMARY:
                top = project.read(posixpath.join(folder, primary))
                if top is not None:
                    program = _of(top, project)
                    if source.path in program.files:
                        return program
            if not folder:
                break
            folder = posixpath.dirname(folder)
    return _of(source, project)


def _of(source: Source, project: Project) -> Program:
    # Only the last one is kept: the files that one makefile includes are usually looked at one after the other.
    memo = "makefile program"
    kept: Program | None = project.memo.get(memo)
    if kept is None or kept.source != source:
        kept = project.memo[memo] = Program(source, project)
    return kept


def _path(line: LineAt) -> str:
    return (line.source if line.origin is None else line.origin.source).path


def _read_line(
    program: Program, unit: Unit, line: LineAt, groups: list[Guarded], seen: set[tuple[Piece, ...]]
) -> Iterator[ScriptFacts]:
    """What a line holds: its guarded commands (`groups`) under what guards them, the others as they come."""
    for found in _readings(program, unit, line, seen, ()):
        free = (build for build in found.builds if not any(each.holds_for(build.span.start) for each in groups))
        yield found._replace(builds=tuple(free)) if groups else found
    for group in groups:
        for found in _readings(program, unit, line, set(), group.condition):
            held = (build for build in found.builds if group.holds_for(build.span.start))
            yield found._replace(builds=tuple(held))


def _readings(
    program: Program, unit: Unit, line: LineAt, seen: set[tuple[Piece, ...]], condition: Condition
) -> Iterator[ScriptFacts]:
    """What a line holds, in each of the ways that it may come out under a condition."""
    for fragment, world in expand_recipe(program, unit, line, condition):
        if fragment.pieces in seen or len(seen) >= MAX_READINGS or not fragment.text.strip():
            continue
        if not runs_in_sh(program, unit, world):
            continue
        seen.add(fragment.pieces)
        setting = Setting(
            form="makefile",
            environment=Environment(program, unit, world),
            directory=program.folder,
        )
        yield read_script(fragment, setting, program.project)


def _pushed(
    program: Program,
    members: list[tuple[Unit, list[tuple[int, int]]]],
    merged: dict[tuple[int, int], ScriptFacts],
) -> dict[tuple[int, int], Pushes]:
    """What is pushed around each line: by its own recipe, and by targets that directly need its target."""
    tags = united(Pushes(tags=facts.pushes.tags) for facts in merged.values())
    pushed: dict[tuple[int, int], Pushes] = {}
    pushing: dict[str, Pushes] = {}
    needed: dict[str, Pushes] = {}
    for unit, keys in members:
        pushes = united(merged[key].pushes for key in keys if key in merged)
        if not pushes:
            continue
        for name in unit.targets:
            pushing[name] = pushing.get(name, tags) | pushes
        for name in unit.prerequisites:
            needed[name] = needed.get(name, tags) | pushes
        for key in keys:
            pushed[key] = pushed.get(key, tags) | pushes
    for rule in program.rules:
        targets, prerequisites = named(program, rule)
        for target in targets:
            if target in pushing and UNKNOWN not in target:
                for name in prerequisites:
                    needed[name] = needed.get(name, tags) | pushing[target]
    for unit, keys in members:
        for target in unit.targets:
            if target in needed and UNKNOWN not in target:
                for key in keys:
                    pushed[key] = pushed.get(key, tags) | needed[target]
    return pushed
