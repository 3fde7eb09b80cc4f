"""`CGO_ENABLED=0` in front of a `go build`."""

from __future__ import annotations

import posixpath

from prelaunch.model import Edit, Fix, Span
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prelaunch.image import Image
    from prelaunch.project import Project
    from prelaunch_rules.compiled import Compiled

_MAX_FILES = 5_000
_CGO = ('"C"', "#cgo ")
_NEED_CGO = ("-race", "-msan", "-asan", "-buildmode=c-", "-buildmode=plugin", "-buildmode=shared", "-linkshared")


def without_cgo(compiled: Iterable[Compiled], image: Image, project: Project) -> Fix | None:
    """The edits of every `go build`; None where one is no Go, or stands where nothing can be written for sure.

    Safe where no file of the project imports "C", and no module of others is needed, of which that is not known.
    """
    edits: dict[Edit, None] = {}
    for made in compiled:
        edit = _edit(made, image)
        if edit is None:
            return None
        edits[edit] = None
    if not edits:
        return None
    return Fix(tuple(edits), "compile without cgo", safe=_without_c(project, image))


def _edit(made: Compiled, image: Image) -> Edit | None:
    """`CGO_ENABLED=1` of the command itself made 0, else `CGO_ENABLED=0` in front of it."""
    script = image.script(made.instruction)
    if made.language != "go" or script is None or any(word.startswith(_NEED_CGO) for word in made.words):
        return None
    for one in made.command.assignments:
        if one.name == "CGO_ENABLED" and one.value is not None:
            start, stop = one.value.start, one.value.stop
            exact = script.text.literal(start, stop) and script.text.text[start:stop] == "1"
            return Edit(script.text.span(start, stop), "0") if exact else None
    words = made.command.words
    at = next((number for number, word in enumerate(words) if posixpath.basename(word.text or "") == "go"), -1)
    before = [word.text or "" for word in words[: max(at, 0)]]
    if at < 0 or not script.text.literal(words[at].start, words[at].stop) or (before and before[0] != "env"):
        return None
    if any(word.startswith("CGO_ENABLED=") for word in before):
        return None
    # an assignment that stands there already is followed, as the shell reads them
    start = script.text.start(words[at].start)
    return Edit(Span(start, start), "CGO_ENABLED=0 ")


def _without_c(project: Project, image: Image) -> bool:
    """Whether the Go code of the project surely uses no C: neither its own files, nor any module that it needs."""
    needs = list(project.paths("go.mod"))
    if not needs or any(_requires(project, path) for path in needs):
        return False
    context = image.context if image.context is not None else posixpath.dirname(image.source.path)
    if project.is_folder(posixpath.join(context, "vendor")):
        return False
    for number, path in enumerate(project.paths(".go", ".c", ".cc", ".cpp", ".s", ".swig")):
        source = project.read(path) if path.lower().endswith(".go") else None
        if source is None or number >= _MAX_FILES or any(mark in source.text for mark in _CGO):
            return False
    return True


def _requires(project: Project, path: str) -> bool:
    source = project.read(path)
    return source is None or any(line.strip().startswith(("require", "replace")) for line in source.text.splitlines())
