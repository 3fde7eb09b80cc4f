"""Tasks of Azure Pipelines that build images, or that run a script, and what their inputs say.

Inputs and defaults are those of each task's own task.json (microsoft/azure-pipelines-tasks). `buildAndPush` of
`Docker@2` ignores `arguments` (dockerbuild.ts), so that it cannot name a platform.
"""

from __future__ import annotations

import posixpath
import shlex

from prelaunch.model import UNKNOWN, Fragment, Span, Step
from prelaunch.places.pipelines import NOTHING, Scripts, flag_slot
from prelaunch.places.publishing import ANY_PUSH, NO_PUSHES
from prelaunch.places.script import Dialect, ScriptFacts, merge
from prelaunch.places.verdicts import bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.model import Build, Platform, Slot, Value
    from prelaunch.readers.yaml import Node

_MAX_NESTING = 4
_BUILDS = {"build", "build an image"}
_PUSHES = {"push", "push an image", "push images"}
_LANGUAGES: dict[str, Dialect] = {"ps": "powershell", "pscore": "powershell", "batch": "cmd", "bash": "sh"}


class Task(NamedTuple):
    """A step that runs a task: its name in lower case, its inputs, where it is written.

    `fill` puts the references of the surroundings in, `environment`, `windows` and `host` are those of its job.
    """

    name: str
    version: str
    inputs: Node | None
    span: Span
    scripts: Scripts
    fill: Callable[[Fragment], Fragment]
    environment: dict[str, Value]
    windows: bool = False
    host: Platform | None = None

    def pairs(self, *names: str) -> list[tuple[Node, Node]]:
        """The pairs of the first of these inputs that is written; several where `${{ if }}` writes it."""
        for name in names:
            found = [pair for pair in self._all() if pair[0].value.lower() == name.lower()]
            if found:
                return found
        return []

    def _all(self) -> list[tuple[Node, Node]]:
        found: list[tuple[Node, Node]] = []
        waiting = [(self.inputs, 0)] if self.inputs is not None else []
        while waiting:
            node, depth = waiting.pop()
            for key, value in node.all_pairs() if node.kind == "mapping" else ():
                if key.value.startswith("${{"):
                    if depth < _MAX_NESTING:
                        waiting.append((value, depth + 1))
                else:
                    found.append((key, value))
        return found

    def own(self, *names: str) -> tuple[Node, Node] | None:
        """The pair of an input that stands among the inputs themselves, under no condition."""
        found = self.pairs(*names)
        return found[0] if found and self.inputs is not None and found[0] in self.inputs.pairs else None

    def fragments(self, *names: str) -> list[Fragment]:
        """The texts of an input, references put in; none where it is not written."""
        return [self.fill(value.fragment) for _, value in self.pairs(*names) if value.fragment is not None]

    def conditional(self, *names: str) -> bool:
        """Whether an input is written under a condition only."""
        return bool(self.pairs(*names)) and self.own(*names) is None

    def text(self, *names: str) -> str:
        """The text of an input, "" where it is not written."""
        found = self.fragments(*names)
        return found[0].text if found else ""


def read_task(task: Task) -> ScriptFacts:
    """What a task builds or pushes."""
    if task.name == "docker":
        return _docker(task)
    if task.name == "dockercompose":
        return _compose(task)
    key, language = _script(task)
    if not key:
        return NOTHING
    directory = _directory(task.text("workingDirectory", "cwd"))
    setting = task.scripts.setting(task.environment, directory=directory, dialect=language, host=task.host)
    return merge([task.scripts.run([each], setting) for each in task.fragments(key)] or [NOTHING])


def _script(task: Task) -> tuple[str, Dialect]:
    """The input that holds a task's script, and its language; "" where it runs none that is written here."""
    if task.name == "bash":
        return ("script" if task.text("targetType").lower() != "filepath" else ""), "sh"
    if task.name in {"powershell", "powershellwindows"}:
        return ("script" if task.text("targetType").lower() != "filepath" else ""), "powershell"
    if task.name == "cmdline":
        return "script", "cmd" if task.windows else "sh"
    if task.name in {"azurecli", "azurepowershell"}:
        kind = task.text("scriptType").lower()
        default: Dialect = "powershell" if task.name == "azurepowershell" else "cmd" if task.windows else "sh"
        return ("inlineScript" if task.pairs("inlineScript") else "inline"), _LANGUAGES.get(kind, default)
    return "", "sh"


def _directory(text: str) -> str:
    path = posixpath.normpath(text.strip()) if text.strip() else "."
    return path if not path.startswith(("/", "..")) and not any(mark in path for mark in MARKERS) else "."


def _docker(task: Task) -> ScriptFacts:
    command = (
        task.text("command", "action") or ("buildAndPush" if task.version not in {"0", "1"} else "build")
    ).lower()
    both = command == "buildandpush"
    if not both and command not in _BUILDS:
        return ScriptFacts((), ANY_PUSH if command in _PUSHES else NO_PUSHES)
    setting = task.scripts.setting(task.environment, host=task.host)
    names = ("arguments", "additionalArguments")
    given: list[Fragment | None] = [] if both else [*task.fragments(*names)]
    if not given or task.conditional(*names):
        given.append(None)
    facts = merge([task.scripts.flags("docker build", each, _rest(task), task.span, setting) for each in given])
    slot = None if both or task.version == "0" else _slot(task, *names)
    found = tuple(_named(task, build, slot, both=both) for build in facts.builds)
    return ScriptFacts(found)


def _named(task: Task, build: Build, slot: Slot | None, *, both: bool) -> Build:
    via = build.via
    if both and task.pairs("arguments"):
        via = (*via, Step("`buildAndPush` ignores `arguments`"))
    return build._replace(
        tool=f"azure-docker-v{task.version if task.version.isdigit() else '2'}",
        via=via,
        slot=slot if build.state == "missing" else None,
        published=both,
    )


def _slot(task: Task, *names: str) -> Slot | None:
    if task.inputs is None or task.conditional(*names):
        return None
    return flag_slot(task.scripts.source, task.inputs, task.own(*names), names[0], "--platform=")


def _rest(task: Task) -> str:
    """The Dockerfile, the image's name and the context as the task spells them."""
    file = task.text("Dockerfile") or "**/Dockerfile"
    if "*" in file:  # the first one that matches
        file = file.removeprefix("**/") if file.count("*") == 2 else UNKNOWN
    context = task.text("buildContext", "context")
    context = context if context and "*" not in context else posixpath.dirname(file) or "."
    words = [f"--file={file}"]
    name = bare(task.text("repository", "imageName"))
    if name:
        words.append(f"--tag={name}")
    return " ".join(
        shlex.quote(word) if not any(mark in word for mark in MARKERS) else word for word in (*words, context)
    )


def _compose(task: Task) -> ScriptFacts:
    """`Build services`, or a command of one's own that builds."""
    action = (task.text("action") or "Run a Docker Compose command").lower()
    if action in {"push services", "push service images"}:
        return ScriptFacts((), ANY_PUSH)
    if action in {"build services", "build service images"}:
        command = "build"
    elif action == "run a docker compose command":
        command = task.text("dockerComposeCommand")
    else:
        return NOTHING
    if not command.strip():
        return NOTHING
    file = task.text("dockerComposeFile")
    named = (
        f"--file={shlex.quote(file)} " if file and not any(mark in file for mark in MARKERS) and "*" not in file else ""
    )
    directory = _directory(task.text("cwd", "currentWorkingDirectory"))
    setting = task.scripts.setting(task.environment, directory=directory, host=task.host)
    return task.scripts.flags(f"docker-compose {named}", None, command, task.span, setting)
