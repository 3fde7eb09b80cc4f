from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import find_root, look, sift
from prelaunch.file_names import kind_by_name
from prelaunch.files import Disk
from prelaunch.kinds import (
    BUILD,
    BUILD_KINDS,
    IMAGE,
    IMPORT,
    IMPORT_KINDS,
    MARK,
    facts_in,
    kind_by_content,
)
from prelaunch.listing import Listing, walk

if TYPE_CHECKING:
    from pathlib import Path

WORDS: dict[str, tuple[bytes, ...] | None] = {"python": (b"jwt",), "notebook": None, "dockerfile": (b"jwt",), "": ()}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Dockerfile", "dockerfile"),
        ("a/b/Dockerfile.prod", "dockerfile"),
        ("Dockerfile-dev", "dockerfile"),
        ("dockerfile", "dockerfile"),
        ("app.Dockerfile", "dockerfile"),
        ("app.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("api.containerfile", "dockerfile"),
        ("Dockerfile.md", ""),
        ("dockerfile.abi3.so", ""),
        ("Dockerfile.j2", ""),
        ("Dockerfile.dockerignore", ""),
        ("dockerfile_parser.go", ""),
        ("Dockerfile.py", "python"),
        ("Makefile", "makefile"),
        ("makefile", "makefile"),
        ("GNUmakefile", "makefile"),
        ("Makefile.docker", "makefile"),
        ("Makefile.common.in", "makefile"),
        ("Makefile.am", "makefile"),
        ("containers.mk", "makefile"),
        ("rules.mak", "makefile"),
        ("Makefile.md", ""),
        ("makefiles.txt", ""),
        ("Makefile.py", "python"),
        ("build.sh", "shell"),
        ("test_helpers.bash", "shell"),
        ("x.zsh", "shell"),
        (".envrc", ""),
        (".github/workflows/ci.yml", "github"),
        ("sub/.github/workflows/deep/ci.yaml", "github"),
        (".github/workflows/docker-compose.yml", "github"),
        ("action.yml", "github"),
        ("actions/build/action.yaml", "github"),
        (".gitlab-ci.yml", "gitlab"),
        ("ci/build.gitlab-ci.yml", "gitlab"),
        (".gitlab/ci/build.yml", "gitlab"),
        (".gitlab-ci/build.yaml", "gitlab"),
        ("docker-compose.yml", "compose"),
        ("docker-compose.prod.yaml", "compose"),
        ("compose.yaml", "compose"),
        ("compose.override.yml", "compose"),
        ("dev.compose.yml", "compose"),
        ("dev-compose.yml", "compose"),
        (".circleci/config.yml", "circleci"),
        (".circleci/docker-compose.yml", "compose"),
        ("azure-pipelines.yml", "azure"),
        ("ci/azure-pipelines-release.yaml", "azure"),
        (".azure/templates/steps.yaml", "yaml"),
        (".drone.yml", "drone"),
        (".woodpecker.yml", "woodpecker"),
        (".woodpecker/docker.yaml", "woodpecker"),
        ("schema/.woodpecker/test.yaml", "woodpecker"),
        (".travis.yml", "travis"),
        ("bitbucket-pipelines.yml", "bitbucket"),
        (".buildkite/pipeline.yml", "buildkite"),
        (".semaphore/semaphore.yml", "semaphore"),
        ("appveyor.yml", "appveyor"),
        ("values.yaml", "yaml"),
        ("docker-bake.hcl", "bake"),
        ("docker-bake.override.json", "bake"),
        ("main.hcl", "hcl"),
        ("package.json", "npm"),
        ("web/composer.json", "npm"),
        ("package-lock.json", ""),
        ("tsconfig.json", ""),
        ("Jenkinsfile", "jenkins"),
        ("ci/Jenkinsfile.release", "jenkins"),
        ("Jenkinsfile.md", ""),
        ("nightly.jenkinsfile", "jenkins"),
        ("vars/build.groovy", "groovy"),
        ("build.ps1", "windows"),
        ("Helpers.psm1", "windows"),
        ("make.bat", "windows"),
        ("build.cmd", "windows"),
        ("Tiltfile", "tilt"),
        ("Tiltfile.generated", "tilt"),
        ("lib/api.tiltfile", "tilt"),
        ("tiltfile.go", ""),
        ("Tiltfile resource.gob", ""),
        ("justfile", "just"),
        (".justfile", "just"),
        ("Justfile", "just"),
        ("docker.just", "just"),
        ("main.tf", "terraform"),
        ("main.tf.json", ""),
        ("app.py", "python"),
        ("gui.pyw", "python"),
        ("stubs.pyi", ""),
        ("a.ipynb", "notebook"),
        ("README.md", ""),
        ("configure", "script"),
        ("scripts.d/run", "script"),
        (".dockerignore", ""),
        ("", "script"),
    ],
)
def test_a_name_says_the_kind(path: str, kind: str) -> None:
    assert kind_by_name(path) == kind


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("yaml", b"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n", "github"),
        ("yaml", b"services:\n  a:\n    build: .\n", "compose"),
        ("yaml", b"# x\nservices:\n  a:\n    build: .\n", "compose"),
        ("yaml", b"spec:\n  services:\n    build: .\n", ""),
        ("yaml", b"kind: Deployment\n", ""),
        ("yaml", b"steps:\n- task: Docker@2\n", "azure"),
        ("yaml", b"steps:\n- task: Bash@3\n  inputs: {script: docker build .}\n", "azure"),
        ("yaml", b"pool:\n  vmImage: ubuntu-latest\n", "azure"),
        ("yaml", b"parameters: {}\nsteps:\n- bash: docker build .\n", "azure"),
        ("yaml", b"tasks:\n  a:\n    cmds:\n    - task: build\n", ""),
        ("yaml", b"kind: pipeline\nsteps:\n- image: plugins/docker\n", "drone"),
        ("hcl", b'target "api" {}', "bake"),
        ("hcl", b'job "x" {}', ""),
        ("groovy", b"pipeline {\n  agent any\n}\n", "jenkins"),
        ("groovy", b"def call() {\n  sh 'docker build .'\n}\n", "jenkins"),
        ("groovy", b"class A { String name }\n", ""),
        ("script", b"#!/bin/sh\n", "shell"),
        ("script", b"#!/usr/bin/env bash\n", "shell"),
        ("script", b"#!/usr/bin/env -S bash -e\n", "shell"),
        ("script", b"#! /usr/bin/env FOO=1 zsh", "shell"),
        ("script", b"#!/usr/bin/python3.11\n", "python"),
        ("script", b"#!/usr/bin/env python\n", "python"),
        ("script", b"#!/usr/bin/make -f\n", "makefile"),
        ("script", b"#!/usr/bin/perl\n", ""),
        ("script", b"#!\n", ""),
        ("script", b"echo", ""),
        ("shell", b"", "shell"),
    ],
)
def test_the_content_decides_where_the_name_does_not(kind: str, data: bytes, expected: str) -> None:
    assert kind_by_content(kind, data) == expected


