"""The patterns of `.dockerignore`, `COPY --exclude` and `COPY --parents`, and those of a `COPY`'s sources.

Facts: the Docker documentation (".dockerignore files", "COPY --parents") and what moby's pattern matcher does: `*` and
`?` stop at a `/`; `**/` stands for any number of folders, `**` at the end for the rest, and a `**` at the very start
with no other sign behind it for any beginning, also inside a name. A pattern that matches a folder matches what is in
it. The last pattern that matches decides; `!` takes back.

Not `re`: a pattern comes from the repository under check, and this matcher is never slower than the product of the two
lengths.
"""

from __future__ import annotations

import posixpath

from prelaunch.typed import NamedTuple

MAX_PATTERNS = 2_000
_MAX_LENGTH = 1_000

# a token is a character; one of these; or the set of a bracket
_ONE, _SOME, _FOLDERS, _REST = "?", "*", "**/", "**"
Token = str | tuple[bool, tuple[tuple[str, str], ...]]


class Pattern(NamedTuple):
    """One pattern, taken apart. `keep`: it takes paths back (`!`). `suffix`: all that a path must end in."""

    keep: bool
    tokens: tuple[Token, ...]
    suffix: str | None = None


def read_ignore_file(text: str) -> tuple[Pattern, ...]:
    """The patterns of a `.dockerignore`."""
    found = []
    for line in text.removeprefix("\ufeff").splitlines()[: 10 * MAX_PATTERNS]:
        if line.startswith("#") or not line.strip():
            continue
        word = line.strip()
        keep = word.startswith("!")
        word = cleaned(word[1:].strip() if keep else word)
        if len(word) > 1:
            word = word.removeprefix("/")
        pattern = compile_pattern(word, keep=keep)
        if pattern is not None:
            found.append(pattern)
    return tuple(found[:MAX_PATTERNS])


def cleaned(path: str) -> str:
    """The shortest spelling of a path, as Go's `path.Clean` gives it."""
    path = posixpath.normpath(path)
    return path[1:] if path.startswith("//") else path


def compile_pattern(word: str, *, keep: bool = False) -> Pattern | None:
    """A pattern; None where Go finds it malformed (a bracket that is not closed, a backslash at the end)."""
    if not word or len(word) > _MAX_LENGTH:
        return None
    tokens: list[Token] = []
    at = 0
    while at < len(word):
        char = word[at]
        if word.startswith("**", at):
            at += 2
            at += word.startswith("/", at)
            tokens.append(_REST if at >= len(word) else _FOLDERS)
            continue
        at += 1
        if char in "*?":
            tokens.append(_SOME if char == "*" else _ONE)
        elif char == "\\":
            if at >= len(word):
                return None
            tokens.append("=" + word[at])
            at += 1
        elif char == "[":
            bracket = _bracket(word, at)
            if bracket is None:
                return None
            token, at = bracket
            tokens.append(token)
        else:
            tokens.append("=" + char)
    plain = word.startswith("**") and not any(sign in word[2:] for sign in "*?[]\\")
    return Pattern(keep, tuple(tokens), word[2:] if plain else None)


def _bracket(word: str, at: int) -> tuple[Token, int] | None:
    """The set of a `[...]` whose first character stands at `at`, and where it ends."""
    without = word.startswith("^", at)
    at += without
    ranges: list[tuple[str, str]] = []
    while at < len(word):
        if word[at] == "]" and ranges:
            return (without, tuple(ranges)), at + 1
        low, at = _member(word, at)
        high = low
        if word.startswith("-", at) and at + 1 < len(word) and word[at + 1] != "]":
            high, at = _member(word, at + 1)
        if not low or not high:
            return None
        ranges.append((low, high))
    return None


def _member(word: str, at: int) -> tuple[str, int]:
    if word.startswith("\\", at):
        at += 1
    return word[at : at + 1], at + 1


def matches(pattern: Pattern, path: str) -> bool:
    """Whether the whole of `path` (relative, `/`) matches."""
    if pattern.suffix is not None:
        return path.endswith(pattern.suffix) or (pattern.suffix[:1] == "/" and path == pattern.suffix[1:])
    tokens = pattern.tokens
    states = _closed(tokens, {0})
    for char in path:
        after = set()
        for state in states:
            number = ~state if state < 0 else state  # ~n: inside the text that token n, a `**/`, stands for
            if number == len(tokens):
                continue
            token = tokens[number]
            if token == _FOLDERS:
                after.update({~number, number + 1} if char == "/" else {~number})
            elif token == _REST or (token == _SOME and char != "/"):
                after.add(number)
            elif token != _SOME and _is(token, char):
                after.add(number + 1)
        states = _closed(tokens, after)
        if not states:
            return False
    return len(tokens) in states


def _closed(tokens: tuple[Token, ...], states: set[int]) -> set[int]:
    """`states` and those reached because a token may stand for nothing."""
    closed = set(states)
    for state in states:
        at = state
        while 0 <= at < len(tokens) and tokens[at] in {_SOME, _REST, _FOLDERS}:
            at += 1
            closed.add(at)
    return closed


def _is(token: Token, char: str) -> bool:
    if isinstance(token, tuple):
        without, ranges = token
        return char != "/" and any(low <= char <= high for low, high in ranges) != without
    return char != "/" if token == _ONE else token[1:] == char


def is_excluded(path: str, patterns: tuple[Pattern, ...]) -> bool:
    """Whether the last of `patterns` that matches `path`, or a folder above it, leaves it out."""
    folders = path.split("/")
    above = ["/".join(folders[:count]) for count in range(1, len(folders) + 1)]
    found = False
    for pattern in patterns:
        if pattern.keep == found and any(matches(pattern, one) for one in above):
            found = not pattern.keep
    return found
