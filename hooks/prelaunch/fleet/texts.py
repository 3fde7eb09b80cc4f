"""The report of many repositories as text and as JSON."""

from __future__ import annotations

from itertools import islice
from json import dumps
from typing import TYPE_CHECKING

from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from prelaunch.fleet.store import Store
    from prelaunch.writers.text import Parts

VERSION = "1"
_SHOWN = 25


def write_json(store: Store, run: int, out: TextIO) -> None:
    """One object; its `repositories` are as those of an audit of one. They are written one by one, as they come."""
    out.write(f'{{"version": "{VERSION}", "repositories": [')
    for number, audit in enumerate(store.audits(run)):
        out.write(",\n" if number else "\n")
        out.write(dumps(audit))
    out.write("\n]}\n")


def lines(store: Store, run: int) -> Iterator[Parts]:
    """The totals, the worst repositories, and those that failed."""
    (total,) = (each for each in store.totals() if each.run == run)
    numbers = f"{total.certain} certain, {total.likely} likely, {total.hint} hint"
    what = "repository" if total.repositories == 1 else "repositories"
    yield [(f"{total.repositories:,} {what}", "bold"), (f": {numbers}; {total.failed} failed", "")]
    worst = [each for each in store.summaries(run) if not each.error and (each.certain or each.likely)]
    for each in islice(worst, _SHOWN):
        yield [
            (f"{each.certain:6} certain {each.likely:6} likely  ", ""),
            (printable(each.name), "bold"),
            (f"  {', '.join(f'{rule} {number}' for rule, number in sorted(each.rules.items()))}", ""),
        ]
    if len(worst) > _SHOWN:
        yield [(f"  ... {len(worst) - _SHOWN:,} more (--format html shows all)", "")]
    for each in store.summaries(run):
        if each.error:
            yield [("failed  ", "bold red"), (f"{printable(each.name)}: {printable(each.error)}", "")]
