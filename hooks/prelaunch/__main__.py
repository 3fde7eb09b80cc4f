"""The program's door. A hook run with nothing to judge ends here, before anything but `os` and `sys` is imported."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS = frozenset({"--force-exclude", "--fix", "--diff", "--hints", "--exit-zero"})
_RULES = frozenset({"--select", "--ignore"})
_FEW = 16
"""Arguments of a call that speaks of a folder; a hook's may be thousands of files."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; 0 clean, 1 findings, 2 could not run."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_closed()
    try:
        if arguments[:1] == ["check"] and _nothing_to_do(arguments[1:]):
            return 0
        code = _again(arguments) if arguments[:1] == ["check"] and len(arguments) < _FEW else None
        if code is not None:
            return code
        import gc

        from prelaunch.cli import run

        gc.set_threshold(100_000, 20, 20)  # a run is short and keeps what it makes: looking for garbage finds none
        return run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away; what Python still holds for it must not raise once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2


def script() -> int:
    """`main` as a program. After `check` the interpreter does not tidy up, which would take a tenth of a hook's run."""
    code = main()
    if sys.argv[1:2] == ["check"]:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # whatever had to be closed or written is: nothing waits for the end of the process
    return code


def _open_closed() -> None:
    """Put the null device in place of the streams that the caller closed: None stands there, which nobody asks for.

    In the order of their numbers, so that each gets its own, and no file that is opened later does.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (for good)


def _again(arguments: list[str]) -> int | None:
    """What a call about a whole folder printed last time, printed again if it would be the same; its exit code."""
    if not any(os.path.isdir(argument) for argument in arguments[1:]):
        return None
    from prelaunch import CannotRunError

    try:
        from prelaunch.cache.again import repeat

        return repeat(arguments)
    except CannotRunError:
        return None  # the long way says what is wrong


def _nothing_to_do(arguments: list[str]) -> bool:
    """Whether only plain files are to be checked and none of them can matter, whatever the configuration says."""
    from prelaunch import CannotRunError, discover, file_names, registry

    paths, named = [], []
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in _RULES:
            named += (value if equals else next(rest, "")).split(",")
        elif not argument.startswith("-"):
            paths.append(argument)
        elif argument not in _FLAGS:
            return False
    try:
        if not paths or not all(_is_plain(path) for path in paths):
            return False
        if named and not set(named) <= registry.rule_names():
            return False
        candidates = [path for path in paths if file_names.kind_by_name(path)]
        if not candidates:
            return True  # without a look at the rules, which is half of the time
        words = registry.import_words()
        return not any(discover.look("", path, words) for path in candidates) and not _has_wrappers(paths[0])
    except (OSError, ValueError, CannotRunError):
        return False  # the long way says what is wrong


def _is_plain(path: str) -> bool:
    return os.lstat(path).st_mode & 0o170000 == 0o100000


def _has_wrappers(path: str) -> bool:
    """Whether a configuration above `path` may name own commands, which make other files matter."""
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        for name in ("prelaunch.toml", "pyproject.toml"):
            try:
                with open(os.path.join(folder, name), "rb", 0) as file:
                    data = file.read()
            except OSError:
                continue
            if b"wrappers" in data and (b"prelaunch" in data or name == "prelaunch.toml"):
                return True
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return False
        folder = parent


if __name__ == "__main__":
    # `python -m` puts the current folder first; the modules of a repository under check must not stand in for ours.
    if sys.path[0] in {"", os.getcwd()}:
        del sys.path[0]
    raise SystemExit(script())
