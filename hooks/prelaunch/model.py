"""The data that every part of prelaunch exchanges: frozen, and nothing else. Of text and places see `source`."""

from __future__ import annotations

from types import MappingProxyType

from prelaunch.source import HANDED, UNKNOWN, UNSET, Fragment, Piece, Source, Span, Step
from prelaunch.typed import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prelaunch.project import Project

__all__ = [
    "EMPTY",
    "HANDED",
    "UNKNOWN",
    "UNSET",
    "Build",
    "Certainty",
    "Deployment",
    "Edit",
    "Finding",
    "Fix",
    "Fragment",
    "Import",
    "Piece",
    "Platform",
    "Retag",
    "Rule",
    "Slot",
    "Source",
    "Span",
    "State",
    "Step",
    "Value",
]

EMPTY: Mapping[Any, Any] = MappingProxyType({})
"""The empty mapping, as a default."""

State = Literal["explicit", "missing", "delegated", "default", "unknown"]
Certainty = Literal["certain", "likely", "hint"]


class Value(NamedTuple):
    """What a variable may hold by default: one text, or several where branches or a matrix differ.

    A text may contain `UNKNOWN` or `HANDED`. `steps` say where it was set.
    """

    texts: tuple[str, ...]
    steps: tuple[Step, ...] = ()


class Slot(NamedTuple):
    """Where and how this place would spell a platform: `before + joint.join(quote + platform + quote) + after`.

    `span` is replaced (usually empty: an insertion). `many` is False where only one platform can be said. `constants`
    names the class whose constants stand for the platforms (AWS CDK's `Platform`), where a text would not do.
    """

    span: Span
    before: str
    after: str = ""
    joint: str = ","
    quote: str = ""
    many: bool = True
    constants: str = ""

    def spell(self, platforms: tuple[str, ...]) -> str:
        """The text that says `platforms` here."""
        return self.before + self.joint.join(map(self._word, platforms)) + self.after

    def _word(self, platform: str) -> str:
        if not self.constants:
            return f"{self.quote}{platform}{self.quote}"
        if platform in {"linux/amd64", "linux/arm64"}:
            return f"{self.constants}.{platform.upper().replace('/', '_')}"
        return f"{self.constants}.custom('{platform}')"


class Build(NamedTuple):
    """One place where an image is built, and for which platform.

    `tool` is a name of the builder table, `form` the kind of place: makefile, shell, gha-run, gha-uses, gitlab,
    compose, bake, dockerfile. `platforms` are as written. `image` is False where the result is no image
    (`-o type=local`, `--check`). `dockerfile` is the path, relative to the root, where it is literal, `context` the
    build context's folder ("" for the root), `target` the stage that is built where one is named (it may hold
    `UNKNOWN`), `arguments` the build arguments (None: a value that is not known).
    `open` names variables that are set nowhere in the repository and could hold a platform flag. `overwritten` are tags
    that several legs of the job push, each for another platform, so that one of them is left.
    `variants` are the builds of a place that builds several things (a matrix of services), each with its own inputs.

    `whole` says that `platforms` are all that it builds for: none is left out because it is not known. `written` is
    where `platforms` stand in the source, character by character, as far as they do. `listed` are the platforms that a
    second place names beside the one in force (compose's `build.platforms`). `outputs` are the exporters that are asked
    for, in BuildKit's words (`docker` for `--load`, `registry` for `--push`); one that is not known is `UNKNOWN`.
    `by_digest` says that the image is pushed without a name, for a manifest list to be put together from. `renamed` are
    the names under which the commands around a `Retag` push its image. `runs` are the places of the same file that run
    the image, whatever its name (a function of AWS CDK).
    """

    source: Source
    span: Span
    tool: str
    form: str
    state: State
    platforms: tuple[str, ...] = ()
    via: tuple[Step, ...] = ()
    slot: Slot | None = None
    host: Platform | None = None
    published: bool = False
    images: tuple[str, ...] = ()
    dockerfile: str | None = None
    target: str | None = None
    context: str | None = None
    arguments: tuple[tuple[str, str | None], ...] = ()
    image: bool = True
    open: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()
    variants: tuple[Build, ...] = ()
    whole: bool = False
    written: tuple[Span, ...] = ()
    listed: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    by_digest: bool = False
    renamed: tuple[str, ...] = ()
    runs: tuple[Deployment, ...] = ()


