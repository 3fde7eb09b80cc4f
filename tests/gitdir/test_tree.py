"""A commit's files answer as the same files on the disk do, and no repository makes git run anything."""

from __future__ import annotations

import os
import threading
import time
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from prelaunch import repository as repository_of
from prelaunch.files import MAX_BYTES, Disk, UnreadableError
from prelaunch.gitdir import tree as git_tree
from prelaunch.gitdir.objects import LARGE, Objects
from prelaunch.gitdir.run import GitError, git, records
from prelaunch.gitdir.tree import GitTree
from prelaunch.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[[dict[str, str | bytes]], Path]
    Run = Callable[..., str]

FILES: dict[str, str | bytes] = {
    "a/one.txt": b"one\r\n\xff",
    "a/b/Makefile": "image:\n\tdocker build .\n",
    "a/b/plain.sh": "ls\n",
    "tool": "#!/bin/sh\ndocker build .\n",
    "notes": "docker build .\n",
    "ä/keys.py": "import cryptography\n",
    "link.txt": "->a/one.txt",
    "folder": "->a",
    "deep": "->folder/b",
    "up": "->a/../a/b/Makefile",
    "Makefile": "->deep/Makefile",
    "out.txt": "->../outside.txt",
    "absolute": "->/etc/passwd",
    "loop": "->loop",
    "gone": "->nothing",
    "vendor/build.sh": "docker build .\n",
    "large.py": b"#" * (MAX_BYTES + 1),
}
PATHS = [
    *FILES, "folder/one.txt", "deep/Makefile", "deep/../one.txt", "folder/b/Makefile", "a", ".", "..", "../outside.txt",
    "nothing", "loop/x", "absolute/x", "a/one.txt/x", "folder", "up/x", "x" * 5000,
]  # fmt: skip


@pytest.fixture
def both(repository: Make, tmp_path: Path) -> tuple[Disk, GitTree]:
    (tmp_path / "outside.txt").write_text("secret")
    root = repository(FILES)
    return Disk(str(root)), GitTree(str(root / ".git"), "HEAD")


def _answer(tree: Disk | GitTree, path: str) -> tuple[bool, bool, bytes | str, tuple[str, ...]]:
    try:
        content: bytes | str = tree.read(path)
    except UnreadableError as error:
        content = str(error)
        if "larger" not in content:  # the words for what is not there may differ
            content = "unreadable"
    return tree.exists(path), tree.is_folder(path), content, tuple(name for name in tree.names(path) if name != ".git")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
def test_a_commit_answers_as_the_disk_does(both: tuple[Disk, GitTree], path: str) -> None:
    disk, tree = both
    with closing(tree):
        assert _answer(tree, path) == _answer(disk, path)


def test_the_same_files_are_candidates(both: tuple[Disk, GitTree]) -> None:
    disk, tree = both
    words: dict[str, tuple[bytes, ...]] = {"python": (b"cryptography",)}
    with closing(tree):
        for folder in (".", "a"):
            found, expected = (
                [(file.path, file.kind, file.facts, file.marked) for file in each.candidates(folder, words, ["b/**"])]
                for each in (tree, disk)
            )
            if folder == ".":
                # of a large file the disk looks at the beginning, git does not look
                assert [each for each in found if each[0] != "large.py"] == expected
                assert [each[0] for each in found] == ["a/b/Makefile", "large.py", "tool", "ä/keys.py"]
            else:
                assert found == expected
        assert sorted(tree.paths()) == sorted(disk.paths())


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("dist/server.js", True),
        ("web/dist/server.js", True),
        ("web/out/a.js", True),
        ("out/a.js", False),
        ("src/server.js", False),
        ("lib/a.jar", True),
        ("build-7/a", True),
        ("cache/kept.txt", True),  # a `!` takes it back; it may be made all the same
        ("build-71/a", False),
        ("built", False),
    ],
)
def test_what_a_commit_ignores_is_read_from_its_gitignores(repository: Make, path: str, ignored: bool) -> None:
    root = repository(
        {
            ".gitignore": "# built\ndist/\n*.jar\nbuild-[0-9]\n\ncache/*\n!cache/kept.txt\n!src\n",
            "web/.gitignore": "/out\n",
        }
    )
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        assert repository_of.ignored(Project(tree), path) == ignored


def test_only_the_commit_counts_not_the_work_tree(repository: Make) -> None:
    root = repository({"a.txt": "one"})
    (root / "a.txt").write_text("two")
    (root / "b.txt").write_text("new")
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        assert tree.read("a.txt") == b"one"
        assert not tree.exists("b.txt")


def test_many_blobs_come_in_their_order(repository: Make) -> None:
    root = repository({f"f{number}.txt": f"{number}\n" * (number + 1) for number in range(700)})
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        names = [tree.entries[f"f{number}.txt"].blob for number in range(700)]
        with closing(Objects(tree.repository)) as objects:
            for number, blob in enumerate(objects.blobs(names)):
                assert blob == f"{number}\n".encode() * (number + 1)


def _damage(root: Path, blob: str, data: bytes = b"damaged") -> None:
    path = root / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_damaged_or_missing_object_spoils_only_its_own_file(repository: Make) -> None:
    root = repository({"a.sh": "docker build .", "b.sh": "docker build b", "c.sh": "docker build c", "d.sh": "ls"})
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        _damage(root, tree.entries["a.sh"].blob)
        os.unlink(root / ".git" / "objects" / tree.entries["c.sh"].blob[:2] / tree.entries["c.sh"].blob[2:])
        found = {file.path: file for file in tree.candidates(".", {}, [])}
        assert sorted(found) == ["a.sh", "b.sh", "c.sh"]
        assert tree.read("b.sh") == b"docker build b"
        for path in ("a.sh", "c.sh"):
            with pytest.raises(UnreadableError, match="its object is missing or damaged"):
                tree.read(path)
        assert tree.missing == {tree.entries["a.sh"].blob, tree.entries["c.sh"].blob}


