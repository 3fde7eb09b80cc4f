"""Which files of a project are deploy files: by name, then by words in their bytes, in bounds."""

from __future__ import annotations

from prelaunch.kinds import IMAGE_WORDS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project

_MAX_FILES = 3_000
_MAX_CHARACTERS = 30_000_000

_ENDINGS = (".yaml", ".yml", ".json", ".tf", ".nomad", ".hcl", "fly.toml")

_USUAL = frozenset(
    "deploy deployment deployments k8s kubernetes kube manifests kustomize config charts chart helm infra "
    "infrastructure terraform ecs nomad".split()
)
"""Folders in which such files usually lie: they are read first."""

_UNUSUAL = frozenset("test tests testdata fixtures fixture e2e vendor node_modules examples example samples".split())
"""Folders whose manifests show or test something; what they name is not what is deployed."""

_JSON_WORDS = ("task", "ecs", "container", "deploy", "template", "cloudformation", "serverless")
_PLATFORM_WORDS = ("kubernetes.io/arch", "cpuArchitecture", "CpuArchitecture", "cpu_architecture", "cpu.arch")


class DeployFile(NamedTuple):
    """A file that names images: `deploys` says that it brings them somewhere, `requires` that it may say where to."""

    source: Source
    deploys: bool
    requires: bool


def deploy_files(project: Project) -> tuple[DeployFile, ...]:
    """The deploy files of the project, those of the usual folders first."""
    key = ("deploy", "files")
    if key not in project.memo:
        project.memo[key] = tuple(_files(project))
    files: tuple[DeployFile, ...] = project.memo[key]
    return files


def _files(project: Project) -> Iterator[DeployFile]:
    left = _MAX_CHARACTERS
    for path in _candidates(project)[:_MAX_FILES]:
        source = project.read(path) if _speaks_of_images(project, path) else None
        if source is None:
            continue
        left -= len(source.text)
        if left < 0:
            return
        deploys, requires = _looked(path, source.text)
        if deploys or requires:
            yield DeployFile(source, deploys, requires)


def _speaks_of_images(project: Project, path: str) -> bool:
    """A cheap look at the bytes of a file of the disk: nine in ten are left out by it."""
    if project.root is None or path in project.given:
        project.ask("read", path)
        return True
    if project.log is None and project.files.names_no_image(path):
        return False
    from prelaunch.discover import MAX_BYTES, read_regular

    try:
        data = read_regular(f"{project.root}/{path}", script=False)
    except (OSError, ValueError):
        data = None
    project.ask("read", path, data if data is not None and len(data) < MAX_BYTES else None)
    return data is not None and any(word in data for word in IMAGE_WORDS)


def _candidates(project: Project) -> list[str]:
    found = []
    for path in project.paths(*_ENDINGS):
        lower = path.lower()
        name = lower[lower.rfind("/") + 1 :]
        if not _named(name) or (name.endswith(".json") and not any(word in lower for word in _JSON_WORDS)):
            continue
        folders = lower.split("/")[:-1]
        if _UNUSUAL.isdisjoint(folders):
            usual = not folders or not _USUAL.isdisjoint(folders)
            found.append((not usual, len(folders), path))
    return [path for _, _, path in sorted(found)]


def _named(name: str) -> bool:
    return name.endswith(_ENDINGS) and (not name.endswith(".toml") or name == "fly.toml")


def _looked(path: str, text: str) -> tuple[bool, bool]:
    """Whether a file deploys images, and whether it may say for which architecture."""
    name = path.rsplit("/", 1)[-1].lower()
    if name == "fly.toml":
        return "image" in text, "image" in text
    if "mage" not in text and not (name.startswith("values") and "repository" in text):
        return False, False
    if name.endswith(".tf"):
        cloud = any(word in text for word in ("aws_lambda_function", "aws_ecs_task_definition", "google_cloud_run"))
        return cloud or "kubernetes_" in text, cloud
    if name.endswith((".nomad", ".hcl")):
        job = "job " in text and "task " in text
        return job, job and "cpu.arch" in text
    if "kind:" in text and ("apiVersion:" in text or _in_usual(path)):
        run = "run.googleapis.com" in text
        return True, run or any(word in text for word in _PLATFORM_WORDS)
    if "containerDefinitions" in text or "AWS::" in text:
        return True, True
    if name.startswith("serverless") and "provider:" in text:
        return True, True
    if name.startswith("values"):
        return True, any(word in text for word in _PLATFORM_WORDS)
    if name.startswith("kustomization"):
        return "newName" in text, False
    return False, "services:" in text and "platform:" in text and "compose" in name


def _in_usual(path: str) -> bool:
    folders = path.lower().split("/")[:-1]
    return not folders or any(folder in _USUAL for folder in folders)
