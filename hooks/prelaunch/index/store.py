"""The name index at run time: which names a module of a distribution holds in a release.

Standard library only, nothing heavy; a block is inflated, and its checksum looked at, when it is first asked for.
"""

from __future__ import annotations

import mmap
import zlib

from prelaunch.index.layout import CHECKSUM, HEADER, MAGIC, PACKAGE, TABLES, TOP, VERSION
from prelaunch.index.package import ABSENT, PRESENT, UNKNOWN, IndexDamaged, Package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from prelaunch.index.package import Block

__all__ = ["ABSENT", "PRESENT", "UNKNOWN", "Index", "IndexDamaged", "Package"]


class Index:
    """A data file, open for reading. `built` is the ISO date of its build, `generator` what built it."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        """`data` are the bytes of the file; `IndexDamaged` where they are no index that this version reads."""
        if len(data) < TABLES or data[: len(MAGIC)] != MAGIC:
            raise IndexDamaged("the name index is damaged: it does not begin like one")
        _, version, size, packages, tops, strings = HEADER.unpack_from(data)
        if version != VERSION:
            raise IndexDamaged(f"the name index has format {version}, this version reads {VERSION}: update prelaunch")
        if size != len(data):
            raise IndexDamaged(f"the name index is damaged: it has {len(data)} bytes, not {size}")
        self._data = data
        self._packages = (TABLES, packages, PACKAGE.size)
        self._tops = (TABLES + packages * PACKAGE.size, tops, TOP.size)
        self._strings = self._tops[0] + tops * TOP.size
        self._blocks = self._strings + strings
        (wanted,) = CHECKSUM.unpack_from(data, HEADER.size)
        view = memoryview(data)
        try:
            found = zlib.crc32(view[TABLES : self._blocks], zlib.crc32(view[: HEADER.size]))
        finally:
            view.release()
        if found != wanted or self._blocks > size:
            raise IndexDamaged("the name index is damaged: the checksum of its table does not match")
        self.built, self.generator, _ = self._slice(self._strings, self._blocks).decode().split("\n", 2)
        self._opened: dict[str, Package | None] = {}
        self._given: dict[str, tuple[str, ...]] = {}

    @classmethod
    def open(cls, path: str) -> Index:
        """The index in the file at `path`; `OSError` where it cannot be read, `IndexDamaged` where it is none."""
        with open(path, "rb") as file:
            try:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise IndexDamaged("the name index is damaged: it is empty") from None
        return cls(data)

    @property
    def distributions(self) -> tuple[str, ...]:
        """The distributions in the index, normalised, sorted."""
        at, count, width = self._packages
        return tuple(self._name(at + number * width).decode() for number in range(count))

    def providers(self, top: str) -> tuple[str, ...]:
        """The distributions, normalised and sorted, in the index or not, that give a top-level name; () unknown."""
        if top not in self._given:
            at = self._find(self._tops, top)
            value, size = TOP.unpack_from(self._data, at)[2:] if at is not None else (0, 0)
            self._given[top] = tuple(self._string(value, size).decode().split(" ")) if at is not None else ()
        return self._given[top]

    def package(self, distribution: str) -> Package | None:
        """What the index holds of a distribution (normalised name); None where it is not in the index."""
        if distribution not in self._opened:
            at = self._find(self._packages, distribution)
            if at is None:
                return None
            _, _, start, size, crc = PACKAGE.unpack_from(self._data, at)
            self._opened[distribution] = Package(distribution, self._block, (start, size, crc))
        return self._opened[distribution]

    def _block(self, block: Block) -> str:
        """The text of a block, its checksum looked at."""
        start, size, crc = block
        data = self._slice(self._blocks + start, self._blocks + start + size)
        if zlib.crc32(data) != crc:
            raise IndexDamaged("the name index is damaged: the checksum of a block does not match")
        try:
            return zlib.decompress(data).decode()
        except (zlib.error, UnicodeDecodeError):
            raise IndexDamaged("the name index is damaged: a block cannot be inflated") from None

    def _find(self, table: tuple[int, int, int], name: str) -> int | None:
        """Where the entry of `name` stands in a table."""
        start, high, width = table
        wanted = name.encode("utf-8", "surrogatepass")
        low = 0
        while low < high:
            middle = (low + high) // 2
            found = self._name(start + middle * width)
            if found == wanted:
                return start + middle * width
            if found < wanted:
                low = middle + 1
            else:
                high = middle
        return None

    def _name(self, entry: int) -> bytes:
        """The name of a table entry: the first fields of both kinds."""
        at, size, *_ = PACKAGE.unpack_from(self._data, entry)
        return self._string(at, size)

    def _string(self, at: int, size: int) -> bytes:
        return self._slice(self._strings + at, self._strings + at + size)

    def _slice(self, start: int, stop: int) -> bytes:
        return self._data[start:stop]
