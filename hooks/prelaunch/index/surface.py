"""What extraction and real imports say of one release: the records that the parts of the index exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFINED = "d"
"""Bound in the module by def, class, assignment."""

IMPORTED = "i"
"""Bound by an import statement (a re-export, or accidental)."""

ONLY_STUB = "s"
"""Only in a .pyi, or only seen by a real import."""

_RANK = DEFINED + IMPORTED + ONLY_STUB


class ModuleSurface(NamedTuple):
    """One module: its names, public and private, dunders left out, with their flags.

    `open` says why the names cannot be listed ("getattr", "globals", "star", "extension", "namespace" ...), "" where
    they are all here. `package`: it has an `__init__`, or is a folder without one (`open="namespace"`). `unsure` are
    those of `names` that only a star import may bring, of a module whose `__all__` cannot be read.
    """

    names: Mapping[str, str]
    open: str = ""
    package: bool = False
    unsure: frozenset[str] = frozenset()


class Surface(NamedTuple):
    """The importable modules of one release of a distribution, tests included.

    `distribution` and `requires` (run-time dependencies, no extras) are normalised (PEP 503); `uploaded` is an ISO
    date or "".
    """

    distribution: str
    version: str
    requires_python: str
    uploaded: str
    requires: tuple[str, ...]
    modules: Mapping[str, ModuleSurface]

    def to_json(self) -> dict[str, Any]:
        """Plain data for a cache: sorted, names grouped by flag."""
        modules = {}
        for dotted, module in sorted(self.modules.items()):
            grouped: dict[str, list[str]] = {}
            for name, flag in sorted(module.names.items()):
                grouped.setdefault(flag, []).append(name)
            modules[dotted] = [grouped, module.open, module.package, sorted(module.unsure)]
        return {**self._asdict(), "requires": list(self.requires), "modules": modules}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Surface:
        """The surface that `to_json` gave."""
        modules = {
            dotted: ModuleSurface(
                {name: flag for flag, names in grouped.items() for name in names}, why, package, frozenset(unsure)
            )
            for dotted, (grouped, why, package, unsure) in data["modules"].items()
        }
        return cls(**{**data, "requires": tuple(data["requires"]), "modules": modules})


class Probe(NamedTuple):
    """What a real import of one release showed, under one Python.

    `modules`: dotted name -> sorted `dir()`; None where it did not import (a missing optional dependency and the
    like), which says nothing. `denied`: module -> candidate names that really fail (`from m import n` raises an
    ImportError naming n, m itself imported). `served`: module -> candidates that work.
    """

    distribution: str
    version: str
    python: str
    modules: Mapping[str, tuple[str, ...] | None]
    denied: Mapping[str, tuple[str, ...]]
    served: Mapping[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """Plain data for a cache, sorted."""
        modules = {dotted: None if names is None else list(names) for dotted, names in sorted(self.modules.items())}
        denied = {dotted: list(names) for dotted, names in sorted(self.denied.items())}
        served = {dotted: list(names) for dotted, names in sorted(self.served.items())}
        return {**self._asdict(), "modules": modules, "denied": denied, "served": served}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Probe:
        """The probe that `to_json` gave."""
        modules = {dotted: None if names is None else tuple(names) for dotted, names in data["modules"].items()}
        denied = {dotted: tuple(names) for dotted, names in data["denied"].items()}
        served = {dotted: tuple(names) for dotted, names in data["served"].items()}
        return cls(**{**data, "modules": modules, "denied": denied, "served": served})


def merge(surfaces: Iterable[Surface]) -> Surface:
    """The wheels of several platforms of one release as one: modules and names united, open if open in any."""
    first, *others = surfaces
    modules = dict(first.modules)
    for surface in others:
        for dotted, module in surface.modules.items():
            known = modules.get(dotted)
            modules[dotted] = module if known is None else _united(known, module)
    requires = dict.fromkeys(name for surface in (first, *others) for name in surface.requires)
    return first._replace(modules=modules, requires=tuple(requires))


def _united(one: ModuleSurface, other: ModuleSurface) -> ModuleSurface:
    names = dict(one.names)
    for name, flag in other.names.items():
        names[name] = min(names.get(name, flag), flag, key=_RANK.index)
    sure = (one.names.keys() - one.unsure) | (other.names.keys() - other.unsure)
    unsure = (one.unsure | other.unsure) - sure
    return ModuleSurface(names, one.open or other.open, one.package or other.package, unsure)
