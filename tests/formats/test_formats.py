"""Each format as its reader sees it: the official schema or a real consumer where one can be had, else our own."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING, Any

import jsonschema
import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import prelaunch.writers
from prelaunch import output
from prelaunch.engine import Report
from prelaunch.model import Edit, Finding, Fix, Source, Span
from prelaunch.writers.markdown import code, inline
from prelaunch.writers.subject import one_edit

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[..., str]

HERE = os.path.dirname(__file__)
PATHS = {"a&<b>'\",:;]%\x1b[2J.sh", "dir/ä b.sh", "empty"}


def test_every_format_that_is_offered_has_a_writer_and_none_is_hidden() -> None:
    folder = os.path.dirname(prelaunch.writers.__file__)
    shared = {"__init__", "place", "subject"}
    modules = {name[:-3] for name in os.listdir(folder) if name.endswith(".py")} - shared
    assert modules == set(output.FORMATS)


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_every_writer_can_write_any_finding(content: str, start: int, length: int) -> None:
    source = Source(content or "x", content)
    span = Span(min(start, len(content)), min(start + length, len(content)))
    finding = Finding("unreadable", "certain", source, span, content or "m", Fix((Edit(span, content),), content))
    for form in output.FORMATS:
        out = io.StringIO()
        import_module(f"prelaunch.writers.{form}").write(Report((finding,), ()), out, str)
        out.getvalue().encode("utf-8", "strict")
        if form in {"junit", "checkstyle"}:
            etree.fromstring(out.getvalue().encode())
        elif form in {"json", "sarif", "gitlab", "rdjson", "rdjsonl"}:
            json.loads(out.getvalue())
        elif form in {"github", "azure", "concise"}:
            assert out.getvalue().count("\n") == 1


# json


def test_the_json_report_obeys_the_schema_that_is_shipped(write: Write) -> None:
    path = os.path.join(os.path.dirname(prelaunch.writers.__file__), "report.schema.json")
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    for report in (None, Report((), ())):
        jsonschema.validate(json.loads(write("json", report)), schema)


# sarif


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401
    """The schema of SARIF 2.1.0 as its committee published it, from a package of 22 kB that carries it."""
    if shutil.which("npm") is None:
        pytest.skip("no npm to get the schema with")
    folder = tmp_path_factory.mktemp("sarif")
    command = ["npm", "pack", "--silent", "@microsoft/jest-sarif@1.0.0-beta.0"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        pytest.skip(f"npm cannot get the schema: {done.stderr.strip()[-200:]}")
    with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
        member = archive.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
        assert member is not None
        return json.load(member)


def test_sarif_obeys_the_schema_of_its_committee(write: Write, sarif_schema: Any) -> None:  # noqa: ANN401
    validator = jsonschema.Draft7Validator(sarif_schema)
    for report in (None, Report((), ())):
        assert [error.message for error in validator.iter_errors(json.loads(write("sarif", report)))] == []
    broken = json.loads(write("sarif"))
    broken["runs"][0]["results"][0]["level"] = "fatal"
    assert list(validator.iter_errors(broken))


def test_sarif_keeps_what_code_scanning_asks_beyond_the_schema(write: Write) -> None:
    run = json.loads(write("sarif"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "utf16CodeUnits"
    assert {rule["id"]: rule.get("helpUri", "").rsplit("/rules/")[-1] for rule in rules} == {
        "a": "a/",
        "unreadable": "unreadable/",
        "unused-ignore": "unused-ignore/",
    }
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    prints = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert not place["artifactLocation"]["uri"].startswith(("/", "here/"))
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
        prints.add(result["partialFingerprints"]["prelaunch/v1"])
    assert len(prints) == len(run["results"])


def test_a_consumer_of_sarif_reads_what_was_found(write: Write, tmp_path: Any) -> None:  # noqa: ANN401
    from sarif import loader

    (tmp_path / "x.sarif").write_text(write("sarif"), encoding="utf-8")
    records = loader.load_sarif_file(str(tmp_path / "x.sarif")).get_records()
    assert sorted((record["Severity"], record["Line"]) for record in records) == [
        ("error", 1), ("error", 1), ("note", 2), ("warning", 2), ("warning", 4), ("warning", 5),
    ]  # fmt: skip


# github, azure: fixed tables of what the systems' own libraries print


def test_github_commands_equal_those_of_the_actions_toolkit() -> None:
    """The right column is what @actions/core 1 prints for the same annotation."""
    script = Source("ä b.sh", "\n" * 9 + " 50%\n")
    odd = Source("a,b:c%.sh", "build\nmore\n")
    for finding, printed in (
        (Finding("b", "certain", odd, Span(0, 10), "m"), "::error title=b,file=a%2Cb%3Ac%25.sh,line=1,endLine=2::m"),
        (
            Finding("a", "hint", odd, Span(0, 5), "100% sure, really: yes"),
            "::notice title=a,file=a%2Cb%3Ac%25.sh,line=1,endLine=1,col=1,endColumn=6::100%25 sure, really: yes",
        ),
        (
            Finding("r,s:t", "likely", script, Span(10, 11), "50%25 b: c,d"),
            "::warning title=r%2Cs%3At,file=ä b.sh,line=10,endLine=10,col=2,endColumn=3::50%2525 b: c,d",
        ),
    ):
        out = io.StringIO()
        import_module("prelaunch.writers.github").write(Report((finding,), ()), out, str)
        assert out.getvalue() == printed + "\n"


def test_azure_commands_equal_those_of_its_task_library() -> None:
    """The right side is what azure-pipelines-task-lib 4 prints for the same issue."""
    source = Source("a;b]c%.sh", "\n\n build\n")
    out = io.StringIO()
    finding = Finding("r", "certain", source, Span(3, 8), "50% a;]c")
    import_module("prelaunch.writers.azure").write(Report((finding,), ()), out, str)
    assert out.getvalue() == (
        "##vso[task.logissue type=error;sourcepath=a%3Bb%5Dc%AZP25.sh;linenumber=3;columnnumber=2;code=r;]"
        "50%AZP25 a;]c\n"
    )


# gitlab

GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/.]"},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin", "end"],
                        "properties": {name: {"type": "integer", "minimum": 1} for name in ("begin", "end")},
                    },
                },
            },
        },
    },
}


def test_gitlab_gets_the_report_that_it_documents_with_unique_fingerprints(write: Write) -> None:
    issues = json.loads(write("gitlab"))
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 6
    assert [issue["severity"] for issue in issues] == ["critical", "info", "major", "major", "major", "critical"]
    assert json.loads(write("gitlab", Report((), ()))) == []


# junit, checkstyle


def _xsd(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(os.path.join(HERE, name)))


def test_junit_obeys_its_schema_and_a_consumer_reads_it(write: Write, tmp_path: Any) -> None:  # noqa: ANN401
    _xsd("junit.xsd").assertValid(etree.fromstring(write("junit").encode()))
    (tmp_path / "junit.xml").write_text(write("junit"), encoding="utf-8")
    suites = list(junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    assert {suite.name for suite in suites} == {
        "here/a&<b>'\",:;]%\\x1b[2J.sh",
        "here/dir/ä b.sh",
        "here/empty",
    }
    failures = [case.result[0] for suite in suites for case in suite]
    assert failures[0].message == "saw <script> & `<b>` | ]]> 100% \\x1b[2J\\n@someone"
    assert [failure.type for failure in failures] == ["certain", "hint", "likely", "likely", "likely", "certain"]
    assert "fix: add `--platform linux/amd64`" in failures[2].text
    assert failures[2].text.endswith("/rules/a/")


def test_junit_of_a_clean_run_is_one_passed_test(write: Write) -> None:
    text = write("junit", Report((), (), files=7))
    _xsd("junit.xsd").assertValid(etree.fromstring(text.encode()))
    suites = junitparser.JUnitXml.fromstring(text.encode())
    assert [(case.name, case.is_passed) for suite in suites for case in suite] == [("7 files", True)]


def test_checkstyle_obeys_its_schema(write: Write) -> None:
    for report in (None, Report((), ())):
        _xsd("checkstyle.xsd").assertValid(etree.fromstring(write("checkstyle", report).encode()))
    tree = etree.fromstring(write("checkstyle").encode())
    error = tree.xpath("file[2]/error[1]")[0]
    assert dict(error.attrib) == {
        "line": "2",
        "column": "5",
        "severity": "warning",
        "source": "prelaunch.a",
        "message": "`build` names no platform",
    }


# rdjson

_POSITION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["line", "column"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}
_RANGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["start", "end"],
    "properties": {"start": _POSITION, "end": _POSITION},
}
_SOURCE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "url"],
    "properties": {"name": {"const": "prelaunch"}, "url": {"type": "string", "format": "uri"}},
}
DIAGNOSTIC: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message", "location", "severity", "code"],
    "properties": {
        "message": {"type": "string"},
        "location": {
            "type": "object",
            "additionalProperties": False,
            "required": ["path", "range"],
            "properties": {"path": {"type": "string"}, "range": _RANGE},
        },
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
        "source": _SOURCE,
        "code": {
            "type": "object",
            "additionalProperties": False,
            "required": ["value"],
            "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
        },
        "suggestions": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["range", "text"],
                "properties": {"range": _RANGE, "text": {"type": "string"}},
            },
        },
    },
}
"""reviewdog's own schema requires nothing and forbids nothing; this one holds its names and types for exact."""


