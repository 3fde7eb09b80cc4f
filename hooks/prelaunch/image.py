"""What a rule may ask of an image: the fact `Image`, one Dockerfile as it is built for one target stage.

A rule with `judges=Image` gets `check(image, project)`. It is asked first about the file alone: the last stage, and
every stage that no other one uses, with no build arguments. Only where it finds something there does the engine read
the repository's builds, and then it is asked again about each image that they really make, and those findings count.
So: look at the text first, ask the project last; what a clean file costs is what your first test costs.

Of the image itself (the file alone, worked out when asked):

- `image.stages`: the stages that the target needs, in order; `image.chain`: the target and what it is built on, the
  target first; `image.base`: the image below all of them (`Base`: scratch, a name, or unknown).
- `image.scope(instruction)`: the variables that an instruction sees (`Scope`). `scope.expand(word)` gives the text
  (None where a part is unknown), `scope.references(word)` the variables in it, `scope.depends(word)` the automatic
  arguments (`TARGETARCH` ...) that decide it, `scope.undeclared(word)` those of them that no `ARG` declares here.
  `image.declared(instruction)` are the variables that an `ARG` or `ENV` sets.
- `image.config`: what the image says at its end: `env`, `workdir`, `user`, `shell`, `entrypoint`, `cmd`, `volumes`.
- `image.start`: what runs at start: `argv`, and `programs`, each program on the way with how it is run (`kernel` needs
  an executable file with a shebang or a binary, `shell` forgives a missing shebang, `reader` only reads the file).
- `image.copied_from(instruction)`: of a `COPY --from`: the stage, or the name of a foreign image.
- `image.words(instruction)`: the arguments of a `COPY`, `ADD`, `ENV` ... as written, each with its place.
- `image.script(instruction)`: the shell text of a `RUN` with its commands (`Script`); None where it runs no shell text.

Everything is three-valued. A `state` is "known", "absent" (it is certain that there is none) or "unknown" (the base
image may have one). Be silent about the unknown.

Of the project (each answer is remembered, the first one may cost):

- `project.files_of(image)`: which file of the repository stands where: `files.lookup("/app/run.sh")` is an `Origin`,
  `files.complete("/app")` whether every file of that folder is known, `files.which("serve")` looks through PATH.
- `project.builds_of("docker/Dockerfile")`: the builds of the repository that use the Dockerfile.
- `project.images_of("docker/Dockerfile")`: the images that they make of it, for a rule that judges another fact.
- `project.platforms_of(image)`: the platforms that it is built for (`Platforms`): known, or not.
- `project.started_by(image, program)`: what a shell script of the repository starts in turn, where that is certain.
- `project.mounts_of(image)`: what is laid over its files where the repository runs it (`Mount`).
- `project.left_out(image, "node_modules")`: whether `.dockerignore` keeps the path out of the build context.
- `project.committed("run.sh")`: mode, bytes and line ends as git has them (`Committed`); None for no such file.

A finding stands in the Dockerfile (`image.source` and the span of an instruction or a word) or in another file that it
is about (`Source` by `project.read`). A fix edits the file of the finding; what would change another file or git's mode
is said in the message.

Examples in the rule's README are files, as for every rule. A tag behind the language says more of one: `mode=755` (or
`mode=644`; one such tag and the example becomes a git repository with every file added), `crlf` (the file has CRLF),
`fixed` (the file as `--fix` leaves it).

    `run.sh`:
    ```sh mode=644 crlf
    #!/bin/sh
    exec serve
    ```
"""

from __future__ import annotations

from functools import cached_property

from prelaunch.model import EMPTY
from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.model import Build, Fragment, Platform, Source, Span

    # for the rules, which need them as types only: to import them costs more than everything else here
    from prelaunch.readers.dockerfile.facts import (  # noqa: TC004 - never there at run time
        Dockerfile,
        Flag,
        Form,
        Heredoc,
        Instruction,
        Stage,
    )
    from prelaunch.readers.shell.syntax import Command as ShellCommand  # noqa: TC004 - as those above
    from prelaunch.readers.shell.syntax import Word as ShellWord  # noqa: TC004 - as those above

