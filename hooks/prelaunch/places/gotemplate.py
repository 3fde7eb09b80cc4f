"""Go templates (`{{.NAME}}`) in the strings of Taskfiles and GoReleaser files, put in place as far as they are known.

Syntax: https://pkg.go.dev/text/template. Known are fields, literals, `default`, the functions that leave a text alone,
and branches on them; everything else is unknown. Nothing recurses.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, UNSET, Value
from prelaunch.places.substitution import MAX_SPOTS, Spot, single
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SAME = frozenset({"toString", "trim", "quote", "squote", "shellQuote", "q", "html", "print"})
_SPACE = " \t\r\n"


class _Branch:
    """An open `{{if}}`: where it starts, where its parts start and end, and whether its condition holds."""

    __slots__ = ("chained", "inner", "middle", "spots", "start", "truth")

    def __init__(
        self,
        start: int,
        inner: int,
        truth: bool | None,
        middle: tuple[int, int] | None = None,
        spots: int = 0,
        chained: bool = False,
    ) -> None:
        self.start = start
        self.inner = inner
        self.truth = truth
        self.middle = middle
        self.spots = spots
        self.chained = chained


def template_spots(text: str, lookup: Callable[[str], Value]) -> list[Spot]:
    """What the actions of `text` come to; `lookup` gives the value of a field by its name (`A.B` for `.A.B`).

    A branch whose condition is not known is unknown where it stands within a line; of lines, both arms are kept.
    """
    spots: list[Spot] = []
    branches: list[_Branch] = []
    at = text.find("{{")
    while at >= 0 and len(spots) < MAX_SPOTS:
        stop = _end(text, at)
        if stop < 0:
            break
        start, end, action = _trimmed(text, at, stop)
        word = action.split(None, 1)[0] if action.split() else ""
        if word in {"if", "range", "with", "block", "define"}:
            truth = _truth(action[2:].strip(), lookup) if word == "if" else None
            branches.append(_Branch(start, end, truth, spots=len(spots)))
        elif word == "else":
            if branches:
                branch = branches[-1]
                # `else if` is more than two arms: nothing of it is known unless an arm before holds
                branch.chained = branch.chained or action.strip() != "else"
                branch.middle = branch.middle or (start, end)
                if branch.chained and not branch.truth:
                    branch.truth = None
        elif word == "end":
            if branches:
                _close(text, branches.pop(), start, end, spots)
        elif not action.startswith("/*"):
            value = evaluate(action, lookup)
            spots.append(Spot(start, end, single(value), value.steps))
        else:
            spots.append(Spot(start, end, ""))
        at = text.find("{{", stop)
    return sorted(_apart(spots), key=lambda spot: spot.start)


def _close(text: str, branch: _Branch, start: int, end: int, spots: list[Spot]) -> None:
    """Replace what a branch leaves out; `start` and `end` are those of its `{{end}}`."""
    inside = spots[branch.spots :]
    low, high = branch.middle or (start, start)
    del spots[branch.spots :]
    if branch.truth is True:
        spots.append(Spot(branch.start, branch.inner, ""))
        spots += [spot for spot in inside if spot.stop <= low]
        spots.append(Spot(low, end, ""))
    elif branch.truth is False:
        if branch.middle is None:
            spots.append(Spot(branch.start, end, ""))
            return
        spots.append(Spot(branch.start, high, ""))
        spots += [spot for spot in inside if spot.start >= high]
        spots.append(Spot(start, end, ""))
    elif "\n" in text[branch.inner : start].strip(_SPACE) and not branch.chained:
        spots.append(Spot(branch.start, branch.inner, ""))
        spots += [spot for spot in inside if spot.stop <= low or spot.start >= high]
        if branch.middle is not None:
            spots.append(Spot(low, high, ""))
        spots.append(Spot(start, end, ""))
    else:
        spots.append(Spot(branch.start, end, UNKNOWN))


def _apart(spots: list[Spot]) -> list[Spot]:
    """The spots without those that overlap one before (white space trimmed from both sides)."""
    found: list[Spot] = []
    for spot in sorted(spots, key=lambda one: (one.start, one.stop)):
        if found and spot.start < found[-1].stop:
            if spot.stop <= found[-1].stop:
                continue
            spot = Spot(found[-1].stop, spot.stop, spot.text, spot.steps)  # noqa: PLW2901
        found.append(spot)
    return found


def _end(text: str, start: int) -> int:
    """Behind the `}}` of the action at `start`; -1 where it does not end. Strings may hold braces."""
    at = start + 2
    while at < len(text):
        if text.startswith("}}", at):
            return at + 2
        if text[at] in '"`':
            close = text.find(text[at], at + 1)
            while text[at] == '"' and close > 0 and text[close - 1] == "\\":
                close = text.find('"', close + 1)
            end = text.find("}}", at)
            if close < 0:
                return end + 2 if end >= 0 else -1
            at = close
        at += 1
    return -1


def _trimmed(text: str, at: int, stop: int) -> tuple[int, int, str]:
    """The action's range with the white space that `{{-` and `-}}` remove, and what stands in it."""
    action = text[at + 2 : stop - 2]
    if action[:1] == "-" and action[1:2] in set(_SPACE):
        action = action[1:]
        while at > 0 and text[at - 1] in _SPACE:
            at -= 1
    if action[-1:] == "-" and action[-2:-1] in set(_SPACE):
        action = action[:-1]
        while stop < len(text) and text[stop] in _SPACE:
            stop += 1
    return at, stop, action.strip()


