"""Python programs: the images that they build with a command line or by a library.

A command line is a list or text that is handed to what runs it: `subprocess`, `os.system`, nox's and invoke's `run`,
and functions whose name says that they run something. `python_sdk` knows the libraries.
"""

from __future__ import annotations

import ast

from prelaunch.model import UNKNOWN, Build, Step, Value
from prelaunch.places.commands import pushes, understand
from prelaunch.places.embedded import read_embedded
from prelaunch.places.files import makes_image
from prelaunch.places.prefixes import without_prefixes
from prelaunch.places.publishing import ANY_PUSH, NO_PUSHES, published
from prelaunch.places.python_call import dotted, keyword
from prelaunch.places.python_sdk import built
from prelaunch.places.python_slots import item_slot
from prelaunch.places.python_values import Module
from prelaunch.places.script import ScriptFacts, Setting, build_of, unite
from prelaunch.resolve import Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.model import Fragment, Source, Span
    from prelaunch.places.python_tree import Call, Item
    from prelaunch.project import Project

_RUNNING = (
    "run", "call", "exec", "popen", "system", "spawn", "shell", "cmd", "command", "check_output", "getoutput", "sudo",
)  # fmt: skip
_RUNNERS = frozenset({"sh", "local", "do", "must", "bash"})
_NOT_RUNNING = ("assert", "mock", "parse", "callback", "print", "log", "fake", "expect", "register", "patch")
_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
_SCRIPT_FLAGS = frozenset({"-c", "-lc", "-ec", "-exc", "-xc"})
_VARIABLE = "DOCKER_DEFAULT_PLATFORM"
_MAX_CALLS = 50_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a Python file, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no Python.
    """
    module = Module(source)
    reader = _Reader(module, project)
    found: list[Build] = []
    pushing = NO_PUSHES
    for call in module.calls[:_MAX_CALLS]:
        path = dotted(call.node.func)
        name = path.rpartition(".")[2]
        if name == "push" and path.endswith(".images.push"):
            pushing = ANY_PUSH
        facts = built(module, call, path, project) or reader.command(call, path)
        if facts is not None:
            pushing |= facts.pushes
            found += facts.builds
    return sorted(published(unite(found), pushing), key=lambda build: build.span)


class _Reader:
    def __init__(self, module: Module, project: Project) -> None:
        self.module = module
        self.project = project
        self.environment: dict[str, Value] = {}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
                self._exported(node.targets[0], node.value)

    def _exported(self, target: ast.Subscript, value: ast.expr) -> None:
        """`os.environ["DOCKER_DEFAULT_PLATFORM"] = "linux/amd64"`."""
        key = target.slice
        if isinstance(key, ast.Constant) and key.value == _VARIABLE and dotted(target.value).endswith("environ"):
            text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else UNKNOWN
            step = Step(f"`{_VARIABLE}` is set", self.module.source.path, value.lineno)
            self.environment[_VARIABLE] = Value((text,), (step,))

    # -- command lines

    def command(self, call: Call, path: str) -> ScriptFacts | None:
        """What a call runs, where it runs a command line."""
        if not self._runs(path):
            return None
        node = call.node
        first = node.args[0] if node.args else keyword(node, "args") or keyword(node, "cmd") or keyword(node, "command")
        if first is None:
            return None
        setting = self._setting(call)
        script = self._script(first, call)
        found: list[Build] = []
        pushing = NO_PUSHES
        if script is not None:
            for fragment in script:
                facts = read_embedded(fragment, setting, self.project)
                found += facts.builds
                pushing |= facts.pushes
            return ScriptFacts(tuple(found), pushing)
        lists = self.module.items(first, call)
        span = self._written(first, call) if lists else self.module.span(node)
        settled = not isinstance(first, ast.Name) or self.module.settled(first.id, call)
        for items in lists or self._positional(call):
            facts = read_words(self.module, items, setting, self.project, span)
            found += facts.builds if settled else [build._replace(slot=None) for build in facts.builds]
            pushing |= facts.pushes
        return ScriptFacts(unite(found), pushing)

    def _runs(self, path: str) -> bool:
        head, _, _ = path.partition(".")
        name = path.rpartition(".")[2].lower()
        origin = self.module.imports.get(head, "")
        if "mock" in origin or any(word in name for word in _NOT_RUNNING):
            return False
        return name in _RUNNERS or any(word in name for word in _RUNNING)

    def _setting(self, call: Call) -> Setting:
        folder = "."
        where = keyword(call.node, "cwd")
        if isinstance(where, ast.Constant) and isinstance(where.value, str) and not where.value.startswith(("/", "~")):
            folder = where.value or "."
        environment = dict(self.environment)
        given = keyword(call.node, "env")
        for key, value in zip(given.keys, given.values, strict=True) if isinstance(given, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == _VARIABLE:
                texts = ["".join(p.text for p in pieces) for pieces in self.module.texts(value, call)]
                environment[_VARIABLE] = Value(tuple(texts), (Step(f"`{_VARIABLE}` is set in `env`"),))
        return Setting("python-code", environment, folder)

    def _script(self, first: ast.expr, call: Call) -> list[Fragment] | None:
        """A command that is written as one text: for a shell, or to be split into words; None for anything else."""
        if isinstance(first, ast.Call):
            function = dotted(first.func)
            if function in {"shlex.split", "split"} and first.args:
                return self._script(first.args[0], call)
            if function.endswith(".split") and not first.args and isinstance(first.func, ast.Attribute):
                return self._script(first.func.value, call)
        found = [self.module.fragment(pieces) for pieces in self.module.texts(first, call)]
        found = [one for one in found if len(one.text.split()) > 1]
        return found or None

    def _positional(self, call: Call) -> list[tuple[Item, ...]]:
        """`session.run("docker", "build", ".")`, `execvp("docker", ["docker", "build", "."])`."""
        node = call.node
        if len(node.args) < 2:
            return []
        if isinstance(node.args[1], (ast.List, ast.Tuple)):
            rest = self.module.items(node.args[1], call)
            if rest and rest[0] and rest[0][0].text in {"docker", "podman"}:
                return rest
            heads = self.module.items(ast.Tuple([node.args[0]], ast.Load()), call)
            return [head + items for head in heads[:1] for items in rest]
        return self.module.items(ast.Tuple(list(node.args), ast.Load()), call)

    def _written(self, first: ast.expr, call: Call) -> Span:
        """Where the command's words are written: in the call, or where its name was set."""
        if isinstance(first, ast.Name):
            found = self.module.lookup(first.id, call.scope)
            for change in found[1] if found is not None else ():
                if not change.more and isinstance(change.value, (ast.List, ast.Tuple, ast.BinOp)):
                    return self.module.span(change.value)
        return self.module.span(call.node)


