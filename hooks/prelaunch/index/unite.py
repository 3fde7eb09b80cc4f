"""What one distribution holds over all of its releases, from the surfaces of its wheels and from real imports.

All doubt is settled here, so that the reader only looks up bits. The rules, conservative throughout (a false alarm
is worse than a miss):

- a module is closed in a release only if its extraction is closed there and a probe of some release imported it;
- a name that a probe showed and the extraction of that release lacks is added to every release that has the module
  and lacks the name; where such a name is public, the extraction misses a trick of the module: it is open throughout;
- a name is denied in a release where a probe of that very release denied it and none showed it, and between two
  such releases that are the nearest probed ones on either side; a denied name is not added;
- nothing is denied in a module that takes over all names of one outside of the wheel: what it has depends on what is
  installed beside it;
- a name that the extraction lists, and a submodule that exists, is never denied; but one that only a star import may
  bring is, and is then lacking;
- a module that was imported but is in no wheel of that release (made by `sys.modules`) is in every release, open, but
  for those whose package denies it;
- the folders above a module exist where it does.

Names that no import statement can spell (`Model[int]`) and dunders are left out.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index.surface import ONLY_STUB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prelaunch.index.surface import Probe, Surface


class ModuleHistory(NamedTuple):
    """One module over the releases; every int is a set of release numbers (`spans.py`), all parts of `present`.

    `package` says where it is a package, `namespace` where it is one without `__init__` (a part of `package`).
    `names` maps (name, flag) to the releases that have the name with that flag, `denied` a name to those where it
    is proved absent.
    """

    present: int
    closed: int
    package: int
    namespace: int
    names: Mapping[tuple[str, str], int]
    denied: Mapping[str, int]


class History(NamedTuple):
    """One distribution over its releases: what `pack.write` stores. `requires` is the newest release's."""

    distribution: str
    releases: tuple[str, ...]
    requires: tuple[str, ...]
    pythons: tuple[str, ...]
    modules: Mapping[str, ModuleHistory]


class _Track:
    """What is being gathered about one module."""

    def __init__(self) -> None:
        self.present = self.closed = self.package = self.namespace = self.starred = 0
        self.imported = 0
        self.names: dict[tuple[str, str], int] = defaultdict(int)
        self.unsure: dict[str, int] = defaultdict(int)
        self.shown: dict[str, int] = defaultdict(int)
        self.denied: dict[str, int] = defaultdict(int)


def unite(surfaces: Iterable[Surface], probes: Iterable[Probe]) -> History:
    """The history of one distribution from its surfaces, one a release in ascending order, and its probes.

    A probe of a release without a surface is left aside. `ValueError`: no surface, several of one release, or
    surfaces of several distributions.
    """
    tracks: dict[str, _Track] = defaultdict(_Track)
    numbers: dict[str, int] = {}
    pythons = []
    newest: Surface | None = None
    for number, surface in enumerate(surfaces):
        if surface.version in numbers:
            raise ValueError(f"two surfaces of {surface.distribution} {surface.version}")
        if newest and newest.distribution != surface.distribution:
            raise ValueError(f"surfaces of {newest.distribution} and {surface.distribution}")
        numbers[surface.version] = number
        pythons.append(" ".join(surface.requires_python.split()))
        _add_surface(tracks, surface, 1 << number)
        newest = surface
    if newest is None:
        raise ValueError("no surface of any release")
    probed = 0
    for probe in probes:
        at = numbers.get(probe.version)
        if at is not None and probe.distribution == newest.distribution:
            probed |= 1 << at
            _add_probe(tracks, probe, 1 << at)
    everywhere = (1 << len(numbers)) - 1
    made = {}
    for dotted, track in tracks.items():
        seen = track.imported
        for bits in track.shown.values():
            seen |= bits
        if seen & ~track.present:
            made[dotted] = everywhere & ~_gone(tracks, dotted, seen, probed)
    for dotted, bits in made.items():
        tracks[dotted].present |= bits
    _add_folders(tracks)
    return History(
        newest.distribution,
        tuple(numbers),
        tuple(sorted(set(newest.requires))),
        tuple(pythons),
        {dotted: _settle(tracks, dotted, probed) for dotted in sorted(tracks) if tracks[dotted].present},
    )


def _add_surface(tracks: dict[str, _Track], surface: Surface, bit: int) -> None:
    for dotted, module in surface.modules.items():
        if not _can_be_spelt(dotted):
            continue
        track = tracks[dotted]
        track.present |= bit
        if not module.open:
            track.closed |= bit
        elif module.open == "star":
            track.starred |= bit
        if module.package or module.open == "namespace":
            track.package |= bit
            if module.open == "namespace":
                track.namespace |= bit
        names = track.names
        for name, flag in module.names.items():
            names[name, flag] |= bit
        for name in module.unsure:
            track.unsure[name] |= bit


