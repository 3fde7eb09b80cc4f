r"""How make finds the ends of things in a line: references, comments, continuations, assignments.

After the GNU make manual: 3.1.1 (splitting lines), 3.7 (parsing), 6.5 (setting variables), 8.1 (function syntax).
"""

from __future__ import annotations

from prelaunch.typed import NamedTuple

CLOSERS = {"(": ")", "{": "}"}
BLANK = " \t"
MODIFIERS = frozenset({"export", "override", "private"})


def closer(text: str, at: int, stop: int | None = None) -> int:
    """The index of what closes the bracket at `at`, or -1. Only brackets of the same kind count, as in make."""
    stop = len(text) if stop is None else stop
    opening, closing = text[at], CLOSERS[text[at]]
    depth, opened, closed = 1, text.find(opening, at + 1, stop), text.find(closing, at + 1, stop)
    while closed >= 0:
        if 0 <= opened < closed:
            depth += 1
            opened = text.find(opening, opened + 1, stop)
            continue
        depth -= 1
        if not depth:
            return closed
        closed = text.find(closing, closed + 1, stop)
    return -1


def outside(text: str, wanted: str, at: int = 0) -> int:
    r"""The first character of `wanted` that is in no reference and has no odd run of `\` before it, or -1."""
    end = len(text)
    while at < end:
        char = text[at]
        if char == "$" and at + 1 < end:
            if text[at + 1] in CLOSERS:
                close = closer(text, at + 1)
                if close < 0:
                    return -1
                at = close + 1
            else:
                at += 2
            continue
        if char in wanted:
            slashes = at
            while slashes > 0 and text[slashes - 1] == "\\":
                slashes -= 1
            if (at - slashes) % 2 == 0:
                return at
        at += 1
    return -1


def uncommented(text: str) -> str:
    r"""The text before its comment; `\#` becomes `#`."""
    if "#" not in text:
        return text
    at = outside(text, "#")
    text = text if at < 0 else text[:at]
    return text.replace("\\#", "#")


def collapsed(text: str) -> str:
    r"""Join continuation lines: `\`-newline and the blanks around it become one space (manual 3.1.1)."""
    if "\n" not in text:
        return text
    parts = text.split("\n")
    out: list[str] = []
    for number, part in enumerate(parts):
        piece = part if number == 0 else part.lstrip(BLANK)
        if number < len(parts) - 1:
            bare = piece.rstrip("\\")
            slashes = len(piece) - len(bare)
            # An odd run joins; each pair of the rest stands for one backslash.
            kept = "\\" * (slashes // 2)
            piece = bare + kept if kept else bare.rstrip(BLANK)
            if number and not piece:
                continue
        out.append(piece)
    return " ".join(out)


def arguments(text: str, start: int, stop: int, bracket: str, most: int) -> list[tuple[int, int]]:
    """Split `start` to `stop` at commas into at most `most` ranges; brackets of the kind of `bracket` protect."""
    found: list[tuple[int, int]] = []
    depth, begin = 0, start
    closing = CLOSERS[bracket]
    for at in range(start, stop):
        char = text[at]
        if char == "," and not depth and len(found) < most - 1:
            found.append((begin, at))
            begin = at + 1
        elif char == bracket:
            depth += 1
        elif char == closing:
            depth -= 1
    found.append((begin, stop))
    return found


class Assigned(NamedTuple):
    """The parts of an assignment; `value` is an index into the text, `define` says that a body follows."""

    name: str
    operator: str
    value: int
    modifiers: frozenset[str]
    define: bool


def first_word(text: str, at: int = 0) -> tuple[str, int]:
    """The word that begins at or after `at`, and the index behind it."""
    while at < len(text) and text[at] in BLANK:
        at += 1
    end = at
    while end < len(text) and text[end] not in " \t\n\r\f\v":
        end += 1
    return text[at:end], end


def _operator(text: str, at: int) -> tuple[int, int, str, int] | None:
    """`(name start, name stop, operator, index behind it)` of an assignment that begins at `at`."""
    end = len(text)
    while at < end and text[at] in BLANK:
        at += 1
    start, name_stop = at, -1
    while at < end:
        char = text[at]
        if char == "#":
            return None
        if char in BLANK:
            name_stop = at if name_stop < 0 else name_stop
            at += 1
            continue
        found = None
        if char == "=":
            found = "=", at + 1
        elif char in ":?+!" and text.startswith("=", at + 1):
            found = char + "=", at + 2
        elif char == ":":
            for long in (":::=", "::="):
                if text.startswith(long, at):
                    found = ":=", at + len(long)
            if found is None:
                return None
        if found is not None:
            return start, at if name_stop < 0 else name_stop, *found
        if name_stop >= 0:
            return None
        if char == "$" and at + 1 < end:
            if text[at + 1] in CLOSERS:
                close = closer(text, at + 1)
                if close < 0:
                    return None
                at = close + 1
            else:
                at += 2
            continue
        at += 1
    return None


def assignment(text: str) -> Assigned | None:
    """Take a line (comment gone, continuations joined) as an assignment, if it is one."""
    modifiers: set[str] = set()
    at = 0
    while True:
        plain = _operator(text, at)
        if plain is not None:
            start, stop, operator, value = plain
            return (
                Assigned(text[start:stop], operator, value, frozenset(modifiers), define=False)
                if stop > start
                else None
            )
        word, behind = first_word(text, at)
        if word in MODIFIERS:
            modifiers.add(word)
            at = behind
            continue
        if word == "define":
            return _definition(text, behind, frozenset(modifiers))
        if word == "undefine":
            name = text[behind:].strip()
            return Assigned(name, "undefine", len(text), frozenset(modifiers), define=False) if name else None
        return None


def _definition(text: str, at: int, modifiers: frozenset[str]) -> Assigned | None:
    found = _operator(text, at)
    if found is not None:
        return Assigned(text[found[0] : found[1]], found[2], len(text), modifiers, define=True)
    name = text[at:].strip()
    return Assigned(name, "=", len(text), modifiers, define=True) if name else None


def references(text: str) -> list[tuple[int, int]]:
    """The ranges of the top-level `$(...)` and `${...}` of `text`."""
    found, at = [], text.find("$")
    while 0 <= at < len(text) - 1:
        if text[at + 1] in "({":
            close = closer(text, at + 1)
            if close < 0:
                break
            found.append((at, close + 1))
            at = text.find("$", close + 1)
        else:
            at = text.find("$", at + 2)
    return found


def colon_of(text: str) -> int:
    """The first colon of `text` outside of references, or -1."""
    at = 0
    while at < len(text):
        if text[at] == "$" and at + 1 < len(text) and text[at + 1] in CLOSERS:
            close = closer(text, at + 1)
            if close < 0:
                return -1
            at = close
        elif text[at] == ":":
            return at
        at += 1
    return -1
