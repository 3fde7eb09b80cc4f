"""Which release is imported next, so that the end of a name that an open module serves is known."""

from __future__ import annotations

from prelaunch.index.boundaries import next_release
from prelaunch.index.surface import ModuleSurface, Probe, Surface

ASKED = {"lib": ("old",)}
CLOSED: dict[str, int] = {}


def surfaces(texts: str) -> list[Surface]:
    """A release a letter: `n` lists the name, `o` (open), `c` (closed) do not, `s` has a module for it, `m` none."""
    modules = {
        "n": {"lib": ModuleSurface({"old": "d"})},
        "o": {"lib": ModuleSurface({}, "getattr", package=True)},
        "c": {"lib": ModuleSurface({})},
        "s": {"lib": ModuleSurface({}, "getattr", package=True), "lib.old": ModuleSurface({})},
        "m": {},
    }
    return [Surface("lib", str(number), "", "", (), dict(modules[letter])) for number, letter in enumerate(texts)]


def probe(number: int, *, denied: str = "", served: str = "", failed: bool = False) -> Probe:
    modules: dict[str, tuple[str, ...] | None] = {"lib": None if failed else ()}
    return Probe("lib", str(number), "3.12", modules, {"lib": tuple(denied.split())}, {"lib": tuple(served.split())})


def test_the_middle_of_the_gap_between_a_release_with_the_name_and_one_that_denies_it_is_next() -> None:
    assert next_release(surfaces("nooooooo"), [probe(7, denied="old")], ASKED, CLOSED, ()) == 4
    assert next_release(surfaces("nooooooo"), [probe(7, denied="old"), probe(4, denied="old")], ASKED, CLOSED, ()) == 2
    assert next_release(surfaces("nooooooo"), [probe(7, denied="old"), probe(4, served="old")], ASKED, CLOSED, ()) == 6
    assert next_release(surfaces("sooc"), [], ASKED, {"lib": 0b1000}, ()) == 2


def test_nothing_is_next_where_the_end_is_known() -> None:
    assert next_release(surfaces("noooo"), [probe(1, denied="old"), probe(4, denied="old")], ASKED, CLOSED, ()) is None
    assert next_release(surfaces("nnnccc"), [], ASKED, {"lib": 0b111000}, ()) is None
    assert next_release(surfaces("noooo"), [], ASKED, CLOSED, ()) is None
    assert next_release(surfaces("noooo"), [probe(4, served="old")], ASKED, CLOSED, ()) is None
    assert next_release(surfaces("noooo"), [probe(4, denied="old")], {"lib": ("other",)}, CLOSED, ()) is None
    assert next_release(surfaces("nommm"), [probe(4)], ASKED, CLOSED, ()) is None


def test_a_release_that_was_tried_is_not_next_again() -> None:
    only_last = [probe(4, denied="old")]
    assert next_release(surfaces("noooo"), only_last, ASKED, CLOSED, {2}) == 3
    assert next_release(surfaces("noooo"), only_last, ASKED, CLOSED, {1, 2, 3}) is None


def test_a_release_that_only_looks_closed_says_nothing() -> None:
    assert next_release(surfaces("ncco"), [probe(3, denied="old")], ASKED, CLOSED, ()) == 2
    assert next_release(surfaces("ncco"), [probe(3, denied="old")], ASKED, {"lib": 0b0110}, ()) is None


def test_a_module_that_did_not_import_denies_nothing() -> None:
    assert next_release(surfaces("nooo"), [probe(3, denied="old", failed=True)], ASKED, CLOSED, ()) is None


def test_the_gap_of_the_most_names_is_first() -> None:
    asked = {"lib": ("old",), "lib.two": ("one", "two")}
    releases = surfaces("nooooo")
    for number, surface in enumerate(releases):
        names = {"one": "d", "two": "d"} if number < 4 else {}
        surface.modules["lib.two"] = ModuleSurface(names, "getattr")  # type: ignore[index]
    last = probe(5, denied="old")._replace(denied={"lib": ("old",), "lib.two": ("one", "two")})
    assert next_release(releases, [last], asked, CLOSED, ()) == 4


def test_a_module_that_is_gone_counts_as_a_name_of_its_package() -> None:
    releases = surfaces("oooo")
    releases[0].modules["lib.sub"] = ModuleSurface({"name": "d"})  # type: ignore[index]
    denies = probe(3, denied="sub")
    assert next_release(releases, [denies], {"lib.sub": ("name",)}, CLOSED, ()) == 2


def test_a_name_that_a_star_import_may_bring_is_not_known_to_be_there() -> None:
    releases = surfaces("nooo")
    for surface in releases[1:]:
        surface.modules["lib"] = ModuleSurface({"old": "i"}, "getattr", unsure=frozenset(("old",)))  # type: ignore[index]
    assert next_release(releases, [probe(3, denied="old")], ASKED, CLOSED, ()) == 2
