"""Containers that build: plain Kubernetes, Tekton, Argo Workflows."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from prelaunch.model import Build, Platform, Source
from prelaunch.places.kubernetes import builds
from prelaunch.project import Project, UnreadableError

KANIKO = "gcr.io/kaniko-project/executor:v1.23.2"


def read(text: str) -> list[Build]:
    return builds(Source("k8s/build.yaml", dedent(text)), Project("/nowhere"))


def only(text: str) -> Build:
    [build] = read(text)
    return build


def facts(text: str) -> list[tuple[int, str, str, str, tuple[str, ...]]]:
    return [(b.source.position(b.span.start)[0], b.tool, b.form, b.state, b.platforms) for b in read(text)]


def pod(container: str, spec: str = "") -> str:
    body = indent(dedent(container).strip("\n"), "    ")[4:]
    return f"apiVersion: v1\nkind: Pod\nspec:\n{indent(dedent(spec), '  ')}\n  containers:\n  - {body}\n"


@pytest.mark.parametrize(
    ("container", "tool", "state", "platforms"),
    [
        (f"image: {KANIKO}\nargs: ['--destination=a']", "kaniko", "missing", ()),
        (
            f"image: {KANIKO}\nargs: [--destination=a, --custom-platform=linux/arm64]",
            "kaniko",
            "explicit",
            ("linux/arm64",),
        ),
        ("image: localhost:5000/executor\nargs: [--destination=a]", "kaniko", "missing", ()),
        ("image: x\ncommand: [/kaniko/executor]\nargs: [--destination=a]", "kaniko", "missing", ()),
        ("image: quay.io/buildah/stable\ncommand: [buildah, bud, -t, a, .]", "buildah-build", "missing", ()),
        (
            "image: quay.io/podman/stable\nargs: [podman, build, --arch, arm64, .]",
            "podman-build",
            "explicit",
            ("linux/arm64",),
        ),
        ("image: docker:27\nargs: [build, .]", "docker-build", "missing", ()),
        (
            "image: docker\ncommand: [sh, -c]\nargs: ['docker build --platform linux/amd64 .']",
            "docker-build",
            "explicit",
            ("linux/amd64",),
        ),
        ("image: docker\ncommand: [sh, -c, |-\n  docker build .]".replace("|-\n  ", ""), "docker-build", "missing", ()),
        (
            f"image: {KANIKO}\nenv: [{{name: P, value: linux/arm64}}]\nargs: [-d, a, '--custom-platform=$(P)']",
            "kaniko",
            "explicit",
            ("linux/arm64",),
        ),
        (
            f"image: {KANIKO}\nenv: [{{name: P, valueFrom: {{}}}}]\nargs: [-d, a, '--custom-platform=$(P)']",
            "kaniko",
            "explicit",
            (),
        ),
        (f"image: {KANIKO}\nenvFrom: [{{}}]\nargs: [-d, a, '--custom-platform=$(P)']", "kaniko", "explicit", ()),
        (
            "image: docker\nenv: [{name: DOCKER_DEFAULT_PLATFORM, value: linux/amd64}]\nargs: [build, .]",
            "docker-build",
            "explicit",
            ("linux/amd64",),
        ),
    ],
)
def test_a_container_builds_by_its_command(container: str, tool: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(pod(container))
    assert (build.tool, build.form, build.state, build.platforms) == (tool, "kubernetes", state, platforms)


@pytest.mark.parametrize(
    "container",
    [
        "image: docker:dind\nargs: [--insecure-registry=x]",
        "image: docker:dind",
        "image: x/build\nargs: [build]",
        f"image: {KANIKO}",
        "image: gcr.io/kaniko-project/warmer\nargs: [--image=a]",
        "image: moby/executor\nargs: [run]",
        "name: docker-build",
        "image: []",
        "command: [docker, ps]\nimage: docker",
    ],
)
def test_other_containers_build_nothing(container: str) -> None:
    assert read(pod(container)) == []


@pytest.mark.parametrize(
    ("spec", "host"),
    [
        ("", None),
        ("nodeSelector: {kubernetes.io/arch: arm64}", Platform("linux", "arm64")),
        ("nodeSelector: {beta.kubernetes.io/arch: amd64}", Platform("linux", "amd64")),
        ("nodeSelector: {kubernetes.io/arch: amd64, kubernetes.io/os: windows}", Platform("windows", "amd64")),
        ("nodeSelector: {disk: ssd}", None),
        ("nodeSelector: {kubernetes.io/arch: '{{ x }}'}", None),
        (
            """\
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                  - matchExpressions:
                    - {key: kubernetes.io/arch, operator: In, values: [arm64]}
            """,
            Platform("linux", "arm64"),
        ),
        (
            """\
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                  - matchExpressions:
                    - {key: kubernetes.io/arch, operator: In, values: [arm64, amd64]}
            """,
            None,
        ),
    ],
)
def test_a_node_selector_tells_the_host(spec: str, host: Platform | None) -> None:
    assert only(pod(f"image: {KANIKO}\nargs: [-d, a]", spec)).host == host


def test_pods_are_found_in_every_kind_and_in_lists() -> None:
    text = f"""\
        apiVersion: batch/v1
        kind: CronJob
        spec:
          jobTemplate:
            spec:
              template:
                spec:
                  initContainers:
                  - name: fetch
                    image: alpine/git
                    args: [clone, x]
                  containers:
                  - name: kaniko
                    image: {KANIKO}
                    args:
                    - --destination=a
        ---
        apiVersion: v1
        kind: List
        items:
        - apiVersion: v1
          kind: Pod
          spec:
            containers:
            - image: docker
              command: [sh, -c]
              args:
              - |
                docker build -t a .
                docker push a
        ---
        kind: no manifest
        spec: {{containers: [{{image: docker, args: [build, .]}}]}}
        """
    assert facts(text) == [
        (13, "kaniko", "kubernetes", "missing", ()),
        (29, "docker-build", "kubernetes", "missing", ()),
    ]
    assert [build.published for build in read(text)] == [True, True]


def test_a_schema_runs_nothing() -> None:
    text = """\
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        spec: {properties: {containers: {items: {properties: {image: {description: docker build}}}}}}
        """
    assert read(text) == []


# -- Tekton


def task(steps: str, params: str = "[]", kind: str = "Task") -> str:
    return (
        f"apiVersion: tekton.dev/v1\nkind: {kind}\nspec:\n  params: {params}\n  steps:\n{indent(dedent(steps), '  ')}"
    )


@pytest.mark.parametrize(
    ("params", "flag", "state", "platforms", "open_names"),
    [
        ("[]", "", "missing", (), ()),
        ("[{name: X, default: ''}]", "$(params.X)", "missing", (), ("X",)),
        ("[{name: X}]", "$(params.X)", "delegated", (), ()),
        ("[{name: X, default: --no-cache}]", "$(params.X)", "missing", (), ()),
        ("[{name: X, default: --platform=a/b}]", "$(params.X)", "explicit", ("a/b",), ()),
        ("[{name: P, default: a/b}]", "--platform $(params.P)", "explicit", ("a/b",), ()),
        ("[{name: P, default: a/b}]", '--platform $(params["P"])', "explicit", ("a/b",), ()),
        ("[{name: P, default: a/b}]", "--platform $(inputs.params.P)", "explicit", ("a/b",), ()),
        ("[{name: P}]", "--platform $(params.P)", "delegated", (), ("P",)),
        ("[]", "--platform $(params.Q)", "delegated", (), ()),
        ("[{name: A, type: array, default: [--platform, a/b]}]", "$(params.A[*])", "explicit", ("a/b",), ()),
        ("[]", "-t $(cat tag)", "missing", (), ()),
        ("[]", "-t $(workspaces.source.path)", "missing", (), ()),
    ],
)
def test_the_parameters_of_a_task_are_put_into_its_scripts(
    params: str, flag: str, state: str, platforms: tuple[str, ...], open_names: tuple[str, ...]
) -> None:
    text = task(f"- image: quay.io/buildah/stable\n  script: |\n    buildah bud {flag} \\\n      .\n", params)
    build = only(text)
    assert (build.tool, build.form, build.state, build.platforms) == ("buildah-build", "tekton", state, platforms)
    if open_names:
        assert build.open == open_names


def test_the_steps_of_a_task_are_read_by_image_by_script_and_by_interpreter() -> None:
    text = task(
        f"""\
        - image: {KANIKO}
          args: [--destination=$(params.IMAGE), --custom-platform=$(params.P)]
        - image: {KANIKO}
          args:
          - $(params.EXTRA[*])
          - --destination=$(params.IMAGE)
        - image: python
          script: |
            #!/usr/bin/env python3
            docker build .
        - image: docker
          script: |
            #!/usr/bin/env sh
            docker build --platform linux/amd64 .
        """,
        "[{name: P, default: linux/arm64}, {name: IMAGE}, {name: EXTRA, type: array}]",
        "ClusterTask",
    )
    assert facts(text) == [
        (6, "kaniko", "tekton", "explicit", ("linux/arm64",)),
        (8, "kaniko", "tekton", "delegated", ()),
        (19, "docker-build", "tekton", "explicit", ("linux/amd64",)),
    ]


PIPELINE = """\
apiVersion: tekton.dev/v1
kind: Pipeline
spec:
  params:
  - {{name: extra}}
  - {{name: platform, default: linux/arm64}}
  tasks:
  - name: image
    taskRef: {reference}
    params: {params}
