"""Cloud, cluster and release files: which are read, by their name or by what they hold."""

from __future__ import annotations

import pytest

from prelaunch.file_names import kind_by_name
from prelaunch.kinds import BUILD, facts_in, kind_by_content


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("cloudbuild.yaml", "cloudbuild"),
        ("ci/cloudbuild-release.yml", "cloudbuild"),
        ("api.cloudbuild.yaml", "cloudbuild"),
        ("cloudbuild.json", "cloudbuild"),
        (".goreleaser.yml", "goreleaser"),
        ("goreleaser.yaml", "goreleaser"),
        (".goreleaser-nightly.yaml", "goreleaser"),
        (".goreleaser.yml.tmpl", ""),
        (".github/workflows/goreleaser.yml", "github"),
        ("buildspec.yml", "codebuild"),
        ("ci/buildspec-arm.yaml", "codebuild"),
        ("release-buildspec.yml", "codebuild"),
        ("Taskfile.yml", "taskfile"),
        ("taskfile.dist.yaml", "taskfile"),
        ("docker.Taskfile.yml", "taskfile"),
        ("skaffold.yaml", "skaffold"),
        ("skaffold.dev.yaml", "skaffold"),
        ("roles/app/tasks/main.yml", "ansible"),
        ("deploy/roles/app/handlers/main.yaml", "ansible"),
        ("tasks/main.yml", "yaml"),
        ("k8s/kaniko.yaml", "yaml"),
    ],
)
def test_a_name_says_the_kind(path: str, kind: str) -> None:
    assert kind_by_name(path) == kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build]\n", "cloudbuild"),
        (b"# x\nsteps:\n- name: gcr.io/kaniko-project/executor\n  args: []\n", "cloudbuild"),
        (b"apiVersion: v1\nkind: Pod\n", "kubernetes"),
        (b"---\napiVersion: tekton.dev/v1\nkind: Task\n", "kubernetes"),
        (b"apiVersion: x\nkind: CustomResourceDefinition\n", ""),
        (b"kind: CustomResourceDefinition\napiVersion: x\n", ""),
        (b"apiVersion: x\nkind: CustomResourceDefinition\n---\nkind: Pod\n", "kubernetes"),
        (b"apiVersion: skaffold/v4beta6\nkind: Config\n", "skaffold"),
        (b"version: 0.2\nphases:\n  build:\n    commands: []\n", "codebuild"),
        (b"- hosts: all\n  tasks: []\n", "ansible"),
        (b"- name: a\n  docker_image:\n    source: build\n", "ansible"),
        (b"- name: a\n  docker_image_info:\n", ""),
        (b"a: b\n", ""),
    ],
)
def test_the_content_says_the_kind_of_other_yaml(data: bytes, kind: str) -> None:
    assert kind_by_content("yaml", data) == kind


@pytest.mark.parametrize(
    "data", [b"steps:\n- name: a\n  image: gcr.io/x\n  args: []\n", b"steps:\n- script: docker build .\n"]
)
def test_steps_alone_make_no_cloud_build(data: bytes) -> None:
    assert kind_by_content("yaml", data) != "cloudbuild"


@pytest.mark.parametrize(
    ("kind", "data", "found"),
    [
        ("cloudbuild", b"steps: [{name: docker, args: [build, .]}]", True),
        ("cloudbuild", b"steps: [{name: x}]", False),
        ("kubernetes", b"image: gcr.io/kaniko-project/executor", True),
        ("kubernetes", b"command: [sh, -c, docker build .]", True),
        ("kubernetes", b'command: ["docker", "build"]', True),
        ("kubernetes", b"image: docker.io/library/nginx", False),
        ("goreleaser", b"dockers_v2:", True),
        ("goreleaser", b"builds:", False),
        ("codebuild", b"docker build .", True),
        ("taskfile", b"docker buildx bake", True),
        ("skaffold", b"artifacts:", True),
        ("skaffold", b"deploy:", False),
        ("ansible", b"docker_image:", True),
        ("ansible", b"shell: docker build .", True),
        ("ansible", b"shell: make build", False),
    ],
)
def test_words_say_whether_a_file_is_worth_reading(kind: str, data: bytes, found: bool) -> None:
    assert facts_in(kind, data, {"": ()}) == ({BUILD} if found else set())
