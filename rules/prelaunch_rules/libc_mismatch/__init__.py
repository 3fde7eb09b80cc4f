"""libc-mismatch: a program is linked against a C library that the image does not have."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Stage
    from prelaunch.model import Certainty, Fix
    from prelaunch.project import Project
    from prelaunch_rules.compiled import Compiled, Taken

NAME = "libc-mismatch"
_STATIC = ("-static", "-nostdlib", "crt-static", "musl", "netgo", "extldflags")
_ADAPTERS = ("gcompat", "libc6-compat", "glibc", "musl")


class Mismatch(NamedTuple):
    """A `COPY` that brings a program without its C library: which one it needs, and which one the image has."""

    copied: Taken
    made: Compiled
    certainty: Certainty
    theirs: str
    own: str


def check(image: Image, project: Project) -> Iterator[Finding]:
    """The first `COPY` of each stage that brings a program without its C library."""
    for copied, made, certainty, theirs, own in _mismatches(image, project):
        message = (
            f"`{copied.path}` {_linked(made, certainty)} {theirs}, and `{image.base.name}` has {own}, so it"
            f" dies with `no such file or directory`, though the file is there; {_cure(made)}, or take a base"
            f" with {theirs}"
        )
        yield Finding(NAME, certainty, image.source, copied.instruction.span, message)


def mend(image: Image, project: Project) -> Fix | None:
    """Go programs compiled without cgo."""
    from prelaunch_rules.libc_mismatch.fix import without_cgo

    return without_cgo((one.made for one in _mismatches(image, project)), image, project)


def _mismatches(image: Image, project: Project) -> Iterator[Mismatch]:
    if "--from" not in image.source.text or image.base.state == "unknown":
        return
    from prelaunch_rules.libc import libc_of

    own = libc_of(image.base.name)
    if not own or _has_libraries(image):
        return
    from prelaunch_rules.compiled import compiled, taken, takes

    seen: set[int] = set()
    for copied in taken(image):
        theirs = _libc(image, copied.stage)
        if theirs in {"", own} or copied.stage.number in seen:
            continue
        for made in compiled(image, copied.stage):
            certainty = _certainty(image, made, theirs, own, project) if takes(copied, made) else None
            if certainty is not None:
                seen.add(copied.stage.number)
                yield Mismatch(copied, made, certainty, theirs, own)
                break


def _libc(image: Image, stage: Stage) -> str:
    from prelaunch_rules.architectures import bottom
    from prelaunch_rules.libc import libc_of

    return libc_of(bottom(image, stage).base_resolved or "")


def _has_libraries(image: Image) -> bool:
    """Whether the image gets a loader or a layer for glibc, so that what it lacks is not known."""
    for stage in image.chain:
        for one in stage.instructions:
            text = one.fragment.text
            if one.keyword == "RUN" and any(name in text for name in _ADAPTERS):
                return True
            if one.keyword in {"COPY", "ADD"} and any(folder in text for folder in ("/lib", "ld-", "rootfs")):
                return True
    return False


def _certainty(image: Image, made: Compiled, theirs: str, own: str, project: Project) -> Certainty | None:
    """How sure it is that the program needs its stage's C library; None where it needs none."""
    from prelaunch_rules.libc import GLIBC, MUSL, NONE

    text = image.source.text[made.stage.span.start : made.instruction.span.stop]
    marks = [mark for mark in _STATIC if mark != "musl"] if theirs == MUSL else _STATIC
    if any(mark in text for mark in marks):
        return None
    if made.language == "go":
        cgo = made.environment.get("CGO_ENABLED") or _set(image, made, "CGO_ENABLED")
        if cgo == "1":
            return "certain" if own == NONE else "likely"
        # with a compiler at hand cgo is on, unless Go cross-compiles, and `net` and `os/user` use it
        native = "GOARCH" not in text and "GOOS=windows" not in text
        return "hint" if cgo == "" and theirs == GLIBC and native else None
    if made.language == "rust":
        named = any(word.partition("=")[0] == "--target" for word in made.words)
        if theirs != GLIBC or named or _set(image, made, "CARGO_BUILD_TARGET"):
            return None
        return None if _is_configured(project) else "likely"
    return "likely"


def _is_configured(project: Project) -> bool:
    """Whether a configuration of Cargo in the project chooses another target, or links statically."""
    sources = (project.read(path) for path in project.paths(".cargo/config.toml", ".cargo/config"))
    return any(source is None or any(mark in source.text for mark in ("target", *_STATIC)) for source in sources)


def _set(image: Image, made: Compiled, name: str) -> str:
    """A variable of the stage or of the script; "?" where it is set to what is not known."""
    script = image.script(made.instruction)
    if script is not None and f"{name}=" in script.text.text:
        return "1" if f"{name}=1" in script.text.text and f"{name}=0" not in script.text.text else "?"
    variable = image.scope(made.instruction).variables.get(name)
    if variable is None:
        return ""
    return variable.text or "?"


def _linked(made: Compiled, certainty: Certainty) -> str:
    if made.language == "go" and certainty == "hint":
        return "is compiled with cgo on (the default): if it imports `net` or `os/user`, it is linked against"
    return "is linked against"


def _cure(made: Compiled) -> str:
    if made.language == "go":
        return "build with `CGO_ENABLED=0` (or link statically, where cgo is needed)"
    if made.language == "rust":
        return "build for `--target` of musl"
    return "link with `-static`"


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="certain",
    fixable=True,
    folder=os.path.dirname(__file__),
    mend=mend,
    symptoms=("no such file or directory", "error loading shared library ld-linux"),
)
