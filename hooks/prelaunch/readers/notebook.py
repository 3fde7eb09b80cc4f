"""Notebooks: the Python of each code cell, with an exact map into the JSON text.

Formats 4 and 3 of nbformat; only a notebook (or a cell) whose language is Python. What IPython reads before Python does
(`%magic`, `!command`, `name?`) is masked, so that the rest of a cell parses.
"""

from __future__ import annotations

import json
import re

from prelaunch.model import Fragment, Piece
from prelaunch.project import UnreadableError
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]')
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_ASSIGNED = re.compile(r"\s*[^\s=!%?#'\"()][^=!%?#'\"()]*=\s*(?=[!%])")

_PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "px", "debug", "snakeviz"})
"""Cell magics whose body is Python for the notebook's own kernel (IPython's built-in ones and common extensions)."""

_Path = tuple["str | int", ...]


def python_cells(source: Source) -> tuple[Fragment, ...]:
    """The Python of each code cell of a notebook, in order; pieces map to offsets of `source`. As `code_cells`."""
    found = []
    for fragment in code_cells(source):
        masks = _masks(fragment.text)
        if masks is not None:
            found.append(_masked(fragment, masks))
    return tuple(found)


def code_cells(source: Source) -> Iterator[Fragment]:
    """The text of each code cell of a notebook, in order, with what IPython reads before Python does.

    Raises `UnreadableError` for text that is no JSON object. A notebook of another language has none.
    """
    text = source.text
    mark = text.startswith("\ufeff")
    try:
        document = json.loads(text[mark:])
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise UnreadableError(f"invalid notebook: {reason}", error.pos + mark) from None
    except RecursionError:
        raise UnreadableError("invalid notebook: nested too deeply to be read") from None
    except ValueError:
        raise UnreadableError("invalid notebook: a number too long to be read") from None
    if not isinstance(document, dict):
        raise UnreadableError("invalid notebook: not an object")
    if not _is_python(_at(document, "metadata")):
        return
    texts = _source_strings(text)
    for path, cell in _cells(document):
        strings = texts.get(path)
        if strings and _is_python_cell(cell):
            yield Fragment(
                source, tuple(piece for start, stop in strings for piece in string_pieces(text, start, stop))
            )


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _is_python(metadata: object) -> bool:
    for keys in (("language_info", "name"), ("kernelspec", "language")):
        language = _at(metadata, *keys)
        if isinstance(language, str) and language:
            return "python" in language.lower()
    kernel = _at(metadata, "kernelspec", "name")
    return not isinstance(kernel, str) or any(word in kernel.lower() for word in ("python", "conda"))


def _cells(document: dict[str, object]) -> Iterator[tuple[_Path, object]]:
    """Each cell, and the path of its text: `cells[i].source`, in format 3 `worksheets[j].cells[i].input`."""
    cells, sheets = document.get("cells"), document.get("worksheets")
    if isinstance(cells, list):
        for number, cell in enumerate(cells):
            yield ("cells", number, "source"), cell
    elif isinstance(sheets, list):
        for sheet, content in enumerate(sheets):
            inner = _at(content, "cells")
            for number, cell in enumerate(inner if isinstance(inner, list) else ()):
                yield ("worksheets", sheet, "cells", number, "input"), cell


def _is_python_cell(cell: object) -> bool:
    languages = (_at(cell, "language"), _at(cell, "metadata", "vscode", "languageId"))
    return _at(cell, "cell_type") == "code" and all(
        not isinstance(language, str) or "python" in language.lower() for language in languages
    )


def _source_strings(text: str) -> dict[_Path, list[tuple[int, int]]]:
    """Where the strings of the cells' texts stand (without their quotes), by path; `text` is valid JSON."""
    found: dict[_Path, list[tuple[int, int]]] = {}
    path: list[str | int] = []  # of the value that comes next
    key: str | None = None
    for token in _TOKEN.finditer(text):
        start, stop = token.span()
        mark = text[start]
        if mark in "{[":
            if _is_text_path(path):
                found.pop(tuple(path), None)  # of two keys of one name the last one counts
            path.append("" if mark == "{" else 0)
            key = None
        elif mark in "}]":
            path.pop()
        elif mark == ",":
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else ""
            key = None
        elif mark == ":":
            path[-1] = json.loads(key or '""')
        elif path and isinstance(path[-1], str) and key is None:
            key = text[start:stop]
        elif _is_text_path(path):
            found[tuple(path)] = [(start + 1, stop - 1)]
        elif path and isinstance(path[-1], int) and _is_text_path(path[:-1]):
            found.setdefault(tuple(path[:-1]), []).append((start + 1, stop - 1))
    return found


