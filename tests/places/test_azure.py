from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Build, Platform, Source
from prelaunch.places.azure import builds
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, root: str = "/nowhere") -> list[Build]:
    return builds(Source("azure-pipelines.yml", dedent(text)), Project(root))


def only(text: str) -> Build:
    [build] = read(text)
    return build


def steps(text: str, top: str = "trigger: [main]") -> str:
    block = "".join("  " + line for line in dedent(text).strip("\n").splitlines(True))
    return f"{dedent(top)}\nsteps:\n{block}\n"


def docker(inputs: str, version: str = "2") -> str:
    lines = "".join(f"    {line}\n" for line in dedent(inputs).strip("\n").splitlines())
    return steps(f"- task: Docker@{version}\n  inputs:\n{lines}")


@pytest.mark.parametrize(
    ("step", "span"),
    [
        ("- script: docker build -t a .", "docker build -t a ."),
        ("- bash: |\n    set -e\n    docker build -t a .", "docker build -t a ."),
        ("- task: Bash@3\n  inputs:\n    targetType: inline\n    script: docker build -t a .", "docker build -t a ."),
        ("- task: CmdLine@2\n  inputs: {script: docker build -t a .}", "docker build -t a ."),
        (
            "- task: AzureCLI@2\n  inputs:\n    scriptType: bash\n    inlineScript: docker build -t a .",
            "docker build -t a .",
        ),
        ("- pwsh: docker build -t a .", "docker build -t a ."),
        ("- ${{ if eq(1, 1) }}:\n  - script: docker build -t a .", "docker build -t a ."),
        ("- task: Docker@2\n  inputs: {command: build}", "task: Docker@2"),
    ],
)
def test_steps_build(step: str, span: str) -> None:
    text = steps(step)
    build = only(text)
    assert (build.form, build.state) == ("azure", "missing")
    assert text[build.span.start : build.span.stop] == span


@pytest.mark.parametrize(
    "step",
    [
        "- bash: make docker_build docker_save",
        "- task: Docker@2\n  inputs: {command: push}",
        "- task: Docker@2\n  inputs: {command: login}",
        "- task: Docker@1\n  inputs: {command: Push an image}",
        "- task: Bash@3\n  inputs: {targetType: filePath, filePath: build.sh}",
        "- task: DockerInstaller@0\n  inputs: {dockerVersion: 20}",
        "- template: steps.yml\n  parameters: {command: docker build .}",
        "- script: echo done\n  displayName: docker build .",
    ],
)
def test_look_alikes_build_nothing(step: str) -> None:
    assert read(steps(step)) == []


@pytest.mark.parametrize(
    ("version", "inputs", "tool", "state", "platforms", "published"),
    [
        ("2", "repository: a", "azure-docker-v2", "missing", (), True),
        ("2", "command: buildAndPush", "azure-docker-v2", "missing", (), True),
        ("2", "command: buildAndPush\narguments: --platform linux/amd64", "azure-docker-v2", "missing", (), True),
        ("2", "command: build", "azure-docker-v2", "missing", (), False),
        (
            "2",
            "command: build\narguments: --platform linux/amd64",
            "azure-docker-v2",
            "explicit",
            ("linux/amd64",),
            False,
        ),
        (
            "2",
            "command: 'build'\narguments: |\n  --pull\n  --platform=linux/arm64",
            "azure-docker-v2",
            "explicit",
            ("linux/arm64",),
            False,
        ),
        ("2", "command: build\narguments: $(buildArguments)", "azure-docker-v2", "unknown", (), False),
        ("1", "command: Build an image", "azure-docker-v1", "missing", (), False),
        ("1", "imageName: a", "azure-docker-v1", "missing", (), False),
        (
            "1",
            "command: build\narguments: --platform linux/amd64",
            "azure-docker-v1",
            "explicit",
            ("linux/amd64",),
            False,
        ),
        ("0", "action: Build an image", "azure-docker-v0", "missing", (), False),
    ],
)
def test_the_docker_task_says_it_in_its_arguments(
    version: str, inputs: str, tool: str, state: str, platforms: tuple[str, ...], published: bool
) -> None:
    build = only(docker(inputs, version))
    assert (build.tool, build.state, build.platforms, build.published) == (tool, state, platforms, published)


