"""Who calls a reusable workflow or a composite action of GitHub's in the same repository, and what they hand in.

Source of the rules: GitHub's "Reusing workflows" and "Workflow syntax" references: a job's
`uses: ./.github/workflows/x.yml`, a step's `uses: ./folder`, both relative to the root.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import UNKNOWN, Step
from prelaunch.project import UnreadableError
from prelaunch.readers.ci.expressions import Context, Outcome
from prelaunch.readers.ci.matrix import combinations
from prelaunch.readers.ci.templates import value_of
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_WORKFLOWS = ".github/workflows"
_ACTIONS = ".github/actions"
_MAX_FILES = 300
_MAX_ROWS = 30


class Call(NamedTuple):
    """One call: where it stands, and the inputs that it hands in."""

    path: str
    line: int
    given: Mapping[str, Outcome]

    def value(self, name: str, default: Outcome | None) -> Outcome:
        """What an input is in this call; `default` is the callee's own, None where there is none."""
        if name in self.given:
            found = self.given[name]
            return Outcome(found.values, (Step(f"`{name}` is handed in", self.path, self.line), *found.steps))
        note = Step(f"this call leaves `{name}` out", self.path, self.line)
        return Outcome(("",), (note,)) if default is None else Outcome(default.values, (*default.steps, note))


def calls(project: Project, path: str) -> tuple[Call, ...]:
    """The calls of the workflow or action at `path` in the repository's own workflows and actions."""
    key = ("github callers",)
    if key not in project.memo:
        found: dict[str, list[Call]] = {}
        for source in _files(project):
            for callee, call in _calls(source):
                found.setdefault(callee, []).append(call)
        project.memo[key] = found
    by_callee: dict[str, list[Call]] = project.memo[key]
    name = posixpath.basename(path)
    target = posixpath.dirname(path) if name in {"action.yml", "action.yaml"} else path
    return tuple(by_callee.get(target, ()))


def _files(project: Project) -> Iterator[Source]:
    paths = [f"{_WORKFLOWS}/{name}" for name in project.names(_WORKFLOWS) if name.endswith((".yml", ".yaml"))]
    for folder in project.names(_ACTIONS):
        paths += [f"{_ACTIONS}/{folder}/{name}" for name in ("action.yml", "action.yaml")]
    for path in paths[:_MAX_FILES]:
        source = project.read(path) if project.exists(path) else None
        if source is not None and "uses:" in source.text and "./" in source.text:
            yield source


def _calls(source: Source) -> Iterator[tuple[str, Call]]:
    from prelaunch.readers.ci.github import jobs
    from prelaunch.readers.yaml import read

    try:
        found = jobs(source, read(source))
    except UnreadableError:
        return  # it is reported where it is judged itself
    for job in found:
        for node in (job.node, *job.steps):
            uses = node.get("uses")
            if uses is None or not uses.value.startswith("./"):
                continue
            rows = combinations(job.matrix, source, {"inputs": job.inputs})[:_MAX_ROWS]
            line = source.position(uses.span.start)[0]
            yield _target(uses.value), Call(source.path, line, _given(node.get("with"), rows, job.inputs))


def _target(uses: str) -> str:
    return posixpath.normpath(uses.partition("@")[0].strip())


def _given(inputs: Node | None, rows: list[Context], own: Context) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for key, value in inputs.all_pairs() if inputs is not None and inputs.kind == "mapping" else ():
        if value.kind != "scalar":
            found[key.value] = Outcome((UNKNOWN,))
            continue
        outcomes = [value_of(value.value, {"matrix": row, "inputs": own}) for row in rows]
        values = tuple(dict.fromkeys(each for outcome in outcomes for each in outcome.values))
        found[key.value] = Outcome(values, tuple(step for outcome in outcomes[:1] for step in outcome.steps))
    return found
