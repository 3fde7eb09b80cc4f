"""Text that was meant as a JSON array of strings: what is wrong with it, and what would mend it."""

from __future__ import annotations

from prelaunch.typed import NamedTuple

_BLANK = " \t"
_PAIRS = {"'": "'", '"': '"', "\u201c": "\u201d", "\u201d": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb"}
"""Opening quotes and what closes them; those of word processors too."""
_SHELL_QUOTES = ("'", '"')


class Change(NamedTuple):
    """Put `text` in place of the characters `at` (start and stop, 0-based, half-open)."""

    at: tuple[int, int]
    text: str


class Array(NamedTuple):
    """A broken array: its `fault` in words, the name that a shell takes for the command, the array as `json`.

    `program` is "" where a quote is open, so that no shell reads it. `changes` mend it, in order; empty, and `json` "",
    where it is not certain what was meant.
    """

    fault: str
    program: str
    json: str = ""
    changes: tuple[Change, ...] = ()


class _Element(NamedTuple):
    start: int
    stop: int
    quote: str
    body: str
    comma: int | None


def read_array(text: str) -> Array | None:
    """The broken array that a shell form is; None where it is a command, such as a test `[ -f x ] && y`.

    `text` is what stands behind the keyword, of which it is known that it is no JSON array of strings.
    """
    start = len(text) - len(text.lstrip())
    if not text.startswith("[", start) or text.startswith("[[", start):
        return None
    elements, close, is_open = _elements(text, start + 1)
    if is_open and text[start + 1 : start + 2] in _SHELL_QUOTES:
        return Array("a quote in it is not closed", "")
    if not elements or not _is_meant(text, start, elements, close):
        return None
    program = "".join(text[start:].split(None, 1)[0])
    fault = _fault(elements, close)
    bodies = [element.body for element in elements]
    if close is None or text[close + 1 :].strip() or not all(map(_is_plain, elements)):
        return Array(fault, _unquoted(program))
    written = ", ".join(f'"{body}"' for body in bodies)  # plain ones: nothing to escape
    return Array(fault, _unquoted(program), f"[{written}]", tuple(_changes(elements)))


def _elements(text: str, at: int) -> tuple[list[_Element], int | None, bool]:
    """The elements from `at` on, where the `]` is that closes them (None: nowhere), and whether a quote is open."""
    found: list[_Element] = []
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return found, None, False
        if text[at] == "]":
            return found, at, False
        if text[at] == ",":
            return found, None, False  # a comma too many is no list any more
        start, quote = at, text[at]
        if quote in _PAIRS:
            stop = _closing(text, at + 1, _PAIRS[quote])
            if stop is None:
                return found, None, quote in _SHELL_QUOTES
            body, at = text[start + 1 : stop], stop + 1
        else:
            while at < len(text) and text[at] not in f"{_BLANK},]\n":
                at += 1
            quote, body = "", text[start:at]
        comma = _skip(text, at)
        has = comma < len(text) and text[comma] == ","
        found.append(_Element(start, at, quote, body, comma if has else None))
        at = comma + 1 if has else at


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _closing(text: str, at: int, quote: str) -> int | None:
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    return None


def _is_meant(text: str, start: int, elements: list[_Element], close: int | None) -> bool:
    """Whether this is a list that was meant, and no command of a shell."""
    commas = any(element.comma is not None for element in elements)
    quoted = all(element.quote for element in elements)
    if text[start + 1 : start + 2].strip():  # `["a"`: no shell knows such a command
        return bool(elements[0].quote) or (commas and close is not None)
    # `[ "$A" ] && b` is a test; between the words of a test stands no comma
    if commas:
        return close is not None and elements[0].comma is not None and (quoted or not text[close + 1 :].strip())
    return quoted and close is not None and not text[close + 1 :].strip() and "$" not in text


def _fault(elements: list[_Element], close: int | None) -> str:
    quotes = {element.quote for element in elements}
    if "'" in quotes:
        return "its strings stand in single quotes"
    if quotes - {"'", '"', ""}:
        return "its quotes are those of a word processor"
    if close is None:
        return "it does not end in `]`"
    if "" in quotes:
        return "a word stands in no quotes"
    if any(element.comma is None for element in elements[:-1]):
        return "a comma is missing"
    if elements[-1].comma is not None:
        return "a comma stands before the `]`"
    if any("\\" in element.body for element in elements):
        return "a backslash in it escapes nothing; it must be doubled"
    return "it does not parse"


def _is_plain(element: _Element) -> bool:
    """Whether the element's text is the string that was meant, and can be written without an escape."""
    return bool(element.body) and not any(char in element.body for char in "\"'\\\n\t[]")


def _changes(elements: list[_Element]) -> list[Change]:
    changes = []
    for number, element in enumerate(elements):
        if element.quote != '"':
            width = 1 if element.quote else 0
            changes.append(Change((element.start, element.start + width), '"'))
            changes.append(Change((element.stop - width, element.stop), '"'))
        last = number == len(elements) - 1
        if not last and element.comma is None:
            changes.append(Change((element.stop, element.stop), ","))
        if last and element.comma is not None:
            changes.append(Change((element.comma, element.comma + 1), ""))
    return changes


def _unquoted(word: str) -> str:
    return word.replace("'", "").replace('"', "")
