"""retagged-pull: what is silent though it is pulled, tagged and pushed, and what is not."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from prelaunch.engine import Judge, run
from prelaunch.project import Project, Settings
from prelaunch_rules.retagged_pull import RULE

if TYPE_CHECKING:
    from pathlib import Path

CLOUD_BUILD = """\
steps:
- name: gcr.io/cloud-builders/docker
  args: [pull, a]
- name: gcr.io/cloud-builders/docker
  args: [tag, a, gcr.io/p/a]
- name: gcr.io/cloud-builders/docker
  args: [push, gcr.io/p/a]
"""


def found(root: Path, files: dict[str, str], platforms: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(textwrap.dedent(text))
    project = Project(str(root), Settings(platforms=platforms))
    report = run(project, list(project.candidates()), Judge((RULE,), frozenset({RULE.name})), hints=True)
    return [(each.source.path, each.source.position(each.span.start)[0]) for each in report.findings]


def moved(old: str, new: str, tool: str = "docker") -> str:
    return f"{tool} pull {old}\n{tool} tag {old} {new}\n{tool} push {new}\n"


@pytest.mark.parametrize(
    ("old", "new", "flagged"),
    [
        ("nginx:1", "reg.io/nginx:1", True),
        ("quay.io/a/b:1", "reg.io/b:2", True),
        ("nginx", "localhost:5000/nginx", False),
        ("nginx", "127.0.0.1:5000/nginx", False),
        ("nginx:1-amd64", "reg.io/nginx:1", False),
        ("arm64v8/nginx", "reg.io/nginx", False),
        ("nginx:1", "reg.io/nginx:1-aarch64", False),
        ("nginx@sha256:0", "reg.io/nginx:1", False),
        ('"$IMG-$ARCH"', '"$REG/$IMG-$ARCH"', False),
        ("mcr.microsoft.com/windows/nanoserver:1809", "reg.io/nanoserver:1809", False),
        ("reg.io/a:1", "reg.io/a:latest", False),
        ("$IMG:$SHA", "$IMG:latest", False),
    ],
)
def test_names_decide(tmp_path: Path, old: str, new: str, *, flagged: bool) -> None:
    assert found(tmp_path, {"x.sh": moved(old, new)}) == [("x.sh", 1)] * flagged


@pytest.mark.parametrize(
    ("build", "flagged"),
    [
        ("docker buildx build --platform linux/amd64,linux/arm64 --push -t reg.io/api:1 .", True),
        ("docker buildx build --platform linux/amd64 --push -t reg.io/api:1 .", False),
        ("docker build -t reg.io/api:1 . && docker push reg.io/api:1", False),
        ("docker buildx build --platform linux/amd64 --push -t reg.io/api:gpu .", False),
        ("docker buildx build --platform linux/amd64,linux/arm64 --push -t reg.io/api:2 .", True),
        ("docker build -t reg.io/other:1 . && docker push reg.io/other:1", True),
    ],
)
def test_an_own_image_loses_only_what_it_has(tmp_path: Path, build: str, *, flagged: bool) -> None:
    files = {"build.sh": build, "promote.sh": moved("reg.io/api:1", "prod.io/api:1"), "Dockerfile": "FROM scratch\n"}
    assert found(tmp_path, files) == [("promote.sh", 1)] * flagged


@pytest.mark.parametrize(("platforms", "flagged"), [((), True), (("linux/amd64",), False), (("linux/arm64",), True)])
def test_a_runner_of_the_one_configured_platform_is_trusted(
    tmp_path: Path, platforms: tuple[str, ...], *, flagged: bool
) -> None:
    workflow = """\
        on: push
        jobs:
          mirror:
            runs-on: ubuntu-latest
            steps:
              - run: docker pull nginx:1
              - run: docker tag nginx:1 reg.io/nginx:1 && docker push reg.io/nginx:1
        """
    assert bool(found(tmp_path, {".github/workflows/a.yml": workflow}, platforms)) == flagged


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (".gitlab-ci.yml", "m:\n  script:\n    - docker pull a\n    - docker tag a r/a\n    - docker push r/a\n", 3),
        (
            "Taskfile.yml",
            "tasks:\n  m:\n    cmds:\n      - docker pull a\n      - docker tag a r/a; docker push r/a\n",
            4,
        ),
        ("justfile", "m:\n    docker pull a\n    docker tag a r/a\n    docker push r/a\n", 2),
        ("mirror.ps1", "docker pull a\ndocker tag a r/a\ndocker push r/a\n", 1),
        ("cloudbuild.yaml", CLOUD_BUILD, 2),
        ("Makefile", "I = a\nm:\n\tdocker pull $(I)\n\tdocker tag $(I) r/$(I)\n\tdocker push r/$(I)\n", 3),
    ],
)
def test_it_is_seen_in_every_kind_of_file(tmp_path: Path, name: str, text: str, line: int) -> None:
    assert [at for _, at in found(tmp_path, {name: text})] == [line]
