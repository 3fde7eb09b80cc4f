"""Words and expressions of PowerShell, taken apart."""

from __future__ import annotations

from itertools import product

from prelaunch.model import UNKNOWN
from prelaunch.resolve import MARKERS, Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.readers.powershell_words import Piece, Word
    from prelaunch.variables import Items

MAX_LINES = 16
"""Readings of one command line, and values of one variable, that are told apart."""


def plain(word: Word) -> str:
    """The text of a word that is nothing but plain text, "" for any other."""
    return word[0].text if len(word) == 1 and word[0].kind == "text" and not word[0].quoted else ""


def opaque(text: str) -> bool:
    """Whether a text is nothing but markers."""
    return bool(text) and not text.strip(MARKERS)


def products(parts: Sequence[Sequence[str]]) -> list[Items]:
    """Every choice of one of each part; none where there are too many."""
    size = 1
    for part in parts:
        size *= len(part)
    return list(product(*parts)) if size <= MAX_LINES else []


def listed(words: Sequence[Word]) -> list[Word] | None:
    """`'a', 'b'` as its items; None where something else stands between them."""
    items: list[list[Piece]] = [[]]
    open_item = True
    for word in words:
        if not open_item and plain(word)[:1] != ",":
            pieces = word
            if not (pieces[0].kind == "text" and not pieces[0].quoted and pieces[0].text.startswith(",")):
                return None
        for piece in word:
            if piece.kind == "text" and not piece.quoted and "," in piece.text:
                if piece.text.strip(","):
                    return None
                items.append([])
                open_item = True
            else:
                items[-1].append(piece)
                open_item = False
    return [tuple(item) for item in items if item]


def formatted(text: str, arguments: tuple[str, ...]) -> str:
    """`-f` with the places `{0}`, `{1}`; a place with a format is unknown."""
    out: list[str] = []
    at = 0
    while at < len(text):
        end = text.find("}", at) if text[at] == "{" else -1
        inside = text[at + 1 : end] if end > 0 else ""
        if text.startswith(("{{", "}}"), at):
            out.append(text[at])
            at += 2
        elif inside.isdigit() and inside.isascii() and len(inside) < 4:
            out.append(arguments[int(inside)] if int(inside) < len(arguments) else UNKNOWN)
            at = end + 1
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def without_redirects(words: Sequence[Word]) -> list[Word]:
    """The words without `> file` and its like."""
    kept: list[Word] = []
    skip = False
    for word in words:
        text = plain(word).lstrip("0123456789*")
        if skip:
            skip = False
        elif text.startswith(">"):
            skip = not text.lstrip(">")
        else:
            kept.append(word)
    return kept


def started(fields: Sequence[Field]) -> tuple[Field, ...]:
    """`Start-Process docker -ArgumentList 'build', '.'` as the command that it starts."""
    program: list[Field] = []
    arguments: list[Field] = []
    target = program
    for field in fields:
        flag = field.text.lower()
        if flag in {"-argumentlist", "-args"}:
            target = arguments
        elif flag in {"-filepath", "-path"}:
            target = program
        elif flag.startswith("-") and target is program:
            target = []
        else:
            parts = field.text.replace(",", " ").split() if target is arguments else [field.text]
            target += [field._replace(text=part) for part in parts]
    return (*program[:1], *arguments)
