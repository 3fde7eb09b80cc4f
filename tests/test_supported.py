"""The page of what prelaunch reads is whole: held against the tables that the program itself uses."""

from __future__ import annotations

from prelaunch.builders import PROGRAMS
from prelaunch.kinds import BUILD_KINDS, IMPORT_KINDS
from prelaunch.places.actions import ACTIONS
from prelaunch.places.plugins import PLUGINS
from prelaunch.reading import _PLACES
from prelaunch.supported import PLACES, page
from prelaunch_rules.missing_platform import _CURES


def test_every_kind_of_file_stands_once_in_the_table_of_places() -> None:
    named = [kind for place in PLACES for kind in place.kinds]
    assert sorted(named) == sorted(BUILD_KINDS | IMPORT_KINDS)
    assert set(_PLACES) <= set(named)


def test_the_page_names_every_command_that_builds() -> None:
    text = page()
    for program, known in PROGRAMS.items():
        for verbs, tool in known.verbs.items():
            if tool is not None:
                assert f"`{' '.join((program, *verbs))}" in text
                assert f"| {tool.name} |" in text


def test_the_page_names_every_action_and_plugin() -> None:
    text = page()
    assert [name for name in ACTIONS if f"`uses: {name}`" not in text] == []
    assert [name for name in PLUGINS if f"`image: {name}`" not in text] == []


def test_the_page_names_every_tool_that_the_rule_about_platforms_can_cure() -> None:
    text = page()
    assert [tool for tool in _CURES if f"| {tool} |" not in text] == []


def test_a_tool_that_never_builds_for_the_host_says_what_it_builds_for() -> None:
    (row,) = [line for line in page().splitlines() if line.startswith("| ko |")]
    assert "linux/amd64, whichever machine builds" in row
