"""`ARG` and `ENV` of one name: what a `RUN` really gets, and what is read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.images.link import possible_images
from prelaunch.project import Project
from prelaunch.readers.dockerfile import read
from prelaunch.readers.dockerfile.environment import environments

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docker.conftest import Docker

pytestmark = pytest.mark.docker

NAMES = ("A", "B", "C", "D", "E")
ECHO = "echo " + " ".join(f"{name}=${name}" for name in NAMES)
DOCKERFILE = f"""\
ARG D=global
FROM {{base}} AS parent
ARG B=parent
ENV A=env C=first D=env E=env
ARG A=arg
ARG C
ARG E=$A
RUN {ECHO} > /parent
FROM parent
ENV B=$B-env
ARG B
ARG D
RUN {ECHO} > /child
CMD ["/bin/cat", "/parent", "/child"]
"""


@pytest.mark.parametrize(
    ("given", "parent", "child"),
    [
        ({}, "A=arg B=parent C=first D=env E=arg", "A=env B=parent-env C=first D=global E=env"),
        ({"A": "x", "C": "y"}, "A=x B=parent C=y D=env E=x", "A=env B=parent-env C=first D=global E=env"),
        ({"B": "x", "D": "y", "E": "z"}, "A=arg B=x C=first D=env E=z", "A=env B=x C=first D=y E=env"),
    ],
)
def test_the_later_one_of_arg_and_env_wins_in_a_stage_and_env_in_the_next(
    docker: Docker, tmp_path: Path, given: dict[str, str], parent: str, child: str
) -> None:
    text = DOCKERFILE.replace("{base}", docker.base)
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    arguments = [word for name, value in given.items() for word in ("--build-arg", f"{name}={value}")]
    docker("build", "--network", "none", "--no-cache", *arguments, "-t", "proof", ".", cwd=tmp_path)
    said = docker.run("proof").stdout.splitlines()
    print(f"{given or 'no arguments'}: {said}")
    assert said == [parent, child]

    project = Project(str(tmp_path))
    source = project.read("Dockerfile")
    assert source is not None
    image = possible_images(project, source)[-1]._replace(arguments=given)
    runs = [one for one in image.dockerfile.instructions if one.keyword == "RUN"]
    assert [" ".join(f"{name}={image.scope(run).expand(f'${name}')}" for name in NAMES) for run in runs] == said
    if not given:
        seen = [values for _, _, values in environments(read(source))]
        assert [" ".join(f"{name}={values[name].texts[0]}" for name in NAMES) for values in seen] == said


def test_the_builder_before_buildkit_lets_env_win(docker: Docker, tmp_path: Path) -> None:
    text = f'FROM {docker.base}\nENV A=env\nARG A=arg\nRUN echo $A > /said\nCMD ["/bin/cat", "/said"]\n'
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    docker("build", "--network", "none", "--no-cache", "-t", "proof", ".", cwd=tmp_path, DOCKER_BUILDKIT="0")
    assert docker.run("proof").stdout.strip() == "env"
