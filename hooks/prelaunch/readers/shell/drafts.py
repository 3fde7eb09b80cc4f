"""What the reader keeps while it reads, before a later token has settled it, and moving it to other positions."""

from __future__ import annotations

from prelaunch.readers.shell.syntax import Assignment, Block, Command, Part, Redirect, Word
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Scope:
    """A node of the tree of blocks. `block` may be set after commands stand in it: `&` and `|` come last."""

    __slots__ = ("_path", "block", "parent")

    def __init__(self, parent: Scope | None, block: Block | None = None) -> None:
        self.parent = parent
        self.block = block
        self._path: tuple[Block, ...] | None = None

    def path(self) -> tuple[Block, ...]:
        """The blocks from the outermost to this one; call it only once everything is read."""
        chain: list[Scope] = []
        scope: Scope | None = self
        while scope is not None and scope._path is None:  # noqa: SLF001
            chain.append(scope)
            scope = scope.parent
        path: tuple[Block, ...] = () if scope is None or scope._path is None else scope._path  # noqa: SLF001
        for link in reversed(chain):
            if link.block is not None:
                path = (*path, link.block)
            link._path = path  # noqa: SLF001
        return path


class RedirectDraft:
    """A redirection whose heredoc body may not have been reached."""

    __slots__ = ("body", "fd", "operator", "quoted", "scope", "target")

    def __init__(
        self,
        operator: str,
        target: Word | None,
        fd: str,
        scope: Scope,
        quoted: bool = False,
        body: tuple[int, int] | None = None,
    ) -> None:
        self.operator = operator
        self.target = target
        self.fd = fd
        self.scope = scope
        self.quoted = quoted
        self.body = body

    def done(self) -> Redirect:
        """The redirection."""
        return Redirect(self.operator, self.target, self.body, self.quoted, self.fd)


class CommandDraft:
    """A command whose blocks are not settled."""

    __slots__ = ("assignments", "negated", "redirects", "scope", "start", "stop", "words")

    def __init__(
        self,
        scope: Scope,
        start: int,
        stop: int,
        assignments: list[Assignment] | None = None,
        words: list[Word] | None = None,
        redirects: list[RedirectDraft] | None = None,
    ) -> None:
        self.scope = scope
        self.start = start
        self.stop = stop
        self.assignments: list[Assignment] = [] if assignments is None else assignments
        self.words: list[Word] = [] if words is None else words
        self.redirects: list[RedirectDraft] = [] if redirects is None else redirects
        self.negated = False

    def done(self) -> Command:
        """The command, once everything is read."""
        return Command(
            tuple(self.assignments),
            tuple(self.words),
            tuple(redirect.done() for redirect in self.redirects),
            self.scope.path(),
            self.start,
            self.stop,
            self.negated,
        )


class Parts:
    """Collects the parts of one word; literals that touch become one."""

    __slots__ = ("_quoted", "_start", "_stop", "_text", "parts")

    def __init__(self, text: str) -> None:
        self.parts: list[Part] = []
        self._text = text
        self._start = self._stop = -1
        self._quoted = False

    def literal(self, start: int, stop: int, quoted: bool) -> None:
        """The text's own characters from `start` to `stop`."""
        if start == self._stop and quoted == self._quoted:
            self._stop = stop
            return
        self._flush()
        self._start, self._stop, self._quoted = start, stop, quoted

    def empty(self, at: int) -> None:
        """Quotes around nothing at `at`: they make a word where there is nothing else."""
        if not self.parts and self._start < 0:
            self.parts.append(Part("literal", "", at, at, quoted=True))

    def add(self, part: Part) -> None:
        """A part that is not the text's own characters."""
        self._flush()
        self.parts.append(part)

    def word(self, start: int, stop: int) -> Word:
        """The word; nothing may be added behind this."""
        self._flush()
        return Word(tuple(self.parts), start, stop)

    def _flush(self) -> None:
        if self._start >= 0:
            text = self._text[self._start : self._stop]
            self.parts.append(Part("literal", text, self._start, self._stop, self._quoted))
            self._start = self._stop = -1


def relocate(drafts: Iterable[CommandDraft], ends: Sequence[int], root: Scope) -> None:
    """Move drafts, and their scopes below `root`, that were read from a text that was unescaped.

    Its character `i` stands, with the backslash that was taken from it, from `ends[i]` to `ends[i + 1]`.
    """
    moved: set[int] = {id(root)}
    for draft in drafts:
        draft.assignments = [_assignment(assignment, ends) for assignment in draft.assignments]
        draft.words = [_word(word, ends) for word in draft.words]
        draft.start, draft.stop = _span(draft.start, draft.stop, ends)
        for redirect in draft.redirects:
            redirect.target = redirect.target and _word(redirect.target, ends)
            redirect.body = redirect.body and _span(*redirect.body, ends)
        scope: Scope | None = draft.scope
        while scope is not None and id(scope) not in moved:
            moved.add(id(scope))
            if scope.block and scope.block.words:
                scope.block = scope.block._replace(words=tuple(_word(word, ends) for word in scope.block.words))
            scope = scope.parent


def _span(start: int, stop: int, ends: Sequence[int]) -> tuple[int, int]:
    return ends[start], ends[stop]


def _word(word: Word, ends: Sequence[int]) -> Word:
    parts = tuple(moved for part in word.parts for moved in _part(part, ends))
    return Word(parts, *_span(word.start, word.stop, ends))


def _part(part: Part, ends: Sequence[int]) -> list[Part]:
    if part.kind == "literal" and len(part.text) == part.stop - part.start > 0:
        # A literal stands without backslashes, so it is split at each that was taken.
        runs: list[Part] = []
        first = part.start
        for index in range(part.start + 1, part.stop + 1):
            if index == part.stop or ends[index + 1] != ends[index] + 1:
                text = part.text[first - part.start : index - part.start]
                runs.append(part._replace(text=text, start=ends[first + 1] - 1, stop=ends[index]))
                first = index
        return runs
    start, stop = _span(part.start, part.stop, ends)
    return [part._replace(start=start, stop=stop, argument=part.argument and _word(part.argument, ends))]


def _assignment(assignment: Assignment, ends: Sequence[int]) -> Assignment:
    start, stop = _span(assignment.start, assignment.stop, ends)
    return assignment._replace(
        value=assignment.value and _word(assignment.value, ends),
        items=None if assignment.items is None else tuple(_word(word, ends) for word in assignment.items),
        start=start,
        stop=stop,
    )
