"""What a Dockerfile says: instructions, stages, arguments. All spans are offsets into `Source.text`."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Fragment, Source, Span

Form = Literal["exec", "shell", ""]


class Flag(NamedTuple):
    """One `--name=value` between keyword and arguments. `value` is without quotes; "" where there is no `=`."""

    name: str
    value: str
    span: Span


class Heredoc(NamedTuple):
    """One here-document: `<<name`, `<<-name` (`strip_tabs`), `<<"name"` (not `expand`).

    `body` is the text that the command receives: tabs that are stripped are not in it, the terminator neither.
    """

    name: str
    expand: bool
    strip_tabs: bool
    body: Fragment


class Instruction(NamedTuple):
    r"""One instruction, or a line that is none (its first word is the keyword then).

    `keyword` is upper case; of `ONBUILD RUN x` it is RUN, and `onbuild` is set. `span` goes from the keyword's first
    character to the end of the last physical line (without its line end), here-document bodies included. `fragment`
    is the text behind the flags, without continuations and the comment lines between them. `form` is "exec" for a
    JSON array of strings (`exec_words`), "shell" for another text of RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD, else "".
    """

    keyword: str
    span: Span
    flags: tuple[Flag, ...]
    fragment: Fragment
    heredocs: tuple[Heredoc, ...] = ()
    form: Form = ""
    exec_words: tuple[str, ...] = ()
    onbuild: bool = False


class Argument(NamedTuple):
    """A global `ARG`: `default` as written (None without `=`), `value` with variables replaced (None if unknown)."""

    name: str
    default: str | None
    value: str | None
    span: Span


class Stage(NamedTuple):
    """One `FROM` and what follows it.

    `base` and `platform` are as written ("" where absent); the resolved ones have the defaults of global `ARG`s in
    place of variables and are None where a value is not known before the build (no default, `$TARGETPLATFORM`).
    `name` is lower case. `parent` is the number of the earlier stage that `base` names.
    """

    number: int
    name: str
    base: str
    base_resolved: str | None
    platform: str
    platform_resolved: str | None
    span: Span
    instructions: tuple[Instruction, ...]
    parent: int | None = None


class Dockerfile(NamedTuple):
    """A whole Dockerfile. `syntax` is the directive's value or ""; `escape` is the escape character."""

    source: Source
    escape: str
    syntax: str
    instructions: tuple[Instruction, ...]
    args: tuple[Argument, ...]
    stages: tuple[Stage, ...]

    def target(self, name: str | None) -> Stage | None:
        """The stage that `--target=name` builds: by name (any case), by number, or the last where `name` is empty."""
        if not name:
            return self.stages[-1] if self.stages else None
        named = [stage for stage in self.stages if stage.name == name.lower()]
        if named:
            return named[-1]
        if name.isascii() and name.isdecimal() and len(name) < 10 and int(name) < len(self.stages):
            return self.stages[int(name)]
        return None
