"""The command line: arguments to a command, its exit code to the shell; and the commands that only print."""

from __future__ import annotations

import sys

from prelaunch import CannotRunError, plain_call, registry
from prelaunch.commands import COMMANDS, load
from prelaunch.config import suggestion
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; 0 clean, 1 findings, 2 could not run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options: Any = plain_call.read(arguments)
    if options is None:
        from prelaunch.arguments import parse

        options = parse(arguments)
        if isinstance(options, int):
            return options
    options.arguments = arguments
    try:
        code: int = load(COMMANDS[options.command].run)(options)
        sys.stdout.flush()
    except CannotRunError as error:
        print(f"prelaunch: {error}", file=sys.stderr)
        return 2
    return code


def run_builds(options: Namespace) -> int:
    """`prelaunch builds`."""
    from prelaunch import builds

    if options.supported:
        from prelaunch.supported import page

        sys.stdout.write(page())
        return 0
    from prelaunch.call import Call

    call = Call(options)
    builds.show(call.project, call.files, call.shown, as_json=options.format == "json")
    return 2 if call.missing else 0


def run_rules(options: Namespace) -> int:
    """`prelaunch rules`."""
    rules = registry.load_rules()
    if options.format == "json":
        from json import dumps

        names = ("name", "summary", "certainty", "fixable", "default")
        print(dumps([{name: getattr(rule, name) for name in names} for rule in rules], indent=2))
        return 0
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        summary = rule.summary if rule.default else f"{rule.summary} (Off unless selected by name.)"
        print(f"{rule.name:{width}}  {rule.certainty:7}  {'fixable' if rule.fixable else '':7}  {summary}")
    return 0


def run_explain(options: Namespace) -> int:
    """`prelaunch explain`."""
    from prelaunch.writers.text import colourful

    rules = {rule.name: rule for rule in registry.load_rules()}
    rule = rules.get(options.rule)
    if rule is None:
        raise CannotRunError(f"{options.rule!r} is not a rule{suggestion(options.rule, rules)}")
    if colourful(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(force_terminal=True).print(Markdown(rule.doc))
    else:
        print(rule.doc, end="")
    return 0
