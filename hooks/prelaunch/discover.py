"""Paths to the files worth reading: by name, then by `in` on bytes, before anything is parsed.

This module runs in every call of the hook, also where nothing is to be done: it imports `os` only (`typing`, `re` or
`dataclasses` would cost more than the work itself).
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Word = bytes | tuple[bytes, ...]  # one word, or a word together with any of the others
    Words = Mapping[str, tuple[Word, ...] | None]

MARK = b"prelaunch:"
"""What an ignore comment holds; a file with one is read even where nothing else in it matters."""

BUILD, IMPORT = "build", "import"

CLUSTER_KINDS = frozenset({"cloudbuild", "kubernetes", "goreleaser", "codebuild", "taskfile", "skaffold", "ansible"})
"""Image-building YAML of clouds, clusters and release tools."""

PIPELINE_KINDS = frozenset(
    {"circleci", "azure", "drone", "woodpecker", "travis", "bitbucket", "buildkite", "semaphore", "appveyor"}
)
"""The YAML of CI systems beside GitHub's and GitLab's."""

PROGRAM_KINDS = frozenset({"jenkins", "windows", "tilt", "just", "npm", "terraform", "python"})
"""Files in a language of their own, or with commands in it."""

BUILD_KINDS = (
    CLUSTER_KINDS
    | PIPELINE_KINDS
    | PROGRAM_KINDS
    | frozenset({"dockerfile", "makefile", "shell", "github", "gitlab", "compose", "bake"})
)
IMPORT_KINDS = frozenset({"dockerfile", "python", "notebook"})
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
BUILD_WORDS: Mapping[str, tuple[Word, ...]] = {
    "dockerfile": (b"docker", b"podman", b"buildx", b"buildah", b"nerdctl", b"kaniko", b"buildctl", b"img build"),
    "makefile": _COMMANDS,
    "shell": _COMMANDS,
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
    "npm": _RUNNERS,
    "terraform": (b"docker_image", (b"local-exec", *_COMMANDS)),
    "python": ((b"docker", b"build", b"bake"), *((tool, b"build") for tool in (b"podman", b"buildah", b"nerdctl"))),
    **dict.fromkeys(("travis", "bitbucket", "buildkite", "semaphore", "appveyor"), _COMMANDS),
}


def _shortest(kinds: Sequence[str]) -> tuple[bytes, ...]:
    """The words of kinds without those that hold another of them: where none of these is, no word of a kind is."""
    words = {word for kind in kinds for word in BUILD_WORDS[kind] if isinstance(word, bytes)}
    return tuple(word for word in words if not any(other in word for other in words - {word}))


_PIPELINE_FOLDERS = {
    "/.circleci/": "circleci", "/.woodpecker/": "woodpecker", "/.crow/": "woodpecker", "/.buildkite/": "buildkite",
    "/.semaphore/": "semaphore",
}  # fmt: skip
_PIPELINE_NAMES = {
    ".woodpecker": "woodpecker", ".crow": "woodpecker", ".travis": "travis", "bitbucket-pipelines": "bitbucket",
    "buildkite": "buildkite", "drone": "drone",
}  # fmt: skip
_PIPELINE_STARTS = {
    "azure-pipeline": "azure", ".azure-pipeline": "azure", ".vsts-ci": "azure", ".drone": "drone",
    "appveyor": "appveyor", ".appveyor": "appveyor",
}  # fmt: skip
_AZURE_STEPS = (b"- script:", b"- bash:", b"- pwsh:", b"- powershell:")

_SUFFIXES = {
    "py": "python", "pyw": "python", "ipynb": "notebook",
    "sh": "shell", "bash": "shell", "ksh": "shell", "zsh": "shell", "dash": "shell", "bats": "shell",
    "mk": "makefile", "mak": "makefile", "make": "makefile",
    "dockerfile": "dockerfile", "containerfile": "dockerfile",
    "yml": "yaml", "yaml": "yaml", "hcl": "hcl", "tf": "terraform",
    "groovy": "groovy", "jenkinsfile": "jenkins", "tiltfile": "tilt", "just": "just",
    "ps1": "windows", "psm1": "windows", "bat": "windows", "cmd": "windows",
}  # fmt: skip

# `Dockerfile.md` and `makefile.go` are what their ending says; `Dockerfile.prod` and `Makefile.docker` are not.
_OTHER_SUFFIXES = frozenset(
    "md rst txt adoc html j2 jinja jinja2 erb mustache hbs tpl tmpl template json toml xml lock go js ts jsx tsx rb rs "
    "java kt php pl lua c h cc cpp cs swift scala sql ps1 bat cmd css scss svg png gif jpg log orig rej patch diff "
    "dockerignore gitignore sha256 sig asc zip gz tar pyc pyi vim el".split()
)

_INTERPRETERS = {
    b"sh": "shell", b"bash": "shell", b"dash": "shell", b"zsh": "shell", b"ksh": "shell", b"ash": "shell",
    b"bats": "shell", b"make": "makefile", b"python": "python", b"python2": "python", b"python3": "python",
}  # fmt: skip

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox"})

_STEMS = {
    "makefile": "makefile", "gnumakefile": "makefile", "jenkinsfile": "jenkins", "tiltfile": "tilt",
    "justfile": "just", ".justfile": "just",
}  # fmt: skip
_SCRIPTED = frozenset({"package.json", "composer.json"})
_PIPELINE_GROOVY = (b"pipeline", b"node(", b"node (", b"node{", b"node {", b"docker.build(", b" sh ", b" sh(")

_FOREIGN = ("vendor/", "node_modules/")
"""Other people's code, kept in the repository: what it builds is not this project's to mend."""

MAX_BYTES = 2_000_000  # as prelaunch.project, which costs an import too many here


_GIT_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
_UTF16 = frozenset({b"\xff\xfe", b"\xfe\xff"})
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class File:
    """A file to be read: its path relative to the root, its kind, and which facts it may hold (BUILD, IMPORT)."""

    __slots__ = ("facts", "kind", "marked", "path")

    def __init__(self, path: str, kind: str, facts: frozenset[str], marked: bool) -> None:
        self.path, self.kind, self.facts, self.marked = path, kind, facts, marked

    def __repr__(self) -> str:
        return f"File({self.path!r}, {self.kind!r}, {sorted(self.facts)}, marked={self.marked})"


def kind_by_name(path: str) -> str:
    """The kind that the name alone says: a kind, "" for none, or "yaml", "hcl", "script" where the content decides."""
    path = path.replace(os.sep, "/")
    name = path[path.rfind("/") + 1 :]
    lower = name.lower()
    dot = lower.rfind(".")
    suffix = lower[dot + 1 :] if dot > 0 else ""
    kind = _SUFFIXES.get(suffix, "")
    if kind == "yaml":
        return _yaml_kind(path, lower)
    if kind == "hcl" or (suffix == "json" and "bake" in lower):
        return "bake" if "bake" in lower else "hcl"
    if kind:
        return kind
    if suffix == "json":
        return "cloudbuild" if "cloudbuild" in lower else "npm" if lower in _SCRIPTED else ""
    if suffix in _OTHER_SUFFIXES:
        return ""
    if lower.startswith(("dockerfile", "containerfile")):
        return "dockerfile"
    for stem, named in _STEMS.items():
        if lower.startswith(stem) and lower[len(stem) : len(stem) + 1] in {"", ".", "-", "_"}:
            return named
    return "script" if not suffix and dot < 0 else ""


def _yaml_kind(path: str, name: str) -> str:
    if name in {"action.yml", "action.yaml"} or "/.github/workflows/" in f"/{path}":
        return "github"
    if (
        name.endswith((".gitlab-ci.yml", ".gitlab-ci.yaml"))
        or "/.gitlab/" in f"/{path}"
        or "/.gitlab-ci/" in f"/{path}"
    ):
        return "gitlab"
    stem = name[: name.rfind(".")]
    if stem.startswith(("docker-compose", "compose", "podman-compose")) or stem.endswith((".compose", "-compose")):
        return "compose"
    return _pipeline_kind(f"/{path}", stem) or _cluster_kind(path, stem) or "yaml"


def _pipeline_kind(path: str, stem: str) -> str:
    """The kind of a CI system's file by its folder or its name (`stem`: without its ending), "" for none."""
    for folder, kind in _PIPELINE_FOLDERS.items():
        if folder in path:
            return kind
    if stem in _PIPELINE_NAMES:
        return _PIPELINE_NAMES[stem]
    for start, kind in _PIPELINE_STARTS.items():
        if stem.startswith(start):
            return kind
    return ""


