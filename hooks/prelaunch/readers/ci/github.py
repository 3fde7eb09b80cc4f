"""GitHub workflows and composite actions: their jobs, steps, variables, inputs and runners.

Source of the rules: GitHub's "Workflow syntax" and "Metadata syntax" references. Expressions are left to `expressions`.
"""

from __future__ import annotations

from prelaunch.model import HANDED, Platform, Step, Value
from prelaunch.readers.ci.expressions import Context, Outcome, evaluate
from prelaunch.readers.ci.functions import is_unknown, text_of, truth
from prelaunch.readers.ci.matrix import plain
from prelaunch.readers.ci.templates import places, value_of
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prelaunch.model import Source
    from prelaunch.readers.ci.callers import Call
    from prelaunch.readers.yaml import Node

_CALLED = frozenset({"workflow_call", "workflow_dispatch"})


class Job(NamedTuple):
    """A job of a workflow, or the steps of a composite action.

    `environments` are the `env` nodes around its steps, outermost first; `defaults` the `defaults.run` nodes, innermost
    first. `inputs` is the context of that name.
    """

    node: Node
    steps: tuple[Node, ...]
    inputs: Context
    environments: tuple[Node, ...] = ()
    defaults: tuple[Node, ...] = ()
    runs_on: Node | None = None
    matrix: Node | None = None


def jobs(source: Source, documents: Iterable[Node], calls: Sequence[Call] = ()) -> list[Job]:
    """The jobs of a file of GitHub's; none where the file is of another kind. `calls` are those of this very file."""
    found = []
    for root in documents:
        runs, named = root.get("runs"), root.get("jobs")
        if runs is not None and runs.kind == "mapping" and _text(runs.get("using")).lower() == "composite":
            found.append(Job(runs, _steps(runs), _composite_inputs(root, source, calls)))
        elif named is not None and named.kind == "mapping" and _is_workflow(root, source):
            inputs = _workflow_inputs(root.get("on"), source, calls)
            for _, job in named.all_pairs():
                if job.kind == "mapping":
                    found.append(_job(job, root, inputs))
    return found


def _is_workflow(root: Node, source: Source) -> bool:
    return root.get("on") is not None or ".github/workflows/" in source.path


def _job(job: Node, root: Node, inputs: Context) -> Job:
    return Job(
        job,
        _steps(job),
        inputs,
        tuple(node for node in (root.get("env"), job.get("env")) if node is not None),
        tuple(node for node in (_below(job, "defaults", "run"), _below(root, "defaults", "run")) if node is not None),
        job.get("runs-on"),
        _below(job, "strategy", "matrix"),
    )


def _steps(job: Node) -> tuple[Node, ...]:
    steps = job.get("steps")
    return tuple(step for step in steps.items if step.kind == "mapping") if steps is not None else ()


def _below(node: Node | None, *path: str) -> Node | None:
    for name in path:
        node = node.get(name) if node is not None and node.kind == "mapping" else None
    return node


def _text(node: Node | None) -> str:
    return node.value if node is not None and node.kind == "scalar" else ""


def _composite_inputs(root: Node, source: Source, calls: Sequence[Call]) -> Context:
    return _inputs([(root.get("inputs"), calls)], source, typed=False, others=False)


def _workflow_inputs(on: Node | None, source: Source, calls: Sequence[Call]) -> Context:
    """The inputs of all triggers; where another event starts the workflow too, they are empty then."""
    if on is None:
        return _inputs([], source, typed=True, others=False)
    if on.kind == "mapping":
        events = {key.value for key, _ in on.all_pairs()}
    else:
        events = {on.value, *(item.value for item in on.items)} - {""}
    declared = [
        (_below(on, event, "inputs"), calls if event == "workflow_call" else ())
        for event in sorted(_CALLED & events)
        if event == "workflow_call" or not calls
    ]
    return _inputs(declared, source, typed=True, others=bool(events - _CALLED))


