"""Whether a file is worth parsing for its imports: the index, asked about a cheap look at the text.

This runs in every call of the hook on a Python file: nothing heavy is imported, and what one file asked is remembered
for the next. It knows nothing of the project; it may answer too much, and never too little.
"""

from __future__ import annotations

from prelaunch.index.lookup import NOT_JUDGED, Asked, always_there
from prelaunch.index.shipped import index, may_be_given, python_names
from prelaunch.readers.python_scan import attributes, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_always: dict[tuple[str, str | None, bool], bool] = {}
_judged: dict[str, bool] = {}
_tops: dict[frozenset[str], frozenset[str]] = {}
_answers: dict[tuple[frozenset[str], frozenset[str], int, int], tuple[Asked, ...]] = {}


def suspects(data: bytes, names: frozenset[str], modules: frozenset[str]) -> tuple[Asked, ...]:
    """What a Python text asks for that some release of a distribution lacks.

    `names` (dotted, behind their modules) and `modules` are known to be nowhere: suspect whatever the index holds.
    """
    if b"import" not in data:
        return ()
    # the same text is asked about when it is found, when it is opened, and by each rule
    key = names, modules, len(data), hash(data)
    if key not in _answers:
        _answers[key] = tuple(_suspects(data, names, modules))
    return _answers[key]


def _suspects(data: bytes, names: frozenset[str], modules: frozenset[str]) -> Iterator[Asked]:
    imported, bound = scan(data)
    for module, wanted in imported.items():
        judged = _is_judged(module.partition(".")[0])
        path = module
        while path and path not in modules:
            path = path.rpartition(".")[0]
        if path or (judged and not _is_always_there(module, None)):
            yield Asked(module)
        for name in wanted:
            if (judged and not _is_always_there(module, name)) or f"{module}.{name}" in names:
                yield Asked(module, name)
    if names not in _tops:
        _tops[names] = frozenset(each.partition(".")[0] for each in names)
    tops = _tops[names]
    known = {
        name: module for name, module in bound.items() if (top := module.partition(".")[0]) in tops or _is_judged(top)
    }
    for module, name in attributes(data, known) if known else ():
        if not _is_always_there(module, name, attribute=True) or f"{module}.{name}" in names:
            yield Asked(module, name, attribute=True)


def _is_judged(top: str) -> bool:
    """Whether the index, or the standard library, gives a top-level module; most are told without opening the index."""
    if top not in _judged:
        _judged[top] = top not in NOT_JUDGED and (
            python_names(top) is not None
            or (may_be_given(top) and (found := index()) is not None and bool(found.providers(top)))
        )
    return _judged[top]


def _is_always_there(module: str, name: str | None, *, attribute: bool = False) -> bool:
    key = (module, name, attribute)
    if key not in _always:
        _always[key] = _asks_nothing(Asked(module, name, attribute=attribute))
    return _always[key]


def _asks_nothing(asked: Asked) -> bool:
    if not _is_judged(asked.top):
        return True
    if python_names(asked.top) is not None:
        return _asks_python_nothing(asked)
    found = index()
    if found is None:
        return True
    given = found.providers(asked.top)
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
    if asked.attribute:
        return asked.name not in changed  # what never was there may be set from anywhere
    return asked.name not in changed and (asked.name in stable or "*" in stable or str(asked.name).startswith("__"))
