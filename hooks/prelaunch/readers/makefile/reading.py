"""A makefile's text to its facts, after the GNU make manual (chapters 3 to 6) and the order of tests of make's parser.

Both branches of every conditional are read; the guards say which is which.
"""

from __future__ import annotations

from prelaunch.model import Span
from prelaunch.readers.makefile.facts import (
    Assignment,
    Bare,
    Export,
    Guard,
    Include,
    Makefile,
    Mapped,
    RecipeLine,
    Rule,
    Statement,
    Test,
)
from prelaunch.readers.makefile.scanning import (
    BLANK,
    Assigned,
    assignment,
    closer,
    collapsed,
    first_word,
    outside,
    uncommented,
)
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source

MAX_NESTING = 16
"""Conditionals nested deeper, and chains longer, are read without a guard."""

_CONDITIONALS = frozenset({"ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"})
_INCLUDES = {"include": False, "-include": True, "sinclude": True}


class _Line(NamedTuple):
    """One logical line: its physical parts as (start, stop), without their line ends."""

    start: int
    stop: int
    parts: tuple[tuple[int, int], ...]


def _logical(text: str) -> Iterator[_Line]:
    at, size = 0, len(text)
    while at < size:
        start, parts = at, []
        while True:
            end = text.find("\n", at)
            behind = size if end < 0 else end + 1
            end = size if end < 0 else end
            if end > at and text[end - 1] == "\r":
                end -= 1
            parts.append((at, end))
            at = behind
            slash = end
            while slash > parts[-1][0] and text[slash - 1] == "\\":
                slash -= 1
            if (end - slash) % 2 == 0 or at >= size:
                break
        yield _Line(start, parts[-1][1], tuple(parts))


