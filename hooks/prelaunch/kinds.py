"""What a file is by its content, where its name (`file_names`) left that open, and which facts it may hold.

This module runs in every call of the hook, also where nothing is to be done: it imports `os` only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    # one word, a word together with any of the others, or a test of the whole content
    Word = bytes | tuple[bytes, ...] | Callable[[bytes], bool]
    Words = Mapping[str, tuple[Word, ...] | None]

BUILD, RETAG, IMPORT, IMAGE = "build", "retag", "import", "image"

MARK = b"prelaunch:"
"""What an ignore comment holds; a file with one is read even where nothing else in it matters."""
CLUSTER_KINDS = frozenset(
    {"cloudbuild", "kubernetes", "goreleaser", "codebuild", "taskfile", "skaffold", "ansible"}
    | {"sam", "serverless", "pulumi", "hosted"}
)
"""Image-building YAML of clouds, clusters and release tools."""
PIPELINE_KINDS = frozenset({"steps"}) | frozenset(
    {"circleci", "azure", "drone", "woodpecker", "travis", "bitbucket", "buildkite", "semaphore", "appveyor"}
)
"""The YAML of CI systems beside GitHub's and GitLab's."""
PROGRAM_KINDS = frozenset(
    {"jenkins", "windows", "tilt", "just", "npm", "terraform", "python", "javascript"}
    | {"earthly", "tasks", "tox", "devcontainer", "bazel", "jvm", "ruby"}
)
"""Files in a language of their own, or with commands in it."""
BUILD_KINDS = (
    CLUSTER_KINDS
    | PIPELINE_KINDS
    | PROGRAM_KINDS
    | frozenset({"dockerfile", "makefile", "shell", "github", "gitlab", "compose", "bake"})
)
RETAG_KINDS = BUILD_KINDS - {"python"}
IMPORT_KINDS = frozenset({"dockerfile", "python", "notebook"})
IMAGE_KINDS = frozenset({"dockerfile"})
_FROM = (b"FROM", b"from", b"From")
YAML_KINDS = CLUSTER_KINDS | PIPELINE_KINDS | frozenset({"github", "gitlab", "compose"})
# Every command that builds an image holds one of these (the builder table); more costs a little time, less is a miss.
_COMMANDS = (
    b"build", b"bake", b"kaniko", b"ko ", b"BUILD", b"skaffold", b"earthly", b"flyctl", b"fly deploy",
    b"container:push", b"acr ", b"jib", b"img ", b"docker-compose", b"docker compose", b"podman-compose",
)  # fmt: skip
_RUNNERS = (
    b"kaniko", b"buildah", b"podman", b"docker build", b"docker image build", b"buildx", b"nerdctl", b"docker-compose",
    b"docker compose", b"buildctl", b"/executor", b"ko build", b"pack build", b'"docker"', b"'docker'", b"- docker\n",
    b"- docker\r", b"image: docker:", b"image: docker\n",
)  # fmt: skip


def _runs_borrowed_commands(data: bytes) -> bool:
    """Whether a script runs commands out of variables (`$dcb web`) that a file which it sources may set."""
    if b"source " not in data and b"\n. " not in data:
        return False
    return any(line.lstrip().startswith((b"$", b'"$')) for line in data.split(b"\n"))


BUILD_WORDS: Mapping[str, tuple[Word, ...]] = {
    "dockerfile": (b"docker", b"podman", b"buildx", b"buildah", b"nerdctl", b"kaniko", b"buildctl", b"img build"),
    "makefile": _COMMANDS,
    "shell": (*_COMMANDS, _runs_borrowed_commands),
    "github": (*_COMMANDS, b"docker/", b"Docker"),
    "gitlab": (*_COMMANDS, b"docker"),
    "compose": (b"build",),
    "bake": (b"target", b"group"),
    "cloudbuild": _COMMANDS,
    "kubernetes": _RUNNERS,
    "goreleaser": (b"dockers", b"kos:", b'"kos"'),
    "codebuild": _COMMANDS,
    "taskfile": _COMMANDS,
    "skaffold": (b"artifacts",),
    "ansible": (*_RUNNERS, b"docker_image", b"podman_image", b"docker_compose"),
    "circleci": (*_COMMANDS, b"docker"),
    "azure": (*_COMMANDS, b"Docker"),
    "drone": (*_COMMANDS, b"plugins/", b"docker"),
    "woodpecker": (*_COMMANDS, b"plugins/", b"docker"),
    "jenkins": (*_COMMANDS, b"docker"),
    "windows": _COMMANDS,
    "tilt": (b"_build", *_COMMANDS),
    "just": _COMMANDS,
    "terraform": (b"docker_image", (b"local-exec", *_COMMANDS)),
    "python": (
        (b"docker", b"build", b"bake"),
        *((tool, b"build") for tool in (b"podman", b"buildah", b"nerdctl")),
        (b"aws_cdk", b"DockerImage", b"ContainerImage", b"AssetImage", b"asset_image"),
        (b"pulumi_docker", b"Image"),
    ),
    "javascript": (
        (b"aws-cdk", b"DockerImage", b"ContainerImage", b"AssetImage", b"AgentRuntimeArtifact", b"BuildImage"),
        (b"@pulumi/", b"Image"),
    ),
    "bazel": (b"oci_image",),
    "ruby": _RUNNERS,
    "jvm": (b"jib", b"build-image", b"bootBuildImage", (b"spring-boot-maven-plugin", b"<image>")),
    "earthly": (b"SAVE IMAGE", *_RUNNERS),
    "devcontainer": (b"dockerfile", b"dockerFile"),
    "sam": (b"PackageType",),
    "serverless": (b"ecr",),
    "pulumi": (b"docker",),
    "hosted": (b"app", b"ocker", b"OCKER", b"runtime"),
    **dict.fromkeys(("npm", "tasks", "tox"), (*_RUNNERS, b"gcloud builds", b"skaffold ", b"earthly ", b"sam build")),
    **dict.fromkeys(("steps", "travis", "bitbucket", "buildkite", "semaphore", "appveyor"), _COMMANDS),
}


_RETAG_TOOLS = (b"docker", b"podman", b"nerdctl", b"buildah", b"DOCKER", b"CONTAINER_")


def _shortest(kinds: Sequence[str]) -> tuple[bytes, ...]:
    """The words of kinds without those that hold another of them: where none of these is, no word of a kind is."""
    words = {word for kind in kinds for word in BUILD_WORDS[kind] if isinstance(word, bytes)}
    return tuple(word for word in words if not any(other in word for other in words - {word}))


IMAGE_WORDS = (b"mage", b"newName", b"repository")
"""What stands in a file that names an image to deploy: `image:`, `imageName`, a kustomization, a chart's values."""
_STEP_KEYS = (b"cmd:", b"cmds:", b"command:", b"commands:", b"run:", b"script:", b"scripts:")
_AZURE_STEPS = (b"- script:", b"- bash:", b"- pwsh:", b"- powershell:")
_INTERPRETERS = {
    b"sh": "shell", b"bash": "shell", b"dash": "shell", b"zsh": "shell", b"ksh": "shell", b"ash": "shell",
    b"bats": "shell", b"make": "makefile", b"python": "python", b"python2": "python", b"python3": "python",
}  # fmt: skip
_PIPELINE_GROOVY = (b"pipeline", b"node(", b"node (", b"node{", b"node {", b"docker.build(", b" sh ", b" sh(")


