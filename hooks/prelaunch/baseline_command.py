"""`prelaunch baseline`: makes, renews and prunes the file of known findings."""

from __future__ import annotations

import os
import sys

from prelaunch import CannotRunError, baseline, engine
from prelaunch.arguments import add_paths, add_rule_choice
from prelaunch.call import STDIN, Call
from prelaunch.check import make_judge
from prelaunch.output import write_file
from prelaunch.scope import Scope
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from prelaunch.baseline import Entry

EXAMPLES = f"""\
examples:
  prelaunch baseline create                write down what is found today, in {baseline.NAME}
  prelaunch check --baseline {baseline.NAME}    report what is new, and entries that are gone
  prelaunch baseline prune                 take out the entries whose finding is gone; none is ever added
  prelaunch baseline update                write the file anew

An entry is a rule, a path, and a fingerprint of the text that was found: lines that move change nothing, a renamed file
makes its findings new. With PATH, and with --select, entries that this run does not judge stay as they are.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `prelaunch baseline`."""
    parser.epilog = EXAMPLES
    parser.add_argument("action", choices=("create", "update", "prune"), metavar="ACTION", help="create, update, prune")
    add_paths(parser)
    add_rule_choice(parser)
    parser.add_argument("--file", metavar="FILE", help=f"the baseline (default: {baseline.NAME} at the project's root)")


def run(options: Namespace) -> int:
    """Do what the arguments say; the exit code."""
    if STDIN in options.paths:
        raise CannotRunError("a baseline speaks of files: leave out standard input")
    call = Call(options)
    path = options.file or call.shown(baseline.NAME)
    if options.action == "create" and os.path.exists(path):
        raise CannotRunError(f"{path}: is there already; `prelaunch baseline update` writes it anew")
    old = _old(path, options)
    judge = make_judge(call, options, fixes=False)
    report = engine.run(call.project, call.files, judge, hints=options.hints)
    judged = Scope(call, judge).judged
    if options.action == "prune":
        new = tuple(entry for entry in old if entry not in baseline.compare(report, old, judged).stale)
    else:
        new = (*(entry for entry in old if not judged(entry)), *baseline.entries(report))
    write_file(path, baseline.write(new))
    added, removed = len(set(new) - set(old)), len(set(old) - set(new))
    print(f"{path}: {len(set(new))} known, {added} added, {removed} removed", file=sys.stderr)
    return 2 if call.missing else 0


def _old(path: str, options: Namespace) -> tuple[Entry, ...]:
    if options.action == "prune":
        return baseline.read(path)
    try:
        return baseline.read(path)
    except CannotRunError:
        return ()  # it is written anew