__all__ = [
    "Base", "Command", "Committed", "Config", "Dockerfile", "Files", "Flag", "Form", "Heredoc", "Image", "Instruction",
    "Mount", "Origin", "Platforms", "Program", "Reference", "Scope", "Script", "Setting", "ShellCommand", "ShellWord",
    "Stage", "Start", "State", "Variable", "Word",
]  # fmt: skip

State = Literal["known", "absent", "unknown"]
Given = Literal["build-arg", "stage", "global", "automatic", "predefined", "env", "base", "nowhere"]
Run = Literal["kernel", "shell", "reader"]
Kind = Literal["repository", "heredoc", "url", "image", "made", "absent", "unknown"]


class Word(NamedTuple):
    """A word and its place in the Dockerfile; `span` is None where no file says it (`/bin/sh -c` of a shell form)."""

    text: str
    span: Span | None = None


class Setting(NamedTuple):
    """One value of the image's configuration, and the instruction that set it (None where the base did, or nobody)."""

    state: State
    text: str = ""
    instruction: Instruction | None = None


class Command(NamedTuple):
    """The ENTRYPOINT or CMD in force at the end of the target.

    `words` is what it stands for: of the exec form its strings, of the shell form the SHELL in force there and the
    text. `stage` is the number of the stage that says it. "unknown" where only the base image can say it.
    """

    state: State
    form: Form = ""
    words: tuple[Word, ...] = ()
    instruction: Instruction | None = None
    stage: int | None = None


class Config(NamedTuple):
    """The image's configuration at the end of the target stage.

    `env` holds what the Dockerfile sets; a name that is not in it is `unset`: "unknown", or "absent" on scratch.
    `shell` is what runs a shell form there.
    """

    env: Mapping[str, Setting]
    unset: Setting
    workdir: Setting
    user: Setting
    shell: tuple[str, ...]
    entrypoint: Command
    cmd: Command
    volumes: tuple[Word, ...] = ()


class Base(NamedTuple):
    """What the chain of stages starts from. `name` is with tag and digest as written, variables replaced."""

    state: State
    name: str = ""
    stage: int = 0

    @property
    def scratch(self) -> bool:
        """Whether there is nothing below: every file of the image is said by the Dockerfile."""
        return self.state == "absent"


class Program(NamedTuple):
    """One program that starts: `words[0]` is it, the others its arguments.

    `run` says how: "kernel" (`execve`: needs the executable bit, and a binary or a `#!`), "shell" (the same, but a
    shell reads a file that is neither), "reader" (`sh run.sh`: the file is only read). `through` are the names of the
    programs before it. `folder` is where its relative paths start: absolute, or relative to WORKDIR ("" for that
    itself); None where it is not known. A part of a word that only the shell knows is `UNKNOWN` (of the model).
    """

    run: Run
    words: tuple[Word, ...]
    through: tuple[str, ...] = ()
    folder: str | None = ""


class Start(NamedTuple):
    """What runs when a container of the image starts with no arguments of its own.

    `state` is "unknown" where the base image decides a part of it, "absent" where nothing is there to run. `argv` is
    ENTRYPOINT and CMD put together; `programs` begin with `argv[0]`, and go on as far as what it starts is certain
    (`tini --`, `env A=b`, `sh -c`, `exec`).
    """

    state: State
    argv: tuple[Word, ...] = ()
    programs: tuple[Program, ...] = ()
    entrypoint: Command = Command("absent")
    cmd: Command = Command("absent")


class Script(NamedTuple):
    """The shell text of a `RUN` and every simple command in it; their positions are indexes into `text.text`."""

    text: Fragment
    commands: tuple[ShellCommand, ...]


