from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch_rules.libc import GLIBC, MUSL, NONE, libc_of
from prelaunch_rules.libc_mismatch import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

NAMES = {
    "golang": GLIBC,
    "golang:1.25-bookworm": GLIBC,
    "docker.io/library/golang:1.25-alpine3.22": MUSL,
    "alpine:3.22@sha256:0": MUSL,
    "python:3.13-alpine": MUSL,
    "scratch": NONE,
    "gcr.io/distroless/static-debian12:nonroot": NONE,
    "gcr.io/distroless/base-debian12": GLIBC,
    "acme/golang": "",
    "busybox": "",
    "": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_base_tells_its_c_library_by_its_name(name: str) -> None:
    assert libc_of(name) == NAMES[name]


@given(st.text())
def test_no_name_breaks_it(name: str) -> None:
    libc_of(name)


BUILDS = {
    ("golang", "RUN CGO_ENABLED=1 go build -o /a .", "scratch"): ["certain 4"],
    ("golang", "ENV CGO_ENABLED=1\nRUN go build -o /a .", "scratch"): ["certain 5"],
    ("golang", "RUN export CGO_ENABLED=1 && go build -o /a .", "scratch"): ["certain 4"],
    ("golang:alpine", "RUN CGO_ENABLED=1 go build -o /a .", "scratch"): ["certain 4"],
    ("golang:alpine", "RUN CGO_ENABLED=1 go build -o /a .", "alpine"): [],
    ("golang:alpine", "RUN go build -o /a .", "scratch"): [],
    ("golang", "RUN CGO_ENABLED=1 go build -o /a .", "alpine"): ["likely 4"],
    ("golang", "RUN CGO_ENABLED=1 go build -o /a .", "debian"): [],
    ("golang", "RUN CGO_ENABLED=1 go build -o /a .", "acme/base"): [],
    ("golang", "RUN CGO_ENABLED=$CGO go build -o /a .", "scratch"): [],
    ("golang", "ARG CGO_ENABLED\nRUN go build -o /a .", "scratch"): [],
    ("golang", "ENV CGO_ENABLED=0\nRUN go build -o /a .", "scratch"): [],
    ("golang", "RUN go build -o /a .", "scratch"): ["hint 4"],
    ("golang", "RUN GOARCH=arm64 go build -o /a .", "scratch"): [],
    ("golang", "RUN go build -tags netgo -o /a .", "scratch"): [],
    ("rust", "RUN cargo build --release --target x86_64-unknown-linux-musl && cp target/a /a", "scratch"): [],
    ("rust", "RUN RUSTFLAGS='-C target-feature=+crt-static' cargo install --root / a", "scratch"): [],
    ("gcc", "RUN gcc -o /a a.c", "alpine"): ["likely 4"],
    ("gcc", "RUN gcc -static -o /a a.c", "alpine"): [],
    ("acme/gcc", "RUN gcc -o /a a.c", "alpine"): [],
}


@pytest.mark.parametrize(("base", "run", "last"), BUILDS)
def test_a_program_is_held_against_the_c_library_of_the_image(found: Found, base: str, run: str, last: str) -> None:
    text = f"FROM {base} AS build\n{run}\nFROM {last}\nCOPY --from=build /a /a\n"
    assert found(RULE, text) == BUILDS[base, run, last]


@pytest.mark.parametrize(
    "line", ["RUN apk add libc6-compat", "COPY --from=build /lib64/ld-linux-x86-64.so.2 /lib64/", "ADD rootfs.tar /"]
)
def test_an_image_that_gets_libraries_is_not_judged(found: Found, line: str) -> None:
    text = f"FROM golang AS build\nRUN CGO_ENABLED=1 go build -o /a .\nFROM alpine\n{line}\nCOPY --from=build /a /a\n"
    assert found(RULE, text) == []
