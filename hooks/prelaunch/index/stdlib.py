"""The standard library as one more distribution, `python`, whose releases are the versions of Python.

Its modules are really imported under each interpreter at hand. What other systems have besides (`os.startfile`,
`winreg`), and versions without an interpreter at hand, come from typeshed's stubs and its `VERSIONS`: a name is lacking
in such a version only where its predecessor's stub has it and its own has not.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING

from prelaunch.index.bindings import bindings
from prelaunch.index.extract import MAX_FILE
from prelaunch.index.probe import PROBE_VERSION, Environment, Python
from prelaunch.index.surface import DEFINED, ONLY_STUB, ModuleSurface, Probe, Surface
from prelaunch.index.typeshed import elsewhere, listed, names_in, stub

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prelaunch.index.cache import Cache

STDLIB_VERSION = 2
"""Goes up with any change of how the library is read."""

DISTRIBUTION = "python"
VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")

_LEFT_OUT = frozenset({"test", "tests", "idlelib", "turtledemo", "site-packages", "antigravity", "this", "__main__"})
_LEFT_OUT_PARTS = frozenset({"_bundled", "__phello__", "__hello__", "__pycache__", "pydoc_data", "lib2to3.tests"})
_SECONDS = 240.0
_WORD = re.compile(r"[A-Za-z_]\w*")

_LISTING = """
import json, os, sys, sysconfig
folder = sysconfig.get_path("stdlib")
dynamic = os.path.join(folder, "lib-dynload")
print(json.dumps([folder, dynamic, list(sys.builtin_module_names)]))
"""


def kept(cache: Cache, pythons: Sequence[Python], typeshed: str) -> tuple[list[Surface], list[Probe]]:
    """What `read` gives, from the cache where the same interpreters and stubs were read before."""
    with open(os.path.join(typeshed, "VERSIONS"), encoding="utf-8") as file:
        stubs = file.read()
    key = json.dumps([PROBE_VERSION, STDLIB_VERSION, [*map(list, pythons)], stubs])
    known = cache.get("stdlib", key)
    if known is not None:
        return [*map(Surface.from_json, known[0])], [*map(Probe.from_json, known[1])]
    surfaces, probes = read(pythons, typeshed)
    cache.put("stdlib", key, [[each.to_json() for each in surfaces], [each.to_json() for each in probes]])
    return surfaces, probes


def read(pythons: Sequence[Python], typeshed: str) -> tuple[list[Surface], list[Probe]]:
    """The surface of every version of `VERSIONS`, ascending, and the probes of those with an interpreter at hand.

    `typeshed` is the folder of the standard library's stubs. A version that neither an interpreter nor a
    predecessor's surface can speak for is left out.
    """
    surfaces: list[Surface] = []
    probes: list[Probe] = []
    at_hand = {python.version: python for python in pythons}
    for version in VERSIONS:
        if version in at_hand:
            surface, probe = _real(at_hand[version], typeshed)
            surfaces.append(surface)
            probes.append(probe)
        elif surfaces:
            surfaces.append(_told(surfaces[-1], version, typeshed))
            # what was confirmed of the version before holds where nothing says otherwise
            names = {dotted: tuple(module.names) for dotted, module in surfaces[-1].modules.items() if not module.open}
            lost = _lost(surfaces[-2], surfaces[-1])
            probes.append(Probe(DISTRIBUTION, version, version, names, lost, {}))
    for number, surface in enumerate(surfaces):
        if surface.version in at_hand:
            python = at_hand[surface.version]
            surfaces[number], probes[number] = _asked(python, surface, probes[number], surfaces)
        elif number:
            probes[number] = _carried(surface, probes[number], probes[number - 1])
    return surfaces, probes


def _carried(surface: Surface, probe: Probe, before: Probe) -> Probe:
    """The probe of a version without an interpreter, with what the version before denies and this one's stub lacks."""
    denied = dict(probe.denied)
    for dotted, names in before.denied.items():
        if dotted in surface.modules:
            still = set(names) - surface.modules[dotted].names.keys()
            denied[dotted] = tuple(sorted({*denied.get(dotted, ()), *still}))
    return probe._replace(denied=denied)


def _lost(before: Surface, surface: Surface) -> dict[str, tuple[str, ...]]:
    """What the stubs of a version say is gone from modules that serve names on demand."""
    found = {}
    for dotted, module in surface.modules.items():
        if module.open == "getattr":
            gone = set(before.modules[dotted].names) - set(module.names) if dotted in before.modules else set()
            found[dotted] = tuple(sorted(gone))
    return found


