"""`prelaunch init`: what it finds, what it writes, and that it writes it once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from prelaunch import HOME, __version__

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = os.path.join(os.path.dirname(sys.executable), "prelaunch")
ENTRY = f"  - repo: {HOME}\n    rev: v{__version__}\n    hooks:\n      - id: prelaunch\n"
SETTING = 'platforms = ["linux/amd64"]  # where the images run; what --fix writes\n'
BUILD = "image:\n\tdocker buildx build --platform linux/amd64 --push -t example.com/api .\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def init(root: Path, *arguments: str, code: int = 0, stdin: str = "") -> str:
    done = subprocess.run(
        [PROGRAM, "init", *arguments], cwd=root, input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def files(root: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in root.iterdir() if path.is_file()}


def test_an_empty_repository_gets_a_configuration_and_the_hook(root: Path) -> None:
    out = init(root)
    assert "platforms: not known" in out
    assert "no deploy file requires an architecture, no build names a platform" in out
    assert files(root) == {
        "prelaunch.toml": '# platforms = ["linux/amd64"]  # where the images run; what --fix writes\n',
        ".pre-commit-config.yaml": f"repos:\n{ENTRY}",
    }


def test_the_platform_of_the_builds_goes_into_pyproject_and_a_second_run_writes_nothing(root: Path) -> None:
    (root / "Makefile").write_text(BUILD)
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert "the builds name linux/amd64: Makefile:2\n" in init(root)
    after = files(root)
    assert after["pyproject.toml"] == f'[project]\nname = "x"\n\n[tool.prelaunch]\n{SETTING}'
    assert "prelaunch.toml" not in after
    out = init(root)
    assert files(root) == after
    assert "pyproject.toml configures prelaunch already\n.pre-commit-config.yaml has the hook already\n" in out
    assert "nothing to write" in out
    assert "this is what was found" not in out


def test_a_dry_run_says_everything_and_writes_nothing(root: Path) -> None:
    (root / "Makefile").write_text(BUILD)
    out = init(root, "--dry-run")
    assert f"would write prelaunch.toml:\n  {SETTING}" in out
    assert f"would write .pre-commit-config.yaml:\n  repos:\n    - repo: {HOME}\n" in out
    assert files(root) == {"Makefile": BUILD}


def test_deploy_files_come_before_builds_and_templates_are_read(root: Path) -> None:
    (root / "Makefile").write_text(BUILD)
    (root / "deploy").mkdir()
    (root / "deploy/api.yaml").write_text(
        "spec:\n  {{- with .Values.x }}\n  nodeSelector:\n    kubernetes.io/arch: arm64\n"
    )
    out = init(root, "--no-hook")
    assert "platforms: linux/arm64\n  the deploy files run on linux/arm64: deploy/api.yaml:4\n" in out
    assert files(root)["prelaunch.toml"].startswith('platforms = ["linux/arm64"]')
    assert ".pre-commit-config.yaml" not in files(root)


def test_a_function_and_a_task_of_a_cloud_say_where_they_run(root: Path) -> None:
    (root / "task-definition.json").write_text(
        json.dumps(
            {
                "family": "api",
                "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
                "containerDefinitions": [{"name": "api", "image": "example.com/api:1"}],
            }
        )
    )
    assert "platforms: linux/arm64\n  the deploy files run on linux/arm64: task-definition.json:" in init(root)


def test_places_that_do_not_agree_decide_nothing(root: Path) -> None:
    (root / "Makefile").write_text(BUILD)
    (root / "other.mk").write_text(BUILD.replace("amd64", "arm64,linux/x86_64"))
    out = init(root)
    assert "platforms: not known" in out
    assert "the builds name linux/amd64: Makefile:2" in out
    assert "the builds name linux/arm64, linux/amd64: other.mk:2" in out
    assert "these do not agree" in out
    assert files(root)["prelaunch.toml"].startswith("# platforms")


def test_published_builds_count_before_local_ones(root: Path) -> None:
    (root / "Makefile").write_text(BUILD + "test:\n\tdocker build --platform linux/arm64 -t test .\n")
    assert "platforms: linux/amd64\n" in init(root, "--dry-run")


def test_the_platform_may_be_said_or_come_from_nodes(root: Path) -> None:
    assert "platforms: linux/arm64\n  as --platform says" in init(root, "--platform", "linux/arm64", "--dry-run")
    assert "'amd' is unknown" in init(root, "--platform", "linux/amd", code=2)
    nodes = {"items": [{"status": {"nodeInfo": {"operatingSystem": "linux", "architecture": "arm64"}}}]}
    out = init(root, "--nodes", "-", stdin=json.dumps(nodes))
    assert "platforms: linux/arm64\n  standard input: 1 node takes workloads" in out


def test_the_cluster_is_asked_only_where_that_is_said(root: Path) -> None:
    kubectl = root / "bin/kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text("#!/bin/sh\ntouch asked\nexit 1\n")
    kubectl.chmod(0o755)
    path = {**os.environ, "PATH": str(kubectl.parent) + os.pathsep + os.environ["PATH"]}
    subprocess.run([PROGRAM, "init", "--dry-run"], cwd=root, env=path, check=True, capture_output=True)
    assert not (root / "asked").exists()
    done = subprocess.run([PROGRAM, "init", "--cluster"], cwd=root, env=path, check=False, capture_output=True)
    assert done.returncode == 2
    assert (root / "asked").exists()


def test_a_configuration_that_says_something_else_is_left_and_told(root: Path) -> None:
    (root / "Makefile").write_text(BUILD)
    (root / "prelaunch.toml").write_text('platforms = ["linux/arm64"]\n')
    out = init(root, "--no-hook")
    assert 'it says platforms = ["linux/arm64"]; this is what was found:\n  platforms = ["linux/amd64"]\n' in out
    assert files(root)["prelaunch.toml"] == 'platforms = ["linux/arm64"]\n'


def test_a_hook_file_of_another_form_is_left_and_the_entry_is_shown(root: Path) -> None:
    (root / ".pre-commit-config.yaml").write_text("repos: [{repo: local, hooks: []}]\n")
    out = init(root)
    assert "add this to its `repos` by hand:\n" + ENTRY in out
    assert files(root)[".pre-commit-config.yaml"] == "repos: [{repo: local, hooks: []}]\n"


def test_a_file_outside_the_repository_is_not_written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "hooks.yaml"
    outside.write_text("repos: []\n")
    (root / ".pre-commit-config.yaml").symlink_to(outside)
    assert ".pre-commit-config.yaml: lies outside the project" in init(root, code=2)
    assert outside.read_text() == "repos: []\n"


def test_a_folder_that_is_not_there_is_named(root: Path) -> None:
    assert "prelaunch: nowhere: no such folder" in init(root, "nowhere", code=2)


def test_what_init_writes_is_what_check_and_pre_commit_read(root: Path) -> None:
    (root / "Makefile").write_text(BUILD + "other:\n\tdocker buildx build -t example.com/b .\n")
    init(root)
    subprocess.run([PROGRAM, "check", "--fix"], cwd=root, check=True, capture_output=True)
    assert (root / "Makefile").read_text().count("--platform linux/amd64") == 2
    tool = os.path.join(os.path.dirname(sys.executable), "pre-commit")
    subprocess.run([tool, "validate-config", ".pre-commit-config.yaml"], cwd=root, check=True, capture_output=True)
