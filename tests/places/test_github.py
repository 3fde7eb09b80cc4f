from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.model import Build, Platform, Retag, Source, Step
from prelaunch.places.github import builds
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKFLOW = ".github/workflows/ci.yml"


def read(
    text: str, path: str = WORKFLOW, files: Mapping[str, str] | None = None, root: str = "/nowhere"
) -> list[Build]:
    project = Project(root)
    for name, content in (files or {}).items():
        project.add(Source(name, content))
    source = Source(path, text)
    project.add(source)
    return [build for build in builds(source, project) if not isinstance(build, Retag)]


def job(steps: str, head: str = "runs-on: ubuntu-latest", top: str = "on: push") -> str:
    """A workflow with one job of these steps; `head` are its other keys, `top` the workflow's."""

    def block(text: str, indent: int) -> str:
        return "".join(
            " " * indent + line if line.strip() else line for line in dedent(text).strip("\n").splitlines(True)
        )

    return f"{block(top, 0)}\njobs:\n  build:\n{block(head, 4)}\n    steps:\n{block(steps, 6)}\n"


def facts(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(build.tool, build.state, build.platforms) for build in read(text)]


def only(text: str, files: Mapping[str, str] | None = None) -> Build:
    [build] = read(text, files=files)
    return build


def action(inputs: str = "", uses: str = "docker/build-push-action@v6") -> str:
    lines = "".join(f"    {line}\n" for line in dedent(inputs).strip("\n").splitlines())
    return f"- uses: {uses}\n" + (f"  with:\n{lines}" if inputs else "")


# -- uses


