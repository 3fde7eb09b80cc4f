"""The variables that a `RUN` sees: `ENV` and `ARG` of the stage, and of the stages that it is built on."""

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
    """Every `RUN` of every stage with the variables it sees, by default.

    In a stage BuildKit keeps `ARG` and `ENV` in one environment, of which the later one wins. A stage begins with that
    of the one it is built on, where what is set by `ENV` then wins over that one's `ARG`s (moby/buildkit
    frontend/dockerfile/dockerfile2llb/convert.go: `dispatchArg`, `dispatchEnv`, `dispatchState.init` and "initialize
    base metadata from image conf"). The reference's sentence that `ENV` always overrides an `ARG` speaks of an `ENV`
    that comes later; in the builder before BuildKit it always does. `tests/docker` proves it.
    """
    finals: list[tuple[dict[str, Value], dict[str, Value]]] = []
    effort = Effort()
    for stage in dockerfile.stages:
        env, config = finals[stage.parent] if stage.parent is not None else ({}, {})
        env, config = {**env, **config}, dict(config)
        seen: dict[str, Value] | None = None
        for instruction in stage.instructions:
            if instruction.keyword == "RUN":
                seen = dict(env) if seen is None else seen
                yield stage, instruction, seen
            elif instruction.keyword in {"ARG", "ENV"} and not instruction.onbuild:
                new = (_set if instruction.keyword == "ENV" else _declare)(dockerfile, instruction, env, effort)
                env.update(new)
                if instruction.keyword == "ENV":
                    config.update(new)
                seen = None
        finals.append((env, config))


def _set(dockerfile: Dockerfile, instruction: Instruction, env: dict[str, Value], effort: Effort) -> dict[str, Value]:
    # All assignments of one ENV see the values from before it.
    found: dict[str, Value] = {}
    for name, text, start in assignments(instruction.fragment.text, dockerfile.escape):
        if (len(env) + len(found) < _MAX_NAMES or name in env) and text is not None:
            value = expand(text, lambda one: _text(env, one), dockerfile.escape, effort)
            found[name] = Value((value,), (_step(dockerfile, instruction, f"ENV {name}={text}", start),))
    return found


def _declare(
    dockerfile: Dockerfile, instruction: Instruction, env: dict[str, Value], effort: Effort
) -> dict[str, Value]:
    text = instruction.fragment.text
    env, found = dict(env), {}
    for start, stop in split_words(text, 0, dockerfile.escape) or ():
        name, equals, default = text[start:stop].partition("=")
        if len(env) >= _MAX_NAMES and name not in env:
            break
        given = next(
            (one.value for one in reversed(dockerfile.args) if one.name == name and one.value is not None), None
        )
        if equals:
            value = expand(default, lambda one: _text(env, one), dockerfile.escape, effort)
        elif given is not None:
            value = given
        elif name in AUTOMATIC:
            value = UNKNOWN
        elif name in env:
            continue  # it has no value of its own, so that of before stays
        else:
            value = HANDED
        env[name] = found[name] = Value((value,), (_step(dockerfile, instruction, f"ARG {text[start:stop]}", start),))
    return found


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
