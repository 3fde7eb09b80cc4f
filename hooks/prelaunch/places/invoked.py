"""Whether some command of the repository hands a platform to a tool that reads its builds from a file of its own.

An Earthfile's target is built for what `earthly --platform` says, an image of Jib for its property; a look at the lines
of the files that usually hold such commands is enough to know that the file itself does not decide.
"""

from __future__ import annotations

from prelaunch.model import Step
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.project import Project

_FOLDERS = (
    "",
    ".github/workflows",
    ".gitlab",
    ".gitlab-ci",
    ".circleci",
    ".buildkite",
    "scripts",
    "script",
    "ci",
    "hack",
)
_NAMES = ("makefile", "justfile", "jenkinsfile", "package.json")
_SUFFIXES = (".yml", ".yaml", ".sh", ".bash", ".mk", ".just")
_MAX_FILES = 300


def platform_given(project: Project, program: str, variable: str) -> Step | None:
    """Where a command of `program` names a platform, or `variable` is set, which it reads; None where none does."""
    key = ("invoked", program)
    if key not in project.memo:
        project.memo[key] = next(_given(project, program, variable), None)
    found: Step | None = project.memo[key]
    return found


def _given(project: Project, program: str, variable: str) -> Iterator[Step]:
    for path in _paths(project):
        source = project.read(path)
        if source is None or not (program in source.text or variable in source.text):
            continue
        for number, line in enumerate(source.text.replace("\\\r\n", "  ").replace("\\\n", "  ").splitlines(), 1):
            line = f" {line}".partition(" #")[0]  # noqa: PLW2901
            words = line.replace("=", " ").replace(":", " ").split()
            if variable in line or (program in words and "--platform" in words[words.index(program) :]):
                exact = "\\\n" not in source.text and "\\\r\n" not in source.text
                yield Step(f"`{program}` is handed a platform", path, number if exact else None)


def _paths(project: Project) -> Iterator[str]:
    left = _MAX_FILES
    for folder in _FOLDERS:
        for name in project.names(folder or "."):
            lower = name.lower()
            if lower.startswith(_NAMES) or lower.endswith(_SUFFIXES):
                left -= 1
                if left < 0:
                    return
                yield f"{folder}/{name}" if folder else name
