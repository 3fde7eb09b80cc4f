"""The grammar of the command line, and its help."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from prelaunch import __version__

if TYPE_CHECKING:
    from argparse import Namespace, _SubParsersAction
    from collections.abc import Sequence

CHECK_EXAMPLES = """\
examples:
  prelaunch check                          judge the repository
  prelaunch check Makefile deploy/         judge one file and one folder
  prelaunch check --fix                    write what can be proved, print the rest
  prelaunch check --diff | git apply       look at the fixes first
  prelaunch check --select missing-platform --format sarif > prelaunch.sarif
  prelaunch check - --stdin-filename ci/build.sh < build.sh

exit code: 0 nothing found, 1 findings, 2 could not run
silence one finding: # prelaunch: ignore[rule] reason     (on its line, or alone on the line above)
"""

BUILDS_EXAMPLES = """\
examples:
  prelaunch builds                         every image build of the repository
  prelaunch builds .github --format json   as one JSON object
  prelaunch builds --supported             every place and tool that is known, as a Markdown page

states: explicit (a platform is in force), missing (none is), delegated (another file or caller decides),
        default (the tool never builds for the host), unknown (it cannot be known without running it)
"""

DIAGNOSE_EXAMPLES = """\
examples:
  kubectl logs deploy/api --previous | prelaunch diagnose
  kubectl describe pod api-0 | prelaunch diagnose
  docker compose logs 2>&1 | prelaunch diagnose -
  prelaunch diagnose crash.log --repository ../api --format json

It looks for the text of a crash (exec format error, no such file or directory, permission denied, ImportError,
ModuleNotFoundError, invalid ELF header, a missing ld-musl or ld-linux, no matching manifest, executable file not
found), runs the rules that explain it over the repository, and puts first what the log itself names: the file of a
traceback, the name that cannot be imported, the image. Any text will do, in any encoding; of a huge one the beginning
and the end are read. The log is only read: nothing of it is run, kept or sent.

exit code: 0 nothing in the repository explains it, 1 causes found, 2 could not run
"""

INDEX_EXAMPLES = """\
examples:
  prelaunch index info                     what is in the index in use, and how old it is
  prelaunch index info werkzeug            one distribution: its releases and modules
  prelaunch index build requests flask --output names.idx
  prelaunch index build names.txt --ask wrong.jsonl --jobs 4 --output names.idx

