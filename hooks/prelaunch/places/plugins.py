"""Container images that build images when a Drone or Woodpecker pipeline runs them as a step: their settings.

A setting `platforms` reaches the plugin as the variable `PLUGIN_PLATFORMS`, so `-` and case do not matter. The names
are those of the plugins' own sources (drone-docker, drone-kaniko, plugin-docker-buildx, wp-docker-buildx).
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, Build, Platform, Step, Value
from prelaunch.places.files import Inputs, inputs_in, named_arguments, with_inputs
from prelaunch.places.pipelines import items, key_span, note
from prelaunch.places.script import ScriptFacts
from prelaunch.places.substitution import bare_text, dollar_spots
from prelaunch.places.verdicts import bare
from prelaunch.readers.yaml import key_slot
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.model import Slot, Source, State
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_MARKS = UNKNOWN + HANDED + UNSET


class Plugin(NamedTuple):
    """The settings of a plugin: those that name the platform (the first is written by a fix), and how many it takes."""

    tool: str
    platform: tuple[str, ...]
    many: bool = False


_DOCKER = Plugin("drone-docker", ("platform", "platforms"))
_BUILDX = Plugin("woodpecker-docker-buildx", ("platforms", "platform"), many=True)
_DRONE_BUILDX = Plugin("drone-docker-buildx", ("platform", "platforms"), many=True)
_KANIKO = Plugin("drone-kaniko", ("platform", "custom_platform"))
_OTHER_KANIKO = Plugin("drone-kaniko", ("custom_platform", "platform"))

PLUGINS: Mapping[str, Plugin] = {
    **{f"plugins/{name}": _DOCKER for name in ("docker", "ecr", "gcr", "gar", "acr", "heroku", "drone-docker")},
    **{f"plugins/buildx{name}": _DRONE_BUILDX for name in ("", "-docker", "-ecr", "-gcr", "-gar", "-acr")},
    **{f"plugins/kaniko{name}": _KANIKO for name in ("", "-docker", "-ecr", "-gcr", "-gar", "-acr")},
    "drone-plugins/drone-docker": _DOCKER,
    "thegeeklab/drone-docker": _DOCKER,
    "woodpeckerci/plugin-docker": _DOCKER,
    "thegeeklab/drone-docker-buildx": Plugin("drone-docker-buildx", ("platforms", "platform"), many=True),
    "thegeeklab/wp-docker-buildx": _BUILDX,
    "woodpeckerci/plugin-docker-buildx": _BUILDX,
    "woodpecker-plugins/docker-buildx": _BUILDX,
    "woodpecker-plugins/plugin-docker-buildx": _BUILDX,
    "woodpeckerci/plugin-kaniko": _OTHER_KANIKO,
    "woodpecker-plugins/kaniko": _OTHER_KANIKO,
    "banzaicloud/drone-kaniko": _OTHER_KANIKO,
    "finitum/drone-kaniko": _OTHER_KANIKO,
}
"""By the path of the image, without registry, tag and digest."""


class Surroundings(NamedTuple):
    """What holds around a step: `chosen` says what picks the machine it runs on, where the file does so itself."""

    source: Source
    project: Project
    form: str
    values: Mapping[str, Value]
    environment: Mapping[str, Value]
    own_prefixes: tuple[str, ...]
    host: Platform | None = None
    chosen: Step | None = None

    def text(self, node: Node) -> str:
        """A scalar with the references that the server puts in before the pipeline starts; a secret is unknown."""
        if node.kind != "scalar":
            return UNKNOWN
        return bare_text(node.value, dollar_spots(node.value, self.lookup)) if "$" in node.value else node.value

    def lookup(self, reference: str) -> Value | None:
        """What stands in the braces: a name, with one of the operators of a shell or none."""
        stop = 0
        while stop < len(reference) and (reference[stop] == "_" or reference[stop].isalnum()):
            stop += 1
        name, operator = reference[:stop], reference[stop:]
        value = self.values.get(name)
        if value is None and name.startswith(self.own_prefixes):
            return Value((UNKNOWN,))
        if value is None:
            for sign in (":-", ":=", "=", "-"):
                if operator.startswith(sign):
                    return Value((operator[len(sign) :],))
            return Value((UNKNOWN,))
        return value if not operator or operator.startswith((":-", ":=", "=", "-")) else Value((UNKNOWN,))


def plugin_of(image: str) -> Plugin | None:
    """The plugin of an image name, with or without a registry."""
    path = image.strip().split("@", 1)[0]
    folder, slash, name = path.rpartition("/")
    path = f"{folder}{slash}{name.split(':', 1)[0]}"
    host, slash, rest = path.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        path = rest
    return PLUGINS.get(path.removeprefix("library/"))


def read_plugin(step: Node, around: Surroundings) -> ScriptFacts | None:
    """The build of a step that runs a plugin; None where the step is none (commands replace what a plugin does)."""
    image = step.pair("image")
    if image is None or step.get("commands") is not None:
        return None
    plugin = plugin_of(around.text(image[1]))
    if plugin is None:
        return None
    settings = _Settings(step, around)
    texts, steps = settings.texts(*plugin.platform)
    state, platforms = _judge(texts)
    if state == "missing" and around.chosen is not None:
        state, steps = "delegated", (*steps, around.chosen)
    pushes = not settings.true("dry_run", "no_push") and not settings.false("push")
    output = ",".join(settings.texts("output")[0])
    build = Build(
        source=around.source,
        span=key_span(image, step),
        tool=plugin.tool,
        form=around.form,
        state=state,
        platforms=platforms,
        via=tuple(Step(bare(each.text), each.path, each.line) for each in dict.fromkeys(steps)),
        slot=settings.slot(plugin) if state == "missing" and not texts else None,
        host=around.host,
        published=pushes,
        images=tuple(name for name in settings.texts("repo")[0] if name.strip(_MARKS)),
        image=not output
        or "type=" not in output
        or any(f"type={kind}" in output for kind in ("image", "registry", "docker", "oci")),
        whole=state == "explicit" and len(set(texts)) == len(platforms),
    )
    return ScriptFacts((with_inputs(build, settings.inputs()),))


def _judge(texts: list[str]) -> tuple[State, tuple[str, ...]]:
    known = tuple(dict.fromkeys(text for text in texts if not any(mark in text for mark in _MARKS)))
    if known:
        return "explicit", known
    texts = [text for text in texts if text.strip(UNSET)]
    if not texts:
        return "missing", ()
    if all(HANDED in text for text in texts):
        return "delegated", ()
    return ("explicit" if any(text.strip(_MARKS) for text in texts) else "unknown"), ()


class _Settings:
    """The settings of a step: below `settings`, beside `image` in old pipelines, as `PLUGIN_...` variables."""

    def __init__(self, step: Node, around: Surroundings) -> None:
        self.step = step
        self.around = around
        self.own = step.own("settings")
        below = step.get("settings")
        self.node = below if below is not None and below.kind == "mapping" else None

    def texts(self, *names: str) -> tuple[list[str], tuple[Step, ...]]:
        """The items of the first of these settings that is written, references put in, and where it is set."""
        for name in names:
            for key, value in (self.node or self.step).all_pairs():
                if key.value.lower().replace("-", "_") == name:
                    parts = [part.strip() for item in items(value) for part in self.around.text(item).split(",")]
                    found = [part.strip("\"'") for part in parts if part]
                    steps = () if value.span.start >= key.span.start else (self._alias(name, value),)
                    return found, (*steps, *self._references(value))
            variable = self.around.environment.get(f"PLUGIN_{name.upper()}")
            if variable is not None:
                return [part for text in variable.texts for part in text.split(",") if part], variable.steps
        return [], ()

    def _alias(self, name: str, value: Node) -> Step:
        return note(name, self.around.source, value)

    def _references(self, value: Node) -> tuple[Step, ...]:
        used = [node.value for node in items(value) if node.kind == "scalar" and "$" in node.value]
        return tuple(
            step
            for name, each in self.around.values.items()
            if any(name in text for text in used)
            for step in each.steps
        )

    def true(self, *names: str) -> bool:
        """Whether one of the settings is switched on."""
        return any(text.lower() in {"true", "1", "yes"} for name in names for text in self.texts(name)[0])

    def false(self, *names: str) -> bool:
        """Whether one of the settings is switched off."""
        return any(text.lower() in {"false", "0", "no"} for name in names for text in self.texts(name)[0])

    def inputs(self) -> Inputs:
        """What is built, where it is literal and in the repository."""
        contexts, files, targets = (self.texts(name)[0] for name in ("context", "dockerfile", "target"))
        given = self.texts("build_args")[0]
        return inputs_in(
            [""],
            contexts[0] if contexts else ".",
            files[0] if files else "",
            self.around.project,
            target=(targets[0] if len(targets) == 1 else UNKNOWN) if targets else None,
            arguments=named_arguments(given),
            beside=True,
        )

    def slot(self, plugin: Plugin) -> Slot | None:
        """A new setting in front of the first one, where the settings stand in the step itself."""
        if self.own is None or self.node is None:
            return None
        key, value = self.own
        if not key.span.stop <= value.span.start < value.span.stop <= self.step.span.stop:
            return None
        return key_slot(self.around.source, value, plugin.platform[0], many=plugin.many)


def platform_of(text: str) -> Platform | None:
    """`linux/arm64` as a platform, None for what is not one."""
    parts = text.strip().split("/")
    if not 2 <= len(parts) <= 3 or not all(parts) or any(mark in text for mark in _MARKS) or "$" in text:
        return None
    return Platform(parts[0], parts[1], parts[2] if len(parts) > 2 else "")
