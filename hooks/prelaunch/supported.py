"""The page of what prelaunch reads: every place where it finds builds, every tool that it knows.

The tools come out of the tables that the readers use; the places are told here, and a test holds them against
`kinds.py`. `prelaunch builds --supported` prints the page, and the README holds its first table.
"""

from __future__ import annotations

from prelaunch.builders import PROGRAMS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.builders import Tool


class Place(NamedTuple):
    """A kind of file: its names in `kinds.py`, what people call it, what is found there, whether `--fix` mends it."""

    kinds: tuple[str, ...]
    files: str
    found: str
    mended: bool = True


PLACES = (
    Place(("makefile",), "Makefile, `*.mk`", "recipes, as make would expand them by default, includes followed"),
    Place(("shell",), "shell scripts", "commands, through variables, arrays, functions, files that are sourced"),
    Place(
        ("github",),
        "GitHub workflows, composite actions",
        "`run:` steps, actions such as `docker/build-push-action`, matrices, `env`, local callers' inputs",
    ),
    Place(
        ("gitlab",),
        "GitLab CI",
        "`script` and its siblings, `extends`, anchors, `!reference`, local includes, `variables`",
    ),
    Place(("circleci",), "CircleCI", "`run` steps, commands, parameters, matrices, the docker, ECR, GCR and ACR orbs"),
    Place(("azure",), "Azure Pipelines", "scripts, `Docker@1`, `Docker@2` and compose tasks, local templates"),
    Place(
        ("travis", "bitbucket", "buildkite", "semaphore", "appveyor"),
        "Travis, Bitbucket, Buildkite, Semaphore, AppVeyor",
        "commands",
    ),
    Place(("drone", "woodpecker"), "Drone, Woodpecker", "commands, docker, buildx and kaniko plugins"),
    Place(("jenkins",), "Jenkinsfile", "`sh`, `bat`, `powershell`, `docker.build(...)`"),
    Place(("cloudbuild",), "Cloud Build", "builder images, `entrypoint`, `script`"),
    Place(("codebuild",), "CodeBuild", "the `commands` of a buildspec"),
    Place(
        ("kubernetes",),
        "Kubernetes manifests, Tekton, Argo Workflows",
        "containers that run kaniko, buildah, docker; scripts",
    ),
    Place(("compose",), "compose files", "services with `build:`, `extends`, override files, `.env`"),
    Place(("bake",), "bake files (HCL, JSON)", "targets, with variables, matrix, functions and inheritance"),
    Place(("goreleaser",), "GoReleaser", "`dockers`, `dockers_v2`, `kos`", mended=False),
    Place(("skaffold",), "Skaffold", "artifacts, of profiles too"),
    Place(("ansible",), "Ansible", "`docker_image`, `docker_image_build`, `podman_image`, compose modules, commands"),
    Place(
        ("javascript",),
        "TypeScript, JavaScript",
        "images of AWS CDK and of Pulumi (docker, docker-build, awsx)",
    ),
    Place(("terraform",), "Terraform", "`docker_image` with `build`, `local-exec`"),
    Place(("tilt",), "Tiltfile", "`docker_build`, `custom_build`, `local`"),
    Place(("bazel",), "Bazel", "`oci_image` and `oci_image_index` of rules_oci", mended=False),
    Place(("jvm",), "`pom.xml`, Gradle", "images of Jib and of Spring Boot's `build-image`", mended=False),
    Place(("ruby",), "Rakefile, Vagrantfile", "literal commands: `sh`, `system`, back quotes, `inline:`"),
    Place(("taskfile", "just", "npm"), "Taskfile, justfile, `package.json`, `composer.json`", "commands"),
    Place(
        ("tasks",),
        "`pyproject.toml`, `hatch.toml`, `pixi.toml`, `mise.toml`, `Makefile.toml`",
        "the tasks of Poe, PDM, Hatch, taskipy, Rye, pixi, mise and cargo-make",
    ),
    Place(("tox",), "`tox.ini`", "the commands of environments"),
    Place(("earthly",), "Earthfile", "`SAVE IMAGE`, through `BUILD` and `FROM --platform`; `RUN`s", mended=False),
    Place(("sam",), "AWS SAM templates", "functions with `PackageType: Image`", mended=False),
    Place(("serverless",), "`serverless.yml`", "`provider.ecr.images`"),
    Place(("pulumi",), "`Pulumi.yaml`", "images of the docker and docker-build providers"),
    Place(
        ("hosted",),
        "`fly.toml`, `heroku.yml`, `render.yaml`, `railway.json`, App Engine, App Platform",
        "Dockerfiles that the service builds itself",
        mended=False,
    ),
    Place(("devcontainer",), "`devcontainer.json`", "`build`, never more than a hint", mended=False),
    Place(("steps",), "other YAML", "commands under keys such as `cmd`, `script` and `run`"),
    Place(("windows",), "PowerShell, cmd", "commands", mended=False),
    Place(
        ("dockerfile",), "Dockerfile", "`RUN` that builds images, the last stage's `FROM --platform`, Python heredocs"
    ),
    Place(
        ("python", "notebook"),
        "Python, notebooks",
        "imports; in `.py` also the commands of `subprocess`, nox and invoke, docker's SDKs, AWS CDK, Pulumi",
    ),
)


