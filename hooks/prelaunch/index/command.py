"""`prelaunch index`: builds the name index, and says what is in the one that is in use."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from prelaunch import CannotRunError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable


def run(options: Namespace) -> int:
    """Do what the arguments say; the exit code."""
    return _build(options) if options.action == "build" else _info(options)


def _info(options: Namespace) -> int:
    from prelaunch.index.describe import describe
    from prelaunch.index.extract import normalised
    from prelaunch.index.package import IndexDamaged
    from prelaunch.index.shipped import path
    from prelaunch.index.store import Index

    place = options.file or path()
    try:
        index = Index.open(place)
    except OSError:
        raise CannotRunError(f"{place}: there is no name index; `prelaunch index build` makes one") from None
    except IndexDamaged as error:
        raise CannotRunError(f"{place}: {error}") from None
    name = normalised(options.distribution) if options.distribution else None
    if name is not None and index.package(name) is None:
        raise CannotRunError(f"{options.distribution} is not in the name index ({len(index.distributions)} are)")
    try:
        print(*([place] if name is None else []), describe(index, name), sep="\n")
    except IndexDamaged as error:
        raise CannotRunError(f"{place}: {error}") from None
    return 0


def _build(options: Namespace) -> int:
    try:
        from prelaunch.index import build, probe, registry, stdlib, typeshed
        from prelaunch.index.cache import Cache
        from prelaunch.index.extract import normalised
        from prelaunch.index.harvest import Options
        from prelaunch.index.unite import unite

        pythons = tuple(probe.find_pythons(options.python))
        asked = build.read_asked(options.ask or build.ASKED)
        names = list(_names(options.packages or _in_use()))
        companions = frozenset(map(normalised, names))
        wanted = Options(options.cache, options.index_url, pythons, asked, not options.no_probe, companions)
        registry.Registry(options.index_url)
        extra = []
        if not options.no_stdlib:
            print("reading the standard library", file=sys.stderr)
            extra.append(unite(*stdlib.kept(Cache(options.cache), pythons, typeshed.find_typeshed())))
        size = build.build(names, wanted, options.output, options.jobs or os.cpu_count() or 1, extra)
    except ModuleNotFoundError as error:
        raise CannotRunError(f"`prelaunch index build` needs {error.name}: install prelaunch[index]") from None
    except OSError as error:
        raise CannotRunError(f"the name index cannot be built: {error}") from None
    if not options.no_stdlib:
        _write_python(options.output)
    print(f"{options.output}: {size} bytes; {options.output}.report.txt says what was left out", file=sys.stderr)
    return 0


def _write_python(output: str) -> None:
    from prelaunch.index.shipped import PYTHON_FILE, spell_python
    from prelaunch.index.stdlib import DISTRIBUTION
    from prelaunch.index.store import Index

    package = Index.open(output).package(DISTRIBUTION)
    if package is not None:
        with open(os.path.join(os.path.dirname(output) or ".", PYTHON_FILE), "w", encoding="utf-8") as file:
            file.write(spell_python(package))


def _in_use() -> list[str]:
    from prelaunch.index.lookup import PYTHON
    from prelaunch.index.shipped import index

    found = index()
    return [name for name in found.distributions if name != PYTHON] if found is not None else []


def _names(given: Iterable[str]) -> Iterable[str]:
    """Names of distributions, and those in files of them, a line each, each once."""
    seen: set[str] = set()
    for each in given:
        lines = [each]
        if os.path.isfile(each):
            with open(each, encoding="utf-8") as file:
                lines = file.read().splitlines()
        for line in lines:
            name = line.partition("#")[0].strip()
            if name and name not in seen:
                seen.add(name)
                yield name
