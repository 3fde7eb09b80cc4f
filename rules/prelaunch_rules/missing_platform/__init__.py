"""missing-platform: an image is built for whichever machine happens to build it."""

from __future__ import annotations

import os

from prelaunch.model import Build, Certainty, Edit, Finding, Fix, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

_BUILDX = frozenset(
    {
        "docker-buildx-build",
        "docker-buildx-bake",
        "docker/build-push-action",
        "docker/bake-action",
        "woodpecker-docker-buildx",
        "drone-docker-buildx",
    }
)
USUAL = ("linux/amd64",)
"""What is proposed where no platform is configured."""

_SUBJECTS = {
    "docker-buildx-bake": "this bake target",
    "compose-service": "this compose service",
    "docker-buildx-build": "`docker buildx build`",
    "docker-build": "`docker build`",
    "podman-build": "`podman build`",
    "buildah-build": "`buildah build`",
    "nerdctl-build": "`nerdctl build`",
    "kaniko": "the kaniko executor",
}


def check(build: Build, project: Project) -> Iterator[Finding]:
    """Judge one build; see README.md for the gates."""
    if build.state != "missing" or not build.image:
        return
    if build.dockerfile is not None and project.pinned_platform(build.dockerfile, build.target) is not None:
        return
    subject = _SUBJECTS.get(build.tool, f"`{build.tool}`")
    machine = f"this runner ({build.host})" if build.host else "whatever machine runs it"
    platforms = project.settings.platforms or _required(build, project)
    message = (
        f"{subject} names no platform, so the image is built for {machine} and dies elsewhere with"
        f" `exec format error`; {_cure(build, platforms)}"
    )
    fix = _fix(build, platforms)
    yield Finding("missing-platform", _certainty(build, project), build.source, build.span, message, fix)


def _required(build: Build, project: Project) -> tuple[str, ...]:
    """The platform that the deploy files want, where all places that run one of the images write the same one."""
    found = {project.required_platform(image) for image in build.images} - {None}
    return tuple(name for name in found if name is not None) if len(found) == 1 else ()


def _certainty(build: Build, project: Project) -> Certainty:
    if build.tool == "devcontainer":
        return "hint"  # it runs where it is built, on the developer's own machine
    if build.by_digest:
        return "hint"  # no name that a cluster could pull: a manifest list is put together from such images
    if build.tool in _BUILDX:
        return "likely"
    configured = project.settings.platforms
    if build.host is not None and (configured or USUAL) == (str(build.host),):
        return "hint"  # the machine is settled, and is the one that naming a platform would settle it on
    if build.published or configured or any(_registry(image) for image in build.images):
        return "likely"
    return "likely" if any(project.deploys(image) for image in build.images) else "hint"


def _registry(image: str) -> bool:
    """Whether an image's name starts with the host of a registry that others reach (Docker's reference grammar)."""
    host, slash, _ = image.partition("/")
    name, _, port = host.partition(":")
    if not slash or name in {"localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal"}:  # noqa: S104 - a name
        return False
    return "." in name.strip(".…") or port.isdigit()


_CURES = {
    "ansible-docker-image": "`build.platform`",
    "goreleaser-dockers-v1": "`--platform` to `build_flag_templates`",
    "terraform-docker": "`platform` to its `build` block",
    "earthly": "`--platform=linux/amd64` to the `BUILD` or the `earthly` command that builds this target",
    "aws-cdk": "the argument `platform`",
    "pulumi-docker": "`platform` to its `build`",
    "pulumi-docker-build": "`platforms`",
    "pulumi-awsx": "`platform`",
    "serverless-framework": "`platform`",
    "devcontainer": "`--platform` to `build.options`",
    "docker-sdk": "the argument `platform`",
    "tilt": "the argument `platform`",
}
"""What to add where the place has no room that an edit could fill."""


def _cure(build: Build, platforms: tuple[str, ...]) -> str:
    wanted = platforms or USUAL
    if build.tool == "kaniko":
        # kaniko does not emulate: the flag alone would put a wrong label on what the node's architecture made
        return f"run it on a node of the image's platform and say so with `--custom-platform={wanted[0]}`"
    if build.slot is not None:
        text = build.slot.spell(wanted if build.slot.many else wanted[:1]).strip(" \t\r\n,")
        if "\n" not in text:
            return f"add `{text}`"
    if build.tool in _CURES:
        return f"add {_CURES[build.tool]}"
    if build.form == "compose":
        return f"add `platform: {wanted[0]}`"
    if build.form == "bake":
        return "add `platforms = [" + ", ".join(f'"{name}"' for name in wanted) + "]`"
    key = "platforms: " if build.form in {"gha-uses", "skaffold"} else "--platform "
    return f"add `{key}{','.join(wanted)}`"


def _fix(build: Build, platforms: tuple[str, ...]) -> Fix | None:
    """Write the platforms where this place has room for them."""
    if build.slot is None or not platforms or (len(platforms) > 1 and not build.slot.many):
        return None
    edit = Edit(build.slot.span, build.slot.spell(platforms))
    return Fix((edit,), f"build for {', '.join(platforms)}", safe=not build.open and build.tool != "kaniko")


RULE = Rule(
    "missing-platform",
    Build,
    check,
    certainty="likely",
    fixable=True,
    folder=os.path.dirname(__file__),
    symptoms=(
        "exec format error",
        "cannot execute binary file",
        "no matching manifest for",
        "no match for platform in manifest",
        "does not match the specified platform",
    ),
)
