"""Trees of files: what is there, and that nothing outside is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from prelaunch.files import MAX_BYTES, Disk, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from prelaunch.files import Files


@pytest.fixture
def tree(tmp_path: Path) -> Files:
    """A folder with a file outside it, links to all sides, and a file that is too large."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "one.txt").write_bytes(b"one\r\n\xff")
    (root / "link.txt").symlink_to("a/one.txt")
    (root / "folder").symlink_to("a")
    (root / "out.txt").symlink_to("../outside/secret.txt")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to("loop")
    (root / "gone").symlink_to("nothing")
    (root / "large.txt").write_bytes(b"x" * (MAX_BYTES + 1))
    return Disk(str(root))


@pytest.mark.parametrize("path", ["a/one.txt", "link.txt", "folder/one.txt"])
def test_a_file_is_read_byte_for_byte_through_links_inside_the_tree(tree: Files, path: str) -> None:
    assert tree.read(path) == b"one\r\n\xff"
    assert tree.exists(path)


OUTSIDE = ["../outside/secret.txt", "out.txt", "out/secret.txt", "folder/../../outside/secret.txt"]


@pytest.mark.parametrize("path", [*OUTSIDE, "/etc/passwd"])
def test_what_lies_outside_the_tree_is_not_there(tree: Files, path: str) -> None:
    assert not tree.exists(path)
    with pytest.raises(UnreadableError, match="lies outside the project"):
        tree.read(path)


@pytest.mark.parametrize("folder", ["..", "out", "../outside"])
def test_a_folder_outside_the_tree_has_no_names(tree: Files, folder: str) -> None:
    assert tree.names(folder) == ()


@pytest.mark.parametrize("path", ["a", ".", "loop", "gone", "a/two.txt", "a/one.txt/x", "a\0b", "x" * 5000])
def test_what_is_no_file_cannot_be_read(tree: Files, path: str) -> None:
    assert not tree.exists(path)
    with pytest.raises(UnreadableError):
        tree.read(path)


@pytest.mark.parametrize("folder", ["a/one.txt", "loop", "gone", "b", "a\0b"])
def test_what_is_no_folder_has_no_names(tree: Files, folder: str) -> None:
    assert tree.names(folder) == ()


def test_the_names_of_a_folder_are_sorted(tree: Files) -> None:
    assert tree.names(".") == ("a", "folder", "gone", "large.txt", "link.txt", "loop", "out", "out.txt")
    assert tree.names("a") == tree.names("folder") == ("one.txt",)


def test_a_file_that_is_too_large_is_there_but_not_read(tree: Files) -> None:
    assert tree.exists("large.txt")
    with pytest.raises(UnreadableError, match="is larger than 2 MB"):
        tree.read("large.txt")


def test_a_pipe_is_no_file(tree: Files, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "root" / "pipe")
    assert not tree.exists("pipe")
    with pytest.raises(UnreadableError, match="is not a regular file"):
        tree.read("pipe")


WORDS: dict[str, tuple[bytes, ...]] = {"python": (b"cryptography",)}


def test_the_candidates_of_a_folder_are_the_files_that_may_hold_a_fact(tmp_path: Path) -> None:
    for path in ("a/build.sh", "a/plain.sh", "b/Makefile", "b/keys.py", "vendor/build.sh", "gone/build.sh"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("ls\n" if "plain" in path else "docker build . # cryptography\n")
    tree = Disk(str(tmp_path))
    found = [(file.path, file.kind) for file in tree.candidates(".", WORDS, ["gone/"])]
    assert found == [("a/build.sh", "shell"), ("b/Makefile", "makefile"), ("b/keys.py", "python")]
    assert [file.path for file in tree.candidates("b", WORDS, [])] == ["b/Makefile", "b/keys.py"]


def test_the_paths_are_those_of_all_files_of_the_project(tree: Files) -> None:
    assert sorted(tree.paths()) == ["a/one.txt", "large.txt"]
