from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.fixed_arch_download import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

BOTH = ("linux/amd64", "linux/arm64")
URL = "https://example.com/tool-linux-amd64"

RUNS = {
    f"RUN curl -fLo /tool {URL}": ["certain 2"],
    f"RUN curl -fLo /tool '{URL}'": ["certain 2"],
    f"RUN URL={URL} && curl -O $URL": ["certain 2"],
    f"RUN <<EOF\ncurl -O {URL}\nEOF": ["certain 3"],
    f"RUN curl -O {URL} && curl -O https://example.com/other-x86_64": ["certain 2"],
    f"RUN curl -O {URL} && curl -O https://example.com/tool-linux-arm64": [],
    f"RUN curl -O {URL}.sha256": [],
    f"RUN echo {URL}": [],
    f"RUN # curl -O {URL}": [],
    f"RUN if [ $A = amd64 ]; then curl -O {URL}; fi": [],
    f'RUN [ "$ARCH" = x ] || curl -O {URL}': [],
    f"RUN ARCH=$(uname -m); curl -O {URL}": [],
    f"RUN ARCH=$(dpkg --print-architecture); curl -O {URL}": [],
    "RUN curl -O https://example.com/tool-darwin-amd64": [],
    "RUN curl -O https://example.com/tool-amd64.exe": [],
    "RUN curl -o cli.zip https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip": ["certain 2"],
    "RUN curl -O https://example.com/tool-${ARCH:-amd64}": [],
    "RUN curl -O https://example.com/tool-$ARCH": [],
    f"ENV URL={URL}\nRUN curl -O $URL": ["certain 3"],
    "ENV ARCH=amd64\nRUN curl -O https://example.com/tool-${ARCH}": ["certain 3"],
    "ARG ARCH=amd64\nRUN curl -O https://example.com/tool-${ARCH}": ["likely 3"],
    "ARG HOST=example.com\nRUN curl -O https://$HOST/tool-amd64": ["certain 3"],
    "ARG ARCH\nRUN curl -O https://example.com/tool-${ARCH}": [],
    "ARG ARCH=amd64\nRUN ARCH=$(tool) && curl -O https://example.com/tool-$ARCH": [],
    "ARG ARCH=amd64\nRUN curl -O https://example.com/tool-${ARCH%64}": [],
    "ARG ARCH=$TARGETARCH\nRUN curl -O https://example.com/tool-$ARCH": [],
    'ARG ARCH=amd64\nRUN if [ "$ARCH" = arm64 ]; then exit 1; fi; curl -O https://example.com/tool-$ARCH': [],
    "ARG TARGETARCH=amd64\nRUN curl -O https://example.com/tool-$TARGETARCH": [],
    "RUN curl -O https://example.com/i386-tool": ["certain 2"],
    "RUN pip download --platform manylinux2014_x86_64 --only-binary=:all: numpy": ["certain 2"],
    "RUN pip install --platform=manylinux2014_aarch64 --target /app numpy": ["certain 2"],
    "RUN npm install --cpu=x64 sharp": ["certain 2"],
    "RUN npm install sharp": [],
    "RUN docker run --platform linux/amd64 alpine": [],
    f"ADD {URL} /tool": ["certain 2"],
    f'ADD ["{URL}", "/tool"]': ["certain 2"],
    f"ONBUILD ADD {URL} /tool": [],
    "COPY bin/tool-amd64 /tool": ["certain 2"],
    "COPY bin/tool-amd64 bin/tool-arm64 /bin/": [],
    "COPY bin/tool-$TARGETARCH /tool": [],
    "ENV V=v1\nADD https://example.com/$V/tool-amd64 /tool": ["certain 3"],
    "ARG V=v1\nADD https://example.com/${V}/tool-amd64 /tool": ["certain 3"],
    "ENV ARCH=amd64\nADD https://example.com/tool-$ARCH /tool": ["certain 3"],
    "ARG ARCH=amd64\nADD https://example.com/tool-$ARCH /tool": ["likely 3"],
    "ARG V\nADD https://example.com/$V/tool-amd64 /tool": [],
    "ARG TARGETARCH=amd64\nADD https://example.com/tool-$TARGETARCH /tool": [],
    "COPY qemu-aarch64-static /usr/bin/": [],
    "RUN curl -O https://example.com/aarch64-linux-musl-cross.tgz": [],
    "RUN curl -O https://example.com/arm64-toolchain.tgz": [],
    "COPY bin/ /amd64/": [],
    "COPY --from=other/image /usr/lib/x86_64-linux-gnu/libx.so /usr/lib/": ["certain 2"],
    "COPY --from=other/image /bin/tool-amd64 /tool": [],
    "RUN go build -o /a .": [],
    "RUN GOARCH=amd64 go build -o /a .": ["certain 2"],
    "RUN export GOARCH=amd64 && go build -o /a .": ["certain 2"],
    "RUN GOARCH=$TARGETARCH go build -o /a .": [],
    "RUN GOARCH=amd64 go build -o /a . && GOARCH=arm64 go build -o /b .": [],
    "ENV GOARCH=amd64\nRUN go build -o /a .": ["certain 3"],
    "ARG TARGETARCH=amd64\nENV GOARCH=${TARGETARCH}\nRUN go build -o /a .": [],
    "ARG GOARCH=amd64\nRUN GOARCH=$GOARCH go build -o /a .": [],
    "RUN cargo build --target x86_64-unknown-linux-musl": ["certain 2"],
    "RUN curl -O '": [],
}


