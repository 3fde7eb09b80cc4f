"""What the rules about a container's start share: the files that it starts from, as git has them."""

from __future__ import annotations

import posixpath
import re

from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Committed, Image, Mount, Origin, Program
    from prelaunch.model import Span
    from prelaunch.project import Project

SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_SIGNS = frozenset("$'\"[]*?{}")
"""What no path of a program holds: it was meant for a shell, or for JSON."""
_POINTERS = (b"version https://git-lfs.github.com/", b"/annex/objects/")
"""What git has in place of a file that Git LFS or git-annex keeps elsewhere."""
_MOST_PROGRAMS = 50
_CHANGES = re.compile(
    r"\b(chmod|command|cp|curl|dos2unix|install|ln|make|mv|sed|tar|tr|unzip|wget|which"
    r"|apk|apt(-get)?|yum|dnf|pip3?|npm|yarn|git)\b|PATH=|>(?!&|\s*/dev/)"
)
"""What may make a file, make one executable, or ask whether a program is there."""
_WINDOWS = frozenset({"cmd", "cmd.exe", "powershell", "pwsh"})


class Started(NamedTuple):
    """A program of the start and the file that it is.

    `path` is where the image has it (as written where it is found by PATH), `span` the word that says so. `file` is the
    file as git has it, None where it is no file of the repository. `data` are its first bytes as far as they are known.
    """

    program: Program
    path: str
    span: Span
    origin: Origin
    file: Committed | None
    data: bytes | None

    @property
    def certain(self) -> bool:
        """Whether the file that git has is surely the one that starts."""
        return self.origin.sure and (self.file is None or self.file.tracked)


def is_windows(image: Image) -> bool:
    """Whether the image is one of Windows, where neither modes nor shebangs count."""
    return image.dockerfile.escape == "`" or posixpath.basename(image.config.shell[0]).lower() in _WINDOWS


def started(image: Image, project: Project) -> Iterator[Started]:
    """The programs that certainly start and whose file is known, in order; none for images of Windows."""
    if image.start.state != "known" or is_windows(image):
        return
    files = project.files_of(image)
    own = len(image.start.programs)
    for number, program in enumerate(programs(image, project)):
        if number >= own and "exec" not in program.through:
            continue  # the script goes on without it
        span = place_of(program, image)
        path = path_of(program)
        if path is None or span is None:
            continue
        origin = files.lookup(path) if "/" in path or program.run == "reader" else files.which(path)
        if origin.touched or ("/" in path and _is_replaced(path, origin, image, project)):
            continue
        file = project.committed(origin.path) if origin.kind == "repository" else None
        if file is not None and file.link:
            continue
        data = file.data if file is not None and not (file.data or b"").startswith(_POINTERS) else None
        if origin.kind == "heredoc" and origin.text is not None:
            data = origin.text.text.encode("utf-8", "surrogateescape")
        if starts_otherwise(image, project):
            return
        # a script may have done something to it that is not understood
        yield Started(program, path, span, origin if number < own else origin._replace(sure=False), file, data)


def programs(image: Image, project: Project, changes: re.Pattern[str] = _CHANGES) -> list[Program]:
    """What starts, and what scripts of the repository start in turn, where nothing in them speaks of `changes`."""
    arguments = tuple(image.arguments.items())
    key = ("programs", image.source, image.target.number, arguments, image.context, changes.pattern)
    if key not in project.memo:
        found = list(image.start.programs)
        for number, program in enumerate(found):
            if number >= _MOST_PROGRAMS:
                break
            found += project.started_by(image, program) if _only_starts(program, image, project, changes) else ()
        project.memo[key] = found
    known: list[Program] = project.memo[key]
    return known


def _may_be_copied(name: str, image: Image) -> bool:
    """A glance: whether some copy names a program, or fills a folder of programs."""
    if "/" in name or "." in name or "entrypoint" in name:
        return True
    copies = (one for stage in image.chain for one in stage.instructions if one.keyword in {"ADD", "COPY"})
    return any(name in one.fragment.text or "bin" in one.fragment.text for one in copies)


def _only_starts(program: Program, image: Image, project: Project, changes: re.Pattern[str]) -> bool:
    path = path_of(program)
    if path is None or not _may_be_copied(path, image):
        return False
    files = project.files_of(image)
    origin = files.lookup(path) if "/" in path or program.run == "reader" else files.which(path)
    source = project.read(origin.path) if origin.kind == "repository" else None
    return source is not None and changes.search(source.text) is None


def starts_otherwise(image: Image, project: Project) -> bool:
    """Whether Compose starts something else in its place, and nothing but Compose builds it."""
    said = project.overridden(image)
    return "entrypoint" in said or ("command" in said and not image.config.entrypoint.words)


def laid_over(path: str, image: Image, project: Project) -> tuple[Mount, ...]:
    """The mounts that what stands at a path of the image may come from, where the repository runs it."""
    full = posixpath.normpath(posixpath.join(image.config.workdir.text or "/", path))
    return tuple(mount for mount in project.mounts_of(image) if mount.covers(full))


def _is_replaced(path: str, origin: Origin, image: Image, project: Project) -> bool:
    """Whether a mount shows another file than the image's own; asked only once the builds are known."""
    if image.builds is None:
        return False
    full = posixpath.normpath(posixpath.join(image.config.workdir.text or "/", path))
    return any(
        mount.kind != "volume" and (origin.kind != "repository" or mount.shows(full) != origin.path)
        for mount in laid_over(path, image, project)
    )


def path_of(program: Program) -> str | None:
    """The path of the program's file: absolute, relative to WORKDIR, or a bare name; None where it is not known."""
    text = program.words[0].text
    if UNKNOWN in text or not _SIGNS.isdisjoint(text) or program.folder is None:
        return None
    if text.startswith("/") or ("/" not in text and program.run != "reader"):
        return text
    return posixpath.join(program.folder, text) if program.folder else text


def place_of(program: Program, image: Image) -> Span | None:
    """The word of the Dockerfile that starts the program, or the instruction where no word of its own does."""
    if program.words[0].span is not None:
        return program.words[0].span
    for command in (image.start.entrypoint, image.start.cmd):
        if command.instruction is not None:
            return command.instruction.span
    return None
