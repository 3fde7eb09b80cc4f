"""The page of many repositories: which rules speak where, the worst first, by owner, and how it moved between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.page.chart import bars, trend
from prelaunch.audit.page.markup import Html, link, page, tag
from prelaunch.audit.page.table import Cell, columns, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.fleet.store import Summary, Total

CERTAINTIES = ("certain", "likely", "hint")


def render(summaries: Sequence[Summary], totals: Sequence[Total]) -> str:
    """The page's text. `totals` are those of every run, the last one that of `summaries`."""
    read = [each for each in summaries if not each.error]
    failed = [each for each in summaries if each.error]
    menu = (("matrix", "Repositories"), ("owners", "Owners"), ("failed", "Failed"))
    nav = tag("nav", tag("ul", *(tag("li", tag("a", title, href=f"#{name}")) for name, title in menu)))
    said = f"{len(summaries):,} repositories, {totals[-1].started[:16].replace('T', ' ')} UTC" if totals else ""
    header = tag("header", tag("h1", "Audit of all repositories"), tag("p", said, class_="meta"), nav)
    main = tag("main", _cards(read, failed), _charts(read, totals), _matrix(read), _owners(read), _failed(failed))
    return page("prelaunch audit", header, main)


def _cards(read: Sequence[Summary], failed: Sequence[Summary]) -> Html:
    numbers = [(name, sum(getattr(each, name) for each in read)) for name in (*CERTAINTIES, "builds", "images")]
    numbers += [("repositories with findings", sum(bool(each.certain or each.likely) for each in read))]
    numbers += [("failed", len(failed))]
    return tag("ul", *(tag("li", tag("strong", f"{number:,}"), name) for name, number in numbers), class_="cards")


def _rules(read: Sequence[Summary]) -> list[tuple[str, int, int]]:
    """Each rule with its findings and the number of repositories that have any, the most frequent first."""
    found: dict[str, list[int]] = {}
    for each in read:
        for rule, number in each.rules.items():
            of = found.setdefault(rule, [0, 0])
            of[0] += number
            of[1] += 1
    rows = [(rule, findings, repositories) for rule, (findings, repositories) in found.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _charts(read: Sequence[Summary], totals: Sequence[Total]) -> Html:
    by_rule = [(rule, {"repositories": number}) for rule, _, number in _rules(read)]
    runs = totals[-30:]
    moved = {name: [getattr(total, name) for total in runs] for name in CERTAINTIES}
    return tag(
        "div",
        bars("Repositories with certain or likely findings, by rule", by_rule),
        trend("Findings over the last runs", [total.started[:10] for total in runs], moved),
        class_="charts",
    )


def _matrix(read: Sequence[Summary]) -> Html:
    rules = [rule for rule, _, _ in _rules(read)]
    first = ("Repository", "Commit", "Certain#", "Likely#", "Hint#")
    heads = columns(*first, *(f"{rule}#" for rule in rules), "Builds#", "Unknown#", "Images#", "Files#")
    rows = [
        (
            link(each.home, each.name),
            each.commit[:9],
            each.certain or "",
            each.likely or "",
            each.hint or "",
            *(each.rules.get(rule, "") for rule in rules),
            each.builds,
            each.unknown or "",
            each.images,
            each.files,
        )
        for each in read
    ]
    return table("matrix", "Repositories", heads, rows)


def _owners(read: Sequence[Summary]) -> Html:
    owners: dict[str, list[int]] = {}
    for each in read:
        sums = owners.setdefault(each.owner, [0] * 5)
        for number, value in enumerate((1, bool(each.certain or each.likely), each.certain, each.likely, each.builds)):
            sums[number] += value
    heads = columns("Owner", "Repositories#", "With findings#", "Certain#", "Likely#", "Builds#")
    worst = sorted(owners.items(), key=lambda item: ([-item[1][2], -item[1][3]], item[0]))
    return table("owners", "Owners", heads, [(owner or "(none)", *sums) for owner, sums in worst])


def _failed(failed: Sequence[Summary]) -> Html:
    rows = [(Cell(each.name), each.error) for each in failed]
    return table("failed", "Failed", columns("Repository", "Why"), rows)
