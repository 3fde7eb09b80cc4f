"""entrypoint-target-missing: what the container starts, or what its server is told to load, is not in the image."""

from __future__ import annotations

import os
import posixpath
import re

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.started import is_windows, laid_over, path_of, place_of, starts_otherwise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Program
    from prelaunch.model import Certainty
    from prelaunch.project import Project
    from prelaunch_rules.applications import Application

NAME = "entrypoint-target-missing"
_BASE = frozenset({"base", "baseimage"})
_ELSEWHERE = frozenset({"working_dir", "environment"})
_PARTING = str.maketrans("._-", "///")


def check(image: Image, project: Project) -> Iterator[Finding]:
    """A finding for each file, module or attribute of the start that is surely not there."""
    if image.start.state != "known" or is_windows(image) or _is_for_others(image):
        return
    for finding in _found(image, project):
        if starts_otherwise(image, project) or not _ELSEWHERE.isdisjoint(project.overridden(image)):
            return
        yield finding


def _found(image: Image, project: Project) -> Iterator[Finding]:
    from prelaunch_rules.applications import applications

    for program in image.start.programs:
        yield from _file(program, image, project)
        for application in applications(program):
            yield from _application(application, program, image, project)
    yield from _from_scripts(image, project)


def _from_scripts(image: Image, project: Project) -> Iterator[Finding]:
    """What scripts of the repository tell a server to load; they may do more than is understood."""
    from prelaunch_rules.applications import applications
    from prelaunch_rules.started import programs
    from prelaunch_rules.started_python import CHANGES_IMPORTS

    changes = re.compile(rf"{CHANGES_IMPORTS.pattern}|(?m:^\s*(\.|source)\s)")
    for program in programs(image, project, changes)[len(image.start.programs) :]:
        for application in applications(program):
            for finding in _application(application, program, image, project):
                yield finding._replace(certainty="likely")


def _is_for_others(image: Image) -> bool:
    """Whether others bring what it starts, in an image on top or by a mount.

    Nothing is copied, or it says ONBUILD, or its path says that it is a base.
    """
    parts = image.source.path.lower().translate(_PARTING).split("/")
    if not _BASE.isdisjoint(parts):
        return True
    instructions = [each for stage in image.chain for each in stage.instructions]
    return any(each.onbuild for each in instructions) or not any(
        each.keyword in {"COPY", "ADD"} for each in instructions
    )


def _file(program: Program, image: Image, project: Project) -> Iterator[Finding]:
    """The program's own file, where it is named by a path; the shell of a shell form is another rule's matter."""
    path, span = path_of(program), program.words[0].span
    if path is None or span is None:
        return
    if "/" not in path and program.run != "reader":
        yield from _by_name(path, program, image, project)
        return
    found = project.files_of(image).lookup(path)
    if found.kind != "absent" or found.touched or laid_over(path, image, project):
        return
    if program.run == "reader":
        from prelaunch_rules.entrypoint_target_missing.read import is_one_file

        if not is_one_file(path, program.through[-1:], image, project):
            return
        reader = program.through[-1] if program.through else "the interpreter"
        ends = f"`{reader}` cannot open it and the container dies"
    else:
        ends = "the container dies with `no such file or directory`"
    message = f"`{path}` is not in the image: nothing copies or makes it, so {ends}{_instead(path, image, project)}"
    yield Finding(NAME, _sure(found.sure), image.source, span, message)


def _by_name(name: str, program: Program, image: Image, project: Project) -> Iterator[Finding]:
    """A script that stands in WORKDIR and is started without `./`."""
    from prelaunch_rules.entrypoint_target_missing.names import not_in_path

    found, span = not_in_path(program, image, project), program.words[0].span
    if found is None or span is None:
        return
    folder, certainty = found
    ends = (
        f"`{program.through[-1]}` stops with `{name}: not found`"
        if program.through
        else "the container dies with `executable file not found in $PATH`"
    )
    message = (
        f"`{name}` is no path, so it is looked for in `PATH`, and it stands in `{folder}`, which is not there, so"
        f" {ends}; write `./{name}`"
    )
    yield Finding(NAME, certainty, image.source, span, message)


