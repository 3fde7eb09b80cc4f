"""From a Dockerfile to the builds that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.images.link import all_builds, built_images

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.image import Image
    from prelaunch.project import Project

    Lay = Callable[..., tuple[Project, Image]]

WORKFLOW = """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - {}
"""
ACTION = """\
uses: docker/build-push-action@v6
        with:
          context: .
          file: api/Dockerfile
          target: prod
          platforms: linux/arm64
          build-args: |
            A=1
            B=${{ secrets.B }}
"""
COMPOSE = """\
services:
  api:
    platform: linux/arm64
    build:
      context: .
      dockerfile: api/Dockerfile
      target: prod
      args: {A: "1", B: }
"""
BAKE = """\
target "base" { args = { A = "0", B = null } }
target "api" {
  inherits = ["base"]
  dockerfile = "api/Dockerfile"
  target = "prod"
  platforms = ["linux/arm64"]
  args = { A = "1" }
}
"""
SKAFFOLD = """\
apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
    - image: api
      platforms: [linux/arm64]
      context: .
      docker:
        dockerfile: api/Dockerfile
        target: prod
        buildArgs: {A: "1"}
"""
TERRAFORM = """\
resource "docker_image" "api" {
  name = "api"
  build {
    context    = "${path.module}"
    dockerfile = "api/Dockerfile"
    target     = "prod"
    platform   = "linux/arm64"
  }
}
"""
ANSIBLE = """\
- hosts: all
  tasks:
    - community.docker.docker_image:
        name: api
        source: build
        build:
          path: .
          dockerfile: api/Dockerfile
          target: prod
          platform: linux/arm64
          args: {A: "1"}
"""
DRONE = """\
kind: pipeline
steps:
  - name: image
    image: plugins/docker
    settings:
      repo: api
      dockerfile: api/Dockerfile
      context: .
      target: prod
      platform: linux/arm64
      build_args: [A=1]
"""
TEKTON = """\
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: image}
spec:
  taskRef: {name: buildah}
  params:
    - {name: IMAGE, value: api}
    - {name: DOCKERFILE, value: api/Dockerfile}
    - {name: CONTEXT, value: .}
    - {name: BUILD_EXTRA_ARGS, value: --platform=linux/arm64}
"""
COMMAND = "docker build --platform linux/arm64 -f api/Dockerfile --target prod --build-arg A=1 ."

PLACES = {
    "Makefile": f"x:\n\t{COMMAND}\n",
    "build.sh": f"#!/bin/sh\n{COMMAND}\n",
    ".github/workflows/a.yml": WORKFLOW.format(f"run: {COMMAND}"),
    ".github/workflows/b.yml": WORKFLOW.format("") + ACTION,
    ".gitlab-ci.yml": f"x:\n  script:\n    - {COMMAND}\n",
    "compose.yaml": COMPOSE,
    "docker-bake.hcl": BAKE,
    "skaffold.yaml": SKAFFOLD,
    "main.tf": TERRAFORM,
    "playbook.yml": ANSIBLE,
    ".drone.yml": DRONE,
    "tekton.yaml": TEKTON,
    "Tiltfile": "docker_build('api', '.', dockerfile='api/Dockerfile', target='prod', platform='linux/arm64')\n",
    "cloudbuild.yaml": "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, --platform=linux/arm64, "
    "--file=api/Dockerfile, --target=prod, --build-arg, A=1, .]\n",
    "acr.sh": "#!/bin/sh\naz acr build --platform linux/arm64 -f api/Dockerfile --target prod --build-arg A=1 .\n",
    "kaniko.sh": "#!/bin/sh\n/kaniko/executor --custom-platform=linux/arm64 --dockerfile=api/Dockerfile --context=. "
    "--target=prod --build-arg=A=1 --destination=x\n",
}
PLACES[".github/workflows/b.yml"] = WORKFLOW.format(ACTION.rstrip("\n"))
WITHOUT_TARGET = {"tekton.yaml"}
WITHOUT_ARGUMENTS = {"tekton.yaml", "main.tf", "Tiltfile"}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_says_what_it_builds(lay: Lay, place: str) -> None:
    project, image = lay("FROM scratch AS prod\nFROM scratch", {place: PLACES[place]}, "api/Dockerfile")
    (build,) = project.builds_of("api/Dockerfile")
    assert build.source.path == place
    assert build.context == ""
    assert build.target == (None if place in WITHOUT_TARGET else "prod")
    assert dict(build.arguments).get("A") == (None if place in WITHOUT_ARGUMENTS else "1")
    assert build.platforms == ("linux/arm64",)
    (built,) = built_images(project, image.source)
    assert built.target.name == ("" if place in WITHOUT_TARGET else "prod")
    assert [str(one) for one in project.platforms_of(built).names] == ["linux/arm64"]


def test_the_dockerfile_of_the_context_is_the_default(lay: Lay) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build: ./api\n",
        "docker-bake.hcl": 'target "a" {\n  context = "api"\n}\n',
        "build.sh": "#!/bin/sh\ndocker build api\n",
        "Tiltfile": "docker_build('a', 'api')\n",
    }
    project, _ = lay("FROM scratch", files, "api/Dockerfile")
    builds = project.builds_of("api/Dockerfile")
    assert {build.source.path for build in builds} == set(files)
    assert {build.context for build in builds} == {"api"}


def test_a_matrix_of_folders_builds_each_of_them(lay: Lay) -> None:
    text = """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        service: [api, web]
    steps:
      - run: docker build --platform linux/amd64 ${{ matrix.service }}