@pytest.mark.parametrize(
    ("inputs", "state", "platforms"),
    [
        ("push: true", "missing", ()),
        ("platforms: linux/amd64", "explicit", ("linux/amd64",)),
        ("platforms: linux/amd64, linux/arm64", "explicit", ("linux/amd64", "linux/arm64")),
        ("platforms: |\n  linux/amd64\n  linux/arm64", "explicit", ("linux/amd64", "linux/arm64")),
        ("PLATFORMS: linux/amd64", "explicit", ("linux/amd64",)),
        ("platforms: ''", "missing", ()),
        ("platforms:", "missing", ()),
        ("platforms: ${{ steps.x.outputs.y }}", "unknown", ()),
        ("platforms: ${{ needs.x.outputs.y }}", "unknown", ()),
        ("platforms: ${{ vars.P }}", "unknown", ()),
        ("platforms: ${{ vars.P || 'linux/amd64' }}", "explicit", ("linux/amd64",)),
        ("platforms: linux/${{ steps.x.outputs.arch }}", "explicit", ()),
        ("platforms: linux/amd64,${{ vars.MORE }}", "explicit", ("linux/amd64",)),
        (
            "platforms: ${{ github.ref == 'x' && 'linux/amd64' || 'linux/arm64' }}",
            "explicit",
            ("linux/amd64", "linux/arm64"),
        ),
        ("platforms: ${{ github.ref == 'x' && 'linux/amd64' || '' }}", "unknown", ("linux/amd64",)),
        ("platforms: [linux/amd64]", "unknown", ()),
    ],
)
def test_the_input_platforms_decides(inputs: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(job(action(inputs)))
    assert (build.tool, build.form, build.state, build.platforms) == (
        "docker/build-push-action",
        "gha-uses",
        state,
        platforms,
    )


@pytest.mark.parametrize(
    ("uses", "inputs", "state", "platforms"),
    [
        ("depot/build-push-action@v1", "platforms: linux/amd64", "explicit", ("linux/amd64",)),
        ("redhat-actions/buildah-build@v2", "archs: amd64, arm64", "explicit", ("linux/amd64", "linux/arm64")),
        ("redhat-actions/buildah-build@v2", "platforms: linux/s390x", "explicit", ("linux/s390x",)),
        ("redhat-actions/buildah-build@v2", "image: app", "missing", ()),
        ("elgohr/Publish-Docker-Github-Action@v5", "name: me/app", "missing", ()),
        ("mr-smithers-excellent/docker-build-push@v6", "platform: linux/amd64", "explicit", ("linux/amd64",)),
        ("docker/bake-action@v6", "targets: app", "delegated", ()),
        (
            "docker/bake-action@v6",
            "set: '*.platform=linux/amd64,linux/arm64'",
            "explicit",
            ("linux/amd64", "linux/arm64"),
        ),
        ("docker/bake-action@v6", "set: |\n  *.cache-from=x\n  *.platform=linux/amd64", "explicit", ("linux/amd64",)),
        ("docker/bake-action@v6", "targets: app\nset: app.platform=linux/amd64", "explicit", ("linux/amd64",)),
        ("docker/bake-action@v6", "set: '*.cache-from=type=gha,scope=${{ github.ref }}'", "delegated", ()),
        ("docker/bake-action@v6", "set: '*.platform=${{ matrix.platforms }}'", "unknown", ()),
    ],
)
def test_other_actions_say_it_with_their_own_inputs(
    uses: str, inputs: str, state: str, platforms: tuple[str, ...]
) -> None:
    build = only(job(action(inputs, uses)))
    assert (build.tool, build.state, build.platforms) == (uses.partition("@")[0], state, platforms)


@pytest.mark.parametrize(
    "uses",
    ["docker/setup-qemu-action@v3", "docker/bake-action/subaction/matrix@v6", "docker/metadata-action@v5", "./local"],
)
def test_these_actions_build_nothing(uses: str) -> None:
    assert read(job(action("platforms: linux/amd64", uses))) == []


def test_a_check_is_no_build() -> None:
    assert read(job(action("call: check"))) == []


def test_the_line_is_that_of_uses_and_the_span_ends_with_its_value() -> None:
    text = job("- name: Build\n  uses: docker/build-push-action@v6  # v6.1\n  with:\n    push: true\n")
    build = only(text)
    assert text[build.span.start : build.span.stop] == "uses: docker/build-push-action@v6"


@pytest.mark.parametrize(
    ("inputs", "published", "image"),
    [
        ("push: true", True, True),
        ("push: false", False, True),
        ("push: ${{ github.event_name != 'pull_request' }}", True, True),
        ("load: true", False, True),
        ("outputs: type=image,name=x,push=true", True, True),
        ("outputs: type=registry", True, True),
        ("outputs: type=local,dest=out", False, False),
        ("outputs: type=cacheonly", False, False),
        ("outputs: |\n  type=local,dest=out\n  type=image,push-by-digest=true", True, True),
        ("outputs: ./out", False, False),
    ],
)
def test_a_push_publishes_and_a_folder_is_no_image(inputs: str, published: bool, image: bool) -> None:
    build = only(job(action(inputs)))
    assert (build.published, build.image) == (published, image)


def test_a_push_in_the_job_publishes_its_builds() -> None:
    steps = "- run: docker build -t ghcr.io/o/app .\n- run: echo ok\n- run: docker push ghcr.io/o/app"
    assert [build.published for build in read(job(steps))] == [True]
    assert [build.published for build in read(job(action("load: true") + "- run: docker push x"))] == [True]
    assert [build.published for build in read(job("- run: docker build .\n- run: docker pull x"))] == [False]


def test_tags_are_the_images() -> None:
    tags = "tags: |\n  ghcr.io/o/app:1\n  ghcr.io/o/app:${{ github.sha }}\n  ${{ steps.meta.outputs.tags }}"
    assert only(job(action(tags))).images == ("ghcr.io/o/app:1", "ghcr.io/o/app:…")


def test_tags_of_the_metadata_action_are_followed() -> None:
    meta = "- uses: docker/metadata-action@v5\n  id: meta\n  with:\n    images: |\n      ghcr.io/o/app\n      o/app\n"
    assert only(job(meta + action("tags: ${{ steps.meta.outputs.tags }}"))).images == ("ghcr.io/o/app:…", "o/app:…")


@pytest.mark.parametrize(
    ("inputs", "dockerfile"),
    [
        ("push: true", "Dockerfile"),
        ("context: app", "app/Dockerfile"),
        ("context: ./app/", "app/Dockerfile"),
        ("context: '{{defaultContext}}:app'", "app/Dockerfile"),
        ("context: ${{ github.workspace }}/app", "app/Dockerfile"),
        ("context: .\nfile: app/Dockerfile", "app/Dockerfile"),
        ("file: ${{ env.FILE }}", None),
        ("context: https://example.com/app.git", None),
        ("context: ../app", None),
        ("file: nowhere/Dockerfile", None),
    ],
)
def test_the_dockerfile_is_named_where_it_is_literal(inputs: str, dockerfile: str | None) -> None:
    files = {"Dockerfile": "FROM x", "app/Dockerfile": "FROM x"}
    assert only(job(action(inputs)), files).dockerfile == dockerfile


# -- where a platform can be written


def written(text: str, platforms: tuple[str, ...] = ("linux/amd64", "linux/arm64")) -> str:
    build = only(text)
    assert build.slot is not None
    return text[: build.slot.span.start] + build.slot.spell(platforms) + text[build.slot.span.stop :]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "- uses: docker/build-push-action@v6 # pinned\n",
            "- uses: docker/build-push-action@v6 # pinned\n  with:\n    platforms: linux/amd64,linux/arm64\n",
        ),
        (
            "- name: x\n  uses: docker/build-push-action@v6\n  with:\n    # note\n    push: true\n",
            "- name: x\n  uses: docker/build-push-action@v6\n  with:\n    # note\n    push: true\n".replace(
                "push:", "platforms: linux/amd64,linux/arm64\n    push:"
            ),
        ),
        (
            "- with:\n      push: 1\n  uses: docker/build-push-action@v6\n",
            "- with:\n      platforms: linux/amd64,linux/arm64\n      push: 1\n  uses: docker/build-push-action@v6\n",
        ),
    ],
)
def test_a_platform_is_written_as_the_first_input(before: str, after: str, end: str) -> None:
    text = job(before).replace("\n", end)
    mended = written(text)
    assert mended == job(after).replace("\n", end)
    again = only(mended)
    assert (again.state, again.platforms, again.slot) == ("explicit", ("linux/amd64", "linux/arm64"), None)


