"""Where an automatic argument that nothing declares decides something that a container needs."""

from __future__ import annotations

import re

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, ShellCommand, ShellWord

_GO = frozenset({"GOARCH", "GOOS"})
_OPTIONS = frozenset({"--arch", "--os", "--platform"})
_READS = frozenset({".", "source", "eval", "read"})
_AUTOMATIC = re.compile(r"(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)")
_COVERED = frozenset({":-", "-", ":=", "=", ":+", "+", ":?", "?"})
_FETCHES = frozenset({"curl", "wget", "aria2c", "pip", "pip3", "dpkg", "rpm", "yum", "dnf", "apt-get", "apk"})


def reached(image: Image, instruction: Instruction) -> Iterator[tuple[str, str]]:
    """Pairs of variable and of the place that it reaches: GOARCH, GOOS, a URL, a path, an option."""
    if instruction.keyword == "RUN":
        yield from _in_script(image, instruction)
        return
    scope = image.scope(instruction)
    for word in image.words(instruction):
        variable, equals, value = word.text.partition("=")
        if instruction.keyword == "ENV":
            if equals and variable in _GO:
                yield from ((name, variable) for name in sorted(scope.undeclared(value)))
            continue
        place = "a URL" if "://" in word.text else f"a path of `{instruction.keyword}`"
        if instruction.heredocs and "<<" in word.text:
            continue
        for name in sorted(scope.undeclared(word.text)):
            if not _made_the_same_way(image, instruction, name):
                yield name, place


def _made_the_same_way(image: Image, instruction: Instruction, name: str) -> bool:
    """Whether the stage that is copied from uses the variable too: where both are empty, the paths agree."""
    stage = image.copied_from(instruction)
    if stage is None or isinstance(stage, str):
        return False
    used = f"${name}", f"${{{name}"
    return any(mark in one.fragment.text for one in stage.instructions for mark in used)


def _in_script(image: Image, instruction: Instruction) -> Iterator[tuple[str, str]]:
    script = image.script(instruction)
    if script is None or not _AUTOMATIC.search(script.text.text):
        return
    variables = image.scope(instruction).variables
    if any(one.words and one.words[0].text in _READS for one in script.commands):
        return
    for command in script.commands:
        for name, place in _in_command(command, script.text.text):
            if name not in variables and not _is_set_or_tested(name, script.text.text):
                yield name, place


def _is_set_or_tested(name: str, text: str) -> bool:
    """Whether the script sets the variable, or asks whether it is empty."""
    if re.search(rf"(?<![\w${{]){name}(?!\w)", text):
        return True
    used = rf"\$\{{?{name}\b"
    return bool(re.search(rf"(?:\[|\btest\b|\bcase\b)\s[^\];|&\n]{{0,200}}{used}|\$\{{{name}:?[=?]", text))


def _in_command(command: ShellCommand, text: str) -> Iterator[tuple[str, str]]:
    for assignment in command.assignments:
        if assignment.value is None:
            continue
        for name in _variables(assignment.value):
            if assignment.name in _GO:
                yield name, assignment.name
    before = ""
    program = (command.words[0].text or "") if command.words else ""
    for word in command.words:
        raw = text[word.start : word.stop]
        variable, equals, _ = raw.partition("=")
        for name in _variables(word):
            if equals and variable in _GO:
                yield name, variable
            elif (equals and variable in _OPTIONS) or before in _OPTIONS:
                yield name, f"the option `{variable if equals else before}`"
            elif "://" in raw and program in _FETCHES:
                yield name, "a URL"
        before = raw


def _variables(word: ShellWord) -> Iterator[str]:
    """The automatic arguments that a word needs: those that are there without a default."""
    for part in word.parts:
        if part.kind == "parameter" and _AUTOMATIC.fullmatch(part.text) and part.operator not in _COVERED:
            yield part.text
