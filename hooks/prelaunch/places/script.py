"""Shell text, wherever it is embedded, to the image builds that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from prelaunch.model import Build, Fragment, Platform, Value

if TYPE_CHECKING:
    from prelaunch.project import Project

Dialect = Literal["sh", "powershell", "cmd"]


@dataclass(frozen=True)
class Setting:
    """Where a script runs: the kind of place, its environment, its working directory (relative to the root), its host."""

    form: str
    environment: Mapping[str, Value] = field(default_factory=dict)
    directory: str = "."
    dialect: Dialect = "sh"
    host: Platform | None = None


@dataclass(frozen=True)
class ScriptFacts:
    """What a script does: the images it builds, and whether it pushes one (`docker push`, `--push`, `crane push` ...)."""

    builds: tuple[Build, ...]
    pushes: bool


def read_script(fragment: Fragment, setting: Setting, project: Project) -> ScriptFacts:
    """The builds of one script (a recipe, a `run:` block, a file), in order. Never raises."""
    raise NotImplementedError


def merge(alternatives: list[ScriptFacts]) -> ScriptFacts:
    """One answer from several readings of the same text (matrix combinations, branches): builds of one span become one."""
    raise NotImplementedError