def _cluster_kind(path: str, stem: str) -> str:
    """The kind of a cloud's, cluster's or release tool's file by its name (`stem`: without its ending), "" for none."""
    for word in ("cloudbuild", "goreleaser"):
        if word in stem:
            return word
    if stem.startswith("buildspec") or stem.endswith("buildspec"):
        return "codebuild"
    if stem.startswith("taskfile") or stem.endswith(".taskfile"):
        return "taskfile"
    if stem.startswith("skaffold"):
        return "skaffold"
    return "ansible" if "/roles/" in f"/{path}" and ("/tasks/" in path or "/handlers/" in path) else ""


_BY_CONTENT = ("github", "compose", "kubernetes", "skaffold", "cloudbuild", "codebuild", "ansible", "azure", "circleci")
_YAML_WORDS = _shortest((*_BY_CONTENT, "drone", "woodpecker", "travis"))


def kind_by_content(kind: str, data: bytes) -> str:
    """The kind of a file whose name left it open ("yaml", "hcl", "groovy", "script"); any other kind is given back."""
    if kind == "yaml":
        if b"runs-on" in data and b"steps:" in data:
            return "github"
        if b"build:" in data and (data.startswith(b"services:") or b"\nservices:" in data):
            return "compose"
        return _cluster_content(data) or _pipeline_content(data)
    if kind == "hcl":
        return "bake" if b'target "' in data else ""
    if kind == "groovy":
        return "jenkins" if _any(_PIPELINE_GROOVY, data) else ""
    if kind == "script":
        return _shebang_kind(data)
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
    return ""