class Row(NamedTuple):
    """A tool: the commands, or the action or plugin, that build; where its platform stands; what it does without."""

    tool: str
    spelled: tuple[str, ...]
    platform: tuple[str, ...]
    without: str
    variable: str = ""


_NOWHERE = "the machine that builds"
_VARIABLE = "DOCKER_DEFAULT_PLATFORM"
_FILES = {"compose": ("the compose file's `platform`",), "bake": ("the bake file's `platforms`", "`--set`")}


def commands() -> Iterator[Row]:
    """The tools that are commands, each once, out of the table that the shell reader uses."""
    spelled: dict[str, list[str]] = {}
    tools: dict[str, Tool] = {}
    for program, known in PROGRAMS.items():
        for verbs, tool in known.verbs.items():
            if tool is not None:
                tools.setdefault(tool.name, tool)
                needed = f" {' or '.join(tool.needs)}" if tool.needs else ""
                spelled.setdefault(tool.name, []).append(f"{' '.join((program, *verbs))}{needed}")
    for name, tool in tools.items():
        platform = _FILES.get(tool.kind) or tuple(f"`{flag}`" for flag in tool.platform)
        without = f"{tool.fixed}, whichever machine builds" if tool.fixed else tool.open or _NOWHERE
        yield Row(name, tuple(spelled[name]), platform, without, tool.variable or "")


