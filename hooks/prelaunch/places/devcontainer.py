"""Development containers: the image that `build` of a devcontainer.json builds for the machine of the developer.

`build.options` are handed to `docker build` (containers.dev, "devcontainer.json reference"); the file is JSON with
comments. Such an image never leaves the machine, so that a missing platform is worth a hint at most.
"""

from __future__ import annotations

import posixpath

from prelaunch.image import Mount
from prelaunch.model import HANDED, UNKNOWN, Build
from prelaunch.places.commands import understand
from prelaunch.places.files import inside
from prelaunch.places.verdicts import judge
from prelaunch.project import UnreadableError
from prelaunch.readers.bake.json_syntax import document
from prelaunch.resolve import Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project
    from prelaunch.readers.bake.json_syntax import Element

_MAX_OPTIONS = 200


def builds(source: Source, project: Project) -> list[Build]:
    """The build of a devcontainer.json, if it has one; spans are offsets into its text.

    Raises `UnreadableError` where the file is no JSON, with comments or without.
    """
    fields = {field.name: field for field in document(source, comments=True).fields()}
    inner = {field.name: field.value for field in fields["build"].value.fields()} if "build" in fields else {}
    named = inner.get("dockerfile") or inner.get("dockerFile")
    if named is None and "dockerFile" not in fields:
        return []
    file = named or fields["dockerFile"].value
    options = inner.get("options")
    words = [Field("docker"), Field("build")]
    for option in options.elements()[:_MAX_OPTIONS] if options is not None else ():
        text = _text(option)
        variable = "${" in text
        words.append(Field(UNKNOWN if variable else text, loose=variable))
    invocation = understand([*words, Field(".")], project.settings.wrappers)
    if invocation is None:
        return []
    verdict = judge(invocation, None)
    target = inner.get("target")
    shown = fields.get("build") or fields["dockerFile"]
    folder = posixpath.dirname(source.path)
    path = posixpath.normpath(posixpath.join(folder, _text(file)))
    context = inner.get("context") or (fields["context"].value if "context" in fields else None)
    build = Build(
        source=source,
        span=shown.span._replace(stop=shown.value.span.stop),
        tool="devcontainer",
        form="devcontainer",
        state=verdict.state,
        platforms=tuple(name for name in verdict.platforms if HANDED not in name),
        via=verdict.steps,
        whole=verdict.whole,
        dockerfile=path if not path.startswith("..") and project.exists(path) else None,
        target=_text(target) if target is not None else None,
        context=inside(
            posixpath.join(folder, _text(context) if context is not None else posixpath.dirname(_text(file)))
        ),
    )
    return [build]


def mounts(source: Source) -> Iterator[Mount]:
    """What a development container lays over its image's files: the workspace, and its `mounts`.

    The workspace is below `/workspaces` unless `workspaceMount` says otherwise (containers.dev, "devcontainer.json
    reference"); `mounts` are objects, or texts as `docker run --mount` takes them.
    """
    try:
        fields = {field.name: field.value for field in document(source, comments=True).fields()}
    except UnreadableError:
        return
    workspace = fields.get("workspaceMount")
    yield _mount(_text(workspace)) if workspace is not None else Mount("/workspaces", "bind")
    for each in fields["mounts"].elements()[:_MAX_OPTIONS] if "mounts" in fields else ():
        said = ",".join(f"{field.name}={_text(field.value)}" for field in each.fields())
        yield _mount(said or _text(each))


def _mount(text: str) -> Mount:
    said = dict(part.strip().partition("=")[::2] for part in text.split(","))
    target = next((said[key] for key in ("target", "destination", "dst") if key in said), "")
    source = next((said[key] for key in ("source", "src") if key in said), "")
    own = source.partition("${localWorkspaceFolder}")[2]
    here = inside(own.strip("/") or ".") if source.startswith("${localWorkspaceFolder}") else None
    known = target.startswith("/") and "${" not in target
    return Mount(posixpath.normpath(target) if known else "", "bind" if said.get("type") == "bind" else "volume", here)


def compose_files(path: str, project: Project) -> tuple[str, ...]:
    """The compose files that the devcontainer.json at `path` runs, relative to the root; none where it runs none."""
    source = project.read(path) if project.exists(path) else None
    if source is None or "dockerComposeFile" not in source.text:
        return ()
    try:
        fields = {field.name: field.value for field in document(source, comments=True).fields()}
    except UnreadableError:
        return ()
    listed = fields.get("dockerComposeFile")
    each = (listed.elements() or (listed,)) if listed is not None else ()
    folder = posixpath.dirname(path)
    return tuple(posixpath.normpath(posixpath.join(folder, _text(one))) for one in each[:_MAX_OPTIONS] if _text(one))


def _text(element: Element) -> str:
    return element.value if isinstance(element.value, str) else ""