def _application(application: Application, program: Program, image: Image, project: Project) -> Iterator[Finding]:
    """The module that a server is told to load, and the attribute of it."""
    from prelaunch_rules.applications import installs_itself
    from prelaunch_rules.entrypoint_target_missing.module import Lookup, attribute

    span = application.word.span or place_of(program, image)
    roots = application.roots(image)
    if span is None or roots is None or installs_itself(image) or _is_configured(application, image, project):
        return
    lookup = Lookup(project.files_of(image), roots, project.read)
    module = application.module
    if any(_is_mounted_in(root, image, project) for root in roots):
        return
    found = lookup.find(module)
    if found is None:
        missing, instead = lookup.first_missing(module), _module_instead(module, image, project)
        # a module of which the repository knows nothing may be installed: `gunicorn superset.app:create_app()`
        if missing and ("." in missing or instead):
            where = " or ".join(f"`{root}`" for root in roots)
            message = (
                f"`{application.word.text}` names the module `{module}`, and there is no `{missing}` in {where}, where"
                f" `{application.server}` looks, so the container dies with `ModuleNotFoundError`"
                f"{instead}"
            )
            yield Finding(NAME, _sure(lookup.sure), image.source, span, message)
        return
    name = application.attribute
    source = project.read(found.path) if found.kind == "repository" else None
    if name and source is not None and attribute(source, name) == "absent":
        message = (
            f"`{application.word.text}` names `{name}` of `{source.path}`, which binds no such name, so"
            f" `{application.server}` cannot load it and the container dies"
        )
        yield Finding(NAME, _sure(found.sure and lookup.sure), image.source, span, message)


def _is_configured(application: Application, image: Image, project: Project) -> bool:
    """Whether the server may be told elsewhere where to look: by a variable, or by gunicorn's file in its folder."""
    if any(name.startswith(("GUNICORN_CMD", "UVICORN_")) for name in image.config.env):
        return True
    found = project.files_of(image).lookup("gunicorn.conf.py") if application.server == "gunicorn" else None
    source = project.read(found.path) if found is not None and found.kind == "repository" else None
    if source is None:
        return found is not None and found.kind not in {"absent", "unknown"}
    return any(word in source.text for word in ("chdir", "pythonpath", "sys.path", "wsgi_app"))


def _sure(sure: bool) -> Certainty:
    return "certain" if sure else "likely"


def _is_mounted_in(folder: str, image: Image, project: Project) -> bool:
    """Whether a module may come from a volume: one that covers the folder, or lies in it."""
    inner = f"{folder.rstrip('/')}/"
    mounts = project.mounts_of(image)
    return any(mount.covers(folder) or mount.target.startswith(inner) for mount in mounts)


def _instead(path: str, image: Image, project: Project) -> str:
    """Where a file of that name is, of those that the image does hold."""
    name, files = posixpath.basename(path), project.files_of(image)
    parent = posixpath.dirname(path) or "."
    for folder in (posixpath.dirname(parent), *(posixpath.join(parent, each) for each in ("app", "src", "bin"))):
        other = posixpath.join(folder, name)
        if other != path and files.lookup(other).kind in {"repository", "heredoc"}:
            return f"; `{other}` is there"
    return ""


def _module_instead(module: str, image: Image, project: Project) -> str:
    """The same module in a package beside it, or without the package in front."""
    files = project.files_of(image)
    last = module.rpartition(".")[2]
    others = [f"{folder}.{module}" for folder in ("app", "src", "backend", "api", "server")]
    others += [module.partition(".")[2], last]
    for other in dict.fromkeys(others):
        if other and other != module and files.lookup(f"{other.replace('.', '/')}.py").kind == "repository":
            return f"; `{other}` is there"
    path = f"{module.replace('.', '/')}.py"
    if "." in module and files.holds(".", f"/{path}"):
        return f"; `{path}` stands in a folder of it, which is not asked"
    return ""


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=(
        "error loading asgi app",
        "failed to find attribute",
        "modulenotfounderror: no module named",
        "can't open file",
        "invalid value: file does not exist",
        "exec: ... stat ... no such file or directory",
        "exec: ... executable file not found in $path",
    ),
)
