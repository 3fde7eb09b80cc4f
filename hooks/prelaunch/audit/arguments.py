"""The grammar of `prelaunch audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

EXAMPLES = """\
examples:
  prelaunch audit                                    this repository, summed up
  prelaunch audit --format html --output audit.html  all of it as one page that works offline
  prelaunch audit --history 20                       how the findings moved over the last 20 commits
  prelaunch audit https://example.com/team/api       a repository elsewhere: only what is needed is fetched
  prelaunch audit --repos clones/ --store fleet.db --format html --output fleet.html
  prelaunch audit --repos repositories.txt --store fleet.db --patches patches/
  prelaunch audit --repos github:OWNER --store fleet.db --parquet tables/

Every certainty is shown, hints too. exit code: 0 nothing certain or likely found, 1 findings, 2 could not run
"""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `audit`."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "place", nargs="?", default=".", metavar="PATH|URL", help="a folder or a repository's address (default: .)"
    )
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="default: text")
    parser.add_argument("--output", metavar="FILE", help="write to this file, not to standard output")
    parser.add_argument("--history", type=int, default=0, metavar="N", help="count the findings of the last N commits")
    parser.add_argument(
        "--registry", action="store_true", help="ask the registries of base images for their platforms (network)"
    )
    parser.add_argument(
        "--repos",
        metavar="FILE|FOLDER|FORGE:OWNER",
        help="many repositories: a path or address a line, a folder, or all of github:OWNER, gitlab:HOST/GROUP, "
        "gitea:HOST/OWNER (network; a token is read from the environment)",
    )
    parser.add_argument("--store", metavar="FILE", help="keep what is found, so that a run can go on where it was")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: one a processor)")
    parser.add_argument("--scheduler", metavar="ADDRESS|local", help="work on a Dask cluster (prelaunch[dask])")
    parser.add_argument(
        "--parquet", metavar="DIR", help="write what was found as Parquet files, a table each (prelaunch[parquet])"
    )
    parser.add_argument("--patches", metavar="DIR", help="write a patch of the safe fixes for each repository")
    config = parser.add_mutually_exclusive_group()
    config.add_argument("--config", metavar="FILE", help="read the settings of this file, not of the repository's")
    config.add_argument("--no-config", action="store_true", help="read no settings")
    parser.add_argument("--no-cache", action="store_true", help="judge every file, also where nothing has changed")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")
