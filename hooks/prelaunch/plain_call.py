"""The usual call of the hook, `check` with flags and files, read without argparse, which takes longer than judging."""

from __future__ import annotations

from types import SimpleNamespace

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS = frozenset({"--force-exclude", "--fix", "--hints", "--exit-zero", "--no-cache"})


def read(arguments: Sequence[str]) -> SimpleNamespace | None:
    """What `arguments.parse` makes of a call of `check` with these flags only, and paths behind them; else None."""
    flags: set[str] = set()
    paths: list[str] = []
    for argument in arguments[1:]:
        if not argument.startswith("-"):
            paths.append(argument)
        elif argument in _FLAGS and not paths:
            flags.add(argument)
        else:
            return None
    if arguments[:1] != ["check"] or not paths:
        return None
    return SimpleNamespace(
        command="check",
        paths=paths,
        stdin_filename=None,
        config=None,
        no_config=False,
        force_exclude="--force-exclude" in flags,
        fix="--fix" in flags,
        diff=False,
        add_ignores=None,
        select=[],
        ignore=[],
        hints="--hints" in flags,
        since=None,
        baseline=None,
        format="text",
        output=[],
        no_cache="--no-cache" in flags,
        statistics=False,
        exit_zero="--exit-zero" in flags,
    )
