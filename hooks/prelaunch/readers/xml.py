"""XML as build files use it: the elements and their text, with exact places.

Entities are not resolved and declarations not read: nothing grows, and nothing is fetched. A text with an entity in it
is as it is written.
"""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 200
_MAX_ELEMENTS = 100_000


class Element:
    """An element: its name without a prefix, what stands in it, and the offsets of all of it in the text."""

    __slots__ = ("children", "name", "pieces", "start", "stop")

    def __init__(self, name: str, start: int) -> None:
        self.name, self.start, self.stop = name, start, start
        self.children: list[Element] = []
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """What stands in it beside other elements, without the blanks around."""
        return "".join(self.pieces).strip()

    def all(self, name: str) -> list[Element]:
        """The elements of a name that stand in it."""
        return [child for child in self.children if child.name == name]

    def at(self, *names: str) -> Element | None:
        """The first element of a path below it; None where there is none."""
        found: Element | None = self
        for name in names:
            found = next(iter(found.all(name)), None) if found is not None else None
        return found

    def walk(self) -> Iterator[Element]:
        """It, and every element in it, in the order of the text."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(element.children)


def read(text: str) -> Element:
    """The document: an element without a name around what stands in the text. Never raises; what is unclosed ends."""
    root = Element("", 0)
    opened = [root]
    at, left = 0, _MAX_ELEMENTS
    while 0 <= at < len(text) and left:
        tag = text.find("<", at)
        opened[-1].pieces.append(text[at : tag if tag >= 0 else len(text)])
        if tag < 0:
            break
        at = _behind(text, tag)
        if text.startswith("<![CDATA[", tag):
            opened[-1].pieces.append(text[tag + 9 : at].removesuffix("]]>"))
        elif text.startswith("</", tag):
            _close(opened, _name(text, tag + 2), at)
        elif text[tag + 1 : tag + 2] not in {"!", "?"}:
            left -= 1
            element = Element(_name(text, tag + 1), tag)
            element.stop = at
            opened[-1].children.append(element)
            if not text.endswith("/>", tag, at) and len(opened) < _MAX_DEPTH:
                opened.append(element)
    for element in opened:
        element.stop = len(text)
    return root


def _close(opened: list[Element], name: str, stop: int) -> None:
    """End the innermost element of this name, and what is still open in it; one that is not open is passed over."""
    for number in range(len(opened) - 1, 0, -1):
        if opened[number].name == name:
            for element in opened[number:]:
                element.stop = stop
            del opened[number:]
            return


def _behind(text: str, tag: int) -> int:
    """The offset behind the tag, comment, CDATA or instruction at `tag`."""
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")):
        if text.startswith(opening, tag):
            end = text.find(closing, tag + len(opening))
            return len(text) if end < 0 else end + len(closing)
    at = tag + 1
    while at < len(text) and text[at] != ">":
        if text[at] in "'\"":
            end = text.find(text[at], at + 1)
            at = len(text) if end < 0 else end
        at += 1
    return min(at + 1, len(text))


def _name(text: str, at: int) -> str:
    stop = at
    while stop < len(text) and (text[stop].isalnum() or text[stop] in "_-.:"):
        stop += 1
    return text[at:stop].rpartition(":")[2]