@pytest.mark.parametrize(
    "steps",
    [
        "- uses: docker/build-push-action@v6\n  with:\n    platforms: ''\n",
        "- uses: docker/build-push-action@v6\n  with:\n",
        "- uses: docker/build-push-action@v1\n  with:\n    push: true\n",
        "- uses: x/y@v3\n  with: &i\n    push: true\n- uses: docker/build-push-action@v6\n  with: *i\n",
    ],
)
def test_no_place_is_offered_where_it_would_not_be_this_steps_own(steps: str) -> None:
    build = only(job(steps))
    assert (build.state, build.slot) == ("missing", None)


# -- run


def test_a_run_step_is_read_as_shell() -> None:
    text = job("- run: |\n    docker build -t app .\n    docker buildx build --platform linux/amd64 .\n")
    assert facts(text) == [("docker-build", "missing", ()), ("docker-buildx-build", "explicit", ("linux/amd64",))]
    assert [text[build.span.start : build.span.stop] for build in read(text)] == [
        "docker build -t app .",
        "docker buildx build --platform linux/amd64 .",
    ]
    assert all(build.form == "gha-run" for build in read(text))


def test_an_expression_in_a_flag_position_is_not_an_absent_flag() -> None:
    assert [state for _, state, _ in facts(job("- run: docker build ${{ vars.FLAGS }} .\n"))] == ["unknown"]
    assert [state for _, state, _ in facts(job("- run: docker build -t x:${{ github.sha }} .\n"))] == ["missing"]


