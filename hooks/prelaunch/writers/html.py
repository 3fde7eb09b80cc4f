"""Findings as one static page: no script, no network, light and dark by the reader's choice, readable when printed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TextIO

from prelaunch import __version__
from prelaunch.writers.place import printable
from prelaunch.writers.subject import by_path, subjects
from prelaunch.writers.text import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.engine import Report
    from prelaunch.model import Source
    from prelaunch.writers.subject import Subject

BEFORE, MOST, WIDTH = 2, 12, 400
"""Lines shown before a place, lines shown in all, and characters of a line."""

_STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --dim: #57606a; --page: #fff; --box: #f6f8fa; --line: #d0d7de;
  --certain: #b3201c; --likely: #8a5a00; --hint: #0757ba; --mark: #fff1c2; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9aa4af; --page: #0d1117; --box: #161b22;
  --line: #30363d; --certain: #ff8279; --likely: #e3b341; --hint: #79b8ff; --mark: #4b3a00; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 64rem; color: var(--text); background: var(--page);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font: 600 1.05rem ui-monospace, monospace; margin: 2.2rem 0 .6rem;
  overflow-wrap: anywhere; }
p { margin: .4rem 0; } a { color: var(--hint); } .dim { color: var(--dim); }
table { border-collapse: collapse; margin: 1.2rem 0; }
th, td { padding: .25rem 1.2rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 6px; margin: .8rem 0;
  padding: .6rem 1rem; break-inside: avoid; }
article.certain { border-left-color: var(--certain); } article.likely { border-left-color: var(--likely); }
article.hint { border-left-color: var(--hint); }
.certain b { color: var(--certain); } .likely b { color: var(--likely); } .hint b { color: var(--hint); }
pre { background: var(--box); border-radius: 6px; padding: .5rem .8rem; overflow-x: auto; margin: .6rem 0 .2rem;
  font: 13px/1.5 ui-monospace, monospace; tab-size: 4; }
pre i { color: var(--dim); font-style: normal; user-select: none; } mark { color: inherit; background: var(--mark); }
code { font: .92em ui-monospace, monospace; }
@media print { body { max-width: none; padding: 0; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  mark { outline: 1px solid; } }
"""


def write(report: Report, out: TextIO, shown: Callable[[str], str]) -> None:
    """Write the page."""
    found = list(subjects(report))
    out.write('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n')
    out.write(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    )
    out.write('<meta name="viewport" content="width=device-width, initial-scale=1">\n')
    out.write(f"<title>prelaunch report</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n")
    out.write(f"<h1>prelaunch report</h1>\n<p>{escape(summary(report) or 'no findings')}</p>\n")
    out.writelines(_rules(found))
    for path, of_file in by_path(found).items():
        out.write(f"<section>\n<h2>{escape(printable(shown(path)))}</h2>\n")
        out.writelines(_article(subject) for subject in of_file)
        out.write("</section>\n")
    out.write(f'<p class="dim">{report.files} files read by prelaunch {__version__}</p>\n</body>\n</html>\n')


def _rules(found: list[Subject]) -> Iterator[str]:
    """How often each rule spoke, the most frequent first."""
    if not found:
        return
    counts: dict[str, int] = {}
    links = {}
    for subject in found:
        counts[subject.rule] = counts.get(subject.rule, 0) + 1
        links[subject.rule] = _link(subject)
    yield '<table>\n<tr><th>rule</th><th class="number">findings</th></tr>\n'
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        yield f'<tr><td>{links[name]}</td><td class="number">{counts[name]}</td></tr>\n'
    yield "</table>\n"


def _link(subject: Subject) -> str:
    name = escape(subject.rule)
    return f'<a href="{escape(subject.page)}">{name}</a>' if subject.page else name


def _article(subject: Subject) -> str:
    where = f"line {subject.where.line}, column {subject.where.column}"
    cure = f"<p>Fix: {_message(subject.cure)}</p>\n" if subject.cure else ""
    lines = _excerpt(subject) if subject.finding.source.text else ""
    return (
        f'<article class="{subject.certainty}" id="{subject.fingerprint}">\n'
        f'<p><b>{subject.certainty}</b> {_link(subject)} <span class="dim">{where}</span></p>\n'
        f"<p>{_message(subject.message)}</p>\n{cure}{lines}</article>\n"
    )


def _message(text: str) -> str:
    """A message with what stands in backquotes as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in enumerate(parts))


def _excerpt(subject: Subject) -> str:
    """The lines of the place, with what stands before them, and the place marked."""
    source, where = subject.finding.source, subject.where
    first = max(1, where.line - BEFORE)
    last = min(where.end_line, first + MOST - 1)
    rows = [
        f"<i>{str(number).rjust(len(str(last)))}  </i>{_row(source, number, subject)}"
        for number in range(first, last + 1)
    ]
    if last < where.end_line:
        rows.append(f"<i>{'...'.rjust(len(str(last)))}</i>")
    return "<pre>" + "\n".join(rows) + "</pre>\n"


def _row(source: Source, number: int, subject: Subject) -> str:
    where = subject.where
    text = source.line(number).removeprefix("\ufeff") if number == 1 else source.line(number)
    if not where.line <= number <= where.end_line:
        return _plain(text[:WIDTH])
    start = where.column - 1 if number == where.line else len(text) - len(text.lstrip())
    stop = where.end_column - 1 if number == where.end_line else len(text)
    stop = max(start, min(stop, start + WIDTH))
    cut = max(0, start - WIDTH // 2)
    return f"{_plain(text[cut:start])}<mark>{_plain(text[start:stop])}</mark>{_plain(text[stop : stop + WIDTH // 2])}"


def _plain(text: str) -> str:
    return escape("\t".join(printable(part) for part in text.split("\t")))