def test_a_blob_that_says_it_is_huge_is_not_read(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prelaunch.gitdir.objects._SKIPPED", 3 * MAX_BYTES)
    root = repository(
        {"a.py": "a", "bomb.py": b"\0" * (4 * MAX_BYTES), "large.py": b"b" * (2 * MAX_BYTES), "z.py": "z"}
    )
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree, closing(Objects(tree.repository)) as objects:
        names = [tree.entries[name].blob for name in ("a.py", "bomb.py", "large.py", "z.py", "bomb.py", "a.py")]
        assert list(objects.blobs(names)) == [b"a", LARGE, LARGE, b"z", LARGE, b"a"]


def test_a_repository_of_damaged_objects_is_given_up(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prelaunch.gitdir.objects._DEATHS", 3)
    monkeypatch.setattr("prelaunch.gitdir.objects._PATIENCE", 0.2)
    root = repository({f"{number}.sh": f"docker build {number}" for number in range(9)})
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        for entry in tree.entries.values():
            _damage(root, entry.blob, zlib.compress(b"blob 50000\0hi"))
        with pytest.raises(GitError, match="too many of its objects are damaged"):
            list(tree.candidates(".", {}, []))


def test_a_blob_that_is_shorter_than_it_says_holds_nobody_up(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prelaunch.gitdir.objects._PATIENCE", 0.5)
    root = repository({"a.sh": "docker build a", "b.sh": "docker build b", "c.sh": "docker build c"})
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        _damage(root, tree.entries["b.sh"].blob, zlib.compress(b"blob 50000\0hi"))
        assert [file.path for file in tree.candidates(".", {}, [])] == ["a.sh", "b.sh", "c.sh"]
        assert tree.read("c.sh") == b"docker build c"
        with pytest.raises(UnreadableError, match="missing or damaged"):
            tree.read("b.sh")


def test_a_tree_that_holds_itself_many_times_over_is_refused(
    repository: Make, run_git: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_tree, "MAX_ENTRIES", 5_000)
    root = repository({"f": "x"})
    name = run_git(root, "rev-parse", "HEAD^{tree}")
    for _ in range(12):
        lines = "".join(f"040000 tree {name}\t{letter}\n" for letter in "abcdefghij")
        name = run_git(root, "mktree", stdin=lines.encode())
    with pytest.raises(GitError, match="holds more than 5,000 files"):
        GitTree(str(root / ".git"), name)


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder", "an unborn branch", "a damaged head"])
def test_what_is_no_repository_is_said_in_one_line(repository: Make, run_git: Run, tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    if what == "a file":
        place.write_text("x")
    elif what == "an empty folder":
        place.mkdir()
    elif what == "an unborn branch":
        place.mkdir()
        run_git(place, "init", "-q", "--bare")
    elif what == "a damaged head":
        root = repository({"f": "x"})
        head = run_git(root, "rev-parse", "HEAD")
        _damage(root, head)
        place = root / ".git"
    with pytest.raises(GitError) as caught:
        GitTree(str(place), "HEAD")
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_object_that_is_not_there_is_not_fetched(repository: Make, run_git: Run, tmp_path: Path) -> None:
    """A repository that names its own programs for fetching must not get them run by being read."""
    root = repository({"a.sh": "docker build .", "b.sh": "docker build b"})
    mark = tmp_path / "ran"
    for name in ("core.sshCommand", "remote.origin.uploadpack", "core.gitProxy", "core.fsmonitor", "core.pager"):
        run_git(root, "config", name, f"touch {mark};")
    run_git(root, "config", "core.repositoryFormatVersion", "1")
    run_git(root, "config", "extensions.partialClone", "origin")
    run_git(root, "config", "remote.origin.promisor", "true")
    run_git(root, "config", "protocol.ext.allow", "always")
    away = (
        f"ext::sh -c touch% {mark}",
        str(tmp_path / "elsewhere"),
        "ssh://example.invalid/x",
        "git://example.invalid/x",
    )
    for url in away:
        run_git(root, "config", "remote.origin.url", url)
        with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
            blob = tree.entries["a.sh"].blob
            (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink(missing_ok=True)
            with pytest.raises(UnreadableError, match="missing or damaged"):
                tree.read("a.sh")
            assert tree.read("b.sh") == b"docker build b"
    assert not mark.exists()


def test_git_is_bounded_in_time_however_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nprintf 'one\\0two\\0'\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("prelaunch.gitdir.run.TIMEOUT", 0.5)
    start, threads = time.monotonic(), threading.active_count()
    found: list[bytes] = []
    with pytest.raises(GitError, match="git took longer than 0 s"):
        found.extend(records("ls-tree"))
    with pytest.raises(GitError, match="git took longer than 0 s"):
        git("ls-tree", timeout=0.5)
    with pytest.raises(GitError, match="cannot be asked"):
        next(records("ls-tree", "a\0b"))
    assert time.monotonic() - start < 20
    assert threading.active_count() <= threads


def test_whoever_has_enough_of_git_stops_it(repository: Make) -> None:
    root = repository({f"{number:04}{'x' * 200}": "" for number in range(3_000)})
    threads = threading.active_count()
    asked = records("--git-dir", str(root / ".git"), "ls-tree", "-r", "-z", "HEAD")
    assert next(asked).endswith(b"x")
    del asked
    assert threading.active_count() <= threads