def test_rdjson_is_what_reviewdog_reads(write: Write) -> None:
    whole = json.loads(write("rdjson"))
    assert list(whole) == ["source", "diagnostics"]
    jsonschema.validate(whole["source"], _SOURCE)
    for diagnostic in whole["diagnostics"]:
        jsonschema.validate(diagnostic, DIAGNOSTIC)
    lines = [json.loads(line) for line in write("rdjsonl").splitlines()]
    assert [{"source": whole["source"], **diagnostic} for diagnostic in whole["diagnostics"]] == lines


def test_rdjson_columns_are_bytes_and_a_suggestion_is_one_range(write: Write) -> None:
    found = json.loads(write("rdjson"))["diagnostics"][2]
    line = "\té😀 build".encode()
    assert found["location"]["range"]["start"] == {"line": 2, "column": line.index(b"build") + 1}
    assert found["location"]["range"]["end"] == {"line": 3, "column": 4}
    here = {"line": 2, "column": len(line) + 1}
    assert found["suggestions"] == [{"range": {"start": here, "end": here}, "text": " --platform linux/amd64"}]
    assert "suggestions" not in json.loads(write("rdjson"))["diagnostics"][4]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([(0, 1, "A")], (0, 1, "A")),
        ([(2, 3, "B"), (0, 1, "A")], (0, 3, "A\nB")),
        ([(0, 1, "A"), (4, 5, "C")], None),
        ([(0, 2, "A"), (1, 3, "B")], None),
        ([(1, 1, "A"), (1, 1, "B")], None),
        ([], None),
    ],
)
def test_a_fix_is_one_edit_where_no_line_lies_between(
    edits: list[tuple[int, int, str]], expected: tuple[int, int, str] | None
) -> None:
    source = Source("x", "a\nb\nc\n")
    fix = Fix(tuple(Edit(Span(start, stop), text) for start, stop, text in edits), "t")
    edit = one_edit(source, fix)
    assert (None if edit is None else (*edit.span, edit.text)) == expected