"""
    files = {"web/Dockerfile": "FROM scratch", ".github/workflows/a.yml": text}
    project, _ = lay("FROM scratch", files, "api/Dockerfile")
    for name in ("api", "web"):
        (build,) = project.builds_of(f"{name}/Dockerfile")
        assert build.context == name


def test_the_targets_of_a_matrix_of_bake_are_built_each(lay: Lay) -> None:
    text = """\
target "all" {
  name = "all-${name}"
  matrix = { name = ["api", "web"] }
  context = name
  platforms = name == "api" ? ["linux/amd64"] : ["linux/arm64"]
}
"""
    project, _ = lay("FROM scratch", {"web/Dockerfile": "FROM scratch", "docker-bake.hcl": text}, "api/Dockerfile")
    assert [build.platforms for build in project.builds_of("api/Dockerfile")] == [("linux/amd64",)]
    assert [build.platforms for build in project.builds_of("web/Dockerfile")] == [("linux/arm64",)]


PLATFORMS = [
    ("", (), "absent", []),
    ("", ("linux/amd64",), "known", ["linux/amd64"]),
    ("docker build --platform linux/arm64,linux/amd64 .", (), "known", ["linux/arm64", "linux/amd64"]),
    ("docker build --platform linux/arm64 .", ("linux/amd64",), "known", ["linux/arm64"]),
    ("docker build .", (), "unknown", []),
    ("docker build .", ("linux/amd64",), "known", ["linux/amd64"]),
    ("docker build --platform linux/arm64 .\ndocker build .", (), "unknown", ["linux/arm64"]),
    ("docker build --platform $PLATFORM .", (), "unknown", []),
    ("docker build --platform amd64 .", (), "unknown", []),
    ("az acr build -r x .", (), "unknown", []),
]


@pytest.mark.parametrize(("command", "configured", "state", "names"), PLATFORMS)
def test_the_platforms_are_known_where_every_build_names_them(
    lay: Lay, command: str, configured: tuple[str, ...], state: str, names: list[str]
) -> None:
    project, image = lay("FROM scratch", {"build.sh": f"#!/bin/sh\n{command}\n"}, platforms=configured)
    platforms = project.platforms_of(image)
    assert (platforms.state, [str(one) for one in platforms.names]) == (state, names)


PARTLY = {
    ".goreleaser.yml": "dockers_v2:\n- images: [a]\n  platforms: [linux/arm64, '{{ .Env.P }}']\n",
    "tasks/a.yml": "- hosts: all\n  tasks:\n  - community.docker.docker_image_build:\n      name: a\n      path: .\n"
    "      platform: [linux/arm64, '{{ p }}']\n",
    "Tiltfile": "docker_build('a', '.', platform=os.environ.get('P'))\n",
    "Earthfile": "VERSION 0.8\na:\n  FROM --platform=$P alpine\n  SAVE IMAGE a\n",
}


@pytest.mark.parametrize("place", PARTLY)
def test_a_build_of_which_a_platform_is_not_known_leaves_them_open(lay: Lay, place: str) -> None:
    project, image = lay("FROM scratch", {place: PARTLY[place]})
    for build in all_builds(project):
        assert not build.whole, build
    assert project.platforms_of(image).state != "known"


WHOLE = {
    ".goreleaser.yml": "dockers_v2:\n- images: [a]\n  dockerfile: Dockerfile\n",
    "serverless.yml": "provider: {name: aws, ecr: {images: {a: {path: ., platform: linux/amd64}}}}\n",
    "Tiltfile": "docker_build('a', '.', platform='linux/amd64')\n",
    ".devcontainer.json": '{"build": {"dockerfile": "Dockerfile", "options": ["--platform=linux/amd64"]}}',
    "template.yaml": "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {PackageType: Image}\n"
    "    Metadata: {DockerContext: .}\n",
    "docker-bake.hcl": 'target "a" {\n  platforms = ["linux/amd64"]\n}\ntarget "b" {\n  dockerfile = "x"\n}\n',
}


@pytest.mark.parametrize("place", WHOLE)
def test_a_build_that_names_its_platforms_is_known_by_them(lay: Lay, place: str) -> None:
    project, image = lay("FROM scratch", {place: WHOLE[place]})
    platforms = project.platforms_of(image)
    assert (platforms.state, "linux/amd64" in map(str, platforms.names)) == ("known", True)


def test_an_image_is_made_for_each_target_and_its_arguments(lay: Lay) -> None:
    script = """\