`build` is the only command that uses the network; it needs prelaunch[index]. It imports foreign code, each release in
a throw-away environment and a process without network. It goes on where it was broken off. A distribution that fails
is a line of FILE.report.txt. An index that is installed as `prelaunch-index` is used instead of prelaunch's own.
"""


OTHERS = {
    "init": ("write the configuration and the hook for this repository", "add_init", "prelaunch.start.init"),
    "targets": ("print the platforms that a cluster runs", "add_targets", "prelaunch.start.targets"),
    "lsp": ("serve an editor", "add_lsp", "prelaunch.lsp.command"),
    "completion": ("print a script that completes commands in a shell", "add_completion", "prelaunch.start.completion"),
}
"""The commands that have a module of their own: summary, grammar, module."""


def parse(arguments: Sequence[str]) -> Namespace | int:
    """The options of a call, or the exit code where the parser has already answered (help, version, a wrong call)."""
    try:
        return parser(list(arguments[:1]) == ["check"]).parse_args(list(arguments) or ["--help"])
    except SystemExit as end:
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else 2


def parser(only_check: bool = False) -> ArgumentParser:
    """The parser of the command line; of `check` alone where nothing else is asked for, which is quicker to make."""
    parser = ArgumentParser(
        prog="prelaunch",
        description="Finds what would make a container crash at start, before it is built: image builds without a "
        "platform, imports that cannot succeed. Nothing is run, nothing is fetched.",
        epilog="prelaunch COMMAND --help says more.",
    )
    parser.add_argument("--version", action="version", version=f"prelaunch {__version__}")
    # `prog` is said because argparse would lay out a whole usage text, and import shutil for it, to find it out
    commands = parser.add_subparsers(prog="prelaunch", dest="command", metavar="COMMAND", required=True)
    _add_check(_command(commands, "check", "judge files and folders", CHECK_EXAMPLES))
    if only_check:
        return parser
    _add_builds(_command(commands, "builds", "list every image build and its platform", BUILDS_EXAMPLES))
    _add_diagnose(_command(commands, "diagnose", "find the causes of a crash from its log", DIAGNOSE_EXAMPLES))
    rules = _command(commands, "rules", "list the rules", "")
    rules.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    explain = _command(commands, "explain", "print what a rule finds, why, and examples", "")
    explain.add_argument("rule", metavar="RULE", help="a name that `prelaunch rules` lists")
    _add_index(_command(commands, "index", "build the name index, or say what is in it", INDEX_EXAMPLES))
    from importlib import import_module

    for name, (summary, grammar, module) in OTHERS.items():
        made = _command(commands, name, summary, "")
        getattr(import_module("prelaunch.start.arguments"), grammar)(made)
        made.set_defaults(module=module)
    return parser


def _command(commands: _SubParsersAction[ArgumentParser], name: str, summary: str, epilog: str) -> ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary.capitalize()}.",
        epilog=epilog,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_diagnose(parser: ArgumentParser) -> None:
    parser.add_argument("log", nargs="?", default="-", metavar="LOG", help="a file; - (the default) is standard input")
    parser.add_argument(
        "--repository", default=".", metavar="PATH", help="where the causes are looked for (default: .)"
    )
    _add_config(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def _add_config(parser: ArgumentParser) -> None:
    config = parser.add_mutually_exclusive_group()
    config.add_argument("--config", metavar="FILE", help="read the settings of this file, not of the nearest")
    config.add_argument("--no-config", action="store_true", help="read no settings")


def _add_paths(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files or folders (default: .); git-ignored files are left out of folders; - is standard input",
    )
    parser.add_argument("--stdin-filename", metavar="PATH", help="the path that standard input stands for")
    _add_config(parser)
    parser.add_argument("--force-exclude", action="store_true", help="leave out excluded files even if named")


def _add_index(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(prog="prelaunch index", dest="action", metavar="ACTION", required=True)
    info = actions.add_parser("info", help="say what is in the index", allow_abbrev=False)
    info.add_argument("distribution", nargs="?", metavar="DISTRIBUTION", help="only this one (default: all of them)")
    info.add_argument("--file", metavar="FILE", help="the data file (default: the one in use)")
    build = actions.add_parser("build", help="make an index out of a registry's wheels", allow_abbrev=False)
    build.add_argument(
        "packages",
        nargs="*",
        metavar="NAME|FILE",
        help="distributions, or files with a name a line (default: those of the index in use)",
    )
    build.add_argument("--output", required=True, metavar="FILE", help="the data file to write")
    build.add_argument("--cache", default=".prelaunch-index", metavar="DIR", help="what is kept between runs")
    build.add_argument("--ask", metavar="FILE", help="names to ask real modules for: JSON lines, or a .tsv")
    build.add_argument("--jobs", type=int, metavar="N", help="distributions at a time (default: one a processor)")
    build.add_argument("--no-probe", action="store_true", help="import nothing: every module stays open")
    build.add_argument("--no-stdlib", action="store_true", help="leave out the standard library")
    build.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter for real imports")
    build.add_argument("--index-url", metavar="URL", help="the registry (default: the one that pip uses)")


def _add_check(parser: ArgumentParser) -> None:
    _add_paths(parser)
    mend = parser.add_mutually_exclusive_group()
    mend.add_argument("--fix", action="store_true", help="write the safe fixes, then judge again")
    mend.add_argument("--diff", action="store_true", help="print the safe fixes as a diff, write nothing")
    for name, text in (("--select", "judge by these rules only"), ("--ignore", "do not judge by these rules")):
        parser.add_argument(name, action="append", default=[], metavar="RULE[,RULE]", help=text)
    parser.add_argument("--hints", action="store_true", help="print hints too, and fail on them")
    parser.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text", help="default: text")
    parser.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")


def _add_builds(parser: ArgumentParser) -> None:
    _add_paths(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--supported", action="store_true", help="print which places and tools are known, read nothing")
