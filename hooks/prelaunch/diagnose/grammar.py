"""The grammar of `prelaunch diagnose`, and its help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.arguments import add_config

if TYPE_CHECKING:
    from argparse import ArgumentParser

EXAMPLES = """\
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


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `prelaunch diagnose`."""
    parser.epilog = EXAMPLES
    parser.add_argument("log", nargs="?", default="-", metavar="LOG", help="a file; - (the default) is standard input")
    parser.add_argument(
        "--repository", default=".", metavar="PATH", help="where the causes are looked for (default: .)"
    )
    add_config(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