def test_arguments_that_are_ignored_are_said_to_be() -> None:
    build = only(docker("command: buildAndPush\narguments: --platform linux/amd64"))
    assert [step.text for step in build.via] == ["`buildAndPush` ignores `arguments`"]
    assert build.slot is None


def test_arguments_under_a_condition_hold_in_some_cases_only() -> None:
    build = only(docker("command: build\n${{ if parameters.x }}:\n  arguments: --platform linux/amd64"))
    assert build.state == "unknown"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("command: build", "arguments: --platform=linux/amd64\n      command: build"),
        ("command: build\narguments: --pull", "arguments: --platform=linux/amd64 --pull"),
        ("command: build\narguments: '--pull'", "arguments: '--platform=linux/amd64 --pull'"),
        ("command: build\narguments: |\n  --pull", "--platform=linux/amd64 --pull"),
    ],
)
def test_a_platform_can_be_added_to_the_arguments(inputs: str, expected: str) -> None:
    text = docker(inputs)
    slot = only(text).slot
    assert slot is not None
    assert not slot.many
    mended = text[: slot.span.start] + slot.spell(("linux/amd64",)) + text[slot.span.stop :]
    assert expected in mended
    build = only(mended)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_a_push_task_publishes_its_job_alone() -> None:
    text = """
    stages:
    - stage: one
      jobs:
      - job: a
        steps:
        - task: Docker@2
          inputs: {command: build}
        - ${{ if true }}:
          - task: Docker@2
            inputs: {command: push}
      - deployment: b
        strategy:
          runOnce:
            deploy:
              steps:
              - task: Docker@2
                inputs: {command: build}
    """
    assert [build.published for build in read(text)] == [True, False]


@pytest.mark.parametrize(
    ("task", "state"),
    [
        ("action: Build services\ndockerComposeFile: compose.yml", "delegated"),
        ("action: Build services\ndockerComposeFile: '**/docker-compose.yml'", "delegated"),
        ("dockerComposeCommand: build --pull", "delegated"),
        ("dockerComposeCommand: up -d --build", "delegated"),
        ("dockerComposeCommand: up -d", None),
        ("action: Push services", None),
        ("action: Lock services", None),
    ],
)
def test_the_compose_task_leaves_it_to_the_compose_file(task: str, state: str | None) -> None:
    found = read(docker(task).replace("Docker@2", "DockerCompose@0"))
    assert [(build.tool, build.state) for build in found] == ([("docker-compose", state)] if state else [])


@pytest.mark.parametrize(
    ("top", "platforms"),
    [
        ("variables:\n  p: linux/amd64", ("linux/amd64",)),
        ("variables:\n- name: p\n  value: linux/amd64\n- group: g", ("linux/amd64",)),
        ("variables:\n  q: linux\n  p: $(q)/amd64", ("linux/amd64",)),
        (
            "variables:\n  p: ${{ parameters.arch }}\nparameters:\n- name: arch\n  default: linux/arm64",
            ("linux/arm64",),
        ),
        ("variables: {P: linux/amd64}", ("linux/amd64",)),
        ("variables:\n- ${{ if a }}:\n  - name: p\n    value: linux/amd64", ("linux/amd64",)),
    ],
)
def test_macros_are_variables_of_the_file(top: str, platforms: tuple[str, ...]) -> None:
    build = only(steps("- script: docker build --platform '$(p)' .", top))
    assert (build.state, build.platforms) == ("explicit", platforms)


