r"""PowerShell to the statements that it holds, well enough to see which programs it starts; nothing is expanded or run.

Facts: about_Parsing, about_Quoting_Rules, about_Special_Characters (PowerShell documentation). Positions are 0-based
indexes into the text.
"""

from __future__ import annotations

from prelaunch.readers.powershell_words import Piece, Word, expandable, variable_name
from prelaunch.typed import NamedTuple

_PLAIN = "-_./:%*?!~^<>[]\\\ue000\ue001\ue002"
_MAX_TEXT = 200_000

TRANSPARENT = frozenset({"try", "finally", "begin", "process", "end", "do"})
"""What stands before a block that always runs."""


class Statement(NamedTuple):
    """A command or an assignment: its place, its words, and the number of the block that it stands in.

    `parameter` marks one of a `param (...)` list.
    """

    start: int
    stop: int
    words: tuple[Word, ...]
    block: int
    parameter: bool = False


class Script(NamedTuple):
    """The statements of a text in order, and its blocks: the parent of each (0 is the script) and what opens it."""

    statements: tuple[Statement, ...]
    parents: tuple[int, ...]
    heads: tuple[str, ...]


class _Frame:
    """What is being read: a statement of the script, or one inside `( )`, `@( )` or `param ( )`."""

    __slots__ = ("begin", "braces", "items", "kind", "pieces", "started", "words")

    def __init__(
        self,
        kind: str,
        words: list[Word] | None = None,
        pieces: list[Piece] | None = None,
        started: bool = False,
        begin: int = 0,
        items: list[Word] | None = None,
        braces: int = 0,
    ) -> None:
        self.kind = kind
        self.words: list[Word] = [] if words is None else words
        self.pieces: list[Piece] = [] if pieces is None else pieces
        self.started = started
        self.begin = begin
        self.items: list[Word] = [] if items is None else items
        self.braces = braces


