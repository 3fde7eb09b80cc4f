"""The tokens of a JavaScript or TypeScript file as expressions: their parts, the names in them, what is around them."""

from __future__ import annotations

from prelaunch.places.tokens import Tokens
from prelaunch.readers.javascript import scan
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Source

Range = tuple[int, int]
"""An expression: the numbers of its first token and of the one behind its last."""

CASTS = frozenset({"as", "satisfies"})
"""The words between an expression and its type."""

_GOES_ON = frozenset(".?:+-*/%&|<>=")

MAX_STEPS = 2_000
"""Tokens that are looked at for the end of one expression or declaration."""


class Expressions(Tokens):
    """The tokens of a file. Offsets are those of the source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, scan(source.text))
        self.opening = {stop: start for start, stop in self.brackets.close.items()}
        """The numbers of opening brackets by those of the brackets that close them."""

        self._trimmed: dict[Range, Range] = {}
        self._before, self._after = self._beside()

    def _beside(self) -> tuple[list[int], list[int]]:
        """The numbers of the tokens before and behind each one, line ends left out."""
        last, before = -1, [-1]
        for number, token in enumerate(self.tokens):
            last = last if token.kind == "line" else number
            before.append(last)
        following, after = len(self.tokens), [len(self.tokens)]
        for number in range(len(self.tokens) - 1, -1, -1):
            following = following if self.tokens[number].kind == "line" else number
            after.append(following)
        return before, after[::-1]

    def before(self, number: int) -> int:
        """The number of the token before this one, line ends left out; -1 for none."""
        return self._before[min(number, len(self.tokens))] if number >= 0 else -1

    def after(self, number: int) -> int:
        """The number of the token behind this one, line ends left out."""
        return self._after[number + 1] if number < len(self.tokens) else len(self.tokens)

    def ends_statement(self, number: int) -> bool:
        """Whether a statement ends with the line end that is this token."""
        before, following = self.before(number), self.text(self.after(number))
        open_ended = self.is_kind(before, "mark") and self.text(before) not in ")]}!"
        return not open_ended and following[:1] not in _GOES_ON and following not in CASTS

    def text(self, number: int) -> str:
        """The text of a name or mark, "" for anything else."""
        return self.tokens[number].text if 0 <= number < len(self.tokens) else ""

    def trimmed(self, value: Range) -> Range:
        """An expression without line ends, brackets around all of it, type casts and `!` behind it."""
        if value not in self._trimmed:
            self._trimmed[value] = self._trim(*value)
        return self._trimmed[value]

    def _trim(self, first: int, stop: int) -> Range:
        stop = min(stop, len(self.tokens))
        while True:
            while first < stop and self.is_kind(first, "line"):
                first += 1
            while first < stop and (self.is_kind(stop - 1, "line") or (stop - 1 > first and self.mark(stop - 1, "!"))):
                stop -= 1
            cast = self._cast(first, stop)
            if cast < stop:
                stop = cast
            elif self.mark(first, "(") and self.brackets.close[first] == stop - 1:
                first, stop = first + 1, stop - 1
            else:
                return first, stop

    def _cast(self, first: int, stop: int) -> int:
        at = first
        for _ in range(MAX_STEPS):
            if at >= stop:
                break
            if at > first and self.tokens[at].text in CASTS and not self.mark(self.before(at), "."):
                return at
            at = self.behind(at)
        return stop

    def split(self, value: Range, mark: str) -> list[Range]:
        """The parts of an expression between marks outside of all brackets."""
        first, stop = value
        found: list[Range] = []
        while (at := self.find(mark, (first, stop))) < stop:
            found.append((first, at))
            first = at + len(mark)
        return [*found, (first, stop)]

    def find(self, mark: str, value: Range) -> int:
        """The number of the first mark of an expression outside of all brackets; the end where there is none."""
        at, stop = value
        while at < stop and not self._is_mark(at, mark):
            at = self.behind(at)
        return min(at, stop)

    def items(self, first: int, stop: int) -> list[Range]:
        """The expressions between commas, each trimmed; none for what is empty."""
        parts = (self.trimmed(part) for part in self.split((first, stop), ","))
        return [part for part in parts if part[0] < part[1]]

    def _is_mark(self, number: int, mark: str) -> bool:
        """Whether the operator `mark` stands there, and not a longer one that begins or ends so."""
        if self.tokens[number].text != mark[0]:
            return False
        texts = [self.text(number + offset) for offset in range(-1, len(mark) + 1)]
        if texts[1:-1] != list(mark) or any(not self.is_kind(number + at, "mark") for at in range(len(mark))):
            return False
        return mark != "?" or (texts[2] not in {"?", "."} and texts[0] != "?")

    def chain(self, value: Range) -> list[str]:
        """The names of `a.b.c`; none where the expression is anything else."""
        first, stop = self.trimmed(value)
        names: list[str] = []
        while first < stop and self.is_kind(first, "name"):
            names.append(self.text(first))
            first = self.after(first)
            if first >= stop:
                return names
            if self.mark(first, "?") or self.mark(first, "!"):
                first = self.after(first)
            if not self.mark(first, "."):
                return []
            first = self.after(first)
        return []

    def chain_to(self, number: int) -> tuple[int, list[str]]:
        """The names of `a.b.c` that end with the token `number` ("?" for what is no name), and where they begin."""
        names = [self.text(number)]
        while self.mark(dot := self.before(number), "."):
            number = self.before(dot)
            if self.mark(number, "?") or self.mark(number, "!"):
                number = self.before(number)
            if not self.is_kind(number, "name"):
                return max(number, 0), ["?", *reversed(names)]
            names.append(self.text(number))
        return number, names[::-1]
