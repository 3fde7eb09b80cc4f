"""What the name index says of an import: which of the releases that the project may get lack what it names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from prelaunch.index.store import Index, Package

PYTHON = "python"
"""The pseudo-distribution of the standard library; its releases are versions of Python."""

NOT_JUDGED = frozenset({"distutils", "pkg_resources", "setuptools"})
"""Modules that another package puts in the place of one that is gone (setuptools brings `distutils` back)."""


class Asked:
    """What is imported: a module, a name of it (None: the module alone, "*": any), or an attribute that is read."""

    __slots__ = ("attribute", "module", "name")  # no named tuple: `typing` costs more than the whole look at a file

    def __init__(self, module: str, name: str | None = None, *, attribute: bool = False) -> None:
        self.module, self.name, self.attribute = module, name, attribute

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str | None, bool]:
        return self.module, self.name, self.attribute

    @property
    def top(self) -> str:
        """The first part of the module."""
        return self.module.partition(".")[0]

    def above(self) -> Iterator[str]:
        """The module and each package above it."""
        path = self.module
        while path:
            yield path
            path = path.rpartition(".")[0]


def provider(index: Index, top: str, named: Collection[str] = ()) -> Package | None:
    """The distribution that gives a top-level name, where the index holds it.

    Of several that give it, the only one among `named`, the distributions that a project says it uses.
    """
    if top in NOT_JUDGED:
        return None
    found = index.providers(top)
    if len(found) > 1:
        found = tuple(each for each in found if each in named)
    return index.package(found[0]) if len(found) == 1 else None


def lacking(package: Package, asked: Asked, release: int) -> str | None:
    """The dotted path that a release surely lacks, so that the import fails there; None where it may succeed."""
    if _is_special(asked.name):
        return None
    if asked.attribute:
        return _attribute(package, asked, release)
    verdict = package.module(asked.module, release)
    if verdict == "present":
        if asked.name in {None, "*"} or package.name(asked.module, str(asked.name), release) != "absent":
            return None
        return f"{asked.module}.{asked.name}"
    if verdict == "absent":
        return _first_missing(package, asked.module, release)
    # A top-level module may come from anywhere, but the standard library is known as a whole.
    top = asked.top
    if package.distribution == PYTHON and release not in package.seen(top) and package.seen(top):
        return top
    return None


def _is_special(name: str | None) -> bool:
    """Whether a name is a dunder: every module has some, and the import system sets more."""
    return name is not None and name.startswith("__") and name.endswith("__")


def _attribute(package: Package, asked: Asked, release: int) -> str | None:
    """An attribute counts only where it once was there: what is set from outside leaves no trace in a module."""
    name = str(asked.name)
    if package.name(asked.module, name, release) != "absent" or package.module(asked.module, release) != "present":
        return None
    return f"{asked.module}.{name}" if package.seen(asked.module, name) else None


def _first_missing(package: Package, module: str, release: int) -> str:
    parts = module.split(".")
    for number in range(2, len(parts)):
        path = ".".join(parts[:number])
        if package.module(path, release) == "absent":
            return path
    return module


def lacking_in_all(package: Package, asked: Asked, releases: Iterable[int]) -> str | None:
    """The path that every one of `releases` lacks; None where one may have it.

    Where some lack the module already, and others only the name, it is the name that all of them lack.
    """
    paths: set[str] = set()
    for release in releases:
        path = lacking(package, asked, release)
        if path is None:
            return None
        paths.add(path)
    return max(paths, key=len, default=None)


def always_there(package: Package, asked: Asked) -> bool:
    """Whether no release lacks it for sure, so that no version of the project needs to be known."""
    return all(lacking(package, asked, release) is None for release in range(len(package.releases)))


def history(package: Package, path: str) -> tuple[str, str]:
    """The last release that had the path before it went, and the first that had it ("" where none is known)."""
    module, _, name = path.rpartition(".")
    seen = sorted({*(package.seen(module, name) if module else ()), *package.seen(path)})
    if not seen:
        return "", ""
    return package.releases[seen[-1]], package.releases[seen[0]]


def around(releases: Sequence[str], version: str) -> tuple[int | None, int | None]:
    """The numbers of the nearest releases at or below a version, and at or above; None where there is none.

    A release between two that agree has what they have: what went came back in no case that was looked at.
    """
    from packaging.version import InvalidVersion, Version

    try:
        wanted = Version(version)
    except InvalidVersion:
        return None, None
    known = [Version(each) for each in releases]
    below = sum(each <= wanted for each in known) - 1
    above = sum(each < wanted for each in known)
    return below if below >= 0 else None, above if above < len(known) else None
