"""What the shell reader returns: commands, words and the blocks around them."""

from __future__ import annotations

from prelaunch.typed import Literal, NamedTuple

PartKind = Literal["literal", "parameter", "command", "arithmetic", "process"]

BlockKind = Literal[
    "if",
    "case",
    "for",
    "while",
    "until",
    "select",
    "function",
    "subshell",
    "group",
    "substitution",
    "and",
    "or",
    "pipe",
    "background",
]


class Part(NamedTuple):
    r"""One piece of a word, from `start` to `stop`.

    `text` is, by `kind`: literal, the text after quote removal; parameter, the name (`x`, `1`, `@`), "" where there is
    none (`${{ }}`); command, arithmetic and process, the raw text between the brackets. A literal stands where its
    characters stand, without quotes and backslashes, so that `len(text) == stop - start` unless an escape was decoded
    (`$'\n'`); it is split where something was taken out. The others stand with their `$` and brackets. `quoted`
    text is not split into fields.

    Parameters only: `operator` is "" or one of `:-` `-` `:=` `=` `:+` `+` `:?` `?`, "#" (length), "!" (indirect), or
    "other" (`%`, `/`, `^`, a substring ...), `argument` the word behind it ("other": from the operator on), `subscript`
    the raw array subscript.
    """

    kind: PartKind
    text: str
    start: int
    stop: int
    quoted: bool
    operator: str = ""
    argument: Word | None = None
    subscript: str = ""


class Word(NamedTuple):
    """One word before expansion; `start` and `stop` include its quotes."""

    parts: tuple[Part, ...]
    start: int
    stop: int

    @property
    def text(self) -> str | None:
        """The word's value where every part is literal, else None. Patterns and braces are left as they are."""
        if len(self.parts) == 1:
            part = self.parts[0]
            return part.text if part.kind == "literal" else None
        if all(part.kind == "literal" for part in self.parts):
            return "".join(part.text for part in self.parts)
        return None


class Assignment(NamedTuple):
    """`name=value`, `name+=value`, `name[subscript]=value` or `name=(items)`; `value` has no parts in `name=`.

    Exactly one of `value` and `items` (an array literal) is not None.
    """

    name: str
    append: bool
    value: Word | None
    items: tuple[Word, ...] | None
    start: int
    stop: int
    subscript: str = ""


class Redirect(NamedTuple):
    """One redirection.

    `fd` is the number or `{name}` in front, else "". Of a heredoc, `target` is the delimiter, `quoted` says that the
    body is not expanded, and `body` spans the body's lines without the delimiter's, leading tabs included.
    """

    operator: str
    target: Word | None
    body: tuple[int, int] | None
    quoted: bool
    fd: str


class Block(NamedTuple):
    """Something that a command stands in; the commands of one block, whatever the arm, share its `number`.

    `arm`: of if and case, which branch, from 0; the condition of an if has -1, of its first elif -2 ...; a loop's
    condition has -1 and its body 0; of a pipe, the position; of `and` and `or`, the place in the list (from 1), each
    right-hand side with a number of its own. `name`: the function, loop variable or coprocess. `words`: of for and
    select the list (`"$@"`, of no width, where there is no `in`); of case the subject, then the arm's patterns.
    """

    kind: BlockKind
    number: int
    arm: int
    name: str = ""
    words: tuple[Word, ...] = ()


class Command(NamedTuple):
    """A simple command; `blocks` are those that it stands in, outermost first.

    `words` is empty where there are only assignments or redirections. The assignments of `export A=b` and its like
    (`declare`, `local`, `readonly`, `typeset`) stand in `words` and, behind any prefix, in `assignments`.
    `start` and `stop` span assignments, words and redirections, but no heredoc body. `negated`: behind a `!`.
    """

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    blocks: tuple[Block, ...]
    start: int
    stop: int
    negated: bool = False
