"""References to text (manual, chapters 6 and 8): variables, automatic variables, functions; nothing is ever run.

A result is a list of pieces. Where the text that is expanded stands in the source, its own characters become literal
pieces and everything else is anchored at the reference it replaced; a variable's value alone has no anchor yet.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Piece
from prelaunch.readers.makefile.functions import PURE, looked_for, patsubst
from prelaunch.readers.makefile.pieces import MAX_PIECES, Pieces, bounded, one, steps_of, text_of
from prelaunch.readers.makefile.scanning import BLANK, arguments, assignment, closer, colon_of
from prelaunch.readers.makefile.worlds import ChoiceError
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from prelaunch.readers.makefile.context import Context
    from prelaunch.readers.makefile.facts import Mapped
    from prelaunch.readers.makefile.variables import Variables

    class _Part(Protocol):
        """Expands one argument of a function."""

        def __call__(self, index: int, inner: Context = ..., *, strip: bool = ...) -> Pieces: ...


MAX_DEPTH = 40
MAX_ITERATIONS = 200

_LAZY = {"if": 3, "or": 99, "and": 99, "foreach": 3, "call": 99, "origin": 1, "flavor": 1, "value": 1, "eval": 1}
_LAZY["abspath"] = 1


class Expander:
    """Expands texts with the values that `variables` knows."""

    def __init__(self, variables: Variables) -> None:
        self.variables = variables

    def plain(self, text: str, context: Context) -> Pieces:
        """`text` expanded, without places."""
        if "$" not in text:
            return [Piece(text, 0, 0, literal=False)] if text else []
        return self._range(text, 0, len(text), context, None, top=False)

    def placed(self, text: Mapped, context: Context) -> Pieces:
        """`text` expanded, its own characters as literal pieces at their places."""
        return self._range(text.text, 0, len(text.text), context, text, top=True)

    def _range(self, text: str, low: int, high: int, context: Context, at: Mapped | None, *, top: bool) -> Pieces:
        out: Pieces = []
        if context.inside > MAX_DEPTH:
            return [self._lump(UNKNOWN, low, high, at)]
        while low < high:
            dollar = text.find("$", low, high)
            self._literal(out, text, low, high if dollar < 0 else dollar, at, top=top)
            if dollar < 0:
                break
            following = text[dollar + 1] if dollar + 1 < high else ""
            if following in {"(", "{"}:
                close = closer(text, dollar + 1, high)
                if close < 0:
                    # make stops with "unterminated variable reference".
                    out.append(self._lump(UNKNOWN, dollar, high, at))
                    break
                low = close + 1
            else:
                low = dollar + 2
            context.meter.left -= 1
            if context.meter.left < 0 or len(out) > MAX_PIECES:
                out.append(self._lump(UNKNOWN, dollar, high, at))
                break
            if following == "$":
                out.append(self._lump("$", dollar, low, at))
            elif following in {"(", "{"}:
                inner = self._reference(text, dollar + 2, low - 1, context, at)
                out.extend(self._anchored(inner, dollar, low, at))
            elif following:
                out.extend(self._anchored(self.value(following, context), dollar, low, at))
        return bounded(out)

    @staticmethod
    def _literal(out: Pieces, text: str, low: int, high: int, at: Mapped | None, *, top: bool) -> None:
        if low >= high:
            return
        if at is None:
            out.append(Piece(text[low:high], 0, 0, literal=False))
            return
        for begin, end in at.runs(low, high):
            start = at.offset(begin)
            if top:
                out.append(Piece(text[begin:end], start, start + end - begin))
                continue
            # What a function may repeat or leave out is not literal; its words still say where they stand.
            for word, behind in _words(text, begin, end):
                out.append(Piece(text[word:behind], start + word - begin, start + behind - begin, literal=False))

    @staticmethod
    def _lump(text: str, low: int, high: int, at: Mapped | None) -> Piece:
        start, stop = (at.offset(low), at.after(high)) if at is not None else (0, 0)
        return Piece(text, start, max(start, stop), literal=False)

    @staticmethod
    def _anchored(pieces: Pieces, low: int, high: int, at: Mapped | None) -> Pieces:
        """Give pieces that have no place of their own the place of the reference."""
        if at is None:
            return pieces
        start, stop = at.offset(low), at.after(high)
        return [
            piece if piece.stop > piece.start else Piece(piece.text, start, stop, literal=False, steps=piece.steps)
            for piece in pieces
        ]

    def value(self, name: str, context: Context) -> Pieces:
        """The expanded value of the variable `name`."""
        local = context.arguments.get(name)
        if local is None:
            local = context.evaluated.get(name)
        if local is not None:
            return local
        return self.variables.value(name, context)

    def _reference(self, text: str, low: int, high: int, context: Context, at: Mapped | None) -> Pieces:
        end = low
        while end < high and (text[end].isalnum() or text[end] in "-_"):
            end += 1
        name = text[low:end]
        if (name in PURE or name in _LAZY) and (end < high and text[end] in " \t\n"):
            while end < high and text[end] in " \t\n":
                end += 1
            most = _LAZY[name] if name in _LAZY else PURE[name][1]
            ranges = arguments(text, end, high, text[low - 1], most)
            return self._function(name, text, ranges, context, at)
        colon = text.find(":", low, high)
        if "$" in text[low:high]:
            inner = text[low:high]
            colon = colon_of(inner)
            name = text_of(self.plain(inner[:colon] if colon >= 0 else inner, context.deeper()))
            colon = colon + low if colon >= 0 else -1
        else:
            name = text[low:colon] if colon >= 0 else text[low:high]
        if UNKNOWN in name:
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        if colon >= 0:
            equals = text.find("=", colon, high)
            if equals >= 0:
                value = self.value(name, context)
                old = text_of(self.plain(text[colon + 1 : equals], context.deeper()))
                new = text_of(self.plain(text[equals + 1 : high], context.deeper()))
                if "%" not in old:
                    old, new = "%" + old, "%" + new
                return one(patsubst(old, new, text_of(value)), value)
            name = text_of(self.plain(text[low:high], context.deeper()))
        return self.value(name, context)

    def _function(
        self, name: str, text: str, ranges: list[tuple[int, int]], context: Context, at: Mapped | None
    ) -> Pieces:
        deeper = context.deeper()
        if context.inside > MAX_DEPTH:
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        if name in _LAZY:
            return self._lazy(name, text, ranges, deeper, at)
        fewest, _, apply = PURE[name]
        given = [self._range(text, low, high, deeper, None, top=False) for low, high in ranges]
        if len(given) < fewest:
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        texts = [text_of(pieces) for pieces in given]
        if name == "wildcard":
            return one(self.variables.wildcard(texts[0]), *given)
        program = looked_for(texts[0]) if name == "shell" else None
        if program is not None:
            there = self._chosen(("found", program), context)
            return one(UNKNOWN if there is None else program if there else "", *given)
        return one(apply(*texts), *given)

    def _lazy(self, name: str, text: str, ranges: list[tuple[int, int]], context: Context, at: Mapped | None) -> Pieces:
        def part(index: int, inner: Context = context, *, strip: bool = False) -> Pieces:
            if index >= len(ranges):
                return []
            low, high = ranges[index]
            if strip:
                while low < high and text[low] in " \t\n":
                    low += 1
                while high > low and text[high - 1] in " \t\n":
                    high -= 1
            return self._range(text, low, high, inner, at, top=False)

        if name == "if":
            tested = part(0, strip=True)
            holds = self._nonempty(tested, text[slice(*ranges[0])], context)
            if holds is None:
                return one(UNKNOWN, tested)
            return [*one("", tested), *part(1 if holds else 2)]
        if name in {"or", "and"}:
            return self._any(
                text, ranges, context, [part(n, strip=True) for n in range(len(ranges))], first=name == "or"
            )
        if name == "foreach":
            return self._foreach(ranges, part, context)
        if name == "call":
            return self._call([part(0, strip=True), *(part(n) for n in range(1, len(ranges)))], context)
        if name == "value":
            raw = self.variables.raw(text_of(part(0)).strip(), context)
            return one(raw)
        if name == "origin":
            return one(self.variables.origin(text_of(part(0)).strip(), context))
        if name == "abspath":
            paths = part(0)
            return one(" ".join(self.variables.absolute(word) for word in text_of(paths).split()), paths)
        if name == "eval":
            self._eval(part(0), context)
            return []
        return [Piece(UNKNOWN, 0, 0, literal=False)]

    def _nonempty(self, pieces: Pieces, raw: str, context: Context) -> bool | None:
        """Whether a condition holds; splits the world where that is open, None where it may not be split."""
        text = text_of(pieces)
        if text.replace(UNKNOWN, ""):  # blanks that come out of a reference count
            return True
        if UNKNOWN not in text:
            return False
        return self._chosen((f"nonempty {text}", raw.strip()), context)

    @staticmethod
    def _chosen(key: tuple[str, str], context: Context) -> bool | None:
        if key in context.world.chosen:
            return context.world.chosen[key]
        if context.world.blurred:
            return None
        raise ChoiceError(context.world, key)

    def _any(
        self, text: str, ranges: list[tuple[int, int]], context: Context, parts: list[Pieces], *, first: bool
    ) -> Pieces:
        seen: Pieces = []
        for bounds, pieces in zip(ranges[:-1], parts[:-1], strict=True):
            holds = self._nonempty(pieces, text[slice(*bounds)], context)
            if holds is None:
                return one(UNKNOWN, seen, pieces)
            if holds is first:
                return [*one("", seen), *pieces] if first else one("", seen, pieces)
            seen = [*seen, *one("", pieces)]
        return [*seen, *parts[-1]]

    def _foreach(self, ranges: list[tuple[int, int]], part: _Part, context: Context) -> Pieces:
        if len(ranges) < 3:
            return [Piece(UNKNOWN, 0, 0, literal=False)]
        name = text_of(part(0)).strip()
        listed = part(1)
        words = text_of(listed).split()
        steps = steps_of(listed)
        out: Pieces = one("", listed) if not words or steps else []
        for number, word in enumerate(words):
            if number >= MAX_ITERATIONS or len(out) > MAX_PIECES or context.meter.left < 0:
                out.append(Piece(UNKNOWN, 0, 0, literal=False))
                break
            if number:
                out.append(Piece(" ", 0, 0, literal=False))
            bound = {**context.arguments, name: [Piece(word, 0, 0, literal=False, steps=steps)]}
            out.extend(part(2, context._replace(arguments=bound)))
        return bounded(out)

    def _eval(self, text: Pieces, context: Context) -> None:
        """Keep what a single assignment sets; rules and the rest are `evaluation.evaluated`'s."""
        line = text_of(text).strip()
        found = None if "\n" in line else assignment(line)
        if found is None or found.define or found.operator not in {"=", ":="} or len(context.evaluated) > 200:
            return
        value = line[found.value :].lstrip(BLANK)
        pieces = self.plain(value, context.deeper())
        steps = steps_of(text)
        context.evaluated[found.name] = [piece._replace(steps=(*piece.steps, *steps)) for piece in pieces]

    def _call(self, given: list[Pieces], context: Context) -> Pieces:
        name = text_of(given[0]).strip()
        if UNKNOWN in name or name in _LAZY:
            return one(UNKNOWN, *given)
        if name in PURE:
            fewest, most, apply = PURE[name]
            ready = fewest <= len(given) - 1 <= most
            return one(apply(*map(text_of, given[1:])), *given) if ready else one(UNKNOWN, *given)
        if len(name) <= 3 and name.isdigit():
            return one(UNKNOWN, *given)
        numbered = {key: value for key, value in context.arguments.items() if not key.isdigit()}
        numbered["0"] = one(name)
        for number, pieces in enumerate(given[1:], 1):
            numbered[str(number)] = [piece._replace(start=0, stop=0, literal=False) for piece in pieces]
        for number in range(len(given), 10):
            numbered[str(number)] = []
        return self.variables.value(name, context._replace(arguments=numbered))


def _words(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The runs of blanks and of other characters, the first 500 of them one by one."""
    for _ in range(500):
        if low >= high:
            return
        end, blank = low + 1, text[low] in BLANK
        while end < high and (text[end] in BLANK) is blank:
            end += 1
        yield low, end
        low = end
    if low < high:
        yield low, high
