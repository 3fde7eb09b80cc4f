"""Specifiers as containerd parses and normalises them (the table of its documentation and source)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Platform
from prelaunch.platforms import parse

LINUX = Platform("linux", "amd64")
MAC = Platform("darwin", "arm64")


@pytest.mark.parametrize(
    ("text", "on_linux", "on_a_mac"),
    [
        ("linux/amd64", "linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64", "linux/amd64"),
        ("linux/x86-64", "linux/amd64", "linux/amd64"),
        ("linux/x64", "linux/x64", "linux/x64"),
        ("linux/i386", "linux/386", "linux/386"),
        ("linux/amd64/v1", "linux/amd64", "linux/amd64"),
        ("linux/amd64/v2", "linux/amd64/v2", "linux/amd64/v2"),
        ("linux/aarch64", "linux/arm64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64", "linux/arm64"),
        ("linux/arm64/8", "linux/arm64", "linux/arm64"),
        ("linux/arm64/v9", "linux/arm64/v9", "linux/arm64/v9"),
        ("linux/arm64v8", "linux/arm64v8", "linux/arm64v8"),
        ("linux/arm", "linux/arm/v7", "linux/arm/v7"),
        ("linux/arm/7", "linux/arm/v7", "linux/arm/v7"),
        ("linux/arm/v6", "linux/arm/v6", "linux/arm/v6"),
        ("linux/armhf", "linux/arm/v7", "linux/arm/v7"),
        ("linux/armel", "linux/arm/v6", "linux/arm/v6"),
        ("linux/armv7l", "linux/armv7l", "linux/armv7l"),
        ("amd64", "linux/amd64", "darwin/amd64"),
        ("x86_64", "linux/amd64", "darwin/amd64"),
        ("aarch64", "linux/arm64", "darwin/arm64"),
        ("arm64/v8", "arm64/v8", "arm64/v8"),
        ("linux", "linux/amd64", "linux/arm64"),
        ("Linux/AMD64", "linux/amd64", "linux/amd64"),
        ("macos/arm64", "darwin/arm64", "darwin/arm64"),
        ("linux/riscv64", "linux/riscv64", "linux/riscv64"),
    ],
)
def test_a_specifier_is_normalised_as_containerd_does(text: str, on_linux: str, on_a_mac: str) -> None:
    assert str(parse(text, LINUX)) == on_linux
    assert str(parse(text, MAC)) == on_a_mac


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("linux-amd64", "no known operating system or architecture"),
        ("linux_amd64", "no known operating system or architecture"),
        ("linux/", "bad part ''"),
        ("linux//amd64", "bad part ''"),
        ("linux:amd64", "bad part 'linux:amd64'"),
        ("linux/*", "wildcard"),
        ("linux/arm/v7/x", "more than three parts"),
        ("", "bad part ''"),
    ],
)
def test_what_containerd_refuses_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse(text, LINUX)


@pytest.mark.parametrize(
    ("text", "reason"), [("amd64", "names no operating system"), ("linux", "names no architecture")]
)
def test_half_a_platform_needs_a_host(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(text)


@given(st.text())
def test_any_text_is_a_platform_or_a_value_error(text: str) -> None:
    try:
        platform = parse(text, LINUX)
    except ValueError:
        return
    assert parse(str(platform), LINUX) == platform
