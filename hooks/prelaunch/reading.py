"""From a file to the facts that it holds, each kind of file by its own place. What cannot be read is a finding."""

from __future__ import annotations

from importlib import import_module

from prelaunch.file_names import kind_by_name
from prelaunch.kinds import BUILD, IMAGE, IMPORT, RETAG, YAML_KINDS
from prelaunch.model import Build, Finding, Import, Retag, Source, Span
from prelaunch.project import MAX_BYTES, UnreadableError
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from prelaunch.discover import File
    from prelaunch.image import Image
    from prelaunch.model import Certainty, Fragment, Rule
    from prelaunch.project import Project

UNREADABLE = "unreadable"

_PLACES = {
    "dockerfile": "prelaunch.places.dockerfile",
    "makefile": "prelaunch.places.makefile",
    "shell": "prelaunch.places.shell",
    "github": "prelaunch.places.github",
    "gitlab": "prelaunch.places.gitlab",
    "compose": "prelaunch.places.compose",
    "bake": "prelaunch.places.bake",
    "cloudbuild": "prelaunch.places.cloudbuild",
    "kubernetes": "prelaunch.places.kubernetes",
    "goreleaser": "prelaunch.places.goreleaser",
    "codebuild": "prelaunch.places.codebuild",
    "taskfile": "prelaunch.places.taskfile",
    "skaffold": "prelaunch.places.skaffold",
    "ansible": "prelaunch.places.ansible",
    "circleci": "prelaunch.places.circleci",
    "azure": "prelaunch.places.azure",
    "drone": "prelaunch.places.drone",
    "woodpecker": "prelaunch.places.woodpecker",
    "travis": "prelaunch.places.travis",
    "bitbucket": "prelaunch.places.bitbucket",
    "buildkite": "prelaunch.places.buildkite",
    "semaphore": "prelaunch.places.semaphore",
    "appveyor": "prelaunch.places.appveyor",
    "steps": "prelaunch.places.steps",
    "jenkins": "prelaunch.places.jenkins",
    "javascript": "prelaunch.places.javascript",
    "windows": "prelaunch.places.windows_files",
    "tilt": "prelaunch.places.tilt",
    "just": "prelaunch.places.justfile",
    "jvm": "prelaunch.places.jvm",
    "ruby": "prelaunch.places.ruby",
    "bazel": "prelaunch.places.bazel",
    "npm": "prelaunch.places.npm",
    "terraform": "prelaunch.places.terraform",
    "python": "prelaunch.places.python_code",
    "earthly": "prelaunch.places.earthly",
    "tasks": "prelaunch.places.task_tables",
    "tox": "prelaunch.places.tox",
    "devcontainer": "prelaunch.places.devcontainer",
    "sam": "prelaunch.places.sam",
    "serverless": "prelaunch.places.serverless",
    "pulumi": "prelaunch.places.pulumi",
    "hosted": "prelaunch.places.hosted",
}
"""The module that reads the builds of each kind of file: its `builds(source, project)`."""


class Facts(NamedTuple):
    """What one file holds; `faults` are the findings about what could not be read."""

    source: Source
    builds: tuple[Build, ...] = ()
    imports: tuple[Import, ...] = ()
    images: tuple[Image, ...] = ()
    faults: tuple[Finding, ...] = ()
    retags: tuple[Retag, ...] = ()


