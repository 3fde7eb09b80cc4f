"""What an import that cannot succeed was probably meant to be.

First the same name elsewhere in the distribution or in what it depends on, preferring where it is defined and the
shortest public path; then, where no such name is, the most similar one of the same module.
"""

from __future__ import annotations

from prelaunch.index.package import PRESENT
from prelaunch.index.similar import similar, words
from prelaunch.index.surface import DEFINED, IMPORTED
from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.index.package import Package
    from prelaunch.index.store import Index

MOST = 3
"""More than three guesses help nobody."""

_NOT_OFFERED = frozenset(("test", "tests", "testing", "conftest", "benchmarks", "examples", "__main__"))

_OLD = frozenset(("v1", "deprecated", "legacy", "compat", "vendor", "vendored"))
"""Folders of what a distribution keeps for old programs: never the first choice."""

_ERRORS = frozenset(("error", "warning"))


class Suggestion(NamedTuple):
    """`from module import name`, or `import module` where `name` is None.

    `margin` is clear where no other guess comes near. `sure`: what was asked for has this one definition elsewhere in
    the same distribution, so that a fix may write it.
    """

    module: str
    name: str | None
    margin: Literal["clear", "unclear"]
    sure: bool = False


class _Place(NamedTuple):
    """A module that holds the name; the most likely one sorts first."""

    rank: int
    depth: int
    far: int
    module: str


def suggest(index: Index, package: Package, module: str, name: str | None, release: int = -1) -> tuple[Suggestion, ...]:
    """Guesses for `from module import name` (`import module`: None), best first, at most `MOST`; often none.

    `package` gives the top level of `module`; `release` is the number of the release that the project has (the
    newest). What the distribution requires is looked at in its newest release.
    """
    release %= len(package.releases)
    if name is None:
        above, _, last = module.rpartition(".")
        return _moved(package, above, last, release) if above else ()
    same = _same_name(index, package, module, name, release)
    if same and package.module(same[0].module, release) == PRESENT:
        return same[:MOST]
    alike = _alike(package, module, name, release)
    if not same or not alike or alike[0].margin == "unclear":
        return (same or alike)[:MOST]
    # A name of one telling word (`Router`) says less than one of the very module that looks alike (`APIRouter`).
    both = (*same[:1], alike[0], *same[1:]) if _telling(name) else (alike[0], *same)
    return tuple(each._replace(margin="unclear") for each in both[:MOST])


def _moved(package: Package, above: str, last: str, release: int) -> tuple[Suggestion, ...]:
    """Modules of the same last part elsewhere, else those beside it that are named alike."""
    found = {dotted for dotted in package.called(last, release) if _public(dotted)}
    if not found:
        guesses, clear = similar(last, (each for each in package.submodules(above, release) if _public(each)))
        alike = [f"{above}.{guess}" for guess in guesses]
        return tuple(Suggestion(each, None, _margin(clear and not at)) for at, each in enumerate(alike[:MOST]))
    order = sorted(found, key=lambda each: (each.count("."), _far(each, above), each))
    only = len(order) == 1
    return tuple(Suggestion(each, None, _margin(only), only) for each in order[:MOST])


def _alike(package: Package, module: str, name: str, release: int) -> tuple[Suggestion, ...]:
    """Names of the same module that look alike."""
    names = package.names(module, release)
    if names is None:
        return ()
    # What an ordinary module imports is there by accident; a package, or a module that defines nothing, offers it.
    offers = package.is_package(module, release) or DEFINED not in names.values()
    hidden = name.startswith("_")
    candidates = [each for each, flag in names.items() if offers or flag != IMPORTED]
    guesses, clear = similar(name, (each for each in candidates if hidden or not each.startswith("_")))
    return tuple(Suggestion(module, guess, _margin(clear and not at)) for at, guess in enumerate(guesses))


