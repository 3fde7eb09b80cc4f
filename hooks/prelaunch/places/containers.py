"""Containers as Kubernetes writes them (`image`, `command`, `args`, `env`), wherever they stand, to what they build."""

from __future__ import annotations

from prelaunch.model import EMPTY, UNKNOWN, Fragment, Platform, Span, Step, Value
from prelaunch.places.arguments import image_program, read_arguments, runs_in_shell
from prelaunch.places.script import ScriptFacts, Setting, read_script
from prelaunch.places.substitution import MAX_NAME, MAX_SPOTS, Spot, put, single
from prelaunch.places.verdicts import bare
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prelaunch.model import Source
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

NOTHING = ScriptFacts()

_ARCH_LABELS = ("kubernetes.io/arch", "beta.kubernetes.io/arch")
_OS_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_MAX_ITEMS = 1_000


class Surroundings(NamedTuple):
    """What holds for the containers of one unit: where they stand, and how its own references are put in.

    `fill` is applied before Kubernetes' own `$(NAME)`, which is that of a container's environment.
    """

    source: Source
    project: Project
    form: str
    host: Platform | None = None
    fill: Callable[[Fragment], Fragment] = lambda fragment: fragment
    environment: Mapping[str, Value] = EMPTY


def read_container(container: Node, around: Surroundings) -> ScriptFacts:
    """What a container builds: by its command line, its script (Tekton's `script`, Argo's `source`), or both."""
    if container.kind != "mapping":
        return NOTHING
    environment = {**around.environment, **environment_of(container, around)}
    opened = container.get("envFrom") is not None
    setting = Setting(around.form, environment, host=around.host)

    def fill(fragment: Fragment) -> Fragment:
        return _own_references(around.fill(fragment), environment, opened=opened)

    command, args = container.pair("command"), container.pair("args")
    for key in ("script", "source"):
        script = container.get(key)
        if script is not None and script.fragment is not None and script.value.strip():
            return _script(around.fill(script.fragment), command[1] if command else None, setting, around.project)
    image = container.get("image")
    if image is None or image.kind != "scalar":
        return NOTHING
    nodes = [*_items(command[1] if command else None), *_items(args[1] if args else None)]
    if not nodes:
        return NOTHING
    program = "" if command is not None and _items(command[1]) else image_program(bare(_text(image, around)))
    span = Span(container.span.start, max(pair[1].span.stop for pair in (command, args) if pair is not None))
    if span.stop <= span.start or not container.span.start <= span.stop <= container.span.stop:
        span = container.span
    return read_arguments(program, nodes, setting, around.project, source=around.source, span=span, fill=fill)


def _script(fragment: Fragment, command: Node | None, setting: Setting, project: Project) -> ScriptFacts:
    words = [item.value.rsplit("/", 1)[-1] for item in _items(command)]
    if words and not _SHELLS.intersection(words):
        return NOTHING  # Argo's `command: [python]`
    return read_script(fragment, setting, project) if runs_in_shell(fragment.text) else NOTHING


def _items(node: Node | None) -> tuple[Node, ...]:
    if node is None or (node.kind == "scalar" and not node.value):
        return ()
    return node.items[:_MAX_ITEMS] if node.kind == "sequence" else (node,)


def _text(node: Node, around: Surroundings) -> str:
    return around.fill(node.fragment).text if node.fragment is not None else UNKNOWN


def environment_of(container: Node, around: Surroundings) -> dict[str, Value]:
    """The variables of an `env` list; those that come from elsewhere (`valueFrom`) are set but unknown."""
    found: dict[str, Value] = {}
    listed = container.get("env")
    for item in listed.items[:_MAX_ITEMS] if listed is not None else ():
        name = item.get("name") if item.kind == "mapping" else None
        if name is None or name.kind != "scalar":
            continue
        value = item.get("value")
        text = _text(value, around) if value is not None and value.kind == "scalar" else UNKNOWN
        line = around.source.position(name.span.start)[0]
        found[name.value] = Value((text,), (Step(f"`{name.value}` is set in `env`", around.source.path, line),))
    return found


def _own_references(fragment: Fragment, environment: Mapping[str, Value], *, opened: bool) -> Fragment:
    """`$(NAME)` of the container's environment put in; one that is not defined stays as it is, as Kubernetes has it.

    `opened` says that variables come from elsewhere (`envFrom`), so that an undefined one may be set there.
    """
    text = fragment.text
    spots: list[Spot] = []
    at = text.find("$")
    while at >= 0 and len(spots) < MAX_SPOTS:
        stop = at + 1
        if text.startswith("$", stop):
            stop += 1
            if text.startswith("(", stop):
                spots.append(Spot(at, stop, "$"))
        elif text.startswith("(", stop):
            end = text.find(")", stop, stop + MAX_NAME)
            name = text[stop + 1 : end] if end > 0 else ""
            value = environment.get(name)
            if value is None and opened and name.isidentifier() and name.upper() == name:
                value = Value((UNKNOWN,))
            if value is not None:
                stop = end + 1
                spots.append(Spot(at, stop, single(value), value.steps))
        at = text.find("$", stop)
    return put(fragment, spots)


def host_of(spec: Node | None) -> Platform | None:
    """The platform of the nodes that a pod's `nodeSelector` or required node affinity asks for, where it is one."""
    if spec is None or spec.kind != "mapping":
        return None
    labels = _selected(spec.get("nodeSelector"))
    labels = {**_required(spec.get("affinity")), **labels}
    architecture = next((labels[name] for name in _ARCH_LABELS if name in labels), "")
    if not architecture.isalnum():
        return None
    system = next((labels[name] for name in _OS_LABELS if name in labels), "linux")
    return Platform(system if system.isalnum() else "linux", architecture)


def _selected(selector: Node | None) -> dict[str, str]:
    pairs = selector.all_pairs() if selector is not None and selector.kind == "mapping" else []
    return {key.value: value.value for key, value in pairs if value.kind == "scalar"}


def _required(affinity: Node | None) -> dict[str, str]:
    node = affinity
    for key in ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"):
        node = node.get(key) if node is not None and node.kind == "mapping" else None
    if node is None or len(node.items) != 1 or node.items[0].kind != "mapping":
        return {}
    found = {}
    expressions = node.items[0].get("matchExpressions")
    for one in expressions.items[:_MAX_ITEMS] if expressions is not None else ():
        if one.kind != "mapping":
            continue
        label, operator, values = one.get("key"), one.get("operator"), one.get("values")
        if label is None or operator is None or values is None:
            continue
        if operator.value == "In" and len(values.items) == 1:
            found[label.value] = values.items[0].value
    return found
