"""HCL's JSON syntax to the syntax tree of HCL (hashicorp/hcl json/spec.md), with exact positions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from prelaunch.model import Source, Span
from prelaunch.project import UnreadableError
from prelaunch.readers.hcl import Attribute, Block, Expression, read_template
from prelaunch.readers.hcl.syntax import Broken, Items, Literal, Object

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 60
_BLANK = " \t\r\n"
_BLOCKS = {"target", "group", "variable", "function"}


@dataclass(frozen=True, slots=True)
class Field:
    """`"name": value` of an object; the span is that of the name with its quotes."""

    span: Span
    name: str
    value: Element


@dataclass(frozen=True, slots=True)
class Element:
    """A JSON value with its place; an object's fields keep their order and repeats."""

    span: Span
    value: str | int | float | bool | tuple[Element, ...] | tuple[Field, ...] | None
    kind: str = ""

    def fields(self) -> tuple[Field, ...]:
        """The fields of an object; `//` is HCL's comment in JSON."""
        if self.kind != "object" or not isinstance(self.value, tuple):
            return ()
        return tuple(each for each in self.value if isinstance(each, Field) and each.name != "//")

    def elements(self) -> tuple[Element, ...]:
        """The elements of an array."""
        if self.kind != "array" or not isinstance(self.value, tuple):
            return ()
        return tuple(each for each in self.value if isinstance(each, Element))


class _Scanner:
    """JSON (RFC 8259) with offsets; depth is bounded. `comments` allows those of JavaScript, and a last comma."""

    def __init__(self, text: str, *, comments: bool = False) -> None:
        self.text = text
        self.comments = comments
        self.at = 1 if text.startswith("\ufeff") else 0

    def refuse(self, reason: str, at: int | None = None) -> NoReturn:
        raise UnreadableError(f"invalid JSON: {reason}", min(self.at if at is None else at, len(self.text)))

    def peek(self) -> str:
        while self.at < len(self.text):
            if self.text[self.at] in _BLANK:
                self.at += 1
            elif not (self.comments and self.text.startswith(("//", "/*"), self.at)):
                break
            else:
                mark = "\n" if self.text[self.at + 1] == "/" else "*/"
                end = self.text.find(mark, self.at + 2)
                self.at = len(self.text) if end < 0 else end + len(mark)
        return self.text[self.at : self.at + 1]

    def document(self) -> Element:
        found = self.element(0)
        if self.peek():
            self.refuse("text behind the end")
        return found

    def element(self, depth: int) -> Element:
        if depth > MAX_DEPTH:
            self.refuse("nested too deeply")
        first, start = self.peek(), self.at
        if first == "{":
            fields = tuple(self.fields(depth))
            return Element(Span(start, self.at), fields, "object")
        if first == "[":
            elements = tuple(self.elements(depth))
            return Element(Span(start, self.at), elements, "array")
        return self.scalar(start)

    def scalar(self, start: int) -> Element:
        if self.text.startswith('"', start):
            value: str | int | float | bool | None = self.string()
            return Element(Span(start, self.at), value)
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] in "+-."):
            self.at += 1
        word = self.text[start : self.at]
        if not word or word.lstrip("-") in {"NaN", "Infinity"} or len(word) > 100:
            self.refuse("a value is missing" if not word else "no such value", start)
        try:
            return Element(Span(start, self.at), json.loads(word))
        except ValueError:
            self.refuse("no such value", start)

    def string(self) -> str:
        start = self.at
        at = self.text.find('"', start + 1)
        while at >= 0:
            before = at
            while self.text[before - 1] == "\\":
                before -= 1
            if (at - before) % 2 == 0:
                break
            at = self.text.find('"', at + 1)
        if at < 0:
            self.refuse("a text without an end")
        self.at = at + 1
        raw = self.text[start : self.at]
        try:
            return str(json.loads(raw, strict=False)) if "\\" in raw else raw[1:-1]
        except ValueError:
            self.refuse("a text with a wrong escape", start)

    def fields(self, depth: int) -> Iterator[Field]:
        self.at += 1
        if self.peek() == "}":
            self.at += 1
            return
        while True:
            if self.peek() != '"':
                self.refuse("a name in quotes is missing")
            start = self.at
            name = self.string()
            span = Span(start, self.at)
            if self.peek() != ":":
                self.refuse("a `:` is missing")
            self.at += 1
            yield Field(span, name, self.element(depth + 1))
            if self.closed("}"):
                return

    def elements(self, depth: int) -> Iterator[Element]:
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield self.element(depth + 1)
            if self.closed("]"):
                return

    def closed(self, bracket: str) -> bool:
        letter = self.peek()
        if letter not in {",", bracket}:
            self.refuse(f"a `,` or `{bracket}` is missing")
        self.at += 1
        if self.comments and letter == "," and self.peek() == bracket:
            self.at += 1
            return True
        return letter == bracket


def document(source: Source, *, comments: bool = False) -> Element:
    """The whole file as plain JSON (JSON with comments). Raises `UnreadableError` and nothing else."""
    return _Scanner(source.text, comments=comments).document()


def read(source: Source) -> Block:
    """The whole file as one block without kind or labels. Raises `UnreadableError` and nothing else."""
    whole = document(source)
    if whole.kind != "object":
        raise UnreadableError("invalid JSON: a bake file is an object", whole.span.start)
    attributes: list[Attribute] = []
    blocks: list[Block] = []
    for field in whole.fields():
        if field.name not in _BLOCKS:
            attributes.append(_attribute(field))
            continue
        # One object, or a list of them: both are the same blocks (json/spec.md, "Blocks").
        for each in field.value.elements() or (field.value,):
            for labelled in each.fields():
                blocks.extend(_block(field.name, labelled, body) for body in labelled.value.elements())
                if labelled.value.kind == "object":
                    blocks.append(_block(field.name, labelled, labelled.value))
    return Block(whole.span, "", (), whole.span.start + 1, tuple(attributes), tuple(blocks))


def _block(kind: str, field: Field, body: Element) -> Block:
    attributes = tuple(_attribute(each) for each in body.fields())
    return Block(Span(field.span.start, body.span.stop), kind, (field.name,), body.span.start + 1, attributes, ())


def _attribute(field: Field) -> Attribute:
    return Attribute(Span(field.span.start, field.value.span.stop), field.name, _expression(field.value))


def _expression(element: Element) -> Expression:
    if element.kind == "object":
        pairs = [(_text(field.name, field.span), _expression(field.value)) for field in element.fields()]
        return Object(element.span, tuple(pairs))
    if element.kind == "array":
        return Items(element.span, tuple(_expression(each) for each in element.elements()))
    if isinstance(element.value, str):
        return _text(element.value, element.span)
    return Broken(element.span) if isinstance(element.value, tuple) else Literal(element.span, element.value)


def _text(text: str, span: Span) -> Expression:
    try:
        return read_template(text, span)
    except UnreadableError:
        return Broken(span)