def _inputs(
    declared: list[tuple[Node | None, Sequence[Call]]], source: Source, *, typed: bool, others: bool
) -> Context:
    found: dict[str, list[Outcome]] = {}
    for node, calls in declared:
        for key, value in node.all_pairs() if node is not None else ():
            default = _input(key, value, source, typed=typed)
            handed = default.values == (HANDED,)
            outcomes = [call.value(key.value, None if handed else default) for call in calls]
            found.setdefault(key.value, []).extend(outcomes or [default])
    values: dict[str, Outcome | Context] = {}
    for name, outcomes in found.items():
        alternatives = [value for outcome in outcomes for value in outcome.values]
        if others:
            alternatives.append("")
        steps = tuple(step for outcome in outcomes for step in outcome.steps)
        values[name] = Outcome(tuple(dict.fromkeys(alternatives)), steps)
    return Context(values)


def _input(key: Node, value: Node, source: Source, *, typed: bool) -> Outcome:
    """An input's default. An empty one decides nothing, so it counts as none: the caller decides."""
    line = source.position(key.span.start)[0]
    default = value.get("default") if value.kind == "mapping" else None
    if default is None or default.kind != "scalar" or not default.value or places(default.value):
        return Outcome((HANDED,), (Step(f"`inputs.{key.value}` is handed in by the caller", source.path, line),))
    known = plain(default) if typed else default.value
    note = f"`inputs.{key.value}` is `{default.value}` by default, a caller may hand in another"
    return Outcome((known,), (Step(note, source.path, line),))


def environment(node: Node, source: Source, contexts: Mapping[str, Outcome | Context]) -> dict[str, Value]:
    """The variables that one `env` sets. One that is a whole expression sets any, which are then unknown."""
    found = {}
    for key, value in reversed(node.all_pairs()):
        if value.kind != "scalar":
            continue
        outcome = value_of(value.value, contexts)
        texts = tuple(dict.fromkeys(text_of(each) for each in outcome.values))
        line = source.position(key.span.start)[0]
        found[key.value] = Value(texts, (Step(f"`env.{key.value}` is set here", source.path, line), *outcome.steps))
    return found


def may_run(step: Node, matrix: Context) -> bool:
    """Whether a step's `if` can hold in one combination of the matrix; everything else counts as unknown."""
    condition = _text(step.get("if")).strip()
    if not condition:
        return True
    known = {"matrix": matrix}
    outcome = value_of(condition, known) if places(condition) else evaluate(condition, known)
    return any(True in truth(value) for value in outcome.values)


def labels(node: Node | None, contexts: Mapping[str, Outcome | Context]) -> list[tuple[str, ...]]:
    """The alternatives of a job's runner labels, in lower case."""
    if node is not None and node.kind == "mapping":
        node = node.get("labels")
    if node is None:
        return []
    if node.kind == "sequence":
        found = []
        for item in node.items[:20]:
            values = value_of(item.value, contexts).values
            found.append(text_of(values[0]).lower() if len(values) == 1 else HANDED)
        return [tuple(found)]
    return [
        tuple(text_of(each).lower() for each in value) if isinstance(value, list) else (text_of(value).lower(),)
        for value in value_of(node.value, contexts).values
    ]


def host(names: tuple[str, ...]) -> Platform | None:
    """The platform of the runner that `names` ask for; None where they do not tell.

    GitHub's own labels start with their system: `ubuntu-24.04-arm`, `windows-11-arm`, `macos-13` (the last on Intel
    without a suffix), `macos-15-intel`, `macos-14-large`. A self-hosted runner's are `linux`, `x64`, `arm64` ...
    """
    if any(is_unknown(name) for name in names):
        return None
    if "self-hosted" in names:
        architecture = next((_MACHINES[name] for name in names if name in _MACHINES), None)
        system = next((_SYSTEMS[name] for name in names if name in _SYSTEMS), "linux")
        return Platform(system, architecture) if architecture else None
    for name in names:
        system, _, version = name.partition("-")
        if system in {"ubuntu", "windows"} and version:
            return Platform(_SYSTEMS[system], "arm64" if "arm" in version else "amd64")
        if system == "macos" and version:
            old = version.split("-")[0] in {"11", "12", "13", "10.15"}
            intel = version.endswith(("-intel", "-large")) or (old and not version.endswith("-xlarge"))
            return Platform("darwin", "amd64" if intel else "arm64")
    return None


_SYSTEMS = {"linux": "linux", "ubuntu": "linux", "windows": "windows", "macos": "darwin"}
_MACHINES = {"x64": "amd64", "arm64": "arm64", "amd64": "amd64", "x86_64": "amd64", "aarch64": "arm64"}