@pytest.mark.parametrize(
    ("kind", "data", "facts"),
    [
        ("makefile", b"x:\n\tdocker buildx bake\n", {BUILD}),
        ("makefile", b"x:\n\techo\n", set()),
        ("shell", b"ko apply -f x\n", {BUILD}),
        ("shell", b"source lib.sh\n  $dcb --force-rm web\n", {BUILD}),
        ("shell", b'set -e\n. ./lib.sh\n"$RUN" image\n', {BUILD}),
        ("shell", b"source lib.sh\necho $x\n", set()),
        ("shell", b"$dcb web\n", set()),
        ("shell", b"/kaniko/executor", {BUILD}),
        ("shell", b"ls\n", set()),
        ("python", b"import jwt", {IMPORT}),
        ("python", b"import os  # docker", set()),
        ("python", b"run(['docker', 'build', '.'])", {BUILD}),
        ("python", b"build()", set()),
        ("python", b"import jwt\nc.images.build()  # docker", {BUILD, IMPORT}),
        ("jenkins", b"sh 'docker build .'", {BUILD}),
        ("windows", b"docker build .", {BUILD}),
        ("windows", b"\xff\xfed\0o\0c\0k\0e\0r\0", set()),
        ("tilt", b"docker_build('x', '.')", {BUILD}),
        ("tilt", b"k8s_yaml('x')", set()),
        ("just", b"x:\n  docker build .\n", {BUILD}),
        ("npm", b'{"scripts": {"a": "docker build ."}}', {BUILD}),
        ("npm", b'{"scripts": {"build": "tsc"}}', set()),
        ("terraform", b'resource "docker_image" "x" {}', {BUILD}),
        ("terraform", b'resource "x" "build" {}', set()),
        ("notebook", b"{}", {IMPORT}),
        ("dockerfile", b"FROM x\nRUN docker build .\n", {BUILD, IMAGE}),
        ("dockerfile", b"from x\n", {IMAGE}),
        ("dockerfile", b"# nothing yet\n", set()),
        ("dockerfile", b"FROM x\nRUN <<E\nimport jwt\n", {IMPORT, IMAGE}),
        ("bake", b'target "x" {}', {BUILD}),
    ],
)
def test_words_say_which_facts_a_file_may_hold(kind: str, data: bytes, facts: set[str]) -> None:
    assert facts_in(kind, data, WORDS) == facts


