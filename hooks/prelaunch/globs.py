"""Globs of the settings, as .gitignore has them: `*`, `?`, `**`, a `/` inside anchors, a `/` at the end means a folder.

Not `re`: a pattern comes from the repository under check, and this matcher is never slower than the product of the
two lengths.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Whether `path` (relative, `/`) or a folder above it matches one of `globs`."""
    parts = path.split("/")
    return any(_matches(parts, pattern) for pattern in globs)


def _matches(parts: list[str], pattern: str) -> bool:
    folder = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    anchored = "/" in pattern
    wanted = pattern.removeprefix("./").lstrip("/").split("/")
    if not anchored:
        wanted = ["**", *wanted]
    above = len(parts) - folder  # a pattern of folders does not match the file itself
    return any(matched for number, matched in enumerate(matched_so_far(parts, wanted)) if number < above)


def matched_so_far(
    parts: Iterable[str], wanted: list[str], matches: Callable[[str, str], bool] | None = None
) -> Iterator[bool]:
    """After each part of a path, whether the path so far matches the parts of a pattern, of which `**` is any number.

    `matches` says whether one part does (`part_matches`).
    """
    matches = matches or part_matches
    states = {0}  # how many parts of the pattern may be used up so far
    for part in parts:
        after = set()
        for state in _closed(states, wanted):
            if wanted[state] == "**":
                after |= {state, len(wanted)} if state == len(wanted) - 1 else {state}
            elif matches(part, wanted[state]):
                after.add(state + 1)
        yield len(wanted) in after
        states = after - {len(wanted)}


def _closed(states: set[int], wanted: list[str]) -> set[int]:
    """`states` and those that a `**` reaches by standing for no folder at all."""
    closed = set(states)
    for state in states:
        at = state
        while at < len(wanted) - 1 and wanted[at] == "**":
            at += 1
            closed.add(at)
    return closed


def part_matches(name: str, pattern: str) -> bool:
    """Whether one part of a path matches a pattern of `*` and `?`."""
    at = wanted = 0
    star, resume = -1, 0
    while at < len(name):
        if wanted < len(pattern) and (pattern[wanted] == "?" or pattern[wanted] == name[at]) and pattern[wanted] != "*":
            at, wanted = at + 1, wanted + 1
        elif wanted < len(pattern) and pattern[wanted] == "*":
            star, resume = wanted, at
            wanted += 1
        elif star >= 0:
            resume += 1
            at, wanted = resume, star + 1
        else:
            return False
    return all(letter == "*" for letter in pattern[wanted:])
