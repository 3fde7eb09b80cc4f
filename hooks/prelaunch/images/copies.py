"""One `COPY` or `ADD`: which file of which place it puts where.

Facts: the Dockerfile reference ("COPY", "ADD", "Destination"). A folder's content goes into the destination. A file
goes there under its own name where the destination ends in `/`, is a folder already, or there are several sources;
else it becomes the destination. A source is relative to the build context, never above it; its `*`, `?` and `[...]`
stay within one part of a path.
"""

from __future__ import annotations

import posixpath

from prelaunch.image import Origin
from prelaunch.images.config import arguments
from prelaunch.images.patterns import Pattern, cleaned, compile_pattern, is_excluded, matches
from prelaunch.images.scope import scope
from prelaunch.images.stages import copied_from
from prelaunch.readers.dockerfile.words import heredoc_words
from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Image, Instruction, Stage
    from prelaunch.model import Fragment

SourceKind = Literal["context", "stage", "image", "heredoc", "url", "opaque"]

MAX_MATCHES = 2_000
"""More files than a wildcard of a `COPY` names one by one."""

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")
_WILD = "*?["


class Context(Protocol):
    """The build context, with what `.dockerignore` leaves out taken away. Paths are relative to it, "" is the whole."""

    def is_file(self, path: str) -> bool:
        """Whether a file stands there."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands there."""

    def names(self, path: str) -> tuple[str, ...]:
        """The names in a folder."""

    def may_appear(self, path: str) -> bool:
        """Whether a file that is not there may yet come before a build: git ignores it, or it is a submodule's."""

    def exists(self, path: str) -> bool:
        """Whether anything stands there, left out or not."""

    def holds(self, folder: str, ending: str) -> bool:
        """Whether a file whose name ends so stands in the folder or below it."""

    def repository_path(self, path: str) -> str:
        """The path relative to the project's root."""


class Finder(Protocol):
    """The files of an earlier stage."""

    def lookup(self, path: str) -> Origin:
        """As `Files.lookup`."""

    def complete(self, folder: str) -> bool:
        """As `Files.complete`."""

    def holds(self, folder: str, ending: str) -> bool:
        """As `Files.holds`."""


class Source(NamedTuple):
    """One source of a `COPY`.

    `path` is relative to the context, or absolute in a stage or image, or the name of a here-document (`text`).
    `parent` is the part in front of `/./`: `--parents` keeps what stands behind it.
    """

    kind: SourceKind
    path: str = ""
    text: Fragment | None = None
    parent: str = ""


class Copy(NamedTuple):
    """A `COPY` or `ADD`. `target` is absolute; `into` says that it is a folder, whatever the source is."""

    instruction: Instruction
    sources: tuple[Source, ...]
    target: str
    into: bool
    origin: Stage | str | None = None
    mode: str | None = None
    exclude: tuple[Pattern, ...] = ()
    parents: bool = False

    def find(self, path: str, context: Context | None, stage: Finder | None) -> Origin | None:
        """Where the file that this puts at `path` comes from; None where it certainly puts none there."""
        for source in reversed(self.sources):
            found = self._find(source, path, context, stage)
            if found is not None:
                return found._replace(instruction=self.instruction)
        return None

    def opaque(self, folder: str, context: Context | None, stage: Finder | None) -> bool:
        """Whether this may put files of unknown names directly into `folder`."""
        below = below_of(folder, self.target)
        return below is not None and any(self._opaque(source, below, context, stage) for source in self.sources)

    def holds(self, folder: str, ending: str, context: Context | None, stage: Finder | None) -> bool:
        """Whether this surely puts a file whose name ends so into `folder`, or below it."""
        below = below_of(folder, self.target)
        inside = below is not None
        if self.parents or (not inside and below_of(self.target, folder) is None):
            return False
        for source in self.sources:
            if not inside and source.kind in {"context", "stage"} and source.path.endswith(ending):
                return self.into or self.target.endswith(ending)
            path = posixpath.join(source.path, below or "").rstrip("/")
            if source.kind == "stage" and stage is not None and stage.holds(path, ending):
                return True
            if source.kind == "context" and context is not None and context.holds(path, ending):
                return True
        return False

    def _find(self, source: Source, path: str, context: Context | None, stage: Finder | None) -> Origin | None:
        below = below_of(path, self.target)
        name = posixpath.basename(source.path)
        # as a file: under its own name, or as the target itself
        as_file = (below == name and below) if self.into else below == ""
        if below is None:
            return None
        match source.kind:
            case "heredoc":
                return Origin("heredoc", source.path, source.text) if as_file else None
            case "url":
                return Origin("url", source.path) if as_file else None
            case "image":
                return Origin("image", source.path if as_file else posixpath.join(source.path, below))
            case "stage" if stage is not None:
                return self._from_stage(source, below, stage, as_file=bool(as_file))
            case "context" if context is not None:
                return self._from_context(source, below, context)
            case _:
                return Origin("unknown")

    def _from_stage(self, source: Source, below: str, stage: Finder, *, as_file: bool) -> Origin | None:
        if any(sign in source.path for sign in _WILD) or self.parents:
            return Origin("unknown")
        itself = stage.lookup(source.path)
        is_file = itself.kind not in {"absent", "unknown"}
        answers = [itself] if as_file else []
        answers += [stage.lookup(posixpath.join(source.path, below))] if below and not is_file else []
        for answer in answers:
            if answer.kind not in {"absent", "unknown"}:
                return answer
        # what is not found there may still be what the stage makes
        return Origin("unknown") if any(answer.kind == "unknown" for answer in answers) else None

    def _from_context(self, source: Source, below: str, context: Context) -> Origin | None:
        maybe = False
        for one in _expanded(source.path, context):
            if one and not context.exists(one):
                return Origin("unknown")  # made before the build, a file or a folder
            if context.is_folder(one):
                inside = _of_parents(one, source, below) if self.parents else posixpath.join(one, below).rstrip("/")
            elif self.parents:
                inside = _of_parents(one, source, below)
            else:
                into = self.into or any(sign in source.path for sign in _WILD)
                inside = one if below == (posixpath.basename(one) if into else "") else None
            if inside is None or is_excluded(inside, self.exclude):
                continue
            if self.parents and not _within(inside, one):
                continue
            if context.is_file(inside):
                return Origin("repository", context.repository_path(inside))
            maybe = maybe or context.may_appear(inside)
        return Origin("unknown") if maybe else None

    def _opaque(self, source: Source, below: str, context: Context | None, stage: Finder | None) -> bool:
        match source.kind:
            case "heredoc" | "url":
                return False
            case "stage" if stage is not None and not self.parents:
                return any(sign in source.path for sign in _WILD) or not stage.complete(
                    posixpath.join(source.path, below).rstrip("/")
                )
            case "context" if context is not None:
                return not all(context.exists(one) for one in _expanded(source.path, context))
            case _:
                return True