def test_the_word_of_a_wrapper_makes_a_script_matter() -> None:
    assert facts_in("shell", b"dcb .\n", {**WORDS, "": (b"dcb",)}) == {BUILD}


@given(st.text(), st.binary())
def test_any_name_and_any_content_have_a_kind_or_none(path: str, data: bytes) -> None:
    kind = kind_by_content(kind_by_name(path), data)
    assert kind in BUILD_KINDS | IMPORT_KINDS | {""}


def test_a_file_without_a_word_is_not_read_further(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("ls\n")
    (tmp_path / "b.sh").write_text("docker build .\n")
    (tmp_path / "c.sh").write_bytes(b"ls # " + MARK + b" ignore[x]\n")
    (tmp_path / "d.md").write_text("docker build .\n")
    (tmp_path / "run").write_text("#!/bin/sh\ndocker build .\n")
    (tmp_path / "text").write_text("docker build .\n")
    seen = {name: look(str(tmp_path), name, WORDS) for name in sorted(os.listdir(tmp_path))}
    assert {name: (file.kind, set(file.facts), file.marked) for name, file in seen.items() if file} == {
        "b.sh": ("shell", {BUILD}, False),
        "c.sh": ("shell", set(), True),
        "run": ("shell", {BUILD}, False),
    }


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "Makefile").mkdir()
    os.mkfifo(tmp_path / "build.sh")
    assert look(str(tmp_path), "Makefile", WORDS) is None
    assert look(str(tmp_path), "build.sh", WORDS) is None


def test_a_file_that_matters_and_is_gone_is_an_error_and_any_other_is_not(tmp_path: Path) -> None:
    assert look(str(tmp_path), "values.yaml", WORDS) is None
    with pytest.raises(OSError, match="No such file"):
        look(str(tmp_path), "Makefile", WORDS)
    with pytest.raises(ValueError, match="null"):
        look(str(tmp_path), "a\0.sh", WORDS)