@pytest.mark.parametrize(
    ("command", "top", "state"),
    [
        ("docker build $(more) .", "trigger: none", "unknown"),
        ("docker build --platform '$(p)' .", "trigger: none", "explicit"),
        ("docker build ${{ parameters.more }} .", "parameters: {more: ''}", "delegated"),
        ("docker build --platform ${{ parameters.p }} .", "parameters: {p: ''}", "delegated"),
        ("docker build --platform ${{ parameters.p }} .", "parameters: [{name: p, type: string}]", "delegated"),
        ("docker build -t a:$(Build.BuildId) .", "trigger: none", "missing"),
        ("docker build --platform $P .", "variables: {p: linux/amd64}", "explicit"),
        ("docker build -t $(date +%s) .", "trigger: none", "missing"),
    ],
)
def test_what_is_set_elsewhere_is_not_known(command: str, top: str, state: str) -> None:
    build = only(steps(f'- bash: "{command}"', top))
    assert build.state == state
    assert "$(p)" not in build.platforms


def test_a_matrix_gives_every_value() -> None:
    text = """
    jobs:
    - job: a
      strategy:
        matrix:
          x: {arch: amd64, image: ubuntu-22.04}
          y: {arch: arm64, image: ubuntu-24.04-arm64}
      pool: {vmImage: ubuntu-22.04}
      steps:
      - bash: docker build --platform linux/$(arch) .
    """
    assert only(text).platforms == ("linux/amd64", "linux/arm64")


@pytest.mark.parametrize(
    ("image", "host"),
    [
        ("ubuntu-latest", Platform("linux", "amd64")),
        ("Ubuntu-22.04", Platform("linux", "amd64")),
        ("$(image)", Platform("linux", "amd64")),
        ("windows-2022", Platform("windows", "amd64")),
        ("macOS-latest", None),
        ("$(other)", None),
    ],
)
def test_the_pool_tells_the_machine(image: str, host: Platform | None) -> None:
    top = f"variables: {{image: ubuntu-22.04}}\npool:\n  vmImage: {image}"
    assert only(steps("- bash: docker build .", top)).host == host


def test_a_script_on_windows_is_one_of_cmd() -> None:
    text = steps("- script: |\n    docker build ^\n      --platform windows/amd64 .", "pool: {vmImage: windows-latest}")
    build = only(text)
    assert (build.state, build.platforms) == ("explicit", ("windows/amd64",))


def test_a_variable_is_also_in_the_environment() -> None:
    build = only(
        steps("- task: Docker@2\n  inputs: {command: build}", "variables: {DOCKER_DEFAULT_PLATFORM: linux/amd64}")
    )
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_the_statements_of_a_template_are_left_out() -> None:
    text = "trigger:\n- {{ branch }}\n{{#if x}}\nvariables: {a: b}\r\n{{/if}}\r\n"
    text += "steps:\n- task: Docker@2\n  inputs:\n    command: build\n"
    build = only(text)
    assert text[build.span.start : build.span.stop] == "task: Docker@2"
    assert (build.state, build.slot, build.source.text) == ("missing", None, text)


def test_a_dockerfile_is_found(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile").write_text("FROM x\n")
    [build] = read(docker("command: build\nDockerfile: api/Dockerfile"), str(tmp_path))
    assert build.dockerfile == "api/Dockerfile"


def test_what_is_no_yaml_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("steps: [")


def test_variables_that_name_each_other_in_a_circle_end() -> None:
    names = "".join(f"  v{n}: {'$(v' + str((n + 1) % 9) + ')'}{'$(v0)' * 20}\n" for n in range(9))
    assert only(steps("- bash: docker build $(v1) .", f"variables:\n{names}")).state == "unknown"


def test_a_variable_that_a_script_sets_anew_is_not_known() -> None:
    text = steps(
        "- bash: echo '##vso[task.setvariable variable=more]--platform linux/amd64'\n- bash: docker build $(more) .",
        "variables: {more: --pull}",
    )
    assert only(text).state == "unknown"


@pytest.mark.parametrize("text", ["", "[]", "steps: x", "steps: [{task: 1}]", "variables: x\nsteps: [{script: [a]}]"])
def test_odd_shapes_build_nothing(text: str) -> None:
    assert read(text) == []
