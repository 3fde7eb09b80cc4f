"""TOML to plain data, by the standard library or, with Python 3.10, by what that was made of."""

from __future__ import annotations

import sys

from prelaunch.typed import TYPE_CHECKING

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from typing import Any


def parse(text: str) -> dict[str, Any]:
    """The document; `ValueError` for what is no TOML, or too deeply nested to be read."""
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return document
