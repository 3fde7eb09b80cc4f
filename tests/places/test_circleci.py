from __future__ import annotations

from textwrap import dedent

import pytest

from prelaunch.model import Build, Platform, Source
from prelaunch.places.circleci import builds
from prelaunch.project import Project, UnreadableError

PATH = ".circleci/config.yml"


def read(text: str) -> list[Build]:
    return builds(Source(PATH, dedent(text)), Project("/nowhere"))


def only(text: str) -> Build:
    [build] = read(text)
    return build


def fixed(text: str, platform: str = "linux/amd64") -> str:
    """The text with the slot of its only build filled, which then names that platform."""
    text = dedent(text)
    slot = only(text).slot
    assert slot is not None
    mended = text[: slot.span.start] + slot.spell((platform,)) + text[slot.span.stop :]
    build = only(mended)
    assert (build.state, build.platforms) == ("explicit", (platform,))
    return mended


def job(steps: str, head: str = "machine: true", top: str = "") -> str:
    def block(text: str, indent: int) -> str:
        return "".join(" " * indent + line for line in dedent(text).strip("\n").splitlines(True))

    return f"version: 2.1\n{dedent(top)}\njobs:\n  one:\n{block(head, 4)}\n    steps:\n{block(steps, 6)}\n"


@pytest.mark.parametrize(
    "step",
    [
        "- run: docker build -t app .",
        "- run: |\n    make deps\n    docker build -t app .",
        "- run: {name: Build, command: docker build -t app .}",
        "- when:\n    condition: << pipeline.parameters.x >>\n    steps:\n      - run: docker build -t app .",
    ],
)
def test_a_run_step_builds_wherever_it_stands(step: str) -> None:
    build = only(job(step))
    assert (build.tool, build.form, build.state) == ("docker-build", "circleci", "missing")
    text = job(step)
    assert text[build.span.start : build.span.stop] == "docker build -t app ."


def test_steps_that_run_nothing_build_nothing() -> None:
    assert (
        read(job("- checkout\n- setup_remote_docker\n- run: make docker_build\n- save_cache: {key: docker build}"))
        == []
    )


def test_a_push_in_another_step_of_the_job_publishes() -> None:
    first, second = read(
        job("- run: docker build -t a .\n- run: docker push a")
        + "  two:\n    machine: true\n    steps:\n      - run: docker build -t b .\n"
    )
    assert first.published
    assert not second.published


def test_variables_of_the_job_and_the_step_are_known() -> None:
    build = only(
        job(
            "- run:\n    command: docker build --platform $P $MORE -t a .\n    environment: {MORE: --pull}",
            "machine: true\nenvironment:\n  P: linux/arm64",
        )
    )
    assert (build.state, build.platforms) == ("explicit", ("linux/arm64",))
    assert any("`P` is set here" in step.text and step.line for step in build.via)


@pytest.mark.parametrize(
    ("head", "host"),
    [
        ("machine: true", Platform("linux", "amd64")),
        ("docker: [{image: cimg/base}]", Platform("linux", "amd64")),
        ("machine: {image: ubuntu-2204:current}\nresource_class: arm.medium", Platform("linux", "arm64")),
        ("docker: [{image: cimg/base}]\nresource_class: arm.large", Platform("linux", "arm64")),
        ("machine: true\nresource_class: acme/runner", None),
        ("macos: {xcode: 15.0.0}", None),
        ("executor: small", Platform("linux", "arm64")),
        ("executor: {name: sized, size: arm.medium}", Platform("linux", "arm64")),
        ("executor: sized", None),
        ("executor: elsewhere/default", None),
    ],
)
def test_the_machine_is_known_by_its_resource_class(head: str, host: Platform | None) -> None:
    top = """
    executors:
      small:
        machine: {image: ubuntu-2204:current}
        resource_class: arm.medium
      sized:
        parameters: {size: {type: string}}
        machine: true
        resource_class: << parameters.size >>
    """
    assert only(job("- run: docker build -t a .", head, top)).host == host


def test_windows_runs_powershell() -> None:
    top = "orbs:\n  win: circleci/windows@5.0"
    build = only(
        job("- run: |\n    docker build `\n      --platform windows/amd64 -t a .", "executor: win/default", top)
    )
    assert (build.state, build.platforms, build.slot) == ("explicit", ("windows/amd64",), None)


def test_a_parameter_is_its_default_or_handed_in() -> None:
    head = "machine: true\nparameters:\n  p: {type: string, default: linux/amd64}\n  q: {type: string}"
    one = only(job("- run: docker build --platform << parameters.p >> .", head))
    two = only(job("- run: docker build --platform <<parameters.q>> .", head))
    assert (one.state, one.platforms) == ("explicit", ("linux/amd64",))
    assert two.state == "delegated"


def test_a_job_is_read_as_the_workflows_call_it() -> None:
    text = (
        job("- run: docker build --platform << parameters.p >> .", "machine: true\nparameters: {p: {type: string}}")
        + "workflows:\n  w:\n    jobs:\n      - one: {p: linux/amd64}\n"
        + "      - one: {name: arm, p: linux/arm64}\n"
    )
    build = only(text)
    assert (build.state, set(build.platforms)) == ("explicit", {"linux/amd64", "linux/arm64"})


