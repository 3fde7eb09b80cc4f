from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.stage_platform_mismatch import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

CROSS = "FROM --platform=$BUILDPLATFORM golang AS build\nWORKDIR /src\n"

COMPILED = {
    "RUN go build -o /out/server .\nFROM debian\nCOPY --from=build /out/server /server\n": ["likely 5"],
    "RUN go build -o bin/server .\nFROM debian\nCOPY --from=build /src/bin /bin\n": ["likely 5"],
    "RUN go build -o bin/server .\nFROM debian\nCOPY --from=0 src/bin/server /bin\n": ["likely 5"],
    "RUN env CGO_ENABLED=0 go build -o=/server .\nFROM debian\nCOPY --from=build /server /a\n": ["likely 5"],
    "RUN go install ./cmd/serve\nFROM debian\nCOPY --from=build /go/bin/serve /a\n": ["likely 5"],
    "RUN gcc -O2 -o /server main.c\nFROM debian\nCOPY --from=build /server /a\n": ["likely 5"],
    "RUN gcc -c -o /main.o main.c\nFROM debian\nCOPY --from=build /main.o /a\n": [],
    "RUN cargo install --root /opt tool\nFROM debian\nCOPY --from=build /opt/bin/tool /a\n": ["likely 5"],
    "RUN go build -o $OUT .\nFROM debian\nCOPY --from=build /server /a\n": [],
    "RUN go build -o /server .\nFROM debian\nCOPY --from=build /other /a\n": [],
    "RUN go build -o /server .\nFROM debian\nCOPY --from=alpine /server /a\n": [],
    "ENV GOARCH=arm64\nRUN go build -o /server .\nFROM debian\nCOPY --from=build /server /a\n": [],
    "RUN xx-go build -o /server .\nFROM debian\nCOPY --from=build /server /a\n": [],
    "RUN go build -o /server .\nFROM --platform=$BUILDPLATFORM debian\nCOPY --from=build /server /a\n": [],
    "RUN go build -o /server .\nFROM --platform=$PLATFORM debian\nCOPY --from=build /server /a\n": [],
    "FROM build AS more\nRUN go build -o /server .\nFROM debian AS a\nFROM a\nCOPY --from=more /server /a\n": [
        "likely 7"
    ],
    "RUN go build -o \nFROM debian\nCOPY --from=build\n": [],
}


@pytest.mark.parametrize("text", COMPILED)
def test_what_is_compiled_natively_and_copied_is_told(found: Found, text: str) -> None:
    assert found(RULE, CROSS + text) == COMPILED[text]


CONSTANTS = {
    ("linux/amd64", "linux/arm64"): ["certain 4"],
    ("linux/arm64", "linux/arm64/v8"): [],
    ("linux/386", "linux/amd64"): [],
    ("linux/amd64", "linux/386"): ["certain 4"],
    ("linux/x86_64", "linux/amd64"): [],
}


@pytest.mark.parametrize(("first", "second"), CONSTANTS)
def test_two_constants_are_compared_by_what_a_machine_runs(found: Found, first: str, second: str) -> None:
    text = f"FROM --platform={first} golang AS b\nRUN go build -o /a .\nFROM --platform={second} debian\n"
    text += "COPY --from=b /a /a\n"
    assert found(RULE, text) == CONSTANTS[first, second]


PLATFORMS = {
    ("linux/amd64",): [],
    ("linux/arm64",): ["certain 4"],
    ("linux/amd64", "linux/arm64"): ["certain 4"],
    (): ["hint 4"],
}


@pytest.mark.parametrize("platforms", PLATFORMS)
def test_a_constant_is_held_against_the_platforms_that_are_built(found: Found, platforms: tuple[str, ...]) -> None:
    first = "FROM --platform=linux/amd64 golang AS b\nRUN go build -o /a .\nFROM debian\nCOPY --from=b /a /a\n"
    last = "FROM golang AS b\nRUN go build -o /a .\nFROM --platform=linux/amd64 debian\nCOPY --from=b /a /a\n"
    assert found(RULE, first, platforms=platforms) == PLATFORMS[platforms]
    assert found(RULE, last, platforms=platforms) == PLATFORMS[platforms]