@pytest.mark.parametrize(
    ("shell", "head", "count"),
    [
        ("shell: bash", "runs-on: windows-latest", 1),
        ("shell: sh -e {0}", "runs-on: ubuntu-latest", 1),
        ("shell: python", "runs-on: ubuntu-latest", 0),
        ("shell: node {0}", "runs-on: ubuntu-latest", 0),
        ("", "runs-on: ubuntu-latest\ndefaults:\n  run:\n    shell: python", 0),
        ("shell: bash", "runs-on: ubuntu-latest\ndefaults:\n  run:\n    shell: python", 1),
    ],
)
def test_the_shell_says_what_the_text_is(shell: str, head: str, count: int) -> None:
    steps = f"- run: docker build .\n  {shell}\n"
    assert len(read(job(steps, head))) == count


@pytest.mark.parametrize(
    ("head", "own"),
    [
        ("runs-on: windows-2022", ""),
        ("runs-on: ubuntu-latest", "shell: pwsh"),
        ("runs-on: ubuntu-latest\ndefaults:\n  run:\n    shell: pwsh", ""),
        ("runs-on: [self-hosted, windows]", ""),
    ],
)
def test_powershell_continues_lines_with_a_backtick(head: str, own: str) -> None:
    steps = f"- run: |\n    docker build `\n      --platform linux/amd64 .\n  {own}\n"
    assert facts(job(steps, head)) == [("docker-build", "explicit", ("linux/amd64",))]


def test_env_at_three_levels_reaches_the_shell_and_the_later_wins() -> None:
    top = "on: push\nenv:\n  P: linux/386\n  DOCKER_DEFAULT_PLATFORM: linux/s390x"
    head = "runs-on: ubuntu-latest\nenv:\n  P: linux/arm64"
    steps = (
        "- run: docker build --platform $P .\n  env:\n    P: linux/amd64\n"
        "- run: docker build --platform ${{ env.P }} .\n- run: docker build .\n"
    )
    text = job(steps, head, top)
    assert [platforms for _, _, platforms in facts(text)] == [("linux/amd64",), ("linux/arm64",), ("linux/s390x",)]
    line = text.splitlines().index("      P: linux/arm64") + 1
    assert Step("`env.P` is set here", WORKFLOW, line) in read(text)[1].via


def test_the_default_platform_of_docker_reaches_an_action_but_not_bake() -> None:
    head = "runs-on: ubuntu-latest\nenv:\n  DOCKER_DEFAULT_PLATFORM: linux/amd64"
    steps = action("push: true") + action("targets: app", "docker/bake-action@v6")
    assert [(state, platforms) for _, state, platforms in facts(job(steps, head))] == [
        ("explicit", ("linux/amd64",)),
        ("delegated", ()),
    ]


def test_an_env_resolves_an_input() -> None:
    build = only(job(action("platforms: ${{ env.P }}"), top="on: push\nenv:\n  P: linux/amd64,linux/arm64"))
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64", "linux/arm64"))
    assert build.via == (Step("`env.P` is set here", WORKFLOW, 3),)


@pytest.mark.parametrize(
    ("line", "state", "platforms"),
    [
        ("echo P=linux/amd64 >> $GITHUB_ENV", "explicit", ("linux/amd64",)),
        ("echo P=$(uname -m) >> $GITHUB_ENV", "unknown", ()),
        ("./setup.sh >> $GITHUB_ENV", "missing", ()),
    ],
)
def test_what_a_step_leaves_in_the_environment_holds_for_later_ones(
    line: str, state: str, platforms: tuple[str, ...]
) -> None:
    steps = action("platforms: ${{ env.P }}") + f"- run: {line}\n" + action("platforms: ${{ env.P }}")
    first, second = read(job(steps, top="on: push\nenv:\n  P: ''"))
    assert (first.state, first.platforms) == ("missing", ())
    assert (second.state, second.platforms) == (state, platforms)


def test_a_working_directory_is_taken_from_the_nearest_level() -> None:
    files = {"app/Dockerfile": "FROM x"}
    steps = "- run: docker build .\n  working-directory: app\n"
    assert only(job(steps), files).dockerfile == "app/Dockerfile"
    head = "runs-on: ubuntu-latest\ndefaults:\n  run:\n    working-directory: ./app"
    assert only(job("- run: docker build .\n", head), files).dockerfile == "app/Dockerfile"


# -- matrix


