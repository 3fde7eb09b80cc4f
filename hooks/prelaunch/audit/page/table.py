"""Tables that sort and filter in the page, and read as they are without its script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.audit.page.markup import Html, html, join, tag

if TYPE_CHECKING:
    from collections.abc import Sequence


_DRAWN = 300
"""Rows of a long table that are there at once; the page's script draws as many more at a time."""


class Cell(NamedTuple):
    """What stands in a cell, and the value that it is sorted by (None: its text)."""

    content: object
    key: int | float | str | None = None


class Column(NamedTuple):
    """A column's title. `number`: right-aligned. `choice`: its values are few, and can be chosen from."""

    title: str
    number: bool = False
    choice: bool = False


def columns(*titles: str) -> tuple[Column, ...]:
    """Columns by their titles; a number's ends with `#`, that of one to choose from with `?`."""
    return tuple(Column(title.rstrip("#?"), title.endswith("#"), title.endswith("?")) for title in titles)


def table(name: str, title: str, heads: Sequence[Column], rows: Sequence[Sequence[Cell | object]]) -> Html:
    """A section with a heading and a table; `name` is its anchor. Without rows it says so."""
    heading = tag("h2", title, " ", tag("span", f"{len(rows):,}", class_="count"), id=name)
    if not rows:
        return tag("section", heading, tag("p", "none", class_="none"))
    head = tag("tr", *(_head(column) for column in heads))
    drawn = [
        tag("tr", *(_cell(cell, column) for cell, column in zip(row, heads, strict=True))) for row in rows[:_DRAWN]
    ]
    whole = tag(
        "table",
        tag("caption", title, class_="hidden"),
        tag("thead", head),
        tag("tbody", join(drawn)),
        aria_labelledby=name,
    )
    frame = tag("div", whole, class_="scroll", tabindex="0", role="region", aria_labelledby=name)
    rest = _rest(rows) if len(rows) > _DRAWN else Html("")
    return tag("section", heading, _tools(name, title, heads, rows), frame, rest, class_="data")


def _rest(rows: Sequence[Sequence[Cell | object]]) -> Html:
    """All rows of a long table for the page's script: a browser takes long to lay out what nobody looks at."""
    cells = [[_datum(cell) for cell in row] for row in rows]
    data = json.dumps(cells, separators=(",", ":")).replace("<", "\\u003c")
    button = tag("button", f"show {_DRAWN} more", type="button", hidden="")
    note = tag("p", f"The first {_DRAWN} of {len(rows):,} rows. ", button, class_="more")
    return join((note, tag("script", Html(data), type="application/json")))


def _datum(cell: Cell | object) -> list[object]:
    content, key = cell if isinstance(cell, Cell) else (cell, None)
    return [html(content)] if key is None else [html(content), key]


def _head(column: Column) -> Html:
    button = tag("button", column.title, type="button")
    return tag("th", button, scope="col", class_="number" if column.number else None)


def _cell(cell: Cell | object, column: Column) -> Html:
    content, key = cell if isinstance(cell, Cell) else (cell, None)
    return tag("td", content, class_="number" if column.number else None, data_key=key)


def _tools(name: str, title: str, heads: Sequence[Column], rows: Sequence[Sequence[Cell | object]]) -> Html:
    """The fields that filter; the page's script shows them."""
    fields = [
        tag("label", "filter ", tag("input", type="search", aria_controls=name, placeholder=f"text in {title}")),
    ]
    for number, column in enumerate(heads):
        if column.choice:
            values = dict.fromkeys(_text(row[number]) for row in rows)
            options = [tag("option", "all", value="")]
            options += (tag("option", value, value=value) for value in sorted(values) if value)
            fields.append(tag("label", f"{column.title} ", tag("select", *options, data_column=number)))
    return tag("div", *fields, tag("output", aria_live="polite"), class_="tools", hidden="")


def _text(cell: Cell | object) -> str:
    content = cell.content if isinstance(cell, Cell) else cell
    text = str(content)
    if isinstance(content, Html):  # a badge: its text is between its tags
        text = text.partition(">")[2].rpartition("<")[0]
    return text


def badge(word: str) -> Html:
    """A word with a colour of its own, which is not all that tells it from others."""
    kind = "".join(char if char.isalnum() else "-" for char in word)
    return tag("span", word, class_=f"badge {kind}")


def lines(parts: Sequence[object]) -> Html:
    """Several things below each other."""
    return join((html(part) for part in parts), "\n")
