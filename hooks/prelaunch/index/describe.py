"""What the name index holds, in words: `prelaunch index info [DISTRIBUTION]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.index.lookup import PYTHON

if TYPE_CHECKING:
    from prelaunch.index.package import Package
    from prelaunch.index.store import Index


def describe(index: Index, distribution: str | None = None) -> str:
    """Lines about the whole index, or about one distribution (normalised name); no line end behind the last.

    A distribution that is not in the index gets one line that says so.
    """
    if distribution is None:
        return _whole(index)
    package = index.package(distribution)
    return _one(package) if package else f"{distribution} is not in the name index"


def _whole(index: Index) -> str:
    names = index.distributions
    lines = [
        f"built {index.built or 'at an unknown date'} by {index.generator or 'an unknown generator'}",
        f"{_count(len(names), 'distribution')}:",
    ]
    width = max(map(len, names), default=0)
    for name in names:
        package = index.package(name)
        if package:
            known = " (the standard library)" if name == PYTHON else ""
            lines.append(f"  {name:<{width}}  {_releases(package)}{known}")
    return "\n".join(lines)


def _one(package: Package) -> str:
    newest = len(package.releases) - 1
    modules = package.modules(newest)
    closed = [dotted for dotted in modules if package.is_closed(dotted, newest)]
    names = sum(len(package.names(dotted, newest) or ()) for dotted in modules)
    tops = sorted({dotted.partition(".")[0] for dotted in modules})
    lines = [
        f"{package.distribution}  {_releases(package)}",
        f"newest: {_count(len(modules), 'module')}, {len(closed)} of them closed; {_count(names, 'name')}",
        f"top level: {', '.join(tops) or 'none'}",
        f"requires: {', '.join(package.requires) or 'nothing'}",
    ]
    if package.pythons[-1:] != ("",):
        lines.append(f"python: {package.pythons[-1]}")
    return "\n".join(lines)


def _releases(package: Package) -> str:
    releases = package.releases
    if len(releases) < 2:
        return f"1 release, {releases[0]}"
    return f"{len(releases)} releases, {releases[0]} to {releases[-1]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
