"""Google Cloud Build: the images that the steps of a build configuration build.

A step runs the container image `name`; `entrypoint` or the image's own program gets `args`, or `script` is run by a
shell ("Build configuration file schema"). The workers of the default pool are linux/amd64.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, Fragment, Platform, Span, Step, Value
from prelaunch.places.arguments import image_program, read_arguments, runs_in_shell
from prelaunch.places.publishing import Pushes
from prelaunch.places.script import ScriptFacts, Setting, of_unit, read_script
from prelaunch.places.substitution import bare_text, dollar_spots, put
from prelaunch.places.verdicts import bare
from prelaunch.readers.yaml import read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

MAX_STEPS = 1_000

_BUILT_IN = frozenset(
    "PROJECT_ID PROJECT_NUMBER BUILD_ID LOCATION TRIGGER_NAME TRIGGER_BUILD_CONFIG_PATH SERVICE_ACCOUNT "
    "SERVICE_ACCOUNT_EMAIL COMMIT_SHA SHORT_SHA REVISION_ID REPO_NAME REPO_FULL_NAME BRANCH_NAME TAG_NAME REF_NAME "
    "_HEAD_BRANCH _BASE_BRANCH _HEAD_REPO_URL _PR_NUMBER".split()
)
_MAX_DEPTH = 10


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a configuration's steps, in the order of the file; spans are offsets into its text.

    Raises `UnreadableError` where the file is no YAML.
    """
    found: list[Build] = []
    for document in read(source):
        found += _Configuration(source, project, document).builds()
    return sorted(found, key=lambda build: build.span)


class _Configuration:
    """One build configuration: its substitutions, its options, its steps."""

    def __init__(self, source: Source, project: Project, document: Node) -> None:
        self.source = source
        self.project = project
        self.document = document
        self.substitutions: dict[str, Value] = {}
        self.raw = self._raw()
        options = document.get("options")
        self.options = options if options is not None and options.kind == "mapping" else None

    def _raw(self) -> dict[str, tuple[str, Step]]:
        node = self.document.get("substitutions")
        raw = {}
        for key, value in node.all_pairs() if node is not None else ():
            if value.kind == "scalar":
                line = self.source.position(key.span.start)[0]
                note = Step(f"`{key.value}` is set to `{value.value}` by default", self.source.path, line)
                raw[key.value] = (value.value, note)
        return raw

    def builds(self) -> list[Build]:
        steps = self.document.get("steps")
        facts = [self._step(step) for step in (steps.items if steps is not None else ())[:MAX_STEPS]]
        return of_unit([*facts, ScriptFacts(pushes=Pushes(self._pushed()))])

    def _pushed(self) -> frozenset[str]:
        """The images that Cloud Build itself pushes when all steps are done."""
        images = self.document.get("images")
        items = images.items if images is not None and images.kind == "sequence" else ()
        return frozenset(bare(self._text(item)) for item in items if item.kind == "scalar")

    def _step(self, step: Node) -> ScriptFacts:
        name = step.pair("name")
        if name is None or name[1].kind != "scalar":
            return ScriptFacts()
        environment = dict(self._environment(step))
        folder = step.get("dir")
        directory = posixpath.normpath(self._text(folder)) if folder is not None else "."
        if UNKNOWN in directory or HANDED in directory or directory.startswith(("/", "..")):
            directory = "."
        pooled = self.options is not None and self.options.get("pool") is not None
        host = None if pooled else Platform("linux", "amd64")
        setting = Setting("cloudbuild", environment, directory, host=host)
        script = step.get("script")
        if script is not None and script.fragment is not None and script.value.strip():
            return self._script(script.fragment, step, setting)
        arguments = step.pair("args")
        entry = step.get("entrypoint")
        image = bare(self._text(name[1]))
        program = self._text(entry) if entry is not None and entry.value else image_program(image)
        nodes: tuple[Node, ...] = ()
        stop = name[1].span.stop
        start = name[0].span.start
        if arguments is not None:
            nodes = arguments[1].items if arguments[1].kind == "sequence" else (arguments[1],)
            start, stop = min(start, arguments[0].span.start), max(stop, arguments[1].span.stop)
        return read_arguments(
            program, nodes, setting, self.project, source=self.source, span=Span(start, stop), fill=self._filled
        )

    def _script(self, fragment: Fragment, step: Node, setting: Setting) -> ScriptFacts:
        """A `script` sees substitutions only as variables, and only where they are mapped."""
        if not runs_in_shell(fragment.text):
            return ScriptFacts()
        own = step.get("automapSubstitutions")
        mapped = own or (self.options.get("automapSubstitutions") if self.options is not None else None)
        if mapped is not None and mapped.value.lower() == "true":
            names = dict.fromkeys((*_BUILT_IN, *self.raw))
            known = {name: value for name in names if (value := self._lookup(name)) is not None}
            setting = setting._replace(environment={**known, **setting.environment})
        return read_script(fragment, setting, self.project)

    def _environment(self, step: Node) -> Iterator[tuple[str, Value]]:
        """`options.env`, then the step's own `env`: items `NAME=value`; secrets are set but unknown."""
        for owner in (self.options, step):
            for key in ("env", "secretEnv"):
                node = owner.get(key) if owner is not None else None
                items = () if node is None else node.items if node.kind == "sequence" else (node,)
                for item in items[:MAX_STEPS]:
                    if item.kind != "scalar":
                        continue
                    if key == "secretEnv":
                        yield item.value, Value((UNKNOWN,))
                        continue
                    name, equals, value = item.value.partition("=")
                    if equals:
                        line = self.source.position(item.span.start)[0]
                        note = Step(f"`{name}` is set in `env`", self.source.path, line)
                        yield name, Value((self._plain(value),), (note,))

    def _filled(self, fragment: Fragment) -> Fragment:
        return put(fragment, dollar_spots(fragment.text, self._lookup)) if "$" in fragment.text else fragment

    def _text(self, node: Node) -> str:
        return self._plain(node.value)

    def _plain(self, text: str) -> str:
        return bare_text(text, dollar_spots(text, self._lookup)) if "$" in text else text

    def _lookup(self, name: str, depth: int = 0) -> Value | None:
        """A substitution's value: its default, else what the trigger hands in; None for what is no substitution."""
        if name in self.substitutions:
            return self.substitutions[name]
        plain = name.isidentifier()
        if name in _BUILT_IN:
            value = Value((UNKNOWN,))
        elif plain and name in self.raw:
            text, note = self.raw[name]
            self.substitutions[name] = Value((UNKNOWN,))  # what a circle comes back to
            if "$" in text:
                inner = dollar_spots(text, lambda each: self._lookup(each, depth + 1) if depth < _MAX_DEPTH else None)
                text = bare_text(text, inner)
            value = Value((text,), (note,))
        elif plain and name.startswith("_"):
            value = Value((HANDED,), (Step(f"`{name}` is handed in by whoever starts the build"),))
        elif name.startswith("_") or _plain_name(name) in _BUILT_IN:
            value = Value((UNKNOWN,))  # an operation on a substitution: `${_TAG%%-*}`
        else:
            return None
        self.substitutions[name] = value
        return value


def _plain_name(expression: str) -> str:
    """The name that an operation such as `BRANCH_NAME%%-*` starts with."""
    end = next((at for at, char in enumerate(expression) if char != "_" and not char.isalnum()), len(expression))
    return expression[:end]
