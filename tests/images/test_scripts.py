from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prelaunch.image import Image
    from prelaunch.project import Project

    Lay = Callable[..., tuple[Project, Image]]

RUNS: Mapping[str, list[list[str | None]] | None] = {
    "RUN a b && c": [["a", "b"], ["c"]],
    "RUN a \\\n  # note\n  b": [["a", "b"]],
    "RUN --mount=type=cache,target=/x a": [["a"]],
    "RUN <<E\na $B\nE": [["a", None]],
    "RUN <<'E'\na $B\nE": [["a", None]],
    "RUN cat <<'E' > /x\na\nE": [["cat"]],
    "RUN <<E\n#!/usr/bin/python3\na\nE": None,
    'RUN ["a", "b c"]': [["a", "b c"]],
    "CMD a": None,
}


@pytest.mark.parametrize("text", RUNS)
def test_a_run_gives_its_commands(lay: Lay, text: str) -> None:
    _, image = lay(f"FROM debian\n{text}\n")
    script = image.script(image.target.instructions[0])
    found = None if script is None else [[word.text for word in one.words] for one in script.commands]
    assert found == RUNS[text]


def test_a_command_stands_where_the_file_has_it(lay: Lay) -> None:
    _, image = lay("FROM debian\nRUN a && \\\n  bcd e\n")
    script = image.script(image.target.instructions[0])
    assert script is not None
    word = script.commands[1].words[0]
    start, stop = script.text.span(word.start, word.stop)
    assert image.source.text[start:stop] == "bcd"


def test_powershell_and_huge_texts_are_not_read(lay: Lay) -> None:
    _, image = lay("# escape=`\nFROM windows\nRUN a\n")
    assert image.script(image.target.instructions[0]) is None
    _, image = lay(f"FROM debian\nRUN {'a;' * 30_000}\n")
    assert image.script(image.target.instructions[0]) is None


def test_words_are_as_written_with_their_places(lay: Lay) -> None:
    _, image = lay('FROM debian\nCOPY --chown=a $A "b c" /d/\nCOPY ["x", "y z"]\n')
    first, second = image.target.instructions
    assert [word.text for word in image.words(first)] == ["$A", '"b c"', "/d/"]
    assert [word.text for word in image.words(second)] == ["x", "y z"]
    span = image.words(first)[2].span
    assert span is not None
    assert image.source.text[span.start : span.stop] == "/d/"


def test_what_is_left_out_of_the_context_is_known_where_the_context_is(lay: Lay) -> None:
    project, image = lay("FROM debian\nCOPY . .\n", {".dockerignore": "a\n*.log\n!b.log\n"})
    assert [project.left_out(image, path) for path in ("a", "a/b", "x.log", "b.log", "c")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    project, image = lay("FROM debian\n", {"b.sh": "docker build .\ndocker build -f Dockerfile sub\n"})
    assert project.left_out(image, "a") is None
