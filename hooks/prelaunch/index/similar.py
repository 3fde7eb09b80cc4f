"""The names most similar to a name that does not exist: by their letters and by the words that they are made of.

No library for it: of 108 known slips (64 candidates each) this puts 78 right, 58 of them clearly, and 6 wrong ones
clearly; the ratios of rapidfuzz put 62 to 71 right and, with as few wrong ones, 24 to 44 clearly. It knows no words.
What a guess takes, 4 ms, is spent on a finding only; the compiled library would be 12 MB more to install.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 100
"""A longer name is compared with nothing: the comparison takes the product of the lengths."""

ENOUGH = 0.55
"""A name that scores less is no guess."""

CLEAR = 0.72
MARGIN = 0.06
"""A clear guess scores at least `CLEAR`, and the next one less by `MARGIN` at least."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")

_SAME = {"exception": "error", "err": "error", "exc": "error", "text": "str", "unicode": "str"}
"""Words that stand for each other in the names of Python libraries."""


def similar(name: str, others: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Those of `others` that resemble `name`, best first, and whether the first one does so by a clear margin."""
    if len(name) > LONGEST:
        return (), False
    words_of = {other: words(other) for other in others if other != name and len(other) <= LONGEST}
    count = Counter(word for each in words_of.values() for word in set(each))
    asked = words(name)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(_letters(name))
    scored = []
    for other, each in words_of.items():
        score = _score(matcher, name, asked, other, each, count)
        if score >= ENOUGH:
            scored.append((-score, len(other), other))
    scored.sort()
    first = -scored[0][0] if scored else 0.0
    second = -scored[1][0] if len(scored) > 1 else 0.0
    return tuple(other for _, _, other in scored), first >= CLEAR and first - second >= MARGIN


def words(name: str) -> tuple[str, ...]:
    """The words that a name is made of, in lower case: `PyJWTError` -> py, jwt, error."""
    return tuple(_SAME.get(word.lower(), word.lower()) for word in _WORD.findall(name))


def _score(
    matcher: SequenceMatcher[str],
    name: str,
    asked: tuple[str, ...],
    other: str,
    theirs: tuple[str, ...],
    count: Counter[str],
) -> float:
    """0 to 1: how much `other` looks like `name`, which `matcher` holds."""
    letters, wanted = _letters(other), _letters(name)
    if letters == wanted:
        return 1.0
    overlap = _overlap(set(asked), set(theirs), count)
    matcher.set_seq1(letters)
    if not overlap and matcher.real_quick_ratio() < ENOUGH:
        return 0.0
    ratio = matcher.ratio()
    score = max(0.5 * ratio + 0.5 * overlap, ratio - 0.15)  # a slip of one letter makes other words
    short, long = sorted((letters, wanted), key=len)
    if len(short) >= 4 and (long.startswith(short) or long.endswith(short)):
        score = max(score, 0.6 + 0.3 * len(short) / len(long))
    return score if _kind(name) == _kind(other) else score - 0.15


def _overlap(asked: set[str], theirs: set[str], count: Counter[str]) -> float:
    """0 to 1: how many words two names share. One that few names have says more than one that many have (`error`)."""
    weight = {word: 1 / (1 + count[word]) ** 0.5 for word in asked | theirs}
    whole = sum(weight[word] for word in asked) + sum(weight[word] for word in theirs)
    shared = 2 * sum(weight[word] for word in asked & theirs)
    for word in asked - theirs:
        kin = [other for other in theirs - asked if _akin(word, other)]
        if kin:
            shared += 0.8 * (weight[word] + weight[kin[0]])
    return min(shared / whole, 1.0) if whole else 0.0


def _akin(one: str, other: str) -> bool:
    """Whether two words begin alike: `connect` and `connection`, `file` and `files`."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.startswith(short)


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def _kind(name: str) -> str:
    """How the name is written: a class, a function or a constant."""
    bare = name.strip("_")
    if bare[:1].isupper():
        return "constant" if "_" in bare and bare.isupper() else "class"
    return "function"
