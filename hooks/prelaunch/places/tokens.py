"""The tokens of a program in Groovy, JavaScript or Ruby: calls with their arguments, and the brackets around them."""

from __future__ import annotations

from prelaunch.readers.groovy import Brackets
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.readers.groovy import Token

MAX_ARGUMENTS = 200
_MAX_TOKENS = 2_000
"""Tokens of one call or expression, and of one block, that are looked at: no huge line is read from each word."""

_MAX_SCOPES = 200

Argument = tuple[str, int, int]
"""A call's argument: its name ("" for none), and the numbers of its first token and of the one behind its last."""


class Tokens:
    """A program's tokens by number. Offsets are those of the source."""

    def __init__(self, source: Source, tokens: tuple[Token, ...]) -> None:
        self.source = source
        self.tokens = tokens
        self.brackets = Brackets.of(self.tokens)

    def mark(self, number: int, text: str) -> bool:
        """Whether the token of this number is the mark `text`."""
        return 0 <= number < len(self.tokens) and self.tokens[number].text == text and self.is_kind(number, "mark")

    def is_kind(self, number: int, kind: str) -> bool:
        """Whether the token of this number is of a kind."""
        return 0 <= number < len(self.tokens) and self.tokens[number].kind == kind

    def arguments(self, number: int) -> list[Argument]:
        """The arguments of the call whose name is the token `number`: in parentheses, or up to the line's end."""
        closed = self.mark(number + 1, "(")
        first = number + 2 if closed else number + 1
        stop = min(self.brackets.close[number + 1] if closed else len(self.tokens), first + MAX_ARGUMENTS)
        found: list[Argument] = []
        at = first
        while at < stop:
            token = self.tokens[at]
            ends = token.kind == "mark" and token.text in (",;" if not closed else ",")
            broken = token.kind == "line" and not closed and not self.mark(at - 1, ",")
            if ends or broken or (token.kind == "mark" and token.text in ")]}"):
                found += self._argument(first, at)
                first = at + 1
                if not self.mark(at, ","):
                    return found
            at = self.behind(at)
        return found + self._argument(first, stop)

    def _argument(self, first: int, stop: int) -> list[Argument]:
        while first < stop and self.is_kind(first, "line"):
            first += 1
        if first >= stop:
            return []
        if self.mark(first + 1, ":") and self.is_kind(first, "name"):
            return [(self.tokens[first].text, first + 2, stop)]
        return [("", first, stop)]

    def behind(self, number: int) -> int:
        """The number of the token behind this one, or behind the bracket that it opens."""
        return self.brackets.close.get(number, number) + 1

    def behind_methods(self, number: int, names: frozenset[str]) -> int:
        """The number of the token behind the calls of methods with these names, of which the first may be `number`."""
        while self.mark(number, ".") and self.is_kind(number + 1, "name") and self.tokens[number + 1].text in names:
            number = self.behind(number + 2) if self.mark(number + 2, "(") else number + 2
        return number

    def end(self, opening: int) -> int:
        """The number of the token that closes a bracket, or of the last one that is looked at."""
        return min(self.brackets.close[opening], len(self.tokens), opening + _MAX_TOKENS)

    def scopes(self, number: int) -> list[int]:
        """The brackets around a token, the outermost first, after -1 for the whole file."""
        found: list[int] = []
        at = self.brackets.parent[number] if number < len(self.tokens) else -1
        while at >= 0 and len(found) < _MAX_SCOPES:
            found.append(at)
            at = self.brackets.parent[at]
        return [-1, *reversed(found)]
