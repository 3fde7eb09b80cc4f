"""Ruby as Rakefiles and Vagrantfiles use it: the literal texts, and what stands before each; nothing is run.

Strings are those of Ruby's documentation ("Literals"): `'a'`, `"a #{b}"`, `` `a` ``, `%x(a)`, `<<~NAME` and its like.
"""

from __future__ import annotations

from prelaunch.readers.groovy import Part
from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "r": "\r", "e": "\x1b", "0": "\0"}
_PERCENT = ("%x", "%q", "%Q", "%{")
_MAX_REFERENCE = 2_000
_MAX_WAITING = 20


class Text(NamedTuple):
    """A literal text: how it is written, its parts, its place, and the name that stands before it ("" for none).

    A comma before a text that follows another is that name: it is one more argument.
    """

    kind: Literal["string", "command", "heredoc"]
    before: str
    parts: tuple[Part, ...]
    start: int
    stop: int
    tag: str = ""


def scan(text: str) -> Iterator[Text]:
    """The literal texts, in order. Never raises; what nothing closes ends with the text."""
    before = ""
    waiting: list[tuple[str, bool, bool, str]] = []  # heredocs that begin with the next line
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\n":
            at += 1
            for tag, indented, refers, name in waiting:
                heredoc = _heredoc(text, at, tag, name, indented=indented, refers=refers)
                yield heredoc
                at = text.find("\n", heredoc.stop) + 1 or len(text)
            waiting, before = [], "" if before != "," else before
        elif char == "=" and text.startswith("=begin", at) and (at == 0 or text[at - 1] == "\n"):
            end = text.find("\n=end", at)
            at = len(text) if end < 0 else text.find("\n", end + 1) + 1 or len(text)
        elif char == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif char in "'\"`" or text.startswith(_PERCENT, at):
            found = _quoted(text, at, before)
            if found is None:
                at += 1
                continue
            yield found
            before, at = "", found.stop
        elif text.startswith("<<", at) and (opened := _tag(text, at)) is not None:
            tag, indented, refers, at = opened
            if len(waiting) < _MAX_WAITING:
                waiting.append((tag, indented, refers, before))
        elif char.isalnum() or char in "_@$":
            stop = at + 1
            while stop < len(text) and (text[stop].isalnum() or text[stop] in "_?!"):
                stop += 1
            before, at = text[at:stop], stop
        else:
            if char == "," or not (char.isspace() or char in "(:\\"):
                before = char
            at += 1


def _quoted(text: str, start: int, before: str) -> Text | None:
    quote, low = text[start], start + 1
    if quote == "%":
        low = start + 2 + (text[start + 1] != "{")
        quote = text[low - 1 : low]
        if not quote or quote.isalnum() or quote.isspace():
            return None
    close = _CLOSING.get(quote, quote)
    plain = quote == "'" or text.startswith("%q", start)
    parts, stop = _parts(text, low, close, refers=not plain)
    kind: Literal["string", "command"] = "command" if quote == "`" or text.startswith("%x", start) else "string"
    return Text(kind, before, parts, start, min(stop + 1, len(text)))


def _parts(text: str, low: int, close: str, *, refers: bool, stop: int = -1) -> tuple[tuple[Part, ...], int]:
    """The parts of a text from `low` to its closing mark, or to `stop`, and where that is."""
    parts: list[Part] = []
    at = low
    stop = len(text) if stop < 0 else stop
    while at < stop and not (close and text[at] == close):
        found = None
        if text[at] == "\\" and (refers or text[at + 1 : at + 2] in {"'", "\\"}):
            letter = text[at + 1 : at + 2]
            meaning = "" if letter == "\n" else _ESCAPES.get(letter, letter) if refers else letter
            found = Part(meaning, at, min(at + 2, stop), literal=False)
        elif refers and text.startswith("#{", at):
            end = _behind(text, at + 2, stop)
            found = Part(text[at + 2 : end - 1].strip(), at, end, literal=False, reference=True)
        if found is None:
            at += 1
            continue
        if at > low:
            parts.append(Part(text[low:at], low, at))
        parts.append(found)
        at = low = max(found.stop, at + 1)
    at = min(at, stop)
    if at > low:
        parts.append(Part(text[low:at], low, at))
    return tuple(parts), at


def _behind(text: str, at: int, stop: int) -> int:
    """The offset behind the brace that closes a reference; not far behind its beginning where none does."""
    depth = 0
    for index in range(at, min(stop, at + _MAX_REFERENCE)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            if not depth:
                return index + 1
            depth -= 1
    return min(at, stop)


def _tag(text: str, at: int) -> tuple[str, bool, bool, int] | None:
    """The tag of `<<~NAME`, whether its end may be indented, whether the text refers, and the offset behind it."""
    low = at + 2
    indented = text[low : low + 1] in {"~", "-"}
    low += indented
    quote = text[low : low + 1] if text[low : low + 1] in {"'", '"'} else ""
    low += bool(quote)
    stop = low
    while stop < len(text) and (text[stop].isalnum() or text[stop] == "_"):
        stop += 1
    tag = text[low:stop]
    if not tag or not tag[0].isupper() or (quote and not text.startswith(quote, stop)):
        return None
    return tag, indented, quote != "'", stop + bool(quote)


def _heredoc(text: str, start: int, tag: str, before: str, *, indented: bool, refers: bool) -> Text:
    at = start
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r")
        if (line.strip() if indented else line) == tag:
            break
        at = end + 1
    at = min(at, len(text))
    parts, _ = _parts(text, start, "", refers=refers, stop=at)
    return Text("heredoc", before, parts, start, at, tag)
