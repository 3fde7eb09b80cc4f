"""What a project lists in its groups, and what an installation that leaves some of them out brings by the lock file."""

from __future__ import annotations

import json
import posixpath

from prelaunch.dependencies.manifests import toml
from prelaunch.dependencies.requirement import normalised, parse
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prelaunch.project import Project
    from prelaunch_rules.import_not_installed.installs import Install

_BROUGHT = frozenset(
    "anyio attrs build cachecontrol certifi cffi charset-normalizer cleo click crashtest cryptography distlib dulwich "
    "exceptiongroup fastjsonschema filelock findpython h11 html5lib httpcore httpx idna importlib-metadata installer "
    "jaraco-classes jeepney jsonschema keyring lockfile more-itertools msgpack packaging pbs-installer pexpect pkginfo "
    "platformdirs ptyprocess pycparser pyproject-hooks rapidfuzz requests requests-toolbelt secretstorage setuptools "
    "shellingham six sniffio tomli tomlkit trove-classifiers typing-extensions urllib3 virtualenv webencodings wheel "
    "xattr zipp zstandard pip poetry poetry-core pipenv uv".split()
)
"""What Poetry and Pipenv need for themselves, in some release: where pip installs them, for the program to find too."""

_OF_BASE = frozenset({"pip", "setuptools", "uv", "wheel"})
"""What the base image may have."""


class Lists(NamedTuple):
    """`candidates` are named only in a group that is left out, with the group's place; `installed` asks the lock."""

    candidates: Mapping[str, str]
    installed: Callable[[], frozenset[str]]


_NONE = Lists({}, frozenset)


def left_out(install: Install, project: Project) -> Lists:
    """What an installation leaves out, as far as the files say it for certain."""
    brought = _BROUGHT if {"poetry", "pipenv"} & install.tools else _OF_BASE
    found = _listed(install, project)
    candidates = {name: place for name, place in found.candidates.items() if name not in brought}
    return Lists(candidates, lambda: found.installed() | brought)


def _listed(install: Install, project: Project) -> Lists:
    if install.tool == "pip":
        return _of_pip(install, project)
    if not install.without and install.tool != "uv":
        return _NONE
    lock = {"uv": "uv.lock", "poetry": "poetry.lock", "pipenv": "Pipfile.lock"}[install.tool]
    source = project.read(posixpath.join(install.folder, lock))
    if source is None:
        return _NONE
    if install.tool == "pipenv":
        return _of_pipenv(source.text, source.path)
    manifest = project.read(posixpath.join(install.folder, "pyproject.toml"))
    if manifest is None:
        return _NONE
    data = toml(manifest.text)
    groups = _groups(data, install)
    kept = {name for group, names in groups.items() if not _is_out(group, install, data) for name in names}
    out = {
        name: f"in the group `{group}` of {manifest.path}"
        for group, names in groups.items()
        if _is_out(group, install, data)
        for name in names
        if name not in kept
    }
    follow = _uv_closure if install.tool == "uv" else _poetry_closure
    return Lists(out, lambda: follow(toml(source.text), kept))


def _is_out(group: str, install: Install, data: Mapping[str, Any]) -> bool:
    if not group:
        return False  # the dependencies themselves, and extras
    if group in install.without or "*" in install.without:
        return True
    # uv installs the default groups only, so that a group which no one asks for is out as well
    default = _at(data, "tool", "uv", "default-groups")
    defaults = default if isinstance(default, list) else ["dev"] if default is None else None
    if install.tool != "uv" or defaults is None:
        return False
    return "?default" in install.without or group not in defaults


def _at(data: object, *keys: str) -> Any:  # noqa: ANN401 (TOML)
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _table(data: object, *keys: str) -> dict[str, Any]:
    found = _at(data, *keys)
    return found if isinstance(found, dict) else {}


