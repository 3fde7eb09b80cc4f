"""The commands, as data: what each is for, what carries it out, and where its grammar is.

A command is one line of `COMMANDS`. What it names is imported only when that command is called.
"""

from __future__ import annotations

from importlib import import_module

from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Command(NamedTuple):
    """One command: its summary, and as `MODULE:FUNCTION` what adds its options to a parser and what carries it out."""

    summary: str
    grammar: str
    run: str


COMMANDS = {
    "check": Command("judge files and folders", "prelaunch.arguments:add_check", "prelaunch.check:run"),
    "baseline": Command(
        "keep a list of known findings", "prelaunch.baseline_command:add_arguments", "prelaunch.baseline_command:run"
    ),
    "builds": Command(
        "list every image build and its platform", "prelaunch.arguments:add_builds", "prelaunch.cli:run_builds"
    ),
    "audit": Command(
        "sum up one repository, or thousands: findings, builds, images, imports",
        "prelaunch.audit.arguments:add_arguments",
        "prelaunch.audit.command:run",
    ),
    "diagnose": Command(
        "find the causes of a crash from its log",
        "prelaunch.diagnose.grammar:add_arguments",
        "prelaunch.diagnose.command:diagnose",
    ),
    "review": Command(
        "write the findings into a pull request",
        "prelaunch.review.command:add_arguments",
        "prelaunch.review.command:run",
    ),
    "rules": Command("list the rules", "prelaunch.arguments:add_rules", "prelaunch.cli:run_rules"),
    "explain": Command(
        "print what a rule finds, why, and examples", "prelaunch.arguments:add_explain", "prelaunch.cli:run_explain"
    ),
    "init": Command(
        "write the configuration and the hook for this repository",
        "prelaunch.start.arguments:add_init",
        "prelaunch.start.init:run",
    ),
    "targets": Command(
        "print the platforms that a cluster runs",
        "prelaunch.start.arguments:add_targets",
        "prelaunch.start.targets:run",
    ),
    "lsp": Command("serve an editor", "prelaunch.start.arguments:add_lsp", "prelaunch.lsp.command:run"),
    "completion": Command(
        "print a script that completes commands in a shell",
        "prelaunch.start.arguments:add_completion",
        "prelaunch.start.completion:run",
    ),
    "index": Command(
        "build the name index, or say what is in it", "prelaunch.arguments:add_index", "prelaunch.index.command:run"
    ),
}


def load(name: str) -> Callable[[Any], Any]:
    """The function that `MODULE:FUNCTION` names."""
    module, _, function = name.partition(":")
    found: Callable[[Any], Any] = getattr(import_module(module), function)
    return found
