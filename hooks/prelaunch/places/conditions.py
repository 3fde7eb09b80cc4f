"""The tests of a script, where what is known decides them."""

from __future__ import annotations

from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.readers.shell import Command
    from prelaunch.resolve import Expander, Field


def truth(command: Command, expander: Expander) -> bool | None:
    """The outcome of `[ -n "$X" ]`, `[ -z ... ]`, `[ a = b ]` and their `[[`/`test` forms, where it is known."""
    lines = expander.command(command.words)
    outcomes = {_test(fields) for fields in lines}
    return outcomes.pop() if len(outcomes) == 1 else None


def _test(fields: Sequence[Field]) -> bool | None:
    words = ["" if f.unset else f.text for f in fields]
    if words[:1] == ["test"]:
        words = words[1:]
    elif words[:1] in (["["], ["[["]) and words[-1:] in (["]"], ["]]"]):
        words = words[1:-1]
    else:
        return None
    negate = words[:1] == ["!"]
    words = words[negate:]
    if any(m in word for word in words for m in MARKERS):
        return None
    outcome: bool | None = None
    match words:
        case [] | ["-n"]:
            outcome = False
        case ["-z"]:
            outcome = True
        case ["-n", text] | [text]:
            outcome = bool(text)
        case ["-z", text]:
            outcome = not text
        case [left, "=" | "==", right] if "*" not in right and "?" not in right:
            outcome = left == right
        case [left, "!=", right] if "*" not in right and "?" not in right:
            outcome = left != right
        case _:
            outcome = None
    return outcome if outcome is None else outcome != negate
