r"""Offsets to the positions of the Language Server Protocol and back.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position: lines count from
0 and end with `\n`, `\r\n` or `\r`; columns count code units of the encoding that client and server agreed on.
"""

from __future__ import annotations

from bisect import bisect_right

WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
"""The encodings of positions, each with the bytes of one code unit."""


class Lines:
    """The lines of a text, for one encoding of positions."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._encoding = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
        self._width = WIDTHS[encoding]
        self._starts = [0]
        at = 0
        for at, char in enumerate(text, 1):
            if char == "\n" or (char == "\r" and text[at : at + 1] != "\n"):
                self._starts.append(at)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return line, self._units(self.text[self._starts[line] : offset])

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one behind the end of a line or of the text is that end."""
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        stop = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        content = self.text[start:stop].rstrip("\r\n")
        if content.isascii():
            return start + min(column, len(content))
        units = 0
        for index, char in enumerate(content):
            if units >= column:
                return start + index
            units += self._units(char)
        return start + len(content)

    def _units(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self._encoding, "surrogatepass")) // self._width
