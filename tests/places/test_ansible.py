from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import UNKNOWN, Build, Source, Value
from prelaunch.places.ansible import builds
from prelaunch.places.jinja import jinja_spots
from prelaunch.places.substitution import bare_text
from prelaunch.project import Project

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(text: str, path: str = "play.yml", files: Mapping[str, str] | None = None) -> list[Build]:
    project = Project("/nowhere")
    for name, content in (files or {}).items():
        project.add(Source(name, content))
    return builds(Source(path, dedent(text)), project)


def only(text: str) -> Build:
    [build] = read(text)
    return build


@pytest.mark.parametrize(
    ("task", "tool", "state", "platforms"),
    [
        ("docker_image: {name: a, source: build, build: {path: .}}", "ansible-docker-image", "missing", ()),
        (
            "community.docker.docker_image: {name: a, source: build, build: {path: ., platform: linux/amd64}}",
            "ansible-docker-image",
            "explicit",
            ("linux/amd64",),
        ),
        ("docker_image: {name: a, path: .}", "ansible-docker-image", "missing", ()),
        (
            "docker_image: {source: build, build: {path: ., platform: '{{ p | default(omit) }}'}}",
            "ansible-docker-image",
            "missing",
            (),
        ),
        (
            "docker_image: {source: build, build: {path: ., platform: \"{{ p | default('a/b') }}\"}}",
            "ansible-docker-image",
            "explicit",
            ("a/b",),
        ),
        (
            "docker_image: {source: build, build: {path: ., platform: '{{ p }}'}}",
            "ansible-docker-image",
            "delegated",
            (),
        ),
        (
            "docker_image: {source: build, build: {path: ., platform: '{{ known }}'}}",
            "ansible-docker-image",
            "explicit",
            ("linux/s390x",),
        ),
        (
            "docker_image: {source: build, build: {path: ., platform: 'linux/{{ x.stdout }}'}}",
            "ansible-docker-image",
            "explicit",
            (),
        ),
        ("community.docker.docker_image_build: {name: a, path: x}", "ansible-docker-image-build", "missing", ()),
        (
            "docker_image_build: {name: a, path: x, platform: [a/b, c/d]}",
            "ansible-docker-image-build",
            "explicit",
            ("a/b", "c/d"),
        ),
        ("containers.podman.podman_image: {name: a, path: .}", "ansible-podman-image", "missing", ()),
        ("podman_image: {name: a, path: ., arch: arm64}", "ansible-podman-image", "explicit", ("linux/arm64",)),
        ("community.docker.docker_compose_v2: {project_src: ., build: always}", "docker-compose", "delegated", ()),
        ("shell: docker build .", "docker-build", "missing", ()),
        (
            "ansible.builtin.command: docker build --platform {{ known }} .",
            "docker-build",
            "explicit",
            ("linux/s390x",),
        ),
        ("command: {cmd: docker build ., chdir: /x}", "docker-build", "missing", ()),
        ("command: {argv: [docker, build, --platform, a/b, .]}", "docker-build", "explicit", ("a/b",)),
        (
            "{shell: docker build ., environment: {DOCKER_DEFAULT_PLATFORM: a/b}}",
            "docker-build",
            "explicit",
            ("a/b",),
        ),
    ],
)
def test_a_task_builds_by_its_module(task: str, tool: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(f"- hosts: all\n  vars: {{known: linux/s390x}}\n  tasks:\n  - {task}\n")
    assert (build.tool, build.form, build.state, build.platforms) == (tool, "ansible", state, platforms)


@pytest.mark.parametrize(
    "task",
    [
        "docker_image: {name: a, source: pull, pull: {platform: a/b}}",
        "docker_image: {name: a, state: absent}",
        "docker_image: {name: a}",
        "docker_image_info: {name: a}",
        "other.collection.docker_image: {source: build, build: {path: .}}",
        "podman_image: {name: a}",
        "docker_compose_v2: {project_src: .}",
        "shell: echo docker build",
        "name: docker build .",
        "command: [docker, build, .]",
        "docker_image: name=a",
    ],
)
def test_other_tasks_build_nothing(task: str) -> None:
    assert read(f"- hosts: all\n  tasks:\n  - {task}\n") == []


def test_tasks_are_found_in_blocks_and_span_their_module() -> None:
    text = """\
        - name: all of it
          block:
          - name: build
            community.docker.docker_image:
              name: app:1
              source: build
              push: true
              build:
                path: .
            when: x
          rescue:
          - shell: |
              cd x
              docker build . &&
              docker push x
        """
    found = [
        (b.source.position(b.span.start)[0], b.source.position(b.span.stop)[0], b.published, b.images)
        for b in read(text, "roles/app/tasks/main.yml")
    ]
    assert found == [(4, 9, True, ("app:1",)), (14, 14, True, ())]


def test_the_stage_that_is_built_is_told() -> None:
    assert only("- docker_image: {source: build, build: {path: ., target: prod}}\n").target == "prod"
    assert only("- docker_image_build: {name: a, path: .}\n").target is None


def test_the_defaults_of_a_role_are_known() -> None:
    text = "- docker_image: {source: build, build: {path: ., platform: '{{ p }}'}}\n"
    files = {"roles/app/defaults/main.yml": "p: linux/amd64\n", "roles/other/defaults/main.yml": "p: x\n"}
    [build] = read(text, "roles/app/tasks/image.yml", files)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))
    broken = {"roles/app/defaults/main.yml": "p: ["}
    assert [build.state for build in read(text, "roles/app/tasks/image.yml", broken)] == ["delegated"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ a }}", "1"),
        ("x{{a}}y{{ b }}", "x1y?"),
        ("{{ 'lit' }}", "lit"),
        ("{{ b.c }}", "?"),
        ("{{ a | int }}", "?"),
        ("{{ a | string }}", "1"),
        ("{% if a %}x{% endif %}{# no #}", "x"),
        ("{ {{ a", "{ {{ a"),
    ],
)
def test_an_expression_is_put_in_as_far_as_it_is_known(text: str, expected: str) -> None:
    spots = jinja_spots(text, lambda name: Value(("1",)) if name == "a" else Value((UNKNOWN,)))
    assert bare_text(text, spots).replace(UNKNOWN, "?") == expected
