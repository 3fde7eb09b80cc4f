"""Dockerfiles: any text in, instructions and stages with exact positions out.

Written after the Dockerfile reference and the observed behaviour of BuildKit's parser (the tests compare the two).
"""

from __future__ import annotations

from prelaunch.model import Span
from prelaunch.readers.dockerfile.expand import Effort
from prelaunch.readers.dockerfile.facts import Argument, Dockerfile, Flag, Form, Heredoc, Instruction, Stage
from prelaunch.readers.dockerfile.lines import SPACE, Lines, Logical, logical_lines, read_directives, read_heredoc
from prelaunch.readers.dockerfile.stages import read_arguments, read_stages
from prelaunch.readers.dockerfile.words import BLANK, heredoc_words, json_array, take_flags
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.model import Source

__all__ = ["Argument", "Dockerfile", "Flag", "Form", "Heredoc", "Instruction", "Stage", "read", "with_arguments"]

_WITH_HEREDOC = frozenset({"ADD", "COPY", "RUN"})
_WITH_COMMAND = frozenset({"CMD", "ENTRYPOINT", "RUN"})
_WITH_ARRAY = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"})


def read(source: Source) -> Dockerfile:
    """Read any text. What is no instruction is kept, under its first word. Never raises."""
    lines = Lines(source.text)
    directives = read_directives(lines)
    found = [
        _instruction(source, lines, logical)
        for logical in logical_lines(source, lines, directives.escape)
        if logical.fragment.text.strip(SPACE)
    ]
    instructions = tuple(found)
    effort = Effort()
    arguments = read_arguments(instructions, directives.escape, effort)
    stages = read_stages(instructions, arguments, directives.escape, effort)
    return Dockerfile(source, directives.escape, directives.syntax, instructions, arguments, stages)


def with_arguments(dockerfile: Dockerfile, given: Mapping[str, str | None]) -> Dockerfile:
    """The same file as a build reads it that gives these arguments (None: a value that is not known)."""
    effort = Effort()
    arguments = read_arguments(dockerfile.instructions, dockerfile.escape, effort, given)
    stages = read_stages(dockerfile.instructions, arguments, dockerfile.escape, effort)
    return dockerfile._replace(args=arguments, stages=stages)


def _instruction(source: Source, lines: Lines, logical: Logical) -> Instruction:
    """The instruction of one logical line; takes its here-documents from `lines`."""
    line = logical.fragment
    text = line.text.rstrip(SPACE)
    start = len(text) - len(text.lstrip(SPACE))
    keyword, at = _keyword(text, start)
    flags, at = take_flags(text, at)
    onbuild = keyword == "ONBUILD"
    if onbuild and at < len(text):
        keyword, at = _keyword(text, at)
        inner, at = take_flags(text, at)
        flags += inner

    at = len(text) - len(text[at:].lstrip(SPACE))
    form: Form = "shell" if keyword in _WITH_COMMAND else ""
    begin = at
    if keyword == "HEALTHCHECK":
        command, begin = _keyword(text, at)
        form = "shell" if command == "CMD" else ""
    array = json_array(text, begin) if keyword in _WITH_ARRAY else None

    stop = logical.stop
    heredocs: list[Heredoc] = []
    if keyword in _WITH_HEREDOC and array is None:
        # The whole line, flags too: a quote that is left open in a flag hides the operators behind it.
        for word in heredoc_words(line.text, start):
            body, stop = read_heredoc(source, lines, word.name, strip_tabs=word.strip_tabs)
            heredocs.append(Heredoc(word.name, word.expand, word.strip_tabs, body))
    return Instruction(
        keyword=keyword,
        span=Span(line.start(start), stop),
        flags=tuple(Flag(one.name, one.value, line.span(one.start, one.stop)) for one in flags),
        fragment=line.slice(at, len(text)),
        heredocs=tuple(heredocs),
        form=form if array is None else "exec",
        exec_words=tuple(word.value for word in array or ()),
        onbuild=onbuild,
    )


def _keyword(text: str, at: int) -> tuple[str, int]:
    """The word at `at`, upper case, and where the next one starts."""
    stop = at
    while stop < len(text) and text[stop] not in BLANK:
        stop += 1
    after = stop
    while after < len(text) and text[after] in BLANK:
        after += 1
    return text[at:stop].upper(), after
