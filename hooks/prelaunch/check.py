"""`prelaunch check`: which rules judge which files, what of it is shown, and what the exit code says."""

from __future__ import annotations

import sys

from prelaunch import CannotRunError, engine, output, registry
from prelaunch.call import STDIN, Call
from prelaunch.config import suggestion
from prelaunch.kinds import possible_facts
from prelaunch.scope import limit
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from prelaunch.cache.run import Kept
    from prelaunch.engine import Judge, Report
    from prelaunch.mend import Mended
    from prelaunch.model import Rule, Source
    from prelaunch.project import Settings


def run(options: Namespace) -> int:
    """Judge, mend if asked, print; 0 clean, 1 findings or a stale baseline, 2 could not run."""
    wanted = output.targets(options.format, options.output)
    call = Call(options)
    plain = all(target.format in {"text", "concise"} for target in wanted)
    every = not plain or options.baseline is not None  # what a baseline knows may be of a rule that has no file left
    fixes = options.fix or options.diff or _hold_fixes(wanted)
    kept = _kept(call, options, fixes=fixes)  # before the files are looked for
    if kept is None or options.output or options.config or options.since is not None or options.baseline is not None:
        return _run(call, options, wanted, kept, every=every, fixes=fixes)
    from prelaunch.cache.again import Ear, is_plain

    if not is_plain():
        return _run(call, options, wanted, kept, every=every, fixes=fixes)
    ear = Ear()
    with ear:
        code = _run(call, options, wanted, kept, every=every, fixes=fixes)
    kept.remember(ear, options.arguments, code)
    return code


def _run(
    call: Call, options: Namespace, wanted: Sequence[output.Target], kept: Kept | None, *, every: bool, fixes: bool
) -> int:
    judge = make_judge(call, options, fixes=fixes, every=every)
    scope = limit(call, judge, options)
    failed, changed, notes = bool(call.missing), False, []
    if options.add_ignores is not None:
        from prelaunch import add_ignores

        added = add_ignores.add(call, judge, options, scope)
        report, notes = added.report, [f"{added.silenced} ignored by new comments"]
        failed = not _write_all(call, added.changes) or failed
        for line in added.refused:
            print(f"prelaunch: {line}", file=sys.stderr)
    elif options.fix or options.diff:
        from prelaunch import mend

        mended = mend.mend(call.project, call.files, judge, hints=options.hints)
        report, changed = mended.report, bool(mended.changes)
        failed = not _apply(call, mended, options) or failed
        notes = [f"{'would fix' if options.diff else 'fixed'} {mended.fixed}"] if changed else []
    else:
        judged = engine.run if kept is None else kept.run
        report = judged(call.project, call.files, judge, hints=options.hints)
    shown = scope.narrow(report)
    if not options.diff:
        output.write(shown.report, wanted, call.shown, mended=options.fix and STDIN in options.paths)
    _close(shown.report, options, [*notes, *shown.notes])
    faults = [] if options.diff else shown.faults  # what a diff would mend is still there
    for line in faults:
        print(f"prelaunch: {line}", file=sys.stderr)
    if failed:
        return 2
    found = bool(shown.report.findings or faults)
    return int((found or (options.diff and changed)) and not options.exit_zero)


def _facts(call: Call) -> frozenset[str]:
    """The kinds of fact that the files of a call may hold, or that an ignore comment in them may speak of."""
    found: set[str] = set()
    for file in call.files:
        found |= possible_facts(file.kind) if file.marked else file.facts
    return frozenset(found)


def _kept(call: Call, options: Namespace, *, fixes: bool) -> Kept | None:
    """What is kept of the project of a call, where the call is about all of it and changes nothing."""
    if not call.whole or options.no_cache or options.fix or options.diff or options.add_ignores is not None:
        return None
    from prelaunch.cache import keep

    kept = keep(call.disk, call.settings, options.select, options.ignore, fixes)
    files = kept.recall(call.project) if kept is not None else None
    if files is not None:
        call.files = files
    return kept


def _hold_fixes(wanted: Sequence[output.Target]) -> bool:
    return any(target.format in output.WITH_FIXES for target in wanted)


def make_judge(call: Call, options: Namespace, *, fixes: bool, every: bool = True) -> Judge:
    """The rules that a call judges by; `CannotRunError` for a name that is no rule.

    With `every` those too that judge nothing of what the call's files hold: a report may want to list them.
    """
    rules = registry.load_rules(None if every else _facts(call))
    known = frozenset({*engine.OWN_RULES, *registry.rule_names(), *(rule.name for rule in rules)})
    chosen, ignored = choose(rules, known, call.settings, options)
    return engine.Judge(chosen, known, ignored, fixes=fixes)


def _apply(call: Call, mended: Mended, options: Namespace) -> bool:
    """Write or print what mending changed; whether all of it could be written."""
    from prelaunch import mend

    done, stdin = True, STDIN in options.paths
    if options.diff:
        for old, new in mended.changes:
            sys.stdout.buffer.writelines(mend.diff(old, new, call.shown(old.path)))
    elif not stdin:
        done = _write_all(call, mended.changes)
    else:
        given = {**call.project.given, **{new.path: new for _, new in mended.changes}}
        text = given[next(iter(call.project.given))]
        sys.stdout.buffer.write(text.encode(text.text))
    sys.stdout.buffer.flush()
    return done


def _write_all(call: Call, changes: Sequence[tuple[Source, Source]]) -> bool:
    """Write the changed files; whether all of them could be written."""
    from prelaunch import mend

    done = True
    for old, new in changes:
        try:
            mend.write(call.root, old, new)
        except CannotRunError as error:  # noqa: PERF203 (one file must not keep the others from being written)
            print(f"prelaunch: {error}", file=sys.stderr)
            done = False
    return done


def _close(report: Report, options: Namespace, notes: Sequence[str]) -> None:
    """The summary, on standard error so that standard output holds findings only."""
    from prelaunch.writers import text

    if options.statistics:
        out = sys.stdout if options.format == "text" and not options.diff else sys.stderr
        print("\n".join(text.statistics(report)), file=out, flush=True)
    summary = text.summary(report)
    if options.format == "text" and (notes or summary):
        print("; ".join([*notes, summary or "no findings"]), file=sys.stderr)


def choose(
    rules: Sequence[Rule], known: frozenset[str], settings: Settings, options: Namespace
) -> tuple[tuple[Rule, ...], frozenset[str]]:
    """The rules that judge, and the names that must not speak. What the command line selects, no setting takes away."""
    select, ignore = _names(options.select), _names(options.ignore)
    for origin, names in (
        ("--select", select),
        ("--ignore", ignore),
        ("select of the configuration", settings.select),
        ("extend-select of the configuration", settings.extend_select),
        ("ignore of the configuration", settings.ignore),
        *(("per-path-ignores of the configuration", names) for names in settings.per_path_ignores.values()),
    ):
        for name in names:
            if name not in known:
                raise CannotRunError(f"{origin}: {name!r} is not a rule{suggestion(name, known)}")
    more: tuple[str, ...] = ()
    if not select:
        select, ignore, more = settings.select, (*ignore, *settings.ignore), settings.extend_select
    ignored = frozenset(ignore)
    chosen = tuple(
        rule
        for rule in rules
        if ((rule.name in select if select else rule.default) or rule.name in more) and rule.name not in ignored
    )
    return chosen, ignored


def _names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
