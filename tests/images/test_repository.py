"""What git has of a file, asked without running anything of the repository."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Source
from prelaunch.project import Project
from prelaunch.repository import MAX_BYTES, ignored

if TYPE_CHECKING:
    from pathlib import Path

GIT = ("git", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "user.name=t", "-c", "user.email=t@e.org")


def git(root: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run([*GIT, "-C", root, *arguments], check=True, capture_output=True, env=environment)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


def write(root: Path, name: str, data: bytes, mode: int = 0o644) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)
    (root / name).chmod(mode)


def test_the_index_says_the_mode_and_the_bytes_and_not_the_disk(root: Path) -> None:
    write(root, "a/run.sh", b"#!/bin/sh\r\nls\r\n")
    git(root, "add", "-A")
    write(root, "a/run.sh", b"changed", 0o755)
    found = Project(str(root)).committed("a/run.sh")
    assert found is not None
    assert (found.tracked, found.executable, found.link) == (True, False, False)
    assert found.data == b"#!/bin/sh\r\nls\r\n"
    assert found.crlf
    assert found.shebang == b"/bin/sh"


def test_an_executable_file_and_a_link_are_told_apart(root: Path) -> None:
    write(root, "run.sh", b"#! /bin/sh -e\nls\n", 0o755)
    (root / "link").symlink_to("run.sh")
    git(root, "add", "-A")
    project = Project(str(root))
    run, link = project.committed("run.sh", "link"), project.committed("link")
    assert run is not None
    assert link is not None
    assert (run.executable, run.link, run.crlf, run.shebang) == (True, False, False, b"/bin/sh -e")
    assert (link.executable, link.link, link.data) == (False, True, b"run.sh")


def test_attributes_are_git_s(root: Path) -> None:
    write(root, ".gitattributes", b"*.sh text eol=lf\n*.bin -text\n")
    for name in ("a.sh", "b.bin", "c.txt"):
        write(root, name, b"x\n")
    git(root, "add", "-A")
    project = Project(str(root))
    found = {name: project.committed(name) for name in ("a.sh", "b.bin", "c.txt")}
    assert {name: (one.text, one.eol) for name, one in found.items() if one} == {
        "a.sh": ("set", "lf"),
        "b.bin": ("unset", ""),
        "c.txt": ("", ""),
    }


def test_what_git_does_not_track_the_disk_says(root: Path) -> None:
    write(root, "new.sh", b"#!/bin/sh\n", 0o755)
    project = Project(str(root))
    found = project.committed("new.sh")
    assert found is not None
    assert found.tracked is False
    assert found.executable is (True if os.name == "posix" else None)
    assert project.committed("gone.sh") is None
    assert project.committed("") is None


def test_outside_a_repository_the_disk_says_it(tmp_path: Path) -> None:
    write(tmp_path, "run.sh", b"ls\n")
    found = Project(str(tmp_path)).committed("run.sh")
    assert found is not None
    assert (found.tracked, found.shebang) == (False, None)


def test_a_text_that_stands_for_a_file_is_what_is_judged(root: Path) -> None:
    write(root, "run.sh", b"old", 0o755)
    git(root, "add", "-A")
    project = Project(str(root))
    project.add(Source("run.sh", "#!/bin/sh\n"))
    found = project.committed("run.sh")
    assert found is not None
    assert (found.executable, found.data) == (True, b"#!/bin/sh\n")


def test_odd_names_are_found(root: Path) -> None:
    names = ["*.sh", "ä b.sh", "-n.sh", ":x.sh", "a\tb.sh"]
    for name in names:
        write(root, name, name.encode())
    git(root, "add", "-A")
    project = Project(str(root))
    assert {name: (found.data if (found := project.committed(name)) else None) for name in names} == {
        name: name.encode() for name in names
    }


def test_a_huge_file_has_no_bytes(root: Path) -> None:
    write(root, "huge", b"x" * (MAX_BYTES + 1))
    write(root, "small", b"x")
    git(root, "add", "-A")
    project = Project(str(root))
    huge = project.committed("huge", "small")
    assert huge is not None
    assert (huge.tracked, huge.data, huge.crlf, huge.shebang) == (True, None, False, None)


def test_a_folder_below_the_top_level_is_a_root_too(root: Path) -> None:
    write(root, "sub/run.sh", b"x", 0o755)
    git(root, "add", "-A")
    found = Project(str(root / "sub")).committed("run.sh")
    assert found is not None
    assert (found.tracked, found.executable) == (True, True)


def test_nothing_of_the_repository_runs(root: Path) -> None:
    mark = root.parent / "ran"
    write(root, "evil.sh", f"#!/bin/sh\ntouch {mark}\ncat\n".encode(), 0o755)
    write(root, ".gitattributes", b"* filter=evil diff=evil\n")
    write(root, "a.sh", b"x\n")
    git(root, "add", "-A")
    for name in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand"):
        git(root, "config", name, str(root / "evil.sh"))
    assert not mark.exists()
    project = Project(str(root))
    found = project.committed("a.sh")
    ignored(project, "b.sh")
    assert found is not None
    assert found.data == b"x\n"
    assert not mark.exists()


def test_the_git_of_a_hook_s_environment_is_not_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "run.sh", b"x", 0o755)
    git(root, "add", "-A")
    monkeypatch.setenv("GIT_DIR", str(root / "elsewhere"))
    found = Project(str(root)).committed("run.sh")
    assert found is not None
    assert found.tracked
