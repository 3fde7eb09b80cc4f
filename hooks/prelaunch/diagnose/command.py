"""The command: a log in, the crashes that it shows and their causes out, for people or for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from prelaunch import CannotRunError, registry
from prelaunch.call import STDIN, Call
from prelaunch.diagnose.causes import explaining, names_in, ranked, seen_in
from prelaunch.diagnose.log import Log, read_log
from prelaunch.engine import OWN_RULES, Judge, Report, run
from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from prelaunch.diagnose.causes import Cause, Seen
    from prelaunch.diagnose.log import Line
    from prelaunch.model import Rule

_SHOWN_LINES = 3
_SHOWN_CAUSES = 10
_WIDTH = 160
_BEFORE = 12


def diagnose(options: Namespace) -> int:
    """Do what the arguments say; 0 nothing found, 1 causes found, 2 could not run."""
    log = _read(options.log)
    options.paths, options.stdin_filename, options.force_exclude = [options.repository], None, False
    call = Call(options)
    if call.missing:
        return 2
    seen = seen_in(log.lines)
    rules = registry.load_rules()
    weights = explaining(rules, log.lines)
    chosen = tuple(rule for rule in rules if rule.name in weights)
    causes = _causes(call, chosen, weights, _around(log.lines, seen)) if chosen else []
    if options.format == "json":
        _write_json(log, seen, causes, chosen, call)
    else:
        _write_text(log, seen, causes, chosen, call)
    return int(bool(causes))


def _read(path: str) -> Log:
    if path == STDIN:
        if sys.stdin.isatty():
            print("prelaunch: paste the log, then end it with Ctrl-D (Ctrl-Z and Enter on Windows)", file=sys.stderr)
        return read_log(sys.stdin.buffer)
    try:
        with open(path, "rb") as file:
            return read_log(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be opened"
        raise CannotRunError(f"{path}: {reason.lower()}") from None


def _causes(call: Call, chosen: tuple[Rule, ...], weights: dict[str, int], lines: Sequence[Line]) -> list[Cause]:
    known = frozenset({*OWN_RULES, *weights})
    report = run(call.project, call.files, Judge(chosen, known), hints=True)
    return ranked(report.findings, weights, names_in(lines))


def _around(lines: Sequence[Line], seen: Sequence[Seen]) -> list[Line]:
    """The lines that show a symptom, and those just above, where a traceback names its files."""
    numbers = {line.number for each in seen for line in each.lines}
    kept: dict[int, Line] = {}
    for at, line in enumerate(lines):
        if line.number in numbers:
            kept.update((other.number, other) for other in lines[max(0, at - _BEFORE) : at + 1])
    return list(kept.values())


def _write_text(log: Log, seen: Sequence[Seen], causes: Sequence[Cause], rules: tuple[Rule, ...], call: Call) -> None:
    from prelaunch.writers import text

    for line in _said(log, seen, rules):
        print(line)
    if not seen and not rules:
        return
    if causes:
        number = len(causes)
        print(f"{number} possible cause{'' if number == 1 else 's'} in this repository, the likeliest first:\n")
        shown = tuple(cause.finding for cause in causes[:_SHOWN_CAUSES])
        sys.stdout.flush()
        text.write(Report(shown, rules), sys.stdout, call.shown)
        if number > len(shown):
            names = ",".join(sorted({cause.finding.rule for cause in causes}))
            print(f"{number - len(shown)} more: prelaunch check --hints --select {names}\n")
        print("if it is none of these, check outside the repository:")
    else:
        print("nothing in this repository explains it; check outside it:")
    for each in dict.fromkeys(check for one in seen for check in one.symptom.outside):
        print(f"  - {each}")


def _said(log: Log, seen: Sequence[Seen], rules: Sequence[Rule]) -> Iterator[str]:
    if log.left_out:
        yield f"(the log is large: {log.left_out:,} bytes in its middle were not read)\n"
    if rules and not seen:
        yield f"the log shows what {', '.join(rule.name for rule in rules)} may explain\n"
    elif not seen:
        yield "the log shows no crash that prelaunch knows; it knows, among others: exec format error, no such file or"
        yield "directory, permission denied, ImportError, ModuleNotFoundError, invalid ELF header, no matching manifest"
    for each in seen:
        yield f"{each.symptom.name}: {each.symptom.meaning}"
        for line in each.lines[:_SHOWN_LINES]:
            said = printable(" ".join(line.text.split()))
            where = f"line {line.number}" if line.number > 0 else f"line {-line.number} from the end"
            yield f"  {where}: {said[:_WIDTH]}{'...' if len(said) > _WIDTH else ''}"
        if len(each.lines) > _SHOWN_LINES:
            yield f"  and {len(each.lines) - _SHOWN_LINES} lines more"
        yield ""


def _write_json(log: Log, seen: Sequence[Seen], causes: Sequence[Cause], chosen: tuple[Rule, ...], call: Call) -> None:
    from json import dumps

    from prelaunch.writers.json import VERSION, plain
    from prelaunch.writers.place import decodable
    from prelaunch.writers.subject import subjects

    described = subjects(Report(tuple(each.finding for each in causes), chosen))

    whole: dict[str, Any] = {
        "version": VERSION,
        "left_out": log.left_out,
        "symptoms": [
            {
                "name": each.symptom.name,
                "meaning": each.symptom.meaning,
                "lines": [{"line": line.number, "text": decodable(line.text)} for line in each.lines],
                "outside": list(each.symptom.outside),
            }
            for each in seen
        ],
        "causes": [
            {**plain(subject, call.shown), "tied": list(each.tied)}
            for each, subject in zip(causes, described, strict=True)
        ],
    }
    print(dumps(whole, indent=2))