def read_words(module: Module, items: Sequence[Item], setting: Setting, project: Project, span: Span) -> ScriptFacts:
    """What a list of words builds; `span` is what the build is reported at."""
    fields = [
        Field(
            item.text,
            at,
            tuple(dict.fromkeys(step for piece in item.pieces for step in piece.steps)),
            loose=item.loose,
            name=item.name,
        )
        for at, item in enumerate(items)
    ]
    rest, _ = without_prefixes(fields, {})
    if len(rest) > 2 and rest[0].text.rsplit("/", 1)[-1] in _SHELLS and rest[1].text in _SCRIPT_FLAGS:
        return read_embedded(module.fragment(items[rest[2].word].pieces), setting, project)
    wrappers = project.settings.wrappers
    pushing = pushes(fields, wrappers)
    invocation = understand(fields, wrappers)
    if invocation is None:
        return ScriptFacts((), pushing)
    if not makes_image(invocation, setting.directory, module.source.path, project):
        return ScriptFacts((), pushing)
    slot = None
    at = invocation.verb.word
    tool = invocation.tool
    if tool.kind == "build" and tool.platform and 0 <= at < len(items):
        node = items[at].node
        many = tool.multi and not invocation.has("--load")
        slot = item_slot(module, node, tool.platform[0], many=many) if node is not None else None
    found = []
    for variable in setting.variables(invocation):
        build = build_of(invocation, variable, module.source, span, setting=setting, project=project)
        found.append(build._replace(slot=slot if build.state == "missing" else None))
    return ScriptFacts(tuple(found), pushing)
