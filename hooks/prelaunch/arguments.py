"""The grammar of the command line, and its help."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, HelpFormatter, RawDescriptionHelpFormatter

from prelaunch import __version__
from prelaunch.commands import COMMANDS, load
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Collection, Sequence

CHECK_EXAMPLES = """\
examples:
  prelaunch check                          judge the repository
  prelaunch check Makefile deploy/         judge one file and one folder
  prelaunch check --fix                    write what can be proved, print the rest
  prelaunch check --diff | git apply       look at the fixes first
  prelaunch check --since origin/main      only what this branch adds
  prelaunch check --output sarif=prelaunch.sarif --output gitlab=gl-code-quality-report.json
  prelaunch check --add-ignores "runs on the machine that builds it" scripts/dev.sh
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


_widths: list[int] = []


class _Wide(HelpFormatter):
    """Help as wide as the terminal. argparse makes one for every option, and imports shutil to find out how wide."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


class _Formatter(_Wide, RawDescriptionHelpFormatter):
    """The same, with examples as they are written."""


def _width() -> int:
    if not _widths:
        columns = os.environ.get("COLUMNS", "")
        try:
            width = int(columns) if columns.isdecimal() else os.get_terminal_size(1).columns
        except (OSError, ValueError):
            width = 0
        _widths.append((width or 80) - 2)
    return _widths[0]


def parse(arguments: Sequence[str]) -> Namespace | int:
    """The options of a call, or the exit code where the parser has already answered (help, version, a wrong call)."""
    try:
        return parser(arguments, arguments[0] if arguments else "").parse_args(list(arguments) or ["--help"])
    except SystemExit as end:
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else 2


def parser(named: Collection[str] = COMMANDS, first: str = "") -> ArgumentParser:
    """The grammar of the commands that are `named`; of the others only their names and summaries.

    `first` is the command that is called, where one is: then there are no others.
    """
    parser = ArgumentParser(
        formatter_class=_Wide,
        prog="prelaunch",
        description="Finds what would make a container crash at start, before it is built: image builds without a "
        "platform, imports that cannot succeed. Nothing is run, nothing is fetched.",
        epilog="prelaunch COMMAND --help says more.",
    )
    parser.add_argument("--version", action="version", version=f"prelaunch {__version__}")
    # `prog` is said because argparse would lay out a whole usage text, and import shutil for it, to find it out
    commands = parser.add_subparsers(prog="prelaunch", dest="command", metavar="COMMAND", required=True)
    # a parser of argparse costs as much as a dozen imports, so that a call makes no other one than its own
    wanted = COMMANDS if first not in COMMANDS else {first: COMMANDS[first]}
    for name, command in wanted.items():
        one = commands.add_parser(
            name,
            help=command.summary,
            description=f"{command.summary.capitalize()}.",
            formatter_class=_Formatter,
            allow_abbrev=False,
        )
        if name in named:
            load(command.grammar)(one)
    return parser


def add_paths(parser: ArgumentParser) -> None:
    """The options of every command that reads files: which, and by which settings."""
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files or folders (default: .); git-ignored files are left out of folders; - is standard input",
    )
    parser.add_argument("--stdin-filename", metavar="PATH", help="the path that standard input stands for")
    add_config(parser)
    parser.add_argument("--force-exclude", action="store_true", help="leave out excluded files even if named")


def add_config(parser: ArgumentParser) -> None:
    """Which settings are in force."""
    config = parser.add_mutually_exclusive_group()
    config.add_argument("--config", metavar="FILE", help="read the settings of this file, not of the nearest")
    config.add_argument("--no-config", action="store_true", help="read no settings")


def add_index(parser: ArgumentParser) -> None:
    """The options of `prelaunch index`."""
    parser.epilog = INDEX_EXAMPLES
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
    build.add_argument(
        "--ask",
        metavar="FILE",
        help="names to ask real modules for: JSON lines, or a .tsv (default: those known to be imported wrongly)",
    )
    build.add_argument("--jobs", type=int, metavar="N", help="distributions at a time (default: one a processor)")
    build.add_argument("--no-probe", action="store_true", help="import nothing: every module stays open")
    build.add_argument("--no-stdlib", action="store_true", help="leave out the standard library")
    build.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter for real imports")
    build.add_argument("--index-url", metavar="URL", help="the registry (default: the one that pip uses)")


def add_check(parser: ArgumentParser) -> None:
    """The options of `prelaunch check`."""
    from prelaunch.output import FORMATS

    formats = "".join(f"  {name:10}  {meaning}\n" for name, meaning in FORMATS.items())
    parser.epilog = f"{CHECK_EXAMPLES}\nformats:\n{formats}"
    add_paths(parser)
    mend = parser.add_mutually_exclusive_group()
    mend.add_argument("--fix", action="store_true", help="write the safe fixes, then judge again")
    mend.add_argument("--diff", action="store_true", help="print the safe fixes as a diff, write nothing")
    mend.add_argument(
        "--add-ignores",
        metavar="REASON",
        help="write an ignore comment with this reason beside each finding that would be printed",
    )
    add_rule_choice(parser)
    add_limits(parser)
    prints = parser.add_argument_group("output")
    prints.add_argument(
        "--format", choices=FORMATS, default="text", metavar="FORMAT", help="one of those below (default: text)"
    )
    prints.add_argument(
        "--output",
        action="append",
        default=[],
        metavar="[FORMAT=]FILE",
        help="FILE takes the place of standard output; FORMAT=FILE is one more report, and may be repeated",
    )
    prints.add_argument("--no-cache", action="store_true", help="judge every file, also where nothing has changed")
    prints.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    prints.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")


def add_limits(parser: ArgumentParser) -> None:
    """The options that leave out what was there before."""
    limits = parser.add_argument_group("only what is new")
    limits.add_argument(
        "--since",
        metavar="REF",
        help="only findings on lines added since this branch left REF (git merge-base REF HEAD), committed or not; "
        "lines of renamed files stay old, untracked files are new. --since HEAD: what is not committed. "
        "What an added line makes wrong in another place is not shown",
    )
    limits.add_argument(
        "--baseline",
        metavar="FILE",
        help="leave out the findings that FILE knows, fail on entries whose finding is gone; see prelaunch baseline",
    )


def add_rule_choice(parser: ArgumentParser) -> None:
    """The options of every command that judges: by which rules, and how sure they must be."""
    for name, text in (("--select", "judge by these rules only"), ("--ignore", "do not judge by these rules")):
        parser.add_argument(name, action="append", default=[], metavar="RULE[,RULE]", help=text)
    parser.add_argument("--hints", action="store_true", help="print hints too, and fail on them")


def add_builds(parser: ArgumentParser) -> None:
    """The options of `prelaunch builds`."""
    parser.epilog = BUILDS_EXAMPLES
    add_paths(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--supported", action="store_true", help="print which places and tools are known, read nothing")


def add_rules(parser: ArgumentParser) -> None:
    """The options of `prelaunch rules`."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def add_explain(parser: ArgumentParser) -> None:
    """The options of `prelaunch explain`."""
    parser.add_argument("rule", metavar="RULE", help="a name that `prelaunch rules` lists")