def test_the_root_is_the_git_top_level_or_the_common_folder(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "a" / "b").mkdir(parents=True)
    (tmp_path / "repo" / "a" / "Makefile").touch()
    (tmp_path / "plain" / "x").mkdir(parents=True)
    (tmp_path / "plain" / "y").mkdir()
    assert find_root([str(tmp_path / "repo" / "a" / "Makefile")]) == str(tmp_path / "repo")
    assert find_root([str(tmp_path / "repo" / "a" / "b"), str(tmp_path / "repo")]) == str(tmp_path / "repo")
    assert find_root([str(tmp_path / "plain" / "x")]) == str(tmp_path / "plain" / "x")
    assert find_root([str(tmp_path / "plain" / "x"), str(tmp_path / "plain" / "y")]) == str(tmp_path / "plain")
    assert find_root([str(tmp_path / "repo" / "a"), str(tmp_path / "plain")]) == str(tmp_path)


def _tree(root: Path) -> None:
    for path in (
        "Makefile",
        "sub/build.sh",
        "ignored/Makefile",
        "node_modules/x/Makefile",
        "ümlaut dir/a b.sh",
        "notes.md",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("build\n")
    (root / ".gitignore").write_text("ignored/\nnode_modules/\n")


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", root, *arguments], check=True, capture_output=True)


def test_git_says_what_belongs_to_a_work_tree(tmp_path: Path) -> None:
    _tree(tmp_path)
    _git(tmp_path, "init")
    _git(tmp_path, "add", "Makefile", "notes.md")
    assert list(walk(str(tmp_path), ".")) == ["Makefile", "sub/build.sh", "ümlaut dir/a b.sh"]
    assert list(walk(str(tmp_path), "sub")) == ["sub/build.sh"]


@pytest.mark.parametrize("spawned", [True, False])
def test_git_is_asked_once_in_whatever_way_the_system_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spawned: bool
) -> None:
    if not spawned:
        monkeypatch.delattr("os.posix_spawnp", raising=False)
    _tree(tmp_path)
    _git(tmp_path, "init")
    listing = Listing(str(tmp_path))
    listing.start()
    chosen = listing.chosen()
    assert chosen == ["Makefile", "sub/build.sh", "ümlaut dir/a b.sh"]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert listing.chosen() == chosen
    assert set(listing.own_files()) > set(chosen)
    assert "ignored/Makefile" in Listing(str(tmp_path)).chosen()  # there is no git to say that it is ignored


@pytest.mark.parametrize("spawned", [True, False])
def test_where_git_says_no_all_files_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spawned: bool) -> None:
    if not spawned:
        monkeypatch.delattr("os.posix_spawnp", raising=False)
    _tree(tmp_path)
    (tmp_path / ".git").mkdir()
    assert "ignored/Makefile" in Listing(str(tmp_path)).chosen()


def test_a_tracked_file_that_vanished_is_skipped(tmp_path: Path) -> None:
    _tree(tmp_path)
    _git(tmp_path, "init")
    _git(tmp_path, "add", ".")
    (tmp_path / "Makefile").unlink()
    assert [path for path in walk(str(tmp_path), ".") if os.path.exists(tmp_path / path)] == [
        "sub/build.sh",
        "ümlaut dir/a b.sh",
    ]


def test_git_runs_nothing_of_the_repository(tmp_path: Path) -> None:
    _tree(tmp_path)
    _git(tmp_path, "init")
    script = tmp_path / "monitor"
    script.write_text(f"#!/bin/sh\ntouch '{tmp_path}/RAN'\n")
    script.chmod(0o755)
    _git(tmp_path, "config", "core.fsmonitor", str(script))
    assert "Makefile" in list(walk(str(tmp_path), "."))
    assert not (tmp_path / "RAN").exists()


def test_a_hook_s_environment_does_not_lead_git_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tree(tmp_path)
    _git(tmp_path, "init")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere" / "index"))
    assert "ignored/Makefile" not in list(walk(str(tmp_path), "."))