def _is_text_path(path: list[str | int]) -> bool:
    return (len(path) == 3 and path[0] == "cells" and path[2] == "source") or (
        len(path) == 5 and path[0] == "worksheets" and path[2] == "cells" and path[4] == "input"
    )


def string_pieces(text: str, start: int, stop: int) -> Iterator[Piece]:
    """The pieces of the JSON string whose inside is `text[start:stop]`."""
    at = start
    for escape in _ESCAPE.finditer(text, start, stop):
        if escape.start() > at:
            yield Piece(text[at : escape.start()], at, escape.start())
        at = escape.end()
        yield Piece(json.loads(f'"{escape.group()}"'), escape.start(), at, literal=False)
    if at < stop:
        yield Piece(text[at:stop], at, stop)


def _masks(text: str) -> list[tuple[int, int, str]] | None:
    """What IPython takes for itself: `(start, stop, replacement)` in order; None where no part is the kernel's Python.

    Only where a line of Python cannot start that way: outside strings, brackets and continued lines.
    """
    masks: list[tuple[int, int, str]] = []
    state = _State()
    at, first, continued = 0, True, False
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = text[at:stop].rstrip("\r")
        bare = line.strip()
        if continued:
            masks.append((at, at + len(line), ""))
            continued = line.endswith("\\")
        elif state.fresh:
            if first and bare.startswith("%%"):
                if bare[2:].split(" ", 1)[0].strip() not in _PYTHON_CELLS:
                    return None
                masks.append((at, at + len(line), ""))
            else:
                mask = _line_mask(line)
                if mask is not None:
                    masks.append((at + mask[0], at + len(line), mask[1]))
                    continued = line.endswith("\\")
                else:
                    state.read(line)
        else:
            state.read(line)
        first = first and not bare
        at = stop + 1
    return masks


def _line_mask(line: str) -> tuple[int, str] | None:
    """Where the part of a logical line's first line starts that IPython takes, and what stands for it in Python."""
    bare = line.strip()
    indent = len(line) - len(line.lstrip())
    if bare.startswith(("%", "!", "?")):
        return indent, "pass"
    if bare.endswith("?") and "#" not in bare and not set("'\"") & set(bare):
        return indent, "pass"
    assigned = _ASSIGNED.match(line)
    return (assigned.end(), "None") if assigned else None


class _State:
    """Where a line of Python ends: inside a string, inside brackets, or behind a backslash."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0
        self.joined = False

    @property
    def fresh(self) -> bool:
        """Whether the next line starts a logical line."""
        return not self.quote and self.depth <= 0 and not self.joined

    def read(self, line: str) -> None:
        """Read one more line (without its end)."""
        at = 0
        self.joined = False
        while at < len(line):
            mark = line[at]
            if mark == "\\":
                self.joined = at + 1 == len(line)
                at += 2
            elif self.quote:
                if line.startswith(self.quote, at):
                    at += len(self.quote)
                    self.quote = ""
                else:
                    at += 1
            elif mark == "#":
                return
            elif mark in "'\"":
                self.quote = mark * 3 if line.startswith(mark * 3, at) else mark
                at += len(self.quote)
            else:
                self.depth += (mark in "([{") - (mark in ")]}")
                at += 1
        if len(self.quote) == 1 and not self.joined:
            self.quote = ""  # an unclosed string ends with its line


def _masked(fragment: Fragment, masks: list[tuple[int, int, str]]) -> Fragment:
    """The fragment with each mask's text in place of what it covers; in time linear in its pieces."""
    if not masks:
        return fragment
    pieces: list[Piece] = []
    at, waiting = 0, iter([*masks, (len(fragment.text) + 1, len(fragment.text) + 1, "")])
    start, stop, text = next(waiting)
    for piece in fragment.pieces:
        low, end = at, at + len(piece.text)
        while low < end:
            if low >= stop:
                start, stop, text = next(waiting)
                continue
            if low < start:
                high = min(end, start)
                pieces.append(_part(piece, low - at, high - at))
            else:
                high = min(end, stop)
                # the mask's text stands for its first character; the rest of what it covers stands for nothing
                part = _part(piece, low - at, high - at)
                pieces.append(Piece(text if low == start else "", part.start, part.stop, literal=False))
            low = high
        at = end
    return Fragment(fragment.source, tuple(pieces))


def _part(piece: Piece, low: int, high: int) -> Piece:
    if not piece.literal:
        return piece  # an escape is one character
    return Piece(piece.text[low:high], piece.start + low, piece.start + high)
