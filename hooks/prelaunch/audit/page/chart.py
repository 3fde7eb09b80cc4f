"""Charts as inline SVG. Colours are the page's (light and dark); each chart also says its numbers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.page.markup import Html, tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROW, _LABEL, _WIDTH = 24, 210, 640


def bars(title: str, rows: Sequence[tuple[str, Mapping[str, int]]]) -> Html:
    """One bar a row, made of parts: by the row's name the size of each part, in the order in which they lie."""
    most = max((sum(parts.values()) for _, parts in rows), default=0)
    if not most:
        return Html("")
    drawn: list[Html] = []
    for number, (name, parts) in enumerate(rows):
        y = number * _ROW
        drawn.append(tag("text", _short(name), x=_LABEL - 8, y=y + 16, text_anchor="end"))
        x = float(_LABEL)
        for part, size in parts.items():
            width = size / most * (_WIDTH - _LABEL - 60)
            if size:
                label = tag("title", f"{name}: {size:,} {part}")
                kind = f"fill {part.replace(' ', '-')}"
                drawn.append(
                    tag("rect", label, x=f"{x:.1f}", y=y + 4, width=f"{max(width, 1):.1f}", height=16, class_=kind)
                )
            x += width
        drawn.append(tag("text", f"{sum(parts.values()):,}", x=f"{x + 6:.1f}", y=y + 16))
    said = "; ".join(f"{name} {', '.join(f'{size} {part}' for part, size in parts.items())}" for name, parts in rows)
    return _figure(title, said, _WIDTH, len(rows) * _ROW, drawn)


def trend(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Html:
    """Lines over time: for each of `labels`, oldest first, a value of each series."""
    most = max((max(values, default=0) for values in series.values()), default=0)
    if len(labels) < 2:
        return Html("")
    height, left, bottom = 180, 40, 20
    across = (_WIDTH - left - 90) / (len(labels) - 1)

    def point(number: int, value: int) -> tuple[float, float]:
        return left + number * across, 10 + (height - bottom - 10) * (1 - value / max(most, 1))

    drawn = [tag("line", x1=left, x2=_WIDTH - 90, y1=point(0, 0)[1], y2=point(0, 0)[1], class_="axis")]
    drawn += (
        tag("text", f"{value:,}", x=left - 6, y=f"{point(0, value)[1] + 4:.1f}", text_anchor="end")
        for value in dict.fromkeys((0, most))
    )
    ends: list[float] = []
    for name, values in series.items():
        points = [point(number, value) for number, value in enumerate(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(tag("polyline", points=path, class_=f"line {name}"))
        for (x, y), label, value in zip(points, labels, values, strict=True):
            told = tag("title", f"{label}: {value:,} {name}")
            drawn.append(tag("circle", told, cx=f"{x:.1f}", cy=f"{y:.1f}", r=3, class_=f"fill {name}"))
        at = points[-1][1] + 4
        while any(abs(at - other) < 13 for other in ends):
            at += 13
        ends.append(at)
        drawn.append(tag("text", name, x=f"{points[-1][0] + 8:.1f}", y=f"{at:.1f}"))
    drawn.append(tag("text", labels[0], x=left, y=height - 2))
    drawn.append(tag("text", labels[-1], x=_WIDTH - 90, y=height - 2, text_anchor="end"))
    said = "; ".join(f"{name}: {', '.join(str(value) for value in values)}" for name, values in series.items())
    return _figure(title, f"from {labels[0]} to {labels[-1]}: {said}", _WIDTH, height, drawn)


def _figure(title: str, said: str, width: int, height: int, drawn: Sequence[Html]) -> Html:
    drawing = tag(
        "svg", tag("title", f"{title}: {said}"), *drawn, viewBox=f"0 0 {width} {height}", role="img", class_="chart"
    )
    return tag("figure", tag("figcaption", title), drawing)


def _short(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:13]}…{name[-16:]}"