@pytest.mark.parametrize("text", RUNS)
def test_what_is_made_for_one_architecture_is_told(found: Found, text: str) -> None:
    assert found(RULE, f"FROM debian\n{text}\n", platforms=BOTH) == RUNS[text]


STAGES = {
    "FROM alpine AS get\nADD {} /tool\nFROM alpine\nCOPY --from=get /tool /tool\n": ["likely 2"],
    "FROM --platform=$BUILDPLATFORM alpine AS get\nADD {} /tool\nFROM alpine\nCOPY --from=get /tool /tool\n": [],
    "FROM --platform=linux/amd64 alpine AS get\nADD {} /tool\nFROM alpine\nCOPY --from=get /tool /tool\n": [],
    "FROM --platform=linux/amd64 alpine\nADD {} /tool\n": [],
    "FROM alpine AS get\nADD {} /tool\nFROM alpine\n": [],
    "FROM alpine AS get\nADD {} /tool\nFROM get\n": ["certain 2"],
    "FROM alpine AS get-amd64\nADD {} /tool\nFROM alpine AS a\nCOPY --from=get-amd64 /tool /tool\n": [],
}


@pytest.mark.parametrize("text", STAGES)
def test_a_stage_counts_as_far_as_the_image_gets_it(found: Found, text: str) -> None:
    assert found(RULE, text.replace("{}", URL), platforms=BOTH) == STAGES[text]


PLATFORMS = {
    (): ["hint 2"],
    ("linux/amd64",): [],
    ("linux/arm64",): ["certain 2"],
    ("linux/arm/v7", "linux/amd64"): ["certain 2"],
    ("windows/amd64",): ["hint 2"],
}


@pytest.mark.parametrize("platforms", PLATFORMS)
def test_how_sure_it_is_depends_on_the_platforms(found: Found, platforms: tuple[str, ...]) -> None:
    assert found(RULE, f"FROM debian\nADD {URL} /tool\n", platforms=platforms) == PLATFORMS[platforms]


def test_a_file_for_one_architecture_says_so_by_its_name(found: Found) -> None:
    text = f"FROM debian\nADD {URL} /tool\n"
    assert found(RULE, text, path="Dockerfile.amd64") == []
    assert found(RULE, text, path="Dockerfile.amd64", platforms=("linux/arm64",)) == ["certain 2"]


@pytest.mark.parametrize(
    ("build", "lines"),
    [
        ("--platform linux/amd64,linux/arm64", ["likely 3"]),
        ("--platform linux/arm64", ["likely 3"]),
        ("--platform linux/amd64", []),
        ("--platform linux/arm64 --build-arg ARCH=arm64", []),
        ("--platform linux/arm64 --build-arg ARCH=$ARCH", []),
    ],
)
def test_a_build_may_name_the_architecture(found: Found, build: str, lines: list[str]) -> None:
    text = "FROM debian\nARG ARCH=amd64\nRUN curl -O https://example.com/tool-$ARCH\n"
    make = f"image:\n\tdocker buildx build {build} -t registry.example.com/api --push .\n"
    assert found(RULE, text, {"Makefile": make}) == lines
