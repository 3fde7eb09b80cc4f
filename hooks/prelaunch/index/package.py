"""One distribution of the name index: its releases, its modules and their names, and what may be said about them."""

from __future__ import annotations

from bisect import bisect_right

from prelaunch import CannotRunError
from prelaunch.index.layout import DENIED, MODULE
from prelaunch.index.spans import numbers, parse

TYPE_CHECKING = False  # importing `typing` would cost more than a lookup
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Final, Literal, TypeAlias

    Verdict: TypeAlias = Literal["present", "absent", "unknown"]
    # where a block stands: offset from the first block, size, CRC-32 of its bytes
    Block: TypeAlias = tuple[int, int, int]

PRESENT: Final = "present"
ABSENT: Final = "absent"
UNKNOWN: Final = "unknown"

LONGEST = 1_000
"""No module's dotted name is longer; one that is would be slow to walk up."""


class IndexDamaged(CannotRunError):  # noqa: N818 - it says what is wrong, as the message does
    """A data file that is not, or is no longer, an index that this version reads; the message is one line."""


class _Module:
    """One module; every int is a set of release numbers. `groups` are (flag, releases, names).

    No NamedTuple: that would cost the start-up of every run a millisecond.
    """

    __slots__ = ("closed", "denied", "groups", "names", "namespace", "package", "present")

    def __init__(self, text: str, everywhere: int) -> None:
        """`text` is the module in a block, FORMAT.md; `ValueError` where it is none."""
        head, *lines = text.split("\n")
        _, span, closed, package, namespace = head.split(" ")
        self.present = present = parse(span, everywhere)
        self.closed = parse(closed, present)
        self.package = parse(package, present)
        self.namespace = parse(namespace, present)
        self.groups: list[tuple[str, int, list[str]]] = []
        self.names: dict[str, int] = {}
        self.denied: dict[str, int] = {}
        for line in lines:
            first, *group = line.split(" ")
            flag, bits = first[:1], parse(first[1:], present)
            self.groups.append((flag, bits, group))
            into = self.denied if flag == DENIED else self.names
            for name in group:
                into[name] = into.get(name, 0) | bits