def test_without_git_all_but_foreign_folders_are_walked(tmp_path: Path) -> None:
    _tree(tmp_path)
    assert list(walk(str(tmp_path), ".")) == ["Makefile", "ignored/Makefile", "sub/build.sh", "ümlaut dir/a b.sh"]


@pytest.mark.parametrize("git", [True, False])
def test_links_are_followed_inside_the_root_only_and_each_file_comes_once(tmp_path: Path, git: bool) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.sh").write_text("docker build .\n")
    (root / "real.sh").write_text("docker build .\n")
    (root / "again.sh").symlink_to("real.sh")
    (root / "out.sh").symlink_to(tmp_path / "secret.sh")
    (root / "loop.sh").symlink_to("loop.sh")
    (root / "gone.sh").symlink_to("nothing.sh")
    (root / "folder").mkdir()
    (root / "folder" / "up").symlink_to("..")
    if git:
        _git(root, "init")
    paths = [path for path in walk(str(root), ".") if os.path.exists(root / path)]
    assert paths == ["real.sh"]


def test_what_a_file_has_become_since_git_was_told_counts(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.sh").write_text("docker build .\n")
    for name in ("real.sh", "twin.sh", "out.sh", "loop.sh", "gone.sh", "folder.sh", "Dockerfile"):
        (root / name).write_text("docker build .\n")
    (root / "link.sh").symlink_to("real.sh")
    _git(root, "init")
    _git(root, "add", "-A")
    for name, target in {
        "twin.sh": "real.sh",
        "out.sh": "../secret.sh",
        "loop.sh": "loop.sh",
        "gone.sh": "nothing.sh",
        "Dockerfile": "folder.sh",
    }.items():
        (root / name).unlink()
        (root / name).symlink_to(target)
    (root / "folder.sh").unlink()
    (root / "folder.sh").mkdir()
    (root / "link.sh").unlink()
    (root / "link.sh").write_text("docker build .\n")
    found = [file.path for file in Disk(str(root)).candidates(".", {"": ()})]
    assert found == ["link.sh", "real.sh"]


def test_a_tuple_of_words_asks_for_its_first_and_any_other() -> None:
    words = {"python": ((b"jwt", b"JWTError", b"Other"),)}
    assert facts_in("python", b"from jwt import JWTError", words) == {IMPORT}
    assert facts_in("python", b"from jwt import encode", words) == set()
    assert facts_in("python", b"class JWTError: ...", words) == set()


def test_vendored_code_is_left_out_of_a_walk_unless_it_is_named(tmp_path: Path) -> None:
    for path in ("vendor/lib/Makefile", "src/vendor/lib/build.sh", "vendored.sh", "Makefile"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("docker build .\n")
    assert list(walk(str(tmp_path), ".")) == ["Makefile", "vendored.sh"]
    assert list(walk(str(tmp_path), "vendor/lib")) == ["vendor/lib/Makefile"]


def test_sifting_keeps_whatever_a_look_would_find(tmp_path: Path) -> None:
    texts = {f"m{number}.py": b"import os\n" for number in range(120)} | {f"v{n}.yaml": b"a: 1\n" for n in range(120)}
    texts |= {"m57.py": b"import jwt\n", "v3.yaml": b"runs-on: x\nsteps:\n- run: docker build .\n", "Makefile": b"a:\n"}
    texts |= {"m7.py": b"# prelaunch: ignore[x] y\n", "m8.py": b"\xff\xfei\x00", "big.py": b"x = 1\n" * 40_000}
    for name, data in texts.items():
        (tmp_path / name).write_bytes(data)
    root = str(tmp_path)
    kept = set(sift(root, [*sorted(texts), "gone.py"], WORDS))
    found = {name for name in texts if look(root, name, WORDS) is not None}
    assert found <= kept
    assert {"m57.py", "v3.yaml", "m7.py", "m8.py", "Makefile", "gone.py"} <= kept
    assert "big.py" not in kept
    assert len(kept) < len(texts) / 2 + 100
