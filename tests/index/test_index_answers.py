"""The whole way, surfaces and probes -> unite -> pack -> reader, against the rules written out naively."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.index.lookup import Asked, lacking, lacking_in_all
from prelaunch.index.pack import pack
from prelaunch.index.store import ABSENT, PRESENT, UNKNOWN, Index, Package
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import unite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.index.package import Verdict

MODULES = ["a", "a.b", "a.b.c", "a.x", "a.b.x", "e.f"]
NAMES = ["x", "y", "_p", "b", "c", "__all__", "not-a-name", "X y"]


def packed(surfaces: Sequence[Surface], probes: Sequence[Probe] = ()) -> Package:
    package = Index(pack([unite(surfaces, probes)])).package(surfaces[0].distribution)
    assert package
    return package


class Reference:
    """The confidence rules, one release and one name at a time."""

    def __init__(self, surfaces: Sequence[Surface], probes: Sequence[Probe]) -> None:
        self.surfaces = [dict(surface.modules) for surface in surfaces]
        versions = [surface.version for surface in surfaces]
        self.probes = [(versions.index(probe.version), probe) for probe in probes if probe.version in versions]
        dotted_everywhere = {dotted for _, probe in self.probes for dotted in {**probe.modules, **probe.served}}
        for dotted in sorted(dotted_everywhere):
            made = [
                at for at, probe in self.probes if self.imports(probe, dotted) and dotted not in surfaces[at].modules
            ]
            for release, modules in enumerate(self.surfaces if made else ()):
                if not self.gone(surfaces, dotted, release):
                    modules.setdefault(dotted, ModuleSurface({}, open="made"))
        for modules in self.surfaces:
            for dotted in list(modules):
                parts = dotted.split(".")
                for stop in range(1, len(parts)):
                    modules.setdefault(".".join(parts[:stop]), ModuleSurface({}, open="namespace", package=True))

    def gone(self, surfaces: Sequence[Surface], dotted: str, release: int) -> bool:
        """Whether a package above the module refuses the way to it, here or in the nearest imported releases."""
        probed = sorted({at for at, _ in self.probes})
        below, above = [at for at in probed if at < release], [at for at in probed if at > release]
        near = (below[-1], above[0]) if release not in probed and below and above else (release,)
        parts = dotted.split(".")
        return any(
            all(self.refused(surfaces, dotted, ".".join(parts[:stop]), parts[stop], at) for at in near)
            and not self.seen(surfaces, dotted, ".".join(parts[:stop]), parts[stop], release)
            for stop in range(1, len(parts))
        )

    def seen(self, surfaces: Sequence[Surface], dotted: str, parent: str, last: str, at: int) -> bool:
        way = [dotted]  # the module and those above it, down to the one that is asked for
        while way[-1] != f"{parent}.{last}":
            way.append(way[-1].rpartition(".")[0])
        here = [probe for number, probe in self.probes if number == at]
        listed = surfaces[at].modules.get(parent, ModuleSurface({})).names
        return (
            any(self.imports(probe, way[0]) or bool(self.raw(probe, way[0])) for probe in here)
            or any(each in surfaces[at].modules for each in way[1:])
            or any(probe.modules.get(each) is not None for probe in here for each in way[1:])
            or last in listed
            or any(last in self.raw(probe, parent) for probe in here)
        )

    def raw(self, probe: Probe, dotted: str) -> set[str]:
        listed = set(probe.modules.get(dotted) or ()).difference(probe.denied.get(dotted, ()))
        return {*listed, *probe.served.get(dotted, ())}

    def refused(self, surfaces: Sequence[Surface], dotted: str, parent: str, last: str, at: int) -> bool:
        denies = any(
            number == at and last in probe.denied.get(parent, ()) and probe.modules.get(parent, ()) is not None
            for number, probe in self.probes
        )
        return denies and not self.seen(surfaces, dotted, parent, last, at)

    def imports(self, probe: Probe, dotted: str) -> bool:
        return probe.modules.get(dotted) is not None or bool(probe.served.get(dotted))

    def shown(self, dotted: str, release: int) -> set[str]:
        names: set[str] = set()
        for at, probe in self.probes:
            if at == release:
                listed = set(probe.modules.get(dotted) or ()).difference(probe.denied.get(dotted, ()))
                names |= {*listed, *probe.served.get(dotted, ())}
        return {name for name in names if self.counts(name)}

    def counts(self, name: str) -> bool:
        return name.isidentifier() and not (name.startswith("__") and name.endswith("__"))

    def sure(self, dotted: str, name: str, release: int) -> bool:
        modules = self.surfaces[release]
        listed = dotted in modules and name in modules[dotted].names and self.counts(name)
        return listed or f"{dotted}.{name}" in modules

    def dynamic_only(self, dotted: str) -> set[str]:
        return {
            name
            for release in range(len(self.surfaces))
            for name in self.shown(dotted, release)
            if not self.sure(dotted, name, release)
        }

    def closed(self, dotted: str, release: int) -> bool:
        module = self.surfaces[release].get(dotted)
        confirmed = any(probe.modules.get(dotted) is not None for _, probe in self.probes)
        tricked = any(not name.startswith("_") for name in self.dynamic_only(dotted))
        return module is not None and not module.open and confirmed and not tricked

    def denied_by_probe(self, dotted: str, name: str, release: int) -> bool:
        asked = [
            probe
            for at, probe in self.probes
            if at == release and name in probe.denied.get(dotted, ()) and probe.modules.get(dotted, ()) is not None
        ]
        there = name in self.shown(dotted, release) or self.sure(dotted, name, release)
        found = self.surfaces[release].get(dotted)
        return bool(asked) and found is not None and found.open != "star" and not there

    def denied(self, dotted: str, name: str, release: int) -> bool:
        if self.denied_by_probe(dotted, name, release):
            return True
        probed = sorted({at for at, _ in self.probes})
        below = [at for at in probed if at < release]
        above = [at for at in probed if at > release]
        return (
            release not in probed
            and self.surfaces[release].get(dotted, ModuleSurface({})).open != "star"
            and bool(below and above)
            and self.denied_by_probe(dotted, name, below[-1])
            and self.denied_by_probe(dotted, name, above[0])
        )

    def name(self, dotted: str, name: str, release: int) -> Verdict:
        if dotted not in self.surfaces[release]:
            return self.module(dotted, release)
        if self.sure(dotted, name, release) or name in self.shown(dotted, release):
            return PRESENT
        if not self.counts(name) and name.isidentifier():
            return UNKNOWN
        if self.counts(name) and self.denied(dotted, name, release):
            return ABSENT
        if name in self.dynamic_only(dotted):
            return PRESENT
        return ABSENT if self.closed(dotted, release) else UNKNOWN

    def module(self, dotted: str, release: int) -> Verdict:
        modules = self.surfaces[release]
        if dotted in modules:
            return PRESENT
        parts = dotted.split(".")
        for stop in range(len(parts) - 1, 0, -1):
            parent = ".".join(parts[:stop])
            if parent in modules:
                regular = modules[parent].package and modules[parent].open != "namespace"
                return ABSENT if regular and self.name(parent, parts[stop], release) == ABSENT else UNKNOWN
        return UNKNOWN


flags = st.sampled_from("dis")
names = st.lists(st.sampled_from(NAMES), unique=True, max_size=5).map(tuple)
module_surfaces = st.builds(
    ModuleSurface,
    names=st.dictionaries(st.sampled_from(NAMES), flags, max_size=4),
    open=st.sampled_from(["", "", "", "getattr", "namespace", "star"]),
    package=st.booleans(),
)


@st.composite
def releases(draw: st.DrawFn) -> tuple[list[Surface], list[Probe]]:
    count = draw(st.integers(1, 6))
    contents = st.dictionaries(st.sampled_from(MODULES), module_surfaces, max_size=5)
    surfaces = [Surface("d", f"{number}.0", "", "", (), draw(contents)) for number in range(count)]
    probes = [
        Probe(
            distribution="d",
            version=f"{draw(st.integers(0, count))}.0",  # one that is not indexed, too
            python=draw(st.sampled_from(["3.11", "3.12"])),
            modules=draw(st.dictionaries(st.sampled_from(MODULES), st.none() | names, max_size=5)),
            denied=draw(st.dictionaries(st.sampled_from(MODULES), names, max_size=3)),
            served=draw(st.dictionaries(st.sampled_from(MODULES), names, max_size=2)),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    return surfaces, probes


@settings(max_examples=400, deadline=None)
@given(releases())
def test_every_answer_is_that_of_the_rules_written_out(given_releases: tuple[list[Surface], list[Probe]]) -> None:
    surfaces, probes = given_releases
    package = packed(surfaces, probes)
    reference = Reference(surfaces, probes)
    for release in range(len(surfaces)):
        for module in [*MODULES, "a.b.c.d", "a.z.y", "z", "z.y", "e", ""]:
            where = (module, release)
            assert package.module(module, release) == reference.module(module, release), where
            assert package.is_closed(module, release) == reference.closed(module, release), where
            for name in [*NAMES, "never", "z"]:
                found = package.name(module, name, release)
                assert found == reference.name(module, name, release), (*where, name)


@settings(max_examples=200, deadline=None)
@given(releases())
def test_what_is_listed_is_present_and_keeps_its_flag(given_releases: tuple[list[Surface], list[Probe]]) -> None:
    surfaces, probes = given_releases
    package = packed(surfaces, probes)
    for release, surface in enumerate(surfaces):
        assert set(surface.modules) <= set(package.modules(release))
        for module, content in surface.modules.items():
            listed = package.names(module, release)
            assert listed is not None
            for name, flag in content.names.items():
                if name.isidentifier() and not name.startswith("__"):
                    assert listed[name] == flag
                    assert release in package.seen(module, name)
                    assert (module, flag) in package.where(name, release)
            assert package.is_package(module, release) == (content.package or content.open == "namespace")
            assert release in package.seen(module)


def test_where_some_releases_lack_the_module_and_others_the_name_it_is_the_name_that_all_lack() -> None:
    old = Surface("a", "1.0", "", "", (), {"a": ModuleSurface({}, package=True)})
    new = old._replace(version="2.0", modules={**old.modules, "a.b": ModuleSurface({"x": "d"})})
    probe = Probe("a", "2.0", "3.12", {"a": ("b",), "a.b": ("x",)}, {}, {})
    package = packed([old, new], [probe])
    assert [lacking(package, Asked("a.b", "y"), release) for release in (0, 1)] == ["a.b", "a.b.y"]
    assert lacking_in_all(package, Asked("a.b", "y"), (0, 1)) == "a.b.y"
    assert lacking_in_all(package, Asked("a.b", "x"), (0, 1)) is None
