"""Development containers: the image that `build` of a devcontainer.json builds for the machine of the developer.

`build.options` are handed to `docker build` (containers.dev, "devcontainer.json reference"); the file is JSON with
comments. Such an image never leaves the machine, so that a missing platform is worth a hint at most.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, Build
from prelaunch.places.commands import understand
from prelaunch.places.files import inside
from prelaunch.places.verdicts import judge
from prelaunch.readers.bake.json_syntax import document
from prelaunch.resolve import Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
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
        dockerfile=path if not path.startswith("..") and project.exists(path) else None,
        target=_text(target) if target is not None else None,
        context=inside(
            posixpath.join(folder, _text(context) if context is not None else posixpath.dirname(_text(file)))
        ),
    )
    return [build]


def _text(element: Element) -> str:
    return element.value if isinstance(element.value, str) else ""
