"""Commands and jobs of CircleCI's published orbs that build images, and what their parameters say.

Parameters and defaults are those of the orbs' own sources (docker-orb, aws-ecr-orb, gcp-gcr-orb, azure-acr-orb).
"""

from __future__ import annotations

import shlex

from prelaunch.model import HANDED, UNKNOWN, UNSET, Fragment, Span, Step
from prelaunch.places.pipelines import NOTHING, Scripts, flag_slot
from prelaunch.places.publishing import ANY_PUSH
from prelaunch.places.script import ScriptFacts, unite
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prelaunch.places.script import Setting
    from prelaunch.readers.yaml import Node

_MARKS = UNKNOWN + HANDED + UNSET


class Element(NamedTuple):
    """A command or job of an orb: its parameters for extra flags and for the platform, and whether it pushes.

    `push` is the parameter that switches pushing, `pushes` its default. `fixed` is the platform by default, from the
    orb's version `since` on.
    """

    tool: str
    flags: tuple[str, ...]
    push: tuple[str, ...] = ()
    pushes: bool = False
    platform: str = ""
    fixed: str = ""
    since: int = 0
    command: str = "docker build"


_TOOL = "circleci-docker-orb"
_EXTRA = ("extra_build_args", "extra-build-args")
_ECR = Element(
    "circleci-aws-ecr-orb",
    _EXTRA,
    ("push_image", "push-image"),
    True,
    "platform",
    "linux/amd64",
    8,
    "docker buildx build",
)
_GCR = Element("circleci-gcp-gcr-orb", _EXTRA)
_ACR = Element("circleci-azure-acr-orb", _EXTRA)

BUILDING: Mapping[str, Element] = {
    "circleci/docker/build": Element(_TOOL, _EXTRA),
    "circleci/docker/publish": Element(_TOOL, _EXTRA, ("deploy",), pushes=True),
    **{f"circleci/aws-ecr/{name}": _ECR for name in ("build-image", "build_image")},
    **{f"circleci/aws-ecr/{name}": _ECR for name in ("build-and-push-image", "build_and_push_image")},
    "circleci/gcp-gcr/build-image": _GCR,
    "circleci/gcp-gcr/build-and-push-image": _GCR._replace(pushes=True),
    "circleci/azure-acr/build-and-push-image": _ACR._replace(pushes=True),
}
"""By orb and element."""

PUSHING = frozenset(
    {
        "circleci/docker/push",
        "circleci/aws-ecr/push-image",
        "circleci/aws-ecr/push_image",
        "circleci/gcp-gcr/push-image",
    }
)


class Call(NamedTuple):
    """A step or a job that uses an orb: its name as `owner/orb/element`, the orb's version, its parameters.

    `span` is where it is written, `fill` puts the references of the surroundings in.
    """

    name: str
    version: str
    parameters: Node | None
    span: Span
    fill: Callable[[Fragment], Fragment]

    def pair(self, *names: str) -> tuple[Node, Node] | None:
        """The first of these parameters that is written."""
        if self.parameters is None or self.parameters.kind != "mapping":
            return None
        return next((pair for name in names if (pair := self.parameters.pair(name)) is not None), None)

    def fragment(self, *names: str) -> Fragment | None:
        """The text of the first of these parameters."""
        pair = self.pair(*names)
        return self.fill(pair[1].fragment) if pair is not None and pair[1].fragment is not None else None

    def text(self, *names: str, default: str = "") -> str:
        """As `fragment`, as a plain text."""
        found = self.fragment(*names)
        return found.text if found is not None else default


def read_call(call: Call, scripts: Scripts, setting: Setting) -> ScriptFacts | None:
    """What an element of an orb builds and pushes; None where it is not known to do either."""
    if call.name in PUSHING:
        return ScriptFacts((), ANY_PUSH)
    element = BUILDING.get(call.name)
    if element is None:
        return None
    switch = call.text(*element.push) if element.push else ""
    pushes = switch.strip().lower() not in {"false", "no", "off"} if switch else element.pushes
    facts = scripts.flags(element.command, call.fragment(*element.flags), _rest(call), call.span, setting)
    builds = facts.builds
    if not builds:
        return NOTHING
    found = []
    for each in builds:
        build = each._replace(tool=element.tool, published=pushes)
        if build.state == "missing" and element.platform:
            build = _by_parameter(call, element, build)
        if build.state == "missing" and call.parameters is not None and not element.platform:
            given = call.pair(*element.flags)
            inside = call.parameters.span.start >= call.span.start
            key = given[0].value if given is not None else element.flags[0]
            slot = flag_slot(scripts.source, call.parameters, given, key, "--platform=") if inside else None
            build = build._replace(slot=slot)
        found.append(build)
    return ScriptFacts(unite(found))


def _by_parameter(call: Call, element: Element, build: Build) -> Build:
    pair = call.pair(element.platform)
    if pair is None:
        major = call.version.split(".")[0]
        if major.isdecimal() and int(major) < element.since:
            return build
        step = Step(f"the orb builds for {element.fixed} by default")
        return build._replace(state="default", platforms=(element.fixed,), via=(step,), whole=True)
    texts = [part.strip() for part in call.text(element.platform).split(",") if part.strip()]
    known = tuple(text for text in texts if not any(mark in text for mark in _MARKS))
    if known:
        return build._replace(state="explicit", platforms=known, whole=len(known) == len(texts))
    return build._replace(state="delegated" if any(HANDED in text for text in texts) else "unknown")


def _rest(call: Call) -> str:
    """The Dockerfile, the tag and the context as the orb's script spells them."""
    path = call.text("path", default=".") or "."
    context = call.text("docker-context", "build_path", "build-path") or "."
    words = [f"--file={path}/{call.text('dockerfile') or 'Dockerfile'}"]
    name = call.text("image", "repo")
    if name:
        registry = call.text("registry")
        words.append(f"--tag={registry + '/' if registry else ''}{name}")
    words.append(context)
    return " ".join(shlex.quote(word) if not any(mark in word for mark in _MARKS) else word for word in words)


if TYPE_CHECKING:
    from prelaunch.model import Build