def test_a_fix_of_another_file_says_which_and_is_no_suggestion() -> None:
    here, there = Source("Dockerfile", "CMD x\n"), Source("dir/x", "\nls\n")
    finding = Finding("a", "likely", here, Span(0, 5), "m", Fix((Edit(Span(1, 3), "pwd"),), "t", source=there))
    written = {}
    for form in ("json", "sarif", "rdjsonl"):
        out = io.StringIO()
        import_module(f"prelaunch.writers.{form}").write(
            Report((finding._replace(rule="unreadable"),), ()), out, lambda path: f"./{path}"
        )
        written[form] = json.loads(out.getvalue())
    fix = written["json"]["findings"][0]["fix"]
    assert (fix["path"], fix["edits"][0]["line"]) == ("./dir/x", 2)
    change = written["sarif"]["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]
    assert change["artifactLocation"]["uri"] == "dir/x"
    assert change["replacements"][0]["deletedRegion"] == {
        "startLine": 2,
        "startColumn": 1,
        "endLine": 2,
        "endColumn": 3,
    }
    assert "suggestions" not in written["rdjsonl"]


# markdown, html, concise


def test_markdown_is_a_table_in_which_nothing_of_the_source_means_anything(write: Write) -> None:
    lines = write("markdown").splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| certain", "| certain", *["| likely"] * 3, "| hint"]
    hostile = rows[2]
    assert "\\<script\\>" in hostile
    assert "`<b>`" in hostile
    assert hostile.count(" | ") == 3
    assert "@someone" not in hostile
    assert "[a](https://" in rows[4]
    assert write("markdown", Report((), ())) == "## prelaunch\n\nno findings\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("``a", "``` ``a ```"), ("`", "`` ` ``")],
)
def test_a_code_span_ends_only_where_it_should(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_message_shows_code_and_escapes_the_rest() -> None:
    assert inline("`a_b` is *no* _x_ [y](z) & #1") == "`a_b` is \\*no\\* \\_x\\_ \\[y\\](z) \\& \\#1"
    assert inline("one ` only") == "one ' only"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name != "src"
            if name == "href":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_one_page_that_fetches_nothing_and_shows_everything(write: Write) -> None:
    page = _Page()
    page.feed(write("html"))
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert all(link.endswith(("/rules/a/", "/rules/unreadable/")) for link in page.links)
    assert page.tags.count("article") == 6
    assert page.tags.count("mark") == 6
    for words in ("saw <script> & <b> |", "names no platform", "Fix: add --platform linux/amd64", "6 findings"):
        assert words in page.text
    assert "url(" not in write("html")
    assert "@import" not in write("html")


def test_html_of_a_clean_run_says_so(write: Write) -> None:
    page = _Page()
    page.feed(write("html", Report((), (), files=3, builds=2)))
    assert "no findings; 2 builds seen" in page.text
    assert "article" not in page.tags


def test_concise_is_a_line_a_finding(write: Write) -> None:
    lines = write("concise").splitlines()
    assert len(lines) == 6
    assert lines[2] == "here/dir/ä b.sh:2:5: likely[a] `build` names no platform"