def evaluate(action: str, lookup: Callable[[str], Value]) -> Value:
    """The value of a pipeline: a field or a literal, `default` and the functions that leave a text alone."""
    parts = [part.split() if '"' not in part and "`" not in part else _split(part) for part in _pipes(action)]
    value: Value | None = None
    for words in parts:
        if not words or "(" in words[0]:
            return Value((UNKNOWN,))
        head, rest = words[0], [_operand(word, lookup) for word in words[1:]]
        if value is not None:
            rest.append(value)
        if head == "default" and len(rest) == 2:
            value = rest[0] if not single(rest[1]).strip(UNSET) else rest[1]
        elif head in _SAME and len(rest) == 1:
            value = rest[0]
        elif value is None and not rest:
            value = _operand(head, lookup)
        else:
            return Value((UNKNOWN,))
    return value if value is not None else Value((UNKNOWN,))


def _operand(word: str, lookup: Callable[[str], Value]) -> Value:
    if word[:1] in {'"', "`"} and len(word) > 1 and word[-1] == word[0]:
        return Value((word[1:-1] if "\\" not in word else UNKNOWN,))
    if word.startswith((".", "$.")) and len(word) > 1:
        return lookup(word.removeprefix("$").removeprefix("."))
    if word.isdigit() or word in {"true", "false"}:
        return Value((word,))
    return Value((UNKNOWN,))


def _pipes(action: str) -> list[str]:
    """The commands of a pipeline; a `|` in a string or in parentheses does not part them."""
    parts, depth, quote, last = [], 0, "", 0
    for at, char in enumerate(action):
        if quote:
            quote = "" if char == quote and action[at - 1] != "\\" else quote
        elif char in '"`':
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and not depth:
            parts.append(action[last:at])
            last = at + 1
    return [*parts, action[last:]]


def _split(part: str) -> list[str]:
    """Words, a quoted string being one."""
    words: list[str] = []
    at = 0
    while at < len(part):
        if part[at] in _SPACE:
            at += 1
            continue
        quote = part[at] if part[at] in '"`' else ""
        end = part.find(quote, at + 1) + 1 if quote else at
        if not quote:
            while end < len(part) and part[end] not in _SPACE:
                end += 1
        end = end if end > at else len(part)
        words.append(part[at:end])
        at = end
    return words


def _truth(condition: str, lookup: Callable[[str], Value]) -> bool | None:
    """Whether a condition holds; None where that is not known."""
    words = _split(condition)
    if words[:1] in (["eq"], ["ne"]) and len(words) == 3:
        left, right = (single(_operand(word, lookup)).replace(UNSET, "") for word in words[1:])
        if any(marker in left + right for marker in MARKERS):
            return None
        return (left == right) is (words[0] == "eq")
    negated = words[:1] == ["not"]
    text = single(evaluate(condition.removeprefix("not").strip() if negated else condition, lookup))
    if not text.strip(UNSET) or text == "false":
        return negated
    if not text.strip(MARKERS):
        return None
    return not negated
