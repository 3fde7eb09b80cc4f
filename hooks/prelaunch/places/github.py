"""GitHub workflows and composite actions: the images that their steps build."""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Platform, Step, Value
from prelaunch.places.actions import Place, action_name, read_action, runs_here, scripts
from prelaunch.places.legs import Legs
from prelaunch.places.publishing import ANY_PUSH, published, united
from prelaunch.places.script import ScriptFacts, Setting, merge, read_script, unite
from prelaunch.readers.ci.callers import calls
from prelaunch.readers.ci.exports import written
from prelaunch.readers.ci.expressions import Context, Outcome
from prelaunch.readers.ci.functions import text_of
from prelaunch.readers.ci.github import Job, environment, host, jobs, labels, may_run
from prelaunch.readers.ci.matrix import MAX_COMBINATIONS, combinations, narrowed
from prelaunch.readers.ci.templates import render, value_of
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from prelaunch.model import Build, Fragment, Source
    from prelaunch.places.script import Dialect
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

MAX_READ = 8_000_000
"""Characters of scripts that are read for one file; aliases can make a small file's jobs endless."""

_STEP = 200
"""What a step counts besides its script."""

_AFAR = Setting("gha-run")
"""A script that may run on another machine, of which the job's variables and its runner say nothing."""

_SHELLS: dict[str, Dialect | None] = {
    "bash": "sh",
    "sh": "sh",
    "dash": "sh",
    "zsh": "sh",
    "msys2": "sh",
    "pwsh": "powershell",
    "powershell": "powershell",
    "cmd": "cmd",
}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every job of a workflow or composite action, each once, in the order of the file.

    Raises `UnreadableError` where the file is no YAML.
    """
    file = _File(source, project)
    found: list[Build] = []
    called = calls(project, source.path) if _may_be_called(source) else ()
    for job in {id(job.node): job for job in jobs(source, read(source), called)}.values():
        found += _JobReader(file, job).builds()
    return sorted(unite(found), key=lambda build: build.span)


def _may_be_called(source: Source) -> bool:
    return "inputs." in source.text and ("workflow_call" in source.text or "composite" in source.text)


class _File:
    """What the jobs of a file share: the scripts read so far, and how much may still be read."""

    __slots__ = ("left", "project", "scripts", "source")

    def __init__(
        self, source: Source, project: Project, left: int = MAX_READ, scripts: dict[Hashable, ScriptFacts] | None = None
    ) -> None:
        self.source = source
        self.project = project
        self.left = left
        self.scripts: dict[Hashable, ScriptFacts] = {} if scripts is None else scripts

    def read(self, run: Node, fragment: Fragment, setting: Setting) -> tuple[Hashable, ScriptFacts]:
        """What a script does, and what makes this reading of it differ from others."""
        known = tuple(sorted(setting.environment.items()))
        key = (id(run), fragment.text, known, setting.directory, setting.dialect, setting.host)
        if key not in self.scripts:
            self.left -= len(fragment.text)
            self.scripts[key] = read_script(fragment, setting, self.project)
        return key, self.scripts[key]


class _JobReader:
    """Reads a job once for every combination of its matrix that makes a difference to it."""

    def __init__(self, file: _File, job: Job) -> None:
        self.file = file
        self.source = file.source
        self.project = file.project
        self.job = job
        self.facts: list[dict[Hashable, ScriptFacts]] = [{} for _ in job.steps]
        self.variables: dict[str, Value] = {}
        self.tags: dict[str, Outcome | Context] = {}
        self.limit = 1
        self.leg = 0
        self.legs = Legs()

    def builds(self) -> list[Build]:
        rows = combinations(self.job.matrix, self.source, {"inputs": self.job.inputs})
        rows = narrowed(rows, self._asked(rows))
        self.limit = max(1, MAX_COMBINATIONS // len(rows))
        runs = [[may_run(step, row) for row in rows] for step in self.job.steps]
        for number, row in enumerate(rows):
            self.leg = number
            self._combination(row, [answers[number] or not any(answers) for answers in runs])
        merged = [merge(list(readings.values())) for readings in self.facts if readings]
        found = [build for facts in merged for build in facts.builds]
        return self.legs.mark(published(found, united(facts.pushes for facts in merged)))

    def _asked(self, rows: list[Context]) -> list[str] | None:
        """The names of the matrix that the file uses; None where it uses the matrix as a whole."""
        text = self.source.text.lower()
        if "matrix[" in text or "matrix)" in text or "matrix," in text or "matrix " in text:
            return None
        names = dict.fromkeys(name for row in rows for name in row.values)
        return [name for name in names if f"matrix.{name.lower()}" in text]

    def _contexts(self, matrix: Context, *, paths: bool = False) -> dict[str, Outcome | Context]:
        """What expressions may use. With `paths`, those of the runner are known, relative to the root."""
        values: dict[str, Outcome | Context] = {
            name: Outcome(value.texts, value.steps) for name, value in self.variables.items()
        }
        github: dict[str, Outcome | Context] = {"event": Context({"inputs": self.job.inputs})}
        if paths:
            folder = self.source.path.rpartition("/")[0]
            github |= {"workspace": Outcome((".",)), "action_path": Outcome((folder or ".",))}
        return {
            "env": Context(values),
            "matrix": matrix,
            "inputs": self.job.inputs,
            "github": Context(github),
            "steps": Context(self.tags),
        }

    def _combination(self, matrix: Context, runs: list[bool]) -> None:
        self.variables, self.tags = {}, {}
        for node in self.job.environments:
            self._set(node, matrix)
        names = labels(self.job.runs_on, self._contexts(matrix))
        hosts = {host(each) for each in names}
        machine = hosts.pop() if len(hosts) == 1 else None
        windows = bool(names) and all(any("windows" in name for name in each) for each in names)
        for number, step in enumerate(self.job.steps):
            self.file.left -= _STEP
            if self.file.left < 0:
                self.project.cut_short(self.source)
                return
            if not runs[number]:
                continue
            before = self.variables
            own = step.get("env")
            if own is not None:
                self.variables = dict(before)
                self._set(own, matrix)
            run = step.get("run")
            if run is not None and run.kind == "scalar":
                self._run(number, run, matrix, machine, windows=windows)
                self.variables = before
                self._keep(step, run, matrix)
            else:
                self._uses(number, step, matrix, machine)
                self.variables = before

    def _set(self, node: Node, matrix: Context) -> None:
        self.variables = {**self.variables, **environment(node, self.source, self._contexts(matrix))}

    def _uses(self, number: int, step: Node, matrix: Context, machine: Platform | None) -> None:
        contexts = self._contexts(matrix, paths=True)
        place = Place(self.source, self.project, step, contexts, self.variables, machine)
        uses = step.get("uses")
        name = action_name(uses.value)[0] if uses is not None else ""
        setting = Setting("gha-run", self.variables, host=machine) if runs_here(name) else _AFAR
        for script in scripts(place, name):
            self._script(number, script, matrix, setting)
        found, pushes = read_action(place)
        for case in found:
            self.facts[number].setdefault(case, ScriptFacts((case,)))
        self._add_leg(step, found)
        if pushes and not found:
            self.facts[number][None] = ScriptFacts((), ANY_PUSH)
        own = step.get("id")
        if own is not None and name == "docker/metadata-action":
            lines = [line.strip() for text in place.texts("images") for line in text.splitlines() if line.strip()]
            tags = Outcome(("\n".join(f"{line}:{UNKNOWN}" for line in lines) or UNKNOWN,))
            self.tags[own.value] = Context({"outputs": Context({"tags": tags})})

    def _run(self, number: int, run: Node, matrix: Context, machine: Platform | None, *, windows: bool) -> None:
        step = self.job.steps[number]
        shell = self._default(step, "shell", matrix)
        dialect = _dialect(shell) if shell else ("powershell" if windows else "sh")
        if dialect is None:
            return
        directory = self._default(step, "working-directory", matrix) or "."
        self._script(number, run, matrix, Setting("gha-run", self.variables, directory, dialect, machine))

    def _script(self, number: int, script: Node, matrix: Context, setting: Setting) -> None:
        for fragment in render(script.fragment, self._contexts(matrix), self.limit) if script.fragment else ():
            key, facts = self.file.read(script, fragment, setting)
            self.facts[number][key] = facts
            self._add_leg(self.job.steps[number], facts.builds)

    def _add_leg(self, step: Node, builds: Iterable[Build]) -> None:
        condition = step.get("if")
        if condition is None or "matrix" not in condition.value:
            self.legs.add(self.leg, builds)

    def _default(self, step: Node, name: str, matrix: Context) -> str:
        """The step's own key of this name, else that of the innermost `defaults.run`."""
        for node in (step, *self.job.defaults):
            found = node.get(name) if node.kind == "mapping" else None
            if found is not None and found.kind == "scalar" and found.value.strip():
                values = value_of(found.value, self._contexts(matrix, paths=True)).values
                return text_of(values[0]).strip() if len(values) == 1 else UNKNOWN
        return ""

    def _keep(self, step: Node, run: Node, matrix: Context) -> None:
        """Remember what the step writes to `$GITHUB_ENV`; under a condition, what was there may also stay."""
        if "GITHUB_ENV" not in run.value or run.fragment is None:
            return
        found: dict[str, list[str]] = {}
        for fragment in render(run.fragment, self._contexts(matrix), self.limit):
            for name, texts in written(fragment.text).items():
                found.setdefault(name, []).extend(texts)
        line = self.source.position(run.span.start)[0]
        for name, options in found.items():
            if step.get("if") is not None:
                options.extend(self.variables[name].texts if name in self.variables else (UNKNOWN,))
            note = Step(f"`{name}` is written to `$GITHUB_ENV`", self.source.path, line)
            self.variables = {**self.variables, name: Value(tuple(dict.fromkeys(options)), (note,))}


def _dialect(shell: str) -> Dialect | None:
    """The language of a `shell`: a name, or a command line with `{0}` in which a shell may be wrapped."""
    if UNKNOWN in shell:
        return "sh"
    for word in shell.replace("\\", "/").split():
        name = word.rsplit("/", 1)[-1].lower().removesuffix(".exe")
        if name in _SHELLS:
            return _SHELLS[name]
        if name.endswith("bash"):
            return "sh"
    return None
