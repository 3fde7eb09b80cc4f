"""The grammar of the commands that start a project, a shell or an editor with prelaunch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

INIT_EXAMPLES = """\
examples:
  prelaunch init --dry-run                 say what would be written, and why
  prelaunch init                           write the configuration and the pre-commit hook
  prelaunch init --platform linux/amd64    where the platform is known to you
  prelaunch init --cluster                 ask the cluster of kubectl's current context what its nodes are
  prelaunch init --nodes nodes.json        the same, from what `kubectl get nodes -o json` said

Files that are there keep every byte of theirs; a second run changes nothing.
"""

TARGETS_EXAMPLES = """\
examples:
  prelaunch targets                        ask kubectl's current context
  prelaunch targets --context production   ask another context
  prelaunch targets nodes.json             read what `kubectl get nodes -o json` said
  kubectl get nodes -o json | prelaunch targets -

Nodes that take no workloads (control planes, cordoned ones) are shown and not counted.
"""

LSP_EXAMPLES = """\
An editor starts it and speaks to it on standard input and output. It needs prelaunch[lsp].
The initialization option {"hints": true} shows hints too.
"""

COMPLETION_EXAMPLES = """\
examples:
  prelaunch completion bash > ~/.local/share/bash-completion/completions/prelaunch
  prelaunch completion zsh > ~/.zfunc/_prelaunch

It needs prelaunch[completion].
"""

SHELLS = ("bash", "zsh", "tcsh")


def add_init(parser: ArgumentParser) -> None:
    """The options of `prelaunch init`."""
    parser.epilog = INIT_EXAMPLES
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="a folder of the repository")
    known = parser.add_mutually_exclusive_group()
    known.add_argument("--platform", action="append", default=[], metavar="P", help="where the images run; repeatable")
    known.add_argument("--cluster", action="store_true", help="ask kubectl's current context (uses the network)")
    known.add_argument("--nodes", metavar="FILE", help="read the output of `kubectl get nodes -o json`; - is stdin")
    parser.add_argument("--no-hook", action="store_true", help="leave .pre-commit-config.yaml alone")
    parser.add_argument("--dry-run", action="store_true", help="print what would be written, write nothing")


def add_targets(parser: ArgumentParser) -> None:
    """The options of `prelaunch targets`."""
    parser.epilog = TARGETS_EXAMPLES
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument(
        "file", nargs="?", metavar="FILE", help="the output of `kubectl get nodes -o json`; - is stdin (default: ask)"
    )
    origin.add_argument("--context", metavar="NAME", help="the context to ask (default: kubectl's current one)")
    parser.add_argument("--format", choices=("text", "json", "toml"), default="text", help="default: text")


def add_lsp(parser: ArgumentParser) -> None:
    """The options of `prelaunch lsp`: none, but editors like to say `--stdio`."""
    parser.epilog = LSP_EXAMPLES
    parser.add_argument("--stdio", action="store_true", help="what it does anyway")


def add_completion(parser: ArgumentParser) -> None:
    """The options of `prelaunch completion`."""
    parser.epilog = COMPLETION_EXAMPLES
    parser.add_argument("shell", choices=SHELLS, help="the shell that reads the script")
