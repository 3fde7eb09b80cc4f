"""Rakefiles and Vagrantfiles to builds."""

from __future__ import annotations

from time import process_time
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
        # several literals are one text
        ("sh 'docker build ' '--platform linux/amd64 .'", [AMD64]),
        ("sh 'docker build ' \\\n   '--platform linux/amd64 .'", [AMD64]),
        ('sh "docker build " + "-t #{x} " +\n   "--platform linux/amd64 ."', [AMD64]),
        ("sh('docker build ' +\n  '-t x ' + # why\n  '.')", [MISSING]),
        ("sh 'docker build -t ' + name + ' .'", [MISSING]),
        ("sh 'docker build ' + flags + ' .'", [("unknown", ())]),
        ("sh 'docker build ' + (arm ? '--platform linux/arm64 ' : '') + '.'", [("unknown", ())]),
        ("config.vm.provision :shell, :inline => 'docker build ' \\\n '--platform linux/amd64 .'", [AMD64]),
        ("machine.shell.inline = 'docker build .'", [MISSING]),
        # what is behind a text
        ("sh 'docker build .' if a, b", [MISSING]),
        ("sh 'docker build .' do |ok, result|\n  puts 'x'\nend", [MISSING]),
        ("sh('docker build .') { |ok, result| puts 'x' }", [MISSING]),
        ("system('docker build .') || abort('docker build . failed')", [MISSING]),
        ("system 'docker build .' or raise 'docker build .'", [MISSING]),
        ("sh 'docker build .'.strip, verbose: false", [MISSING]),
        ("sh 'docker build %s .' % flags", [("unknown", ())]),
        ("sh 'docker build FLAGS .'.sub('FLAGS', flags)", [("unknown", ())]),
        ("sh <<~SH.squish\n  docker build\n    --platform linux/amd64 .\nSH\n", [("unknown", ())]),
        ("sh <<~SH.strip\n  docker build --platform linux/amd64 .\nSH\nputs 'x'", [AMD64]),
        ("sh(<<~SHELL)\n  docker build .\nSHELL\n", [MISSING]),
        ("sh 'docker build .', :verbose => false, **options, &block", [MISSING]),
        ("sh({'A' => 'b'}, 'docker build .')", [MISSING]),
        ("sh({'DOCKER_DEFAULT_PLATFORM' => 'linux/amd64'}, 'docker build .')", [("unknown", ())]),
        ("ENV['DOCKER_DEFAULT_PLATFORM'] ||= 'linux/amd64'\nsh 'docker build .'", [("unknown", ())]),
        ("IO.popen('docker build .', 'r')", [MISSING]),
        # words
        ("sh(*%w[docker build --platform linux/amd64 .])", [AMD64]),
        ("sh %w(docker build -t x .).join(' ')", [MISSING]),
        ("sh 'docker', 'build', '--label', 'a; docker build .', '.'", [MISSING]),
        ("system 'docker', 'build', '--build-arg', \"A='b #{c}'\", '.'", [MISSING]),
        # what is no command
        ("def run(command = 'docker build .')\nend", []),
        ("step run: 'docker build .'", []),
        ("run = 'docker build .'", []),
        ("puts 'it' if a =~ /it's/\nputs \"docker build .\"", []),
        ("x = %w[sh docker\nbuild .]\nputs %q(sh 'docker build .')", []),
        ("sh `docker build --platform linux/amd64 .`", [AMD64]),
        ("sh 'x'\n__END__\nsh 'docker build .'", []),
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
        ("sh 'docker build ' \\\n  '-t x .'", "sh 'docker build --platform linux/amd64 ' \\\n  '-t x .'"),
        ("sh 'docker ' + 'build .'", "sh 'docker ' + 'build --platform linux/amd64 .'"),
        ("sh %(docker build -t $(x) .)", "sh %(docker build --platform linux/amd64 -t $(x) .)"),
        ("sh <<~eos\n  docker build .\neos\n", "sh <<~eos\n  docker build --platform linux/amd64 .\neos\n"),
        ("sh 'docker', 'build', '.'", None),
        ("sh(*%w[docker build .])", None),
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
    ["sh ", "'docker build .'", '"docker build #{x} ."', ",", "`docker build`", "<<-SHELL", "\n", "SHELL\n", "inline: ",
     " + ", "*", "%w[docker build]", "(", ")", "{", "}", ".strip", "popen ", " => ", "&"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=20).map("".join)))
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    slots = [build.slot for build in found if build.slot is not None]
    for build in found:
        assert 0 <= build.span.start <= build.span.stop <= len(text)
    for slot in slots:
        assert 0 <= slot.span.start <= slot.span.stop <= len(text)
        mended = text[: slot.span.start] + slot.spell(("linux/amd64",)) + text[slot.span.stop :]
        again = read(mended)
        assert len([build for build in again if build.slot is not None]) == len(slots) - 1
        assert len(again) == len(found)


@pytest.mark.parametrize("part", ["'a', ", "'a' ", "'a' + ", "x + ", "sh ", "sh(", "*a, ", "{'a' => b}, ", "inline: "])
def test_four_times_the_words_take_about_four_times_as_long(part: str) -> None:
    def taken(count: int) -> float:
        started = process_time()
        read("sh 'docker', " + part * count + "'x'")
        return process_time() - started

    small, large = taken(3_000), taken(12_000)
    assert large < 9 * small + 0.2  # sixteen times, if it grew with the square
