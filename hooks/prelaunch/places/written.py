"""Where the platforms of a build stand in the file, character by character: only there may one be replaced."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.model import Fragment, Span
    from prelaunch.places.commands import Invocation
    from prelaunch.readers.shell import Word
    from prelaunch.readers.yaml import Node

_BETWEEN = frozenset(", \t\r\n\"'")
_MAX_TEXT = 4_000


def items_in(fragment: Fragment, start: int = 0, stop: int | None = None) -> Iterator[Span]:
    """The items of a list that is written as text, separated by commas, blanks or lines: those that are literal.

    A text with a reference in it (`$`, `{{`) gives none, since what stands in an expression is no item.
    """
    text = fragment.text[:_MAX_TEXT]
    stop = len(text) if stop is None else min(stop, len(text))
    if "$" in text[start:stop] or "{{" in text[start:stop]:
        return
    at = start
    while at < stop:
        while at < stop and text[at] in _BETWEEN:
            at += 1
        end = at
        while end < stop and text[end] not in _BETWEEN:
            end += 1
        if end > at and fragment.literal(at, end):
            yield fragment.span(at, end)
        at = end


def in_flags(invocation: Invocation, words: Sequence[Word], fragment: Fragment) -> tuple[Span, ...]:
    """The platforms among the words of a shell's command; `fragment` is the text that `words` are offsets into."""
    found: list[Span] = []
    for text, number in _values(invocation):
        if number < len(words):
            found += _in_word(text, words[number].start, words[number].stop, fragment)
    return tuple(found)


def in_nodes(invocation: Invocation, nodes: Sequence[Node]) -> tuple[Span, ...]:
    """The platforms among the items of a YAML list that is a command."""
    found: list[Span] = []
    for text, number in _values(invocation):
        fragment = nodes[number].fragment if number < len(nodes) else None
        if fragment is not None:
            found += _in_word(text, 0, len(fragment.text), fragment)
    return tuple(found)


def _values(invocation: Invocation) -> Iterator[tuple[str, int]]:
    """The values of the flags that name whole platforms, and the words that they stand in."""
    flag = invocation.tool.platform[:1] if invocation.tool.name != "kaniko" else invocation.tool.platform
    for value in invocation.values(*flag):
        if value.text and value.word >= 0:
            yield value.text, value.word


def _in_word(text: str, start: int, stop: int, fragment: Fragment) -> Iterator[Span]:
    word = fragment.text[start:stop]
    at = word.rfind(text)
    if at >= 0 and word.find(text) == at and fragment.literal(start + at, start + at + len(text)):
        yield from items_in(fragment, start + at, start + at + len(text))
