"""Only what changed: the findings on lines that were added since this branch left another commit."""

from __future__ import annotations

from prelaunch import CannotRunError, git
from prelaunch.changes import Changed, parse
from prelaunch.reading import UNREADABLE
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.engine import Report


class Since(NamedTuple):
    """What was added since a commit, by path."""

    ref: str
    changed: Mapping[str, Changed]

    def narrow(self, report: Report) -> tuple[Report, int]:
        """The report with the findings on added lines only, and how many others there were.

        A file that cannot be read is reported wherever it was changed, as the fault may show far from its cause.
        """
        kept = tuple(
            finding
            for finding in report.findings
            if (changed := self.changed.get(finding.source.path)) is not None
            and (finding.rule == UNREADABLE or changed.added_in(finding) is not None)
        )
        return report._replace(findings=kept), len(report.findings) - len(kept)


def since(root: str, ref: str) -> Since:
    """What the work tree at `root` holds that the merge base of `ref` and HEAD does not; untracked files too.

    `CannotRunError` where `root` is no repository, `ref` no commit, or the clone too shallow to hold their merge base.
    """
    if git.commit(root, "HEAD") is None:
        raise CannotRunError(f"--since {ref}: {root} is not a git repository with a commit")
    there = git.commit(root, ref)
    if there is None:
        raise CannotRunError(f"--since {ref}: is no commit of this clone; fetch it first (in CI: the whole history)")
    base = git.merge_base(root, there, "HEAD")
    if base is None:
        raise CannotRunError(
            f"--since {ref}: this clone holds no commit that it shares with HEAD; fetch the whole history first "
            "(actions/checkout: `fetch-depth: 0`, GitLab: `GIT_DEPTH: 0`)"
        )
    try:
        changed = parse(git.diff(root, base))
        new = git.untracked(root)
    except git.GitError as error:
        raise CannotRunError(f"--since {ref}: {error}") from None
    return Since(ref, {**changed, **{path: Changed(path, path, {}, whole=True) for path in new}})