def _pipeline_content(data: bytes) -> str:
    """The kind of a CI system's YAML file by its content, "" for none."""
    if b"task: Docker" in data or b"vmImage:" in data:
        return "azure"
    if b"steps:" in data and _any(_AZURE_STEPS, data):
        return "azure"
    if b"- task: " in data and b"inputs:" in data and b"@" in data:
        return "azure"
    if b"kind: pipeline" in data and b"steps:" in data and b"image:" in data:
        return "drone"
    return ""


def _shebang_kind(data: bytes) -> str:
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
    if kind in BUILD_KINDS and _any(BUILD_WORDS[kind] + (words.get("") or ()), data):
        found.append(BUILD)
    if kind in IMPORT_KINDS:
        needed = words.get(kind, ())
        if needed is None or _any(needed, data):
            found.append(IMPORT)
    return frozenset(found)


def _any(words: tuple[Word, ...], data: bytes) -> bool:
    # loops over `in`: two to five times as fast as one pattern, and twice as fast as generators
    for word in words:
        if isinstance(word, bytes):
            if word in data:
                return True
        elif word[0] in data:
            for other in word[1:]:
                if other in data:
                    return True
    return False


def look(root: str, path: str, words: Words) -> File | None:
    """What the file at `path` (relative to `root`) may hold; None where it need not be read.

    A file that cannot be opened raises OSError (ValueError for an impossible name) where its name says that it matters.
    """
    kind = kind_by_name(path)
    if not kind:
        return None
    try:
        data = _read(os.path.join(root, path), script=kind == "script")
    except (OSError, ValueError):
        if kind in BUILD_KINDS or kind in IMPORT_KINDS:
            raise
        return None  # some YAML, some file without an ending: nothing says that it is ours
    if data is None:
        return None
    marked = MARK in data
    if kind == "yaml" and not marked and not words.get("") and not _any(_YAML_WORDS, data):
        return None
    kind = kind_by_content(kind, data)
    if not kind:
        return None
    facts = facts_in(kind, data, words)
    if data[:2] in _UTF16 and (kind in BUILD_KINDS or kind in IMPORT_KINDS) and kind != "windows":
        facts = frozenset({BUILD, IMPORT})  # no word can be seen in it; the engine says that it is not text
    return File(path, kind, facts, marked) if facts or marked else None


