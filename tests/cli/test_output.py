"""`--format` and `--output`: which report goes where, whole or not at all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from prelaunch import CannotRunError
from prelaunch.__main__ import main
from prelaunch.output import FORMATS, Target, targets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Put = Callable[[str, str | bytes], str]


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([], [Target("text")]),
        (["x.txt"], [Target("text", "x.txt")]),
        (["sarif=x.sarif"], [Target("text"), Target("sarif", "x.sarif")]),
        (["sarif=a", "json=b", "c"], [Target("text", "c"), Target("sarif", "a"), Target("json", "b")]),
        (["./a=b"], [Target("text", "./a=b")]),
    ],
)
def test_an_output_takes_the_place_of_standard_output_or_is_one_more(
    outputs: list[str], expected: list[Target]
) -> None:
    assert targets("text", outputs) == expected


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (["sarfi=x"], "did you mean 'sarif'"),
        (["a", "b"], "only one file"),
        (["sarif=x", "json=./x"], "a file of its own"),
        (["sarif="], "a file of its own"),
    ],
)
def test_an_output_that_cannot_be_is_said(outputs: list[str], words: str) -> None:
    with pytest.raises(CannotRunError, match=words):
        targets("text", outputs)


def test_reports_go_to_files_beside_the_text(put: Put, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    put("a.sh", "build\n")
    assert main(["check", "--output", "json=out.json", "--output", "concise=out.txt"]) == 1
    assert "likely[toy-rule]" in capsys.readouterr().out
    assert json.loads((tmp_path / "here" / "out.json").read_text())["summary"]["findings"] == 1
    assert (tmp_path / "here" / "out.txt").read_text() == "a.sh:1:1: likely[toy-rule] no platform\n"


def test_the_main_report_goes_to_a_file_and_leaves_standard_output_empty(
    put: Put, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    put("a.sh", "build\n")
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "real.json").chmod(0o640)
    (tmp_path / "here" / "out.json").symlink_to(tmp_path / "real.json")
    assert main(["check", "--format", "json", "--output", "out.json"]) == 1
    assert capsys.readouterr().out == ""
    assert (tmp_path / "here" / "out.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["version"] == "1"
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["here", "real.json", "rules"]


def test_a_file_that_cannot_be_written_is_an_error_in_one_line(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "ls\nbuild --platform x\n")
    assert main(["check", "--output", "json=gone/out.json"]) == 2
    assert capsys.readouterr().err.strip().splitlines()[-1] == (
        "prelaunch: gone/out.json: cannot be written: no such file or directory"
    )


def test_what_is_no_file_is_written_to_and_never_replaced(put: Put, capfd: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "build\n")
    assert main(["check", "--format", "concise", "--output", "/dev/stderr", "--output", "json=/dev/null"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("a.sh:1:1: likely[toy-rule]")
    assert not os.path.isfile("/dev/null")


def test_the_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    words = capsys.readouterr().out.split()
    for form in FORMATS:
        assert form in words
