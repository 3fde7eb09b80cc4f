"""One wheel to the names that its modules hold, read from the zip: nothing is unpacked, nothing is imported.

Facts: PEP 427 (wheels), core metadata, PEP 503 (names), PEP 561 (stubs), PEP 263 (encodings).
"""

from __future__ import annotations

import hashlib
import zipfile
from typing import IO, TYPE_CHECKING

from prelaunch.index.bindings import Bindings, bindings
from prelaunch.index.surface import ONLY_STUB, ModuleSurface, Surface

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXTRACTOR_VERSION = 3
"""Goes up with any change of what is extracted: kept surfaces of another version are made again."""

MAX_FILE = 5_000_000
MAX_SOURCE = 400_000_000
"""Bytes of one source file, and of all of a wheel, that are read: a zip may inflate to anything."""

_MAX_STARS = 30

TESTS = frozenset({"tests", "_tests"})
"""Folders that are known to be there, no more: half of the text of some wheels, and nobody's API."""

_BY_MISTAKE = TESTS | frozenset(
    "test doc docs example examples benchmark benchmarks scripts tools src setup conftest utils samples".split()
)
"""Top levels that wheels bring by mistake, and that are a repository's own wherever they are imported."""


def surface_of(
    wheel: str | IO[bytes], uploaded: str = "", known: dict[tuple[str, str], Bindings] | None = None
) -> Surface:
    """The surface of a wheel, `uploaded` (ISO date) put in; `zipfile.BadZipFile` or `ValueError` where it is none.

    `known` remembers modules by name and text: most stay the same from one release to the next.
    """
    known = {} if known is None else known
    with zipfile.ZipFile(wheel) as archive:
        head = _metadata(archive)
        files = _Files(archive)
    read = {}
    for dotted, (text, package) in files.sources.items():
        key = (dotted, hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest())
        if key not in known:
            known[key] = bindings(text, dotted, package=package)
        read[dotted] = known[key]
    modules: dict[str, ModuleSurface] = {}
    for dotted, (_, package) in files.sources.items():
        names, unsure, why = _with_stars(dotted, read, frozenset())
        modules[dotted] = ModuleSurface(names, why, package, frozenset(unsure))
    for dotted in files.extensions:
        # beside a source of the same name it is that source, compiled
        modules.setdefault(dotted, ModuleSurface({}, "extension"))
    for dotted, text in files.stubs.items():
        module = modules.get(dotted)
        if module is not None:
            stub = bindings(text, dotted, package=module.package).names
            modules[dotted] = module._replace(names={**dict.fromkeys(stub, ONLY_STUB), **module.names})
    for dotted, package in files.unread.items():
        modules[dotted] = ModuleSurface({}, "large", package)
    modules.update(dict.fromkeys(files.tests, ModuleSurface({}, "tests", package=True)))
    for folder in {above for dotted in modules for above in _above(dotted)} - modules.keys():
        modules[folder] = ModuleSurface({}, "namespace", package=True)
    return Surface(
        normalised(head.get("name", [""])[0]),
        head.get("version", [""])[0],
        head.get("requires-python", [""])[0],
        uploaded,
        tuple(dict.fromkeys(_required(head.get("requires-dist", [])))),
        modules,
    )


def normalised(name: str) -> str:
    """A distribution's name, normalised (PEP 503)."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def _metadata(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """The header fields of METADATA, keys in lower case."""
    for name in archive.namelist():
        if name.endswith(".dist-info/METADATA") and name.count("/") == 1:
            with archive.open(name) as file:
                text = file.read(MAX_FILE).decode("utf-8", "replace").replace("\r\n", "\n")
            fields: dict[str, list[str]] = {}
            for line in text.partition("\n\n")[0].split("\n"):
                key, colon, value = line.partition(":")
                if colon and not line.startswith((" ", "\t")):
                    fields.setdefault(key.lower(), []).append(value.strip())
            return fields
    raise ValueError("the wheel has no METADATA")


def _required(fields: list[str]) -> Iterator[str]:
    for field in fields:
        if "extra" in field.partition(";")[2]:
            continue
        length = next((at for at, each in enumerate(field) if not (each.isalnum() or each in "-_.")), len(field))
        yield normalised(field[:length])


class _Files:
    """The Python files of a wheel by dotted name: sources (with whether they are an `__init__`), stubs and the rest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.sources: dict[str, tuple[str, bool]] = {}
        self.stubs: dict[str, str] = {}
        self.extensions: set[str] = set()
        self.tests: set[str] = set()
        self.unread: dict[str, bool] = {}
        left = MAX_SOURCE
        for info in archive.infolist():
            path = _installed(info.filename)
            if path is None or not path.endswith((".py", ".pyi", ".so", ".pyd")):
                continue
            folder, _, name = path.rpartition("/")
            stem = name.partition(".")[0]
            parts = [*(folder.split("/") if folder else ()), *(() if stem == "__init__" else (stem,))]
            if not parts or parts[0] in _BY_MISTAKE or not all(part.isidentifier() for part in parts):
                continue
            at = next((at for at, part in enumerate(parts) if part in TESTS), None)
            if at is not None:
                self.tests.add(".".join(parts[: at + 1]))
                continue
            dotted = ".".join(parts)
            if path.endswith((".so", ".pyd")):
                self.extensions.add(dotted)
                continue
            left -= info.file_size
            if name.count(".") != 1:
                continue
            if info.file_size > MAX_FILE or left < 0:
                self.unread[dotted] = stem == "__init__"
                continue
            with archive.open(info) as file:
                text = _decode(file.read(MAX_FILE))
            if path.endswith(".pyi"):
                self.stubs[dotted] = text
            else:
                self.sources.setdefault(dotted, (text, stem == "__init__"))


def _installed(path: str) -> str | None:
    """Where a member of a wheel is installed below site-packages; None where it is not."""
    top, _, rest = path.partition("/")
    if top.endswith(".data"):
        kind, _, rest = rest.partition("/")
        return rest if kind in {"purelib", "platlib"} else None
    return None if top.endswith(".dist-info") else path


def _decode(data: bytes) -> str:
    from prelaunch.readers.python import decode

    return decode("", data).text


def _above(dotted: str) -> Iterator[str]:
    while "." in dotted:
        dotted = dotted.rpartition(".")[0]
        yield dotted


def _with_stars(
    dotted: str, read: Mapping[str, Bindings], seen: frozenset[str]
) -> tuple[dict[str, str], set[str], str]:
    """The names of a module and of its star imports, those that these may not bring, and why the module is open."""
    own = read[dotted]
    names, unsure, why = dict(own.names), set[str](), own.open
    for source in own.stars:
        if source not in read or source in seen or len(seen) > _MAX_STARS:
            # in a circle the names of both are the names of all that were read on the way
            why = why or ("" if source in seen else "star")
            continue
        theirs, doubtful, reason = _with_stars(source, read, seen | {dotted})
        exported = read[source].exported
        if exported is not None:
            brought = {name: theirs.get(name, own.names.get(name, "i")) for name in exported}
            doubtful = set()
        else:
            brought = {name: flag for name, flag in theirs.items() if not name.startswith("_")}
            doubtful = set(brought) if read[source].hidden else doubtful & brought.keys()
        unsure = (unsure | doubtful - names.keys()) - (brought.keys() - doubtful)
        names = {**dict.fromkeys(brought, "i"), **names}
        why = why or (reason if exported is None else "")
    return names, unsure, why
