"""The functions of make that compute a text from texts (manual, chapter 8), with `UNKNOWN` inside them.

Where the result would depend on what `UNKNOWN` stands for, the result is `UNKNOWN`.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TEXT = 60_000
"""Longer results are given up as UNKNOWN."""


def match(pattern: str, word: str) -> str | None:
    r"""The stem of `word` under a `%` pattern ("" where the pattern has no `%`), or None. `\%` is a plain `%`."""
    before, percent, after = _halves(pattern)
    if not percent:
        return "" if before == word else None
    if len(word) >= len(before) + len(after) and word.startswith(before) and word.endswith(after):
        return word[len(before) : len(word) - len(after)]
    return None


def _halves(pattern: str) -> tuple[str, bool, str]:
    at = pattern.find("%")
    while at > 0 and pattern[at - 1] == "\\":
        pattern = pattern[: at - 1] + pattern[at:]
        at = pattern.find("%", at)
    return (pattern, False, "") if at < 0 else (pattern[:at], True, pattern[at + 1 :])


def patsubst(pattern: str, replacement: str, text: str) -> str:
    """`$(patsubst pattern,replacement,text)`, also the meaning of `$(X:a=b)`."""
    if UNKNOWN in pattern:
        return UNKNOWN
    before, percent, after = _halves(replacement)
    out = []
    for word in text.split():
        if UNKNOWN in word:
            # Its words, and whether each matches, are not known; a part that surely stays is not worth keeping.
            out.append(UNKNOWN)
            continue
        stem = match(pattern, word)
        if stem is None:
            out.append(word)
        elif percent and _halves(pattern)[1]:
            out.append(before + stem + after)
        else:
            out.append(replacement)
    return " ".join(out)


def _subst(old: str, new: str, text: str) -> str:
    if UNKNOWN in old:
        return UNKNOWN
    return text.replace(old, new) if old else text + new


def _filter(patterns: str, text: str, *, keep: bool) -> str:
    if UNKNOWN in patterns or UNKNOWN in text:
        return UNKNOWN if text else ""
    wanted = patterns.split()
    exact = {pattern for pattern in wanted if "%" not in pattern}
    loose = [pattern for pattern in wanted if "%" in pattern][:500]
    found = (
        word
        for word in text.split()
        if (word in exact or any(match(pattern, word) is not None for pattern in loose)) is keep
    )
    return " ".join(found)


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _word(number: str, text: str) -> str:
    index = _number(number)
    if index is None:
        return UNKNOWN
    words = text.split()
    if any(UNKNOWN in word for word in words[:index]):
        return UNKNOWN
    return words[index - 1] if 0 < index <= len(words) else ""


def _wordlist(first: str, last: str, text: str) -> str:
    low, high = _number(first), _number(last)
    words = text.split()
    if low is None or high is None or any(UNKNOWN in word for word in words[:high]):
        return UNKNOWN
    return " ".join(words[max(low, 1) - 1 : high])


def _findstring(wanted: str, text: str) -> str:
    if UNKNOWN not in wanted and wanted in text:
        return wanted
    return UNKNOWN if UNKNOWN in wanted or UNKNOWN in text else ""


def _each(change: Callable[[str], str]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        return " ".join(part for part in map(change, text.split()) if part)

    return apply


def _dir(word: str) -> str:
    at = word.rfind("/")
    if UNKNOWN in word[at + 1 :]:
        return UNKNOWN
    return word[: at + 1] if at >= 0 else "./"


def _notdir(word: str) -> str:
    return word[word.rfind("/") + 1 :]


def _suffix(word: str) -> str:
    dot = word.rfind(".")
    if dot > word.rfind("/"):
        return word[dot:]
    return UNKNOWN if UNKNOWN in word else ""


def _basename(word: str) -> str:
    dot = word.rfind(".")
    return word[:dot] if dot > word.rfind("/") else word


def _join(left: str, right: str) -> str:
    if UNKNOWN in left or UNKNOWN in right:
        return UNKNOWN
    first, second = left.split(), right.split()
    size = min(len(first), len(second))
    return " ".join([a + b for a, b in zip(first, second, strict=False)] + first[size:] + second[size:])


def _sort(text: str) -> str:
    return " ".join(sorted(set(text.split())))


def _edge(index: int) -> Callable[[str], str]:
    def apply(text: str) -> str:
        words = text.split()
        if not words:
            return ""
        # What a word with UNKNOWN in it stands for may be no word, or several.
        return UNKNOWN if UNKNOWN in words[index] and words[index].strip(UNKNOWN + "/") == "" else words[index]

    return apply


def looked_for(command: str) -> str | None:
    """The program that `which X` or `command -v X` looks for: the answer is its path, or nothing."""
    words = [word for word in command.split() if word not in {"2>/dev/null", "2>", "/dev/null"}]
    for start in (["which"], ["command", "-v"], ["type", "-p"], ["type", "-P"]):
        if words[: len(start)] == start and len(words) == len(start) + 1:
            name = words[-1]
            if all(char.isalnum() or char in "-_." for char in name):
                return name
    return None


def _unknown(*_: str) -> str:
    return UNKNOWN


def _empty(*_: str) -> str:
    return ""


PURE: dict[str, tuple[int, int, Callable[..., str]]] = {
    "subst": (3, 3, _subst),
    "patsubst": (3, 3, patsubst),
    "strip": (1, 1, lambda text: " ".join(text.split())),
    "findstring": (2, 2, _findstring),
    "filter": (2, 2, lambda patterns, text: _filter(patterns, text, keep=True)),
    "filter-out": (2, 2, lambda patterns, text: _filter(patterns, text, keep=False)),
    "sort": (1, 1, _sort),
    "word": (2, 2, _word),
    "words": (1, 1, lambda text: UNKNOWN if UNKNOWN in text else str(len(text.split()))),
    "wordlist": (3, 3, _wordlist),
    "firstword": (1, 1, _edge(0)),
    "lastword": (1, 1, _edge(-1)),
    "dir": (1, 1, _each(_dir)),
    "notdir": (1, 1, _each(_notdir)),
    "suffix": (1, 1, _each(_suffix)),
    "basename": (1, 1, _each(_basename)),
    "addsuffix": (2, 2, lambda suffix, text: " ".join(word + suffix for word in text.split())),
    "addprefix": (2, 2, lambda prefix, text: " ".join(prefix + word for word in text.split())),
    "join": (2, 2, _join),
    "realpath": (1, 1, _unknown),
    "shell": (1, 1, _unknown),
    "wildcard": (1, 1, _unknown),
    "guile": (1, 1, _unknown),
    "intcmp": (2, 5, _unknown),
    "let": (3, 3, _unknown),
    "error": (1, 1, _unknown),  # what follows is never run
    "info": (1, 1, _empty),
    "warning": (1, 1, _empty),
    "file": (1, 2, _empty),
}
"""Name to (fewest, most arguments, function), of those that want all of their arguments expanded."""
