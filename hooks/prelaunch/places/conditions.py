"""The tests of a script, where what is known decides them."""

from __future__ import annotations

from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING
from prelaunch.variables import Test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.readers.shell import Command, Word
    from prelaunch.resolve import Expander, Field


class Decisions:
    """The branches of a script that what is known decides: `chosen` and `tests` as `Branches` has them."""

    def __init__(self, chosen: dict[int, int], tests: dict[int, Test], seen: set[tuple[int, int]]) -> None:
        """`seen` are the conditions of which a command was met: block number and arm."""
        self.chosen, self.tests = chosen, tests
        self._seen = seen
        self._outcomes: dict[int, list[bool | None]] = {}

    def note(self, command: Command, expander: Expander) -> None:
        """Take in a command, in the order of the script."""
        block = next((b for b in reversed(command.blocks) if b.kind == "if"), None)
        if block is None:
            return
        if command.blocks[-1] != block:
            if block.arm == -1:
                self._keep(block.number, None)  # a part of a longer condition
            return
        outcomes = self._outcomes.setdefault(block.number, [])
        if block.arm < 0:
            arm = -block.arm - 1
            while len(outcomes) <= arm:
                outcomes.append(None)
            # a condition of several commands is decided by none of them
            single = outcomes[arm] is None and (block.number, arm) not in self._seen
            if arm == 0:
                self._keep(block.number, asked(command) if single else None)
            self._seen.add((block.number, arm))
            outcomes[arm] = truth(command, expander) if single else None
        elif block.number not in self.chosen and all(value is not None for value in outcomes):
            self.chosen[block.number] = next((at for at, value in enumerate(outcomes) if value), len(outcomes))

    def _keep(self, number: int, test: Test | None) -> None:
        if test is not None and test.spelled.strip("! "):
            self.tests[number] = test
        else:
            self.tests.pop(number, None)


def asked(command: Command) -> Test:
    """What a command asks, if it is the condition of a branch."""
    tests = asked_all(command)
    return tests[0] if len(tests) == 1 else Test(tests[0].spelled)


def asked_all(command: Command) -> tuple[Test, ...]:
    """What a command asks, if it is the condition of a branch: it holds where all of these do."""
    spelled = " ".join(("!" * command.negated, *map(_spelled, command.words)))
    words = list(command.words)
    if words and words[0].text in {"[", "[["}:
        words = words[1:-1]
    elif words and words[0].text == "test":
        words = words[1:]
    else:
        return (Test(spelled),)
    texts = [word.text for word in words]
    if not {"-o", "||", "(", ")"}.isdisjoint(texts):
        return (Test(spelled),)
    ends = [at for at, text in enumerate(texts) if text in {"-a", "&&"}]
    bounds = zip([-1, *ends], [*ends, len(words)], strict=True)
    fields = command.words[0].text == "[["  # where an empty variable is a word all the same
    tests = [_asked(spelled, words[start + 1 : stop], fields=fields) for start, stop in bounds]
    if not command.negated:
        return tuple(tests)
    return (tests[0]._replace(fails=not tests[0].fails),) if len(tests) == 1 else (Test(spelled),)


def _asked(spelled: str, words: list[Word], *, fields: bool) -> Test:
    negated = bool(words) and words[0].text == "!"
    words = words[negated:]
    flag = words[0].text if len(words) == 2 else "-n" if len(words) == 1 else ""
    if len(words) == 2 and flag == "-n" and not fields and not all(part.quoted for part in words[-1].parts):
        return Test(spelled)  # `[ -n $X ]` holds without a word, too
    name = _variable(words[-1]) if flag in {"-n", "-z"} else _variable(words[0]) if len(words) == 3 else ""
    if flag in {"-n", "-z"}:
        return Test(spelled, name, None, negated == (flag == "-n"))
    other = words[2].text if name else None
    if other is None or words[1].text not in {"=", "==", "!="} or {"*", "?", "["}.intersection(other):
        return Test(spelled)
    return Test(spelled, name, other or None, (negated == (words[1].text != "!=")) == bool(other))


def _spelled(word: Word | None) -> str:
    """A word, so that two are spelled alike only where they mean the same."""
    spelled = ""
    for part in word.parts if word is not None else ():
        inner = f"{part.text}[{part.subscript}]{part.operator}{_spelled(part.argument)}"
        spelled += part.text if part.kind == "literal" else f"${part.kind}{{{inner}}}"
    return spelled


def _variable(word: Word) -> str:
    """The name of the variable that a word is, "" for any other word."""
    part = word.parts[0] if len(word.parts) == 1 else None
    if part is None or part.kind != "parameter" or part.subscript or not part.text.isidentifier():
        return ""
    empty = part.operator in {":-", "-"} and (part.argument is None or part.argument.text == "")
    return part.text if not part.operator or empty else ""


def truth(command: Command, expander: Expander) -> bool | None:
    """The outcome of `[ -n "$X" ]`, `[ -z ... ]`, `[ a = b ]` and their `[[`/`test` forms, where it is known."""
    lines = expander.command(command.words)
    outcomes = {_test(fields) for fields in lines}
    outcome = outcomes.pop() if len(outcomes) == 1 else None
    return outcome if outcome is None else outcome != command.negated


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
