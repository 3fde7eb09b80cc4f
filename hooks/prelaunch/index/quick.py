"""Whether a file is worth parsing for its imports: the index, asked about a cheap look at the text.

This runs in every call of the hook on a Python file: nothing heavy is imported, and what one file asked is remembered
for the next.
"""

from __future__ import annotations

from prelaunch.index.lookup import NOT_JUDGED, PYTHON, Asked, always_there
from prelaunch.index.shipped import index, python_names
from prelaunch.readers.python_scan import attributes, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_always: dict[tuple[str, str | None, bool], bool] = {}


def may_lack(data: bytes) -> bool:
    """Whether a Python text asks for something that some release of a distribution of the index lacks."""
    return b"import" in data and any(not _is_always_there(asked) for asked in questions(data))


def questions(data: bytes, tops: Collection[str] = ()) -> Iterator[Asked]:
    """What the imports of a text ask for, and the attributes that it reads of what the index (or `tops`) holds."""
    names, bound = scan(data)
    for module, wanted in names.items():
        yield Asked(module)
        for name in wanted:
            yield Asked(module, name)
    known = {name: module for name, module in bound.items() if _is_known(module.partition(".")[0], tops)}
    if known:
        for module, name in attributes(data, known):
            yield Asked(module, name, attribute=True)


def _is_known(top: str, tops: Collection[str]) -> bool:
    found = index()
    return top in tops or (found is not None and bool(found.providers(top)))


def _is_always_there(asked: Asked) -> bool:
    key = (asked.module, asked.name, asked.attribute)
    if key not in _always:
        _always[key] = _asks_nothing(asked)
    return _always[key]


def _asks_nothing(asked: Asked) -> bool:
    found = index()
    if found is None:
        return True
    if found.providers(asked.top) == (PYTHON,):
        return _asks_python_nothing(asked)
    given = found.providers(asked.top)
    if asked.top in NOT_JUDGED:
        return True
    # which of several a project uses is asked later
    packages = [package for each in given if (package := found.package(each)) is not None]
    return all(always_there(package, asked) for package in packages)


def _asks_python_nothing(asked: Asked) -> bool:
    for path in asked.above():
        names = python_names(path)
        if names is not None and "*" in names[0]:
            return False
    names = python_names(asked.module)
    if names is None or asked.name in {None, "*"}:
        return True
    changed, stable = names
    return asked.name not in changed and (asked.name in stable or "*" in stable or str(asked.name).startswith("__"))
