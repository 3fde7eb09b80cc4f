"""Whether a file is worth parsing for its imports: the index, asked about a cheap look at the text.

This runs in every call of the hook on a Python file: nothing heavy is imported, and what one file asked is remembered
for the next. It knows nothing of the project; it may answer too much, and never too little.
"""

from __future__ import annotations

from prelaunch.index.lookup import NOT_JUDGED, PYTHON, Asked, always_there
from prelaunch.index.shipped import index, python_names
from prelaunch.readers.python_scan import attributes, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set as AbstractSet

    Words = Mapping[str, AbstractSet[str]]

_always: dict[tuple[str, str | None, bool], bool] = {}
_judged: dict[str, bool] = {}
_answers: dict[tuple[int, int], tuple[Asked, ...]] = {}


def suspects(data: bytes, words: Words) -> tuple[Asked, ...]:
    """What a Python text asks for that some release of a distribution lacks.

    `words` are, by top-level module, names that are known to be nowhere: they are suspect whatever the index holds.
    """
    if b"import" not in data:
        return ()
    # the same text is asked about when it is found, when it is opened, and by each rule
    key = len(data), hash(data)
    if key not in _answers:
        _answers[key] = tuple(_suspects(data, words))
    return _answers[key]


def _suspects(data: bytes, words: Words) -> Iterator[Asked]:
    names, bound = scan(data)
    for module, wanted in names.items():
        top, _, rest = module.partition(".")
        wrong = words.get(top)
        judged = _is_judged(top)
        if not judged and wrong is None:
            continue
        if (wrong and rest and not wrong.isdisjoint(rest.split("."))) or not _is_always_there(module, None):
            yield Asked(module)
        for name in wanted:
            if (wrong and name in wrong) or (judged and not _is_always_there(module, name)):
                yield Asked(module, name)
    known = {
        name: module for name, module in bound.items() if (top := module.partition(".")[0]) in words or _is_judged(top)
    }
    for module, name in attributes(data, known) if known else ():
        wrong = words.get(module.partition(".")[0])
        if (wrong and name in wrong) or not _is_always_there(module, name, attribute=True):
            yield Asked(module, name, attribute=True)


def _is_judged(top: str) -> bool:
    """Whether the index holds a distribution that gives a top-level module."""
    if top not in _judged:
        found = index()
        _judged[top] = found is not None and top not in NOT_JUDGED and bool(found.providers(top))
    return _judged[top]


def _is_always_there(module: str, name: str | None, *, attribute: bool = False) -> bool:
    key = (module, name, attribute)
    if key not in _always:
        _always[key] = _asks_nothing(Asked(module, name, attribute=attribute))
    return _always[key]


def _asks_nothing(asked: Asked) -> bool:
    found = index()
    if found is None or not _is_judged(asked.top):
        return True
    given = found.providers(asked.top)
    if given == (PYTHON,):
        return _asks_python_nothing(asked)
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
