"""The kind of a file that its name alone says.

This module runs in every call of the hook, also where nothing is to be done: it imports `os` only.
"""

from __future__ import annotations

import os

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
_PIPELINE_BEGINNINGS = tuple(_PIPELINE_STARTS)
_CLUSTER_BEGINNINGS = ("skaffold", "serverless", "pulumi")
_HOSTED_STEMS = frozenset({"heroku", "render"})
_SUFFIXES = {
    "py": "python", "pyw": "python", "ipynb": "notebook",
    "ts": "javascript", "mts": "javascript", "cts": "javascript",
    "js": "javascript", "mjs": "javascript", "cjs": "javascript",
    "sh": "shell", "bash": "shell", "ksh": "shell", "zsh": "shell", "dash": "shell", "bats": "shell",
    "mk": "makefile", "mak": "makefile", "make": "makefile",
    "dockerfile": "dockerfile", "containerfile": "dockerfile",
    "yml": "yaml", "yaml": "yaml", "hcl": "hcl", "tf": "terraform",
    "rake": "ruby", "groovy": "groovy", "jenkinsfile": "jenkins", "tiltfile": "tilt", "just": "just",
    "ps1": "windows", "psm1": "windows", "bat": "windows", "cmd": "windows",
}  # fmt: skip
# `Dockerfile.md` and `makefile.go` are what their ending says; `Dockerfile.prod` and `Makefile.docker` are not.
_OTHER_SUFFIXES = frozenset(
    "md rst txt adoc html j2 jinja jinja2 erb mustache hbs tpl tmpl template json toml xml lock go js ts jsx tsx rb rs "
    "java kt php pl lua c h cc cpp cs swift scala sql ps1 bat cmd css scss svg png gif jpg log orig rej patch diff "
    "dockerignore gitignore sha256 sig asc zip gz tar pyc pyi vim el so dll dylib exe whl jar".split()
)
_OF_MACHINES = (".d.ts", ".d.mts", ".d.cts", ".min.js", ".min.mjs", ".min.cjs")
"""Declarations without a program, and programs that a program wrote."""
_STEMS = {
    "makefile": "makefile", "gnumakefile": "makefile", "jenkinsfile": "jenkins", "tiltfile": "tilt",
    "justfile": "just", ".justfile": "just", "earthfile": "earthly", "rakefile": "ruby", "vagrantfile": "ruby",
}  # fmt: skip
_LOCKS = frozenset({"pnpm-lock.yaml", "conda-lock.yml"})
"""What a package manager writes: long, and names everything."""
_TASK_TABLES = frozenset({"pyproject.toml", "hatch.toml", "pixi.toml", "makefile.toml", "mise.toml", ".mise.toml"})
_SCRIPTED = frozenset({"package.json", "composer.json"})


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
    if kind == "javascript" and lower.endswith(_OF_MACHINES):
        return ""
    if kind == "hcl" or (suffix == "json" and "bake" in lower):
        return "bake" if "bake" in lower else "hcl"
    if kind:
        return kind
    if suffix == "json":
        if lower.endswith("devcontainer.json"):
            return "devcontainer"
        if lower == "railway.json":
            return "hosted"
        return "cloudbuild" if "cloudbuild" in lower else "npm" if lower in _SCRIPTED else ""
    if name in {"BUILD", "BUILD.bazel"} or suffix == "bzl":
        return "bazel"
    if lower == "pom.xml" or lower.endswith((".gradle", ".gradle.kts")):
        return "jvm"
    if suffix == "toml":
        if lower in _TASK_TABLES:
            return "tasks"
        return "hosted" if lower == "railway.toml" or lower.startswith("fly.") else ""
    if lower == "tox.ini":
        return "tox"
    if suffix in _OTHER_SUFFIXES:
        return ""
    if lower.startswith(("dockerfile", "containerfile")):
        return "dockerfile"
    for stem, named in _STEMS.items():
        if lower.startswith(stem) and lower[len(stem) : len(stem) + 1] in {"", ".", "-", "_"}:
            return named
    return "script" if not suffix and dot < 0 else ""


def _yaml_kind(path: str, name: str) -> str:
    if name in _LOCKS:
        return ""
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
    if "/." in path:  # every one of these folders is hidden; asked first because this is asked of every YAML file
        for folder, kind in _PIPELINE_FOLDERS.items():
            if folder in path:
                return kind
    if stem in _PIPELINE_NAMES:
        return _PIPELINE_NAMES[stem]
    if stem.startswith(_PIPELINE_BEGINNINGS):
        return next(kind for start, kind in _PIPELINE_STARTS.items() if stem.startswith(start))
    return ""


def _cluster_kind(path: str, stem: str) -> str:
    """The kind of a cloud's, cluster's or release tool's file by its name (`stem`: without its ending), "" for none."""
    if "cloudbuild" in stem:
        return "cloudbuild"
    if "goreleaser" in stem:
        return "goreleaser"
    if stem.startswith("buildspec") or stem.endswith("buildspec"):
        return "codebuild"
    if stem.startswith("taskfile") or stem.endswith(".taskfile"):
        return "taskfile"
    if stem.startswith(_CLUSTER_BEGINNINGS):
        return next(start for start in _CLUSTER_BEGINNINGS if stem.startswith(start))
    if stem in _HOSTED_STEMS:
        return "hosted"
    return "ansible" if "/roles/" in f"/{path}" and ("/tasks/" in path or "/handlers/" in path) else ""
