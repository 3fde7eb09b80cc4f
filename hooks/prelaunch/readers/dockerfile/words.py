"""The words of an instruction: flags, here-document operators, JSON arrays.

Offsets are 0-based positions in the text handed in (a logical line), not in the file. What a word is was measured
against BuildKit: quotes and `${}` hold blanks together, and where one of them is left open BuildKit sees no
here-document at all.
"""

from __future__ import annotations

from functools import lru_cache

from prelaunch.readers.dockerfile.lines import SPACE
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

BLANK = "\t\v\f\r "
"""What parts the words of an instruction."""

_JSON_BLANK = " \t\r\n"
_SPECIAL = "0123456789@*#?-$!"
_MODIFIERS = ":-+?#%/"


class FlagWord(NamedTuple):
    """A flag: its name, its value without quotes, and its place."""

    name: str
    value: str
    start: int
    stop: int


def take_flags(text: str, at: int) -> tuple[list[FlagWord], int]:
    """The flags from `at` on, and where the arguments start. A lone `--` ends the flags and is no argument.

    A backslash escapes in a flag, in quotes of either kind too, whatever the file's escape character is.
    """
    flags: list[FlagWord] = []
    while True:
        at = _past(text, at, BLANK)
        if not text.startswith("--", at):
            return flags, at
        start, kept, quote = at, [], ""
        while at < len(text):
            char = text[at]
            if not quote and char in BLANK:
                break
            if char == "\\":
                kept.append(text[at + 1 : at + 2])
                at += 2
                continue
            if quote and char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            else:
                kept.append(char)
            at += 1
        at = min(at, len(text))
        word = "".join(kept)
        if word == "--":
            return flags, _past(text, at, BLANK)
        name, _, value = word[2:].partition("=")
        flags.append(FlagWord(name, value, start, at))


class HeredocWord(NamedTuple):
    """`<<name` at its place in the text."""

    name: str
    expand: bool
    strip_tabs: bool
    start: int
    stop: int


def heredoc_words(text: str, at: int) -> list[HeredocWord]:
    """The here-document operators among the words from `at` on: whole words `[digits]<<[-]name`, nothing else.

    A backslash escapes here whatever the file's escape character is.
    """
    if "<<" not in text[at:]:
        return []
    words = split_words(text, at, "\\")
    return [found for start, stop in words or () if (found := _heredoc(text[start:stop], start)) is not None]


def _heredoc(word: str, start: int) -> HeredocWord | None:
    at = 0
    while at < len(word) and "0" <= word[at] <= "9":
        at += 1
    if not word.startswith("<<", at):
        return None
    at += 2
    strip_tabs = word.startswith("-", at)
    raw = word[at + strip_tabs :]
    if not raw or "<" in raw:
        return None
    name = _unquoted(raw, "\\")
    if not name:
        return None
    return HeredocWord(name, name == raw, strip_tabs, start, start + len(word))


def _unquoted(word: str, escape: str) -> str:
    kept: list[str] = []
    quote, at = "", 0
    while at < len(word):
        char = word[at]
        if char == escape and quote != "'":
            following = word[at + 1 : at + 2]
            kept.append(following if not quote or following in {'"', "$", escape} else char + following)
            at += 2
            continue
        if quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            kept.append(char)
        at += 1
    return "".join(kept)


def split_words(text: str, at: int, escape: str) -> list[tuple[int, int]] | None:
    """The words from `at` on as (start, stop), quotes left in; None where a quote or a `${` is not closed."""
    words: list[tuple[int, int]] = []
    end, start = len(text), -1
    while at < end:
        char = text[at]
        if char in SPACE:
            if start >= 0:
                words.append((start, at))
                start = -1
            at += 1
            continue
        if start < 0:
            start = at
        after = _skip(text, at, escape)
        if after is None:
            return None
        at = after
    if start >= 0:
        words.append((start, end))
    return words


def _skip(text: str, at: int, escape: str) -> int | None:
    """The offset behind the character, quoted text or variable at `at`; None where it is left open."""
    # `open_` holds what must still be closed, innermost last: a quote or the `}` of a variable.
    open_: list[str] = []
    end = len(text)
    while True:
        char = text[at]
        within = open_[-1] if open_ else ""
        if within == "'":
            close = text.find("'", at)
            if close < 0:
                return None
            at = close + 1
            open_.pop()
        elif char == within:
            at += 1
            open_.pop()
        elif char == escape:
            at += 2
        elif char == '"' or (char == "'" and within != '"'):
            at += 1
            open_.append(char)
        elif char == "$" and text.startswith("{", at + 1):
            inside = _variable(text, at + 2)
            if inside is None:
                return None
            at = inside
            open_.append("}")
        elif char == "$" and text[at + 1 : at + 2] in tuple(_SPECIAL):
            at += 2
        else:
            at += 1
        if not open_:
            return min(at, end)
        if at >= end:
            return None


def _variable(text: str, at: int) -> int | None:
    """The offset behind the name and modifier of a `${`; None where BuildKit would refuse what stands there."""
    start = at
    if at < len(text) and (text[at].isalpha() or text[at] == "_"):
        while at < len(text) and (text[at].isalnum() or text[at] == "_"):
            at += 1
    elif at < len(text) and text[at] in _SPECIAL:
        at += 1
    if at == start or at >= len(text):
        return None
    if text[at] == "}":
        return at
    if text[at] not in _MODIFIERS:
        return None
    at += 1 + (text[at] == ":")
    return at if at <= len(text) else None


@lru_cache(maxsize=1)
def _string_decoder() -> Callable[[str, int], tuple[str, int]]:
    from json import JSONDecoder

    return JSONDecoder().raw_decode


class ArrayWord(NamedTuple):
    """A string of a JSON array and its place, quotes included."""

    value: str
    start: int
    stop: int


def json_array(text: str, at: int) -> list[ArrayWord] | None:
    """The strings of the JSON array at `at`; None where there is no array of strings. What follows it is ignored."""
    if not text.startswith("[", at):
        return None
    at = _past(text, at + 1, _JSON_BLANK)
    words: list[ArrayWord] = []
    if text.startswith("]", at):
        return words
    while text.startswith('"', at):
        try:
            value, after = _json_string(text, at)
        except ValueError:
            return None
        words.append(ArrayWord(value, at, after))
        at = _past(text, after, _JSON_BLANK)
        if text.startswith("]", at):
            return words
        if not text.startswith(",", at):
            return None
        at = _past(text, at + 1, _JSON_BLANK)
    return None


def _json_string(text: str, at: int) -> tuple[str, int]:
    """The JSON string at `at` and the place behind it. Raises `ValueError`."""
    stop = text.find('"', at + 1)
    value = text[at + 1 : stop]
    if stop > 0 and "\\" not in value and value.isprintable():  # nearly every one, without a decoder
        return value, stop + 1
    return _string_decoder()(text, at)


def _past(text: str, at: int, blank: str) -> int:
    while at < len(text) and text[at] in blank:
        at += 1
    return at