"""


@pytest.mark.parametrize(
    ("reference", "params", "tool", "state", "platforms"),
    [
        ("{name: buildah}", "[{name: IMAGE, value: a}]", "tekton-buildah", "missing", ()),
        (
            "{name: buildah}",
            "[{name: BUILD_EXTRA_ARGS, value: --platform=linux/amd64}]",
            "tekton-buildah",
            "explicit",
            ("linux/amd64",),
        ),
        (
            "{name: buildah, kind: ClusterTask}",
            "[{name: BUILD_EXTRA_ARGS, value: '--no-cache --platform $(params.platform)'}]",
            "tekton-buildah",
            "explicit",
            ("linux/arm64",),
        ),
        ("{name: buildah}", "[{name: BUILD_EXTRA_ARGS, value: --no-cache}]", "tekton-buildah", "missing", ()),
        ("{name: buildah}", "[{name: BUILD_EXTRA_ARGS, value: $(params.extra)}]", "tekton-buildah", "delegated", ()),
        (
            "{resolver: hub, params: [{name: kind, value: task}, {name: name, value: kaniko}]}",
            "[{name: EXTRA_ARGS, value: [--skip-tls-verify, --custom-platform=linux/amd64]}]",
            "kaniko",
            "explicit",
            ("linux/amd64",),
        ),
    ],
)
def test_the_catalogues_tasks_are_judged_by_their_further_flags(
    reference: str, params: str, tool: str, state: str, platforms: tuple[str, ...]
) -> None:
    build = only(PIPELINE.format(reference=reference, params=params))
    assert (build.tool, build.state, build.platforms) == (tool, state, platforms)
    assert build.source.position(build.span.start)[0] == 8


def test_another_task_is_judged_where_it_is_defined() -> None:
    assert read(PIPELINE.format(reference="{name: my-buildah}", params="[]")) == []


def test_a_run_gives_the_parameters_of_what_it_holds() -> None:
    text = """\
        apiVersion: tekton.dev/v1
        kind: PipelineRun
        spec:
          params: [{name: p, value: linux/amd64}]
          taskRunTemplate: {podTemplate: {nodeSelector: {kubernetes.io/arch: arm64}}}
          pipelineSpec:
            params: [{name: p, default: linux/arm64}]
            tasks:
            - name: build
              params: [{name: q, value: $(params.p)}]
              taskSpec:
                params: [{name: q}]
                steps:
                - image: docker
                  script: docker build --platform $(params.q) .
        """
    build = only(text)
    assert (build.state, build.platforms, build.host) == ("explicit", ("linux/amd64",), Platform("linux", "arm64"))


# -- Argo Workflows


def workflow(template: str, parameters: str = "[]", kind: str = "Workflow") -> str:
    body = indent(dedent(template).strip("\n"), "    ")[4:]
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nspec:\n  arguments: {{parameters: {parameters}}}\n"
        f"  templates:\n  - {body}\n"
    )


@pytest.mark.parametrize(
    ("template", "parameters", "tool", "state", "platforms"),
    [
        (f"container: {{image: '{KANIKO}', args: [-d, a]}}", "[]", "kaniko", "missing", ()),
        (
            f"container:\n  image: {KANIKO}\n  args: [-d, a, '--custom-platform={{{{workflow.parameters.p}}}}']",
            "[{name: p, value: linux/arm64}]",
            "kaniko",
            "explicit",
            ("linux/arm64",),
        ),
        (
            (
                "inputs: {parameters: [{name: p}]}\n"
                "script:\n  image: docker\n  command: [sh]\n  source: docker build --platform {{inputs.parameters.p}} ."
            ),
            "[]",
            "docker-build",
            "delegated",
            (),
        ),
        (
            (
                "inputs: {parameters: [{name: p, default: a/b}]}\n"
                "script:\n  image: docker\n  source: docker build --platform {{ inputs.parameters.p }} ."
            ),
            "[]",
            "docker-build",
            "explicit",
            ("a/b",),
        ),
        ("script:\n  image: docker\n  source: docker build -t {{pod.name}} .", "[]", "docker-build", "missing", ()),
        (
            f"containerSet: {{containers: [{{name: a, image: '{KANIKO}', args: [-d, a]}}]}}",
            "[]",
            "kaniko",
            "missing",
            (),
        ),
    ],
)
def test_a_template_of_a_workflow_builds(
    template: str, parameters: str, tool: str, state: str, platforms: tuple[str, ...]
) -> None:
    build = only(workflow(template, parameters))
    assert (build.tool, build.form, build.state, build.platforms) == (tool, "argo", state, platforms)


@pytest.mark.parametrize(
    "template",
    [
        "script: {image: python, command: [python], source: 'docker build .'}",
        "steps: [[{name: build, template: docker-build}]]",
        "container: {image: alpine, args: [build]}",
        "container: {image: docker, args: [{{x}}]}",
    ],
)
def test_other_templates_build_nothing(template: str) -> None:
    assert read(workflow(template)) == []


def test_a_cron_workflow_holds_a_workflow() -> None:
    text = f"""\
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        spec:
          workflowSpec:
            nodeSelector: {{kubernetes.io/arch: arm64}}
            templates:
            - name: build
              container: {{image: '{KANIKO}', args: [-d, a]}}
        """
    assert only(text).host == Platform("linux", "arm64")


def test_a_template_of_helm_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("apiVersion: v1\nkind: Pod\nspec:\n{{- if x }}\n  containers: []\n{{- end }}\n")
