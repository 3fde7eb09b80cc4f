"""Shell text to the simple commands that it holds, with exact positions.

In: the text of a script (`Fragment.text`), in POSIX sh or bash. Out: `Command`s; every position is a 0-based index into
that text, half-open. Nothing is expanded or run, and no text is refused: where quotes or keywords do not balance, the
rest is read as bash would have read it up to its complaint. Facts: the GNU bash manual ("Shell Syntax", "Shell
Expansions", "Redirections") and POSIX.1-2024, XCU chapter 2; behaviour was compared with bash and shfmt.
"""

from __future__ import annotations

from prelaunch.readers.shell.grammar import Grammar
from prelaunch.readers.shell.quoting import unquote
from prelaunch.readers.shell.syntax import Assignment, Block, Command, Part, Redirect, Word

__all__ = ["Assignment", "Block", "Command", "Part", "Redirect", "Word", "parse", "unquote"]


def parse(fragment_text: str) -> tuple[Command, ...]:
    """Every simple command of `fragment_text`, in order of its start; positions are indexes into it.

    Commands inside substitutions, function bodies, branches and unquoted heredoc bodies are included, each with the
    `blocks` that enclose it. `[[ ]]` is one where it holds plain words, operators and `&&` only; `(( ))` and case
    patterns are none; the substitutions inside them are.
    """
    return Grammar(fragment_text).commands()