def parse(text: str) -> Script:
    """The statements of `text`. Never raises; what is unclosed ends with the text."""
    return _Reader(text[:_MAX_TEXT]).script()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.frames = [_Frame("script")]
        self.statements: list[Statement] = []
        self.parents = [0]
        self.heads = [""]
        self.block = 0

    @property
    def frame(self) -> _Frame:
        return self.frames[-1]

    def script(self) -> Script:
        while self.at < len(self.text):
            self._character()
        while len(self.frames) > 1:
            self._close()
        self._end(len(self.text))
        return Script(tuple(self.statements), tuple(self.parents), tuple(self.heads))

    def _character(self) -> None:
        text, at, frame = self.text, self.at, self.frame
        char, following = text[at], text[at + 1 : at + 2]
        if char == "`" and (following == "\n" or text.startswith("\r\n", at + 1)):
            self._word()
            self.at = text.find("\n", at) + 1
        elif text.startswith("<#", at):
            end = text.find("#>", at + 2)
            self.at = len(text) if end < 0 else end + 2
        elif char == "#" and not frame.started:
            end = text.find("\n", at)
            self.at = len(text) if end < 0 else end
        elif char == "`":
            self._add(Piece("text", following))
            self.at += 2
        elif char == "@" and following in {"'", '"'} and self._here(following):
            pass
        elif char in "'\"":
            self._string(char)
        elif char == "$" or (char == "@" and not frame.started and (following.isalpha() or following == "_")):
            self._variable(splat=char == "@")
        elif char == "(" or (char == "@" and following == "("):
            self._open("array" if char == "@" else "param" if self._is_param() else "group")
        elif char == ")":
            if len(self.frames) > 1:
                self._close()
            else:
                self._end(at)
            self.at += 1
        elif char in "{}" or (char == "@" and following == "{"):
            self._brace(char)
        elif char in "\n;|" or (char == "&" and text[at - 1 : at] != ">"):
            self._separator(char)
        elif char == "," and frame.kind == "param" and frame.braces == 0:
            self._end(at)
            self.at += 1
        elif char in " \t\r\f\v\u00a0":
            self._word()
            self.at += 1
        elif char in "=+" and self._assigns():
            self._word()
            width = 2 if char == "+" else 1
            frame.words.append((Piece("text", text[at : at + width]),))
            self.at += width
        else:
            stop = at + 1
            while stop < len(text) and (text[stop].isalnum() or text[stop] in _PLAIN):
                stop += 1
            self._add(Piece("text", text[at:stop]))
            self.at = stop

    # -- words and statements

    def _add(self, piece: Piece) -> None:
        frame = self.frame
        if not frame.started:
            if not frame.words:
                frame.begin = self.at
            frame.started = True
        last = frame.pieces[-1] if frame.pieces else None
        if last is not None and piece.kind == last.kind == "text" and piece.quoted == last.quoted is False:
            frame.pieces[-1] = Piece("text", last.text + piece.text)
        else:
            frame.pieces.append(piece)

    def _word(self) -> None:
        frame = self.frame
        if frame.started:
            frame.words.append(tuple(frame.pieces))
        frame.pieces, frame.started = [], False

    def _end(self, stop: int) -> None:
        self._word()
        frame = self.frame
        if frame.kind == "array":
            if frame.words:
                frame.items += [*frame.words, (Piece("text", ","),)]  # a line's end parts items as a comma does
        elif frame.words:
            where = frame.begin
            self.statements.append(
                Statement(where, stop, tuple(frame.words), self.block, parameter=frame.kind == "param")
            )
        frame.words = []

    def _assigns(self) -> bool:
        """Whether the `=` or `+=` here sets the variable before it."""
        text, frame = self.text, self.frame
        if len(frame.words) > 5 or (text[self.at] == "+" and not text.startswith("+=", self.at)):
            return False
        pieces = frame.pieces if frame.started else list(frame.words[-1]) if frame.words else []
        before = frame.words if frame.started else frame.words[:-1]
        return (
            bool(pieces)
            and pieces[-1].kind == "variable"
            and not pieces[-1].quoted
            and all(word[0].kind == "text" and word[0].text.startswith("[") for word in before if word)
        )

    def _separator(self, char: str) -> None:
        frame = self.frame
        if char == "&" and not frame.started and not frame.words:
            self.at += 1  # the call operator
            return
        self._end(self.at)
        self.at += 1

    # -- brackets

    def _is_param(self) -> bool:
        frame = self.frame
        words = [*frame.words[:2], tuple(frame.pieces)] if frame.started else frame.words[:3]
        named = [word[0].text.lower() for word in words if len(word) == 1 and word[0].kind == "text"]
        return named == ["param"] or (named[:1] == ["function"] and len(words) == 2)

    def _open(self, kind: str) -> None:
        self.at += 2 if kind == "array" else 1
        if kind == "param":
            self._word()
            self.frame.words = []
        elif not self.frame.started and not self.frame.words:
            self.frame.begin = self.at - 1
        self.frames.append(_Frame(kind, begin=self.at))

    def _close(self) -> None:
        self._end(self.at)
        frame = self.frames.pop()
        if frame.kind == "array":
            self._add(Piece("array", items=tuple(frame.items)))
        elif frame.kind == "group":
            self._add(Piece("unknown"))

    def _brace(self, char: str) -> None:
        frame = self.frame
        if char == "@":
            self.at += 1  # a hash table: its entries read as statements do no harm
        if char == "}" and len(self.frames) > 1 and frame.braces == 0:
            self.at += 1
            return
        head = ""
        if char != "}":
            first = frame.words[0] if frame.words else tuple(frame.pieces)
            head = first[0].text.lower() if first and first[0].kind == "text" else "?" if first else ""
        self._end(self.at)
        self.at += 1
        if char == "}":
            frame.braces -= frame.braces > 0
            self.block = self.parents[self.block]
        else:
            frame.braces += 1
            self.parents.append(self.block)
            self.heads.append(head)
            self.block = len(self.parents) - 1

    # -- strings and variables

    def _here(self, quote: str) -> bool:
        """A here-string: its mark ends a line, its end starts one."""
        text = self.text
        start = text.find("\n", self.at)
        if start < 0 or text[self.at + 2 : start].strip(" \t\r"):
            return False
        end = text.find(f"\n{quote}@", start)
        stop = len(text) if end < 0 else end + 3
        inside = text[start + 1 : max(start + 1, end if end >= 0 else len(text))]
        if quote == "'":
            self._add(Piece("text", inside, quoted=True))
        else:
            for piece in expandable(inside):
                self._add(piece)
        self.at = stop
        return True

    def _string(self, quote: str) -> None:
        text, at = self.text, self.at + 1
        while True:
            char = text[at : at + 1]
            if (quote == '"' and char == "`") or (char == quote and text.startswith(quote, at + 1)):
                at += 2
            elif char in {quote, ""}:
                break
            else:
                at += 1
        inside = text[self.at + 1 : at]
        self._add(Piece("text", "", quoted=True))
        if quote == "'":
            self._add(Piece("text", inside.replace("''", "'"), quoted=True))
        else:
            for piece in expandable(inside):
                self._add(piece)
        self.at = at + 1

    def _variable(self, *, splat: bool) -> None:
        name, stop = variable_name(self.text, self.at + 1)
        if self.text.startswith("$(", self.at):
            self.at += 1
            self._open("group")
            return
        if not name:
            self._add(Piece("text", self.text[self.at]))
            self.at += 1
            return
        self._add(Piece("splat" if splat else "variable", name))
        self.at = stop
