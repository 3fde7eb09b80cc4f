from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch_rules.base_image_architecture import RULE
from prelaunch_rules.base_image_architecture.named import architecture_of, only_for

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

NAMES = {
    "arm64v8/debian": "arm64",
    "arm64v8/debian:13@sha256:0": "arm64",
    "docker.io/arm64v8/debian:13": "arm64",
    "amd64/golang:1.25": "amd64",
    "i386/alpine": "386",
    "arm32v7/node:24": "arm",
    "debian:13": "",
    "amd64": "",
    "example.com/amd64/debian": "",
    "acme/amd64": "",
    "acme/tool:1-arm64": "",
    "gcr.io/distroless/static:nonroot-arm64": "arm64",
    "gcr.io/distroless/static-debian12:latest-amd64": "amd64",
    "gcr.io/distroless/static:nonroot": "",
    "mcr.microsoft.com/dotnet/aspnet:9.0-noble-arm64v8": "arm64",
    "mcr.microsoft.com/dotnet/aspnet:9.0": "",
    "public.ecr.aws/lambda/python:3.13-x86_64": "amd64",
    "public.ecr.aws/lambda/python:3.13.2025.01.01.01-arm64": "arm64",
    "public.ecr.aws/lambda/python:3.13": "",
    "amazon/aws-lambda-python:3.8-arm64": "arm64",
    "lscr.io/linuxserver/swag:arm64v8-latest": "arm64",
    "lscr.io/linuxserver/swag:latest": "",
    "balenalib/aarch64-debian": "arm64",
    "balenalib/raspberrypi3-debian": "",
    "ghcr.io/home-assistant/amd64-base:3.22": "amd64",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_tells_its_architecture_where_the_convention_is_certain(name: str) -> None:
    assert architecture_of(name) == NAMES[name]


def test_a_few_official_images_have_few_architectures() -> None:
    assert only_for("archlinux:base") == ("amd64",)
    assert only_for("docker.io/library/archlinux") == ("amd64",)
    assert only_for("ibmjava:8") == ("amd64", "ppc64le", "s390x")
    assert only_for("acme/archlinux") == ()
    assert only_for("debian") == ()


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    architecture_of(text)
    only_for(text)


FILES = {
    "FROM arm64v8/debian\n": ["certain 1"],
    "FROM amd64/debian\n": [],
    "FROM i386/debian\n": [],
    "FROM archlinux\n": [],
    "FROM arm64v8/debian AS base\nFROM base\n": ["certain 1"],
    "FROM arm64v8/debian AS other\nFROM debian\nCOPY --from=other /a /a\n": [],
    "ARG BASE=arm64v8/debian\nFROM $BASE\n": [],
    "ARG BASE\nFROM $BASE\n": [],
    "FROM --platform=linux/arm64 arm64v8/debian\n": [],
    "FROM --platform=linux/arm64 archlinux\n": ["likely 1"],
    "FROM --platform=$BUILDPLATFORM arm64v8/debian\n": [],
    "FROM scratch\n": [],
}


@pytest.mark.parametrize("text", FILES)
def test_the_base_is_held_against_the_platform_of_the_image(found: Found, text: str) -> None:
    assert found(RULE, text, platforms=("linux/amd64",)) == FILES[text]


def test_an_image_of_few_architectures_is_told_where_another_is_built(found: Found) -> None:
    assert found(RULE, "FROM archlinux\n", platforms=("linux/amd64", "linux/arm64")) == ["likely 1"]
    assert found(RULE, "FROM archlinux\n") == []


def test_a_default_that_the_build_replaces_is_not_held_against_it(found: Found) -> None:
    text, build = "ARG BASE=i386/debian\nFROM $BASE\n", "docker build --platform linux/arm64 --build-arg BASE={} .\n"
    assert found(RULE, text, {"b.sh": build.format("arm64v8/debian")}) == []
    assert found(RULE, text, {"b.sh": build.format("$(name)")}) == []
    assert found(RULE, text, {"b.sh": build.format("amd64/debian")}) == ["certain 2"]
