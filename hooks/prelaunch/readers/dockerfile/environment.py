"""The variables that a `RUN` sees: the stage's `ENV` and `ARG`, and the `ENV` of the stage that it is built on."""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, Step, Value
from prelaunch.readers.dockerfile.expand import Effort, expand
from prelaunch.readers.dockerfile.stages import AUTOMATIC
from prelaunch.readers.dockerfile.words import BLANK, split_words
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.readers.dockerfile.facts import Dockerfile, Instruction, Stage

_MAX_NAMES = 500
"""More variables than any image has; each stage copies its parent's, so that the number must be bounded."""


def environments(dockerfile: Dockerfile) -> Iterator[tuple[Stage, Instruction, dict[str, Value]]]:
    """Every `RUN` of every stage with the variables it sees. `ENV` wins over `ARG`, as in Docker."""
    finals: list[dict[str, Value]] = []
    effort = Effort()
    for stage in dockerfile.stages:
        env = dict(finals[stage.parent]) if stage.parent is not None else {}
        args: dict[str, Value] = {}
        seen: dict[str, Value] | None = None
        for instruction in stage.instructions:
            if instruction.keyword == "RUN":
                seen = {**args, **env} if seen is None else seen
                yield stage, instruction, seen
            elif instruction.keyword in {"ARG", "ENV"} and not instruction.onbuild:
                (_set if instruction.keyword == "ENV" else _declare)(dockerfile, instruction, env, args, effort)
                seen = None
        finals.append(env)


def _set(
    dockerfile: Dockerfile, instruction: Instruction, env: dict[str, Value], args: dict[str, Value], effort: Effort
) -> None:
    # All assignments of one ENV see the values from before it.
    before = {**args, **env} if "$" in instruction.fragment.text else {}
    for name, text, start in assignments(instruction.fragment.text, dockerfile.escape):
        if len(env) < _MAX_NAMES and text is not None:
            value = expand(text, lambda one: _text(before, one), dockerfile.escape, effort)
            env[name] = Value((value,), (_step(dockerfile, instruction, f"ENV {name}={text}", start),))


def _declare(
    dockerfile: Dockerfile, instruction: Instruction, env: dict[str, Value], args: dict[str, Value], effort: Effort
) -> None:
    text = instruction.fragment.text
    for start, stop in split_words(text, 0, dockerfile.escape) or ():
        name, equals, default = text[start:stop].partition("=")
        if len(args) >= _MAX_NAMES:
            return
        if equals:
            value = expand(default, lambda one: _text(env if one in env else args, one), dockerfile.escape, effort)
        else:
            value = next(
                (one.value for one in reversed(dockerfile.args) if one.name == name and one.value is not None),
                UNKNOWN if name in AUTOMATIC else HANDED,
            )
        args[name] = Value((value,), (_step(dockerfile, instruction, f"ARG {text[start:stop]}", start),))


def _text(values: dict[str, Value], name: str) -> str | None:
    return values[name].texts[0] if name in values else None


def _step(dockerfile: Dockerfile, instruction: Instruction, text: str, start: int) -> Step:
    source = dockerfile.source
    return Step(text, source.path, source.position(instruction.fragment.start(start))[0])


def assignments(text: str, escape: str) -> list[tuple[str, str | None, int]]:
    """The assignments of an `ENV` as (name, raw value, offset): `A=b C="d e"`, or the old form `A the rest`."""
    words = split_words(text, 0, escape) or []
    if not words:
        return []
    start, stop = words[0]
    if "=" not in text[start:stop]:
        rest = text[stop:].strip(BLANK)
        return [(text[start:stop], rest or None, start)]
    found: list[tuple[str, str | None, int]] = []
    for start, stop in words:
        name, equals, value = text[start:stop].partition("=")
        found.append((name.strip("\"'"), value if equals else None, start))
    return found
