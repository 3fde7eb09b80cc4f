"""Where the name index lies: the one that comes with prelaunch, or a larger one that is installed beside it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from prelaunch.index.store import Index, Package

FILE = "names.idx"
LARGER = "prelaunch_index"
"""The package that holds a larger index, by the same file name; it is looked for, never imported."""

PYTHON_FILE = "python.txt"
"""The names of the standard library."""

HEAD = "head"
_LONGEST_HEAD = 4_000_000

_texts: dict[str, bytes] = {}
_names: dict[str, tuple[frozenset[str], frozenset[str]] | None] = {}
_opened: dict[str, Index | None] = {}


def path() -> str:
    """The path of the data file that is in use; it need not exist (a build from source without the data).

    One that was installed beside prelaunch was wanted: it wins, whatever its date, if this version reads its format.
    """
    here = os.getcwd()
    for folder in sys.path:
        # never the current folder: it is the repository under check
        if folder and folder != here:
            larger = os.path.join(folder, LARGER, FILE)
            if os.path.isfile(larger) and not _is_of_another_format(larger):
                return larger
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), FILE)


def _is_of_another_format(file: str) -> bool:
    """Whether a file is an index that an older or a newer prelaunch reads; a damaged one is none: it is to be told."""
    from prelaunch.index.layout import HEADER, MAGIC, VERSION

    try:
        with open(file, "rb", 0) as opened:
            head = opened.read(HEADER.size)
    except OSError:
        return True
    return len(head) == HEADER.size and head.startswith(MAGIC) and HEADER.unpack(head)[1] != VERSION


def index() -> Index | None:
    """The name index, opened once; None where there is none. Raises `IndexDamaged`."""
    if "" not in _opened:
        from prelaunch.index.store import Index, IndexDamaged

        place = path()
        try:
            _opened[""] = Index.open(place)
        except OSError:
            _opened[""] = None
        except IndexDamaged as error:
            raise IndexDamaged(f"{place}: {error}") from None
    return _opened[""]


def may_be_given(top: str) -> bool:
    """Whether the index may hold a top-level module: its name stands somewhere among the names of the file's head.

    Most modules of most programs are their own, and for them no index is opened.
    """
    if "" in _opened:
        return True
    if HEAD not in _texts:
        from prelaunch.index.layout import HEADER, PACKAGE, TABLES, TOP

        try:
            with open(path(), "rb", 0) as file:
                _, _, _, packages, tops, strings = HEADER.unpack(file.read(HEADER.size).ljust(HEADER.size, b"\0"))
                file.seek(TABLES + packages * PACKAGE.size + tops * TOP.size)
                _texts[HEAD] = file.read(min(strings, _LONGEST_HEAD))
        except OSError:
            _texts[HEAD] = b""
    # a file that is no index is opened, for its fault to be told
    return top.encode("utf-8", "surrogatepass") in _texts[HEAD] or not _texts[HEAD]


def python_names(module: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The names of a module of the standard library that come or go between versions, and those that are always there.

    "*" among the first: the module itself comes or goes. "*" among the others: there may be more than are known. None
    for a module that is not listed. The lists are `python.txt`, written with the index: asked about nearly every file,
    they are read without opening it.
    """
    if module not in _names:
        _names[module] = _python_names(module)
    return _names[module]


def _python_names(module: str) -> tuple[frozenset[str], frozenset[str]] | None:
    if "" not in _texts:
        try:
            with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), PYTHON_FILE), "rb", 0) as file:
                _texts[""] = file.read()
        except OSError:
            _texts[""] = b""
    line = _line_of(_texts[""], module.encode("utf-8", "surrogatepass"))
    if not line:
        return None
    changed, _, stable = line.partition(b"/")
    return frozenset(changed.decode().split()[1:]), frozenset(stable.decode().split())


def _line_of(text: bytes, module: bytes) -> bytes:
    """The line of a module in a text whose lines are sorted by their first word; empty where there is none."""
    low, high = 0, len(text)
    while low < high:
        start = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        stop = text.find(b"\n", start)
        stop = stop if stop >= 0 else len(text)
        name = text[start : text.find(b" ", start, stop)]
        if name == module:
            return text[start:stop]
        low, high = (stop + 1, high) if name < module else (low, start)
    return b""


def spell_python(package: Package) -> str:
    """The content of `python.txt`, of the standard library's entry in the index."""
    lines = []
    everything = range(len(package.releases))
    modules = sorted({dotted for number in everything for dotted in package.modules(number)})
    for module in modules:
        seen = package.seen(module)
        names = {name for number in seen for name in package.names(module, number) or {}}
        names.update(each.rpartition(".")[2] for each in modules if each.rpartition(".")[0] == module)
        changed = {name for name in names if len(package.seen(module, name)) < len(seen)}
        stable = names - changed
        if len(seen) < len(everything):
            changed.add("*")
        # where one version's names are all known, a name that is not among them is lacking there
        if not any(package.is_closed(module, number) for number in seen):
            stable = {"*"}
        lines.append(" ".join((module, *sorted(changed), "/", *sorted(stable))))
    return "\n".join(lines) + "\n"