def read_facts(project: Project, file: File, wanted: Collection[str], rules: Iterable[Rule] = ()) -> Facts:
    """The facts of one file, of the `wanted` kinds (BUILD, RETAG, IMPORT, IMAGE) that `discover` saw a chance of.

    A Python file is not parsed for its imports where every one of `rules` that judges them says that it need not be.
    """
    try:
        source = open_source(project, file)
    except UnreadableError as error:
        source = project.read(file.path) or Source(file.path, "")
        return Facts(source, faults=(_unreadable(source, file.kind, error),))
    found: tuple[Build, ...] = ()
    imports: list[Import] = []
    faults: list[Finding] = []
    if not file.facts.isdisjoint({BUILD, RETAG}.intersection(wanted)):
        try:
            found = read_place(project, file, source)
        except UnreadableError as error:
            found, how = _template_builds(source, file.kind, project)
            faults.append(_unreadable(source, file.kind, error, how))
        if file.path in project.cut:
            reason = "too large once its aliases, matrices and templates are filled in: only its beginning was read"
            faults.append(_unreadable(source, file.kind, UnreadableError(reason)))
    if IMPORT in wanted and IMPORT in file.facts and _worth_parsing(source, file, project, rules):
        from prelaunch.readers import python

        try:
            for fragment in _python_fragments(source, file.kind):
                _add_imports(fragment, python.imports, imports, faults)
        except UnreadableError as error:
            faults.append(_unreadable(source, file.kind, error))
    images: tuple[Image, ...] = ()
    if IMAGE in wanted and IMAGE in file.facts:
        from prelaunch.images.link import possible_images

        images = possible_images(project, source)
    builds = tuple(each for each in found if BUILD in file.facts and not isinstance(each, Retag))
    retags = tuple(each for each in found if isinstance(each, Retag) and each.renamed)
    return Facts(source, builds, tuple(imports), images, tuple(faults), retags)


def read_place(project: Project, file: File, source: Source) -> tuple[Build, ...]:
    """The builds of one file, and its pulls, read once a project. Raises `UnreadableError`."""
    key = ("builds", file.path)
    if key not in project.memo:
        project.memo[key] = tuple(import_module(_PLACES[file.kind]).builds(source, project))
    builds: tuple[Build, ...] = project.memo[key]
    return builds


def _worth_parsing(source: Source, file: File, project: Project, rules: Iterable[Rule]) -> bool:
    """Whether some rule has a chance of a finding among the imports of a file."""
    judges = [rule for rule in rules if rule.judges is Import]
    if file.kind != "python" or not judges:
        return True
    return any(rule.sift is None or rule.sift(source, project) for rule in judges)


def _add_imports(
    fragment: Fragment,
    read: Callable[[Fragment], Iterable[Import]],
    imports: list[Import],
    faults: list[Finding],
) -> None:
    """Add the imports of one fragment, or the fault that hides them: the other cells of a notebook still count."""
    try:
        imports += read(fragment)
    except UnreadableError as error:
        faults.append(_unreadable(fragment.source, "python", error))


def open_source(project: Project, file: File) -> Source:
    """The text of a file that is to be judged. Raises `UnreadableError`."""
    source = project.open(file.path)
    if "\0" in source.text:
        raise UnreadableError("is not text", source.text.index("\0"))
    if file.kind == "python" and source.encoding == "utf-8":
        from prelaunch.readers import python

        decoded = python.decode(file.path, source.encode(source.text))
        if decoded.encoding != source.encoding:
            project.add(decoded)
            return decoded
    return source


def _python_fragments(source: Source, kind: str) -> Iterable[Fragment]:
    if kind == "notebook":
        from prelaunch.readers import notebook

        return notebook.python_cells(source)
    if kind == "dockerfile":
        from prelaunch.places.dockerfile import python_fragments
        from prelaunch.readers.dockerfile import read

        return python_fragments(read(source))
    return (source.whole(),)


def _template_builds(source: Source, kind: str, project: Project) -> tuple[tuple[Build, ...], str]:
    """What shows of a file that is a template, so that its language cannot be read yet, and how that was read."""
    if kind not in YAML_KINDS or ("{{" not in source.text and "{%" not in source.text):
        return (), ""
    from prelaunch.places import templates

    return templates.builds(source, kind, project, import_module(_PLACES[kind]).builds)


def _unreadable(source: Source, kind: str, error: UnreadableError, how: str = "") -> Finding:
    at = max(0, min(error.offset, len(source.text)))
    # Python 2 is no fault of Python 2; a template becomes YAML only once it is filled in; no build file is that large.
    template = kind in YAML_KINDS and ("{%" in source.text or "{{" in source.text.replace("${{", ""))
    by_content = kind_by_name(source.path) in {"yaml", "hcl", "script"}  # it may be something else that looks alike
    excused = kind == "python" or template or by_content or f"larger than {MAX_BYTES // 1_000_000} MB" in str(error)
    certainty: Certainty = "hint" if excused else "certain"
    return Finding(
        UNREADABLE,
        certainty,
        source,
        Span(at, min(at + 1, len(source.text))),
        f"this file {'is ' if str(error).startswith(('invalid', 'too')) else ''}{error}{how}",
    )