#!/bin/sh
docker build --target a .
docker build --target A -t again .
docker build --build-arg BASE=debian .
docker build -o type=local,dest=out --target c .
docker build --target none .
"""
    text = "ARG BASE=alpine\nFROM scratch AS a\nFROM scratch AS c\nFROM $BASE AS last\n"
    project, image = lay(text, {"build.sh": script})
    found = [(one.target.name, one.base.name, len(one.builds or ())) for one in built_images(project, image.source)]
    assert found == [("a", "scratch", 2), ("last", "debian", 1)]


def test_without_a_build_the_last_stage_is_the_image(lay: Lay) -> None:
    project, image = lay("FROM scratch AS a\nFROM scratch AS b\n")
    assert [one.target.name for one in built_images(project, image.source)] == ["b"]


def test_what_is_excluded_builds_nothing(lay: Lay) -> None:
    files = {"old/build.sh": "#!/bin/sh\ndocker build ..\n"}
    project, _ = lay("FROM scratch", files, exclude=("old/",))
    assert project.builds_of("Dockerfile") == ()


OPEN_ENDED = [
    ("docker build --target a .", ["a"]),
    ("docker build --target a .\ndocker build -f $FILE .", ["a", "debug"]),
    ("docker build --target a .\ndocker build --target $TARGET .", ["a", "debug"]),
    ("docker build --target a .\ndocker compose build", ["a"]),
]


@pytest.mark.parametrize(("command", "targets"), OPEN_ENDED)
def test_a_build_that_does_not_say_what_it_builds_may_build_any_stage_that_starts_something(
    lay: Lay, command: str, targets: list[str]
) -> None:
    text = 'FROM x AS a\nFROM x AS debug\nCMD ["b"]\nFROM x AS lint\nRUN lint\n'
    project, image = lay(text, {"build.sh": f"#!/bin/sh\n{command}\n"})
    found = {one.target.name for one in built_images(project, image.source)}
    assert found == set(targets)
