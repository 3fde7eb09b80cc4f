from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Finding, Source, Span
from prelaunch.suppress import judge_ignores, read_ignores, suppress


def _ignores(text: str, kind: str = "shell") -> list[tuple[int, tuple[str, ...], str]]:
    return [(ignore.line, ignore.rules, ignore.fault) for ignore in read_ignores(Source("x", text), kind)]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("shell", "build  # prelaunch: ignore[a]\n", [(1, ("a",), "")]),
        ("shell", "build  #prelaunch:ignore[a]\n", [(1, ("a",), "")]),
        ("shell", "build  # prelaunch: ignore[a, b] tested on one machine\n", [(1, ("a", "b"), "")]),
        ("shell", "# prelaunch: ignore[a]\nbuild\n", [(2, ("a",), "")]),
        ("shell", "# prelaunch: ignore[a]\r\nbuild\r\n", [(2, ("a",), "")]),
        ("shell", "\ufeff# prelaunch: ignore[a]\nbuild\n", [(2, ("a",), "")]),
        ("makefile", "x:\n\t@# prelaunch: ignore[a]\n\tbuild\n", [(3, ("a",), "")]),
        ("github", "steps:\n  # prelaunch: ignore[a]\n  - uses: x\n", [(3, ("a",), "")]),
        ("bake", "// prelaunch: ignore[a]\ntarget {}\n", [(2, ("a",), "")]),
        ("notebook", '   "# prelaunch: ignore[a]\\n",\n   "import x\\n"\n', [(2, ("a",), "")]),
        ("notebook", '   "import x  # prelaunch: ignore[a]\\n",\n', [(1, ("a",), "")]),
        ("shell", "# prelaunch: ignore\n", [(2, (), "names no rule: write ignore[rule]")]),
        ("shell", "# prelaunch: ignore[]\n", [(2, ("",), "names no rule: write ignore[rule]")]),
        ("shell", "# prelaunch: ignore[a\n", [(2, (), "names no rule: write ignore[rule]")]),
        ("shell", "# prelaunch: ignore this\n", [(2, (), "names no rule: write ignore[rule]")]),
        ("shell", "# prelaunch: ignored elsewhere\n", []),
        ("shell", "# prelaunch: the tool\n", []),
        ("shell", "echo prelaunch: ignore[a]\n", []),
        ("shell", "# see prelaunch: ignore[a]\n", []),
        ("python", 'x = "# prelaunch: ignore[a]"\n', []),
        ("python", '"""\n# prelaunch: ignore[a]\n"""\nimport x  # prelaunch: ignore[b]\n', [(4, ("b",), "")]),
        ("python", "\ufeffimport x  # prelaunch: ignore[b]\n", [(1, ("b",), "")]),
        ("python", "print 'old'  # prelaunch: ignore[b]\n(", [(1, ("b",), "")]),
    ],
)
def test_an_ignore_comment_is_read(kind: str, text: str, expected: list[tuple[int, tuple[str, ...], str]]) -> None:
    assert _ignores(text, kind) == expected


@given(st.text(alphabet="# prelaunch:ignore[]a,\n\r\t/'\"\\\ufeff\udc80é"), st.sampled_from(["shell", "python"]))
def test_any_text_can_be_searched(text: str, kind: str) -> None:
    source = Source("x", text)
    for ignore in read_ignores(source, kind):
        assert 0 <= ignore.span.start < ignore.span.stop <= len(text)


def _finding(source: Source, text: str, rule: str = "a") -> Finding:
    at = source.text.index(text)
    return Finding(rule, "likely", source, Span(at, at + len(text)), "m")


def test_a_comment_silences_its_own_line_and_not_the_next() -> None:
    source = Source("x", "build 1  # prelaunch: ignore[a]\nbuild 2\n")
    kept, unused = suppress([_finding(source, "build 1"), _finding(source, "build 2")], read_ignores(source, "shell"))
    assert [source.position(finding.span.start)[0] for finding in kept] == [2]
    assert unused == []


def test_a_comment_alone_silences_the_next_line_and_only_its_rules() -> None:
    source = Source("x", "# prelaunch: ignore[a, b]\nbuild \\\n  -t x\n")
    findings = [_finding(source, "build \\\n  -t x"), _finding(source, "build \\\n  -t x", "c")]
    kept, unused = suppress(findings, read_ignores(source, "shell"))
    assert [finding.rule for finding in kept] == ["c"]
    assert [ignore.rules for ignore in unused] == [("b",)]


def test_what_ignores_nothing_is_said_where_it_can_be_known() -> None:
    source = Source("x", "# prelaunch: ignore[a, b, missing-platfrom]\n\n# prelaunch: ignore\n")
    _, unused = suppress([], read_ignores(source, "shell"))
    said = list(judge_ignores(source, unused, {"a"}, {"a", "b", "missing-platform"}))
    assert [finding.message for finding in said] == [
        "this ignore comment names 'missing-platfrom', which is no rule; did you mean 'missing-platform'?",
        "this comment ignores a, which finds nothing here: remove it",
        "this ignore comment names no rule: write ignore[rule]",
    ]
    assert {finding.rule for finding in said} == {"unused-ignore"}
