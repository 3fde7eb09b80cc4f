"""New text for files that are there: every byte of theirs stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.start.splice import hook_config, toml_table

REPOSITORY, REVISION, HOOK = "https://example.com/prelaunch", "v1.0", "prelaunch"
LINES = 'platforms = ["linux/amd64"]\n'


def hooks(text: str) -> str | None:
    return hook_config(text, REPOSITORY, REVISION, HOOK)


def entry(indent: str, *, deeper: str | None = None) -> str:
    deeper = indent if deeper is None else deeper
    return (
        f"{indent}- repo: {REPOSITORY}\n{indent}  rev: {REVISION}\n{indent}  hooks:\n{indent}  {deeper}- id: {HOOK}\n"
    )


OTHER = "repos:\n  - repo: https://example.com/other\n    rev: v2\n    hooks:\n      - id: other\n"
FLAT = OTHER.replace("\n  ", "\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OTHER, OTHER + entry("  ")),
        (FLAT, FLAT + entry("")),
        (OTHER.rstrip("\n"), OTHER + entry("  ")),
        (OTHER + "\nci:\n  skip: [other]\n", OTHER + entry("  ") + "\nci:\n  skip: [other]\n"),
        (OTHER + "      # - id: later\n\n# the end\n", OTHER + "      # - id: later\n" + entry("  ") + "\n# the end\n"),
        (f"# top\nexclude: x\n{OTHER}", f"# top\nexclude: x\n{OTHER}{entry('  ')}"),
        (OTHER + "        args: [a, 'b']  # why\n", OTHER + "        args: [a, 'b']  # why\n" + entry("  ")),
        (
            OTHER + "        files: |\n          a\n          b\n",
            OTHER + "        files: |\n          a\n          b\n" + entry("  "),
        ),
        ("repos: []\n", "repos:\n" + entry("  ")),
        ("repos: []  # none yet\nfail_fast: true\n", "repos: # none yet\n" + entry("  ") + "fail_fast: true\n"),
        ("repos: []", "repos:\n" + entry("  ")),
        (f"---\n{OTHER}", f"---\n{OTHER}{entry('  ')}"),
    ],
)
def test_the_hook_goes_to_the_end_of_the_list(before: str, after: str) -> None:
    assert hooks(before) == after
    assert hooks(after) == after
    windows = before.replace("\n", "\r\n")
    if "\n" in before:
        assert hooks(windows) == after.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [
        OTHER + entry("  "),
        OTHER.replace("id: other", "id: prelaunch"),
        "repos:\n- {repo: https://example.com/prelaunch, rev: v0, hooks: [{id: prelaunch-fix}]}\n",
    ],
)
def test_a_hook_that_is_there_stays_as_it_is(text: str) -> None:
    assert hooks(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "repos:\n",
        "repos: [{repo: a, rev: b, hooks: []}]\n",
        "repos: {}\n",
        "- repo: a\n",
        "repos: [\n",
        f"{OTHER}---\n{OTHER}",
        "repos: &r [] \nx: *r\n",
        "hooks: []\n",
    ],
)
def test_a_file_of_another_form_is_left_to_people(text: str) -> None:
    assert hooks(text) is None


_NAME = st.text(st.sampled_from("abü \t:#'\"-"), max_size=6)
_LINE = st.one_of(
    st.sampled_from(OTHER.splitlines()),
    st.builds("{}# {}".format, st.sampled_from(["", "  ", "      "]), _NAME),
    st.just(""),
    _NAME,
)


@settings(deadline=None)
@given(st.lists(_LINE, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_any_text_keeps_every_line_and_a_second_run_changes_nothing(lines: list[str], end: str) -> None:
    text = end.join(["repos:", *OTHER.splitlines()[1:], *lines])
    new = hooks(text)
    if new is not None and new != text:
        at = next((at for at, (one, other) in enumerate(zip(text, new, strict=False)) if one != other), len(text))
        assert new.endswith(text[at:])
        assert hooks(new) == new


@settings(deadline=None)
@given(st.text())
def test_any_text_at_all_is_no_crash(text: str) -> None:
    hooks(text)
    toml_table(text, "tool.prelaunch", LINES)


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        ('[project]\nname = "x"\n', "\n"),
        ('[project]\nname = "x"', "\n\n"),
        ("", ""),
        ("[tool.other]\na = 1\n\n\n# end\n", "\n"),
        ("[tool]\nx = 1\n", "\n"),
        ("[[tool.uv.index]]\nname = 'a'\n", "\n"),
    ],
)
def test_a_table_goes_to_the_end_of_a_toml_file(before: str, gap: str) -> None:
    assert toml_table(before, "tool.prelaunch", LINES) == f"{before}{gap}[tool.prelaunch]\n{LINES}"
    windows = before.replace("\n", "\r\n")
    if "\n" in before:
        after = f"{before}{gap}[tool.prelaunch]\n{LINES}".replace("\n", "\r\n")
        assert toml_table(windows, "tool.prelaunch", LINES) == after


@pytest.mark.parametrize(
    "text", ["[tool\n", "tool = {}\n", "[tool.prelaunch]\nplatforms = []\n", "tool.prelaunch = 1\n"]
)
def test_a_toml_file_that_cannot_hold_the_table_is_left_alone(text: str) -> None:
    assert toml_table(text, "tool.prelaunch", LINES) is None
