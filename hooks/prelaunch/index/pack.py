"""Histories -> the data file, byte for byte the same for the same input. FORMAT.md describes the file."""

from __future__ import annotations

import os
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING

from prelaunch.index.layout import CHECKSUM, DENIED, HEADER, MAGIC, MODULE, PACKAGE, TABLES, TOP, VERSION
from prelaunch.index.spans import spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prelaunch.index.unite import History, ModuleHistory

GIANT = 500_000
"""A distribution with more text than this is cut into chunks, ..."""

CHUNK = 200_000
"""... of whole modules, about this long, so that one lookup inflates little (about 1 ms)."""


def write(
    packages: Iterable[History],
    path: str,
    *,
    providers_extra: Mapping[str, Iterable[str]] | None = None,
    built: str = "",
    generator: str = "",
) -> int:
    """Write the index of `packages` to `path`, in one step; returns its size in bytes.

    `providers_extra` maps a top-level name to distributions that give it too, in the index or not (`jwt`: pyjwt and
    jwt). `built` is the ISO date of the build, `generator` the program and version that made the surfaces.
    `ValueError` where a distribution comes twice or a text holds a character that separates others.
    """
    data = pack(packages, providers_extra=providers_extra, built=built, generator=generator)
    partial = f"{path}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as file:
            file.write(data)
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    return len(data)


def pack(
    packages: Iterable[History],
    *,
    providers_extra: Mapping[str, Iterable[str]] | None = None,
    built: str = "",
    generator: str = "",
) -> bytes:
    """As `write`, but returns the bytes."""
    strings = bytearray()

    def put(text: str) -> tuple[int, int]:
        data = text.encode()
        at = len(strings)
        strings.extend(data)
        return at, len(data)

    put(f"{_line(built)}\n{_line(generator)}\n")
    providers: dict[str, set[str]] = defaultdict(set)
    for top, distributions in (providers_extra or {}).items():
        providers[_word(top)].update(map(_word, distributions))
    blocks = bytearray()
    entries: dict[str, tuple[int, int, int]] = {}
    for history in sorted(packages, key=lambda each: each.distribution):
        name = _word(history.distribution)
        if name in entries:
            raise ValueError(f"two histories of {name}")
        for dotted in history.modules:
            providers[dotted.partition(".")[0]].add(name)
        entries[name] = _add_package(blocks, history)
    packages_table = b"".join(PACKAGE.pack(*put(name), *entries[name]) for name in sorted(entries, key=str.encode))
    tops_table = b"".join(
        TOP.pack(*put(top), *put(" ".join(sorted(providers[top])))) for top in sorted(providers, key=str.encode)
    )
    size = TABLES + len(packages_table) + len(tops_table) + len(strings) + len(blocks)
    header = HEADER.pack(MAGIC, VERSION, size, len(entries), len(providers), len(strings))
    head = packages_table + tops_table + bytes(strings)
    return header + CHECKSUM.pack(zlib.crc32(head, zlib.crc32(header))) + head + bytes(blocks)


def _add_package(blocks: bytearray, history: History) -> tuple[int, int, int]:
    """Add the blocks of one distribution; the place of its first one (offset, size, CRC-32)."""
    everywhere = (1 << len(history.releases)) - 1
    texts = {name: MODULE + text for name, text in _module_texts(history.modules, everywhere)}
    head = [f"releases {' '.join(map(_word, history.releases))}", f"requires {' '.join(map(_word, history.requires))}"]
    by_python: dict[str, int] = defaultdict(int)
    for number, python in enumerate(history.pythons):
        by_python[_line(python)] |= 1 << number
    head += [f"python {spell(bits, everywhere)} {python}" for python, bits in by_python.items() if python]
    if sum(map(len, texts.values())) <= GIANT:
        return _add_block(blocks, "\n".join(head) + "".join(texts.values()))
    for first, text in _chunks(texts):
        at, size, crc = _add_block(blocks, text)
        head.append(f"chunk {at} {size} {crc} {first}")
    return _add_block(blocks, "\n".join(head))


def _add_block(blocks: bytearray, text: str) -> tuple[int, int, int]:
    data = zlib.compress(text.encode(), 9)
    at = len(blocks)
    blocks += data
    return at, len(data), zlib.crc32(data)


def _chunks(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The modules in runs of about `CHUNK` characters: the first one's name and the text of all."""
    first, length = "", 0
    run: list[str] = []
    for name, text in texts.items():
        if run and length + len(text) > CHUNK:
            yield first, "".join(run)
            run, length = [], 0
        if not run:
            first = name
        run.append(text)
        length += len(text)
    if run:
        yield first, "".join(run)


def _module_texts(modules: Mapping[str, ModuleHistory], everywhere: int) -> Iterator[tuple[str, str]]:
    for dotted in sorted(modules):
        module = modules[dotted]
        present = module.present
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (name, flag), bits in module.names.items():
            if bits:
                groups[flag, spell(bits, present)].append(_word(name))
        for name, bits in module.denied.items():
            groups[DENIED, spell(bits, present)].append(_word(name))
        states = (module.closed, module.package, module.namespace)
        lines = [" ".join((_word(dotted), spell(present, everywhere), *(spell(bits, present) for bits in states)))]
        lines += [f"{flag}{span} {' '.join(sorted(names))}" for (flag, span), names in sorted(groups.items())]
        yield dotted, "\n".join(lines)


def _word(text: str) -> str:
    """`text`, which stands between spaces."""
    if not text or len(text.split()) != 1 or text != text.strip():
        raise ValueError(f"{text!r} is no single word")
    return text


def _line(text: str) -> str:
    """`text`, which stands on a line."""
    if len(text.splitlines()) > 1:
        raise ValueError(f"{text!r} is no single line")
    return text.strip()