def test_correlated_matrix_values_stay_together() -> None:
    head = """
        runs-on: ${{ matrix.runner }}
        strategy:
          matrix:
            include:
              - {os: linux, arch: arm64, runner: ubuntu-24.04-arm}
              - {os: windows, arch: amd64, runner: windows-2022}
    """
    text = job(action("platforms: ${{ matrix.os }}/${{ matrix.arch }}"), head)
    assert only(text).platforms == ("linux/arm64", "windows/amd64")
    assert Step("`matrix.os`", WORKFLOW, 8) in only(text).via


@pytest.mark.parametrize(
    ("matrix", "platforms"),
    [
        ("arch: [amd64, arm64]", ("linux/amd64", "linux/arm64")),
        ("arch: [amd64, arm64, 386]\nexclude: [{arch: arm64}]", ("linux/amd64", "linux/386")),
        ("arch: [amd64]\ninclude: [{arch: arm64, x: 1}]", ("linux/amd64", "linux/arm64")),
        ("arch: [amd64]\ninclude: [{arch: amd64, x: 1}, {x: 2}]", ("linux/amd64",)),
        ('arch: ${{ fromJSON(\'["amd64","s390x"]\') }}', ("linux/amd64", "linux/s390x")),
        ("arch: [amd64, '${{ github.x && 1 }}']", ("linux/amd64",)),
        ("arch: &a [amd64]\nother: *a", ("linux/amd64",)),
    ],
)
def test_the_rules_of_the_matrix(matrix: str, platforms: tuple[str, ...]) -> None:
    lines = "".join(f"\n    {line}" for line in matrix.splitlines())
    head = f"runs-on: ubuntu-latest\nstrategy:\n  matrix:{lines}"
    build = only(job(action("platforms: linux/${{ matrix.arch }}"), head))
    assert (build.state, tuple(p for p in build.platforms if p in platforms)) == ("explicit", platforms)


def test_a_matrix_from_another_job_is_unknown() -> None:
    for matrix in ("${{ fromJSON(needs.x.outputs.m) }}", "\n    p: ${{ fromJSON(needs.x.outputs.m) }}"):
        head = f"runs-on: ubuntu-latest\nstrategy:\n  matrix: {matrix}"
        assert only(job(action("platforms: ${{ matrix.p }}"), head)).state == "unknown"


def test_a_row_without_a_platform_is_not_taken_for_one_with() -> None:
    head = "runs-on: x\nstrategy:\n  matrix:\n    include: [{p: linux/amd64}, {q: 1}]"
    assert only(job(action("platforms: ${{ matrix.p }}"), head)).state == "unknown"


def test_a_run_step_is_read_for_every_combination() -> None:
    head = "runs-on: ubuntu-latest\nstrategy:\n  matrix:\n    arch: [amd64, arm64]\n    version: [1, 2, 3]"
    build = only(job("- run: docker build --platform=linux/${{ matrix.arch }} -t a:${{ matrix.version }} .\n", head))
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64", "linux/arm64"))


def test_too_many_combinations_are_unknown_only_where_they_differ() -> None:
    values = ", ".join(f"p{n}" for n in range(50))
    head = f"runs-on: ubuntu-latest\nstrategy:\n  matrix:\n    many: [{values}]\n    p: [linux/amd64]"
    steps = action("platforms: ${{ matrix.p }}") + action("platforms: ${{ matrix.many }}")
    assert [(state, platforms) for _, state, platforms in facts(job(steps, head))] == [
        ("explicit", ("linux/amd64",)),
        ("unknown", ()),
    ]


def test_a_condition_on_the_matrix_leaves_rows_out() -> None:
    head = "runs-on: x\nstrategy:\n  matrix:\n    include: [{p: linux/amd64, on: a}, {on: b}]"
    steps = action("platforms: ${{ matrix.p }}") + "  if: matrix.on == 'a'\n"
    build = only(job(steps, head))
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


# -- inputs