def _read(full: str, *, script: bool) -> bytes | None:
    """The bytes of a regular file, None for anything else; of a script whose first line is no shebang only that."""
    descriptor = os.open(full, _OPEN)
    try:
        status = os.fstat(descriptor)
        if status.st_mode & 0o170000 != 0o100000:
            return None  # a submodule, a pipe (which would block)
        if not script:
            return os.read(descriptor, min(status.st_size, MAX_BYTES))
        head = os.read(descriptor, 200)
        return head + os.read(descriptor, MAX_BYTES) if _shebang_kind(head) else None
    finally:
        os.close(descriptor)


def find_root(paths: Sequence[str]) -> str:
    """The project's root: the git top level above the first path, else the folder that holds all the paths."""
    folders = _folders(paths)
    top = git_top(folders[0])
    if top and all(within(top, folder) for folder in folders):
        return top
    return os.path.commonpath(folders)


def common_folder(paths: Sequence[str]) -> str:
    """The deepest folder that holds all the paths."""
    return os.path.commonpath(_folders(paths))


def _folders(paths: Sequence[str]) -> list[str]:
    return [os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths]


def git_top(folder: str) -> str | None:
    """The nearest folder upwards (this one included) that holds `.git`."""
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def within(root: str, path: str) -> bool:
    """Whether the absolute `path` is `root` or lies below it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def relative(root: str, path: str) -> str:
    """`path` (absolute, inside `root`) as everyone names it: relative to `root`, with `/`."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def walk(root: str, folder: str) -> Iterator[str]:
    """Every file below `folder` (relative to `root`, "." for all), as paths relative to `root`, sorted.

    In a git work tree these are the tracked and the untracked files that git does not ignore; elsewhere all files but
    those of `.git`, virtual environments and the like. A symbolic link to a file inside the root gives that file's own
    path, once; other links are not followed. Folders that hold other people's code (`vendor`) are left out, unless
    `folder` lies in one.
    """
    top = os.path.join(root, folder)
    paths = _git_files(top)
    found = set()
    for path, link in _all_files(top) if paths is None else paths:
        if not kind_by_name(path) or _is_foreign(path):
            continue
        full = f"{top}/{path}"
        if link if link is not None else os.path.islink(full):
            full = os.path.realpath(full)
            if within(root, full) and os.path.isfile(full):  # not a loop, a folder, nothing at all
                found.add(relative(root, full))
        else:
            found.add(path if folder == "." else f"{folder}/{path}")
    yield from sorted(found)


def _is_foreign(path: str) -> bool:
    # the first test is for speed: next to no path holds the name at all
    return any(name in path and f"/{name}" in f"/{path}" for name in _FOREIGN)


def _git_files(top: str) -> Iterator[tuple[str, bool | None]] | None:
    """What git lists below `top`, relative to it, and whether it is a symbolic link; None outside a work tree.

    The index says so of a tracked file (mode 120000), which saves a look at each. Runs no hook and writes no index.
    """
    if git_top(os.path.realpath(top)) is None:
        return None
    import subprocess

    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", top]
    command += ["ls-files", "-z", "--stage", "--cached", "--others", "--exclude-standard"]
    # GIT_DIR and the like, which git sets for a hook, would speak of another repository than the one at `top`.
    environment = {name: value for name, value in os.environ.items() if name not in _GIT_PLACES}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        result = subprocess.run(command, capture_output=True, env=environment, check=False)
    except OSError:
        return None  # no git on this machine
    if result.returncode:
        return None
    return map(_entry, os.fsdecode(result.stdout).split("\0")[:-1])


def _entry(entry: str) -> tuple[str, bool | None]:
    """A path and whether it is a link, of `MODE OBJECT STAGE<tab>PATH`, or of the bare path of an untracked file."""
    before, tab, path = entry.partition("\t")
    if tab and before.count(" ") == 2 and before[:6].isdigit():
        return path, before.startswith("120000")
    return entry, None


def _all_files(top: str) -> Iterator[tuple[str, bool | None]]:
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
        prefix = relative(top, folder)
        for name in files:
            yield (name if prefix == "." else f"{prefix}/{name}"), None
