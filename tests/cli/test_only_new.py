"""`--since` and `--baseline`: only what is new, in real git repositories, with toy rules."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.__main__ import main
from prelaunch.changes import Changed, Line, lines_shown, parse
from prelaunch.since import since

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Put = Callable[[str, str | bytes], str]
    Git = Callable[..., str]
    Capture = pytest.CaptureFixture[str]


@pytest.fixture
def git(put: Put, tmp_path: Path) -> Git:  # noqa: ARG001 (its folder)
    def run(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", *identity, "-C", str(tmp_path / "here"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    run("init", "-q", "-b", "main")
    return run


def _commit(git: Git, message: str = "x") -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def _found(capsys: Capture) -> list[str]:
    return [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()]


def test_only_findings_on_added_lines_are_shown(put: Put, git: Git, capsys: Capture) -> None:
    put("a.sh", "build old\nls\n")
    put("b.sh", "build old\n")
    _commit(git)
    put("a.sh", "# more\nbuild old\nls\nbuild new\n")
    assert main(["check", "--since", "HEAD", "--format", "concise"]) == 1
    assert _found(capsys) == ["a.sh:4:1"]
    _commit(git)
    assert main(["check", "--since", "HEAD~1", "--format", "concise"]) == 1
    assert _found(capsys) == ["a.sh:4:1"]
    assert main(["check", "--since", "HEAD"]) == 0
    capsys.readouterr()
    put("a.sh", "# again\n# more\nbuild old\nls\nbuild new\n")
    assert main(["check", "--since", "HEAD"]) == 0
    assert capsys.readouterr().err == "3 on lines not added since HEAD; no findings; 3 builds seen\n"


def test_what_the_other_branch_did_meanwhile_is_not_ours(put: Put, git: Git, capsys: Capture) -> None:
    put("a.sh", "build old\n")
    _commit(git)
    git("switch", "-q", "-c", "ours")
    put("b.sh", "build ours\n")
    _commit(git)
    git("switch", "-q", "main")
    put("a.sh", "ls\n")
    _commit(git)
    git("switch", "-q", "ours")
    assert main(["check", "--since", "main", "--format", "concise"]) == 1
    assert _found(capsys) == ["b.sh:1:1"]


def test_a_renamed_file_is_not_new_and_an_untracked_one_is(put: Put, git: Git, capsys: Capture, tmp_path: Path) -> None:
    put("old name.sh", "build old\n" + "ls\n" * 20)
    put(".gitignore", "ignored.sh\n")
    _commit(git)
    git("mv", "old name.sh", 'new "näme"\t.sh')
    (tmp_path / "here" / 'new "näme"\t.sh').write_text("build old\n" + "ls\n" * 20 + "build new\n")
    put("untracked.sh", "ls\nbuild\n")
    put("ignored.sh", "build\n")
    assert main(["check", "--since", "HEAD", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["path"], one["line"]) for one in found] == [('new "näme"\t.sh', 22), ("untracked.sh", 2)]


def test_no_setting_of_git_changes_what_is_seen(put: Put, git: Git, capsys: Capture) -> None:
    put("a.sh", "build old\n")
    _commit(git)
    put(".gitattributes", "*.sh -diff\n")
    put("a.sh", "build old\nbuild new\n")
    for name, value in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("color.ui", "always"),
        ("diff.external", "/bin/false"),
        ("diff.context", "10"),
        ("diff.renames", "false"),
        ("core.quotePath", "true"),
    ):
        git("config", name, value)
    assert main(["check", "--since", "HEAD", "--format", "concise"]) == 1
    assert _found(capsys) == ["a.sh:2:1"]


def test_what_is_no_text_is_not_read_line_by_line(put: Put, git: Git, tmp_path: Path) -> None:
    put("picture.png", b"\0" * 10)
    put("old.sh", "build old\n" + "ls\n" * 9)
    put(".gitattributes", "*.sh binary\n*.png binary\n")
    _commit(git)
    put("picture.png", b"\0\n" * 10)
    git("mv", "--", "old.sh", "-new.sh")
    put("-new.sh", "build old\n" + "ls\n" * 9 + "build new\n")
    changed = since(str(tmp_path / "here"), "HEAD").changed
    assert {path: list(one.lines) for path, one in changed.items()} == {"-new.sh": [11]}


def test_a_file_that_became_unreadable_is_shown_wherever_its_fault_is(put: Put, git: Git, capsys: Capture) -> None:
    put("a.sh", "build --platform x\n!brok\nbuild\n")
    _commit(git)
    put("a.sh", "ls\n!broken\nbuild\n")
    assert main(["check", "--since", "HEAD", "--format", "concise"]) == 1
    assert _found(capsys) == ["a.sh:2:1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "gone"], "is no commit of this clone"),
        (["--since", "--output=/tmp/x"], "expected one argument"),
        (["--since=--output=/tmp/x"], "is no commit of this clone"),
        (["--since", "other"], "fetch-depth: 0"),
        (["--since", "HEAD", "--fix"], "leave it out with --fix"),
        (["--since", "HEAD", "-", "--stdin-filename", "a.sh"], "leave it out with standard input"),
    ],
)
def test_a_commit_that_cannot_be_compared_with_is_said(
    put: Put, git: Git, capsys: Capture, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    put("a.sh", "build\n")
    _commit(git)
    git("checkout", "-q", "--orphan", "other")
    _commit(git, "y")
    git("switch", "-q", "main")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"build\n")))
    assert main(["check", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_without_git_nothing_can_be_compared(put: Put, capsys: Capture) -> None:
    put("a.sh", "build\n")
    assert main(["check", "--since", "HEAD"]) == 2
    assert "is not a git repository" in capsys.readouterr().err


# patches

PATCH = b"""\
diff --git a/x y b/x y
index 1..2 100644
--- a/x y\t
+++ b/x y\t
@@ -1,3 +1,4 @@ head
 a