@pytest.mark.parametrize(
    ("on", "state", "platforms"),
    [
        ("workflow_call: {inputs: {p: {type: string, required: true}}}", "delegated", ()),
        ("workflow_call: {inputs: {p: {type: string, default: ''}}}", "delegated", ()),
        ("workflow_call: {inputs: {p: {type: string, default: linux/amd64}}}", "explicit", ("linux/amd64",)),
        ("{workflow_dispatch: {inputs: {p: {default: linux/amd64}}}}", "explicit", ("linux/amd64",)),
        ("{push: , workflow_dispatch: {inputs: {p: {default: linux/amd64}}}}", "unknown", ("linux/amd64",)),
    ],
)
def test_an_input_is_the_callers_unless_it_has_a_default(on: str, state: str, platforms: tuple[str, ...]) -> None:
    build = only(job(action("platforms: ${{ inputs.p }}"), top=f"on: {on}" if on[0] == "{" else f"on:\n  {on}"))
    assert (build.state, build.platforms) == (state, platforms)


def test_a_default_is_named_with_its_line() -> None:
    top = "on:\n  workflow_call:\n    inputs:\n      p:\n        default: linux/amd64"
    note = "`inputs.p` is `linux/amd64` by default, a caller may hand in another"
    assert only(job(action("platforms: ${{ inputs.p }}"), top=top)).via == (Step(note, WORKFLOW, 4),)


def test_an_input_in_a_command_is_handed_in() -> None:
    top = "on: {workflow_call: {inputs: {args: {type: string}}}}"
    assert facts(job("- run: docker build ${{ inputs.args }} .\n", top=top)) == [("docker-build", "delegated", ())]


def test_an_input_with_a_fallback_is_explicit() -> None:
    top = "on: {workflow_dispatch: {inputs: {p: {}}}}"
    build = only(job(action("platforms: ${{ github.event.inputs.p || 'linux/amd64' }}"), top=top))
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


COMPOSITE = """\
name: Build
inputs:
  platforms:
    required: true
  tag: {default: latest}
runs:
  using: composite
  steps:
    - uses: docker/build-push-action@v6
      with:
        platforms: ${{ inputs.platforms }}
    - run: docker build -t app:${{ inputs.tag }} .
      shell: bash
"""


