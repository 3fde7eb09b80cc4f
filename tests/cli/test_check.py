"""`prelaunch check` with toy rules: what is read, said, silenced and answered."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch import registry
from prelaunch.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Put = Callable[[str, str | bytes], str]

requires_permissions = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


def test_a_finding_is_shown_with_its_line(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("sub/a.sh", "#!/bin/sh\nbuild one # build\n")
    assert main(["check"]) == 1
    out, err = capsys.readouterr()
    assert out == ("sub/a.sh:2:1: likely[toy-rule] no platform\n  |\n2 | build one # build\n  | ^^^^^^^^^^^^^^^^^\n\n")
    assert err == "1 finding (1 likely); 1 build seen\n"


def test_nothing_to_say_is_not_said(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "ls\n")
    assert main(["check"]) == 0
    assert capsys.readouterr() == ("", "")
    put("a.sh", "build --platform x\nbuild $X\n")
    assert main(["check"]) == 0
    assert capsys.readouterr() == ("", "no findings; 2 builds seen, 1 unknown\n")


def test_paths_are_printed_as_seen_from_the_current_folder(
    put: Put, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put("a/x.sh", "build\n")
    put("b/y.sh", "build\n")
    monkeypatch.chdir(tmp_path / "here" / "a")
    assert main(["check", "..", str(tmp_path / "here" / "b" / "y.sh")]) == 1
    out = capsys.readouterr().out
    assert [line.split(":")[0] for line in out.splitlines() if "likely" in line] == ["x.sh", "../b/y.sh"]


def test_hints_are_shown_on_request(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "build maybe\n")
    assert main(["check"]) == 0
    assert "1 hint with --hints" in capsys.readouterr().err
    assert main(["check", "--hints"]) == 1
    assert "hint[toy-rule]" in capsys.readouterr().out


def test_exit_zero_and_statistics(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "build\nbuild\n!broken\n")
    put("b.sh", "build\nbuild x\n# prelaunch: ignore[nothing]\n")
    assert main(["check", "--exit-zero", "--statistics"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == ["     2 toy-rule", "     1 unreadable", "     1 unused-ignore"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--select", "toy-rule"], 1),
        (["--select", "other-rule,toy-rule"], 1),
        (["--select", "other-rule"], 0),
        (["--ignore", "toy-rule"], 0),
        (["--ignore", "other-rule"], 1),
    ],
)
def test_rules_are_chosen(put: Put, arguments: list[str], code: int) -> None:
    put("a.sh", "build\n")
    assert main(["check", *arguments, "a.sh"]) == code


@pytest.mark.parametrize("path", ["a.sh", "README.md"])
def test_an_unknown_rule_is_an_error_even_with_nothing_to_check(
    put: Put, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    put(path, "build\n")
    assert main(["check", "--select", "toy-rul", path]) == 2
    assert capsys.readouterr() == ("", "prelaunch: --select: 'toy-rul' is not a rule; did you mean 'toy-rule'?\n")


def test_the_configuration_chooses_and_the_command_line_overrules_it(put: Put) -> None:
    put("a.sh", "build\n")
    put("prelaunch.toml", 'ignore = ["toy-rule"]\n')
    assert main(["check"]) == 0
    assert main(["check", "--select", "toy-rule"]) == 1
    assert main(["check", "--no-config"]) == 1
    put("other.toml", "ignore = []\n")
    assert main(["check", "--config", "other.toml"]) == 1
    put("prelaunch.toml", 'select = ["other-rule"]\n')
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("platform = []", "'platform' is not a setting; did you mean 'platforms'?"),
        ('select = ["toy-rul"]', "select of the configuration: 'toy-rul' is not a rule; did you mean 'toy-rule'?"),
        ('[per-path-ignores]\nx = ["y"]', "per-path-ignores of the configuration: 'y' is not a rule"),
        ("x", "is not valid TOML"),
    ],
)
def test_a_wrong_configuration_is_one_line(
    put: Put, capsys: pytest.CaptureFixture[str], config: str, message: str
) -> None:
    put("a.sh", "build\n")
    put("prelaunch.toml", config)
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_excluded_files_are_left_out_of_folders_and_if_forced_of_arguments(put: Put) -> None:
    put("gen/a.sh", "build\n")
    put("prelaunch.toml", 'exclude = ["gen/"]\n')
    assert main(["check"]) == 0
    assert main(["check", "gen"]) == 0
    assert main(["check", "gen/a.sh"]) == 1
    assert main(["check", "--force-exclude", "gen/a.sh"]) == 0


def test_a_rule_is_ignored_by_path(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("tests/a.sh", "build\n")
    put("tests/b.sh", "!broken build\n")
    put("prod/a.sh", "build\n")
    put("prelaunch.toml", '[per-path-ignores]\n"tests/" = ["toy-rule", "unreadable"]\n')
    assert main(["check"]) == 1
    assert "tests" not in capsys.readouterr().out


def test_comments_silence_and_unused_ones_are_said(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "build  # prelaunch: ignore[toy-rule] only here\n# prelaunch: ignore[toy-rule]\nbuild maybe\n")
    assert main(["check"]) == 0
    put("b.sh", "ls  # prelaunch: ignore[toy-rule]\n")
    assert main(["check"]) == 1
    assert "b.sh:1:5: likely[unused-ignore] this comment ignores toy-rule" in capsys.readouterr().out
    assert main(["check", "--ignore", "unused-ignore"]) == 0
    # A rule that does not judge cannot know whether its comment is needed.
    assert main(["check", "--ignore", "toy-rule"]) == 0
    put("b.sh", "ls  # prelaunch: ignore[other-rule]\n")
    assert main(["check"]) == 0


def test_unreadable_files_are_findings_and_the_others_are_still_checked(
    put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put("broken.sh", "build\n!broken\n")
    put("good.sh", "build\n")
    put("utf16.sh", "build\n".encode("utf-16"))
    put("binary.sh", b"build\0\xff\n")
    put("latin.sh", "build # é\n".encode("latin-1"))
    put("large.sh", b"build\n" * 400_000)
    assert main(["check"]) == 1
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if ": " in line and "sh:" in line] == [
        "binary.sh:1:6: certain[unreadable] this file is not text",
        "broken.sh:2:1: certain[unreadable] this file is broken",
        "good.sh:1:1: likely[toy-rule] no platform",
        "latin.sh:1:1: likely[toy-rule] no platform",
        "utf16.sh:1:4: certain[unreadable] this file is not text",
    ]
    assert main(["check", "--hints", "large.sh"]) == 1
    assert "large.sh:1:1: hint[unreadable] this file is larger than 2 MB" in capsys.readouterr().out


@requires_permissions
def test_a_file_without_permission_is_a_finding(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    path = put("a.sh", "build\n")
    os.chmod(path, 0)
    assert main(["check"]) == 1
    assert "a.sh:1:1: certain[unreadable] this file permission denied" in capsys.readouterr().out


def test_a_path_that_is_not_there_is_an_error_and_the_others_are_still_checked(
    put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put("a.sh", "build\n")
    os.symlink("loop", "loop")
    assert main(["check", "nothing", "a\0b", "loop", "a.sh"]) == 2
    out, err = capsys.readouterr()
    assert "a.sh:1:1" in out
    assert "prelaunch: nothing: no such file or folder\n" in err
    assert "prelaunch: loop: is a broken symbolic link\n" in err


def test_a_link_out_of_the_project_is_not_read(put: Put, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "out.sh").write_text("build secret\n")
    put(".git/HEAD", "")
    os.symlink(tmp_path / "out.sh", "in.sh")
    assert main(["check", "in.sh"]) == 1
    out = capsys.readouterr().out
    assert "certain[unreadable] this file lies outside the project" in out
    assert "secret" not in out


def test_a_folder_named_as_a_file_is_a_folder(put: Put) -> None:
    put("Makefile/a.sh", "build\n")
    assert main(["check", "Makefile"]) == 1
    assert main(["check"]) == 1


def _stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_standard_input_stands_for_a_file(
    put: Put, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("prelaunch.toml", 'platforms = ["linux/amd64"]\n')
    for arguments, code, expected in (
        (["-", "--stdin-filename", "x/a.sh"], 1, b"x/a.sh:1:1: likely[toy-rule]"),
        (["-", "--stdin-filename", "notes.md"], 0, b""),
        (["--fix", "-", "--stdin-filename", "a.sh"], 0, b"build --platform linux/amd64 \xff"),
        (
            ["--diff", "-", "--stdin-filename", "a.sh"],
            1,
            b"+++ b/a.sh\n@@ -1 +1 @@\n-build \xff\n+build --platform linux",
        ),
    ):
        _stdin(monkeypatch, b"build \xff\n")
        assert main(["check", *arguments]) == code
        assert expected in capsysbinary.readouterr().out
    _stdin(monkeypatch, b"ls\n")
    assert main(["check", "--fix", "-", "--stdin-filename", "a.sh"]) == 0
    assert capsysbinary.readouterr().out == b"ls\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "-"], "standard input needs --stdin-filename"),
        (["check", "-", "a.sh", "--stdin-filename", "a.sh"], "standard input is checked by itself"),
        (["check", "--config", "gone.toml"], "gone.toml: there is no such file"),
        (["explain", "toy-rul"], "'toy-rul' is not a rule; did you mean 'toy-rule'?"),
    ],
)
def test_a_wrong_call_is_one_line(
    put: Put, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    put("a.sh", "build\n")
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--nothing"], ["check", "--fix", "--diff"], ["explain"]])
def test_a_call_that_cannot_be_parsed_is_an_error(
    put: Put, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    put("a.sh", "build\n")
    assert main(arguments) == 2
    assert "usage: prelaunch" in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out
    assert main(["check", "--help"]) == 0
    assert "prelaunch check --diff | git apply" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("prelaunch 0.")


def test_a_rule_that_is_off_judges_only_where_it_is_selected(
    put: Put, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [rule._replace(default=False) for rule in registry.load_rules()]
    monkeypatch.setattr("prelaunch.registry.load_rules", lambda *_: rules)
    put("a.sh", "build\n")
    assert main(["check"]) == 0
    assert main(["check", "--select", "toy-rule"]) == 1
    for key in ("select", "extend-select"):
        put("prelaunch.toml", f'{key} = ["toy-rule"]\n')
        assert main(["check"]) == 1
    put("prelaunch.toml", 'extend-select = ["toy-rule"]\nignore = ["toy-rule"]\n')
    assert main(["check"]) == 0
    put("prelaunch.toml", 'extend-select = ["toy-rul"]\n')
    assert main(["check"]) == 2
    capsys.readouterr()
    assert main(["rules"]) == 0
    assert capsys.readouterr().out.endswith("What toy-rule is for. (Off unless selected by name.)\n")


def test_rules_and_explain(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "")
    assert main(["rules"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "toy-rule    likely   fixable  What toy-rule is for."
    assert main(["rules", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {
        "name": "toy-rule",
        "summary": "What toy-rule is for.",
        "certainty": "likely",
        "fixable": True,
        "default": True,
    }
    assert main(["explain", "toy-rule"]) == 0
    assert capsys.readouterr().out == "# toy-rule\n\nWhat toy-rule is for.\n"


def test_builds_are_listed(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "build push\nbuild --platform x\n")
    put("b/c.sh", "build $X\n")
    put("d.sh", "build\n!broken\n")
    assert main(["builds"]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "a.sh\n"
        "  1  toy (pushed)  missing     written (a.sh:1)\n"
        "  2  toy           explicit    written (a.sh:1)\n"
        "\n"
        "b/c.sh\n"
        "  1  toy           unknown     written (b/c.sh:1)\n"
        "\n"
        "3 builds: 1 missing, 1 unknown, 1 explicit\n"
    )
    assert err == "d.sh:2:1: this file is broken\n"
    assert main(["builds", "--format", "json", "b"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "builds": [
            {
                "path": "b/c.sh",
                "line": 1,
                "end_line": 1,
                "tool": "toy",
                "form": "shell",
                "state": "unknown",
                "platforms": [],
                "via": ["written (b/c.sh:1)"],
                "published": False,
            }
        ]
    }


def test_an_interrupt_is_quiet(put: Put, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise KeyboardInterrupt

    put("a.sh", "build\n")
    monkeypatch.setattr("prelaunch.engine.run", interrupt)
    assert main(["check", "a.sh"]) == 130
    assert capsys.readouterr() == ("", "")
