"""Fly: `[build] image` of a `fly.toml`. Its machines are amd64 (superfly/flyctl, dockerfile_builder.go)."""

from __future__ import annotations

from prelaunch.deploy.names import literal
from prelaunch.model import Deployment, Span
from prelaunch.readers.toml import texts
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source


def read_fly(source: Source) -> Iterator[Deployment]:
    """The image that the app runs, where it is not built by Fly. Raises `UnreadableError` for what is no TOML."""
    for text in texts(source):
        name = literal(text.fragment.text) if text.path == ("build", "image") else ""
        if name:
            span = Span(text.fragment.start(0), text.fragment.stop(len(text.fragment.text)))
            yield Deployment(source, span, "Fly", name, ("amd64",), (), "Fly's machines are amd64", span, default=True)