def _asked(python: Python, surface: Surface, probe: Probe, every: Sequence[Surface]) -> tuple[Surface, Probe]:
    """The surface with the names that modules serve on demand, the probe with those that they deny.

    They are asked for what other versions have, and for all that their text and what it imports names.
    """
    texts, _ = _files(python)
    candidates: dict[str, list[str]] = {}
    for dotted, module in surface.modules.items():
        if module.open == "getattr" and dotted in texts:
            words = set(_WORD.findall(texts[dotted][0]))
            for word in words & surface.modules.keys():
                words.update(surface.modules[word].names)
            for other in every:
                words.update(other.modules[dotted].names if dotted in other.modules else ())
            candidates[dotted] = sorted(words - module.names.keys())
    with Environment(python, "") as environment:
        found = environment.probe(DISTRIBUTION, python.version, list(candidates), candidates, _SECONDS)
    modules = dict(surface.modules)
    for dotted, served in found.served.items():
        names = {**dict.fromkeys(served, ONLY_STUB), **modules[dotted].names}
        modules[dotted] = modules[dotted]._replace(names=names)
    return surface._replace(modules=modules), probe._replace(denied=found.denied)


def _real(python: Python, typeshed: str) -> tuple[Surface, Probe]:
    texts, binaries = _files(python)
    names = sorted({*texts, *binaries}, key=lambda name: (name.count("."), name))
    with Environment(python, "") as environment:
        probe = environment.probe(DISTRIBUTION, python.version, names, {}, _SECONDS)
    modules: dict[str, ModuleSurface] = {}
    for dotted in names:
        package = dotted in texts and texts[dotted][1]
        own = bindings(texts[dotted][0], dotted, package=package) if dotted in texts else None
        seen = probe.modules.get(dotted)
        found = dict.fromkeys(seen or (), DEFINED)
        found.update(own.names if own is not None else {})
        found.update(dict.fromkeys(elsewhere(typeshed, dotted, python.version), ONLY_STUB))
        # a real import has shown every name: only those that are served on demand may be missing
        served = own is not None and own.open == "getattr"
        why = "getattr" if served else "" if seen is not None else "platform"
        modules[dotted] = ModuleSurface(found, why, package)
    for dotted in listed(typeshed, python.version):
        modules.setdefault(dotted, ModuleSurface({}, "platform"))
    return _surface(python.version, modules), probe


def _told(before: Surface, version: str, typeshed: str) -> Surface:
    """The surface of a version, from that of the version before and from what typeshed says of both."""
    there = set(listed(typeshed, version))
    gone = set(listed(typeshed, before.version)) - there
    modules: dict[str, ModuleSurface] = {}
    for dotted, module in before.modules.items():
        if any(dotted == each or dotted.startswith(f"{each}.") for each in gone):
            continue
        text = stub(typeshed, dotted)
        if text is None:
            modules[dotted] = module
            continue
        lost = set(names_in(text, dotted, before.version)) - set(names_in(text, dotted, version))
        kept = {name: flag for name, flag in module.names.items() if name not in lost}
        kept.update({name: DEFINED for name in names_in(text, dotted, version) if name not in kept})
        modules[dotted] = module._replace(names=kept)
    for dotted in there:
        text = stub(typeshed, dotted)
        if dotted not in modules:
            modules[dotted] = ModuleSurface(dict.fromkeys(names_in(text or "", dotted, version), DEFINED), "platform")
    return _surface(version, modules)


def _surface(version: str, modules: Mapping[str, ModuleSurface]) -> Surface:
    return Surface(DISTRIBUTION, version, "", "", (), modules)


def _files(python: Python) -> tuple[dict[str, tuple[str, bool]], set[str]]:
    """The texts of the library's modules (with whether they are an `__init__`), and the names of its other modules."""
    done = subprocess.run([python.path, "-I", "-c", _LISTING], capture_output=True, text=True, check=True)
    folder, dynamic, builtin = json.loads(done.stdout)
    texts: dict[str, tuple[str, bool]] = {}
    for path, dotted in _walk(folder):
        with open(path, "rb") as file:
            text = file.read(MAX_FILE).decode("utf-8", "surrogateescape")
        texts[dotted] = text, path.endswith("__init__.py")
    extensions = {name.partition(".")[0] for name in os.listdir(dynamic)} if os.path.isdir(dynamic) else set()
    return texts, {name for name in {*extensions, *builtin} if name.isidentifier() and "test" not in name}


def _walk(folder: str) -> Iterator[tuple[str, str]]:
    for here, folders, files in os.walk(folder):
        inner = os.path.relpath(here, folder).replace(os.sep, "/")
        parts = [] if inner == "." else inner.split("/")
        folders[:] = [name for name in folders if name.isidentifier() and name not in _LEFT_OUT | _LEFT_OUT_PARTS]
        for name in files:
            stem, _, ending = name.rpartition(".")
            dotted = ".".join([*parts, *(() if stem == "__init__" else (stem,))])
            if ending == "py" and dotted and stem.isidentifier() and not _LEFT_OUT & set(dotted.split(".")):
                yield os.path.join(here, name), dotted
