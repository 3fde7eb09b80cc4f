from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch import discover, registry
from prelaunch.engine import Judge, run
from prelaunch.project import Project
from prelaunch_rules.platform_arg_undeclared import RULE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Found = Callable[..., list[str]]

BUILD = "FROM --platform=$BUILDPLATFORM golang AS build\n"
LAST = "FROM scratch\nCOPY --from=build /server /server\n"

TEXTS = {
    "RUN env GOARCH=${TARGETARCH} GOOS=${TARGETOS} go build\n": ["likely 2", "likely 2"],
    "RUN export GOARCH=$TARGETARCH && go build\n": ["likely 2"],
    "ENV GOARCH=$TARGETARCH\n": ["likely 2"],
    "ENV GOARCH=${TARGETARCH:-arm64}\n": [],
    "ENV OTHER=$TARGETARCH\n": [],
    "ARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build\n": [],
    "RUN GOARCH=$TARGETARCH go build\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go test\n": ["likely 2"],
    "RUN GOARCH=$TARGETARCH go build\nRUN GOARCH=$TARGETARCH go test\n": ["likely 2"],
    "RUN GOARCH='$TARGETARCH' go build\n": [],
    "RUN GOARCH=\\$TARGETARCH go build\n": [],
    "RUN GOARCH=$TARGETARCHS go build\n": [],
    "RUN export TARGETARCH=arm64; GOARCH=$TARGETARCH go build\n": [],
    "RUN for TARGETARCH in amd64 arm64; do GOARCH=$TARGETARCH go build; done\n": [],
    "RUN read -r TARGETARCH < /arch; GOARCH=$TARGETARCH go build\n": [],
    "RUN . /arch.env; GOARCH=$TARGETARCH go build\n": [],
    'RUN [ -z "$TARGETARCH" ] || GOARCH=$TARGETARCH go build\n': [],
    "RUN : ${TARGETARCH:=amd64}; GOARCH=$TARGETARCH go build\n": [],
    "RUN <<EOF\nGOARCH=$TARGETARCH go build\nEOF\n": ["likely 2"],
    "RUN <<'EOF'\nGOARCH=$TARGETARCH go build\nEOF\n": ["likely 2"],
    "RUN cat > /build.sh <<'EOF'\nGOARCH=$TARGETARCH go build\nEOF\n": [],
    "RUN docker pull --platform=$TARGETPLATFORM alpine\n": ["likely 2"],
    "RUN docker pull --platform $TARGETPLATFORM alpine\n": ["likely 2"],
    "RUN echo see https://example.com/$TARGETARCH\n": [],
    "ADD https://example.com/tool-$TARGETARCH /tool\n": ["likely 2"],
    "ONBUILD RUN GOARCH=$TARGETARCH go build\n": [],
    "RUN GOARCH=$TARGETARCH go build -o '\n": ["likely 2"],
    'RUN ["sh", "-c", "GOARCH=$TARGETARCH go build"]\n': [],
}


@pytest.mark.parametrize("text", TEXTS)
def test_an_empty_variable_is_told_where_it_decides_what_is_built_or_fetched(found: Found, text: str) -> None:
    assert found(RULE, BUILD + text + LAST) == TEXTS[text]


def test_a_stage_inherits_what_its_parent_declares_and_no_other_does(found: Found) -> None:
    parent = "FROM alpine AS one\nARG TARGETARCH\nFROM one\nADD https://example.com/$TARGETARCH /tool\n"
    assert found(RULE, parent) == []
    other = "FROM alpine AS one\nARG TARGETARCH\nFROM alpine\nCOPY --from=one /a /b\nCOPY x-$TARGETARCH /tool\n"
    assert found(RULE, other) == ["likely 5"]


def test_a_stage_that_nobody_needs_is_not_judged(found: Found) -> None:
    text = "FROM alpine AS one\nADD https://example.com/$TARGETARCH /tool\nFROM one AS two\nFROM alpine\nCMD x\n"
    assert found(RULE, text, {"build.sh": "docker build --platform linux/arm64 ."}) == []


def test_paths_agree_where_both_stages_use_the_empty_variable(found: Found) -> None:
    text = (
        "FROM golang AS build\nRUN go build -o /o/$TARGETARCH/a\nFROM scratch\nCOPY --from=build /o/$TARGETARCH/a /a\n"
    )
    assert found(RULE, text) == []


def test_windows_is_another_shell(found: Found) -> None:
    assert found(RULE, "# escape=`\nFROM golang\nRUN curl https://example.com/$TARGETARCH\n") == []


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("linux/amd64", "Go builds for amd64, the stage's own platform, whatever the image is for"),
        ("$BUILDPLATFORM", "Go builds for the machine that builds, and the program dies elsewhere"),
        ("$TARGETPLATFORM", "Go builds for the platform that the stage runs on"),
    ],
)
def test_the_message_says_what_go_builds_for(tmp_path: Path, platform: str, said: str) -> None:
    text = f"FROM --platform={platform} golang AS build\nRUN GOARCH=$TARGETARCH go build -o /server\n{LAST}"
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    looked = discover.look(str(tmp_path), "Dockerfile", registry.import_words())
    assert looked is not None
    report = run(Project(str(tmp_path)), [looked], Judge((RULE,), frozenset({RULE.name})), hints=True)
    assert [said in one.message for one in report.findings] == [True]
