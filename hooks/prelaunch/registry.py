"""The rules: every package that an installed distribution names under the entry point group `prelaunch.rules`.

`importlib.metadata` would do this too, but its import alone takes three times as long as a whole run of the hook with
nothing to do; the file that it reads is a few lines of text.
"""

from __future__ import annotations

import os
import sys

from prelaunch import CannotRunError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import ModuleType

    from prelaunch.kinds import Word
    from prelaunch.model import Rule

GROUP = "[prelaunch.rules]"
_known: dict[tuple[tuple[str, int], ...], tuple[list[str], list[str]]] = {}


def packages() -> list[str]:
    """The names of the packages that hold rules, in the order of their names."""
    return _installed()[0]


def distributions() -> list[str]:
    """What is installed: `NAME-VERSION.dist-info`, and the like, of each distribution; the first counts."""
    return _installed()[1]


def _installed() -> tuple[list[str], list[str]]:
    # asked several times a run; a folder in which something was installed has another time
    folders = tuple((folder, os.stat(folder).st_mtime_ns) for folder in _search_path() if os.path.isdir(folder))
    if folders not in _known:
        found = [(folder, entry) for folder, _ in folders for entry in _distributions_in(folder)]
        names = {name for folder, entry in found for name in _packages_of(f"{folder}/{entry}")}
        _known[folders] = sorted(names), [entry for _, entry in found]
    return _known[folders]


def _search_path() -> list[str]:
    # Never the current folder: it is the repository under check, whose code must not run.
    here = os.getcwd()
    return [folder for folder in dict.fromkeys(sys.path) if folder and folder != here]


def _distributions_in(folder: str) -> list[str]:
    try:
        return sorted(entry for entry in os.listdir(folder) if entry.endswith((".dist-info", ".egg-info")))
    except OSError:
        return []  # a folder that is gone, or may not be read


def _packages_of(distribution: str) -> Iterator[str]:
    try:
        with open(f"{distribution}/entry_points.txt", "rb", 0) as file:
            data = file.read()
    except OSError:
        return
    if GROUP.encode() in data:
        yield from _names(data.decode("utf-8", "replace"))


def _names(entry_points: str) -> Iterator[str]:
    inside = False
    for raw in entry_points.splitlines():
        line = raw.strip()
        if line.startswith("["):
            inside = line == GROUP
        elif inside and "=" in line and not line.startswith(("#", ";")):
            yield line.partition("=")[2].partition("[")[0].strip()


def package(name: str) -> ModuleType:
    """A package that holds rules, imported without them; `CannotRunError` where it cannot be."""
    try:
        __import__(name)  # importlib.import_module is this, and costs an import
        return sys.modules[name]
    except (ImportError, SyntaxError) as error:
        raise CannotRunError(f"the rules of {name} cannot be imported: {error}") from None


def _folders(package: ModuleType) -> list[tuple[str, str]]:
    """The sub-packages of a package as pairs of name and folder, sorted."""
    found: dict[str, str] = {}
    for place in getattr(package, "__path__", ()):
        for name in os.listdir(place) if os.path.isdir(place) else ():
            folder = os.path.join(place, name)
            if name.isidentifier() and os.path.isfile(os.path.join(folder, "__init__.py")):
                found.setdefault(name, folder)
    return sorted(found.items())


def load_rules(facts: Collection[str] | None = None) -> list[Rule]:
    """Every rule of every package, by name. A rule is the `RULE` of a sub-package; two of one name are an error.

    A package's constant `PAGES` is the address under which each of its rules has a page of its name. Its constant
    `JUDGES` says by folder what a rule judges (`BUILD` ... of `kinds`), so that with `facts` only those that judge one
    of them are imported; a rule that is not in it always is.
    """
    rules: dict[str, tuple[Rule, str]] = {}
    for name in packages():
        pages = getattr(package(name), "PAGES", "")
        judges = getattr(package(name), "JUDGES", {})
        for part, _ in _folders(package(name)):
            if facts is not None and part in judges and judges[part] not in facts:
                continue
            rule = getattr(package(f"{name}.{part}"), "RULE", None)
            if rule is None:
                continue
            if rule.name in rules:
                raise CannotRunError(f"two rules are named {rule.name}: in {rules[rule.name][1]} and in {name}")
            if not os.path.isfile(os.path.join(rule.folder, "README.md")):
                raise CannotRunError(f"the rule {rule.name} of {name} has no README.md in {rule.folder}")
            if pages and not rule.url:
                rule = rule._replace(url=f"{pages.rstrip('/')}/{rule.name}/")
            rules[rule.name] = (rule, name)
    if not rules and facts is None:
        raise CannotRunError("no rules are installed: install prelaunch with pip, do not only put it on the path")
    return [rules[name][0] for name in sorted(rules)]


def rule_names() -> set[str]:
    """The names that the rules' folders promise (`missing_platform`: `missing-platform`); imports no rule.

    A folder without a README is no rule but code that rules share.
    """
    folders = (pair for name in packages() for pair in _folders(package(name)))
    return {part.replace("_", "-") for part, folder in folders if os.path.isfile(os.path.join(folder, "README.md"))}


def import_words() -> dict[str, tuple[Word, ...] | None]:
    """By kind of file, the words of which a file must hold one to be worth reading for its imports; None: any file is.

    Each package of rules may say so in its constant `WORDS`, a mapping of kind to words; one that does not wants every
    file. A tuple in place of a word asks for its first word together with any of the others. The words under "" are for
    builds, in files of every kind.
    """
    kinds: dict[str, tuple[Word, ...] | None] = {"python": (), "notebook": (), "dockerfile": (), "": ()}
    for name in packages():
        words = getattr(package(name), "WORDS", None)
        for kind, so_far in kinds.items():
            if words is not None and so_far is not None:
                kinds[kind] = so_far + tuple(word for word in words.get(kind, ()) if word not in so_far)
            elif kind:
                kinds[kind] = None
    return kinds
