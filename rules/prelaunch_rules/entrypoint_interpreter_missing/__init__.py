"""entrypoint-interpreter-missing: what starts, or its first line, names an interpreter that the image has not."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.programs import INTERPRETERS, lacks
from prelaunch_rules.started import is_windows, place_of, programs, started, starts_otherwise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each script of the start whose interpreter is not in the image, and for one that is named."""
    if image.start.state == "known" and not is_windows(image):
        yield from _named(image, project)
    for one in started(image, project):
        if one.program.run == "reader" or not one.data or not one.data.startswith(b"#!"):
            continue
        for program in _programs(one.data):
            certainty = lacks(image, project, program)
            if certainty is None:
                continue
            base = "scratch" if image.base.scratch else image.base.name
            message = (
                f"`{one.path}` begins with `{_first_line(one.data)}`, and there is no `{program}` in an image from"
                f" `{base}`, so the container dies with `no such file or directory`; {_cure(program, base)}"
            )
            sure = certainty if one.origin.sure else "likely"
            yield Finding("entrypoint-interpreter-missing", sure, image.source, one.span, message)
            break


def _named(image: Image, project: Project) -> Iterator[Finding]:
    """The interpreters that the Dockerfile or a script starts; a path that surely is not there is another rule's."""
    own = len(image.start.programs)
    for number, program in enumerate(programs(image, project)):
        name = program.words[0].text
        span = program.words[0].span if number < own else place_of(program, image)
        if program.run == "reader" or span is None or name.rpartition("/")[2] not in INTERPRETERS:
            continue
        if number >= own and "exec" not in program.through:
            continue  # the script goes on without it
        certainty = lacks(image, project, name)
        if certainty is None or starts_otherwise(image, project):
            continue
        if "/" in name and project.files_of(image).lookup(name).kind == "absent":
            continue
        base = "scratch" if image.base.scratch else image.base.name
        through = [one for one in program.through if one != "exec"]
        if through:
            ends = f"`{through[-1]}` stops with `{name}: not found`"
        else:
            ends = f"the container dies with `{'no such file or directory' if '/' in name else 'not found in $PATH'}`"
        message = (
            f"`{name}` is to be started, and there is none in an image from `{base}`, so {ends}; {_cure(name, base)}"
        )
        certainty = certainty if number < own else "likely"
        yield Finding("entrypoint-interpreter-missing", certainty, image.source, span, message)
        break


def _first_line(data: bytes) -> str:
    return data.partition(b"\n")[0].decode("utf-8", "replace").strip()


def _programs(data: bytes) -> Iterator[str]:
    """The programs that a first line needs: the interpreter, and what `env` starts."""
    words = _first_line(data)[2:].split()
    if not words or not words[0].startswith("/"):
        return
    yield words[0]
    if words[0].rpartition("/")[2] == "env":
        rest = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        yield from rest[:1]


def _cure(program: str, base: str) -> str:
    name = program.rpartition("/")[2]
    if name in {"ash", "bash", "dash", "env", "sh", "zsh"} and (base == "scratch" or "distroless" in base):
        return "start the program itself, without a shell, or take a base that has one"
    if name in {"bash", "zsh"}:
        return f"write it for `sh` (`#!/bin/sh`), or install {name}"
    return f"install {name}, or take a base that has it"


RULE = Rule(
    "entrypoint-interpreter-missing",
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec ... no such file or directory",
        "env: ... no such file or directory",
        "exec: ... executable file not found in $path",
        "sh: ... not found",
    ),
)
