"""`--set target.key=value` of `docker buildx bake` (bake.go, `newOverrides` and `AddOverrides`)."""

from __future__ import annotations

from dataclasses import dataclass

from prelaunch.model import HANDED, UNKNOWN
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Override:
    """One `--set`: for the targets that `pattern` matches, `key` becomes `value` (or gets it too, with `+=`)."""

    pattern: str
    key: str
    value: str
    append: bool

    def matches(self, target: str) -> bool:
        """Whether the target is meant: by name, or by a pattern of the shell's kind."""
        from fnmatch import fnmatchcase

        return self.pattern == target or fnmatchcase(target, self.pattern)

    @property
    def known(self) -> bool:
        """Whether the value is written there."""
        return UNKNOWN not in self.value and HANDED not in self.value


def parse(sets: Sequence[str]) -> tuple[Override, ...]:
    """The overrides of some `--set` values; what bake would refuse is left out."""
    found = []
    for each in sets:
        name, equals, value = each.partition("=")
        pattern, dot, key = name.removesuffix("+").partition(".")
        if equals and dot:
            found.append(Override(pattern, key, value, name.endswith("+")))
    return tuple(found)


def joins(overrides: Sequence[Override], target: str, key: str) -> bool:
    """Whether what `listed` gives holds what the file says, too."""
    meant = [each.append for each in overrides if each.key == key and each.matches(target)]
    return not meant or meant[-1]


def listed(overrides: Sequence[Override], target: str, key: str, before: tuple[str, ...]) -> tuple[str, ...] | None:
    """The list `key` of `target` after all overrides; None where none names it.

    All values of one key are collected, and the last one decides whether they join `before` or replace it.
    """
    meant = [each for each in overrides if each.key == key and each.matches(target)]
    if not meant:
        return None
    values = tuple(part for each in meant for part in (each.value.split(",") if key == "platform" else (each.value,)))
    joined = (*before, *values) if meant[-1].append else values
    return tuple(dict.fromkeys(each for each in joined if each))
