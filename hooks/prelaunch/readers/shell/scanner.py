"""The lowest level of the shell reader: the position, blanks, heredoc bodies, and where brackets close."""

from __future__ import annotations

import re

from prelaunch.readers.shell.drafts import CommandDraft, Parts, RedirectDraft, Scope
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.readers.shell.syntax import Word

LIMIT = 40
"""Nesting beyond this is opaque: no script comes near it, and a level may take 13 frames of Python's 1000."""

_BLANKS = re.compile(r"[ \t]+")
_BRACKET = {close: re.compile(rf"\\|'|\"|\{opener}+|\{close}+") for opener, close in ("()", "{}")}
_UNEXPANDED = re.compile(r"[^$`\\]+")
_DELIMITER = re.compile(r"[^ \t\r\n;&|<>()'\"\\]+")


def closing(text: str, mark: str, at: int, end: int) -> int:
    r"""Where the next `mark` without a backslash before it stands, from `at` on; `end` if nowhere."""
    floor = at
    while True:
        found = text.find(mark, at, end)
        if found < 0:
            return end
        first = found
        while first > floor and text[first - 1] == "\\":
            first -= 1
        if (found - first) % 2 == 0:
            return found
        at = floor = found + 1


class Scanner:
    """Reads `text` from `at` to `end`, and `end` is narrowed while a bounded part is read (a heredoc body)."""

    def __init__(self, text: str, scope: Scope, numbers: Iterator[int], depth: int) -> None:
        self.text = text
        self.at = 0
        self.end = len(text)
        self.scope = scope
        self.numbers = numbers
        self.depth = depth
        self.drafts: list[CommandDraft] = []
        self.pending: list[RedirectDraft] = []
        # What may close what is being read: reserved words, `;;`, `)`, and `)` behind a heredoc's delimiter.
        self.awaited: frozenset[str] = frozenset()
        self.in_case = False
        self.in_parentheses = False
        self.in_substitution = False
        # Characters that looking ahead for `))` may still touch: it keeps unclosed `((((` linear.
        self._ahead = 8 * len(text) + 1000

    def here(self, string: str) -> bool:
        """Whether `string` stands at the position."""
        return self.text.startswith(string, self.at, self.end)

    def break_at(self, at: int) -> int:
        r"""The length of the line end at `at`: 1 for `\n`, 2 for `\r\n`, else 0."""
        if self.text.startswith("\n", at, self.end):
            return 1
        return 2 if self.text.startswith("\r\n", at, self.end) else 0

    def ends_line(self, at: int) -> bool:
        r"""Whether the `\r` at `at` belongs to a line end, or ends the text as the half of one."""
        return at + 1 >= self.end or self.text[at + 1] == "\n"

    def continuation(self, at: int) -> int:
        r"""The length of a `\` and line end at `at`, else 0."""
        if not self.text.startswith("\\", at, self.end):
            return 0
        length = self.break_at(at + 1)
        return length + 1 if length else 0

    def blank(self, newlines: bool = False) -> None:
        """Go to the next token: over blanks, continuations and comments; over line ends too if `newlines`."""
        text = self.text
        while self.at < self.end:
            char = text[self.at]
            if char > "#" and char != "\\":
                return
            if char in " \t":
                found = _BLANKS.match(text, self.at, self.end)
                self.at = found.end() if found else self.at + 1
            elif char == "\n":
                if not newlines:
                    return
                self.newline()
            elif char == "#":
                self.at = self._line_end(self.at)
            elif char == "\\" and (length := self.continuation(self.at)):
                self.at += length
            elif char == "\r" and self.ends_line(self.at):
                self.at += 1
            else:
                return

    def newline(self) -> None:
        """Go over the line end at the position, and over the heredoc bodies that start behind it."""
        self.at += 1
        pending, self.pending = self.pending, []
        for redirect in pending:
            start = self.at
            stop, after = self._body(redirect, start)
            redirect.body = (start, stop)
            if not redirect.quoted:
                scope, self.scope = self.scope, redirect.scope
                self.inside(stop, self.expand)
                self.scope = scope
            self.at = after

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at, self.end)
        return self.end if found < 0 else found

    def _body(self, redirect: RedirectDraft, start: int) -> tuple[int, int]:
        """Where the body from `start` on ends, and where reading goes on behind its delimiter."""
        delimiter = (redirect.target and redirect.target.text) or ""
        text, at = self.text, start
        while True:
            found = text.find(delimiter, at, self.end)
            if found < 0:
                return self.end, self.end
            line = found
            if redirect.operator == "<<-":
                while line > start and text[line - 1] == "\t":
                    line -= 1
            behind = found + len(delimiter)
            if line == start or text[line - 1] == "\n":
                if behind >= self.end or self.break_at(behind):
                    return line, behind + self.break_at(behind)
                # bash takes `EOF)` in a substitution, with a warning.
                if self.in_substitution and text[behind : behind + 8].lstrip(" \t").startswith(")"):
                    return line, behind
            at = found + 1
            if at > self.end:
                return self.end, self.end

    def inside(self, stop: int, read: Callable[[], None]) -> None:
        """Let `read` see the text up to `stop` only; the position is `stop` afterwards."""
        end, self.end = self.end, stop
        read()
        self.at, self.end = stop, end

    def expand(self) -> None:
        r"""Read the rest for its substitutions only: quotes mean nothing, as in a heredoc body or arithmetic."""
        parts = Parts(self.text)
        while self.at < self.end:
            char = self.text[self.at]
            if char == "$":
                self.dollar(parts, quoted=True)
            elif char == "`":
                self.backtick(parts, quoted=True, escaped_quotes=False)
            elif char == "\\":
                self.at += 2
            else:
                found = _UNEXPANDED.match(self.text, self.at, self.end)
                self.at = found.end() if found else self.end

    def arithmetic_end(self, at: int) -> int:
        """Where the `))` stands that closes a `((` whose inside starts at `at`; -1 where it is no arithmetic.

        `((a) | b)` is a subshell in a subshell: the last two brackets do not stand together.
        """
        start, depth = at, 2
        limit = min(self.end, at + self._ahead)
        stop = -1
        while found := _BRACKET[")"].search(self.text, at, limit):
            char, at = found[0][0], found.end()
            if char == "(":
                depth += at - found.start()
            elif char == ")":
                count = at - found.start()
                if count >= depth - 1:
                    stop = found.start() + depth - 2 if count >= depth else -1
                    break
                depth -= count
            else:
                at = self._past(char, at, limit)
        self._ahead -= (at if found else limit) - start
        return stop

    def skip(self, close: str) -> bool:
        """Go behind the `close` that belongs to an opening bracket just before the position; whether there is one."""
        depth = 1
        while found := _BRACKET[close].search(self.text, self.at, self.end):
            char, self.at = found[0][0], found.end()
            count = self.at - found.start()
            if char == close:
                if count >= depth:
                    self.at = found.start() + depth
                    return True
                depth -= count
            elif char in "({":
                depth += count
            else:
                self.at = self._past(char, self.at, self.end)
        self.at = self.end
        return False

    def _past(self, quote: str, at: int, end: int) -> int:
        """Behind the quoted text (or the one character behind a backslash) that opened just before `at`."""
        if quote == "\\":
            return min(at + 1, end)
        stop = self.text.find(quote, at, end) if quote == "'" else closing(self.text, quote, at, end)
        return end if stop < 0 else min(stop + 1, end)

    def delimiter(self) -> tuple[Word | None, bool]:
        """The word behind `<<`: only quotes are removed; and whether any was quoted. None where there is none."""
        parts, start, quoted = Parts(self.text), self.at, False
        while self.at < self.end:
            char = self.text[self.at]
            if char in "'\"":
                quoted = True
                line = self._line_end(self.at)
                stop = self.text.find(char, self.at + 1, line)
                stop = line if stop < 0 else stop
                parts.literal(self.at + 1, stop, quoted=True)
                self.at = min(stop + 1, line)
            elif length := self.continuation(self.at):
                self.at += length
            elif char == "\\":
                quoted = True
                stop = min(self.at + 2, self.end)
                parts.literal(self.at + 1, stop, quoted=True)
                self.at = stop
            elif found := _DELIMITER.match(self.text, self.at, self.end):
                parts.literal(self.at, found.end(), quoted=False)
                self.at = found.end()
            elif char == "\r" and not self.ends_line(self.at):
                parts.literal(self.at, self.at + 1, quoted=False)
                self.at += 1
            else:
                break
        return (parts.word(start, self.at), quoted) if self.at > start else (None, False)

    def dollar(self, parts: Parts, quoted: bool) -> None:
        """Read what the `$` at the position starts."""
        raise NotImplementedError

    def backtick(self, parts: Parts, quoted: bool, escaped_quotes: bool) -> None:
        """Read the substitution that the backtick at the position starts."""
        raise NotImplementedError
