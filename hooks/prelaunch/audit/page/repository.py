"""The page of one repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.page.chart import bars, trend
from prelaunch.audit.page.markup import Html, html, join, link, page, tag
from prelaunch.audit.page.table import Cell, badge, columns, lines, table
from prelaunch.gitdir.describe import line_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prelaunch.audit.record import Audit, DeployRow, Spot

CERTAINTIES = ("certain", "likely", "hint")
_STATES = ("missing", "unknown", "delegated", "default", "explicit")
_SECTIONS = (
    ("findings", "Findings"),
    ("builds", "Builds"),
    ("images", "Images"),
    ("bases", "Base images"),
    ("imports", "Third-party modules"),
    ("gaps", "Not read, not known"),
)


def render(audit: Audit) -> str:
    """The page's text."""
    title = f"prelaunch audit: {audit.name}"
    sections = (_findings(audit), _builds(audit), _images(audit), _bases(audit), _imports(audit), _gaps(audit))
    return page(title, _header(audit), tag("main", _cards(audit), _charts(audit), *sections))


def _header(audit: Audit) -> Html:
    where = f"{audit.commit[:12]}" if audit.commit else "not a commit"
    dirty = f", {len(audit.dirty)} files changed since" if audit.dirty else ""
    name = tag("h1", "Audit of ", link(audit.home, audit.name))
    menu = tag("ul", *(tag("li", tag("a", title, href=f"#{name}")) for name, title in _SECTIONS))
    return tag(
        "header", name, tag("p", f"{where}{dirty}; {audit.files} files looked into", class_="meta"), tag("nav", menu)
    )


def _cards(audit: Audit) -> Html:
    numbers = [(name, number) for name, number in audit.counts().items()]
    numbers += [("builds", len(audit.builds)), ("images", len(audit.images)), ("not known", len(audit.gaps))]
    return tag("ul", *(tag("li", tag("strong", f"{number:,}"), name) for name, number in numbers), class_="cards")


def _charts(audit: Audit) -> Html:
    rules: dict[str, dict[str, int]] = {}
    for row in audit.findings:
        of_rule = rules.setdefault(row.rule, dict.fromkeys(CERTAINTIES, 0))
        of_rule[row.certainty] += 1
    by_rule = sorted(rules.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    states = [build.state for build in audit.builds]
    by_state = [(state, {state: states.count(state)}) for state in _STATES if state in states]
    history = list(reversed(audit.history))
    moved = {name: [getattr(count, name) for count in history] for name in CERTAINTIES}
    return tag(
        "div",
        bars("Findings by rule", by_rule),
        bars("Builds by how their platform is known", by_state),
        trend("Findings over the last commits", [f"{each.when[:10]} {each.commit[:7]}" for each in history], moved),
        class_="charts",
    )


def _place(audit: Audit, spot: Spot) -> Cell:
    """A place, linked to its lines on the forge where these are the same as here."""
    known = audit.home and spot.path not in audit.dirty
    address = line_address(audit.home, audit.commit, spot.path, spot.line, spot.end_line) if known else ""
    return Cell(link(address, f"{spot.path}:{spot.line}"), f"{spot.path}:{spot.line:09}")


def _places(audit: Audit, spots: Iterable[Spot]) -> Html:
    return join((_place(audit, spot).content for spot in spots), "\n")


def _findings(audit: Audit) -> Html:
    heads = columns("Certainty?", "Rule?", "Place", "What is wrong", "Fix?")
    worst = sorted(audit.findings, key=lambda row: (CERTAINTIES.index(row.certainty), row.rule, row.spot))
    rows = [
        (
            Cell(badge(row.certainty), CERTAINTIES.index(row.certainty)),
            row.rule,
            _place(audit, row.spot),
            row.message,
            "--fix" if row.fixable else "",
        )
        for row in worst
    ]
    return table("findings", "Findings", heads, rows)


def _builds(audit: Audit) -> Html:
    heads = columns(
        "State?", "Tool?", "Place", "Platforms", "Images", "Dockerfile", "Leaves the machine?", "How it is known"
    )
    rows = [
        (
            badge(row.state),
            row.tool,
            _place(audit, row.spot),
            lines(row.platforms),
            lines(row.images),
            row.dockerfile + (f" ({row.target})" if row.target else ""),
            "yes" if row.published else "no",
            lines(row.via),
        )
        for row in audit.builds
    ]
    return table("builds", "Builds", heads, rows)


def _deployment(audit: Audit, row: DeployRow) -> Html:
    """Where an image runs, and what that requires."""
    fits = badge("fails") if row.fits is False else ""
    return join((f"{row.system}: {row.requires} ", html(_place(audit, row.spot).content), " ", fits))


def _images(audit: Audit) -> Html:
    first = ("Image", "Built for", "Platform?", "Built at", "Dockerfile", "Bases", "Pushed?")
    heads = columns(*first, "Deployed from here?", "Deployed on")
    rows = [
        (
            row.name or tag("em", "not named"),
            lines(row.platforms),
            row.verdict,
            _places(audit, row.builds),
            lines(row.dockerfiles),
            lines(row.bases),
            "yes" if row.published else "no",
            "yes" if row.deployed else "no",
            join((_deployment(audit, each) for each in row.deployments), "\n"),
        )
        for row in audit.images
    ]
    return table("images", "Images", heads, rows)


def _bases(audit: Audit) -> Html:
    heads = columns("Image", "First seen", "Needed for", "Has", "Lacks", "Not known because")
    rows = [
        (row.name, _place(audit, row.spot), lines(row.needed), lines(row.has), lines(row.lacks), row.why)
        for row in audit.bases
    ]
    return table("bases", "Base images", heads, rows)


def _imports(audit: Audit) -> Html:
    heads = columns("Module", "Distribution", "Version", "Files#", "First seen", "Verdict?")
    rows = [
        (row.module, row.distribution, row.version, row.files, _place(audit, row.first), badge(row.verdict))
        for row in audit.imports
    ]
    return table("imports", "Third-party modules", heads, rows)


def _gaps(audit: Audit) -> Html:
    heads = columns("Place", "What", "Why")
    rows = [(_place(audit, row.spot), row.what, row.why) for row in audit.gaps]
    return table("gaps", "Not read, not known", heads, rows)
