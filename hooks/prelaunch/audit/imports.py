"""The third-party modules that a project imports: who gives them, in which version, and what is known against them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from prelaunch.audit.record import ImportRow, Spot
from prelaunch.writers.place import decodable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prelaunch.dependencies import Requirement
    from prelaunch.project import Project

_MAX_FILES = 20_000
_SOURCE_FOLDERS = ("", "src", "lib", "app")


class _Seen:
    """One module, as far as it was seen."""

    def __init__(self, path: str, line: int) -> None:
        self.files, self.path, self.line = 0, path, line


def import_rows(project: Project, accused: Mapping[str, Collection[str]]) -> tuple[ImportRow, ...]:
    """One row a top-level module that is neither the standard library's nor the project's own, by name.

    `accused` says, by top-level module, how certain the findings about its imports are.
    """
    seen: dict[str, _Seen] = {}
    for path in sorted(path for path in project.paths(".py") if path.endswith(".py"))[:_MAX_FILES]:
        for top, line in _tops(project, path):
            if top not in seen:
                seen[top] = _Seen(path, line)
            seen[top].files += 1
    tops = (top for top in sorted(seen) if top not in sys.stdlib_module_names)
    return tuple(
        _row(project, top, seen[top], accused.get(top, ())) for top in tops if not _is_own(project, top, seen[top].path)
    )


def _tops(project: Project, path: str) -> Iterator[tuple[str, int]]:
    """The top-level modules that a file imports, with the line that names each first."""
    from prelaunch.readers.python_scan import scan

    data = project.content(path)
    project.ask("read", path, data)
    if data is None:
        return
    for top in sorted({module.partition(".")[0] for module in scan(data)[0]}):
        places = [data.find(word + top.encode()) for word in (b"import ", b"from ")]
        at = min((place for place in places if place >= 0), default=0)
        yield top, data.count(b"\n", 0, at) + 1


def _is_own(project: Project, top: str, path: str) -> bool:
    """Whether a module is the project's own: it stands beside a file that imports it, or where sources usually lie."""
    folder, folders = path, [*_SOURCE_FOLDERS]
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        folders += [folder, f"{folder}/src"]
    for each in folders:
        base = f"{each}/{top}" if each else top
        if project.exists(f"{base}.py") or any(name.endswith(".py") for name in project.names(base)):
            return True
    return False


def _row(project: Project, top: str, seen: _Seen, accused: Collection[str]) -> ImportRow:
    from prelaunch.dependencies import pinned, requirements
    from prelaunch.index.lookup import provider
    from prelaunch.index.shipped import index

    named = requirements(project, seen.path)
    known = index()
    package = provider(known, top, named) if known is not None else None
    distribution = package.distribution if package is not None else _same_name(top, named)
    own = named.get(distribution, ())
    ranges = dict.fromkeys(each.specifier for each in own if each.specifier)
    version = (pinned(own) if own else None) or " or ".join(ranges)
    if accused:
        verdict = "fails" if "certain" in accused else "may fail"
    else:
        verdict = "not in the index" if package is None else "nothing known against it"
    spot = Spot(decodable(seen.path), seen.line, seen.line)
    return ImportRow(top, distribution, decodable(version), seen.files, spot, verdict)


def _same_name(top: str, named: Mapping[str, tuple[Requirement, ...]]) -> str:
    wanted = top.lower().replace("_", "-")
    return wanted if wanted in named else ""
