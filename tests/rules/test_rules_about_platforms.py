"""What holds of all rules about architectures and copied programs: any text is judged, fixed once is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.images.link import built_images, possible_images
from prelaunch.model import Source
from prelaunch.project import Project, Settings
from prelaunch_rules import (
    arch_name_mismatch,
    base_digest_single_arch,
    base_image_architecture,
    copied_host_artifacts,
    fixed_arch_download,
    libc_mismatch,
    platform_arg_undeclared,
    shared_library_missing,
    stage_platform_mismatch,
    venv_base_mismatch,
)
from prelaunch_rules.architectures import architecture_in

if TYPE_CHECKING:
    from pathlib import Path

    from prelaunch.model import Finding

RULES = [
    module.RULE
    for module in (
        arch_name_mismatch,
        base_digest_single_arch,
        base_image_architecture,
        copied_host_artifacts,
        fixed_arch_download,
        libc_mismatch,
        platform_arg_undeclared,
        shared_library_missing,
        stage_platform_mismatch,
        venv_base_mismatch,
    )
]

BASES = st.sampled_from(
    "scratch python:3.13-slim python:3.12 golang alpine rust arm64v8/debian a@sha256:0 $BASE build @ :".split()
)
FLAGS = st.sampled_from(["", "--platform=$BUILDPLATFORM ", "--platform=linux/amd64 ", "--platform=$X ", "--platform= "])
LINES = st.sampled_from(
    (
        "ARG TARGETARCH;ENV GOARCH=$TARGETARCH;ENV GOARCH=arm64;WORKDIR /app;WORKDIR $X;WORKDIR;COPY . .;COPY .;COPY;"
        "RUN GOARCH=$TARGETARCH CGO_ENABLED=1 go build -o /a .;RUN go build -o;RUN cargo build --target;RUN npm ci;"
        "RUN python -m venv /v;RUN python -m venv;RUN uv sync;RUN pip install -r;RUN pip install opencv-python;"
        "RUN pip install --prefix;COPY --from=build /a /a;COPY --from=0 /v /v;COPY --from=0 / /y;"
        "COPY --from=build . .;ADD https://dl.k8s.io/$(uname -m)/x-$TARGETARCH-amd64 /;RUN curl https://dl.k8s.io/`arch`/x;"
        'RUN A=$(uname -m; wget https://nodejs.org/dist/$A;RUN ["go", "build", "-o", "/a"];RUN <<E;E;ONBUILD RUN npm i;'
        "COPY bin/x-amd64 bin/y-arm64 /;RUN npm install --cpu=;RUN gcc -o;RUN '"
    ).split(";")
)
STAGES = st.tuples(FLAGS, BASES, st.sampled_from(["", " AS build", " AS one-arm64"]), st.lists(LINES, max_size=5)).map(
    lambda stage: f"FROM {stage[0]}{stage[1]}{stage[2]}\n" + "\n".join(stage[3])
)
FILES = st.lists(STAGES, min_size=1, max_size=3).map("\n".join)


def _judge(folder: Path, source: Source) -> list[Finding]:
    found: list[Finding] = []
    for platforms in ((), ("linux/amd64", "linux/arm64")):
        project = Project(str(folder), Settings(platforms=platforms))
        project.add(source)
        for image in (*possible_images(project, source), *built_images(project, source)):
            found += (finding for rule in RULES for finding in rule.check(image, project))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_every_finding_stands_in_the_file_and_is_one_line(tmp_path: Path, text: str) -> None:
    for finding in _judge(tmp_path, Source("Dockerfile", text)):
        assert 0 <= finding.span.start < finding.span.stop <= len(text)
        assert "\n" not in finding.message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_any_bytes_are_judged(tmp_path: Path, data: bytes) -> None:
    _judge(tmp_path, Source.decode("Dockerfile", b"FROM --platform=$BUILDPLATFORM golang AS a\nRUN amd64 " + data))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_what_was_fixed_once_is_not_found_again(tmp_path: Path, text: str) -> None:
    fixes = {one.fix.edits for one in _judge(tmp_path, Source("Dockerfile", text)) if one.fix is not None}
    mended = text
    for ((start, stop), new), *rest in sorted(fixes, reverse=True):
        assert not rest
        mended = mended[:start] + new + mended[stop:]
    assert all(one.fix is None for one in _judge(tmp_path, Source("Dockerfile", mended)))


@given(st.text())
def test_any_text_names_one_architecture_or_none(text: str) -> None:
    assert architecture_in(text) in {"", "amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64"}
