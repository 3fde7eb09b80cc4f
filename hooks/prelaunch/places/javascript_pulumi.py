"""Images of Pulumi in JavaScript and TypeScript: of the docker and the docker-build provider, and of awsx.

`docker.Image` is built where it has a `build`, for `build.platform`; `docker-build`'s for the list `platforms`; awsx'
for `platform`, which it hands on (pulumi/pulumi-awsx awsx/ecr/image.ts). Each is built for the machine that `pulumi up`
runs on otherwise. The older docker provider took docker's own flags as `extraOptions`.
"""

from __future__ import annotations

from prelaunch.builders import without_image
from prelaunch.model import Step
from prelaunch.places.files import Inputs
from prelaunch.places.javascript_said import MISSING, place, text
from prelaunch.places.javascript_slots import property_slot
from prelaunch.places.verdicts import Verdict
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build
    from prelaunch.places.javascript_call import Call
    from prelaunch.places.javascript_tokens import Range
    from prelaunch.places.javascript_values import Object

_DOCKER = frozenset({"@pulumi/docker.Image", "@pulumi/docker/image.Image"})
_DOCKER_BUILD = frozenset({"@pulumi/docker-build.Image", "@pulumi/docker-build/image.Image"})
_AWSX = "@pulumi/awsx"
_METHOD = "buildAndPushImage"

LAST = frozenset({"Image", _METHOD, "fromPath"})
"""The last words of the names of calls that build."""


def image(call: Call) -> Build | None:
    """The image that a call builds; None where it is no such call."""
    if call.new and call.name in _DOCKER:
        return _docker(call)
    if call.new and call.name in _DOCKER_BUILD:
        return _docker_build(call)
    if call.name.startswith(_AWSX):
        if call.new and call.name.endswith(".Image") and "ecr" in call.name:
            return _awsx(call, call.argument(1))
        taken = call.name.endswith((f"ecr.{_METHOD}", "ecs.Image.fromPath"))
        return _awsx(call, call.argument(1)) if taken else None
    if call.names[-1] == _METHOD and call.program.imports_of(_AWSX):
        return _awsx(call, call.argument(0))
    return None


def _docker(call: Call) -> Build | None:
    """An image of the docker provider: one without a `build` exists already."""
    settings = call.object(call.argument(1))
    if settings is None:
        return None
    value = settings.values.get("build")
    if value is None or call.program.chain(value) in (["undefined"], ["null"]):
        return None
    build = _of(call, "pulumi-docker", value)
    if build.state == "missing" and not settings.is_certain("build"):
        build = build._replace(state="unknown", slot=None)
    return build._replace(published=not call.is_true(settings, "skipPush"), images=call.images(settings, "imageName"))


def _docker_build(call: Call) -> Build:
    value = call.argument(1)
    settings = call.object(value)
    said = call.said(settings, value, "platforms")
    inputs, slot = Inputs(), None
    if settings is not None:
        folder, file = (_location(call, settings.values.get(key)) for key in ("context", "dockerfile"))
        inputs = call.inputs(settings, folder, file, "target buildArgs", beside=True)
        if said.state == "missing":
            slot = property_slot(call.program, settings, "platforms", many=True)
    build = call.build("pulumi-docker-build", said, inputs)
    pushed, images = call.is_true(settings, "push"), call.images(settings, "tags")
    return build._replace(slot=slot, published=pushed, images=images, image=not without_image(_exports(call, settings)))


def _exports(call: Call, settings: Object | None) -> list[set[str | None]]:
    """The keys of each of the `exports: [{ local: { dest } }]`."""
    value = settings.values.get("exports") if settings is not None else None
    if value is None:
        return []
    first, stop = call.program.trimmed(value)
    exports = [call.object(each) for each in call.program.items(first + 1, stop - 1)]
    return [set(each.values) if each is not None else set() for each in exports]


def _location(call: Call, value: Range | None) -> Range | None:
    """`location` of `context: { location }`."""
    settings = call.object(value)
    return settings.values.get("location") if settings is not None else value


def _awsx(call: Call, value: Range | None) -> Build | None:
    return _of(call, "pulumi-awsx", value)._replace(published=True) if value is not None else None


def _of(call: Call, tool: str, value: Range) -> Build:
    """An image that is built of `./app`, or of an object."""
    program = call.program
    settings = call.object(value)
    if settings is None:
        folder = place(program, value)
        said = MISSING if folder is not None else call.said(None, value, "platform")
        return call.build(tool, said, call.inputs(None, value, None, "target args", beside=True))
    said, slot = call.said(settings, value, "platform"), None
    if said.state == "missing" and "extraOptions" in settings.values:
        said = _options(call, settings.values["extraOptions"])
    elif said.state == "missing":
        slot = property_slot(program, settings, "platform")
    folder_value = settings.values.get("context") or settings.values.get("path")
    inputs = call.inputs(settings, folder_value, settings.values.get("dockerfile"), "target args", beside=True)
    return call.build(tool, said, inputs)._replace(slot=slot)


def _options(call: Call, value: Range) -> Verdict:
    """What `extraOptions: ['--platform', 'linux/amd64']` says."""
    program = call.program
    first, stop = program.trimmed(value)
    if not program.mark(first, "["):
        return Verdict("unknown", steps=(Step("what its options hold is not known"),))
    words = [text(program, part) for part in program.items(first + 1, stop - 1)]
    for number, word in enumerate(words):
        if word is not None and word.startswith("--platform="):
            return Verdict("explicit", tuple(word.removeprefix("--platform=").split(",")), whole=True)
        if word == "--platform":
            given = words[number + 1] if number + 1 < len(words) else None
            return Verdict("explicit", tuple(given.split(",")) if given else (), whole=bool(given))
    return Verdict("unknown") if None in words else MISSING