_BY_CONTENT = ("github", "compose", "kubernetes", "skaffold", "cloudbuild", "codebuild", "ansible", "azure", "circleci")
_HOSTED = (b"dockerfile_path:", b"runtime: custom")
YAML_WORDS = (*_shortest((*_BY_CONTENT, "drone", "woodpecker", "travis", "sam")), *_HOSTED)


def kind_by_content(kind: str, data: bytes) -> str:
    """The kind of a file whose name left it open ("yaml", "hcl", "groovy", "script"); any other kind is given back."""
    if kind == "yaml":
        if b"runs-on" in data and b"steps:" in data:
            return "github"
        if b"build:" in data and (data.startswith(b"services:") or b"\nservices:" in data):
            return "compose"
        return _cluster_content(data) or _pipeline_content(data) or _steps_content(data)
    if kind == "hcl":
        return "bake" if b'target "' in data else ""
    if kind == "groovy":
        return "jenkins" if any_of(_PIPELINE_GROOVY, data) else ""
    if kind == "script":
        return shebang_kind(data)
    return kind


def _cluster_content(data: bytes) -> str:
    """The kind of a cloud's, cluster's or release tool's YAML file by its content, "" for none."""
    if b"apiVersion:" in data and b"kind:" in data:
        if b"apiVersion: skaffold/" in data:
            return "skaffold"
        # the schema of a custom resource is long, speaks of everything and runs nothing
        schemas = data.count(b"kind: CustomResourceDefinition")
        return "" if schemas and data.count(b"\nkind:") + data.startswith(b"kind:") <= schemas else "kubernetes"
    steps = (data.startswith(b"steps:") or b"\nsteps:" in data) and b"name:" in data and b"args:" in data
    if steps and (b"cloud-builders/" in data or (b"gcr.io/" in data and b"image:" not in data)):
        return "cloudbuild"
    if b"phases:" in data and b"commands:" in data and b"version:" in data:
        return "codebuild"
    if b"hosts:" in data and (b"tasks:" in data or b"_tasks:" in data or b"roles:" in data):
        return "ansible"
    if b"docker_image" in data and b"name:" in data and (b"source: build" in data or b"docker_image_build:" in data):
        return "ansible"
    if b"PackageType" in data and b"AWS::" in data:
        return "sam"
    return "hosted" if any_of(_HOSTED, data) else ""


