from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.engine import Report
from prelaunch.model import Build, Edit, Finding, Fix, Rule, Source, Span
from prelaunch.writers import github, sarif, text
from prelaunch.writers import json as json_writer
from prelaunch.writers.place import Place, place, utf16

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = Source("dir/ä b.sh", "#!/bin/sh\n\té😀 build -t x \\\n  .\nls\n")
FIX = Fix(
    (Edit(Span(SOURCE.text.index("build") + 5, SOURCE.text.index("build") + 5), " --platform linux/amd64"),), "say it"
)


def _finding(start: str = "build", stop: str = "  .", **more: Any) -> Finding:  # noqa: ANN401
    span = Span(SOURCE.text.index(start), SOURCE.text.index(stop) + len(stop))
    return Finding(**{"rule": "a", "certainty": "likely", "source": SOURCE, "span": span, "message": "m", **more})


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    (tmp_path / "README.md").write_text("# a\n\nWhat a is for.\n")
    return Rule("a", Build, lambda fact, project: iter(()), "likely", True, str(tmp_path))  # noqa: ARG005


def _write(writer: Any, *findings: Finding, rules: tuple[Rule, ...] = ()) -> str:  # noqa: ANN401
    out = io.StringIO()
    writer.write(Report(findings, rules, files=2, builds=3, unknown=1), out, lambda path: f"./{path}")
    return out.getvalue()


def test_places_count_from_one_and_leave_the_byte_order_mark_out() -> None:
    assert place(SOURCE, _finding().span) == Place(2, 5, 3, 4)
    marked = Source("x", "\ufeffa b\nc")
    assert place(marked, Span(3, 4)) == Place(1, 3, 1, 4)
    assert place(marked, Span(5, 6)) == Place(2, 1, 2, 2)
    assert place(marked, Span(0, 0)) == Place(1, 1, 1, 1)


def test_columns_are_turned_into_utf16_units() -> None:
    assert [utf16(SOURCE, 2, column) for column in (1, 2, 3, 4, 5)] == [1, 2, 3, 5, 6]
    assert utf16(Source("x", "\ufeff😀a"), 1, 2) == 3


def test_text_shows_the_line_and_underlines_the_place() -> None:
    assert _write(text, _finding()) == (
        "./dir/ä b.sh:2:5: likely[a] m\n  |\n2 |     é😀 build -t x \\\n  |         ^^^^^^^^^^^^\n\n"
    )


def test_text_cuts_a_long_line_around_the_place() -> None:
    source = Source("x", "a" * 5000 + "build" + "b" * 5000)
    shown = _write(text, Finding("a", "likely", source, Span(5000, 5005), "m")).splitlines()
    assert shown[2].startswith("1 | ...aaa")
    assert shown[2].endswith("bbb...")
    assert len(shown[2]) < 130
    assert shown[2][shown[3].index("^") : shown[3].rindex("^") + 1] == "build"
    whole = _write(text, Finding("a", "likely", source, Span(0, 10_005), "m")).splitlines()
    assert max(map(len, whole)) < 130


def test_text_lets_no_control_character_through() -> None:
    source = Source("a\x1b[31m\n.sh", "build \x1b]0;x\x07 \udcff\r\n")
    shown = _write(text, Finding("a", "likely", source, Span(0, 12), "saw '\x1b[2J\n'"))
    assert [char for char in shown if not char.isprintable()] == ["\n"] * 5
    assert "build \\x1b]0;x\\x07 \\xff" in shown


