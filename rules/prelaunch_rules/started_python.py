"""Which Python files of the repository a container runs at start: what it is told to run, and what that imports.

Only what surely runs counts: statements at the top level of a module, in no branch, no `try` and no function.
"""

from __future__ import annotations

import ast
import posixpath
import re

from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.applications import applications
from prelaunch_rules.django_start import VARIABLE, Named, named_by, settings_module
from prelaunch_rules.started import is_windows, path_of, programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prelaunch.image import Files, Image, Program
    from prelaunch.model import Source
    from prelaunch.project import Project

_MOST = 2_000
"""How many files are followed."""

_PYTHON = re.compile(r"python3?(\.\d+)?")
CHANGES_IMPORTS = re.compile(r"PYTHONPATH|\b(pip3?|uv|uvx|poetry|pipenv|pdm|conda|apt-get|apk)\b")
"""What a script does not say whose start is followed: where else to import from, or what else to install."""


class Module(NamedTuple):
    """A file of the image: its absolute path there, and the folders where its imports are looked for.

    `command` is what a `manage.py` is told to do. `named` are modules that are imported because the file names them
    as texts, with the line.
    """

    path: str
    roots: tuple[str, ...]
    command: str = ""
    named: tuple[tuple[str, int], ...] = ()


def reached(image: Image, project: Project) -> Mapping[str, Module]:
    """By its path in the repository, every file that runs at start, as the image has it."""
    key = ("python at start", image.source, image.target.number, tuple(image.arguments.items()), image.context)
    if key not in project.memo:
        project.memo[key] = _reached(image, project)
    found: Mapping[str, Module] = project.memo[key]
    return found


def _reached(image: Image, project: Project) -> Mapping[str, Module]:
    if image.start.state != "known" or is_windows(image):
        return {}
    files = project.files_of(image)
    queue = [
        module for program in programs(image, project, CHANGES_IMPORTS) for module in _entries(program, image, files)
    ]
    seen: set[str] = set()
    found: dict[str, Module] = {}
    named: dict[str, dict[tuple[str, int], None]] = {}
    while queue and len(seen) < _MOST:
        module = queue.pop(0)
        if module.path in seen:
            continue
        seen.add(module.path)
        origin = files.lookup(module.path)
        source = project.read(origin.path) if origin.kind == "repository" and not origin.touched else None
        if source is None:
            continue
        found.setdefault(source.path, module)
        names = [dotted for dotted, _ in imported(source.text, package_of(module.path, module.roots))]
        for one in _of_django(source, module, image, project) if VARIABLE in source.text else ():
            named.setdefault(one.path, {})[one.dotted, one.line] = None
            names.append(one.dotted)
        for dotted in names:
            queue += (Module(path, module.roots) for path in _files_of(dotted, module.roots, files))
    return {path: each._replace(named=tuple(named.get(path, ()))) for path, each in found.items()}


def _of_django(entry: Source, module: Module, image: Image, project: Project) -> Iterator[Named]:
    """What Django imports when `entry` starts it; the settings themselves first."""
    settings = settings_module(entry, image, project)
    if not settings:
        return
    files = project.files_of(image)

    def find(dotted: str) -> Source | None:
        bare = dotted.lstrip(".")
        level = len(dotted) - len(bare)
        inside = settings.split(".")[:-level] if level else []
        name = "/".join([*inside, *bare.split(".")])
        for path in (posixpath.join(root, f"{name}{end}") for root in module.roots for end in (".py", "/__init__.py")):
            origin = files.lookup(path)
            if origin.kind == "repository" and not origin.touched:
                return project.read(origin.path)
        return None

    source = find(settings)
    if source is not None:
        line = entry.position(entry.text.index(VARIABLE))[0]
        yield Named(settings, entry.path, line)
        yield from named_by(source, entry, module.command, find)


def _entries(program: Program, image: Image, files: Files) -> Iterator[Module]:
    """The files that a program is told to run."""
    path = path_of(program)
    folder = image.config.workdir.text or "/"
    if path is not None and path.endswith(".py"):
        full = posixpath.normpath(posixpath.join(folder, path))
        if program.run != "reader" or (program.through and _PYTHON.fullmatch(program.through[-1])):
            command = program.words[1].text if len(program.words) > 1 else ""
            yield Module(full, (posixpath.dirname(full),), command)
    for application in applications(program):
        roots = application.roots(image) or ()
        for dotted in (application.module, f"{application.module}.__main__"):
            if dotted == application.module or application.server == "python -m":
                yield from (Module(each, roots) for each in _files_of(dotted, roots, files))


def package_of(path: str, roots: Sequence[str]) -> str:
    """The dotted name of the package that a file of the image belongs to, below the first root that holds it."""
    folder = posixpath.dirname(path)
    for root in roots:
        if folder.startswith(f"{root.rstrip('/')}/"):
            return folder[len(root.rstrip("/")) + 1 :].replace("/", ".")
    return ""


def _files_of(dotted: str, roots: Sequence[str], files: Files) -> Iterator[str]:
    """The files that run where a module is imported: those of the packages around it, and its own."""
    parts = dotted.split(".")
    for root in roots:
        for number in range(1, len(parts) + 1):
            path = posixpath.join(root, *parts[:number])
            yield from (end for end in (f"{path}/__init__.py", f"{path}.py") if files.lookup(end).kind == "repository")


def imported(text: str, package: str) -> Iterator[tuple[str, int]]:
    """What a module surely imports when it runs, with its line; of `from a import b` it is `a.b`, for `a` comes too."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".") if package else []
            if node.level > len(above):
                continue
            inside = above[: len(above) - node.level + 1] if node.level else []
            module = ".".join([*inside, *([node.module] if node.module else [])])
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names if module)
