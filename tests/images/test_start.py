"""What an image says at its end, and what runs when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.images.bases import known_base, split_name
from prelaunch.model import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.image import Image
    from prelaunch.project import Project

    Lay = Callable[..., tuple[Project, Image]]


SETTINGS = [
    # WORKDIR: relative to the one before, to that of the base where it is known
    ("FROM scratch\nWORKDIR /a\nWORKDIR b/../c", "workdir", "known", "/a/c"),
    ("FROM scratch\nWORKDIR a", "workdir", "known", "/a"),
    ("FROM scratch", "workdir", "absent", "/"),
    ("FROM team/base\nWORKDIR a", "workdir", "unknown", ""),
    ("FROM golang:1\nWORKDIR src", "workdir", "known", "/go/src"),
    ("FROM python:3 AS a\nWORKDIR /x\nFROM a\nWORKDIR y", "workdir", "known", "/x/y"),
    ("FROM scratch\nARG D\nWORKDIR $D", "workdir", "unknown", ""),
    ("FROM scratch\nENV D=/e\nWORKDIR $D/f", "workdir", "known", "/e/f"),
    ("FROM scratch\nWORKDIR C:\\\\app", "workdir", "unknown", ""),
    ("FROM team/base", "user", "unknown", ""),
    ("FROM scratch", "user", "absent", ""),
    ("FROM x\nUSER app:app", "user", "known", "app:app"),
]


@pytest.mark.parametrize(("text", "name", "state", "value"), SETTINGS)
def test_a_setting_is_known_absent_or_unknown(lay: Lay, text: str, name: str, state: str, value: str) -> None:
    setting = getattr(lay(text)[1].config, name)
    assert (setting.state, setting.text) == (state, value)


def test_the_environment_is_that_of_the_whole_chain(lay: Lay) -> None:
    config = lay("FROM x AS a\nENV A=1 B=2\nFROM a\nENV B=3\nENV C old form\nARG D\nENV E=$D")[1].config
    known = {name: (one.state, one.text) for name, one in config.env.items()}
    assert known == {"A": ("known", "1"), "B": ("known", "3"), "C": ("known", "old form"), "E": ("unknown", "")}
    assert config.unset.state == "unknown"


def _words(texts: str) -> list[str]:
    return texts.split("|") if texts else []


SH = "/bin/sh|-c|"
ARGV = [
    # the table of the Dockerfile reference, on a base without either
    ("", "absent", ""),
    ("CMD a b", "known", SH + "a b"),
    ('CMD ["a", "b"]', "known", "a|b"),
    ("ENTRYPOINT e f", "known", SH + "e f"),
    ('ENTRYPOINT ["e"]', "known", "e"),
    ('ENTRYPOINT ["e"]\nCMD ["a"]', "known", "e|a"),
    ('ENTRYPOINT ["e"]\nCMD a b', "known", "e|" + SH + "a b"),
    ('ENTRYPOINT e\nCMD ["a"]', "known", SH + "e|a"),
    # an ENTRYPOINT takes an inherited CMD away, not one of its own stage
    ('CMD ["a"]\nENTRYPOINT ["e"]', "known", "e|a"),
    ('CMD ["a"]\nFROM s\nENTRYPOINT ["e"]', "known", "e"),
    ('CMD ["a"]\nFROM s\nCMD ["b"]\nENTRYPOINT ["e"]', "known", "e|b"),
    ('ENTRYPOINT ["e"]\nFROM s\nCMD ["b"]', "known", "e|b"),
    # the last one counts; an empty array takes away
    ('CMD ["a"]\nCMD ["b"]', "known", "b"),
    ('ENTRYPOINT ["e"]\nENTRYPOINT []\nCMD ["b"]', "known", "b"),
    # the SHELL in force where the command stands
    ('SHELL ["/bin/bash", "-ec"]\nCMD a', "known", "/bin/bash|-ec|a"),
    ('CMD a\nSHELL ["/bin/bash", "-ec"]', "known", SH + "a"),
    # no JSON array, so a shell form
    ("CMD ['a']", "known", SH + "['a']"),
    ('ONBUILD CMD ["x"]\nCMD ["a"]', "known", "a"),
]


@pytest.mark.parametrize(("text", "state", "argv"), ARGV)
def test_entrypoint_and_cmd_make_one_command_line(lay: Lay, text: str, state: str, argv: str) -> None:
    start = lay(f"FROM scratch AS s\n{text}\n")[1].start
    assert (start.state, [word.text for word in start.argv]) == (state, _words(argv))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('FROM team/base\nCMD ["a"]', "unknown"),
        ('FROM team/base\nENTRYPOINT ["e"]', "known"),
        ('FROM python:3.13\nCMD ["a"]', "known"),
        ("FROM python:3.13", "unknown"),
        # their ENTRYPOINTs start the CMD; that of node gives what is no program to node
        ('FROM node:22\nCMD ["a"]', "known"),
        ("FROM node:22\nCMD ./a.sh", "known"),
        ('FROM node:22\nCMD ["./a.sh"]', "unknown"),
        ('FROM node:22\nCMD ["a.js"]', "unknown"),
        ('FROM node:22\nCMD ["--version"]', "unknown"),
        ("FROM node:22", "unknown"),
        ('FROM nginx:alpine\nCMD ["./a.sh"]', "known"),
        ('FROM nginx:alpine\nENTRYPOINT ["/a.sh"]', "known"),
        ('FROM php:8\nCMD ["-a"]', "unknown"),
        ('ARG B\nFROM $B\nCMD ["a"]', "unknown"),
    ],
)
def test_what_only_the_base_image_says_is_unknown(lay: Lay, text: str, state: str) -> None:
    assert lay(text)[1].start.state == state


PROGRAMS = [
    ('CMD ["./run.sh", "a"]', "kernel ./run.sh|a"),
    ("CMD ./run.sh a", "kernel /bin/sh|-c|./run.sh a; shell ./run.sh|a"),
    ("CMD exec ./run.sh", "kernel /bin/sh|-c|exec ./run.sh; kernel ./run.sh"),
    ('ENTRYPOINT ["tini", "-g", "--", "/run.sh"]', "kernel tini|-g|--|/run.sh; kernel /run.sh"),
    ('ENTRYPOINT ["/usr/bin/dumb-init", "/run.sh"]', "kernel /usr/bin/dumb-init|/run.sh; kernel /run.sh"),
    ('CMD ["env", "-u", "X", "A=b", "/run.sh"]', "kernel env|-u|X|A=b|/run.sh; kernel /run.sh"),
    ('CMD ["gosu", "app", "/run.sh"]', "kernel gosu|app|/run.sh; kernel /run.sh"),
    ('CMD ["sh", "/run.sh", "x"]', "kernel sh|/run.sh|x; reader /run.sh|x"),
    ('CMD ["bash", "-euo", "pipefail", "/run.sh"]', "kernel bash|-euo|pipefail|/run.sh; reader /run.sh"),
    ('CMD ["bash", "-euo", "pipefail", "-c", "x"]', "kernel bash|-euo|pipefail|-c|x; shell x"),
    ('CMD ["sh", "-c", "set -e; a && b || c; d"]', "kernel sh|-c|set -e; a && b || c; d; shell a; shell b; shell d"),
    ('CMD ["sh", "-c", "if t; then a; fi; exec b"]', "kernel sh|-c|if t; then a; fi; exec b; kernel b"),
    ('CMD ["sh", "-c", "exec a; b"]', "kernel sh|-c|exec a; b; kernel a"),
    ('CMD ["sh", "-c", ". ./env.sh; a"]', "kernel sh|-c|. ./env.sh; a; reader ./env.sh; shell a"),
    ('CMD ["sh", "-c", "$CMD"]', "kernel sh|-c|$CMD"),
    ('CMD ["python", "-u", "app.py"]', "kernel python|-u|app.py; reader app.py"),
    ('CMD ["python3.12", "-W", "error", "app.py"]', "kernel python3.12|-W|error|app.py; reader app.py"),
    ('CMD ["python", "-m", "app"]', "kernel python|-m|app"),
    ('CMD ["node", "-r", "x", "server.js"]', "kernel node|-r|x|server.js; reader server.js"),
    ('CMD ["uv", "run", "--no-sync", "app.py"]', "kernel uv|run|--no-sync|app.py; reader app.py"),
    ('CMD ["java", "-Xmx1g", "-jar", "/app.jar", "x"]', "kernel java|-Xmx1g|-jar|/app.jar|x; reader /app.jar|x"),
    ('CMD ["java", "-cp", "/app.jar", "Main"]', "kernel java|-cp|/app.jar|Main"),
    ('CMD ["java", "-cp", "x", "-jar", "/app.jar"]', "kernel java|-cp|x|-jar|/app.jar"),
    ('CMD ["uv", "run", "serve"]', "kernel uv|run|serve; kernel serve"),
    ('CMD ["poetry", "install"]', "kernel poetry|install"),
    ('CMD ["timeout", "-k", "1", "5", "a"]', "kernel timeout|-k|1|5|a; kernel a"),
]


@pytest.mark.parametrize(("text", "programs"), PROGRAMS)
def test_the_programs_on_the_way_are_followed_as_far_as_is_certain(lay: Lay, text: str, programs: str) -> None:
    found = lay(f"FROM debian\n{text}\n")[1].start.programs
    assert "; ".join(f"{one.run} {'|'.join(word.text for word in one.words)}" for one in found) == programs


def test_the_entrypoint_of_a_base_is_on_the_way_of_what_it_starts(lay: Lay) -> None:
    start = lay('FROM nginx:1\nCMD ["./run.sh", "a"]')[1].start
    found = [(one.run, one.words[0].text, one.words[0].span is not None, one.through) for one in start.programs]
    assert found == [
        ("kernel", "/docker-entrypoint.sh", False, ()),
        ("shell", "./run.sh", True, ("docker-entrypoint.sh",)),
    ]
    assert [word.text for word in start.argv] == ["/docker-entrypoint.sh", "./run.sh", "a"]


def test_a_program_knows_the_folder_that_its_shell_went_to(lay: Lay) -> None:
    start = lay('FROM debian\nCMD ["sh", "-c", "a; cd src; b; cd /x; c; cd $Y; d"]')[1].start
    found = {one.words[0].text: one.folder for one in start.programs}
    assert found == {"sh": "", "a": "", "b": "src", "c": "/x", "d": None}


def test_the_words_of_a_shell_form_have_their_places(lay: Lay) -> None:
    image = lay("FROM debian\nCMD exec \\\n  gosu app './run.sh' $PORT\n")[1]
    words = image.start.programs[-1].words
    assert [image.source.text[slice(*word.span)] for word in words if word.span] == ["'./run.sh'", "$PORT"]
    assert [word.text for word in words] == ["./run.sh", UNKNOWN]


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("python", ("", "python", "")),
        ("docker.io/library/python:3.12-slim", ("", "python", "3.12-slim")),
        ("public.ecr.aws/docker/library/python:3", ("", "python", "3")),
        ("localhost:5000/team/api:1@sha256:0", ("localhost:5000", "team/api", "1")),
        ("ghcr.io/team/api", ("ghcr.io", "team/api", "")),
        ("team/api:2", ("", "team/api", "2")),
    ],
)
def test_an_image_name_has_host_repository_and_tag(image: str, parts: tuple[str, str, str]) -> None:
    assert split_name(image) == parts


@pytest.mark.parametrize(
    ("image", "known"),
    [
        ("python:3.12", True),
        ("arm64v8/python:3.12", True),
        ("gcr.io/distroless/static-debian12:nonroot", True),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", True),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", True),
        ("ghcr.io/astral-sh/uv:0.5", False),
        ("team/python", False),
        ("ghcr.io/python", False),
        ("python:3-onbuild", False),
        ("node:22", True),
        ("nginxinc/nginx-unprivileged:alpine", True),
        ("team/nginx", False),
    ],
)
def test_a_base_image_is_known_by_its_whole_name(image: str, known: bool) -> None:
    assert (known_base(image) is not None) == known