class _Frame:
    """An open conditional: what guarded it, its tests so far, and the rules that its branches leave open."""

    __slots__ = ("before", "left_open", "otherwise", "outer", "tests")

    def __init__(
        self,
        outer: Guard,
        tests: list[tuple[int, bool]],
        before: tuple[int, ...],
        left_open: set[int],
        otherwise: bool = False,
    ) -> None:
        self.outer = outer
        self.tests = tests
        self.before = before
        self.left_open = left_open
        self.otherwise = otherwise


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.statements: list[Statement] = []
        self.tests: list[Test] = []
        self.frames: list[_Frame] = []
        self.guard: Guard = ()
        self.open: tuple[int, ...] = ()
        self.rules = 0
        self.prefix = "\t"
        self.defining: Assigned | None = None
        self.define_at: _Line | None = None
        self.define_depth = 0
        self.body: list[tuple[str, int]] = []

    def read(self) -> Makefile:
        first = 1 if self.text.startswith("\ufeff") else 0
        for line in _logical(self.text):
            at = first if line.start == 0 else line.start
            if self.defining is not None:
                self._define_line(line)
            elif self.text.startswith(self.prefix, at) and self.open and line.stop > at:
                self._recipe(line, at + 1)
            else:
                self._make_line(line, at)
        if self.defining is not None:
            self._end_define()
        return Makefile(self.source, tuple(self.statements), tuple(self.tests))

    def _raw(self, line: _Line, at: int, drop: str = "") -> Mapped:
        """The line from `at`, its parts joined by newlines, without one leading `drop` in each further part."""
        runs: list[tuple[str, int]] = []
        for number, (start, stop) in enumerate(line.parts):
            if stop < at:
                continue
            begin = max(start, at)
            if number and begin == start and drop and self.text.startswith(drop, start) and begin < stop:
                begin += 1
            if runs:
                # The newline stands behind the part before it (after a carriage return, if there is one).
                runs.append(("\n", max(start - 1, 0)))
            runs.append((self.text[begin:stop], begin))
        return Mapped.of(runs or [("", at)])

    def _recipe(self, line: _Line, at: int) -> None:
        raw = self._raw(line, at, self.prefix)
        self.statements.append(RecipeLine(Span(at, line.stop), self.guard, self.open, raw))

    def _make_line(self, line: _Line, at: int) -> None:
        raw = self.text[at : line.stop] if len(line.parts) == 1 else self._raw(line, at).text
        plain = collapsed(uncommented(raw)).strip(" \t\f\v\r")
        if not plain:
            return
        found = assignment(plain)
        if found is not None:
            # The value keeps the blanks at its end, which `plain` has lost.
            whole = collapsed(uncommented(raw)).lstrip(" \t\f\v")
            self._assign(line, at, whole, found)
            return
        word, behind = first_word(plain)
        if word in _CONDITIONALS:
            self._conditional(line, at, word, plain[behind:].strip(BLANK))
            return
        span = Span(at, line.stop)
        if word in {"export", "unexport"}:
            self.statements.append(Export(span, self.guard, plain[behind:].strip(), word == "export"))
        elif word == "vpath" or word in {"load", "-load"}:
            pass
        elif word in _INCLUDES:
            self.statements.append(Include(span, self.guard, plain[behind:].strip(), _INCLUDES[word]))
        elif self.text.startswith("\t", at) and self.prefix == "\t" and outside(plain, ":") < 0 and "$" not in plain:
            return
        else:
            self._rule(line, at)
            return
        self.open = ()

    def _assign(self, line: _Line, at: int, whole: str, found: Assigned, targets: str | None = None) -> None:
        self.open = ()
        if found.define:
            self.defining, self.define_at, self.define_depth, self.body = found, line, 1, []
            return
        value = whole[found.value :].lstrip(BLANK)
        span = Span(at, line.stop)
        self.statements.append(
            Assignment(span, self.guard, found.name, found.operator, value, found.modifiers, targets),
        )
        if found.name == ".RECIPEPREFIX" and targets is None and not value.startswith("$"):
            self.prefix = value[:1] or "\t"
        elif found.name == ".RECIPEPREFIX" and targets is None:
            self.prefix = "\t"

    def _define_line(self, line: _Line) -> None:
        raw = self._raw(line, line.start)
        if not raw.text.startswith(self.prefix):
            word, behind = first_word(raw.text)
            if word == "define" and raw.text[behind:].strip():
                self.define_depth += 1
            elif word == "endef" or word.startswith("endef#"):
                self.define_depth -= 1
                if not self.define_depth:
                    self._end_define()
                    return
        if self.body:
            self.body.append(("\n", max(line.start - 1, 0)))
        self.body.extend((raw.text[low:high], raw.offset(low)) for low, high in raw.runs(0, len(raw.text)))
        if not raw.text:
            self.body.append(("", line.start))

    def _end_define(self) -> None:
        found, line = self.defining, self.define_at
        self.defining = None
        if found is None or line is None:
            return
        body = Mapped.of(self.body or [("", line.stop)])
        span = Span(line.start, line.stop)
        self.statements.append(
            Assignment(span, self.guard, found.name, found.operator, body.text, found.modifiers, None, body),
        )

    def _conditional(self, line: _Line, at: int, word: str, rest: str) -> None:
        if word == "endif":
            if self.frames:
                frame = self.frames.pop()
                frame.left_open.update(self.open)
                if not frame.otherwise:
                    frame.left_open.update(frame.before)
                self.open = tuple(sorted(frame.left_open))
                self.guard = frame.outer
            return
        if word == "else":
            if not self.frames:
                return
            frame = self.frames[-1]
            frame.left_open.update(self.open)
            self.open = frame.before
            chained, behind = first_word(rest)
            if chained not in {"ifeq", "ifneq", "ifdef", "ifndef"}:
                frame.otherwise = True
                self.guard = frame.outer + tuple((test, not wanted) for test, wanted in frame.tests)
                return
            earlier = tuple((test, not wanted) for test, wanted in frame.tests)
            wanted = self._test(line, at, chained, rest[behind:].strip(BLANK))
        else:
            frame = _Frame(self.guard, [], self.open, set())
            self.frames.append(frame)
            earlier = ()
            wanted = self._test(line, at, word, rest)
        if wanted is None or len(self.frames) > MAX_NESTING or len(frame.tests) > MAX_NESTING:
            self.guard = frame.outer + earlier
            return
        frame.tests.append(wanted)
        self.guard = frame.outer + earlier + (wanted,)

    def _test(self, line: _Line, at: int, word: str, rest: str) -> tuple[int, bool] | None:
        span = Span(at, line.stop)
        if word in {"ifdef", "ifndef"}:
            self.tests.append(Test(span, "defined", rest))
            return len(self.tests) - 1, word == "ifdef"
        sides = _sides(rest)
        if sides is None:
            return None
        self.tests.append(Test(span, "equal", *sides))
        return len(self.tests) - 1, word == "ifeq"

    def _rule(self, line: _Line, at: int) -> None:
        self.open = ()
        raw = self._raw(line, at)
        cut = outside(raw.text, ";#")
        inline = cut >= 0 and raw.text[cut] == ";"
        head = collapsed(raw.text if cut < 0 else raw.text[:cut]).replace("\\#", "#").strip(" \t\f\v\r")
        colon = outside(head, ":")
        if colon < 0:
            if "$" in head:
                self.statements.append(Bare(Span(at, line.stop), self.guard, raw))
            return
        targets = head[:colon]
        double = head.startswith("::", colon)
        rest = head[colon + 1 + double :]
        grouped = targets.endswith("&")
        targets = targets[:-1] if grouped else targets
        whole = collapsed(uncommented(raw.text)).lstrip(" \t\f\v")
        whole = whole[outside(whole, ":") + 1 + double :]
        found = assignment(whole)
        if found is not None and not found.define:
            self._assign(line, at, whole, found, targets.strip())
            return
        pattern = None
        second = outside(rest, ":")
        if second >= 0:
            pattern, rest = rest[:second].strip(), rest[second + 1 :]
        rule = Rule(
            Span(at, line.stop), self.guard, self.rules, targets.strip(), rest.strip(), pattern, double, grouped
        )
        self.statements.append(rule)
        self.open = (self.rules,)
        self.rules += 1
        if inline:
            recipe = raw.cut(cut + 1)
            self.statements.append(RecipeLine(Span(raw.after(cut + 1), line.stop), self.guard, self.open, recipe))


def _sides(text: str) -> tuple[str, str] | None:
    """The two texts of `(a,b)`, `"a" "b"` or `'a' 'b'`."""
    if text[:1] in {'"', "'"}:
        close = text.find(text[0], 1)
        if close < 0:
            return None
        left, rest = text[1:close], text[close + 1 :].lstrip(BLANK)
        if rest[:1] not in {'"', "'"}:
            return None
        end = rest.find(rest[0], 1)
        return None if end < 0 else (left, rest[1:end])
    if not text.startswith("("):
        return None
    close = closer(text, 0)
    if close < 0:
        return None
    depth = 0
    for at in range(1, close):
        char = text[at]
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "," and depth <= 0:
            return text[1:at].rstrip(BLANK), text[at + 1 : close].lstrip(BLANK)
    return None


def read(source: Source) -> Makefile:
    """All facts of one makefile. Any text is read; what make would refuse is left out."""
    return _Reader(source).read()