def test_a_matrix_gives_every_value() -> None:
    text = (
        job(
            "- run: docker build --platform linux/<< parameters.arch >> .",
            "machine: true\nparameters: {arch: {type: enum}}",
        )
        + "workflows:\n  w:\n    jobs:\n      - one:\n          matrix: {parameters: {arch: [amd64, arm64]}}\n"
    )
    assert only(text).platforms == ("linux/amd64", "linux/arm64")


def test_a_command_is_read_at_its_calls_with_their_parameters() -> None:
    text = """
    version: 2.1
    commands:
      image:
        parameters:
          platform: {type: string}
          after: {type: steps, default: []}
        steps:
          - run: docker build --platform << parameters.platform >> -t a .
          - << parameters.after >>
    jobs:
      one:
        machine: true
        steps:
          - image:
              platform: linux/amd64
              after:
                - run: docker push a
    """
    build = only(text)
    assert (build.state, build.platforms, build.published) == ("explicit", ("linux/amd64",), True)


def test_a_command_that_nothing_calls_is_read_too() -> None:
    assert only("commands:\n  image:\n    steps:\n      - run: docker build -t a .\n").state == "missing"


def test_a_command_that_calls_itself_ends() -> None:
    assert len(read("commands:\n  a:\n    steps: [a, a, {run: docker build .}]\njobs: {b: {steps: [a]}}\n")) == 1


def test_an_inline_orb_is_followed() -> None:
    text = """
    orbs:
      mine:
        commands:
          inner: {steps: [{run: docker build -t a .}]}
        jobs:
          job: {machine: true, steps: [inner]}
    workflows: {w: {jobs: [mine/job]}}
    """
    assert only(text).tool == "docker-build"


def test_a_here_document_is_no_parameter() -> None:
    build = only(job("- run: |\n    cat \\<<EOF >> x\n    a\n    EOF\n    docker build -t a ."))
    assert build.state == "missing"


ORB = "orbs:\n  docker: circleci/docker@2.8\n  ecr: circleci/aws-ecr@9.0\n  old: circleci/aws-ecr@6.0"


@pytest.mark.parametrize(
    ("step", "state", "platforms", "published"),
    [
        ("- docker/build: {image: me/app}", "missing", (), False),
        ("- docker/build: {image: me/app, extra_build_args: --pull}", "missing", (), False),
        (
            "- docker/build:\n    image: a\n    extra_build_args: '--platform linux/amd64'",
            "explicit",
            ("linux/amd64",),
            False,
        ),
        (
            "- docker/build:\n    image: a\n    extra_build_args: --platform=linux/arm64 --pull",
            "explicit",
            ("linux/arm64",),
            False,
        ),
        ("- docker/build: {image: a}\n- docker/push: {image: a}", "missing", (), True),
        ("- ecr/build_and_push_image: {repo: a}", "default", ("linux/amd64",), True),
        ("- ecr/build_and_push_image: {repo: a, push_image: false}", "default", ("linux/amd64",), False),
        (
            "- ecr/build_image: {repo: a, platform: 'linux/amd64,linux/arm64'}",
            "explicit",
            ("linux/amd64", "linux/arm64"),
            True,
        ),
        ("- old/build-and-push-image: {repo: a}", "missing", (), True),
    ],
)
def test_the_commands_of_orbs_build(step: str, state: str, platforms: tuple[str, ...], published: bool) -> None:
    build = only(job(step, top=ORB))
    assert (build.state, build.platforms, build.published) == (state, platforms, published)
    assert build.tool.startswith("circleci-")


@pytest.mark.parametrize(("given", "published"), [("image: a", True), ("image: a, deploy: false", False)])
def test_the_publish_job_of_the_docker_orb_pushes_by_default(given: str, published: bool) -> None:
    text = f"{ORB}\nworkflows:\n  w:\n    jobs:\n      - docker/publish: {{{given}}}\n"
    build = only(text)
    assert (build.tool, build.state, build.published) == ("circleci-docker-orb", "missing", published)
    assert text[build.span.start : build.span.stop] == "docker/publish"
    assert build.host == Platform("linux", "amd64")


def test_an_orb_of_another_name_is_nothing() -> None:
    assert read(job("- docker/build: {image: a}", top="orbs:\n  docker: acme/docker@1.0")) == []
    assert read(job("- docker/hadolint: {}", top=ORB)) == []


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("- docker/build:\n    image: a", "    extra_build_args: --platform=linux/amd64\n"),
        (
            "- docker/build:\n    image: a\n    extra_build_args: --pull",
            "    extra_build_args: --platform=linux/amd64 --pull\n",
        ),
        ("- docker/build: {image: a}", "{extra_build_args: --platform=linux/amd64, image: a}"),
        ("- run: docker build -t a .", "- run: docker build --platform linux/amd64 -t a ."),
    ],
)
def test_a_platform_can_be_added(step: str, line: str) -> None:
    assert line.strip() in fixed(job(step, top=ORB))


def test_the_default_platform_variable_counts() -> None:
    build = only(
        job("- docker/build: {image: a}", "machine: true\nenvironment: {DOCKER_DEFAULT_PLATFORM: linux/amd64}", ORB)
    )
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_what_is_no_yaml_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("jobs: [")


@pytest.mark.parametrize(
    "text", ["", "[]", "jobs: x", "jobs: {a: {steps: x}}", "orbs: [a]", "workflows: {w: {jobs: {a: 1}}}"]
)
def test_odd_shapes_build_nothing(text: str) -> None:
    assert read(text) == []
