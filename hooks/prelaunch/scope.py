"""What a run is limited to: to the lines added since a commit, and to the findings that no baseline knows."""

from __future__ import annotations

from prelaunch import CannotRunError, engine
from prelaunch.call import STDIN
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from argparse import Namespace

    from prelaunch.baseline import Entry
    from prelaunch.call import Call
    from prelaunch.engine import Judge, Report
    from prelaunch.since import Since


class Shown(NamedTuple):
    """What of a report is shown, what its summary adds, and what else fails the run."""

    report: Report
    notes: list[str]
    faults: list[str]


class Scope(NamedTuple):
    """What a run is limited to: to lines added since a commit, to findings that no baseline knows."""

    call: Call
    judge: Judge
    since: Since | None = None
    baseline: str | None = None
    known: tuple[Entry, ...] = ()

    def narrow(self, report: Report) -> Shown:
        """The report within these limits."""
        notes, faults = [], []
        if self.baseline is not None:
            from prelaunch.baseline import compare

            compared = compare(report, self.known, self.judged)
            report = compared.report
            notes += [f"{compared.known} in the baseline"] if compared.known else []
            faults += [
                f"{entry.path}: {entry.rule}: in the baseline {self.baseline}, but not found any more: "
                "`prelaunch baseline prune` takes it out"
                for entry in compared.stale
            ]
        if self.since is not None:
            report, others = self.since.narrow(report)
            notes += [f"{others} on lines not added since {self.since.ref}"] if others else []
        return Shown(report, notes, faults)

    def judged(self, entry: Entry) -> bool:
        """Whether this run would have found what a baseline's entry speaks of."""
        if self.since is not None and entry.path not in self.since.changed:
            return False
        names = {rule.name for rule in self.judge.rules} | (set(engine.OWN_RULES) - self.judge.ignored)
        judged = entry.rule in names or entry.rule not in self.judge.known
        return judged and self.call.covers(entry.path)


def limit(call: Call, judge: Judge, options: Namespace) -> Scope:
    """The limits of the call. Files without a change are judged too: one may show what a change in another breaks."""
    since = None
    known: tuple[Entry, ...] = ()
    if options.since is not None:
        if STDIN in options.paths or options.fix or options.diff:
            what = "standard input" if STDIN in options.paths else "--fix and --diff, which mend whole files"
            raise CannotRunError(f"--since speaks of lines that git knows: leave it out with {what}")
        from prelaunch.since import since as added_since

        since = added_since(call.root, options.since)
    if options.baseline is not None:
        from prelaunch.baseline import read

        known = read(options.baseline)
    return Scope(call, judge, since, options.baseline, known)
