"""Which file of the repository stands where in an image.

The instructions of the chain of stages are asked backwards: the last one that puts a file at the path has it, and what
stands behind it may have changed it.
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from prelaunch.image import Origin, Setting
from prelaunch.images.bases import known_base
from prelaunch.images.config import config_of_base, workdir_after
from prelaunch.images.context import open_context
from prelaunch.images.copies import Copy, below_of, read_copy
from prelaunch.images.installers import OWN_FOLDERS
from prelaunch.images.patterns import cleaned
from prelaunch.images.runs import Effects, effects, executable_by
from prelaunch.images.stages import base_of, chain_of, effective
from prelaunch.model import UNKNOWN
from prelaunch.readers.dockerfile.environment import assignments
from prelaunch.readers.dockerfile.expand import expand
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.image import Image, Instruction, Stage
    from prelaunch.project import Project

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SYSTEM = frozenset("bin boot dev etc lib lib32 lib64 libx32 media mnt proc root run sbin sys tmp usr var go".split())
_FOR_PROGRAMS = ("/usr/src/", "/var/www/", "/var/task/")
_FOLDERS = frozenset(
    "/ /bin /sbin /etc /home /lib /opt /root /srv /tmp /usr /usr/bin /usr/sbin /usr/lib /usr/local /usr/local/bin "
    "/usr/local/sbin /usr/local/lib /usr/share /usr/src /var /var/lib /var/log /var/www".split()
)
"""The folders that every image with a system in it has."""

_EMPTY = frozenset({"/", "/home", "/opt", "/srv"})
"""Those of them that hold no file of a plain system: only folders, or nothing."""

_SH = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})


def files_of(project: Project, image: Image) -> ImageFiles:
    """See `Project.files_of`."""
    key = ("images", "files", image.source, image.target.number, tuple(image.arguments.items()), image.context)
    found = project.memo.get(key)
    if not isinstance(found, ImageFiles):
        found = project.memo[key] = ImageFiles(project, image)
    return found


class ImageFiles:
    """The files of an image, see `prelaunch.image.Files`."""

    def __init__(self, project: Project, image: Image) -> None:
        self.image = image
        self.context = open_context(project, image)
        self.stages: dict[int, _StageFiles] = {}

    def of_stage(self, stage: Stage) -> _StageFiles:
        """The files at the end of a stage."""
        if stage.number not in self.stages:
            self.stages[stage.number] = _StageFiles(self, stage)
        return self.stages[stage.number]

    def lookup(self, path: str) -> Origin:
        """See `Files.lookup`."""
        full = self._absolute(path)
        return Origin("unknown") if full is None else self.of_stage(self.image.target).lookup(full)

    def complete(self, folder: str) -> bool:
        """See `Files.complete`."""
        full = self._absolute(folder)
        return full is not None and self.of_stage(self.image.target).complete(full)

    def holds(self, folder: str, ending: str) -> bool:
        """See `Files.holds`."""
        full = self._absolute(folder)
        return full is not None and self.of_stage(self.image.target).holds(full, ending)

    def which(self, program: str) -> Origin:
        """See `Files.which`."""
        if "/" in program:
            return self.lookup(program)
        sure = True
        for folder in self._path():
            found = self.lookup(posixpath.join(folder, program)) if folder.startswith("/") else Origin("unknown")
            if found.kind not in {"absent", "unknown"}:
                return found if sure else found._replace(sure=False)
            sure = sure and found.kind == "absent"
        return Origin("absent" if sure else "unknown")

    def _absolute(self, path: str) -> str | None:
        workdir = self.image.config.workdir
        if path.startswith("/"):
            return cleaned(path)
        return cleaned(posixpath.join(workdir.text, path)) if workdir.state != "unknown" and workdir.text else None

    def _path(self) -> list[str]:
        setting = self.image.config.env.get("PATH")
        if setting is None or setting.instruction is None:
            return DEFAULT_PATH.split(":")
        seen = self.image.scope(setting.instruction).variables
        escape = self.image.dockerfile.escape
        for name, word, _ in assignments(setting.instruction.fragment.text, escape):
            if name == "PATH" and word is not None:
                value = expand(word, lambda one: seen[one].text if one in seen else UNKNOWN, escape)
                return value.replace(UNKNOWN, DEFAULT_PATH).split(":")
        return DEFAULT_PATH.split(":")


class _Step(NamedTuple):
    """One instruction that matters for files. `copy` is None for one that could not be read, or is none."""

    instruction: Instruction
    copy: Copy | None = None
    run: Effects | None = None


class _StageFiles:
    """The files at the end of one stage."""

    def __init__(self, files: ImageFiles, stage: Stage) -> None:
        self.files = files
        image = files.image
        chain = chain_of(image.dockerfile, stage)
        base = base_of(chain[-1])
        self.bare = base.scratch
        self.known = known_base(base.name) if base.state == "known" else None
        below = config_of_base(chain[-1])
        workdir, self.shell = below.workdir, below.shell
        folders = frozenset() if self.bare else _FOLDERS
        self.steps: list[_Step] = []
        for one in reversed(chain):
            for instruction in effective(image.dockerfile, one):
                step, workdir, folders = self._take(instruction, workdir, folders)
                self.steps += [step] if step is not None else []

    def _take(
        self, instruction: Instruction, workdir: Setting, folders: frozenset[str]
    ) -> tuple[_Step | None, Setting, frozenset[str]]:
        image = self.files.image
        folder = workdir.text if workdir.state != "unknown" and workdir.text else None
        match instruction.keyword:
            case "WORKDIR":
                workdir = workdir_after(workdir, image, instruction)
                return None, workdir, folders | {workdir.text}
            case "COPY" | "ADD":
                copy = read_copy(image, instruction, folder, folders)
                return _Step(instruction, copy), workdir, folders | ({copy.target} if copy and copy.into else set())
            case "RUN":
                plain = any(posixpath.basename(word) in _SH for word in self.shell)
                run = effects(instruction, folder, _environment(image, instruction), plain_shell=plain)
                return _Step(instruction, run=run), workdir, folders | set(run.made)
            case "SHELL" if instruction.exec_words:
                self.shell = instruction.exec_words
                return None, workdir, folders
            case _:
                return None, workdir, folders

    def _finder(self, copy: Copy) -> _StageFiles | None:
        origin = copy.origin
        return None if origin is None or isinstance(origin, str) else self.files.of_stage(origin)

    def lookup(self, path: str) -> Origin:
        """Where the file at an absolute path comes from."""
        after = Origin("unknown")
        for step in reversed(self.steps):
            if step.run is not None:
                after = _changed(after, step.run, step.instruction, path)
                if path in step.run.files or any(below_of(path, tree) is not None for tree in step.run.trees):
                    return after._replace(kind="made", instruction=step.instruction)
                continue
            if step.copy is None:
                return after._replace(kind="unknown", instruction=step.instruction)
            found = step.copy.find(path, self.files.context, self._finder(step.copy))
            if found is not None:
                return _with(found, after, step.copy.mode)
        folder, _, name = path.rpartition("/")
        known = self.complete(folder or "/") and (self.bare or bool(folder) or name not in _SYSTEM)
        return after._replace(kind="absent" if known else "unknown")

    def complete(self, folder: str) -> bool:
        """Whether every file directly in an absolute folder is known."""
        if not self.bare and not (self.known and folder not in self.known.own and _is_free(folder)):
            return False
        if not OWN_FOLDERS.isdisjoint(folder.split("/")):
            return False
        for step in self.steps:
            if step.run is not None:
                if step.run.anything or any(below_of(folder, tree) is not None for tree in step.run.trees):
                    return False
            elif step.copy is None or step.copy.opaque(folder, self.files.context, self._finder(step.copy)):
                return False
        return True

    def holds(self, folder: str, ending: str) -> bool:
        """See `Files.holds`."""
        copies = (step.copy for step in self.steps if step.copy is not None)
        return any(copy.holds(folder, ending, self.files.context, self._finder(copy)) for copy in copies)


def _environment(image: Image, instruction: Instruction) -> dict[str, str]:
    """What the variables of a `RUN` are, `UNKNOWN` where that is not known."""
    variables = image.scope(instruction).variables
    return {
        name: UNKNOWN if one.text is None else one.text for name, one in variables.items() if one.given != "nowhere"
    }


def _is_free(folder: str) -> bool:
    """Whether no base image of a plain system or language holds anything in a folder."""
    if folder.startswith(_FOR_PROGRAMS):
        return True
    if folder in _EMPTY:
        return True
    first = folder.split("/")[1]
    return bool(first) and first not in _SYSTEM and folder not in _FOLDERS


def _changed(after: Origin, run: Effects, instruction: Instruction, path: str) -> Origin:
    """What is known of a file's changes, with those of a `RUN` before them."""
    for chmod in reversed(run.chmods):
        if after.executable is None and _named(path, chmod.path, deep=chmod.deep):
            after = after._replace(mode=after.mode or chmod.mode, executable=executable_by(chmod.mode))
    if any(_named(path, one) for one in run.unix):
        after = after._replace(unix=True)
    if run.anything:
        name = posixpath.basename(path)
        speaks = any(name in word or word in {"chmod", "dos2unix"} or "\\r" in word for word in run.words)
        touched = (instruction, *after.touched) if speaks else after.touched
        after = after._replace(sure=False, touched=touched)
    return after


def _named(path: str, named: str, *, deep: bool = False) -> bool:
    """Whether a path, or with `deep` a folder above it, is what a command names (`*` and `?` in one part each)."""
    parts, wanted = path.split("/"), named.split("/")
    if len(parts) != len(wanted) and not (deep and len(parts) > len(wanted)):
        return False
    return all(fnmatchcase(part, glob) for part, glob in zip(parts, wanted, strict=False))


def _with(found: Origin, after: Origin, mode: str | None) -> Origin:
    """A file as a `COPY` puts it there, with what happens to it afterwards."""
    executable = after.executable
    if executable is None and mode is not None:
        executable = executable_by(mode)
    if executable is None and mode is None:
        executable = found.executable
    return found._replace(
        mode=after.mode or mode or found.mode,
        executable=executable,
        unix=found.unix or after.unix,
        touched=(*found.touched, *after.touched),
        sure=found.sure and after.sure,
    )
