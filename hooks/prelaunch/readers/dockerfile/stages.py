"""Instructions to stages: global arguments, `FROM`, and which stage is built on which.

The words of `FROM` come from the own scanner: dockerfile-parse says the same of what Docker accepts (the tests compare
them) but costs 8 ms to import. It is asked, late, only about a `FROM` that Docker refuses (`FROM a AS b # note`).
"""

from __future__ import annotations

from prelaunch.model import EMPTY, UNKNOWN
from prelaunch.readers.dockerfile.expand import Effort, expand, is_known
from prelaunch.readers.dockerfile.facts import Argument, Instruction, Stage
from prelaunch.readers.dockerfile.words import BLANK, split_words
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AUTOMATIC = frozenset(
    {
        *(side + part for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")),
        "TARGETSTAGE",
    }
)
"""The arguments that BuildKit sets for `FROM` lines; a default in a global `ARG` takes their place."""


def read_arguments(
    instructions: Iterable[Instruction], escape: str, effort: Effort, given: Mapping[str, str | None] = EMPTY
) -> tuple[Argument, ...]:
    """The global arguments: those of `ARG` before the first `FROM`, in order. A later one may use an earlier one.

    `given` are those that the build is given (`--build-arg`; None: with a value that is not known).
    """
    found: list[Argument] = []
    values: dict[str, str | None] = {}
    for instruction in instructions:
        if instruction.onbuild:
            continue
        if instruction.keyword == "FROM":
            break
        if instruction.keyword != "ARG":
            continue
        text = instruction.fragment.text
        for start, stop in split_words(text, 0, escape) or ():
            word = text[start:stop]
            name, equals, default = word.partition("=")
            name = expand(name.lstrip("\"'"), lambda _: None, escape)
            if equals and word[:1] in {'"', "'"} and word[-1:] == word[:1]:
                default = word[:1] + default  # ARG "NAME=value": the quote belongs to both halves
            if name in given:
                values[name] = UNKNOWN if given[name] is None else given[name]
            elif equals:
                values[name] = expand(default, lambda one: _value(values, one), escape, effort)
            else:
                values.setdefault(name, UNKNOWN if name in AUTOMATIC else None)
            value = values[name]
            known = value if value is not None and is_known(value) else None
            span = instruction.fragment.span(start, stop)
            known = known if equals or name in given else None
            found.append(Argument(name, default if equals else None, known, span))
    return tuple(found)


def _value(values: dict[str, str | None], name: str) -> str | None:
    return values.get(name, UNKNOWN if name in AUTOMATIC else None)


def read_stages(
    instructions: tuple[Instruction, ...], arguments: tuple[Argument, ...], escape: str, effort: Effort
) -> tuple[Stage, ...]:
    """The stages, in order."""
    values: dict[str, str | None] = {}
    for argument in arguments:
        if argument.default is not None or argument.value is not None:
            values[argument.name] = UNKNOWN if argument.value is None else argument.value
        elif argument.name not in values and argument.name not in AUTOMATIC:
            values[argument.name] = None

    def resolve(word: str) -> str | None:
        text = expand(word, lambda name: _value(values, name), escape, effort)
        return text if text and is_known(text) else None

    stages: list[Stage] = []
    numbers: dict[str, int] = {}
    starts = [at for at, one in enumerate(instructions) if one.keyword == "FROM" and not one.onbuild]
    for number, at in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else len(instructions)
        instruction = instructions[at]
        base, name = _from(instruction.fragment.text)
        platform = next((flag.value for flag in reversed(instruction.flags) if flag.name == "platform"), "")
        stage = Stage(
            number=number,
            name=name,
            base=base,
            base_resolved=resolve(base),
            platform=platform,
            platform_resolved=resolve(platform),
            span=instruction.span,
            instructions=instructions[at + 1 : stop],
        )
        stages.append(stage._replace(parent=numbers.get((stage.base_resolved or "").lower())))
        if stage.name:
            numbers[stage.name] = number
    return tuple(stages)


def _from(text: str) -> tuple[str, str]:
    """The image and the stage's name (lower case, or "") of a `FROM`. Quotes hold no blanks together here."""
    for blank in BLANK:
        text = text.replace(blank, " ")
    words = [word for word in text.split(" ") if word]
    match words:
        case []:
            return "", ""
        case [base]:
            return base, ""
        case [base, keyword, name] if keyword.lower() == "as":
            return base, name.lower()
    from dockerfile_parse.parser import image_from

    base, name = image_from(" ".join(words))
    return base or "", (name or "").lower()
