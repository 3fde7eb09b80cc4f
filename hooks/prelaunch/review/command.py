"""`prelaunch review`: judge, read the pull request, write what is new in it; else annotate the job."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from prelaunch import CannotRunError, engine
from prelaunch.arguments import add_limits, add_paths, add_rule_choice
from prelaunch.call import STDIN, Call
from prelaunch.check import make_judge
from prelaunch.review.bitbucket import Bitbucket
from prelaunch.review.fallback import fall_back
from prelaunch.review.forge import headers
from prelaunch.review.gitea import Gitea
from prelaunch.review.github import GitHub
from prelaunch.review.gitlab import GitLab
from prelaunch.review.plan import make_plan, summarise
from prelaunch.review.target import FORGES, find_target
from prelaunch.scope import limit
from prelaunch.transport import TOKENS, Client, RefusedError
from prelaunch.writers.subject import subjects
from prelaunch.writers.text import summary

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from prelaunch.engine import Report
    from prelaunch.review.forge import Forge
    from prelaunch.review.target import Target

_FORGES: dict[str, type[Forge]] = {"github": GitHub, "gitlab": GitLab, "gitea": Gitea, "bitbucket": Bitbucket}

EXAMPLES = f"""\
examples:
  prelaunch review                          in CI: everything is known from the environment
  prelaunch review --since origin/main      nothing about lines that were there before
  prelaunch review --dry-run                read the pull request, print what would be sent
  prelaunch review --forge gitea --api-url https://git.example.com/api/v1 --repository me/app --pull-request 7

The findings become one review: comments on the lines that the pull request adds, with the fix as a suggestion where it
is one run of lines, and the rest in its summary. A finding is never commented twice, however often this is run; a
comment whose finding is gone is removed (GitHub), resolved (GitLab) or says so (Gitea, Forgejo), but not if a person
answered it. On Bitbucket the findings are a Code Insights report of the commit.

The token comes from the environment: {", ".join(dict.fromkeys(name for names in TOKENS.values() for name in names))}.
GitHub: permissions: pull-requests: write. GitLab: a project token with the scope api (CI_JOB_TOKEN may not comment).
Where it may not write, as on a pull request from a fork, the findings become annotations and the job's summary.

exit code: as of check, whatever became of the review: 0 nothing found, 1 findings, 2 could not run
"""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `prelaunch review`."""
    parser.epilog = EXAMPLES
    parser.set_defaults(fix=False, diff=False)
    add_paths(parser)
    add_rule_choice(parser)
    add_limits(parser)
    where = parser.add_argument_group("which pull request (what is not said comes from the environment)")
    where.add_argument("--forge", choices=FORGES, help="forgejo: gitea")
    where.add_argument("--api-url", metavar="URL", help="where its API answers")
    where.add_argument("--repository", metavar="OWNER/NAME", help="on GitLab a number will do too")
    where.add_argument("--pull-request", metavar="NUMBER", help="its number; of a merge request its iid")
    where.add_argument("--commit", metavar="SHA", help="the head that was judged; another head is left alone")
    where.add_argument("--token-variable", metavar="NAME", help="the environment variable that holds the token")
    parser.add_argument("--max-comments", type=int, default=30, metavar="N", help="comments at most (default: 30)")
    parser.add_argument("--dry-run", action="store_true", help="read, but print what would be sent")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")


def run(options: Namespace) -> int:
    """Review; 0 clean, 1 findings or a stale baseline, 2 could not run."""
    if STDIN in options.paths:
        raise CannotRunError("a review speaks of the files of a repository: leave out standard input")
    call = Call(options)
    judge = make_judge(call, options, fixes=True)
    scope = limit(call, judge, options)
    shown = scope.narrow(engine.run(call.project, call.files, judge, hints=options.hints))
    target = find_target(os.environ, options)
    reason = _obstacle(target, options)
    if reason is None:
        reason = _review(shown.report, target, options)
    if reason is not None:
        print(f"prelaunch: no review was written: {reason}", file=sys.stderr)
        fall_back(shown.report, target.forge, os.environ, call.shown)
    for line in shown.faults:
        print(f"prelaunch: {line}", file=sys.stderr)
    print("; ".join([*shown.notes, summary(shown.report) or "no findings"]), file=sys.stderr)
    if call.missing:
        return 2
    return int(bool(shown.report.findings or shown.faults) and not options.exit_zero)


def _obstacle(target: Target, options: Namespace) -> str | None:
    """Why no review can be written, as far as that is known before anything is asked."""
    if not target.number and target.forge != "bitbucket":
        return "this run is for no pull request; --pull-request names one"
    if target.forge == "bitbucket" and not target.commit:
        return "the commit is not known; --commit names it"
    if not target.token and not options.dry_run:
        return f"there is no token in {' or '.join(target.token_names)}; a pull request from a fork is given none"
    return None


def _review(report: Report, target: Target, options: Namespace) -> str | None:
    """Write the review; what kept it from being written, None where nothing did."""
    client = Client(target.api, headers(target), _print if options.dry_run else None)
    forge = _FORGES[target.forge](target, client)
    try:
        state = forge.read()
    except RefusedError as error:
        return _refusal(error, options)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return f"{target.api} answered what no {target.forge} does"
    if target.commit and state.head != target.commit:
        moved = f"prelaunch: the pull request has moved on to {state.head[:12]}: its own run will review it"
        print(moved, file=sys.stderr)
        return None
    plan = make_plan(subjects(report), state.changed, state.known, options.max_comments)
    try:
        refused = forge.carry_out(plan, state, summarise(plan, len(report.findings)))
    except RefusedError as error:
        return _refusal(error, options)
    for line in refused:
        print(f"prelaunch: {line}", file=sys.stderr)
    done = f"{len(plan.post)} new, {plan.kept} there already, {len(plan.outdated)} taken back"
    print(f"prelaunch: {'would review' if options.dry_run else 'reviewed'}: {done}", file=sys.stderr)
    return None


def _refusal(error: RefusedError, options: Namespace) -> str:
    if options.dry_run:
        raise CannotRunError(str(error)) from None
    return f"{error}; a token of a fork is read-only, whatever `permissions:` says" if error.forbidden else str(error)


def _print(method: str, path: str, body: Any) -> None:  # noqa: ANN401 (JSON)
    """One request of a dry run. No header is printed: the token is one."""
    print(f"{method} {path}" + ("" if body is None else f"\n{json.dumps(body, indent=2)}"))