class Variable(NamedTuple):
    """A variable as an instruction sees it.

    `given` is where its value comes from, `text` the value (None where it is not known before the build), `span` the
    word of the `ARG` or `ENV` that declares it in the stage, `assigned` the part of it from the `=` on (None for none),
    `automatic` the automatic arguments that decide it.
    """

    name: str
    given: Given
    text: str | None
    span: Span | None = None
    automatic: frozenset[str] = frozenset()
    assigned: Span | None = None


class Reference(NamedTuple):
    """A `$NAME` or `${NAME...}` in a word: its name, its operator with what follows ("" for none), its place."""

    name: str
    operator: str
    span: Span


class Scope(NamedTuple):
    """The variables that one instruction sees. `variables` are those that are declared; `bare`: there are no others."""

    variables: Mapping[str, Variable]
    escape: str = "\\"
    bare: bool = False

    def expand(self, word: str) -> str | None:
        """The word without quotes and with its variables in place; None where a part is not known before the build."""
        from prelaunch.images.scope import expanded

        return expanded(self, word)

    def references(self, word: Fragment) -> tuple[Reference, ...]:
        """Every variable that stands in the word, in order; those inside another's default too."""
        from prelaunch.images.scope import references

        return references(word, self.escape)

    def depends(self, word: str) -> frozenset[str]:
        """The automatic arguments that decide the word, also through other variables."""
        from prelaunch.images.scope import depends

        return depends(self, word)

    def undeclared(self, word: str) -> frozenset[str]:
        """The automatic arguments that the word names, that nothing declares here, and that no default covers."""
        from prelaunch.images.scope import undeclared

        return undeclared(self, word)


class _Image(NamedTuple):
    source: Source
    dockerfile: Dockerfile
    target: Stage
    arguments: Mapping[str, str | None] = EMPTY
    builds: tuple[Build, ...] | None = None
    context: str | None = None


class Image(_Image):
    """One Dockerfile as it is built for `target`.

    `arguments` are the `--build-arg`s (None: given, but not known). `builds` are the builds that make exactly this
    image; None where the repository was not asked (the first question to a rule), empty where none was found. `context`
    is the build context's folder, relative to the root; None where it is not known.
    """

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Image({self.source.path!r}, target={self.target.name or self.target.number!r})"

    @cached_property
    def chain(self) -> tuple[Stage, ...]:
        """The target, the stage that it is built on, and so on."""
        from prelaunch.images.stages import chain

        return chain(self)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage that the target needs, by `FROM`, `COPY --from` or `RUN --mount=from=`, in the file's order."""
        from prelaunch.images.stages import needed

        return needed(self)

    @cached_property
    def base(self) -> Base:
        """What stands below the whole chain."""
        from prelaunch.images.stages import base

        return base(self)

    def copied_from(self, instruction: Instruction) -> Stage | str | None:
        """The stage or the image that a `--from` names; None without one, or where it is not known."""
        from prelaunch.images.stages import copied_from

        return copied_from(self, instruction)

    def words(self, instruction: Instruction) -> tuple[Word, ...]:
        """The arguments of an instruction that takes words or a JSON array, as written."""
        from prelaunch.images.config import arguments

        return tuple(Word(text, span) for text, span in arguments(instruction, self.dockerfile.escape))

    def script(self, instruction: Instruction) -> Script | None:
        """The shell text of a `RUN` and its commands; None for another instruction, or another program's text."""
        from prelaunch.images.scripts import script

        return script(self, instruction)

    def scope(self, instruction: Instruction) -> Scope:
        """The variables that an instruction of the file sees, in the stage where it stands."""
        from prelaunch.images.scope import scope

        return scope(self, instruction)

    def declared(self, instruction: Instruction) -> tuple[Variable, ...]:
        """The variables that an `ARG` or `ENV` of the file sets, as it sets them, in order."""
        from prelaunch.images.scope import declared

        return declared(self, instruction)

    @cached_property
    def config(self) -> Config:
        """The configuration at the end of the target."""
        from prelaunch.images.config import config

        return config(self)

    @cached_property
    def start(self) -> Start:
        """What runs when a container starts."""
        from prelaunch.images.start import start

        return start(self)


