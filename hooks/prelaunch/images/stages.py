"""The stages of an image: what its target is built on, what it copies from, what stands below all of them.

Facts: BuildKit's Dockerfile frontend (stage names in any case, numbers, `ONBUILD` of a stage runs first in the stages
built on it, and in these only).
"""

from __future__ import annotations

from prelaunch.image import Base
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Dockerfile, Image, Instruction, Stage
    from prelaunch.project import Project


def chain(image: Image) -> tuple[Stage, ...]:
    """The target, its parent, and so on."""
    return chain_of(image.dockerfile, image.target)


def chain_of(dockerfile: Dockerfile, stage: Stage) -> tuple[Stage, ...]:
    """A stage, its parent, and so on."""
    found = [stage]
    while found[-1].parent is not None:
        found.append(dockerfile.stages[found[-1].parent])
    return tuple(found)


def base(image: Image) -> Base:
    """What the last stage of the chain names in its `FROM`."""
    return base_of(image.chain[-1])


def base_of(stage: Stage) -> Base:
    """What a stage that has no parent is built on."""
    if stage.base_resolved is None:
        return Base("unknown", "", stage.number)
    if stage.base_resolved == "scratch":
        return Base("absent", "scratch", stage.number)
    return Base("known", stage.base_resolved, stage.number)


def effective(dockerfile: Dockerfile, stage: Stage) -> tuple[Instruction, ...]:
    """What runs in a stage: the `ONBUILD`s of the stage that it is built on, then its own instructions."""
    own = tuple(one for one in stage.instructions if not one.onbuild)
    if stage.parent is None:
        return own
    return (*(one for one in dockerfile.stages[stage.parent].instructions if one.onbuild), *own)


def first_run(project: Project, path: str, target: str | None) -> int | None:
    """The 1-based line of the first `RUN` of a stage that the target needs and that has no `--platform` of its own."""
    from prelaunch.image import Image
    from prelaunch.places.dockerfile import load

    dockerfile = load(project, path)
    stage = dockerfile.target(target) if dockerfile else None
    if dockerfile is None or stage is None:
        return None
    for needed in Image(dockerfile.source, dockerfile, stage).stages:
        if any(one.platform for one in chain_of(dockerfile, needed)):
            continue
        for instruction in effective(dockerfile, needed):
            if instruction.keyword == "RUN":
                return dockerfile.source.position(instruction.span.start)[0]
    return None


def stage_of(dockerfile: Dockerfile, instruction: Instruction) -> Stage | None:
    """The stage that an instruction stands in; None before the first `FROM`."""
    found = None
    for stage in dockerfile.stages:
        if stage.span.start > instruction.span.start:
            break
        found = stage
    return found


def stage_named(dockerfile: Dockerfile, name: str, before: int) -> Stage | None:
    """The stage that a `--from` in stage number `before` names: an earlier one, by name or number."""
    stages = dockerfile.stages[:before]
    if name.isascii() and name.isdecimal() and len(name) < 10:
        return stages[int(name)] if int(name) < len(stages) else None
    return next((stage for stage in reversed(stages) if stage.name and stage.name == name.lower()), None)


def copied_from(image: Image, instruction: Instruction) -> Stage | str | None:
    """See `Image.copied_from`."""
    value = next((flag.value for flag in reversed(instruction.flags) if flag.name == "from"), "")
    return _named(image.dockerfile, value, instruction)


def _named(dockerfile: Dockerfile, value: str, instruction: Instruction) -> Stage | str | None:
    stage = stage_of(dockerfile, instruction)
    if not value or "$" in value or stage is None:  # BuildKit refuses a variable here
        return None
    return stage_named(dockerfile, value, stage.number) or value


def needed(image: Image) -> tuple[Stage, ...]:
    """See `Image.stages`."""
    numbers = closure(image.dockerfile, image.target)
    return tuple(stage for stage in image.dockerfile.stages if stage.number in numbers)


def closure(dockerfile: Dockerfile, target: Stage) -> set[int]:
    """The numbers of the stages that `target` needs, its own too."""
    numbers: set[int] = set()
    queue = [target]
    while queue:
        stage = queue.pop()
        if stage.number in numbers:
            continue
        numbers.add(stage.number)
        if stage.parent is not None:
            queue.append(dockerfile.stages[stage.parent])
        queue += _sources(dockerfile, stage)
    return numbers


def _sources(dockerfile: Dockerfile, stage: Stage) -> Iterator[Stage]:
    for instruction in effective(dockerfile, stage):
        for flag in instruction.flags:
            fields = flag.value.split(",") if flag.name == "mount" else []
            values = [flag.value] if flag.name == "from" else [one[5:] for one in fields if one.startswith("from=")]
            for value in values:
                found = _named(dockerfile, value, instruction)
                if found is not None and not isinstance(found, str):
                    yield found


def leaves(dockerfile: Dockerfile) -> tuple[Stage, ...]:
    """The stages that a build may be for: the last one, and those that it does not need, directly or not."""
    if not dockerfile.stages:
        return ()
    left = {stage.number for stage in dockerfile.stages}
    found = []
    for stage in reversed(dockerfile.stages):
        if stage.number in left:
            found.append(stage)
            left -= closure(dockerfile, stage)
    return tuple(reversed(found))
