"""PowerShell and cmd, split into command lines well enough to report a build; nothing here is ever mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.model import UNKNOWN
from prelaunch.resolve import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTINUES = {"powershell": "`", "cmd": "^"}


def commands(text: str, dialect: str) -> Iterator[tuple[int, int, tuple[Field, ...]]]:
    """The command lines of `text`: start, stop (0-based indexes into it) and fields; a variable is unknown."""
    powershell = dialect == "powershell"
    escape = _CONTINUES.get(dialect, "`")
    fields: list[Field] = []
    word, started, quote, begin = "", False, "", 0
    here = ""
    at = 0

    def line(stop: int) -> Iterator[tuple[int, int, tuple[Field, ...]]]:
        nonlocal word, started
        if started:
            fields.append(_field(word, len(fields), powershell=powershell))
        word, started = "", False
        if fields and not (fields[0].text.lower() in {"rem", "::"} or fields[0].text.startswith("::")):
            kept = fields[1:] if fields[0].text in {"&", "."} else fields
            if kept:
                yield begin, stop, tuple(kept)
        fields.clear()

    while at < len(text):
        char = text[at]
        if here:
            end = text.find(f"\n{here}", at)
            at = len(text) if end < 0 else end + 1 + len(here)
            here = ""
            continue
        if quote:
            if char == quote:
                quote = ""
            else:
                word += char
            at += 1
            continue
        if char == escape and text[at + 1 : at + 3] in {"\r\n"} or (char == escape and text[at + 1 : at + 2] == "\n"):
            if started:
                fields.append(_field(word, len(fields), powershell=powershell))
                word, started = "", False
            at = text.find("\n", at) + 1
            continue
        if powershell and text.startswith("<#", at):
            end = text.find("#>", at)
            at = len(text) if end < 0 else end + 2
            continue
        if powershell and char == "#" and not started:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        if powershell and char == "@" and text[at + 1 : at + 2] in {'"', "'"} and not started:
            here = text[at + 1] + "@"
            word, started = UNKNOWN, True
            continue
        if char == '"' or (powershell and char == "'"):
            quote, started = char, True
        elif char in "\n;|&" or (powershell and char in "{}()"):
            if char == "&" and powershell and not started and not fields:
                begin = at
            else:
                yield from line(at)
                begin = at + 1
        elif char in " \t\r":
            if started:
                fields.append(_field(word, len(fields), powershell=powershell))
                word, started = "", False
        else:
            if not started and not fields:
                begin = at
            word, started = word + char, True
        at += 1
    yield from line(len(text))


def _field(word: str, number: int, *, powershell: bool) -> Field:
    if powershell and "$" in word:
        name = word.strip("$@{}").replace("env:", "")
        whole = word.startswith(("$", "@")) and all(c.isalnum() or c in "$_:@{}" for c in word)
        return Field(UNKNOWN if whole else word.replace("$", UNKNOWN), number, loose=word.startswith("@"), name=name)
    if not powershell and "%" in word:
        return Field(UNKNOWN if word.startswith("%") and word.endswith("%") else word, number, loose=True, name=word)
    return Field(word, number)