class Platforms(NamedTuple):
    """The platforms that an image is built for.

    `state` is "known" where every build of it that was found names its own, or the configuration does (`configured`);
    "absent" where the repository holds no build of it and configures none; else "unknown". `names` are those that are
    known for certain even so.
    """

    state: State
    names: tuple[Platform, ...] = ()
    builds: tuple[Build, ...] = ()
    configured: bool = False


class Mount(NamedTuple):
    """A folder or file of a container that is laid over the image's: what is there then is not what was built.

    `target` is its absolute path, "" where that is not known (it may be anywhere). A `volume` begins with what the
    image has there, a `bind`, `tmpfs` or `file` (a config, a secret) does not. `source` is the folder or file of the
    repository that a bind shows ("" for its root), None where it shows another, or that is not known.
    """

    target: str
    kind: Literal["bind", "volume", "tmpfs", "file"]
    source: str | None = None

    def covers(self, path: str) -> bool:
        """Whether what stands at an absolute path, or in that folder, may come from here."""
        return not self.target or f"{path}/".startswith(f"{self.target}/")

    def shows(self, path: str) -> str | None:
        """The file of the repository that stands at a covered path; None where that is not known."""
        if self.source is None or not self.target:
            return None
        return f"{self.source}/{path[len(self.target) :].strip('/')}".strip("/")


class Committed(NamedTuple):
    """A file as git has it in its index; outside a repository, or untracked, as the file system has it (`tracked`).

    `executable` is None where no one knows (Windows, no git). `data` are its bytes (of a link, its target); None for a
    file of more than 2 MB. `text` and `eol` are git's attributes ("" where they are not specified).
    """

    tracked: bool
    executable: bool | None
    link: bool
    data: bytes | None
    text: str = ""
    eol: str = ""

    @property
    def crlf(self) -> bool:
        r"""Whether the first line ends in `\r\n`, which the kernel takes as part of the interpreter's name."""
        return (self.data or b"").partition(b"\n")[0].endswith(b"\r")

    @property
    def shebang(self) -> bytes | None:
        """What stands behind `#!`, without the line's end; None where the file does not start with it."""
        return self.data[2:].partition(b"\n")[0].strip() if self.data and self.data.startswith(b"#!") else None


class Origin(NamedTuple):
    """Where a file of the image comes from.

    `kind`: "repository" (`path`, relative to the root), "heredoc" (`text`), "url", "image" (a file of another image,
    `path` there), "made" (a RUN makes it, its content unknown), "absent" (certain), "unknown". `instruction` put it
    there. `mode` is what a `--chmod` or `RUN chmod` says, as written (None: nothing does), and `executable` whether an
    executable bit comes of it (None: unknown, or as the repository has it). `unix` says that a RUN takes the CRs out.
    `touched` are the later instructions that speak of the file, or of all files around it, in a way that is not
    understood: with one, say nothing. `sure` is False where a later RUN runs what is not known at all: with that,
    nothing is "certain".
    """

    kind: Kind
    path: str = ""
    text: Fragment | None = None
    instruction: Instruction | None = None
    mode: str | None = None
    executable: bool | None = None
    unix: bool = False
    touched: tuple[Instruction, ...] = ()
    sure: bool = True


class Files(Protocol):
    """The files of an image, see `project.files_of`. Paths are absolute, or relative to the image's WORKDIR."""

    def lookup(self, path: str) -> Origin:
        """Where the file at `path` comes from."""

    def complete(self, folder: str) -> bool:
        """Whether every file directly in `folder` is known, so that one that is not found is absent."""

    def holds(self, folder: str, ending: str) -> bool:
        """Whether a `COPY` surely puts a file of the repository whose name ends so into `folder`, or below it."""

    def which(self, program: str) -> Origin:
        """The file that a bare name starts, by the image's PATH; a name with a `/` is looked up as a path."""
