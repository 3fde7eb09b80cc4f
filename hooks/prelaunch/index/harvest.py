"""One distribution of the registry to its history: releases chosen, wheels read, some releases really imported."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index.boundaries import next_release
from prelaunch.index.cache import Cache
from prelaunch.index.extract import EXTRACTOR_VERSION, TESTS, normalised, surface_of
from prelaunch.index.probe import PROBE_VERSION, Environment, ProbeError, Python
from prelaunch.index.registry import Registry, RegistryError
from prelaunch.index.releases import LARGEST, Release, choose
from prelaunch.index.surface import Probe, Surface, merge
from prelaunch.index.unite import unite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prelaunch.index.bindings import Bindings

MOST_PROBES = 7
"""Releases of one distribution that are really imported: the last and the first of each major, the newest first."""

FEW_PROBES = 2
"""... and where no names are to be asked for: the last ones of the two newest majors confirm the modules."""

MOST_SPLITS = 12
"""... and those that are imported besides, to find the ends of names that are asked for."""

MOST_MODULES = 4_000
"""Modules of one release that are really imported, those nearest to the top first."""

_NOT_IMPORTED = TESTS | {"__main__", "conftest", "setup", "examples", "example", "benchmarks", "docs"}
_COMPANION_SECONDS = 120.0

_LAST = frozenset({"test", "testing", "_vendor", "contrib"})
"""Imported after all others: what they bring in may take the time that is left, or change what is there."""

_PYTHON_CAME = {
    "3.6": "2016-12-23", "3.7": "2018-06-27", "3.8": "2019-10-14", "3.9": "2020-10-05", "3.10": "2021-10-04",
    "3.11": "2022-10-24", "3.12": "2023-10-02", "3.13": "2024-10-07", "3.14": "2025-10-07",
}  # fmt: skip


class Options(NamedTuple):
    """What a harvest needs to know; plain, so that it can be handed to another process.

    `companions` are the distributions that may be installed beside a release whose modules ask for them.
    """

    cache: str
    address: str | None = None
    pythons: tuple[Python, ...] = ()
    asked: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    probing: bool = True
    companions: frozenset[str] = frozenset()


class Harvest(NamedTuple):
    """Everything that is known of a distribution, and what went wrong on the way (lines for the report).

    `fetched` are the bytes that came from the registry for it, those of `uv` left out.
    """

    distribution: str
    surfaces: tuple[Surface, ...]
    probes: tuple[Probe, ...]
    problems: tuple[str, ...]
    fetched: int = 0


def harvest(distribution: str, options: Options) -> Harvest:
    """Read one distribution. Problems of single releases are lines of the result; `RegistryError` where all fails."""
    cache = Cache(options.cache)
    registry = Registry(options.address)
    problems: list[str] = []
    known: dict[tuple[str, str], Bindings] = {}
    surfaces: list[tuple[Release, Surface]] = []
    wheels = registry.wheels(distribution)
    large = sum(wheel.size > LARGEST for wheel in wheels)
    if large:
        problems.append(
            f"{distribution}: {large} of {len(wheels)} wheels left out, of more than {LARGEST // 1_000_000} MB"
        )
    for release in choose(wheels):
        try:
            surfaces.append((release, _surface(release, registry, cache, known)))
        except (RegistryError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            problems.append(f"{distribution} {release.version}: {error}")
    probes: list[Probe] = []
    chosen = _probed(surfaces, asked=distribution in options.asked) if options.probing and options.pythons else []
    lasts = _lasts([surface for _, surface in surfaces])
    for alternatives in chosen:
        for release, surface in alternatives:
            try:
                probes.append(_probe(release, surface, lasts, options, cache))
                break
            except ProbeError as error:
                problems.append(f"{distribution} {release.version} was not imported: {error}")
    if probes and probes[0].version == surfaces[-1][1].version:
        try:
            probes += _with_companions(*surfaces[-1], probes[0], options, cache)
        except ProbeError as error:
            problems.append(f"{distribution} {probes[0].version} was not imported with what it asks for: {error}")
    if chosen:
        problems += _split(surfaces, probes, lasts, options, cache)
    found = tuple(surface for _, surface in surfaces)
    return Harvest(distribution, found, tuple(probes), tuple(problems), registry.fetched)


def _surface(release: Release, registry: Registry, cache: Cache, known: dict[tuple[str, str], Bindings]) -> Surface:
    # what this Python cannot parse is open: a newer one reads more
    key = json.dumps([EXTRACTOR_VERSION, sys.version_info[:2], [wheel.sha256 or wheel.url for wheel in release.wheels]])
    kept = cache.get("surfaces", key)
    if kept is not None:
        return Surface.from_json(kept)
    read = [surface_of(io.BytesIO(registry.fetch(wheel)), release.uploaded, known) for wheel in release.wheels]
    surface = merge(read)
    cache.put("surfaces", key, surface.to_json())
    return surface


def _probed(surfaces: Sequence[tuple[Release, Surface]], *, asked: bool) -> list[list[tuple[Release, Surface]]]:
    """The releases to be imported: the last of each major and, where a module is open, the first; newest first.

    `asked`: names are to be asked for. Behind a last one stands the one before it, for where it cannot be installed.

    What an open module serves is only known of releases that were asked, and of those between two that agree.
    """
    majors: dict[str, list[tuple[Release, Surface]]] = {}
    for each in surfaces:
        majors.setdefault(each[0].version.partition(".")[0], []).append(each)
    found: list[list[tuple[Release, Surface]]] = []
    for group in reversed(majors.values()):
        found.append(group[:-3:-1])
        first = group[0]
        if (
            asked
            and len(group) > 1
            and any(module.open not in {"", "namespace", "tests"} for module in first[1].modules.values())
        ):
            found.append([first])
    return found[: MOST_PROBES if asked else FEW_PROBES]


def _lasts(surfaces: Sequence[Surface]) -> list[Surface]:
    """The last release of each minor version; what lived for some patches only, nobody is asked for."""
    minors = {tuple(surface.version.split(".")[:2]): surface for surface in surfaces}
    return list(minors.values())


def _split(
    surfaces: Sequence[tuple[Release, Surface]],
    probes: list[Probe],
    lasts: Sequence[Surface],
    options: Options,
    cache: Cache,
) -> Iterator[str]:
    """Import more releases, into `probes`, until it is known which was the first without each name that is asked for.

    Gives the problems, lines for the report.
    """
    every = [surface for _, surface in surfaces]
    asked = options.asked.get(every[-1].distribution, {})
    closed = {dotted: module.closed for dotted, module in unite(every, probes).modules.items()}
    tried = {number for number, surface in enumerate(every) if any(surface.version == each.version for each in probes)}
    for _ in range(MOST_SPLITS):
        number = next_release(every, probes, asked, closed, tried)
        if number is None:
            break
        tried.add(number)
        try:
            probes.append(_probe(*surfaces[number], lasts, options, cache))
        except ProbeError as error:
            yield f"{every[number].distribution} {every[number].version} was not imported: {error}"


def _probe(release: Release, surface: Surface, every: Iterable[Surface], options: Options, cache: Cache) -> Probe:
    python = _python_for(release, options.pythons)
    candidates = _candidates(surface, every, options.asked.get(surface.distribution, {}))
    modules = sorted(
        (name for name in surface.modules if _NOT_IMPORTED.isdisjoint(name.split("."))),
        key=lambda name: (not _LAST.isdisjoint(name.split(".")), name.count("."), name),
    )[:MOST_MODULES]
    told = hashlib.sha256(json.dumps([modules, sorted(candidates.items())]).encode()).hexdigest()
    key = json.dumps([PROBE_VERSION, surface.distribution, surface.version, python.version, told])
    kept = cache.get("probes", key)
    if kept is not None:
        return Probe.from_json(kept)
    with _environment(release, surface, python, options) as environment:
        probe = environment.probe(surface.distribution, surface.version, modules, candidates)
    cache.put("probes", key, probe.to_json())
    return probe


def _with_companions(release: Release, surface: Surface, probe: Probe, options: Options, cache: Cache) -> list[Probe]:
    """One more probe, of the modules that need what is not required: popular distributions that they ask for.

    `fastapi.testclient` needs httpx, which nobody gets with fastapi alone. Raises `ProbeError`, and then keeps nothing.
    """
    failed = [module for module, names in probe.modules.items() if names is None]
    if not failed or not options.companions:
        return []
    candidates = _candidates(surface, (), options.asked.get(surface.distribution, {}))
    told = [failed, sorted(candidates.items()), sorted(options.companions)]
    key = json.dumps([PROBE_VERSION, "companions", surface.distribution, surface.version, probe.python, *told])
    kept = cache.get("probes", key)
    if kept is not None:
        return [Probe.from_json(kept)]
    python = next(each for each in options.pythons if each.version == probe.python)
    more = Probe(surface.distribution, surface.version, probe.python, {}, {}, {})
    with _environment(release, surface, python, options) as environment:
        environment.probe(surface.distribution, surface.version, failed, {}, _COMPANION_SECONDS)
        wanted = {normalised(module.partition(".")[0]) for module in environment.lacked}
        found = sorted(wanted & options.companions - {surface.distribution})
        if found:
            environment.add(found)
            more = environment.probe(surface.distribution, surface.version, failed, candidates, _COMPANION_SECONDS)
    cache.put("probes", key, more.to_json())
    return [more]


def _environment(release: Release, surface: Surface, python: Python, options: Options) -> Environment:
    before = (date.fromisoformat(release.uploaded) + timedelta(days=180)).isoformat() if release.uploaded else ""
    requirement = f"{surface.distribution}=={surface.version}"
    return Environment(python, requirement, before=before, address=options.address or Registry().address)


def _python_for(release: Release, pythons: Sequence[Python]) -> Python:
    """The newest interpreter that was out when the release came, and that it admits and has a wheel for."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        admitted = SpecifierSet(release.requires_python)
    except InvalidSpecifier:
        admitted = SpecifierSet("")
    fitting = [each for each in pythons if admitted.contains(f"{each.version}.99") and _has_wheel(release, each)]
    timely = [each for each in fitting if _PYTHON_CAME.get(each.version, "9") <= release.uploaded]
    found = timely or fitting[:1]
    if not found:
        raise ProbeError(f"no interpreter at hand fits (Python {release.requires_python or 'any'})")
    return found[-1]