class Retag(Build):
    """One place where an image is pulled, to be pushed again under another name (`docker pull`, `tag`, `push`).

    It is read as a build is, since it gives an image for the platforms that its command names, or for the host's:
    `images` are the names that it pulls (of one that is not known, the word as written, and the name with `…` in it),
    `renamed` those that the commands of the same script, recipe or job push it under. A pull with no such name is never
    handed to a rule.
    """

    __slots__ = ()


class Deployment(NamedTuple):
    """One place of a deploy file that runs an image, and on machines of which architecture.

    `system` is what it is deployed to ("Kubernetes", "AWS Lambda" ...). `image` is as written, with `UNKNOWN` for what
    is not literal. The machines are of one of `allowed` (any where it is empty) and of none of `refused`: architectures
    as the OCI image index spells them. `said` is the text that requires it and `place` where it stands; `default` says
    that nothing is written and the system itself requires it, so that `place` is the image's.
    """

    source: Source
    span: Span
    system: str
    image: str
    allowed: tuple[str, ...]
    refused: tuple[str, ...]
    said: str
    place: Span
    default: bool = False

    def takes(self, architecture: str) -> bool:
        """Whether one of the machines may run an image of this architecture: its own, or the smaller one of its kind.

        An amd64 machine takes 386 images, an arm64 one arm images (containerd's `platforms.Only`).
        """
        runs = {architecture, {"386": "amd64", "arm": "arm64"}.get(architecture, architecture)}
        return bool(runs - set(self.refused)) and (not self.allowed or bool(runs.intersection(self.allowed)))


class Import(NamedTuple):
    """One imported name: `import module`, `from module import name as alias`, or an attribute `module.name`.

    `name` is None for a plain module import. `guarded` says why a failure is expected or not ours to judge
    (an except clause, TYPE_CHECKING, a version test, `# type: ignore`); "" where nothing guards it.
    `fragment` is the Python text that the import stands in, with its map to the file (a whole module, a notebook's
    cell, a heredoc of a `RUN`).
    """

    source: Source
    span: Span
    module: str
    name: str | None = None
    alias: str | None = None
    guarded: str = ""
    attribute: bool = False
    fragment: Fragment | None = None


class Platform(NamedTuple):
    """A platform as the OCI image index spells it."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Edit(NamedTuple):
    """Put `text` in place of `span`."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits of one file that mend a finding. `--fix` writes it only where `safe`; `title` says what it does.

    `source` is the file, where it is not the one that the finding stands in.
    """

    edits: tuple[Edit, ...]
    title: str
    safe: bool = True
    source: Source | None = None


class Finding(NamedTuple):
    """One fault. `message` is one line: what is there, what happens because of it, what to do."""

    rule: str
    certainty: Certainty
    source: Source
    span: Span
    message: str
    fix: Fix | None = None

    @property
    def mended(self) -> Source:
        """The file that the fix changes."""
        return (self.fix.source if self.fix is not None else None) or self.source


class Rule(NamedTuple):
    """A rule judges one kind of fact: a pure function of the fact and of what the project says.

    `certainty` is the highest that it gives, `fixable` whether it ever gives a safe fix. `mend` makes the fix of a fact
    that `check` spoke about; it may be slow (libcst), so the engine calls it only where fixes are wanted. `sift` is a
    cheap look at a Python file: False where the rule has nothing to say of it, so that nobody parses it. `url` is the
    address of the rule's page, which the registry fills in ("" where its package says none).
    `default` is False for a rule that judges only where it is selected by name. `symptoms` are pieces of the error
    texts that its faults end in, in lower case and single spaces, as a log shows them (`prelaunch diagnose`).
    """

    name: str
    judges: type[Any]
    check: Callable[[Any, Project], Iterator[Finding]]
    certainty: Certainty
    fixable: bool
    folder: str
    mend: Callable[[Any, Project], Fix | None] | None = None
    sift: Callable[[Source, Project], bool] | None = None
    url: str = ""
    default: bool = True
    symptoms: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        """The rule's README: documentation, examples and tests in one."""
        with open(f"{self.folder}/README.md", encoding="utf-8") as file:
            return file.read()

    @property
    def summary(self) -> str:
        """The README's first paragraph, on one line."""
        paragraphs = [part for part in self.doc.split("\n\n") if part.strip() and not part.startswith("#")]
        return " ".join(paragraphs[0].split()) if paragraphs else ""
