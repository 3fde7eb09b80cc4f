"""Any text is an image or none, never an exception; of real shapes the same is said as Docker's own parser says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dockerfile as oracle
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.images.link import built_images, possible_images
from prelaunch.model import Source
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path

WORDS = st.sampled_from(
    "FROM AS scratch python:3 ARG ENV RUN COPY ADD CMD ENTRYPOINT WORKDIR SHELL USER VOLUME ONBUILD a b $A ${A:-b} A=1 "
    "TARGETARCH $TARGETARCH --from=a --from=0 --chmod=+x --parents --platform=$BUILDPLATFORM /x . ./ ../ *.sh [ ] "
    "\" ' \\ "
    '["a","b"] ["sh","-c","a"] <<E E && ; | # escape=` chmod sed -i s/\\r// cp -r tar cd exec tini --'.split(" ")
)
LINES = st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=12).map("\n".join)


def _ask(project: Project, source: Source) -> None:
    project.memo.clear()
    project.add(source)
    for image in (*possible_images(project, source), *built_images(project, source)):
        for instruction in image.dockerfile.instructions:
            seen = image.scope(instruction)
            seen.expand(instruction.fragment.text)
            seen.depends(instruction.fragment.text)
            seen.references(instruction.fragment)
            image.declared(instruction)
            image.copied_from(instruction)
        files = project.files_of(image)
        assert image.stages
        for program in image.start.programs:
            files.which(program.words[0].text)
        files.lookup("/x/a")
        files.complete("/x")
        project.platforms_of(image)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_lines_of_dockerfile_words_are_no_exception(tmp_path: Path, text: str) -> None:
    _ask(Project(str(tmp_path)), Source("Dockerfile", f"FROM scratch AS a\n{text}"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_no_exception(tmp_path: Path, data: bytes) -> None:
    _ask(Project(str(tmp_path)), Source.decode("Dockerfile", b"FROM scratch\n" + data))


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\n" + "ARG A=$A$A\n" * 3_000,
        "FROM scratch AS a\n" + "FROM a AS a\n" * 400,
        "FROM scratch\n" + "".join(f"ENV V{number}=x\n" for number in range(3_000)),
        "FROM scratch\nCMD " + "sh -c '" * 200,
        "FROM scratch\nCMD " + '["env",' * 50 + '"a"]',
        "FROM scratch\nRUN " + "a && " * 5_000 + "b\n",
        "FROM scratch\n" + "COPY . /x\n" * 500,
    ],
    ids=lambda text: text[13:30],
)
def test_a_hostile_file_is_read_in_bounded_time(tmp_path: Path, text: str) -> None:
    _ask(Project(str(tmp_path)), Source("Dockerfile", text))


SHAPES = [
    "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nFROM nginx\nCOPY --from=build /app/dist /srv\n",
    'FROM python:3.13-slim\nWORKDIR /srv\nCOPY . .\nENTRYPOINT ["tini", "--"]\nCMD ["gunicorn", "app.wsgi"]\n',
    'FROM debian:13\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCOPY --chmod=755 run.sh /\nCMD /run.sh --now\n',
]


@pytest.mark.parametrize("text", SHAPES)
def test_entrypoint_and_cmd_are_those_of_the_oracle(tmp_path: Path, text: str) -> None:
    project = Project(str(tmp_path))
    project.add(Source("Dockerfile", text))
    source = project.read("Dockerfile")
    assert source is not None
    config = possible_images(project, source)[-1].config
    said = {command.cmd.upper(): command for command in oracle.parse_string(text)}
    for keyword, found in (("ENTRYPOINT", config.entrypoint), ("CMD", config.cmd)):
        command = said.get(keyword)
        if command is None:
            assert found.instruction is None
        else:
            assert found.form == ("exec" if command.json else "shell")
            own = found.words if command.json else found.words[-1:]
            assert tuple(word.text for word in own) == command.value
