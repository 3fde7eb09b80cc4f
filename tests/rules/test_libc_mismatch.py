from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch_rules.libc import GLIBC, MUSL, NONE, libc_of
from prelaunch_rules.libc_mismatch import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.model import Rule

    Found = Callable[..., list[str]]
    Fixed = Callable[[Rule, dict[str, str]], dict[str, str]]

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
    ("golang:alpine", "RUN apk add gcc musl-dev\nRUN CGO_ENABLED=1 go build -o /a .", "debian"): ["likely 5"],
    ("golang:alpine", "RUN apk add gcc musl-dev\nRUN go build -o /a .", "debian"): [],
    ("golang:alpine", "RUN CGO_ENABLED=1 go build -ldflags '-extldflags -static' -o /a .", "debian"): [],
    ("golang:alpine", "RUN CGO_ENABLED=1 go build -o /a .", "debian\nRUN apt-get install -y musl"): [],
    ("rust:alpine", "RUN cargo build --release --target-dir /t && mv /t/release/a /a", "debian"): [],
    ("rust:alpine", "WORKDIR /\nRUN cargo build --release", "debian"): [],
    ("alpine", "RUN gcc -o /a a.c", "debian:13-slim"): ["likely 4"],
    ("alpine", "RUN gcc -static -o /a a.c", "debian:13-slim"): [],
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


MODULE = {"go.mod": "module a\n\ngo 1.25\n", "main.go": 'package main\n\nimport "net"\n'}


def built_by(run: str, base: str = "alpine") -> str:
    return f"FROM golang:1.25 AS b\nWORKDIR /s\nCOPY . .\n{run}\nFROM {base}\nCOPY --from=b /server /\n"


@pytest.mark.parametrize(
    ("run", "after"),
    [
        ("RUN CGO_ENABLED=1 go build -o /server", "RUN CGO_ENABLED=0 go build -o /server"),
        ("RUN go mod download && go build -o /server", "RUN go mod download && CGO_ENABLED=0 go build -o /server"),
        ("RUN A=b \\\n  go build -o /server", "RUN A=b \\\n  CGO_ENABLED=0 go build -o /server"),
        ("RUN env A=b go build -o /server", "RUN env A=b CGO_ENABLED=0 go build -o /server"),
        ("ENV CGO_ENABLED=1\nRUN go build -o /server", "ENV CGO_ENABLED=1\nRUN CGO_ENABLED=0 go build -o /server"),
        ("RUN <<EOF\ngo build -o /server\nEOF", "RUN <<EOF\nCGO_ENABLED=0 go build -o /server\nEOF"),
        ("RUN /usr/local/go/bin/go build -o /server", "RUN CGO_ENABLED=0 /usr/local/go/bin/go build -o /server"),
        ('RUN CGO_ENABLED="1" go build -o /server', None),
        ("RUN exec go build -o /server", None),
        ("RUN CGO_ENABLED=1 go build -race -o /server", None),
        ("RUN CGO_ENABLED=1 go build -buildmode=c-shared -o /server", None),
    ],
)
def test_the_fix_turns_cgo_off_where_the_command_stands(fix: Fixed, run: str, after: str | None) -> None:
    wanted = {**MODULE, "Dockerfile": built_by(after or run)}
    assert fix(RULE, {**MODULE, "Dockerfile": built_by(run)}) == wanted
    assert fix(RULE, wanted) == wanted


@pytest.mark.parametrize(
    "files",
    [
        {"main.go": 'package main\n\n// #include <stdio.h>\nimport "C"\n'},
        {"main.go": 'package main\nimport (\r\n\t"net"\r\n\t"C"\r\n)\n'},
        {"go.mod": "module a\n\nrequire github.com/mattn/go-sqlite3 v1.14.0\n"},
        {"go.mod": "module a\n\nrequire (\n\tgithub.com/mattn/go-sqlite3 v1.14.0\n)\n"},
        {"cmd/other/go.mod": "module b\nreplace c => ../c\n"},
        {"vendor/modules.txt": ""},
        {"lib/x.c": ""},
    ],
)
def test_the_fix_is_not_safe_where_c_may_be_needed(fix: Fixed, files: dict[str, str]) -> None:
    files = {**MODULE, **files, "Dockerfile": built_by("RUN CGO_ENABLED=1 go build -o /server")}
    assert fix(RULE, files) == files


def test_the_fix_is_not_safe_without_a_module(fix: Fixed) -> None:
    files = {"Dockerfile": built_by("RUN CGO_ENABLED=1 go build -o /server")}
    assert fix(RULE, files) == files


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        (".cargo/config.toml", '[build]\ntarget = "x86_64-unknown-linux-musl"\n', 0),
        (".cargo/config", '[target.x86_64-unknown-linux-gnu]\nrustflags = ["-C", "target-feature=+crt-static"]\n', 0),
        ("svc/.cargo/config.toml", '[build]\ntarget-dir = "out"\n', 0),
        (".cargo/config.toml", "[net]\ngit-fetch-with-cli = true\n", 1),
    ],
)
def test_a_configuration_of_cargo_may_choose_another_target(found: Found, path: str, text: str, count: int) -> None:
    build = "FROM rust AS b\nRUN cargo build\nFROM scratch\nCOPY --from=b /target/debug/a /a\n"
    assert len(found(RULE, build, {path: text})) == count