def test_a_composite_action_is_read_like_a_job() -> None:
    found = read(COMPOSITE, ".github/actions/build/action.yml")
    assert [(b.tool, b.state, b.images) for b in found] == [
        ("docker/build-push-action", "delegated", ()),
        ("docker-build", "missing", ("app:latest",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "runs:\n  using: node20\n  main: x.js\n",
        "jobs:\n  - job: a\n    steps:\n      - run: docker build .\n",
        "services:\n  a:\n    build: .\n",
        "",
        "- a\n- b\n",
    ],
)
def test_other_yaml_has_no_builds(text: str) -> None:
    assert read(text, "some/file.yml") == []


# -- runners


@pytest.mark.parametrize(
    ("runner", "platform"),
    [
        ("ubuntu-latest", "linux/amd64"),
        ("ubuntu-22.04", "linux/amd64"),
        ("ubuntu-24.04-arm", "linux/arm64"),
        ("windows-2022", "windows/amd64"),
        ("windows-11-arm", "windows/arm64"),
        ("macos-13", "darwin/amd64"),
        ("macos-14", "darwin/arm64"),
        ("macos-latest", "darwin/arm64"),
        ("macos-14-large", "darwin/amd64"),
        ("macos-15-intel", "darwin/amd64"),
        ("macos-13-xlarge", "darwin/arm64"),
        ("[self-hosted, linux, ARM64]", "linux/arm64"),
        ("[self-hosted, X64]", "linux/amd64"),
        ("[self-hosted, linux]", None),
        ("{group: big, labels: ubuntu-latest}", "linux/amd64"),
        ("my-runner", None),
        ("${{ vars.RUNNER }}", None),
        ("${{ github.x && 'ubuntu-24.04-arm' || 'ubuntu-latest' }}", None),
        ('${{ fromJSON(\'["self-hosted","arm64"]\') }}', "linux/arm64"),
    ],
)
def test_the_runner_is_the_host(runner: str, platform: str | None) -> None:
    host = only(job("- run: docker build .\n  shell: bash\n", f"runs-on: {runner}")).host
    assert (str(host) if host else None) == platform


def test_an_action_has_the_host_too() -> None:
    assert only(job(action("push: true"), "runs-on: ubuntu-24.04-arm")).host == Platform("linux", "arm64")


# -- any text


def test_an_anchored_job_is_read_once() -> None:
    text = "on: push\njobs:\n  a: &j\n    runs-on: x\n    steps:\n      - run: docker build .\n  b: *j\n"
    assert len(read(text)) == 1


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read("jobs: [")


def test_a_file_that_multiplies_by_aliases_is_read_in_bounded_time() -> None:
    steps = "".join("      - run: docker build .\n" for _ in range(200))
    jobs = "".join(f"  j{n}: {{runs-on: x, steps: *s}}\n" for n in range(200))
    text = f"on: push\njobs:\n  a:\n    steps: &s\n{steps}{jobs}"
    assert len(read(text)) == 200


_LINES = st.sampled_from(
    [
        "on: push",
        "jobs:",
        "  a:",
        "    runs-on: ${{ matrix.os }}",
        "    env: {P: linux/amd64}",
        "    env: ${{ fromJSON('{}') }}",
        "    strategy: {matrix: {os: [ubuntu-latest, 1], include: [{os: x}, y, ${{ x }}]}}",
        "    strategy: {matrix: ${{ fromJSON(inputs.m) }}}",
        "    steps:",
        "      - uses: docker/build-push-action@v6",
        "        with: {platforms: '${{ env.P }}'}",
        "        with:",
        "          push: true",
        "      - run: docker build --platform ${{ matrix.os }} .",
        "      - run: |",
        "          echo P=x >> $GITHUB_ENV",
        "        shell: ${{ matrix.shell }}",
        "        if: ${{ matrix.os == 'x' }}",
        "      - uses: docker/bake-action@v6",
        "runs: {using: composite}",
        "inputs: {p: {default: x}, q: , r: [1]}",
        "<<: {a: 1}",
        "    steps: [1, {run: [x]}, {uses: {a: b}}, {with: 1}]",
    ]
)


@given(st.lists(_LINES, max_size=25).map("\n".join) | st.text(max_size=80))
@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_gives_builds_inside_it(text: str) -> None:
    try:
        found = read(text)
    except UnreadableError:
        return
    assert all(0 <= build.span.start < build.span.stop <= len(text) for build in found)
    assert len({build.span for build in found}) == len(found)
    for build in found:
        if build.slot:
            assert build.state == "missing"
            assert 0 <= build.slot.span.start <= build.slot.span.stop <= len(text)


def test_files_of_the_project_are_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM x\n")
    [build] = read(job(action("context: app")), root=str(tmp_path))
    assert build.dockerfile == "app/Dockerfile"


@pytest.mark.parametrize(
    ("step", "state", "host"),
    [
        ("{uses: appleboy/ssh-action@v1, with: {script: 'cd x && docker build .'}}", "missing", None),
        ("{uses: nick-fields/retry@v3, with: {command: docker build .}}", "explicit", Platform("linux", "amd64")),
        ("{uses: azure/CLI@v2, with: {inlineScript: docker build .}}", "explicit", Platform("linux", "amd64")),
        ("{uses: any/retry@main, with: {run: docker build .}}", "explicit", Platform("linux", "amd64")),
        ("{uses: uraimo/run-on-arch-action@v2, with: {arch: aarch64, run: docker build .}}", "missing", None),
    ],
)
def test_the_script_that_an_action_is_handed_is_read(step: str, state: str, host: Platform | None) -> None:
    text = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env: {DOCKER_DEFAULT_PLATFORM: linux/amd64}\n"
        f"    steps:\n    - {step}\n"
    )
    [build] = builds(Source(".github/workflows/a.yml", text), Project("/nowhere"))
    assert (build.tool, build.state, build.host) == ("docker-build", state, host)
    assert text[build.span.start : build.span.stop] == "docker build ."