def below_of(path: str, folder: str) -> str | None:
    """`path` relative to `folder`, "" for the folder itself; None where it is neither it nor below it."""
    if path == folder:
        return ""
    head = folder.rstrip("/") + "/"
    return path[len(head) :] if path.startswith(head) else None


def _within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")


def _of_parents(one: str, source: Source, below: str) -> str | None:
    """The path in the context of what `--parents` puts at `below`."""
    return posixpath.join(source.parent, below) if _within(one, source.parent) else None


def _expanded(pattern: str, context: Context) -> Iterator[str]:
    """The paths of the context that a source names, in order; the source itself where it has no wildcard."""
    if not any(sign in pattern for sign in _WILD):
        yield pattern
        return
    found = [""]
    for part in pattern.split("/"):
        glob = compile_pattern(part) if any(sign in part for sign in _WILD) else None
        following = []
        for folder in found:
            if glob is None:
                following.append(posixpath.join(folder, part))
                continue
            names = context.names(folder)
            following += [posixpath.join(folder, name) for name in names if matches(glob, name)]
        found = following[:MAX_MATCHES]
    yield from found


def read_copy(image: Image, instruction: Instruction, workdir: str | None, folders: frozenset[str]) -> Copy | None:
    """A `COPY` or `ADD` taken apart; None where it is malformed. `folders` are those that are there already."""
    words = [text for text, _ in arguments(instruction, image.dockerfile.escape)]
    if len(words) < 2 or workdir is None:
        return None
    seen = scope(image, instruction)
    target = seen.expand(words[-1])
    if target is None:
        return None
    origin = copied_from(image, instruction)
    flags = {flag.name: flag.value for flag in instruction.flags}
    parents = "parents" in flags and flags["parents"] != "false"
    sources = tuple(_sources(image, instruction, words[:-1], origin, flags, parents=parents))
    into = target.endswith(("/", "/.")) or target in {"", "."} or len(words) > 2
    full = cleaned(posixpath.join(workdir, target))
    mode = seen.expand(flags["chmod"]) if "chmod" in flags else None
    excluded = [flag.value for flag in instruction.flags if flag.name == "exclude"]
    patterns = tuple(one for value in excluded if (one := compile_pattern(cleaned(value).lstrip("/"))) is not None)
    return Copy(instruction, sources, full, into or full in folders, origin, mode, patterns, parents)


def _sources(
    image: Image,
    instruction: Instruction,
    words: list[str],
    origin: Stage | str | None,
    flags: dict[str, str],
    *,
    parents: bool,
) -> Iterator[Source]:
    seen = scope(image, instruction)
    bodies = {heredoc.name: heredoc.body for heredoc in instruction.heredocs}
    for word in words:
        heredoc = heredoc_words(word, 0) if word.startswith("<<") else []
        path = seen.expand(word)
        if heredoc:
            yield Source("heredoc", heredoc[0].name, bodies.get(heredoc[0].name))
        elif path is None or ("from" in flags and origin is None):
            yield Source("opaque")
        elif "from" in flags:
            yield Source("image" if isinstance(origin, str) else "stage", cleaned(posixpath.join("/", path)))
        elif instruction.keyword == "ADD" and ("://" in path or path.startswith("git@")):
            is_git = path.partition("#")[0].endswith(".git") or path.startswith("git@")
            yield Source("opaque") if is_git else Source("url", path.partition("?")[0])
        elif instruction.keyword == "ADD" and path.endswith(_ARCHIVES):
            yield Source("opaque")
        else:
            parent, pivot, _ = path.partition("/./") if parents else ("", "", "")
            yield Source("context", _relative(path), parent=_relative(parent) if pivot else "")


def _relative(path: str) -> str:
    """A source relative to the context: what leads above it stops at it."""
    path = cleaned(posixpath.join("/", path))
    return path[1:]
