"""`prelaunch completion SHELL`: a script that completes the commands, options and rules as they are installed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from prelaunch import CannotRunError, registry

if TYPE_CHECKING:
    from argparse import Action, Namespace
    from collections.abc import Iterator

FILES = frozenset({"paths", "folder", "file", "nodes", "config", "stdin_filename", "output"})
"""The arguments that are paths."""


def run(options: Namespace) -> int:
    """Print the script."""
    try:
        import shtab
    except ModuleNotFoundError:
        raise CannotRunError("completion needs shtab: pip install 'prelaunch[completion]'") from None
    from prelaunch.arguments import parser

    whole = parser()
    for action in _actions(whole):
        if action.dest in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.dest == "rule":
            action.choices = sorted(registry.rule_names())
    print(shtab.complete(whole, options.shell))
    return 0


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    for action in parser._actions:  # noqa: SLF001 (argparse has no other way to ask)
        yield action
        for inner in action.choices.values() if isinstance(action.choices, dict) else ():
            if isinstance(inner, ArgumentParser):
                yield from _actions(inner)
