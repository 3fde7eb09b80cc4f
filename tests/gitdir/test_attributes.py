"""Line ends as `.gitattributes` have them: what git says of a work tree, said of a tree."""

from __future__ import annotations

import json
import random
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.cli import run
from prelaunch.gitdir.attributes import Attributes
from prelaunch.gitdir.tree import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Path]
    Run = Callable[..., str]

PATHS = "a.sh b.txt dir/a.sh dir/sub/a.sh dir/sub/deep/c.bat [z].sh ümlaut.sh dir/b*.sh".split()
PATHS += ["x y.sh"]
LINES = """\
* text=auto
*.sh text eol=lf
*.bat text eol=crlf
*.sh -text
*.sh !text
*.sh binary
binary
a.sh binary text
a.sh text binary
dir/*.sh eol=crlf
/a.sh eol=crlf
dir/ text
dir text
dir/** text
**/a.sh -text
dir/**/a.sh eol=lf
**/deep/** text=auto
dir/sub/a.sh
[ab].sh text
[^a].sh text
[!b].txt -text
?.sh eol=lf
"x y.sh" eol=crlf
"x\\040y.sh" text
"\\303\\274mlaut.sh" text
"a\\"b" text
\\[z].sh text
dir/b\\*.sh text
[attr]shell text eol=lf
a.sh shell
*.sh -shell
*.sh shell -text
!a.sh text
# a.sh text
  a.sh   text	eol=lf
a.sh text=
a.sh eol=LF
*.sh eol=lf\r
ümlaut.sh text
sub/a.sh text
deep/c.bat -text
c.bat !eol
""".splitlines()


def ours(files: dict[str, str], path: str) -> dict[str, str]:
    return Attributes(lambda name: files[name].encode() if name in files else None).of(path)


def gits(root: Path, paths: list[str]) -> dict[str, dict[str, str]]:
    command = ["git", "-C", str(root), "check-attr", "-z", "--stdin", "text", "eol"]
    out = subprocess.run(command, input="\0".join(paths).encode() + b"\0", capture_output=True, check=True).stdout
    fields = out.decode().split("\0")[:-1]
    found: dict[str, dict[str, str]] = {path: {} for path in paths}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        if value not in {"unspecified", ""}:
            found[path][name] = value
    return found


@pytest.mark.parametrize("seed", range(60))
def test_ours_are_git_s(tmp_path: Path, seed: int, run_git: Run) -> None:
    run_git(tmp_path, "init", "-q")
    chosen = random.Random(seed)
    files = {}
    for name in (".gitattributes", "dir/.gitattributes", "dir/sub/.gitattributes"):
        lines = [chosen.choice(LINES) for _ in range(chosen.randrange(1, 7))]
        if name != ".gitattributes":
            lines = [line for line in lines if not line.startswith("[attr]")]
        files[name] = "\n".join(lines) + "\n"
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(files[name])
    assert {path: ours(files, path) for path in PATHS} == gits(tmp_path, PATHS), files


@pytest.mark.parametrize("line", LINES)
def test_every_line_says_what_it_says_to_git(tmp_path: Path, line: str, run_git: Run) -> None:
    run_git(tmp_path, "init", "-q")
    (tmp_path / ".gitattributes").write_text(line)
    assert {path: ours({".gitattributes": line}, path) for path in PATHS} == gits(tmp_path, PATHS)


@pytest.mark.parametrize("seed", range(20))
def test_macros_of_macros_are_git_s(tmp_path: Path, seed: int, run_git: Run) -> None:
    run_git(tmp_path, "init", "-q")
    chosen = random.Random(seed)
    words = ["a", "b", "c", "d", "-b", "!c", "text", "-text", "!text", "eol=lf", "eol=crlf", "-d", "a=1"]
    lines = [f"[attr]{name} {' '.join(chosen.choices(words, k=chosen.randrange(4)))}" for name in "abcd"]
    lines += [f"{path} {' '.join(chosen.choices(words, k=2))}" for path in ("*.sh", "a.sh", "*")]
    (tmp_path / ".gitattributes").write_text(text := "\n".join(lines))
    assert {path: ours({".gitattributes": text}, path) for path in PATHS} == gits(tmp_path, PATHS), text


def test_a_long_chain_of_macros_is_followed_to_its_end() -> None:
    chain = [f"[attr]m{number} m{number + 1}" for number in range(5_000)]
    files = {".gitattributes": "\n".join([*chain, "[attr]m5000 text eol=lf m0", "*.sh m0"])}
    assert ours(files, "a.sh") == {"text": "set", "eol": "lf"}


@given(st.text(), st.text(min_size=1))
def test_any_text_is_read(text: str, path: str) -> None:
    ours({".gitattributes": text.encode("utf-8", "replace").decode()}, path)


def test_a_pattern_made_to_take_long_does_not() -> None:
    files = {".gitattributes": "*a" * 500 + "b text\n" + "**/" * 500 + "x text\n"}
    assert ours(files, "a" * 3000) == {}
    assert ours(files, "/".join("a" * 500)) == {}


def test_a_tree_says_what_its_work_tree_says(repository: Make) -> None:
    root = repository(
        {
            ".gitattributes": "*.sh text eol=crlf\n",
            "a.sh": "ls\n",
            "bin/.gitattributes": "*.sh -text\n",
            "bin/b.sh": "ls\n",
            "link/.gitattributes": "->../bin/.gitattributes",
            "link/c.sh": "ls\n",
        }
    )
    with closing(GitTree(str(root / ".git"), "HEAD")) as tree:
        found = {path: tree.committed(path) for path in ("a.sh", "bin/b.sh", "link/c.sh")}
    said = {path: (each.text, each.eol) for path, each in found.items() if each is not None}
    assert said == {"a.sh": ("set", "crlf"), "bin/b.sh": ("unset", "crlf"), "link/c.sh": ("set", "crlf")}


@pytest.mark.parametrize(("attributes", "found"), [("*.sh text eol=crlf\n", True), ("*.sh text eol=lf\n", False)])
def test_a_bare_clone_is_judged_as_its_work_tree(
    repository: Make, tmp_path: Path, run_git: Run, capsys: pytest.CaptureFixture[str], attributes: str, found: bool
) -> None:
    dockerfile = 'FROM alpine:3.20\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    root = repository({".gitattributes": attributes, "Dockerfile": dockerfile, "run.sh": "#!/bin/sh\nls\n"})
    run_git(root, "update-index", "--chmod=+x", "run.sh")
    run_git(root, "commit", "-qm", "mode")
    run_git(tmp_path, "clone", "-q", "--bare", str(root), str(tmp_path / "bare.git"))
    rules = []
    for place in (root, tmp_path / "bare.git"):
        run(["audit", str(place), "--format", "json"])
        rules.append([row["rule"] for row in json.loads(capsys.readouterr().out)["findings"]])
    assert rules[0] == rules[1]
    assert ("entrypoint-crlf" in rules[0]) == found
