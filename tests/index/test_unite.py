"""When a name is there, absent or unknown: one small history a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.index.pack import pack
from prelaunch.index.store import ABSENT, PRESENT, UNKNOWN, Index, Package
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import unite

if TYPE_CHECKING:
    from collections.abc import Mapping


def module(*names: str, why: str = "", package: bool = False) -> ModuleSurface:
    return ModuleSurface(dict.fromkeys(names, "d"), why, package)


def package(*releases: dict[str, ModuleSurface], probes: tuple[Probe, ...] = ()) -> Package:
    surfaces = [Surface("lib", str(number), "", "", (), modules) for number, modules in enumerate(releases)]
    found = Index(pack([unite(surfaces, probes)])).package("lib")
    assert found
    return found


def probe(
    release: int,
    modules: dict[str, tuple[str, ...] | None] | None = None,
    *,
    denied: Mapping[str, tuple[str, ...]] | None = None,
    served: Mapping[str, tuple[str, ...]] | None = None,
    python: str = "3.12",
) -> Probe:
    return Probe("lib", str(release), python, modules or {}, denied or {}, served or {})


def names(found: Package, dotted: str, name: str) -> str:
    """`+` present, `-` absent, `?` unknown, one letter a release."""
    signs = {PRESENT: "+", ABSENT: "-", UNKNOWN: "?"}
    return "".join(signs[found.name(dotted, name, release)] for release in range(len(found.releases)))


def modules(found: Package, dotted: str) -> str:
    signs = {PRESENT: "+", ABSENT: "-", UNKNOWN: "?"}
    return "".join(signs[found.module(dotted, release)] for release in range(len(found.releases)))


def test_a_module_is_judged_once_a_real_import_of_some_release_confirmed_it() -> None:
    releases = ({"lib": module("a", "b")}, {"lib": module("a")})
    assert names(package(*releases), "lib", "b") == "+?"
    assert names(package(*releases, probes=(probe(0, {"lib": None}),)), "lib", "b") == "+?"
    assert names(package(*releases, probes=(probe(0, {"lib": ("a", "b")}),)), "lib", "b") == "+-"


def test_an_open_release_is_not_judged_where_its_neighbours_are() -> None:
    releases = ({"lib": module("a")}, {"lib": module("a", why="getattr")}, {"lib": module("a")})
    assert names(package(*releases, probes=(probe(2, {"lib": ("a",)}),)), "lib", "b") == "-?-"


def test_a_private_name_that_only_an_import_shows_is_in_every_release() -> None:
    releases = ({"lib": module("a")}, {"lib": module("a")}, {"lib": module("a")})
    found = package(*releases, probes=(probe(1, {"lib": ("_made", "a")}),))
    assert names(found, "lib", "_made") == "+++"
    assert names(found, "lib", "b") == "---"
    assert found.names("lib", 2) == {"a": "d", "_made": "s"}


def test_a_public_name_that_only_an_import_shows_opens_the_module() -> None:
    releases = ({"lib": module("a")}, {"lib": module("a")})
    found = package(*releases, probes=(probe(1, {"lib": ("a", "made")}, denied={"lib": ("gone",)}),))
    assert names(found, "lib", "made") == "++"
    assert names(found, "lib", "other") == "??"
    assert names(found, "lib", "gone") == "?-"


@pytest.mark.parametrize("shown", ["Model[int]", "__warningregistry__", "a-b", "a b"])
def test_what_no_import_can_spell_and_dunders_open_nothing(shown: str) -> None:
    found = package({"lib": module("a")}, probes=(probe(0, {"lib": ("a", shown)}),))
    assert names(found, "lib", "b") == "-"
    assert names(found, "lib", "__b__") == "?"


def test_a_submodule_is_a_name_of_its_package_and_opens_nothing() -> None:
    releases = ({"lib": module("a", package=True), "lib.sub": module()}, {"lib": module("a", package=True)})
    found = package(*releases, probes=(probe(0, {"lib": ("a", "sub")}),))
    assert names(found, "lib", "sub") == "+-"
    assert modules(found, "lib.sub") == "+-"
    assert modules(found, "lib.sub.deeper") == "?-"


def test_a_denied_name_counts_in_its_release_and_between_two() -> None:
    releases = [{"lib": module("BaseSettings")}] + [{"lib": module(why="getattr")} for _ in range(6)]
    denied = {"lib": ("BaseSettings",)}
    found = package(*releases, probes=(probe(0, {"lib": ("BaseSettings",)}), probe(2, denied=denied)))
    assert names(found, "lib", "BaseSettings") == "+?-????"
    found = package(*releases, probes=(probe(2, denied=denied), probe(4, denied=denied), probe(6)))
    assert names(found, "lib", "BaseSettings") == "+?---??"
    found = package(*releases, probes=(probe(2, denied=denied), probe(3, {"lib": None}), probe(5, denied=denied)))
    assert names(found, "lib", "BaseSettings") == "+?-??-?"


def test_a_name_that_works_under_one_python_is_not_denied_by_another() -> None:
    releases = ({"lib": module(why="getattr")},)
    asked = {"lib": ("old",)}
    both = (probe(0, denied=asked, python="3.13"), probe(0, served=asked, python="3.9"))
    assert names(package(*releases, probes=both), "lib", "old") == "+"
    assert names(package(*releases, probes=both[:1]), "lib", "old") == "-"


def test_a_module_that_takes_over_what_another_distribution_has_denies_nothing() -> None:
    content = {"lib": module(why="star")}
    assert names(package(content, probes=(probe(0, {"lib": ()}, denied={"lib": ("x",)}),)), "lib", "x") == "?"


def test_a_name_that_is_listed_and_refused_is_denied() -> None:
    content = {"lib": module(why="sys.modules", package=True)}
    assert names(package(content, probes=(probe(0, {"lib": ("x",)}, denied={"lib": ("x",)}),)), "lib", "x") == "-"


def test_a_name_in_the_wheel_is_never_denied() -> None:
    found = package({"lib": module("maybe")}, probes=(probe(0, {"lib": ()}, denied={"lib": ("maybe",)}),))
    assert names(found, "lib", "maybe") == "+"


def test_a_name_that_only_a_star_import_may_bring_is_denied_and_then_lacking() -> None:
    content = {"lib": module("float", "kept", why="getattr")._replace(unsure=frozenset(("float", "kept")))}
    gone = {"lib": ("float",)}
    probes = (probe(1, {"lib": ("kept",)}, denied=gone), probe(3, {"lib": ("kept",)}, denied=gone))
    found = package(content, content, content, content, content, probes=probes)
    assert names(found, "lib", "float") == "+---+"
    assert names(found, "lib", "kept") == "+++++"
    below = package({**content, "lib.float": module()}, probes=(probe(0, {"lib": ()}, denied=gone),))
    assert names(below, "lib", "float") == "+"


def test_a_served_name_is_in_every_release_but_where_it_is_denied() -> None:
    releases = [{"lib": module(why="getattr")} for _ in range(5)]
    asked = {"lib": ("shim",)}
    found = package(*releases, probes=(probe(1, served=asked), probe(2, denied=asked), probe(4, denied=asked)))
    assert names(found, "lib", "shim") == "++---"


def test_a_module_that_did_not_import_denies_nothing() -> None:
    found = package({"lib": module(why="getattr")}, probes=(probe(0, {"lib": None}, denied={"lib": ("x",)}),))
    assert names(found, "lib", "x") == "?"


def test_a_missing_module_is_judged_only_below_a_closed_regular_package() -> None:
    listed: dict[str, tuple[str, ...] | None] = {"lib": (), "lib.plain": (), "lib.space": ()}
    content = {
        "lib": module(package=True),
        "lib.plain": module(),
        "lib.space": module(why="namespace", package=True),
        "lib.lazy": module(why="getattr", package=True),
    }
    found = package(content, probes=(probe(0, listed),))
    assert modules(found, "lib.none") == modules(found, "lib.none.deeper") == "-"
    assert modules(found, "lib.plain.none") == "?"
    assert modules(found, "lib.space.none") == "?"
    assert modules(found, "lib.lazy.none") == "?"
    assert modules(found, "none") == modules(found, "") == "?"


def test_a_missing_module_that_is_a_name_of_its_package_is_unknown() -> None:
    found = package({"lib": module("path", package=True)}, probes=(probe(0, {"lib": ("path",)}),))
    assert modules(found, "lib.path") == names(found, "lib.path", "join") == "?"


def test_a_missing_module_that_an_open_package_denies_is_absent() -> None:
    content = {"lib": module(package=True, why="getattr")}
    found = package(content, probes=(probe(0, {"lib": ()}, denied={"lib": ("llms",)}),))
    assert modules(found, "lib.llms.openai") == "-"


def test_a_module_made_at_run_time_is_in_every_release_and_open() -> None:
    releases = ({"lib": module(package=True)}, {"lib": module(package=True)})
    found = package(*releases, probes=(probe(1, {"lib": (), "lib.moves": ("range",)}),))
    assert modules(found, "lib.moves") == "++"
    assert names(found, "lib.moves", "range") == "++"
    assert names(found, "lib.moves", "zip") == "??"


def test_a_module_made_at_run_time_is_not_in_the_releases_that_deny_it() -> None:
    releases = [{"lib": module(package=True, why="sys.modules")} for _ in range(5)]
    shown = probe(0, {"lib": (), "lib.task": ("run",)})
    gone = {"lib": ("task",)}
    found = package(*releases, probes=(shown, probe(2, {"lib": ()}, denied=gone), probe(4, {"lib": ()}, denied=gone)))
    assert modules(found, "lib.task") == "++---"
    assert names(found, "lib.task", "run") == "++---"
    deep = probe(0, {"lib": (), "lib.task.base": ("run",)})
    below = package(*releases, probes=(deep, probe(2, {"lib": ()}, denied=gone), probe(4, {"lib": ()}, denied=gone)))
    assert modules(below, "lib.task") == modules(below, "lib.task.base") == "++---"
    other = probe(2, {"lib": ("task",)}, python="3.8")
    back = package(*releases, probes=(shown, probe(2, {"lib": ()}, denied=gone), other))
    assert modules(back, "lib.task") == "+++++"


def test_a_folder_above_a_module_is_there_with_it() -> None:
    found = package({"lib": module(package=True), "lib.a.b": module()}, probes=(probe(0, {"lib": ()}),))
    assert modules(found, "lib.a") == "+"
    assert found.is_package("lib.a", 0)
    assert modules(found, "lib.a.c") == "?"


def test_a_flag_may_change_over_the_releases() -> None:
    releases = [{"lib": ModuleSurface({"x": flag})} for flag in "ddis"]
    found = package(*releases)
    assert [found.names("lib", release) for release in range(4)] == [{"x": flag} for flag in "ddis"]
    assert found.where("x") == (("lib", "s"),)
    assert found.where("x", 2) == (("lib", "i"),)


def test_a_probe_of_a_release_or_a_distribution_that_is_not_at_hand_is_left_aside() -> None:
    listed: dict[str, tuple[str, ...] | None] = {"lib": ("a",)}
    other = probe(0, listed)._replace(distribution="other")
    assert names(package({"lib": module("a")}, probes=(probe(7, listed), other)), "lib", "b") == "?"