def _groups(data: Mapping[str, Any], install: Install) -> dict[str, set[str]]:
    """By group ("" for the dependencies and the extras) the names of distributions; a group holds what it includes."""
    main = [_at(data, "project", "dependencies"), *_table(data, "project", "optional-dependencies").values()]
    found = {"": {name for each in main for name in _names(each)}}
    tables = _table(data, "dependency-groups")
    for group in tables:
        found[group] = _with_included(group, tables, set())
    if install.tool == "uv":
        found.setdefault("dev", set()).update(_names(_at(data, "tool", "uv", "dev-dependencies")))
    else:
        found[""] |= {normalised(name) for name in _table(data, "tool", "poetry", "dependencies")}
        old = _table(data, "tool", "poetry", "dev-dependencies")
        found.setdefault("dev", set()).update(normalised(name) for name in old)
        for group, entry in _table(data, "tool", "poetry", "group").items():
            found.setdefault(group, set()).update(normalised(name) for name in _table(entry, "dependencies"))
    return found


def _with_included(group: str, tables: Mapping[str, Any], seen: set[str]) -> set[str]:
    seen.add(group)
    entries = tables.get(group)
    found = set(_names(entries))
    for entry in entries if isinstance(entries, list) else ():
        other = _at(entry, "include-group")
        if isinstance(other, str) and other not in seen:
            found |= _with_included(other, tables, seen)
    return found


def _names(entries: object) -> Iterator[str]:
    for entry in entries if isinstance(entries, list) else ():
        found = parse(entry, "", 0) if isinstance(entry, str) else None
        if found is not None:
            yield found.name


def _packages(data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in data.get("package", ()) if isinstance(data.get("package"), list) else ():
        if isinstance(each, dict):
            found.setdefault(normalised(str(each.get("name"))), []).append(each)
    return found


def _closure(roots: Iterable[str], needs: Callable[[str], Iterable[str]]) -> frozenset[str]:
    found: set[str] = set()
    queue = list(roots)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += needs(name)
    return frozenset(found)


def _uv_closure(lock: Mapping[str, Any], kept: Iterable[str]) -> frozenset[str]:
    """All that what is kept needs, whatever the markers say, and with every extra of each."""
    packages = _packages(lock)

    def needs(name: str) -> Iterator[str]:
        for each in packages.get(name, ()):
            lists = [each.get("dependencies"), *_table(each, "optional-dependencies").values()]
            yield from (normalised(str(_at(one, "name"))) for one in lists if isinstance(one, list) for one in one)

    return _closure(kept, needs)


def _poetry_closure(lock: Mapping[str, Any], kept: Iterable[str]) -> frozenset[str]:
    """The same for Poetry, whose packages list what their extras need beside the rest."""
    packages = _packages(lock)

    def needs(name: str) -> Iterator[str]:
        return (normalised(other) for each in packages.get(name, ()) for other in _table(each, "dependencies"))

    return _closure(kept, needs)


def _of_pipenv(text: str, path: str) -> Lists:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return _NONE
    default = {normalised(name) for name in _table(data, "default")}
    develop = {normalised(name) for name in _table(data, "develop")} - default
    if not default:
        return _NONE
    return Lists(dict.fromkeys(develop, f"only in `develop` of {path}"), lambda: frozenset(default))


def _of_pip(install: Install, project: Project) -> Lists:
    """What stands in another requirements file of the folder, where the installed ones are compiled: they list all."""
    from prelaunch.dependencies.files import is_list
    from prelaunch.dependencies.listed import requirements_file

    texts = [source.text if (source := project.read(path)) else "" for path in install.lists]
    if not all(_is_compiled(text) for text in texts):
        return _NONE
    seen: set[str] = set()
    kept = {each.name for path in install.lists for each in requirements_file(project, path, seen)}
    out: dict[str, str] = {}
    for name in project.names(install.folder or "."):
        path = posixpath.join(install.folder, name)
        if is_list(name) and path not in seen and any(word in name for word in ("dev", "test")):
            for each in requirements_file(project, path, set()):
                if each.name not in kept:
                    out.setdefault(each.name, f"only in {each.path}")
    return Lists(out, lambda: frozenset(kept))


def _is_compiled(text: str) -> bool:
    """Whether pip-compile or uv has written a requirements file, which then lists all that is installed."""
    return "autogenerated by pip-compile" in text or "autogenerated by uv" in text
