"""What holds for every place of cloud and cluster YAML: any text is borne, and a slot mends exactly its build."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from textwrap import dedent
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.kinds import BUILD_KINDS, CLUSTER_KINDS, facts_in
from prelaunch.model import Build, Source
from prelaunch.project import Project, UnreadableError
from prelaunch.reading import read_facts

PATHS = {
    "cloudbuild": "cloudbuild.yaml",
    "kubernetes": "build.yaml",
    "goreleaser": ".goreleaser.yaml",
    "codebuild": "buildspec.yml",
    "taskfile": "Taskfile.yml",
    "skaffold": "skaffold.yaml",
    "ansible": "roles/a/tasks/main.yml",
    "sam": "template.yaml",
    "serverless": "serverless.yml",
    "pulumi": "Pulumi.yaml",
    "hosted": "app.yaml",
}


def read(kind: str, text: str) -> list[Build]:
    source = Source(PATHS[kind], text)
    project = Project("/nowhere")
    for each in (source, Source("Dockerfile", "FROM scratch\n")):
        project.add(each)
    found = import_module(f"prelaunch.places.{kind}").builds(source, project)
    for build in found:
        assert 0 <= build.span.start <= build.span.stop <= len(text)
        assert build.source is source
        if build.slot is not None:
            assert build.state == "missing"
            assert 0 <= build.slot.span.start <= build.slot.span.stop <= len(text)
    assert [build.span for build in found] == sorted(build.span for build in found)
    return list(found)


SAMPLES = {
    "cloudbuild": """\
        steps:
        - name: gcr.io/cloud-builders/docker
          args: ['build', '-t', 'a', '.']
        - name: gcr.io/cloud-builders/docker
          args:
          - "build"   # the image
          - .
        - name: docker
          entrypoint: sh
          args: [-c, 'docker build .']
        - name: docker
          script: |
            docker build .
        - name: gcr.io/kaniko-project/executor
          args:
          - --destination=a
        """,
    "kubernetes": """\
        apiVersion: v1
        kind: Pod
        spec:
          containers:
          - image: gcr.io/kaniko-project/executor
            args: [
              "--destination=a"
            ]
          - image: docker
            command: [sh, -c]
            args: ["docker build ."]
        ---
        apiVersion: tekton.dev/v1
        kind: Task
        spec:
          params: [{name: X, default: ''}]
          steps:
          - image: docker
            script: |
              docker build $(params.X) .
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        spec:
          templates:
          - name: a
            container: {image: docker, command: [docker], args: [buildx, build, "{{x}}"]}
          - script: {source: docker build .}
        """,
    "goreleaser": "dockers:\n- id: a\n  build_flag_templates: ['{{ .X }}']\n",
    "codebuild": "phases:\n  build:\n    commands:\n    - docker build .\n    - |\n      docker build \\\n        .\n",
    "taskfile": """\
        version: '3'
        vars: {X: x}
        tasks:
          a: docker build {{.X}}
          b:
            cmds:
            - cmd: >
                docker build
                .
        """,
    "skaffold": """\
        apiVersion: skaffold/v4beta6
        build:
          artifacts:
          - image: a  # the image
            context: .
          - context: b
            image: b
          - {image: c, context: d}
        """,
    "ansible": """\
        - name: build
          docker_image:
            source: build
            build:
              path: .
        - docker_image_build: {name: a, path: .}
        - docker_image_build:
            name: a
        - shell: docker build {{ x }}
        - command:
            argv:
              - docker
              - build
              - .
        """,
    "sam": """\
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Timeout: 3}
        Resources:
          Api:
            Type: AWS::Serverless::Function
            Properties:
              PackageType: Image
              Role: !GetAtt Role.Arn
            Metadata:
              Dockerfile: Dockerfile
              DockerContext: ./api
        """,
    "serverless": """\
        service: a
        provider:
          name: aws
          architecture: arm64
          ecr:
            images:
              api:
                path: ./api   # here
              job: {path: ./job}
              base: 000000000000.dkr.ecr.x.amazonaws.com/a@sha256:0
        """,
    "pulumi": """\
        name: a
        runtime: yaml
        resources:
          image:
            type: docker:Image
            properties:
              imageName: x/a
              build:
                context: .
          other:
            type: docker-build:Image
            properties:
              push: true
              tags: [x/b]
        """,
    "hosted": """\
        runtime: custom
        env: flex
        """,
}


def test_every_kind_has_a_place_and_a_sample() -> None:
    assert set(PATHS) == set(SAMPLES) == set(CLUSTER_KINDS)
    assert CLUSTER_KINDS <= BUILD_KINDS


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_slot_mends_its_build_and_nothing_else(kind: str, newline: str) -> None:
    text = dedent(SAMPLES[kind]).replace("\n", newline)
    before = read(kind, text)
    assert before
    assert all(build.slot is not None or kind == "goreleaser" or build.state != "missing" for build in before)
    for number, build in enumerate(before):
        if build.slot is None:
            continue
        span = build.slot.span
        mended = text[: span.start] + build.slot.spell(("linux/amd64",)) + text[span.stop :]
        after = read(kind, mended)
        states = [(each.state, each.platforms) for each in before]
        states[number] = ("explicit", ("linux/amd64",))
        assert [(each.state, each.platforms) for each in after] == states
        assert after[number].slot is None
        if newline == "\r\n":
            assert mended.count("\n") == mended.count("\r\n")


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_sample_passes_the_filter_and_the_engine(kind: str) -> None:
    from prelaunch.discover import File

    text = dedent(SAMPLES[kind])
    facts = facts_in(kind, text.encode(), {"": ()})
    assert facts == {"build"}
    project = Project("/nowhere")
    for each in (Source(PATHS[kind], text), Source("Dockerfile", "FROM scratch\n")):
        project.add(each)
    assert read_facts(project, File(PATHS[kind], kind, facts, marked=False), {"build"}).builds


_LINES = sorted({line.strip() for sample in SAMPLES.values() for line in dedent(sample).splitlines()})
_ANY = st.lists(st.tuples(st.integers(0, 4), st.one_of(st.sampled_from(_LINES), st.text(max_size=8))), max_size=14)


@given(st.sampled_from(sorted(SAMPLES)), _ANY)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused(kind: str, lines: list[tuple[int, str]]) -> None:
    text = "\n".join("  " * depth + line for depth, line in lines)
    with suppress(UnreadableError):
        read(kind, text)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_broken_sample_is_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(SAMPLES)))
    text = dedent(SAMPLES[kind])
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(start + 20, len(text))))
    text = (
        text[:start]
        + data.draw(st.sampled_from(["", "[", "{", "$", "{{", "}}", ": ", "\n", "- ", "&a ", "*a", "'", "|", "\x85"]))
        + text[stop:]
    )
    with suppress(UnreadableError):
        read(kind, text)


# no scripts among them: what the shell's own reader bears is its own matter
_FRAMES = {
    "cloudbuild": "steps: [{name: docker, args: [build, '%s']}]",
    "kubernetes": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: docker, envFrom: [], args: [build, '%s']}]}",
    "tekton": "apiVersion: tekton.dev/v1\nkind: Task\nspec: {steps: [{image: docker, args: [build, '%s']}]}",
    "argo": "apiVersion: argoproj.io/v1\nkind: W\nspec: {templates: [{container: {image: docker, args: ['%s']}}]}",
    "goreleaser": "dockers: [{build_flag_templates: ['%s']}]",
    "taskfile": "env: {X: '%s'}\ntasks: {a: docker build .}",
    "ansible": "- docker_image_build: {name: a, platform: '%s'}",
}


@pytest.mark.parametrize("kind", sorted(_FRAMES))
@pytest.mark.parametrize(
    "part", ["${", "$(", "{{", "{", "$_X ", "$(X)", "{{.X}}", "{{ x }} ", "{{if .X}}", "$$", '{{"', "{{end}}"]
)
def test_a_long_text_takes_little_time(kind: str, part: str) -> None:
    started = process_time()
    read(kind if kind in PATHS else "kubernetes", _FRAMES[kind] % (part * (30_000 // len(part))))
    assert process_time() - started < 4


def test_chains_and_circles_of_variables_end() -> None:
    links = ", ".join(f"_X{n}: '$_X{n + 1} $_X{n}'" for n in range(3000))
    read("cloudbuild", f"substitutions: {{{links}}}\nsteps: [{{name: docker, args: [build, $_X0]}}]\n")
    links = ", ".join(f"X{n}: '{{{{.X{n + 1}}}}}{{{{.X{n}}}}}'" for n in range(3000))
    read("taskfile", f"vars: {{{links}}}\ntasks: {{a: 'docker build {{{{.X0}}}}'}}\n")
    nested = "{{if .X}}" * 900 + "{{end}}" * 900
    read("taskfile", f"tasks: {{a: 'docker build {nested} .'}}\n")