def _same_name(index: Index, package: Package, module: str, name: str, release: int) -> tuple[Suggestion, ...]:
    """Places elsewhere that hold the very name."""
    own = _holders(package, name, release)
    own.pop(module, None)
    theirs: dict[str, str] = {}
    for distribution in package.requires:
        other = index.package(distribution)
        if other and other is not package:
            theirs.update(_holders(other, name, len(other.releases) - 1))
    here = [each for each, flag in own.items() if flag == DEFINED]
    there = [each for each, flag in theirs.items() if flag == DEFINED]
    places = [_place(_rank_own(each, own[each], here, there), each, module) for each in own if _public(each)]
    places += [_place(_rank_other(each, there), each, module) for each in theirs if _public(each)]
    places.sort()
    # A re-export of the one definition is no rival to it.
    clear = {0: len(here) == 1, 1: len(there) == 1, 2: len(there) == 1}
    guesses = [
        Suggestion(place.module, name, _margin(not at and clear.get(place.rank, False)))
        for at, place in enumerate(places)
    ]
    if places and places[0].rank == 0 and clear[0]:
        same = _the_same(package, guesses[0], module, here[0])
        guesses[0] = guesses[0]._replace(sure=same, margin=_margin(same))
    return tuple(guesses)


def _the_same(package: Package, guess: Suggestion, module: str, definition: str) -> bool:
    """Whether a name that is defined once elsewhere is the one that was meant, and not another of that name."""
    name = str(guess.name)
    before = package.seen(module, name)
    if any((package.names(module, each) or {}).get(name) == DEFINED for each in before):
        # The module had its own; it moved only where the two never were side by side.
        return not set(before) & set(package.seen(definition, name))
    related = guess.module.startswith(f"{module}.") or module.startswith(f"{guess.module}.")
    return related or _telling(name)


def _telling(name: str) -> bool:
    """Whether a name can hardly mean two things: `url`, `task` and `ValidationError` may mean anything."""
    return len(set(words(name)) - _ERRORS) > 1


def _holders(package: Package, name: str, release: int) -> dict[str, str]:
    """The modules that hold a name or have a submodule of that name, tests left out, with the flag of the name."""
    found = {dotted.rpartition(".")[0]: DEFINED for dotted in package.called(name, release)}
    found.update(package.where(name, release))
    return {dotted: flag for dotted, flag in found.items() if _NOT_OFFERED.isdisjoint(dotted.split("."))}


def _rank_own(module: str, flag: str, here: Sequence[str], there: Sequence[str]) -> int:
    """How likely a module of the distribution itself is meant, 0 the most."""
    if not _OLD.isdisjoint(module.split(".")):
        return 6
    if flag != IMPORTED or _canonical(module, here):
        return 0
    last = module.rpartition(".")[2]
    if any(each.rpartition(".")[2] == last for each in there):
        return 1  # `fastapi.responses` hands on what `starlette.responses` defines
    return 3 if here and not any(map(_public, here)) else 4


def _rank_other(module: str, there: Sequence[str]) -> int:
    """The same for a module of what the distribution requires."""
    if not _OLD.isdisjoint(module.split(".")):
        return 6
    return 2 if _canonical(module, there) else 5


def _canonical(module: str, definitions: Sequence[str]) -> bool:
    """Whether a module defines the name or is a package above one that does, which offers it by its shorter path."""
    return any(each == module or each.startswith(f"{module}.") for each in definitions)


def _place(rank: int, module: str, asked: str) -> _Place:
    return _Place(rank, module.count("."), _far(module, asked), module)


def _far(module: str, asked: str) -> int:
    """How many parts two dotted names do not share."""
    ours, theirs = module.split("."), asked.split(".")
    shared = 0
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            break
        shared += 1
    return len(ours) + len(theirs) - 2 * shared


def _public(dotted: str) -> bool:
    return all(not part.startswith("_") and part not in _NOT_OFFERED for part in dotted.split("."))


def _margin(clear: bool) -> Literal["clear", "unclear"]:
    return "clear" if clear else "unclear"