def _has_wheel(release: Release, python: Python) -> bool:
    tag = f"cp{python.version.replace('.', '')}"
    for wheel in release.wheels:
        interpreters, _, rest = wheel.tags.partition("-")
        if "any" in rest or "abi3" in rest or tag in interpreters.split(".") or "py3" in interpreters.split("."):
            return True
    return False


def _candidates(surface: Surface, every: Iterable[Surface], asked: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The names to ask each module for: what other releases had, what may be here, and what people wrongly import."""
    wanted: dict[str, set[str]] = {module: set(names) for module, names in asked.items() if module in surface.modules}
    for dotted, module in surface.modules.items():
        if module.unsure:
            wanted.setdefault(dotted, set()).update(module.unsure)
    for other in every:
        for dotted, module in other.modules.items():
            mine = surface.modules.get(dotted)
            if mine is not None:
                missing = {name for name in module.names if name not in mine.names}
                if missing:
                    wanted.setdefault(dotted, set()).update(missing)
            else:
                parent, _, last = dotted.rpartition(".")
                if parent in surface.modules:
                    wanted.setdefault(parent, set()).add(last)
    for dotted in list(asked):
        parent, _, last = dotted.rpartition(".")
        if dotted not in surface.modules and parent in surface.modules:
            wanted.setdefault(parent, set()).add(last)
    return {module: sorted(names) for module, names in wanted.items() if _NOT_IMPORTED.isdisjoint(module.split("."))}
