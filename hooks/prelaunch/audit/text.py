"""The audit of one repository in a few dozen lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.audit.record import Audit, BaseRow, Count, FindingRow, GapRow, ImageRow, ImportRow, Spot
    from prelaunch.writers.text import Parts

T = TypeVar("T", str, tuple[str, str])
CERTAINTIES = {"certain": "bold red", "likely": "bold yellow", "hint": "bold cyan"}
_SHOWN = 20


def lines(audit: Audit) -> Iterator[Parts]:
    """The summary: counts first, then what would crash, then what is built, and what is not known."""
    yield [(printable(audit.name), "bold"), (f"  {audit.commit[:12]}" if audit.commit else "", "")]
    counts = audit.counts()
    yield [(", ".join(f"{number} {name}" for name, number in counts.items()), "")]
    yield []
    yield from _section("findings by rule", _by_rule(audit))
    shown = [row for row in audit.findings if row.certainty != "hint"]
    yield from _section("certain and likely findings", map(_finding, shown), len(shown))
    yield from _section("builds by state", _counted(build.state for build in audit.builds))
    yield from _section("images", map(_image, audit.images), len(audit.images))
    asked = [row for row in audit.bases if row.lacks or row.why]
    yield from _section("base images that lack a platform, or are not known", map(_base, asked), len(asked))
    yield from _section("third-party modules", _counted(row.verdict for row in audit.imports))
    accused = [row for row in audit.imports if row.verdict in {"fails", "may fail"}]
    yield from _section("imports that fail", map(_import, accused), len(accused))
    yield from _section("not known", map(_gap, audit.gaps), len(audit.gaps))
    yield from _section("history", map(_count, audit.history), len(audit.history))


def _section(title: str, rows: Iterable[Parts], number: int = 0) -> Iterator[Parts]:
    """A titled block, cut after some rows; nothing where there are none."""
    at = 0
    for at, row in enumerate(rows, 1):
        if at == 1:
            yield [(title, "bold")]
        if at > _SHOWN:
            yield [(f"  ... {number - _SHOWN} more (--format html shows all)", "")]
            break
        yield [("  ", ""), *row]
    if at:
        yield []


def _by_rule(audit: Audit) -> Iterator[Parts]:
    for rule, number in _most((row.rule, row.certainty) for row in audit.findings):
        yield [(f"{number:6} ", ""), (f"{rule[1]:8}", CERTAINTIES[rule[1]]), (rule[0], "")]


def _counted(names: Iterable[str]) -> Iterator[Parts]:
    for name, number in _most(names):
        yield [(f"{number:6} {name}", "")]


def _most(names: Iterable[T]) -> list[tuple[T, int]]:
    counts: dict[T, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _where(spot: Spot) -> str:
    return f"{printable(spot.path)}:{spot.line}: "


def _finding(row: FindingRow) -> Parts:
    said = f"[{row.rule}] {printable(row.message)}"
    return [(_where(row.spot), ""), (row.certainty, CERTAINTIES[row.certainty]), (said, "")]


def _image(row: ImageRow) -> Parts:
    name = row.name or (row.dockerfiles[0] if row.dockerfiles else f"{row.builds[0].path}:{row.builds[0].line}")
    facts = [f"for {', '.join(row.platforms) or 'no platform named'}", row.verdict]
    facts += ["pushed"] * row.published + ["deployed from here"] * row.deployed
    return [(printable(name), "bold"), (f": {'; '.join(printable(fact) for fact in facts)}", "")]


def _base(row: BaseRow) -> Parts:
    said = f"has no image for {', '.join(row.lacks)}" if row.lacks else row.why
    return [(_where(row.spot), ""), (f"{printable(row.name)} {printable(said)}", "")]


def _import(row: ImportRow) -> Parts:
    given = " ".join(part for part in (row.distribution, row.version) if part)
    return [(_where(row.first), ""), (f"{row.module} ({printable(given)}): {row.verdict}", "")]


def _gap(row: GapRow) -> Parts:
    return [(_where(row.spot), ""), (f"{printable(row.what)}: {printable(row.why)}", "")]


def _count(row: Count) -> Parts:
    numbers = f"{row.certain:5} certain {row.likely:5} likely"
    return [(f"{row.when[:10]} {row.commit[:9]} {numbers}  {printable(row.subject[:60])}", "")]
