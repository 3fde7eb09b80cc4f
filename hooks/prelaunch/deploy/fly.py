"""Fly: `[build] image` of a `fly.toml`. Its machines are amd64 (superfly/flyctl, dockerfile_builder.go)."""

from __future__ import annotations

from prelaunch.deploy.names import literal
from prelaunch.model import Deployment, Span
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source


def read_fly(source: Source) -> Iterator[Deployment]:
    """The image that the app runs, where it is not built by Fly."""
    table, at = "", 0
    for line in source.text.splitlines(keepends=True):
        text = line.strip()
        if text.startswith("["):
            table = text.partition("#")[0].strip().strip("[]").strip()
        key, equals, value = text.partition("=")
        if equals and table == "build" and key.strip() == "image":
            quote = value.strip()[:1]
            name = literal(value.strip()[1:].partition(quote)[0]) if quote in {'"', "'"} else ""
            if name:
                start = at + line.index("image")
                span = Span(start, at + len(line.rstrip()))
                yield Deployment(
                    source, span, "Fly", name, ("amd64",), (), "Fly's machines are amd64", span, default=True
                )
        at += len(line)