def _steps_content(data: bytes) -> str:
    """The kind "steps" for YAML of an unknown system that seems to hold commands which build an image, "" for none."""
    tool = b"docker" in data or b"podman" in data or b"buildah" in data
    return "steps" if tool and b"build" in data and any(key in data for key in _STEP_KEYS) else ""


def _pipeline_content(data: bytes) -> str:
    """The kind of a CI system's YAML file by its content, "" for none."""
    if b"task: Docker" in data or b"vmImage:" in data:
        return "azure"
    if b"steps:" in data and any_of(_AZURE_STEPS, data):
        return "azure"
    if b"- task: " in data and b"inputs:" in data and b"@" in data:
        return "azure"
    if b"kind: pipeline" in data and b"steps:" in data and b"image:" in data:
        return "drone"
    return ""


def shebang_kind(data: bytes) -> str:
    """The kind that the interpreter of a first line `#!...` gives, "" for none."""
    if not data.startswith(b"#!"):
        return ""
    words = data[2 : data.find(b"\n", 0, 200) if b"\n" in data[:200] else 200].split()
    while words and (words[0].endswith(b"env") or words[0].startswith(b"-") or b"=" in words[0]):
        words = words[1:]
    if not words:
        return ""
    interpreter = words[0].rsplit(b"/", 1)[-1]
    return _INTERPRETERS.get(interpreter) or _INTERPRETERS.get(interpreter.split(b".")[0], "")


def facts_in(kind: str, data: bytes, words: Words) -> frozenset[str]:
    """Which facts a file of this kind and content may hold.

    `words` says, by kind, what an import worth judging needs in the file (None: every file may hold one).
    """
    found = []
    if kind in BUILD_KINDS and (any_of(BUILD_WORDS[kind], data) or any_of(words.get("") or (), data)):
        found.append(BUILD)
    if kind in RETAG_KINDS and b"pull" in data and b"push" in data and b"tag" in data and any_of(_RETAG_TOOLS, data):
        found.append(RETAG)
    if kind in IMPORT_KINDS:
        needed = words.get(kind, ())
        if needed is None or any_of(needed, data):
            found.append(IMPORT)
    if kind in IMAGE_KINDS and any_of(_FROM, data):
        found.append(IMAGE)
    return frozenset(found)


def possible_facts(kind: str) -> frozenset[str]:
    """Which facts a file of this kind may hold at all, whatever stands in it."""
    kinds = ((BUILD, BUILD_KINDS), (RETAG, RETAG_KINDS), (IMPORT, IMPORT_KINDS), (IMAGE, IMAGE_KINDS))
    return frozenset(fact for fact, of_fact in kinds if kind in of_fact)


def any_of(words: tuple[Word, ...], data: bytes) -> bool:
    """Whether one of `words` stands in `data`."""
    # loops over `in`: two to five times as fast as one pattern, and twice as fast as generators
    for word in words:
        if isinstance(word, bytes):
            if word in data:
                return True
        elif not isinstance(word, tuple):
            if word(data):
                return True
        elif word[0] in data:
            for other in word[1:]:
                if other in data:
                    return True
    return False
