"""Ignore comments: `# prelaunch: ignore[rule, rule] reason`, on the finding's first line or alone on the line above.

The same comment works in every language that prelaunch reads, so it is found by its text: `#` or `//`, then the words.
Only in Python, where such text may well stand in a string, the tokenizer says what is a comment.
"""

from __future__ import annotations

from prelaunch.model import Finding, Source, Span
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

MARK = "prelaunch:"
UNUSED = "unused-ignore"


class Ignore(NamedTuple):
    """One ignore comment: the line that it speaks of (1-based), the rules that it names, and what is wrong with it."""

    span: Span
    line: int
    rules: tuple[str, ...]
    fault: str = ""


def read_ignores(source: Source, kind: str) -> list[Ignore]:
    """The ignore comments of a file of this kind, in order. Never raises."""
    found = []
    comments = None
    at = source.text.find(MARK)
    while at >= 0:
        start = _comment_start(source.text, at)
        if start is not None and kind == "python":
            if comments is None:
                comments = _python_comments(source)
            start = start if comments is None or start in comments else None
        ignore = None if start is None else _read_one(source, start, at + len(MARK))
        if ignore is not None:
            found.append(ignore)
        at = source.text.find(MARK, at + len(MARK))
    return found


def _comment_start(text: str, mark: int) -> int | None:
    """Where the comment begins whose first words stand at `mark`; None where they do not."""
    at = mark
    while at > 0 and text[at - 1] in " \t":
        at -= 1
    if text.endswith("//", 0, at):
        return at - 2
    while at > 0 and text[at - 1] == "#":
        at -= 1
        if at == 0 or text[at - 1] != "#":
            return at
    return None


def _read_one(source: Source, start: int, after: int) -> Ignore | None:
    text = source.text
    end = text.find("\n", after)
    end = len(text) if end < 0 else end
    words = text[after:end].strip()
    span = Span(start, start + len(text[start:end].rstrip()))
    rest = words.removeprefix("ignore")
    if rest == words or rest[:1].isalnum() or rest[:1] in {"-", "_"}:
        return None  # a remark about prelaunch
    line, column = source.position(start)
    before = source.line(line)[: column - 1].strip(" \t\r\ufeff\"',@+-")
    line = line if before else line + 1
    rest = rest.lstrip()
    close = rest.find("]")
    if not rest.startswith("[") or close < 0:
        return Ignore(span, line, (), "names no rule: write ignore[rule]")
    rules = tuple(name.strip() for name in rest[1:close].split(","))
    return Ignore(span, line, rules, "" if all(rules) else "names no rule: write ignore[rule]")


def _python_comments(source: Source) -> set[int] | None:
    """The offsets of the comments of a Python text; None where it cannot be told."""
    import io
    import tokenize

    mark = source.text.startswith("\ufeff")
    lines = [int(mark)]
    at = source.text.find("\n")
    while at >= 0:
        lines.append(at + 1)
        at = source.text.find("\n", at + 1)
    found = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text[mark:], newline="\n").readline):
            if token.type == tokenize.COMMENT:
                found.add(lines[token.start[0] - 1] + token.start[1])
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError):
        return None
    return found


def suppress(findings: Iterable[Finding], ignores: Collection[Ignore]) -> tuple[list[Finding], list[Ignore]]:
    """The findings of one file that no comment speaks of, and the comments (or parts of them) that speak of none.

    What is left of a comment names only the rules that it ignores in vain.
    """
    wanted = {(ignore.line, rule): False for ignore in ignores for rule in ignore.rules}
    kept = []
    for finding in findings:
        key = (finding.source.position(finding.span.start)[0], finding.rule)
        if key in wanted:
            wanted[key] = True
        else:
            kept.append(finding)
    unused = []
    for ignore in ignores:
        rules = tuple(rule for rule in ignore.rules if not wanted[ignore.line, rule])
        if rules or ignore.fault:
            unused.append(Ignore(ignore.span, ignore.line, rules, ignore.fault))
    return kept, unused


def judge_ignores(
    source: Source, unused: Iterable[Ignore], judged: Collection[str], known: Collection[str]
) -> Iterator[Finding]:
    """What is wrong with the comments that ignored nothing.

    `judged` are the rules that judged this file (only they can prove a comment needless), `known` all there are.
    """
    for ignore in unused:
        if ignore.fault:
            yield Finding(UNUSED, "likely", source, ignore.span, f"this ignore comment {ignore.fault}")
            continue
        unknown = [rule for rule in ignore.rules if rule not in known]
        needless = [rule for rule in ignore.rules if rule in judged]
        if unknown:
            from prelaunch.config import suggestion

            message = f"this ignore comment names {unknown[0]!r}, which is no rule{suggestion(unknown[0], known)}"
            yield Finding(UNUSED, "likely", source, ignore.span, message)
        if needless:
            names = ", ".join(needless)
            message = f"this comment ignores {names}, which finds nothing here: remove it"
            yield Finding(UNUSED, "likely", source, ignore.span, message)