_DECLARED = (
    Row("goreleaser-dockers-v1", ("dockers",), ("`--platform` in `build_flag_templates`",), _NOWHERE),
    Row("goreleaser-dockers-v2", ("dockers_v2",), ("`platforms`",), "linux/amd64 and arm64, whichever machine builds"),
    Row("goreleaser-kos", ("kos",), ("`platforms`",), "linux/amd64, whichever machine builds"),
    Row("tilt", ("docker_build(...)",), ("`platform`",), "the Docker daemon that Tilt is connected to", _VARIABLE),
    Row("bazel-rules-oci", ("oci_image", "oci_image_index"), ("`platforms`", "`os`, `architecture`", "its base"),
        "Bazel's `--platforms`: unknown"),
    Row("azure-docker-v2", ("task: Docker@2",), ("`--platform` in `arguments`",), _NOWHERE, _VARIABLE),
    Row("ansible-docker-image", ("docker_image", "docker_image_build"), ("`build.platform`", "`platform`"), _NOWHERE),
    Row("terraform-docker", ('resource "docker_image"',), ("`platform` of `build`",), _NOWHERE),
    Row("serverless-framework", ("provider.ecr.images",), ("`platform`",), _NOWHERE, _VARIABLE),
    Row("devcontainer", ("build",), ("`--platform` in `build.options`",), _NOWHERE),
    Row("aws-cdk", ("DockerImageAsset", "ContainerImage.fromAsset", "AssetImage", "DockerImageCode.fromImageAsset",
                    "Code.fromAssetImage", "AgentRuntimeArtifact.fromAsset", "LinuxBuildImage.fromAsset"),
        ("`platform`", "the function's `architecture`"), "the machine that runs `cdk deploy`", _VARIABLE),
    Row("pulumi-docker", ("docker.Image",), ("`build.platform`", "`--platform` in `extraOptions`"), _NOWHERE),
    Row("pulumi-docker-build", ("docker_build.Image",), ("`platforms`",), _NOWHERE),
    Row("pulumi-awsx", ("awsx.ecr.Image",), ("`platform`",), _NOWHERE),
    *(
        Row(tool, (spelled,), (), "linux/amd64, whichever machine builds")
        for tool, spelled in (
            ("render", "runtime: docker"), ("railway", "builder: DOCKERFILE"), ("app-engine", "runtime: custom"),
            ("app-platform", "dockerfile_path"),
        )
    ),
    Row("docker-sdk", ("client.images.build(...)", "APIClient.build(...)"), ("`platform`",), _NOWHERE, _VARIABLE),
)  # fmt: skip
"""What builds without a command: what a file or a program declares."""


def actions() -> Iterator[Row]:
    """The actions and plugins that build, out of the tables of their readers."""
    from prelaunch.places.actions import ACTIONS
    from prelaunch.places.circleci_orbs import BUILDING
    from prelaunch.places.plugins import PLUGINS

    for name, action in ACTIONS.items():
        platform = _FILES["bake"] if action.bake else tuple(f"`{key}`" for key in action.platform + action.architecture)
        variable = _VARIABLE if action.variable else ""
        yield Row(name, (f"uses: {name}",), platform, _NOWHERE, variable)
    plugins: dict[str, list[str]] = {}
    for image, plugin in PLUGINS.items():
        plugins.setdefault(plugin.tool, []).append(f"image: {image}")
    for tool, images in plugins.items():
        keys = next(plugin.platform for plugin in PLUGINS.values() if plugin.tool == tool)
        yield Row(tool, tuple(images), tuple(f"`{key}`" for key in keys), _NOWHERE)
    orbs: dict[str, list[str]] = {}
    for name, element in BUILDING.items():
        orbs.setdefault(element.tool, []).append(name)
    for tool, names in orbs.items():
        orb = BUILDING[names[0]]
        keys = (f"`{orb.platform}`",) if orb.platform else ()
        without = f"{orb.fixed} from version {orb.since} on" if orb.fixed else _NOWHERE
        yield Row(tool, tuple(names), (*keys, f"`--platform` in `{orb.flags[0]}`"), without)


def page() -> str:
    """The whole page, in Markdown."""
    parts = (
        "# What prelaunch reads",
        places_table(),
        "# The tools it knows",
        "Commands are found in every place that holds commands.",
        _tools_table((*commands(), *_DECLARED, *actions())),
        "Images that a test builds for itself (Testcontainers) are not looked for: they run where they are built.",
    )
    return "\n\n".join(parts) + "\n"


def places_table() -> str:
    """The places, as a Markdown table."""
    head = ("place", "what is found there", "`--fix`")
    return _table(head, ((place.files, place.found, "yes" if place.mended else "no") for place in PLACES))


def _tools_table(rows: Iterable[Row]) -> str:
    head = ("tool", "found as", "platform from", "without it", "variable")
    return _table(
        head,
        (
            (
                row.tool,
                ", ".join(f"`{name}`" for name in row.spelled),
                ", ".join(row.platform),
                row.without,
                f"`{row.variable}`" if row.variable else "",
            )
            for row in rows
        ),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join((lines[0], "|" + "---|" * len(head), *lines[1:]))
