"""The versions of Python that a project is tested with: a CI job's, tox's, and those of its classifiers."""

from __future__ import annotations

from prelaunch.dependencies.text import join, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.dependencies.python import PythonVersions
    from prelaunch.project import Project

_MAX_WORKFLOWS = 50
_WORKFLOWS = ".github/workflows"
_CLASSIFIER = "Programming Language :: Python :: 3."


def versions_tested(project: Project, folder: str, names: tuple[str, ...]) -> PythonVersions | None:
    """What the jobs of a folder run under, else (a hint) what else it lists; None where it lists nothing readable."""
    from prelaunch.dependencies.python import PythonVersions

    found, place = _of_jobs(project, folder, names)
    if place:
        return PythonVersions(found, place, "likely") if found else None
    found, place = _of_lists(project, folder, names)
    return PythonVersions(found, place, "hint") if found else None


def _of_jobs(project: Project, folder: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The versions of all jobs, and the first place; no version where one of them cannot be told."""
    texts = []
    if ".github" in names:
        workflows = join(folder, _WORKFLOWS)
        files = [name for name in project.names(workflows) if name.endswith((".yml", ".yaml"))]
        texts += [join(workflows, name) for name in files[:_MAX_WORKFLOWS]]
    texts += [join(folder, name) for name in (".gitlab-ci.yml", ".travis.yml") if name in names]
    versions: set[str] = set()
    first = ""
    for path in texts:
        for line, value in _settings(read(project, path), path):
            first = first or f"{path}:{line}"
            if "$" in value:
                continue  # a cell of the matrix, which stands elsewhere
            version = _minor(value)
            if not version:
                return (), first
            versions.add(version)
    return _sorted(versions), first if versions else ""


def _settings(text: str, path: str) -> Iterator[tuple[int, str]]:
    """Every value of `python-version:` (GitHub), `python:` (Travis) and of a Python image (GitLab), with its line."""
    key = "image" if path.endswith(".gitlab-ci.yml") else "python" if path.endswith(".travis.yml") else "python-version"
    listed = -1
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition(" #")[0].rstrip()
        entry = line.strip()
        indent = len(line) - len(line.lstrip())
        if listed >= 0 and entry.startswith("- ") and indent >= listed:
            yield number, _plain(entry[2:])
            continue
        if entry:
            listed = -1
        name, colon, value = entry.removeprefix("- ").partition(":")
        if not colon or name.strip("\"'") not in {key, key.replace("-", "_")}:
            continue
        if key == "image":
            image = _plain(value).rpartition("/")[2]
            if image.startswith("python:"):
                yield number, image.removeprefix("python:").partition("-")[0]
        elif value.strip().startswith("["):
            yield from ((number, _plain(each)) for each in value.strip(" []").split(","))
        elif value.strip() in {"", "|"}:
            listed = indent
        else:
            yield number, _plain(value)


def _plain(value: str) -> str:
    return value.strip().strip("\"'").strip()


def _minor(value: str) -> str:
    """`3.12` of `3.12`, `3.12.1` and `python-3.12`; "" for anything else: another implementation, `3.x`, a range."""
    parts = value.removeprefix("python-").split(".")
    fits = 2 <= len(parts) <= 3 and parts[0] == "3" and all(part.isascii() and part.isdigit() for part in parts)
    return f"3.{int(parts[1])}" if fits and len(parts[1]) < 4 else ""


def _of_lists(project: Project, folder: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if "tox.ini" in names:
        found = _of_environments(read(project, join(folder, "tox.ini")))
        if found:
            return _sorted(found), join(folder, "tox.ini")
    for name in ("pyproject.toml", "setup.cfg", "setup.py"):
        text = read(project, join(folder, name)) if name in names else ""
        found = set()
        at = text.find(_CLASSIFIER)
        while at >= 0:
            start = at + len(_CLASSIFIER) - 2
            version = _minor(text[start : start + 6].split('"')[0].split("'")[0].split()[0].rstrip(","))
            found.update([version] if version else [])
            at = text.find(_CLASSIFIER, start)
        if found:
            return _sorted(found), join(folder, name)
    return (), ""


def _of_environments(text: str) -> set[str]:
    """The versions in the `envlist` of tox: `py{39,310}-django`, `py311, lint`, `py3.12`."""
    found = set()
    inside = False
    for line in text.splitlines():
        if line[:1] not in {" ", "\t"}:
            inside = line.partition("=")[0].strip() in {"envlist", "env_list"}
        for part in line.split("py")[1:] if inside else ():
            group = part[1:].partition("}")[0].split(",") if part.startswith("{") else [_digits(part)]
            for each in group:
                digits = each.strip().replace(".", "")
                if digits.isascii() and digits.isdigit() and digits[0] == "3" and 2 <= len(digits) <= 3:
                    found.add(f"3.{int(digits[1:])}")
    return found


def _digits(text: str) -> str:
    stop = 0
    while stop < len(text) and (text[stop].isdigit() or text[stop] == "."):
        stop += 1
    return text[:stop]


def _sorted(versions: set[str]) -> tuple[str, ...]:
    return tuple(sorted(versions, key=lambda version: int(version.partition(".")[2])))
