"""The configuration: `prelaunch.toml`, or `[tool.prelaunch]` in `pyproject.toml`, to `Settings`.

`prelaunch.schema.json` beside this module says the same as a JSON Schema; a test holds the two equal.
"""

from __future__ import annotations

import os

from prelaunch import CannotRunError
from prelaunch.discover import relative
from prelaunch.files import UnreadableError
from prelaunch.project import Settings
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prelaunch.files import Files

OWN, SHARED = "prelaunch.toml", "pyproject.toml"
KEYS = ("platforms", "select", "extend-select", "ignore", "exclude", "per-path-ignores", "wrappers")


def find_config(folder: str, top: str | None) -> str | None:
    """The file that configures `folder`: the nearest one upwards, as far as `top` (None: the file system's root)."""
    while True:
        own, shared = os.path.join(folder, OWN), os.path.join(folder, SHARED)
        has_own, has_shared = os.path.isfile(own), bool(_table(shared))
        if has_own and has_shared:
            raise CannotRunError(f"{own} and [tool.prelaunch] in {SHARED} beside it both configure prelaunch: keep one")
        if has_own or has_shared:
            return own if has_own else shared
        parent = os.path.dirname(folder)
        if folder in {top, parent}:
            return None
        folder = parent


def load_config(path: str, root: str) -> Settings:
    """The settings of one file. Its globs speak of the folder it stands in, those of `Settings` of `root`."""
    if not os.path.isfile(path):
        raise CannotRunError(f"{path}: there is no such file")
    table = _table(path)
    if table is None:
        raise CannotRunError(f"{path}: holds no table [tool.prelaunch]")
    settings = parse_config(table, path)
    base = relative(root, os.path.dirname(os.path.realpath(path)))
    if base == "." or base.startswith(".."):
        return settings
    return settings._replace(
        exclude=tuple(_below(base, glob) for glob in settings.exclude),
        per_path_ignores={_below(base, glob): names for glob, names in settings.per_path_ignores.items()},
    )


def _below(base: str, glob: str) -> str:
    anchored = "/" in glob.rstrip("/")
    return f"{base}/{glob.lstrip('/')}" if anchored else f"{base}/**/{glob}"


def _table(path: str) -> Mapping[str, Any] | None:
    """The table of prelaunch in a TOML file; None where there is none. A file without costs no parser."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    return _table_of(data, path)


def settings_in(files: Files) -> Settings:
    """The settings that stand at the root of a tree; the defaults where there are none."""
    tables = {}
    for name in (OWN, SHARED):
        try:
            table = _table_of(files.read(name), name)
        except UnreadableError:
            continue
        if table:
            tables[name] = table
    if len(tables) > 1:
        raise CannotRunError(f"{OWN} and [tool.prelaunch] in {SHARED} beside it both configure prelaunch: keep one")
    return next((parse_config(table, name) for name, table in tables.items()), Settings())


def _table_of(data: bytes, path: str) -> Mapping[str, Any] | None:
    """As `_table`, of a file's content."""
    own = os.path.basename(path) != SHARED
    if not own and b"prelaunch" not in data:
        return None
    from prelaunch.toml import parse

    try:
        document = parse(data.decode())
    except ValueError as error:
        raise CannotRunError(f"{path}: is not valid TOML: {' '.join(str(error).split())}") from None
    if own:
        return document
    tool = document.get("tool", {})
    table = tool.get("prelaunch") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise CannotRunError(f"{path}: tool.prelaunch is not a table: write [tool.prelaunch]")
    return table


def parse_config(table: Mapping[str, Any], path: str) -> Settings:
    """The settings that a table of `path` gives; `CannotRunError` for an unknown key or a value of the wrong kind."""
    for key in table:
        if key not in KEYS:
            raise CannotRunError(f"{path}: {key!r} is not a setting{suggestion(key, KEYS)}")
    platforms = _strings(table, "platforms", path, '["linux/amd64"]')
    for name in platforms:
        _check_platform(name, path)
    exclude = _strings(table, "exclude", path, '["vendor/"]')
    for glob in exclude:
        _check_glob(glob, "exclude", path)
    ignores = {}
    for glob, names in _mapping(table, "per-path-ignores", path, '"tests/**" = ["missing-platform"]').items():
        _check_glob(glob, "per-path-ignores", path)
        ignores[glob] = _strings({glob: names}, glob, path, '["missing-platform"]', "per-path-ignores.")
    wrappers = _mapping(table, "wrappers", path, 'dcb = "docker compose build"')
    for name, command in wrappers.items():
        if not isinstance(command, str) or not command.strip() or not name or name.split() != [name]:
            raise CannotRunError(
                f"{path}: wrappers.{name}: a wrapper is one word that stands for a command: "
                'write for example dcb = "docker compose build"'
            )
    return Settings(
        platforms=platforms,
        select=_strings(table, "select", path, '["missing-platform"]'),
        extend_select=_strings(table, "extend-select", path, '["missing-qemu"]'),
        ignore=_strings(table, "ignore", path, '["missing-platform"]'),
        exclude=exclude,
        per_path_ignores=ignores,
        wrappers=dict(wrappers),
    )


def _strings(table: Mapping[str, Any], key: str, path: str, example: str, before: str = "") -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise CannotRunError(f"{path}: {before}{key} is not a list of texts: write {key} = {example}")
    return tuple(value)


def _mapping(table: Mapping[str, Any], key: str, path: str, example: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise CannotRunError(f"{path}: {key} is not a table: write {key} = {{ {example} }}")
    return value


def _check_platform(name: str, path: str) -> None:
    from prelaunch import platforms

    try:
        platform = platforms.parse(name)
    except ValueError as error:
        raise CannotRunError(f"{path}: platforms: {name!r} is not a platform: {error}; write os/architecture") from None
    # Docker takes any word for an architecture and fails late; here it would be written into every build command.
    for part, known in ((platform.os, platforms.KNOWN_OS), (platform.architecture, platforms.KNOWN_ARCHITECTURES)):
        if part not in known:
            raise CannotRunError(
                f"{path}: platforms: {name!r} is not a platform: {part!r} is unknown{suggestion(part, known)}"
            )
    if name != name.lower() or "/" not in name:
        raise CannotRunError(f"{path}: platforms: {name!r} is not spelled as platforms are: write {str(platform)!r}")


def _check_glob(glob: str, key: str, path: str) -> None:
    if not glob.strip("/") or glob.startswith("!"):
        raise CannotRunError(f'{path}: {key}: {glob!r} is not a path or glob: write for example "vendor/" or "**/*.mk"')


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` with the nearest known word, else the list of all."""
    import difflib

    known = sorted(known)
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else f": there are {', '.join(known)}"