class Package:
    """A distribution of the index. A release is spoken of by its number, its place in `releases`.

    `distribution` is the normalised name; `releases` ascend; `requires`
    are the normalised run-time dependencies of the newest one; `pythons` holds what
    each release requires of the Python version ("" where nothing).
    """

    def __init__(self, distribution: str, read: Callable[[Block], str], block: Block) -> None:
        """`read` gives the text of a block, `block` is the distribution's first one."""
        self.distribution = distribution
        self._read = read
        self._modules: dict[str, _Module] = {}
        head, *modules = read(block).split(MODULE)
        releases: tuple[str, ...] = ()
        requires: tuple[str, ...] = ()
        pythons: list[tuple[str, str]] = []
        chunks: list[tuple[str, Block]] = []
        try:
            for line in head.split("\n"):
                key, _, rest = line.partition(" ")
                if key == "releases":
                    releases = tuple(rest.split())
                elif key == "requires":
                    requires = tuple(rest.split())
                elif key == "python":
                    span, _, python = rest.partition(" ")
                    pythons.append((span, python))
                elif key == "chunk":
                    at, size, crc, first = rest.split(" ")
                    chunks.append((first, (int(at), int(size), int(crc))))
            self._everywhere = (1 << len(releases)) - 1
            spans = [(parse(span, self._everywhere), python) for span, python in pythons]
        except ValueError:
            releases, spans = (), []
        if not releases:
            raise IndexDamaged(f"the name index is damaged: the entry of {distribution} cannot be read")
        self.releases = releases
        self.requires = requires
        self.pythons = tuple(
            next((python for bits, python in spans if bits >> number & 1), "") for number in range(len(releases))
        )
        self._firsts = [first for first, _ in chunks] or [""]
        self._places = [place for _, place in chunks]
        # The text of each module, by chunk; None where the chunk was not asked for yet.
        self._texts: list[dict[str, str] | None] = [None] * len(chunks) if chunks else [_by_name(modules)]

    def module(self, dotted: str, release: int) -> Verdict:
        """Whether the module is there. A missing one is ABSENT only below a regular package that lacks the name."""
        if self._at(dotted, release):
            return PRESENT
        if len(dotted) > LONGEST:
            return UNKNOWN
        parent, dot, part = dotted.rpartition(".")
        while dot:
            # The first part that is missing decides: nothing below it can be imported.
            above = self._at(parent, release)
            if above:
                regular = above.package & ~above.namespace
                # A name that the package has may be a module that it makes at run time (`os.path`).
                absent = regular >> release & 1 and self._judge(above, parent, part, release) == ABSENT
                return ABSENT if absent else UNKNOWN
            parent, dot, part = parent.rpartition(".")
        return UNKNOWN

    def name(self, module: str, name: str, release: int) -> Verdict:
        """Whether `from module import name` finds the name; a submodule that exists counts.

        The name of a module that is ABSENT is ABSENT, that of one that is UNKNOWN is UNKNOWN.
        """
        found = self._at(module, release)
        return self._judge(found, module, name, release) if found else self.module(module, release)

    def is_package(self, module: str, release: int) -> bool:
        """Whether the module is there and is a package, with an `__init__` or without."""
        found = self._at(module, release)
        return found is not None and bool(found.package >> release & 1)

    def is_closed(self, module: str, release: int) -> bool:
        """Whether the names of the module are all known in the release."""
        found = self._at(module, release)
        return found is not None and bool(found.closed >> release & 1)

    def seen(self, module: str, name: str | None = None) -> tuple[int, ...]:
        """The releases that have the module, or the name in it (a submodule counts), for sure."""
        found = self._module(module)
        if name is None or not found:
            return numbers(found.present) if found else ()
        below = self._module(f"{module}.{name}")
        return numbers((found.names.get(name, 0) | (below.present if below else 0)) & found.present)

    def names(self, module: str, release: int) -> Mapping[str, str] | None:
        """The names of a module and their flags (`surface.py`), without submodules; None where it is not there."""
        found = self._at(module, release)
        if not found:
            return None
        return {
            name: flag for flag, bits, group in found.groups if flag != DENIED and bits >> release & 1 for name in group
        }

    def modules(self, release: int) -> tuple[str, ...]:
        """The modules of a release, sorted. Reads the whole distribution."""
        return tuple(dotted for dotted in self._every() if self._at(dotted, release))

    def where(self, name: str, release: int = -1) -> tuple[tuple[str, str], ...]:
        """The modules that hold `name` in a release (the newest), sorted, each with the name's flag.

        Reads the whole distribution; a module of that name is no holder of it.
        """
        release %= len(self.releases)
        found = []
        for dotted, text in self._every().items():
            if name in text:  # far faster than to split the names of every module
                flag = (self.names(dotted, release) or {}).get(name)
                if flag:
                    found.append((dotted, flag))
        return tuple(found)

    def called(self, name: str, release: int = -1) -> tuple[str, ...]:
        """The modules of a release (the newest) whose last part is `name`, sorted. Reads the whole distribution."""
        release %= len(self.releases)
        ending = f".{name}"
        return tuple(dotted for dotted in self._every() if dotted.endswith(ending) and self._at(dotted, release))

    def submodules(self, module: str, release: int) -> tuple[str, ...]:
        """The last parts of the modules right below a module, sorted. Reads the whole distribution."""
        start = f"{module}."
        below = (dotted for dotted in self._every() if dotted.startswith(start))
        direct = (dotted for dotted in below if "." not in dotted[len(start) :])
        return tuple(dotted[len(start) :] for dotted in direct if self._at(dotted, release))

    def _judge(self, found: _Module, module: str, name: str, release: int) -> Verdict:
        if found.names.get(name, 0) >> release & 1 or self._at(f"{module}.{name}", release):
            return PRESENT
        if found.denied.get(name, 0) >> release & 1:
            return ABSENT
        # Dunders are in no list: every module has some.
        dunder = name.startswith("__") and name.endswith("__")
        return ABSENT if found.closed >> release & 1 and not dunder else UNKNOWN

    def _at(self, dotted: str, release: int) -> _Module | None:
        """The module, where the release has it."""
        found = self._module(dotted)
        return found if found and found.present >> release & 1 else None

    def _module(self, dotted: str) -> _Module | None:
        if dotted not in self._modules:
            chunk = bisect_right(self._firsts, dotted) - 1
            text = self._chunk(chunk).get(dotted) if chunk >= 0 else None
            if text is None:
                return None  # not kept: a repository may ask for any number of names
            try:
                self._modules[dotted] = _Module(text, self._everywhere)
            except ValueError:
                raise IndexDamaged(
                    f"the name index is damaged: {dotted} of {self.distribution} cannot be read"
                ) from None
        return self._modules[dotted]

    def _chunk(self, number: int) -> dict[str, str]:
        texts = self._texts[number]
        if texts is None:
            texts = self._texts[number] = _by_name(self._read(self._places[number]).split(MODULE)[1:])
        return texts

    def _every(self) -> dict[str, str]:
        """The text of every module, in order of the names."""
        every: dict[str, str] = {}
        for number in range(len(self._texts)):
            every.update(self._chunk(number))
        return every


def _by_name(modules: list[str]) -> dict[str, str]:
    return {text[: text.find(" ")]: text for text in modules}
