"""The texts of a TOML file with exact places: every string value, by the path of its keys.

`tomllib` says whether the file is TOML at all, but not where anything stands; the scanner here follows TOML 1.0.
"""

from __future__ import annotations

from prelaunch.model import Fragment, Piece
from prelaunch.project import UnreadableError
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source

Path = tuple[str, ...]

_MAX_DEPTH = 100
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\", "e": "\x1b"}
_DIGITS = {"u": 4, "U": 8, "x": 2}
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class Text(NamedTuple):
    """A string value: the keys that lead to it (an index for each list on the way), and its text."""

    path: Path
    fragment: Fragment


def texts(source: Source) -> list[Text]:
    """Every string value, in the order of the file. Raises `UnreadableError` for what is no TOML."""
    from prelaunch.toml import parse

    try:
        parse(source.text.removeprefix("\ufeff"))
    except ValueError as error:
        raise UnreadableError(f"invalid TOML: {str(error).partition(' (at')[0].lower()}") from None
    return list(_Scanner(source).file())


class _Scanner:
    """Goes through a file that is known to be TOML, so that nothing has to be refused."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 1 if source.text.startswith("\ufeff") else 0

    def file(self) -> Iterator[Text]:
        table: Path = ()
        tables: dict[Path, int] = {}
        while self._blank():
            if self.text.startswith("[", self.at):
                several = self.text.startswith("[[", self.at)
                self.at += 2 if several else 1
                table = self._key()
                if several:
                    tables[table] = tables.get(table, -1) + 1
                table = self._numbered(table, tables)
                self.at += 2 if several else 1
            else:
                yield from self._pair(table, 0)

    @staticmethod
    def _numbered(table: Path, tables: dict[Path, int]) -> Path:
        """A table's path with the number of each list of tables on the way."""
        path: list[str] = []
        for length in range(1, len(table) + 1):
            path.append(table[length - 1])
            if table[:length] in tables:
                path.append(str(tables[table[:length]]))
        return tuple(path)

    def _blank(self, *, lines: bool = True) -> bool:
        """Go on to what is neither blank nor a comment; False at the end."""
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif letter in " \t" or (lines and letter in "\r\n"):
                self.at += 1
            else:
                return True
        return False

    def _pair(self, table: Path, depth: int) -> Iterator[Text]:
        path = (*table, *self._key())
        self.at += 1  # the `=`
        yield from self._value(path, depth)

    def _key(self) -> Path:
        """A dotted key; the scanner stands behind it, and behind what is blank."""
        names: list[str] = []
        while self._blank(lines=False):
            letter = self.text[self.at]
            if letter in "'\"":
                names.append(self._string().text)
            else:
                start = self.at
                while self.at < len(self.text) and self.text[self.at] in _BARE:
                    self.at += 1
                if self.at == start:
                    break
                names.append(self.text[start : self.at])
            self._blank(lines=False)
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return tuple(names)

    def _value(self, path: Path, depth: int) -> Iterator[Text]:
        self._blank()
        letter = self.text[self.at : self.at + 1]
        if letter in {"'", '"'}:
            yield Text(path, self._string())
        elif letter == "[":
            yield from self._array(path, depth + 1)
        elif letter == "{":
            yield from self._inline(path, depth + 1)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\r\n":
                self.at += 1

    def _array(self, path: Path, depth: int) -> Iterator[Text]:
        self.at += 1
        number = 0
        while self._blank() and depth < _MAX_DEPTH:
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                number += 1
                continue
            yield from self._value((*path, str(number)), depth)

    def _inline(self, path: Path, depth: int) -> Iterator[Text]:
        self.at += 1
        while self._blank() and depth < _MAX_DEPTH:
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            yield from self._pair(path, depth)

    def _string(self) -> Fragment:
        """The string here; the scanner stands behind it."""
        text, quote = self.text, self.text[self.at]
        long = text.startswith(quote * 3, self.at)
        self.at += 3 if long else 1
        if long:
            self.at += 2 if text.startswith("\r\n", self.at) else 1 if text.startswith("\n", self.at) else 0
        pieces: list[Piece] = []
        low = start = self.at
        end = quote * 3 if long else quote
        while self.at < len(text) and not text.startswith(end, self.at):
            if quote == '"' and text[self.at] == "\\":
                if self.at > low:
                    pieces.append(Piece(text[low : self.at], low, self.at))
                pieces.append(self._escape())
                low = self.at
            else:
                self.at += 1
        # up to two quotes may stand before the three that end a long string
        while long and text.startswith(quote, self.at + 3):
            self.at += 1
        if self.at > low or not pieces:
            pieces.append(Piece(text[low : self.at], low, self.at))
        self.at = min(self.at + len(end), len(text))
        return Fragment(self.source, tuple(pieces) or (Piece("", start, start),))

    def _escape(self) -> Piece:
        text, start = self.text, self.at
        letter = text[start + 1 : start + 2]
        if letter in _DIGITS:
            self.at = start + 2 + _DIGITS[letter]
            code = int(text[start + 2 : self.at], 16)
            return Piece(chr(code), start, self.at, literal=False)
        if letter in _ESCAPES:
            self.at = start + 2
            return Piece(_ESCAPES[letter], start, self.at, literal=False)
        self.at = start + 1  # a line's end: it and all that is blank behind it are left out
        while self.at < len(text) and text[self.at] in " \t\r\n":
            self.at += 1
        return Piece("", start, self.at, literal=False)
