"""Actions that build images, and what their inputs say.

Inputs are those of each action's own action.yml; actions whose inputs are not known for sure are left out.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import EMPTY, HANDED, UNKNOWN, Build, Platform, Span, Step, Value
from prelaunch.places.files import Inputs, inputs_in, named_arguments, with_inputs
from prelaunch.places.verdicts import BY_DIGEST, bare, exporter
from prelaunch.places.written import items_in
from prelaunch.readers.ci.expressions import Context, Outcome
from prelaunch.readers.ci.functions import text_of
from prelaunch.readers.ci.templates import value_of
from prelaunch.readers.yaml import key_slot
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prelaunch.model import Slot, Source, State
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MARKS = UNKNOWN + HANDED


class Action(NamedTuple):
    """The inputs of an action: which of them name the platform, an architecture alone, the image, its Dockerfile.

    `slot` is the input that a platform can be added with. `variable` says that it honours DOCKER_DEFAULT_PLATFORM.
    `push` is the input that publishes, `pushes` whether it publishes where that input is not given; an input whose
    name starts with `!` publishes unless it is true.
    """

    platform: tuple[str, ...] = ("platforms",)
    architecture: tuple[str, ...] = ()
    slot: str = "platforms"
    variable: bool = False
    images: tuple[str, ...] = ("tags",)
    file: tuple[str, ...] = ("file",)
    context: str = "context"
    push: str = "push"
    pushes: bool = False
    bake: bool = False


_BUILD_PUSH = Action(variable=True)
_BAKE = Action(platform=(), slot="", bake=True, images=())

ACTIONS: Mapping[str, Action] = {
    "docker/build-push-action": _BUILD_PUSH,
    "depot/build-push-action": _BUILD_PUSH,
    "useblacksmith/build-push-action": _BUILD_PUSH,
    "docker/bake-action": _BAKE,
    "depot/bake-action": _BAKE,
    "redhat-actions/buildah-build": Action(
        platform=("platforms", "platform"),
        architecture=("archs", "arch"),
        images=("image",),
        file=("containerfiles", "dockerfiles"),
        push="",
    ),
    "elgohr/publish-docker-github-action": Action(
        images=("name",), file=("dockerfile",), push="!no_push", pushes=True, variable=True
    ),
    "mr-smithers-excellent/docker-build-push": Action(
        platform=("platform",),
        slot="",
        images=("image",),
        file=("dockerfile",),
        context="directory",
        push="pushImage",
        pushes=True,
        variable=True,
    ),
}
"""By lower-case `owner/name`."""

SCRIPTS = ("run", "script", "command", "commands", "inlineScript", "cmd")
"""Inputs that hold a script for a shell, in whichever action they are found."""

_NO_SHELL = frozenset({"actions/github-script"})


def runs_here(name: str) -> bool:
    """Whether an action is known to run its script on the runner itself, not over ssh or in an emulated machine."""
    return name.endswith(("/retry", "/wretry.action")) or name == "azure/cli"


PUSHING = frozenset({"redhat-actions/push-to-registry"})
"""Actions that only push an image which an earlier step of the job built."""


class Place(NamedTuple):
    """The step at hand and what is known around it."""

    source: Source
    project: Project
    step: Node
    contexts: Mapping[str, Outcome | Context]
    variables: Mapping[str, Value] = EMPTY
    host: Platform | None = None

    def given(self, *names: str) -> Outcome:
        """The texts of the first of these inputs that is given; one empty text where none is."""
        node = self.node(*names)
        if node is None:
            return Outcome(("",))
        if node.kind != "scalar":
            return Outcome((UNKNOWN,))
        outcome = value_of(node.value, self.contexts)
        return Outcome(tuple(dict.fromkeys(text_of(value) for value in outcome.values)), outcome.steps)

    def texts(self, *names: str) -> list[str]:
        """As `given`, the texts alone."""
        return [text_of(value) for value in self.given(*names).values]

    def node(self, *names: str) -> Node | None:
        """The value node of the first of these inputs that is written down; the case of a name does not matter."""
        inputs = self.step.get("with")
        if inputs is None or inputs.kind != "mapping":
            return None
        for name in names:
            for key, value in inputs.all_pairs():
                if key.value.lower() == name.lower():
                    return value
        return None


def action_name(uses: str) -> tuple[str, str]:
    """`owner/name` in lower case and the version of a `uses` value."""
    name, _, version = uses.strip().partition("@")
    return name.lower(), version


def scripts(place: Place, name: str) -> list[Node]:
    """The scripts among the inputs of an action that builds nothing itself."""
    if name in ACTIONS or name in _NO_SHELL:
        return []
    found = (place.node(key) for key in SCRIPTS)
    return [node for node in found if node is not None and node.kind == "scalar"]


def read_action(place: Place) -> tuple[tuple[Build, ...], bool]:
    """The builds of a `uses` step (several where its inputs differ from case to case), and whether it pushes."""
    pair = place.step.pair("uses")
    if pair is None or pair[1].kind != "scalar":
        return (), False
    name, version = action_name(pair[1].value)
    action = ACTIONS.get(name)
    if action is None:
        return (), name in PUSHING
    if action is _BUILD_PUSH and all(text in {"check", "outline", "targets"} for text in place.texts("call")):
        return (), False
    first = name == "docker/build-push-action" and version.split(".")[0] == "v1"  # it pushed by default, for the host
    outputs = [line for text in place.texts("outputs") for line in _lines(text)]
    sets = [line for text in place.texts("set") for line in _lines(text)] if action.bake else []
    outputs += [text for line in sets for key, _, text in [line.partition("=")] if key.rstrip("+").endswith(".output")]
    published = _pushes(place, action, default=action.pushes or first) or any(map(_pushed, outputs))
    builds = []
    written = place.node(*action.platform)
    for state, platforms, via, whole in _bake(place, sets) if action.bake else _cases(place, action):
        build = Build(
            source=place.source,
            span=Span(pair[0].span.start, max(pair[0].span.stop, pair[1].span.stop)),
            tool=name if name != "elgohr/publish-docker-github-action" else "elgohr/Publish-Docker-Github-Action",
            form="gha-uses",
            state=state,
            platforms=platforms,
            via=tuple(Step(bare(step.text), step.path, step.line) for step in dict.fromkeys(via)),
            slot=_slot(place, action, pair[0]) if state == "missing" and not first else None,
            host=place.host,
            published=published,
            images=_images(place, action),
            image=not outputs or any(map(_is_image, outputs)),
            by_digest=any(BY_DIGEST in output for output in outputs),
            whole=whole,
            outputs=_exporters(place, outputs),
            written=tuple(items_in(written.fragment)) if written is not None and written.fragment else (),
        )
        builds.append(build if action.bake else with_inputs(build, _inputs(place, action)))
    return tuple(builds), published


Case = tuple["State", tuple[str, ...], tuple[Step, ...], bool]
"""State, platforms, steps and whether the platforms are whole, as in `Build`."""


def _cases(place: Place, action: Action) -> list[Case]:
    """The platform in force where one is named, and what holds in the cases in which none is."""
    outcome = place.given(*action.platform)
    named = [text for text in map(text_of, outcome.values) if text.strip()]
    empty = len(named) < len(outcome.values)
    steps = outcome.steps
    if empty and action.architecture:
        other = place.given(*action.architecture)
        listed = [[f"linux/{item}" for item in _items(text)] for text in map(text_of, other.values)]
        named += [",".join(items) for items in listed if items]
        empty = not all(listed)
        steps += other.steps
    variable = place.variables.get("DOCKER_DEFAULT_PLATFORM") if action.variable and empty else None
    if variable is not None:
        named += [text for text in variable.texts if text.strip()]
        empty = not all(text.strip() for text in variable.texts)
        steps += (*variable.steps, Step("`DOCKER_DEFAULT_PLATFORM` is in force"))
    cases: list[Case] = []
    if named:
        state, known = _judge(named)
        whole = not any(mark in text for text in named for mark in _MARKS)
        cases.append((state, known, steps, whole))
    if empty:
        cases.append(("missing", (), outcome.steps, False))
    return cases


def _judge(texts: list[str]) -> tuple[State, tuple[str, ...]]:
    items = [item for text in texts for item in _items(text)]
    known = tuple(dict.fromkeys(item for item in items if not any(mark in item for mark in _MARKS)))
    if known:
        return "explicit", known
    if any(HANDED in item for item in items):
        return "delegated", ()
    return ("explicit" if any(item.strip(_MARKS) for item in items) else "unknown"), ()


def _items(text: str) -> list[str]:
    """The items of a list input: separated by commas or lines, with or without quotes."""
    return [item for part in text.replace("\n", ",").split(",") if (item := part.strip().strip("\"'").strip())]


def _lines(text: str) -> list[str]:
    return [line for part in text.splitlines() if (line := part.strip().strip("\"'"))]


def _pushes(place: Place, action: Action, *, default: bool) -> bool:
    name = action.push.removeprefix("!")
    if not name or place.node(name) is None:
        return default
    true = [text.strip().lower() == "true" or any(mark in text for mark in _MARKS) for text in place.texts(name)]
    return not all(true) if action.push.startswith("!") else any(true)


def _exporters(place: Place, outputs: list[str]) -> tuple[str, ...]:
    """The exporters of `load`, `push` and `outputs`; what hangs on an expression is not known."""
    found = [exporter(text) for text in outputs]
    for name, kind in (("load", "docker"), ("push", "registry")):
        texts = {text.strip().lower() for text in place.texts(name)} if place.node(name) is not None else set()
        if texts:
            found.append(kind if texts == {"true"} else UNKNOWN)
    return tuple(dict.fromkeys(found))


def _pushed(output: str) -> bool:
    return "type=registry" in output or "push=true" in output or "push-by-digest=true" in output


def _is_image(output: str) -> bool:
    """Whether an exporter makes an image (BuildKit's `type=`); a bare path is a folder, `-` a tar stream."""
    kind = next((part.strip()[5:] for part in output.split(",") if part.strip().startswith("type=")), "")
    return kind in {"image", "registry", "docker", "oci"} or any(mark in (kind or output) for mark in _MARKS)


def _images(place: Place, action: Action) -> tuple[str, ...]:
    items = [item for name in action.images for text in place.texts(name) for item in _items(text)]
    return tuple(dict.fromkeys(bare(item) for item in items if item.strip(_MARKS + ":")))


def _known(text: str) -> bool:
    return not any(mark in text for mark in _MARKS)


def _inputs(place: Place, action: Action) -> Inputs:
    """What is built, where it is literal and in the repository; the default context is the repository itself."""
    files, contexts = place.texts(*action.file), place.texts(action.context)
    file, context = files[0].strip(), contexts[0].strip() or "."
    if context.startswith("{{defaultContext}}"):
        context = context.removeprefix("{{defaultContext}}").removeprefix(":") or "."
        file = posixpath.join(context, file) if file else ""
    targets = [text.strip() for text in place.texts("target")]
    target = targets[0] or None if len(set(targets)) == 1 else UNKNOWN
    arguments = place.texts("build-args", "buildargs", "build_args")
    named = named_arguments(_lines(arguments[0])) if len(arguments) == 1 else ()
    if len(files) > 1 or (not file and len(contexts) > 1):
        return Inputs(None, None, target, named)
    where = context if len(contexts) == 1 else None
    return inputs_in([""], where, file, place.project, target=target, arguments=named, beside=True)


def _slot(place: Place, action: Action, uses: Node) -> Slot | None:
    """A new `platforms` in front of the first input, or a new `with` behind the `uses` line."""
    if not action.slot or place.node(*action.platform, *action.architecture) is not None:
        return None
    own = place.step.own("with")
    if own is None:
        absent = place.step.get("with") is None and place.step.own("uses") is not None
        return key_slot(place.source, place.step, ("with", action.slot), after=uses) if absent else None
    key, inputs = own
    if not key.span.stop <= inputs.span.start < inputs.span.stop <= place.step.span.stop:
        return None  # an alias: the inputs are another step's too
    return key_slot(place.source, inputs, action.slot)


def _bake(place: Place, sets: list[str]) -> Iterable[Case]:
    """`set` may name the platform; else the bake file decides."""
    steps = place.given("set").steps
    targets = [item for text in place.texts("targets") for item in _items(text)]
    files = [item for text in place.texts("files") for item in _items(text)]
    chosen: dict[str, str] = {}
    for line in sets:
        key, _, value = line.partition("=")
        if key.rstrip("+").endswith(".platform") and value.strip():
            chosen[key.rstrip("+").removesuffix(".platform")] = value
    if "*" in chosen or (targets and chosen and all(_matched(target, chosen) for target in targets)):
        state, known = _judge(list(chosen.values()))
        return [(state, known, (*steps, Step("`set` names the platform")), False)]
    remote = any("://" in text or text.startswith("git@") for text in place.texts("source"))
    # A `set` of something else (a cache) may hold what is not known; one that may be anything at all must be told.
    sets = [line for line in sets if _known(line) or not _known(line.partition("=")[0])]
    if not remote and all(map(_known, (*files, *targets, *place.texts("source")))):
        from prelaunch.places.bake import command_platforms

        folder = posixpath.normpath(place.texts("workdir")[0].strip() or ".")
        state, platforms, via = command_platforms(files, targets, sets, folder, place.project)
        if via:
            return [(state, platforms, via, False)]
    named = " and ".join(f"`{posixpath.basename(file)}`" for file in files if _known(file)) or "the bake file"
    return [("delegated", (), (Step(f"{named} decides"),), False)]


def _matched(target: str, patterns: Iterable[str]) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(target, pattern) for pattern in patterns)
