"""The project: what a reader or a rule may ask beyond the text at hand."""

from __future__ import annotations

import os

from prelaunch.files import MAX_BYTES, Disk, UnreadableError
from prelaunch.model import EMPTY, Source
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prelaunch import image
    from prelaunch.cache.log import Log, Questions
    from prelaunch.discover import File
    from prelaunch.files import Files
    from prelaunch.image import Committed, Image, Mount, Platforms, Program
    from prelaunch.kinds import Word
    from prelaunch.model import Build, Deployment

__all__ = ["MAX_BYTES", "Project", "Settings", "UnreadableError"]


class Settings(NamedTuple):
    """The configuration (see `config.py`); the defaults are those of a project that configures nothing."""

    platforms: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, tuple[str, ...]] = EMPTY
    wrappers: Mapping[str, str] = EMPTY


class Project:
    """A tree of files, read only inside itself and each file once."""

    def __init__(self, files: str | Files, settings: Settings | None = None) -> None:
        """`files` is a folder of the disk (then it is `root`), or any other tree."""
        self.files: Files = Disk(files) if isinstance(files, str) else files
        self.root = self.files.root if isinstance(self.files, Disk) else None
        self.settings = settings or Settings()
        self._sources: dict[str, Source | None] = {}
        self.given: dict[str, Source] = {}
        self.memo: dict[Any, Any] = {}
        self.cut: set[str] = set()
        self.log: Log | Questions | None = None

    def read(self, path: str) -> Source | None:
        """The file at `path` (relative to the root, `/` or the system's separator); None where it cannot be read."""
        try:
            return self.open(path)
        except UnreadableError:
            return None

    def open(self, path: str) -> Source:
        """As `read`, but raises `UnreadableError` with the reason."""
        path = _normal(path)
        self.ask("read", path)
        if path not in self._sources:
            self._sources[path] = None
            self._sources[path] = Source.decode(path, self.files.read(path))
        source = self._sources[path]
        if source is None:
            raise UnreadableError("cannot be read")
        return source

    def content(self, path: str) -> bytes | None:
        """The bytes of a file, without keeping them as `read` does; None where it cannot be read."""
        source = self._sources.get(path)
        if source is not None:
            return source.encode(source.text)
        try:
            return self.files.read(path)
        except UnreadableError:
            return None

    def cut_short(self, source: Source) -> None:
        """Note that reading a file has come to its bounds, so that what follows in it is not known."""
        self.cut.add(source.path)

    def add(self, source: Source) -> None:
        """Let `source` stand for the file of its path (standard input, a fixed text)."""
        self._sources[source.path] = source
        self.given[source.path] = source

    def exists(self, path: str) -> bool:
        """Whether a regular file stands at `path` inside the root."""
        path = _normal(path)
        found = self._sources.get(path) is not None or self.files.exists(path)
        self.ask("exists", path, found)
        return found

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at `path` inside the root."""
        path = _normal(path)
        found = self.files.is_folder(path)
        self.ask("folder", path, found)
        return found

    def deploys(self, image: str) -> bool:
        """Whether a deploy file of the project names an image of this repository (the tag does not matter)."""
        from prelaunch.deploy import deployed_images, repository

        return repository(image) in deployed_images(self)

    def required_platform(self, image: str) -> str | None:
        """The one platform that every place which deploys the image (whatever its tag) writes that it needs, if so."""
        from prelaunch.deploy import deployed_images, deployments_of, repository

        found = deployments_of(self, image)
        allowed = {each.allowed for each in found}
        if len(allowed) != 1 or any(each.refused or each.default for each in found):
            return None
        (names,) = allowed
        every = deployed_images(self)[repository(image)] <= len(found)  # a place that is unlike may run it elsewhere
        return f"linux/{names[0]}" if every and len(names) == 1 else None

    def deployments(self, image: str) -> tuple[Deployment, ...]:
        """Where deploy files run this image on machines of a known architecture; a tag that is another is left out."""
        from prelaunch.deploy import could_be, deployments_of

        return tuple(each for each in deployments_of(self, image) if could_be(each.image, image) is not False)

    def builds_of_image(self, image: str) -> tuple[Build, ...]:
        """The builds of the repository that give this image, or may: the name of what they push is not known.

        The tag does not matter. The first question reads all builds.
        """
        from prelaunch.deploy import repository
        from prelaunch.images.link import all_builds

        def may_give(build: Build) -> bool:
            names = {repository(each) for each in build.images}
            return name in names or (build.published and (not names or any("…" in each for each in names)))

        name = repository(image)
        return tuple(build for build in all_builds(self) if may_give(build))

    def pinned_platform(self, dockerfile: str, target: str | None = None) -> str | None:
        """The constant platform that a Dockerfile's last (or target) stage is pinned to, None where it is not."""
        from prelaunch.places.dockerfile import pinned

        return pinned(self, dockerfile, target)

    def emulated_step(self, dockerfile: str, target: str | None = None) -> int | None:
        """The line of the first `RUN` that runs on the platform built for, where the build needs one; else None."""
        from prelaunch.images.stages import first_run

        return first_run(self, dockerfile, target)

    def builds_of(self, dockerfile: str) -> tuple[Build, ...]:
        """The builds of the repository that use the Dockerfile at this path. The first question reads all of them."""
        from prelaunch.images.link import builds_of

        return builds_of(self, dockerfile)

    def images_of(self, dockerfile: str) -> tuple[Image, ...]:
        """The images that the repository's builds make of the Dockerfile at this path."""
        from prelaunch.images.link import built_images

        source = self.read(dockerfile)
        return built_images(self, source) if source is not None else ()

    def files_of(self, built: Image) -> image.Files:
        """Which file of the repository stands where in an image."""
        from prelaunch.images.files import files_of

        return files_of(self, built)

    def started_by(self, image: Image, program: Program) -> tuple[Program, ...]:
        """The programs that a program of an image certainly starts, where it is a shell script of the repository."""
        from prelaunch.images.script_files import started_by

        return started_by(self, image, program)

    def ignore_file(self, image: Image) -> Source | None:
        """The `.dockerignore` that the builds of an image read; None where there is none, or its context is unknown."""
        from prelaunch.images.context import ignore_file

        return ignore_file(self, image)

    def mounts_of(self, image: Image) -> tuple[Mount, ...]:
        """What is laid over the files of an image by whatever of the repository builds and runs it."""
        from prelaunch.images.mounts import mounts_of

        return mounts_of(self, image)

    def overridden(self, image: Image) -> frozenset[str]:
        """What is said elsewhere in place of an image's own, wherever the repository runs it.

        Some of `entrypoint`, `command`, `working_dir` and `environment`: keys of all the Compose services that it is
        built for; none where something else builds it too.
        """
        from prelaunch.images.mounts import overridden

        return overridden(self, image)

    def left_out(self, image: Image, path: str) -> bool | None:
        """Whether `.dockerignore` keeps a path out of the image's build context; None where that is not known."""
        from prelaunch.images.context import left_out

        return left_out(self, image, path)

    def platforms_of(self, image: Image) -> Platforms:
        """The platforms that an image is built for."""
        from prelaunch.images.link import platforms_of

        return platforms_of(self, image)

    def committed(self, *paths: str) -> Committed | None:
        """The file at the first path as git has it, or the disk where git has it not; None for no such file.

        Further paths are looked up in the same breath, for the questions that follow.
        """
        from prelaunch.repository import committed

        for path in paths:
            self.ask("git", path)
        return committed(self, paths)[paths[0]]

    def paths(self, *endings: str) -> Iterator[str]:
        """Every file that is the project's own and whose name ends so: no link, nothing below `vendor` and the like."""
        self.ask("paths", "|".join(endings))
        return (path for path in self.files.paths() if path.lower().endswith(endings))

    def trace(self, log: Log | Questions) -> None:
        """From now on note in `log` what is asked, so that somebody can tell when an answer is out of date."""
        self.log, self.memo = log, log.memo

    def ask(self, kind: str, about: str, answer: bool | bytes | tuple[str, ...] | None = None) -> None:
        """Note a question, where somebody wants to know (`prelaunch.cache`), and the answer if it is at hand."""
        if self.log is not None:
            self.log.ask(kind, about, answer)

    def sources(self) -> list[Source]:
        """The files that were read."""
        return [source for source in self._sources.values() if source is not None]

    @property
    def words(self) -> dict[str, tuple[Word, ...] | None]:
        """What a file of the project must hold to be worth reading (`registry.import_words`), own commands too."""
        from prelaunch.registry import import_words

        words = import_words()
        words[""] = (*(words[""] or ()), *(name.encode() for name in self.settings.wrappers))
        return words

    def candidates(self, without: Collection[str] = ()) -> Iterator[File]:
        """Every file of the project that may hold a fact, save the excluded ones; most are read for that.

        `without` are kinds, as the name alone says them, to leave out.
        """
        self.ask("all", "")
        return self.files.candidates(".", self.words, self.settings.exclude, without)

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder inside the root, sorted; none where it cannot be listed."""
        folder = _normal(folder)
        found = self.files.names(folder)
        self.ask("names", folder, found)
        return found


def _normal(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")
