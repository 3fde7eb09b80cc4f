"""The command line: arguments to files and settings, a report to a writer, an exit code to the shell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from prelaunch import CannotRunError, engine, registry
from prelaunch.arguments import parse
from prelaunch.call import STDIN, Call
from prelaunch.config import suggestion

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from prelaunch.engine import Report
    from prelaunch.mend import Mended
    from prelaunch.model import Rule, Source
    from prelaunch.project import Settings


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; 0 clean, 1 findings, 2 could not run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = parse(arguments)
    if isinstance(options, int):
        return options
    try:
        commands = {
            "check": _check,
            "builds": _builds,
            "diagnose": _diagnose,
            "rules": _rules,
            "explain": _explain,
            "index": _index,
        }
        code = commands.get(options.command, _elsewhere)(options)
        sys.stdout.flush()
    except CannotRunError as error:
        print(f"prelaunch: {error}", file=sys.stderr)
        return 2
    return code


def _elsewhere(options: Namespace) -> int:
    """A command that has a module of its own."""
    from importlib import import_module

    code: int = import_module(options.module).run(options)
    return code


def _check(options: Namespace) -> int:
    rules = registry.load_rules()
    known = frozenset({*engine.OWN_RULES, *(rule.name for rule in rules)})
    call = Call(options)
    chosen, ignored = choose(rules, known, call.settings, options)
    wants = options.fix or options.diff or options.format in {"json", "sarif"}
    judge = engine.Judge(chosen, known, ignored, fixes=wants)
    failed, note, changed = bool(call.missing), "", False
    if options.fix or options.diff:
        from prelaunch import mend

        mended = mend.mend(call.project, call.files, judge, hints=options.hints)
        report, changed = mended.report, bool(mended.changes)
        failed = not _apply(call, mended, options) or failed
        note = f"{'would fix' if options.diff else 'fixed'} {mended.fixed}; " if changed else ""
    else:
        report = engine.run(call.project, call.files, judge, hints=options.hints)
    if not options.diff:
        _write(report, call, options)
    _close(report, options, note)
    if failed:
        return 2
    return int((bool(report.findings) or (options.diff and changed)) and not options.exit_zero)


def _apply(call: Call, mended: Mended, options: Namespace) -> bool:
    """Write or print what mending changed; whether all of it could be written."""
    from prelaunch import mend

    done = True
    stdin = STDIN in options.paths
    for old, new in mended.changes:
        if options.diff:
            sys.stdout.buffer.writelines(mend.diff(old, new, call.shown(old.path)))
        elif not stdin:
            done = _write_one(call, old, new) and done
    if stdin and options.fix:
        given = {**call.project.given, **{new.path: new for _, new in mended.changes}}
        text = given[next(iter(call.project.given))]
        sys.stdout.buffer.write(text.encode(text.text))
    sys.stdout.buffer.flush()
    return done


def _write_one(call: Call, old: Source, new: Source) -> bool:
    from prelaunch import mend

    try:
        mend.write(call.root, old, new)
    except CannotRunError as error:
        print(f"prelaunch: {error}", file=sys.stderr)
        return False
    return True


def _write(report: Report, call: Call, options: Namespace) -> None:
    from importlib import import_module

    # With `--fix -` the mended text itself is on standard output.
    out = sys.stderr if options.fix and STDIN in options.paths else sys.stdout
    import_module(f"prelaunch.writers.{options.format}").write(report, out, call.shown)
    out.flush()


def _close(report: Report, options: Namespace, note: str) -> None:
    """The summary, on standard error so that standard output holds findings only."""
    from prelaunch.writers import text

    if options.statistics:
        out = sys.stdout if options.format == "text" and not options.diff else sys.stderr
        print("\n".join(text.statistics(report)), file=out, flush=True)
    summary = text.summary(report)
    if options.format == "text" and (note or summary):
        print(note + (summary or "no findings"), file=sys.stderr)


def choose(
    rules: Sequence[Rule], known: frozenset[str], settings: Settings, options: Namespace
) -> tuple[tuple[Rule, ...], frozenset[str]]:
    """The rules that judge, and the names that must not speak. What the command line selects, no setting takes away."""
    select, ignore = _names(options.select), _names(options.ignore)
    for origin, names in (
        ("--select", select),
        ("--ignore", ignore),
        ("select of the configuration", settings.select),
        ("ignore of the configuration", settings.ignore),
        *(("per-path-ignores of the configuration", names) for names in settings.per_path_ignores.values()),
    ):
        for name in names:
            if name not in known:
                raise CannotRunError(f"{origin}: {name!r} is not a rule{suggestion(name, known)}")
    if not select:
        select, ignore = settings.select, (*ignore, *settings.ignore)
    ignored = frozenset(ignore)
    chosen = tuple(r for r in rules if (r.name in select if select else r.default) and r.name not in ignored)
    return chosen, ignored


def _names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _builds(options: Namespace) -> int:
    from prelaunch import builds

    if options.supported:
        from prelaunch.supported import page

        sys.stdout.write(page())
        return 0
    call = Call(options)
    builds.show(call.project, call.files, call.shown, as_json=options.format == "json")
    return 2 if call.missing else 0


def _diagnose(options: Namespace) -> int:
    from prelaunch.diagnose.command import diagnose

    return diagnose(options)


def _rules(options: Namespace) -> int:
    rules = registry.load_rules()
    if options.format == "json":
        from json import dumps

        names = ("name", "summary", "certainty", "fixable", "default")
        print(dumps([{name: getattr(rule, name) for name in names} for rule in rules], indent=2))
        return 0
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        summary = rule.summary if rule.default else f"{rule.summary} (Off unless selected by name.)"
        print(f"{rule.name:{width}}  {rule.certainty:7}  {'fixable' if rule.fixable else '':7}  {summary}")
    return 0


def _index(options: Namespace) -> int:
    from prelaunch.index.command import run as run_index

    return run_index(options)


def _explain(options: Namespace) -> int:
    from prelaunch.writers.text import colourful

    rules = {rule.name: rule for rule in registry.load_rules()}
    rule = rules.get(options.rule)
    if rule is None:
        raise CannotRunError(f"{options.rule!r} is not a rule{suggestion(options.rule, rules)}")
    if colourful(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(force_terminal=True).print(Markdown(rule.doc))
    else:
        print(rule.doc, end="")
    return 0