--- a/not a file
++++ b/not a file
+@@ -1 +1 @@
 c
@@ -10 +11,0 @@
-gone
@@ -20,0 +21 @@
+last
\\ No newline at end of file
diff --git "a/t\\tb\\303\\244\\"" "b/t\\tb\\303\\244\\""
--- "a/t\\tb\\303\\244\\""
+++ "b/t\\tb\\303\\244\\""
@@ -1 +1 @@
-a\r
+b\r
diff --git a/gone b/gone
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/old b/new
similarity index 90%
rename from old
rename to new
--- a/old
+++ b/new
@@ -3,0 +4 @@
+y
diff --git a/pure b/renamed
similarity index 100%
rename from pure
rename to renamed
"""


def test_a_patch_gives_the_lines_that_it_shows() -> None:
    files = parse(PATCH)
    assert list(files) == ["x y", 't\tbä"', "new"]
    assert files["x y"].lines == {
        1: Line(0, 1, b"a"),
        2: Line(0, None, b"+++ b/not a file"),
        3: Line(0, None, b"@@ -1 +1 @@"),
        4: Line(0, 3, b"c"),
        21: Line(2, None, b"last"),
    }
    assert [line for line in range(30) if files["x y"].adds(line)] == [2, 3, 21]
    assert files["new"] == Changed("new", "old", {4: Line(0, None, b"y")})
    assert lines_shown(b"@@ -3,0 +4 @@\n+y\n") == files["new"].lines


@given(st.binary(max_size=300), st.integers(0, len(PATCH)))
def test_no_patch_is_too_broken(noise: bytes, cut: int) -> None:
    parse(noise)
    parse(PATCH[:cut] + noise + PATCH[cut:])


# baselines


def _entries(tmp_path: Path, name: str = ".prelaunch-baseline.json") -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((tmp_path / "here" / name).read_text())["findings"]
    return found


def test_what_the_baseline_knows_is_not_shown_and_what_is_new_is(put: Put, capsys: Capture, tmp_path: Path) -> None:
    put("a.sh", "build one\nbuild two\nbuild two\n")
    put("b.sh", "build one\n")
    assert main(["baseline", "create"]) == 0
    assert capsys.readouterr().err == ".prelaunch-baseline.json: 4 known, 4 added, 0 removed\n"
    assert [(entry["path"], entry["rule"]) for entry in _entries(tmp_path)] == [("a.sh", "toy-rule")] * 3 + [
        ("b.sh", "toy-rule")
    ]
    assert main(["check", "--baseline", ".prelaunch-baseline.json"]) == 0
    assert capsys.readouterr().err == "4 in the baseline; no findings; 4 builds seen\n"
    put("a.sh", "# moved\n\nbuild   one\nls\nbuild two\nbuild three\nbuild two\n")
    assert main(["check", "--baseline", ".prelaunch-baseline.json", "--format", "concise"]) == 1
    assert _found(capsys) == ["a.sh:6:1"]


def test_an_entry_whose_finding_is_gone_fails_until_it_is_pruned(put: Put, capsys: Capture, tmp_path: Path) -> None:
    put("a.sh", "build one\nbuild two\n")
    put("b.sh", "build one\n")
    main(["baseline", "create", "--file", "known.json"])
    put("a.sh", "build one\n")
    (tmp_path / "here" / "b.sh").unlink()
    put("c.sh", "build new\n")
    capsys.readouterr()
    assert main(["check", "--baseline", "known.json", "--exit-zero"]) == 0
    assert main(["check", "--baseline", "known.json", "a.sh"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "prelaunch: a.sh: toy-rule: in the baseline known.json, but not found any more: "
        "`prelaunch baseline prune` takes it out"
    )
    assert main(["baseline", "prune", "--file", "known.json"]) == 0
    assert capsys.readouterr().err == "known.json: 1 known, 0 added, 2 removed\n"
    assert main(["check", "--baseline", "known.json", "a.sh"]) == 0
    assert main(["check", "--baseline", "known.json", "c.sh"]) == 1
    assert main(["baseline", "update", "--file", "known.json"]) == 0
    assert main(["check", "--baseline", "known.json"]) == 0


def test_only_what_a_run_judges_can_be_stale(put: Put, git: Git, tmp_path: Path) -> None:  # noqa: ARG001
    put("a.sh", "build one\nbuild maybe\n")
    put("sub/b.sh", "build two\n")
    main(["baseline", "create", "--hints"])
    assert len(_entries(tmp_path)) == 3
    check = ["check", "--baseline", ".prelaunch-baseline.json"]
    assert main(check) == 0  # the hint is still there, though not shown
    assert main([*check, "--hints"]) == 0
    put("a.sh", "ls\n")
    assert main([*check, "sub"]) == 0
    assert main([*check, "--select", "other-rule"]) == 0
    assert main([*check, "--ignore", "toy-rule"]) == 0
    assert main([*check, "a.sh"]) == 1
    main(["baseline", "update", "sub"])
    assert len(_entries(tmp_path)) == 3
    main(["baseline", "update", "a.sh"])
    assert len(_entries(tmp_path)) == 1


def test_a_baseline_and_a_commit_limit_together(put: Put, git: Git, capsys: Capture) -> None:
    put("a.sh", "build one\n")
    put("b.sh", "build one\n")
    main(["baseline", "create"])
    _commit(git)
    put("a.sh", "build one\nbuild one\n")
    put("b.sh", "ls\n")
    capsys.readouterr()
    assert main(["check", "--since", "HEAD", "--baseline", ".prelaunch-baseline.json", "--format", "concise"]) == 1
    assert capsys.readouterr().out.splitlines() == ["a.sh:2:1: likely[toy-rule] no platform"]


def test_twins_keep_their_identity_whichever_of_them_is_shown(put: Put, git: Git, capsys: Capture) -> None:
    put("a.sh", "build\nls\n")
    _commit(git)
    put("a.sh", "build\nls\nbuild\n")
    main(["check", "--format", "json"])
    both = [one["fingerprint"] for one in json.loads(capsys.readouterr().out)["findings"]]
    main(["check", "--format", "json", "--since", "HEAD"])
    assert [one["fingerprint"] for one in json.loads(capsys.readouterr().out)["findings"]] == both[1:]


def test_an_entry_of_a_rule_that_has_nothing_left_to_judge_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """With the real rules, of which only those are loaded whose facts the files may hold."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.sh").write_text("docker buildx build .\n")
    main(["baseline", "create"])
    assert main(["check", "--baseline", ".prelaunch-baseline.json"]) == 0
    (tmp_path / "a.sh").write_text("ls\n")
    assert main(["check", "--baseline", ".prelaunch-baseline.json"]) == 1
    assert "a.sh: missing-platform: in the baseline" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file; `prelaunch baseline create` makes it"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no baseline of version 1"),
        ('{"version": 2, "findings": []}', "is no baseline of version 1"),
        ('{"version": 1, "findings": [{"rule": "a"}]}', "an entry is not made of"),
        ('{"version": 1, "findings": 3}', "an entry is not made of"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_said(put: Put, capsys: Capture, content: str | None, words: str) -> None:
    put("a.sh", "build\n")
    if content is not None:
        put("x.json", content)
    assert main(["check", "--baseline", "x.json"]) == 2
    assert words in capsys.readouterr().err
    assert main(["baseline", "prune", "--file", "x.json"]) == 2


def test_a_baseline_is_made_once_and_renewed_by_name(put: Put, capsys: Capture) -> None:
    put("a.sh", "build\n")
    assert main(["baseline", "create"]) == 0
    assert main(["baseline", "create"]) == 2
    assert "`prelaunch baseline update` writes it anew" in capsys.readouterr().err
    put(".prelaunch-baseline.json", "broken")
    assert main(["baseline", "update"]) == 0
    assert main(["check", "--baseline", ".prelaunch-baseline.json"]) == 0


def test_fixing_takes_known_findings_too_and_says_that_their_entries_are_stale(put: Put, capsys: Capture) -> None:
    put("prelaunch.toml", 'platforms = ["linux/amd64"]\n')
    put("a.sh", "build\n")
    main(["baseline", "create"])
    assert main(["check", "--diff", "--baseline", ".prelaunch-baseline.json"]) == 1
    assert "not found any more" not in capsys.readouterr().err
    assert main(["check", "--fix", "--baseline", ".prelaunch-baseline.json"]) == 1
    assert "not found any more" in capsys.readouterr().err
