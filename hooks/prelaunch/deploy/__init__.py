"""What the deploy files of a project run: image names, and the architecture of the machines that run them.

Names are found line by line, in any of the files, templates too (`deployed_images`). A requirement is read from the
parsed file (`deployments`), and only where the bytes hold a word of one, which few files do. Both are lazy, bounded and
remembered: a commit whose rules ask nothing pays nothing.

What is read, and what each system requires where nothing is written: Kubernetes (nothing), Amazon ECS (X86_64 on
Fargate), AWS Lambda by CloudFormation, SAM, Serverless and Terraform (x86_64), Cloud Run and Fly (amd64 always), Nomad
(nothing), compose services that are not built (nothing). A function of CDK stands beside the image that it runs:
`Build.runs`.
"""

from __future__ import annotations

from collections import Counter

from prelaunch.deploy.files import deploy_files
from prelaunch.deploy.names import could_be, named_images, repository
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Deployment, Source
    from prelaunch.project import Project

__all__ = ["could_be", "deployed_images", "deployments", "deployments_of", "repository"]

_MAX_PARSED = 200
"""Files that hold a requirement are few; a tree of thousands is generated, and reading it would stall a commit."""


def deployed_images(project: Project) -> Counter[str]:
    """The repositories (no tag, no digest) of the images that the deploy files name literally, and how often."""
    key = ("deploy", "images")
    if key not in project.memo:
        files = deploy_files(project)
        names = (name for file in files if file.deploys for name in named_images(file.source))
        project.memo[key] = Counter(map(repository, names))
    images: Counter[str] = project.memo[key]
    return images


def deployments(project: Project) -> tuple[Deployment, ...]:
    """Every place that runs an image on machines of a known architecture."""
    key = ("deploy", "deployments")
    if key not in project.memo:
        project.memo[key] = tuple(_all(project))
    found: tuple[Deployment, ...] = project.memo[key]
    return found


def deployments_of(project: Project, image: str) -> tuple[Deployment, ...]:
    """The deployments of the image's repository, whatever their tags."""
    name = repository(image)
    return tuple(each for each in deployments(project) if repository(each.image) == name)


def _all(project: Project) -> Iterator[Deployment]:
    left = _MAX_PARSED
    for file in deploy_files(project):
        if file.requires and left > 0:
            left -= 1
            yield from _read(file.source, project)


def _read(source: Source, project: Project) -> Iterator[Deployment]:
    """The deployments of one file; none where it cannot be read, which is said where it is judged itself."""
    from prelaunch.project import UnreadableError

    name = source.path.rsplit("/", 1)[-1].lower()
    try:
        if name == "fly.toml":
            from prelaunch.deploy.fly import read_fly

            yield from read_fly(source)
        elif name.endswith(".tf"):
            from prelaunch.deploy.terraform import read_terraform

            yield from read_terraform(source, project)
        elif name.endswith((".nomad", ".hcl")):
            from prelaunch.deploy.nomad import read_nomad

            yield from read_nomad(source)
        else:
            from prelaunch.deploy.manifests import read_manifests

            yield from read_manifests(source)
    except UnreadableError:
        return