def _add_probe(tracks: dict[str, _Track], probe: Probe, bit: int) -> None:
    for dotted, listed in probe.modules.items():
        if listed is not None and _can_be_spelt(dotted):
            tracks[dotted].imported |= bit
            # `dir` may list, by a `__dir__`, what the module then refuses
            for name in set(listed).difference(probe.denied.get(dotted, ())):
                tracks[dotted].shown[name] |= bit
    for dotted, worked in probe.served.items():
        if _can_be_spelt(dotted):
            for name in worked:
                tracks[dotted].shown[name] |= bit
    for dotted, failed in probe.denied.items():
        # A module that the same probe could not import says nothing about its names.
        if _can_be_spelt(dotted) and probe.modules.get(dotted, ()) is not None:
            for name in failed:
                tracks[dotted].denied[name] |= bit


def _gone(tracks: Mapping[str, _Track], dotted: str, seen: int, probed: int) -> int:
    """The releases whose package denies a module that others make at run time; `seen` are those that showed it.

    Where the package of the package denies that one, the module is gone with it.
    """
    above, _, last = dotted.rpartition(".")
    package = tracks.get(above)
    if package is None:
        return _gone(tracks, above, seen, probed) if above else 0
    there = seen | package.shown.get(last, 0)
    for (name, _), bits in package.names.items():
        there |= bits if name == last else 0
    denied = package.denied.get(last, 0) & ~there
    gone = (denied | _between(denied, probed)) & ~there
    return gone | _gone(tracks, above, seen | package.present | package.imported, probed)


def _add_folders(tracks: dict[str, _Track]) -> None:
    """Make every module above another one exist, as a folder without `__init__` where nothing else is known."""
    for dotted in list(tracks):
        bits = tracks[dotted].present
        above = dotted.rpartition(".")[0]
        while above:
            missing = bits & ~tracks[above].present
            if not missing:
                break
            tracks[above].present |= missing
            tracks[above].package |= missing
            tracks[above].namespace |= missing
            above = above.rpartition(".")[0]


def _settle(tracks: Mapping[str, _Track], dotted: str, probed: int) -> ModuleHistory:
    track = tracks[dotted]
    names = {key: bits for key, bits in track.names.items() if _counts(key[0])}
    listed: dict[str, int] = defaultdict(int)
    for (name, _), bits in names.items():
        listed[name] |= bits
    shown = {name: bits for name, bits in track.shown.items() if _counts(name)}
    there, sure = {}, {}  # where a name is there, and where it is for sure, for every name that a probe speaks of
    for name in {*shown, *track.denied}:
        submodule = tracks.get(f"{dotted}.{name}")
        below = submodule.present if submodule else 0
        there[name] = listed.get(name, 0) | below
        sure[name] = listed.get(name, 0) & ~track.unsure.get(name, 0) | below
    only_shown = {name for name, bits in shown.items() if bits & ~there[name]}
    tricked = any(not name.startswith("_") for name in only_shown)
    denied = {}
    for name, failed in track.denied.items():
        free = track.present & ~track.starred & ~sure[name] & ~shown.get(name, 0)
        bits = (failed & free) | (_between(failed & free, probed) & free)
        if bits and _counts(name):
            denied[name] = bits
    names = {key: bits & ~denied.get(key[0], 0) for key, bits in names.items()}
    for name in only_shown:
        added = track.present & ~listed.get(name, 0) & ~denied.get(name, 0)
        names[name, ONLY_STUB] = names.get((name, ONLY_STUB), 0) | added
    closed = track.closed if track.imported and not tricked else 0
    return ModuleHistory(track.present, closed, track.package, track.namespace, names, denied)


def _between(denied: int, probed: int) -> int:
    """The releases that were not probed and whose nearest probed ones, below and above, are both in `denied`."""
    between = 0
    order = [number for number in range(probed.bit_length()) if probed >> number & 1]
    for below, above in pairwise(order):
        if denied >> below & 1 and denied >> above & 1:
            between |= (1 << above) - (1 << below + 1)
    return between


def _counts(name: str) -> bool:
    return name.isidentifier() and not (name.startswith("__") and name.endswith("__"))


def _can_be_spelt(dotted: str) -> bool:
    return all(part.isidentifier() for part in dotted.split("."))
