"""Which release is best imported next: where a name that open modules may serve came to an end is not known otherwise.

The names of a closed module are known of every release. What an open one serves on demand is known only of those that
were asked, and of those between two that gave the same answer: the end is looked for by halving.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from prelaunch.index.surface import Probe, Surface


def next_release(
    surfaces: Sequence[Surface],
    probes: Sequence[Probe],
    asked: Mapping[str, Sequence[str]],
    closed: Mapping[str, int],
    tried: Collection[int],
) -> int | None:
    """The number of the release in the middle of the gap that the most of the `asked` names (by module) have.

    A gap are releases of which nothing is known, with the name on one side and without it on the other. `closed` are
    the releases, as bits, in which all names of a module are known; `tried` those that need not be imported again.
    None: no gap is left that could be made smaller.
    """
    by_version: dict[str, list[Probe]] = {}
    for probe in probes:
        by_version.setdefault(probe.version, []).append(probe)
    said = [by_version.get(surface.version, []) for surface in surfaces]
    gaps: Counter[tuple[int, ...]] = Counter()
    for module, names in asked.items():
        for name in names:
            states = [_has(surface, said[at], closed, at, module, name) for at, surface in enumerate(surfaces)]
            for gap in _gaps(states):
                untried = tuple(number for number in gap if number not in tried)
                if untried:
                    gaps[untried] += 1
    if not gaps:
        return None
    best = max(gaps, key=lambda gap: (gaps[gap], len(gap), gap))
    return best[len(best) // 2]


def _has(
    surface: Surface, probes: Sequence[Probe], closed: Mapping[str, int], at: int, module: str, name: str
) -> bool | None:
    """Whether the release of number `at` has a name; None where that is not known."""
    found = surface.modules.get(module)
    if found is None:
        above, _, last = module.rpartition(".")
        return _has(surface, probes, closed, at, above, last) if above else None
    if (name in found.names and name not in found.unsure) or f"{module}.{name}" in surface.modules:
        return True
    denying = [
        each for each in probes if name in each.denied.get(module, ()) and each.modules.get(module, ()) is not None
    ]
    for probe in probes:
        if probe not in denying and name in (*(probe.modules.get(module) or ()), *probe.served.get(module, ())):
            return True
    if denying:
        return False
    return False if closed.get(module, 0) >> at & 1 and name not in found.unsure else None


def _gaps(states: Sequence[bool | None]) -> Iterator[range]:
    """The runs of releases that are not known, between two that differ."""
    known = [number for number, state in enumerate(states) if state is not None]
    for below, above in pairwise(known):
        if above - below > 1 and states[below] != states[above]:
            yield range(below + 1, above)
