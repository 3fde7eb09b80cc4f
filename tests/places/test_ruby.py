"""Rakefiles and Vagrantfiles to builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import look
from prelaunch.model import Build, Source
from prelaunch.places import ruby
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path

MISSING = ("missing", ())
AMD64 = ("explicit", ("linux/amd64",))


def read(text: str) -> list[Build]:
    return ruby.builds(Source("Rakefile", text), Project("/nowhere"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("task :image do\n  sh 'docker build -t x .'\nend\n", [MISSING]),
        ('sh("docker buildx build --platform linux/amd64 -t #{name} .")', [AMD64]),
        ("sh 'docker', 'build', '--platform', 'linux/amd64', '.'", [AMD64]),
        ('system "docker",\n  "build", "."', [MISSING]),
        ("sh 'docker', 'build', '-t', tag, *arguments, '.'", [("unknown", ())]),
        ("sh 'docker', 'build', *arguments", [("unknown", ())]),
        ("sh 'docker', 'build', '.', verbose: false", [MISSING]),
        ("sh 'docker build .', verbose: false", [MISSING]),
        ("system %{ docker build -t arke:$(git rev-parse --short HEAD) . }", [MISSING]),
        ("`docker build .`", [MISSING]),
        ("%x{docker build --platform=linux/amd64 .}", [AMD64]),
        ('sh "docker build --platform #{platform} ."', [("explicit", ())]),
        ('sh "docker build #{flags} ."', [("unknown", ())]),
        ('config.vm.provision "shell", inline: "docker build ."', [MISSING]),
        ('config.vm.provision "shell", inline: <<-SHELL\n  cd /vagrant\n  docker build .\nSHELL\n', [MISSING]),
        ("$script = <<~SCRIPT\n  docker build --platform linux/amd64 .\nSCRIPT\n", [AMD64]),
        ("$script = <<~SCRIPT\n  #!/usr/bin/env python\n  docker build .\nSCRIPT\n", []),
        ("puts 'docker build .'", []),
        ("desc 'docker build .'\nraise \"docker build . failed\"", []),
        ("# sh 'docker build .'", []),
        ("USAGE = <<~TEXT\n  docker build .\nTEXT\n", []),
        ("sh 'docker ps'", []),
    ],
)  # fmt: skip
def test_commands(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(build.state, build.platforms) for build in read(text)] == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sh 'docker build .'", "sh 'docker build --platform linux/amd64 .'"),
        ('sh "docker build -t #{x} ."', 'sh "docker build --platform linux/amd64 -t #{x} ."'),
        ("inline: <<-SHELL\r\n  docker build .\r\n  SHELL",
         "inline: <<-SHELL\r\n  docker build --platform linux/amd64 .\r\n  SHELL"),
        ("sh 'docker', 'build', '.'", None),
        ('sh "docker #{build} ."', None),
    ],
)  # fmt: skip
def test_a_platform_is_written_into_one_text(before: str, after: str | None) -> None:
    slots = [build.slot for build in read(before) if build.slot is not None]
    if after is None:
        assert slots == []
        return
    (slot,) = slots
    assert before[: slot.span.start] + slot.spell(("linux/amd64",)) + before[slot.span.stop :] == after
    assert [(build.state, build.platforms) for build in read(after)] == [AMD64]


def test_a_push_publishes() -> None:
    (build,) = read("sh 'docker build -t x/y .'\nsh 'docker push x/y'\n")
    assert build.published


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("Rakefile", "sh 'docker build .'", True),
        ("lib/tasks/image.rake", "sh 'docker build .'", True),
        ("Vagrantfile", "sh 'docker build .'", True),
        ("Rakefile", "sh 'rspec'", False),
        ("rakefile.rb", "sh 'docker build .'", False),
    ],
)
def test_files_are_known_by_their_names(tmp_path: Path, path: str, text: str, found: bool) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert (look(str(tmp_path), path, {}) is not None) is found


_PIECES = st.sampled_from(
    ["sh ", "'docker build .'", '"docker build #{x} ."', ",", "`docker build`", "<<-SHELL", "\n", "SHELL\n", "inline: "]
)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=20).map("".join)))
def test_any_text_is_read(text: str) -> None:
    for build in read(text):
        assert 0 <= build.span.start <= build.span.stop <= len(text)
        assert build.slot is None or 0 <= build.slot.span.start <= build.slot.span.stop <= len(text)
