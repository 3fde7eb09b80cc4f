"""retagged-pull: an image is pulled, tagged and pushed again, which leaves it with one platform."""

from __future__ import annotations

import os

from prelaunch.model import Finding, Retag, Rule
from prelaunch.platforms import parse
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.architectures import NAMES, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project

_FOR_TESTS = ("localhost", "127.0.0.1", "host.docker.internal", "kind-registry", "registry.local")
_FOR_ONE = frozenset(NAMES) | {"arch", "platform", "goarch", "targetarch", "windows", "nanoserver", "windowsservercore"}


def check(retag: Retag, project: Project) -> Iterator[Finding]:
    """Judge one pull whose image is pushed again; see README.md."""
    if retag.state != "missing" or _is_wanted(retag, project):
        return
    pulled = [image for image in retag.images if not _is_for_one(image)]
    pushed = [name for name in retag.renamed if not _is_for_one(name) and not _host(name).startswith(_FOR_TESTS)]
    if len(pulled) < len(retag.images) or not pushed:
        return
    built = _built(pulled, project)
    if built == 1 or (not built and any(_repository(old) == _repository(new) for old in pulled for new in pushed)):
        return  # nothing is lost; or it is promoted (`app:sha` to `app:latest`), an own image of which no more is known
    certainty: Certainty = "likely" if built else "hint"
    loses = f", of the {built} that the repository builds," if built else ""
    command = " ".join(retag.source.text[retag.span.start : retag.span.stop].split())
    message = (
        f"`{command}` fetches the image for this machine's platform alone{loses} and that is what is pushed as"
        f" `{pushed[0]}`: nodes of another platform get `exec format error`; hand the whole index on with"
        " `docker buildx imagetools create -t NEW OLD`, or name the platform"
    )
    yield Finding("retagged-pull", certainty, retag.source, retag.span, message)


def _is_wanted(retag: Retag, project: Project) -> bool:
    """Whether the machine is of the one platform that the project is configured for."""
    platforms = project.settings.platforms
    return len(platforms) == 1 and retag.host is not None and parse(platforms[0]) == retag.host


def _is_for_one(image: str) -> bool:
    """Whether a name says that it is for one platform (`app:1.2-arm64`, `$IMAGE-$ARCH`), or a digest that it may be."""
    return "@" in image or not _FOR_ONE.isdisjoint(words_of(image))


def _host(image: str) -> str:
    return image.partition("://")[2] or image


def _built(pulled: list[str], project: Project) -> int:
    """For how many platforms the repository builds the image: 0 where it does not, 1 where it may be one.

    A build under another tag of the name may be of another image; it speaks only for those that have one platform.
    """
    builds = [
        build
        for image in pulled
        for build in project.builds_of_image(image)
        if build.images and not any("…" in _repository(name) for name in build.images)
    ]
    same = [len(build.platforms) or 1 for build in builds if not set(build.images).isdisjoint(pulled)]
    single = any(len(build.platforms) < 2 for build in builds)
    return max(same) if same else int(single)


def _repository(image: str) -> str:
    head, slash, last = _host(image).rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


RULE = Rule(
    "retagged-pull",
    Retag,
    check,
    certainty="likely",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec format error",
        "no match for platform in manifest",
        "no matching manifest for",
        "only the available single-platform image was pushed",
    ),
)