def test_colours_are_for_terminals_and_obey_the_conventions(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    for no_colour, force, terminal, expected in (
        ("", "", False, False),
        ("", "", True, True),
        ("1", "", True, False),
        ("1", "1", True, False),
        ("", "1", False, True),
    ):
        monkeypatch.setenv("NO_COLOR", no_colour)
        monkeypatch.setenv("FORCE_COLOR", force)
        out = Terminal() if terminal else io.StringIO()
        text.write(Report((_finding(),), ()), out, str)
        assert ("\x1b[" in out.getvalue()) == expected
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("FORCE_COLOR", "")
    monkeypatch.setenv("TERM", "dumb")
    assert not text.colourful(Terminal())


def test_the_summary_counts(rule: Rule) -> None:
    findings = (_finding(), _finding(certainty="certain", fix=FIX), _finding(certainty="hint"))
    assert text.summary(Report(findings, (rule,), 1, 41, 3)) == (
        "3 findings (1 certain, 1 likely, 1 hint), 1 fixable with --fix; 41 builds seen, 3 unknown"
    )
    assert text.summary(Report((), (), 1, 1, 0, 2)) == "no findings; 1 build seen; 2 hints with --hints"
    assert text.summary(Report((), ())) == ""


def test_json_holds_everything() -> None:
    whole = json.loads(_write(json_writer, _finding(fix=FIX), _finding(certainty="certain")))
    assert whole["version"] == "1"
    assert whole["findings"][0] == {
        "rule": "a",
        "certainty": "likely",
        "path": "./dir/ä b.sh",
        "line": 2,
        "column": 5,
        "end_line": 3,
        "end_column": 4,
        "message": "m",
        "page": None,
        "fingerprint": "82798ab2759bbc70b1bb61d0250bd989",
        "fix": {
            "title": "say it",
            "safe": True,
            "path": "./dir/ä b.sh",
            "edits": [{"line": 2, "column": 10, "end_line": 2, "end_column": 10, "text": " --platform linux/amd64"}],
        },
    }
    assert whole["findings"][1]["fix"] is None
    assert whole["summary"] == {
        "findings": 2,
        "certain": 1,
        "likely": 1,
        "hint": 0,
        "fixable": 1,
        "files": 2,
        "builds": 3,
        "unknown": 1,
    }


def test_github_commands_are_escaped_as_the_runner_reads_them() -> None:
    source = Source("a,b:c%.sh", "build\nmore\n")
    out = _write(
        github,
        Finding("a", "hint", source, Span(0, 5), "100% sure, really: yes"),
        Finding("b", "certain", source, Span(0, 10), "m"),
    )
    assert out == (
        "::error title=b,file=a%2Cb%3Ac%25.sh,line=1,endLine=2::m\n"
        "::notice title=a,file=a%2Cb%3Ac%25.sh,line=1,endLine=1,col=1,endColumn=6::100%25 sure, really: yes\n"
    )


def test_github_says_when_the_runner_will_drop_some() -> None:
    assert _write(github, *[_finding()] * 11).endswith(
        "11 findings; GitHub annotates only the first 10 of each level\n"
    )


def _run(*findings: Finding, rules: tuple[Rule, ...] = ()) -> dict[str, Any]:
    whole = json.loads(_write(sarif, *findings, rules=rules))
    assert whole["version"] == "2.1.0"
    assert len(whole["runs"]) == 1
    run: dict[str, Any] = whole["runs"][0]
    return run


def test_sarif_describes_its_rules_and_points_at_them(rule: Rule) -> None:
    run = _run(_finding(), _finding(rule="unreadable", certainty="certain"), rules=(rule,))
    rules = run["tool"]["driver"]["rules"]
    assert [described["id"] for described in rules] == ["a", "unreadable", "unused-ignore"]
    assert rules[0]["help"]["markdown"] == "# a\n\nWhat a is for.\n"
    assert rules[0]["defaultConfiguration"]["level"] == "warning"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["level"] for result in run["results"]] == ["warning", "error"]


def test_sarif_places_are_utf16_and_its_paths_percent_encoded(rule: Rule) -> None:
    run = _run(_finding(fix=FIX), rules=(rule,))
    assert run["columnKind"] == "utf16CodeUnits"
    assert "SRCROOT" in run["originalUriBaseIds"]
    result = run["results"][0]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "dir/%C3%A4%20b.sh", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 2, "startColumn": 6, "endLine": 3, "endColumn": 4},
    }
    change = result["fixes"][0]["artifactChanges"][0]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 11},
            "insertedContent": {"text": " --platform linux/amd64"},
        }
    ]


def test_sarif_fingerprints_survive_moved_lines_and_tell_twins_apart(rule: Rule) -> None:
    def prints(content: str) -> list[str]:
        source = Source("x", content)
        spans, at = [], content.find("build")
        while at >= 0:
            spans.append(Span(at, at + 5))
            at = content.find("build", at + 1)
        found = [Finding("a", "likely", source, span, f"line {span.start}") for span in spans]
        return [result["partialFingerprints"]["prelaunch/v1"] for result in _run(*found, rules=(rule,))["results"]]

    first = prints("build\nbuild\n")
    assert len(set(first)) == 2
    assert prints("# more\n\nbuild\n  build\n") == first
