"""What the rules about architectures share: which one a text names, which one a stage has, which ones are built."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, Stage
    from prelaunch.project import Project

NAMES = {
    "amd64": "amd64",
    "x64": "amd64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "arm64v8": "arm64",
    "armv6": "arm",
    "armv6l": "arm",
    "armv7": "arm",
    "armv7l": "arm",
    "armhf": "arm",
    "arm32v6": "arm",
    "arm32v7": "arm",
    "i386": "386",
    "i686": "386",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}
"""How files, packages and compilers name an architecture, and what the OCI image index calls it. Not `arm` or `x86`:
they name families too."""

_OTHER_SYSTEMS = frozenset("apple darwin freebsd macos noarch osx win win64 windows".split())
_X86_64 = ("x86_64", "x86-64")
_CONSTANT, TARGET, BUILD = "constant", "target", "build"


class Built(NamedTuple):
    """The architectures that an image is built for; `known` says that there are no others."""

    names: frozenset[str]
    known: bool

    def fits(self, architecture: str) -> bool:
        """Whether what is made for `architecture` runs on every machine that is known to be built for."""
        return all(runs(architecture, name) for name in self.names)


def runs(program: str, machine: str) -> bool:
    """Whether a machine runs a program of an architecture: its own, or the smaller one of its kind."""
    return program == machine or (program, machine) in {("386", "amd64"), ("arm", "arm64")}


def words_of(text: str) -> list[str]:
    """A text cut at everything but letters and digits, in lower case; `x86_64` is `amd64`."""
    text = text.lower()
    for name in _X86_64:
        text = text.replace(name, "amd64")
    return "".join(char if char.isalnum() else " " for char in text).split()


def architecture_in(text: str) -> str:
    """The one architecture of Linux that a text names; "" where it names none, several, or another system."""
    if text.lower().endswith((".exe", ".msi")):
        return ""
    words = words_of(text)
    found = {NAMES[word] for word in words if word in NAMES}
    return found.pop() if len(found) == 1 and _OTHER_SYSTEMS.isdisjoint(words) else ""


def instruction_of(image: Image, stage: Stage) -> Instruction:
    """The `FROM` of a stage."""
    return next(one for one in image.dockerfile.instructions if one.span == stage.span)


def bottom(image: Image, stage: Stage) -> Stage:
    """The stage that a stage is built on in the end: the one whose base is an image."""
    while stage.parent is not None:
        stage = image.dockerfile.stages[stage.parent]
    return stage


def chain(image: Image, stage: Stage) -> Iterator[Stage]:
    """A stage, the one that it is built on, and so on."""
    yield stage
    while stage.parent is not None:
        stage = image.dockerfile.stages[stage.parent]
        yield stage


def runs_on(image: Image, stage: Stage) -> tuple[str, str]:
    """What a stage's base is made for: ("constant", architecture), ("target", ""), ("build", "") or ("", "")."""
    base = bottom(image, stage)
    if not base.platform:
        return TARGET, ""
    if base.platform_resolved:
        return _constant(base.platform_resolved)
    depends = image.scope(instruction_of(image, base)).depends(base.platform)
    if depends and all(name.startswith("BUILD") for name in depends):
        return BUILD, ""
    if depends and all(name.startswith("TARGET") for name in depends):
        return TARGET, ""
    return "", ""


def _constant(text: str) -> tuple[str, str]:
    from prelaunch.platforms import parse

    try:
        platform = parse(text if "/" in text else f"linux/{text}")
    except ValueError:
        return "", ""
    return (_CONSTANT, platform.architecture) if platform.os == "linux" else ("", "")


def built(image: Image, project: Project) -> Built:
    """The architectures of the image's own stage: the constant one of its `FROM`, or those that it is built for."""
    kind, constant = runs_on(image, image.target)
    if kind == _CONSTANT:
        return Built(frozenset({constant}), known=True)
    if kind != TARGET:
        return Built(frozenset(), known=False)
    platforms = project.platforms_of(image)
    names = frozenset(one.architecture for one in platforms.names if one.os == "linux")
    return Built(names, platforms.state == "known")


def is_for_one(image: Image) -> bool:
    """Whether the file or the stage says by its name that it is for one architecture (`Dockerfile.arm64`)."""
    return any(word in NAMES for word in (*words_of(image.source.path), *words_of(image.target.name)))
